"""Places: so many people and no more, however many click at once; who goes gives theirs back, who has one keeps it."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from oversight_app.proctor import Proctor
from oversight_app.store import Store
from oversight_app.study.events import Event, MessageSent, ReplyBegun, ReplyClosed
from oversight_app.study.page import EndPage, RestPage
from oversight_app.study.sitting import Stage
from tests.builders import finish, make_design, make_plan, make_proctor, make_questions, seat

BANK = make_questions(n_attention=4)
ONE_EACH = {"mmlu": {"questions_per_condition": 1, "practice_per_condition": 0}}


def make(folder: Path, **sections: Any) -> Proctor:
    sitting = {"max_participants": 1} | sections.pop("sitting", {})
    design = make_design(**({"tasks": ONE_EACH} | sections), sitting=sitting)
    return make_proctor(folder, make_plan(design, BANK), BANK)


def come_to_begin(proctor: Proctor, participant_id: str) -> None:
    proctor.give_consent(participant_id, agreed=True)
    proctor.finish_instructions(participant_id)
    proctor.answer_comprehension(participant_id, (1,))


def outcome(proctor: Proctor, participant_id: str) -> str:
    page = proctor.page(participant_id)
    return page.outcome if isinstance(page, EndPage) else ""


def answer_all(proctor: Proctor, participant_id: str) -> None:
    """Answer what there is, every attention check wrongly."""
    while (sitting := proctor.sitting(participant_id)).stage in (Stage.REST, Stage.TRIAL):
        if sitting.stage is Stage.REST:
            proctor.go_on(participant_id)
        proctor.page(participant_id)
        if (sitting := proctor.sitting(participant_id)).stage is not Stage.TRIAL:
            return
        proctor.clock.sleep(5)
        order, wrong = sitting.trial.plan.option_order, "ABCD".replace(sitting.trial.plan.expected or "A", "")
        proctor.submit(participant_id, sitting.trial.plan.n, order.index(wrong[0]), 0.6)


@pytest.mark.parametrize("places", [1, 5, 16])
def test_however_many_begin_at_once_no_more_get_a_place_than_there_are(tmp_path: Path, places: int) -> None:
    """Two processes with a connection each, eight threads, sixteen people at the same button."""
    one = make(tmp_path, sitting={"max_participants": places})
    other = Proctor(Store.open(one.store.path, synchronous="NORMAL"), one.clock)
    people = [f"p{i:02}" for i in range(16)]
    with one.store, other.store:
        for participant_id in people:
            come_to_begin(one, participant_id)

        with ThreadPoolExecutor(8) as threads:
            for click in [threads.submit((one, other)[i % 2].begin, p) for i, p in enumerate(people)]:
                click.result()

        pages = [one.page(participant_id) for participant_id in people]
        n_taken = one.store.n_places_taken()
    assert Counter(type(page) for page in pages) == Counter({RestPage: places, EndPage: 16 - places})
    assert {(page.outcome, page.code) for page in pages if isinstance(page, EndPage)} <= {
        ("study_full", "STUDY_FULL-CODE")
    }
    assert n_taken == places


def withdraws(proctor: Proctor) -> None:
    proctor.withdraw("first")


def leaves(proctor: Proctor) -> None:
    proctor.clock.sleep(1801)
    proctor.sweep()


def runs_out_of_time(proctor: Proctor) -> None:
    proctor.go_on("first")
    proctor.page("first")
    proctor.clock.sleep(101)
    proctor.sweep()


def fails_the_checks(proctor: Proctor) -> None:
    answer_all(proctor, "first")
    proctor.sweep()


def meets_a_broken_assistant(proctor: Proctor) -> None:
    while True:
        proctor.go_on("first")
        proctor.page("first")
        trial = proctor.sitting("first").trial
        if trial.plan.protocol == "chat":
            break
        proctor.clock.sleep(5)
        order = trial.plan.option_order
        proctor.submit("first", trial.plan.n, order.index(trial.plan.expected or "A"), 0.6)
    n = trial.plan.n
    events: list[Event] = [
        MessageSent(n, "m1", "Why?", 1),
        ReplyBegun(n, "r1", 1, "scripted", "demo", "0", ("m1",)),
        ReplyClosed(n, "r1", "", "failed"),
    ]
    proctor.act("first", lambda sitting, now, record: events)
    proctor.sweep()


WAYS: dict[str, Callable[[Proctor], None]] = {
    "withdrew": withdraws,
    "left": leaves,
    "timed_out": runs_out_of_time,
    "failed_checks": fails_the_checks,
    "technical_error": meets_a_broken_assistant,
}


@pytest.mark.parametrize("way", WAYS)
def test_whoever_goes_before_the_end_gives_their_place_back(tmp_path: Path, way: str) -> None:
    sitting = {"attention_checks": 2, "attention_failures": 1 if way == "failed_checks" else 0}
    sitting |= {"limit_s": 100} if way == "timed_out" else {}
    proctor = make(tmp_path, sitting=sitting, assistant={"on_outage": "end", "outage_failures": 1})
    with proctor.store:
        come_to_begin(proctor, "second")
        seat(proctor, "first")

        WAYS[way](proctor)
        proctor.begin("second")

        assert proctor.sitting("first").outcome == way
        assert isinstance(proctor.page("second"), RestPage)
        assert proctor.store.n_places_taken() == 1


def test_whoever_has_completed_keeps_their_place(tmp_path: Path) -> None:
    proctor = make(tmp_path)
    with proctor.store:
        seat(proctor, "first")
        answer_all(proctor, "first")
        finish(proctor, "first")

        come_to_begin(proctor, "second")

        assert outcome(proctor, "first") == "completed"
        assert outcome(proctor, "second") == "study_full"


def test_whoever_comes_to_a_full_study_is_told_so_at_their_consent_and_asked_nothing_more(
    tmp_path: Path,
) -> None:
    proctor = make(tmp_path)
    with proctor.store:
        seat(proctor, "first")

        proctor.give_consent("second", agreed=True)

        page = proctor.page("second")
        assert page == EndPage("study_full", "STUDY_FULL-CODE", "")
        (row,) = [row for row in proctor.store.rows("participants") if row["participant_id"] == "second"]
        assert (row["consent_hash"], row["started_at"]) == (None, None)


def test_refusing_is_refusing_also_when_the_study_is_full(tmp_path: Path) -> None:
    proctor = make(tmp_path)
    with proctor.store:
        seat(proctor, "first")

        proctor.give_consent("second", agreed=False)

        assert outcome(proctor, "second") == "no_consent"


def test_whoever_left_and_returns_goes_on_although_their_place_was_given_away(tmp_path: Path) -> None:
    """They have done part of the work already; it is the next stranger for whom there is no place."""
    proctor = make(tmp_path)
    with proctor.store:
        seat(proctor, "first")
        leaves(proctor)
        seat(proctor, "second")

        page = proctor.page("first")
        proctor.give_consent("third", agreed=True)

        assert isinstance(page, RestPage)
        assert proctor.store.n_places_taken() == 2
        assert outcome(proctor, "third") == "study_full"


def test_without_a_number_of_places_nobody_is_turned_away(tmp_path: Path) -> None:
    proctor = make(tmp_path, sitting={"max_participants": None})
    with proctor.store:
        for i in range(12):
            seat(proctor, f"p{i}")

        assert {proctor.sitting(f"p{i}").stage for i in range(12)} == {Stage.REST}
