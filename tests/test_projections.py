from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from oversight_app.errors import Reminder, StudyStateError
from oversight_app.model_alone import answer_alone
from oversight_app.proctor import Proctor
from oversight_app.projections import rebuild
from oversight_app.store import Store
from oversight_app.study.events import Event, MessageSent, ReplyBegun, ReplyClosed
from oversight_app.study.page import FeedbackPage, QuestionPage
from oversight_app.study.sitting import Stage
from tests.builders import make_clock, make_proctor, make_store, seat

TABLES = ("sittings", "trials", "messages", "answers")


def tables(store: Store) -> dict[str, list[dict[str, Any]]]:
    return {name: sorted(store.rows(name), key=repr) for name in TABLES}


def chat(proctor: Proctor, participant_id: str, text: str) -> None:
    """A message and its reply, of which the last may still be running."""
    sitting = proctor.sitting(participant_id)
    if sitting.stage is not Stage.TRIAL or sitting.trial.plan.protocol != "chat":
        return
    n, i = sitting.trial.plan.n, len(sitting.trial.messages)
    ids = [f"{sitting.trial.plan.trial_id}.{i + j}" for j in (1, 2)]
    begun = ReplyBegun(n, ids[1], 1, "scripted", "demo", "0", (ids[0],))
    events: list[Event] = [
        MessageSent(n, ids[0], "Why?", 1),
        begun,
        ReplyClosed(n, ids[1], text, "complete", total_s=1.0),
    ]
    proctor.act(participant_id, lambda sitting, now, record: events if text else events[:2])


def wander(proctor: Proctor, participant_id: str, rng: Random) -> None:
    """Some way through a sitting, with drafts, chats, time-outs, pauses, leaving and withdrawing."""
    seat(proctor, participant_id)
    for _ in range(rng.randrange(30)):
        proctor.clock.sleep(rng.choice((1, 10, 100, 400, 2500)))
        page = proctor.page(participant_id)
        click = partial(proctor.go_on, participant_id)
        if isinstance(page, QuestionPage):
            choice, confidence = rng.randrange(4), rng.choice((None, 0.6))
            click = rng.choice(
                (
                    partial(proctor.save_draft, participant_id, page.n, choice, None),
                    partial(proctor.submit, participant_id, page.n, choice, confidence),
                    partial(proctor.pause_after, participant_id, page.n),
                    partial(chat, proctor, participant_id, rng.choice(("The answer is B.", "", "Hm."))),
                )
            )
        elif isinstance(page, FeedbackPage):
            click = partial(proctor.read_feedback, participant_id, page.n)
        with suppress(Reminder):
            click()
        proctor.sweep()
    if rng.random() < 0.2:
        proctor.withdraw(participant_id)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_made_again_from_events_is_what_was_kept_beside_them(tmp_path: Path, seed: int) -> None:
    proctor = make_proctor(tmp_path, clock=make_clock())
    with proctor.store as store:
        rng = Random(seed)
        for i in range(8):
            wander(proctor, f"p{i}", rng)
        proctor.give_consent("p9", agreed=False)
        before, heads = tables(store), store.heads()
        with store.write() as record:
            record.forget_projections()
        assert list(store.rows("answers")) == []

        n_sittings = rebuild(store)

        assert tables(store) == before
        assert store.heads() == heads
        assert n_sittings == 9
        assert before["messages"]
        assert before["answers"]


def test_the_answers_of_a_model_alone_are_made_again_too(tmp_path: Path) -> None:
    with make_store(tmp_path) as store:
        answer_alone(store, "scripted:demo", clock=make_clock(), limit=3)
        answer_alone(store, "scripted:demo", clock=make_clock())
        before = tables(store)

        rebuild(store)

        assert tables(store) == before
        assert len(before["answers"]) == 4 + 6


def test_a_projection_that_was_tampered_with_is_put_right(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path, clock=make_clock())
    with proctor.store as store:
        seat(proctor)
        before = tables(store)
        with store.write() as record:
            record.save_sitting(proctor.sitting("p1"), proctor.clock.now() + timedelta(days=9), "elsewhere")
        assert tables(store) != before

        rebuild(store)

        assert tables(store) == before


def test_without_a_plan_there_is_nothing_to_make_again(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store, pytest.raises(StudyStateError):
        rebuild(store)
