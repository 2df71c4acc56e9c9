"""The protocols around a question, through the record: what a page hands in, what is refused, what time brings."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from oversight_app.clock import SimulatedClock
from oversight_app.errors import Reminder
from oversight_app.proctor import Proctor
from oversight_app.replies import Replies
from oversight_app.store import Store
from oversight_app.study.events import Event, LimitLifted, MessageSent, PledgeGiven, ReplyBegun, ReplyClosed
from oversight_app.study.letters import OptionOrder
from oversight_app.study.page import BeginPage, EndPage, QuestionPage, ReadingPage, RestPage, ScreeningPage
from oversight_app.study.plan import ScreeningQuestion, hash_of
from oversight_app.study.sitting import Stage
from tests.builders import (
    START,
    TEXTS,
    make_clock,
    make_design,
    make_plan,
    make_proctor,
    make_questions,
    seat,
)
from tests.test_export import Arguing

BANK = make_questions(n_attention=4)
NO_PRACTICE = {"mmlu": {"questions_per_condition": 2, "practice_per_condition": 0}}
STORY = {"quality": {"questions_per_condition": 1, "practice_per_condition": 0, "reading_s": 60}}
SHOWN = (0.1, 0.2, 0.3, 0.4)
"""A distribution as displayed, from the top."""


@pytest.fixture
def clock() -> SimulatedClock:
    return make_clock()


@pytest.fixture
def study(tmp_path: Path, clock: SimulatedClock) -> Iterator[Callable[..., Proctor]]:
    """Makes the proctor of a study with these sections, the assisted questions first."""
    made: list[Proctor] = []

    def make(*, watches_uptime: bool = False, changes: Any = None, **sections: Any) -> Proctor:
        conditions = {"order": "human_with_model_first"}
        design = make_design(**({"tasks": NO_PRACTICE, "conditions": conditions} | sections))
        plan = make_plan(design, BANK, **(changes or {}))
        made.append(make_proctor(tmp_path, plan, BANK, clock=clock, watches_uptime=watches_uptime))
        return made[-1]

    yield make
    for proctor in made:
        proctor.store.close()


def opened(proctor: Proctor) -> QuestionPage:
    """Seat p1, show them their first question, and let five seconds pass."""
    seat(proctor)
    proctor.go_on("p1")
    proctor.page("p1")
    proctor.clock.sleep(5)
    return question(proctor)


def question(proctor: Proctor) -> QuestionPage:
    page = proctor.page("p1")
    assert isinstance(page, QuestionPage)
    return page


def n_events(proctor: Proctor) -> int:
    return len(list(proctor.store.rows("events")))


def row(proctor: Proctor) -> dict[str, Any]:
    """The first row of the answer table."""
    return next(iter(proctor.store.rows("answers")))


def originally(proctor: Proctor, shown: tuple[float, ...]) -> list[float]:
    """A distribution as displayed, by original letters."""
    order = OptionOrder(proctor.sitting("p1").trials[0].plan.option_order)
    return [shown["ABCD".index(order.displayed(letter))] for letter in "ABCD"]


# -- before the questions ------------------------------------------------------------------------------


def test_who_is_not_eligible_is_told_kindly_with_a_code_and_takes_no_place(
    study: Callable[..., Proctor],
) -> None:
    screening = (ScreeningQuestion(text="English?", options=("No", "Yes"), eligible=(1,)),)
    proctor = study(changes={"screening": screening})
    for participant_id in ("p1", "p2"):
        proctor.give_consent(participant_id, agreed=True)
    asked = proctor.page("p1")

    with pytest.raises(Reminder):
        proctor.answer_screening("p1", ())
    proctor.answer_screening("p1", (0,))
    proctor.answer_screening("p1", (1,))
    proctor.answer_screening("p2", (1,))

    assert isinstance(asked, ScreeningPage)
    page = proctor.page("p1")
    assert isinstance(page, EndPage)
    assert (page.outcome, page.code) == ("screened_out", "SCREENED_OUT-CODE")
    assert proctor.sitting("p2").stage is Stage.INSTRUCTIONS


def test_a_promise_that_was_not_given_keeps_the_place_from_being_taken(study: Callable[..., Proctor]) -> None:
    proctor = study(changes={"texts": TEXTS | {"pledge": "I use no other help."}})
    proctor.give_consent("p1", agreed=True)
    proctor.finish_instructions("p1")
    proctor.answer_comprehension("p1", (1,))

    with pytest.raises(Reminder):
        proctor.begin("p1")
    page = proctor.page("p1")
    proctor.begin("p1", pledged=True)

    assert isinstance(page, BeginPage)
    assert page.pledge == "I use no other help."
    assert isinstance(proctor.page("p1"), RestPage)
    promised = [item.event for item in proctor.store.events_of("p1") if isinstance(item.event, PledgeGiven)]
    assert promised == [PledgeGiven(hash_of("I use no other help."))]


# -- answers -----------------------------------------------------------------------------------------


def test_an_own_answer_a_belief_and_a_final_answer_are_three_things_on_record(
    study: Callable[..., Proctor],
) -> None:
    answer = {
        "sequence": "answer_first",
        "confidence": "distribution",
        "belief_after_reply": True,
        "reason": "required",
    }
    proctor = study(answer=answer)
    replies = Replies(proctor, Arguing(), inline=True, paced=False)
    page = opened(proctor)
    assert (page.awaits_initial, page.chat) == (True, None)

    proctor.commit_initial("p1", page.n, 3, None, probabilities=SHOWN)
    proctor.clock.sleep(5)
    assert question(proctor).draft_choice is None
    replies.ask("p1", page.n, "Why?")
    chat = question(proctor).chat
    assert chat is not None
    proctor.clock.sleep(5)
    proctor.state_belief("p1", page.n, chat.belief_due, 2, None, probabilities=SHOWN)
    proctor.clock.sleep(5)
    with pytest.raises(Reminder):
        proctor.submit("p1", page.n, 0, None, probabilities=SHOWN)
    proctor.submit("p1", page.n, 0, None, probabilities=SHOWN, reason="It argued well.")
    replies.close()

    found = row(proctor)
    order = OptionOrder(found["option_order"])
    (belief,) = proctor.store.rows("beliefs")
    assert [found["initial_choice"], belief["choice"], found["choice"]] == [
        order.original("D"),
        order.original("C"),
        order.original("A"),
    ]
    assert [found["initial_confidence"], belief["confidence"], found["confidence"]] == [0.4, 0.3, 0.1]
    shares = originally(proctor, SHOWN)
    for said, prefix in ((found, "initial_p_"), (belief, "p_"), (found, "p_")):
        assert [said[f"{prefix}{letter}"] for letter in "abcd"] == shares
    assert (found["initial_response_time_s"], found["response_time_s"]) == (5.0, 20.0)
    assert (found["reason"], found["p_source"]) == ("It argued well.", "elicited")
    assert (belief["seq"], belief["after_message"]) == (1, 2)


def test_every_click_of_the_protocols_may_come_twice(study: Callable[..., Proctor]) -> None:
    proctor = study(answer={"sequence": "answer_first", "belief_after_reply": True, "skip": True})
    replies = Replies(proctor, Arguing(), inline=True, paced=False)

    def twice(click: Callable[[], None]) -> None:
        click()
        after_one = n_events(proctor)
        click()
        assert n_events(proctor) == after_one
        proctor.clock.sleep(5)

    page = opened(proctor)
    twice(lambda: proctor.commit_initial("p1", page.n, 3, 0.6))
    replies.ask("p1", page.n, "Why?")
    chat = question(proctor).chat
    assert chat is not None
    twice(lambda: proctor.state_belief("p1", page.n, chat.belief_due, 2, 0.8))
    twice(lambda: proctor.skip("p1", page.n))
    replies.close()

    assert row(proctor)["status"] == "skipped"


@pytest.mark.parametrize(
    "probabilities",
    [
        (0.5, 0.5, True, 0.0),
        ("0.5", 0.5, 0.0, 0.0),
        (1.5, -0.5, 0.0, 0.0),
        (0.5, 0.5),
        (float("nan"), 0.5, 0.25, 0.25),
        [0.25, 0.25, 0.25, 0.25],
        "abcd",
    ],
)
def test_a_forged_distribution_changes_nothing(study: Callable[..., Proctor], probabilities: Any) -> None:
    proctor = study(answer={"sequence": "answer_first", "confidence": "distribution"})
    page = opened(proctor)
    before = n_events(proctor)

    proctor.save_draft("p1", page.n, 0, None, probabilities=probabilities)
    proctor.commit_initial("p1", page.n, 0, None, probabilities=probabilities)
    proctor.submit("p1", page.n, 0, None, probabilities=probabilities)

    assert n_events(proctor) == before


@pytest.mark.parametrize(
    "forged",
    [
        lambda proctor, n: proctor.commit_initial("p1", n, 0, 0.6),
        lambda proctor, n: proctor.skip("p1", n),
        lambda proctor, n: proctor.state_belief("p1", n, "", 0, 0.6),
        lambda proctor, n: proctor.state_belief("p1", n, "r1", 0, 0.6),
        lambda proctor, n: proctor.read_passage("p1", n),
        lambda proctor, n: proctor.answer_survey("p1", {}),
        lambda proctor, n: proctor.finish("p1"),
        lambda proctor, n: proctor.begin("p1", pledged=True),
        lambda proctor, n: proctor.answer_screening("p1", ()),
        lambda proctor, n: proctor.save_draft("p1", n, None, None, probabilities=(0.25,) * 4),
    ],
)
def test_what_this_design_does_not_offer_cannot_be_had_by_sending_it(
    study: Callable[..., Proctor], forged: Callable[[Proctor, int], None]
) -> None:
    proctor = study()
    page = opened(proctor)
    before = n_events(proctor)

    forged(proctor, page.n)

    assert n_events(proctor) == before


def test_a_tab_that_still_shows_the_first_answer_marks_nothing_for_the_final_one(
    study: Callable[..., Proctor],
) -> None:
    proctor = study(answer={"sequence": "answer_first"})
    page = opened(proctor)
    proctor.commit_initial("p1", page.n, 3, 0.6)

    proctor.save_draft("p1", page.n, 3, 0.6, is_initial=True)

    assert question(proctor).draft_choice is None


# -- time ----------------------------------------------------------------------------------------------


def test_with_every_tab_closed_the_reading_phase_ends_and_the_question_waits_to_be_seen(
    study: Callable[..., Proctor], clock: SimulatedClock
) -> None:
    proctor = study(tasks=STORY)
    seat(proctor)
    proctor.go_on("p1")
    first = proctor.page("p1")
    clock.sleep(100)

    n_swept = proctor.sweep()
    clock.sleep(100)
    page = question(proctor)

    assert isinstance(first, ReadingPage)
    assert first.remaining_ms == 60_000
    assert n_swept == 1
    assert page.remaining_ms == 300_000
    proctor.clock.sleep(5)
    proctor.submit("p1", page.n, 0, 0.6)
    assert (row(proctor)["reading_time_s"], row(proctor)["response_time_s"]) == (60.0, 5.0)


def test_a_reading_page_that_is_shown_again_goes_on_with_its_time(
    study: Callable[..., Proctor], clock: SimulatedClock
) -> None:
    proctor = study(tasks=STORY)
    seat(proctor)
    proctor.go_on("p1")
    proctor.page("p1")
    clock.sleep(20)

    again = proctor.page("p1")
    proctor.read_passage("p1", 1)
    page = question(proctor)

    assert isinstance(again, ReadingPage)
    assert again.remaining_ms == 40_000
    assert page.remaining_ms == 300_000
    clock.sleep(5)
    proctor.submit("p1", page.n, 0, 0.6)
    assert row(proctor)["reading_time_s"] == 20.0


def test_the_sweeper_ends_a_sitting_at_its_limit_with_everybody_gone(
    study: Callable[..., Proctor], clock: SimulatedClock
) -> None:
    proctor = study(sitting={"limit_s": 100})
    page = opened(proctor)
    proctor.save_draft("p1", page.n, 1, 0.8)
    clock.sleep(500)

    n_swept, again = proctor.sweep(), proctor.sweep()

    assert (n_swept, again) == (1, 0)
    assert (row(proctor)["status"], row(proctor)["closed_at"]) == ("timed_out", "2026-01-05T09:01:40.000000Z")
    page_now = proctor.page("p1")
    assert isinstance(page_now, EndPage)
    assert (page_now.outcome, page_now.code) == ("timed_out", "TIMED_OUT-CODE")


def test_a_limit_that_fell_into_a_time_without_a_server_is_lifted(
    study: Callable[..., Proctor], clock: SimulatedClock
) -> None:
    proctor = study(sitting={"limit_s": 100}, watches_uptime=True)
    proctor.sweep()
    opened(proctor)
    proctor.sweep()
    clock.sleep(3600)

    restarted = Proctor(Store.open(proctor.store.path), clock, watches_uptime=True)
    with restarted.store:
        restarted.sweep()
        page = restarted.page("p1")
        events = [item.event for item in restarted.store.events_of("p1")]

    assert isinstance(page, RestPage)
    assert (page.reason, page.sitting_left_s) == ("void", None)
    assert LimitLifted() in events


def test_a_limit_while_a_server_beats_is_a_limit(
    study: Callable[..., Proctor], clock: SimulatedClock
) -> None:
    proctor = study(sitting={"limit_s": 100}, watches_uptime=True)
    proctor.sweep()
    opened(proctor)
    for _ in range(60):
        clock.sleep(2)
        proctor.sweep()

    assert proctor.sitting("p1").outcome == "timed_out"


@pytest.mark.parametrize("way", ["page", "sweep"])
def test_the_last_failed_check_ends_the_sitting_before_the_next_question_is_shown(
    study: Callable[..., Proctor], clock: SimulatedClock, way: str
) -> None:
    proctor = study(sitting={"attention_checks": 2, "attention_failures": 1})
    opened(proctor)
    while not proctor.sitting("p1").n_failed_checks:
        trial = proctor.sitting("p1").trial
        order = trial.plan.option_order
        proctor.submit("p1", trial.plan.n, (order.index(trial.plan.expected or "A") + 1) % 4, 0.6)
        if proctor.sitting("p1").n_failed_checks:
            break
        if proctor.sitting("p1").stage is Stage.REST:
            proctor.go_on("p1")
        proctor.page("p1")
        clock.sleep(5)

    if way == "sweep":
        assert proctor.sweep() == 1
    page = proctor.page("p1")

    assert isinstance(page, EndPage)
    assert page.outcome == "failed_checks"
    sitting = proctor.sitting("p1")
    assert sitting.trials[sitting.current].shown_at is None


def test_a_minimum_time_is_reminded_of_and_the_draft_is_kept(study: Callable[..., Proctor]) -> None:
    proctor = study(tasks={"mmlu": NO_PRACTICE["mmlu"] | {"min_time_s": 20}})
    page = opened(proctor)
    assert page.min_ms == 15_000

    proctor.save_draft("p1", page.n, 2, 0.6)
    with pytest.raises(Reminder) as reminded:
        proctor.submit("p1", page.n, 2, 0.6)
    proctor.clock.sleep(15)
    proctor.submit("p1", page.n, 2, 0.6)

    assert (reminded.value.key, reminded.value.values) == ("min_time", {"n": 15})
    assert (row(proctor)["min_time_s"], row(proctor)["response_time_s"]) == (20.0, 20.0)


def test_a_broken_assistant_spoils_the_trial_within_the_next_look_of_anybody(
    study: Callable[..., Proctor], clock: SimulatedClock
) -> None:
    proctor = study(assistant={"on_outage": "void", "outage_failures": 1})
    page = opened(proctor)
    failed: list[Event] = [
        MessageSent(page.n, "m1", "Why?", 1),
        ReplyBegun(page.n, "r1", 1, "scripted", "demo", "0", ("m1",)),
        ReplyClosed(page.n, "r1", "", "failed"),
    ]
    proctor.act("p1", lambda sitting, now, record: failed)
    broken_at = clock.now()
    clock.sleep(1)

    assert proctor.store.due(clock.now()) == ["p1"]
    after = proctor.page("p1")

    assert isinstance(after, RestPage)
    assert after.reason == "void"
    closed = proctor.sitting("p1").trials[0].closed
    assert closed is not None
    assert (closed.status, closed.closed_at) == ("void", broken_at)
    assert broken_at == START + timedelta(seconds=5)
