from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_app.errors import Refusal, Reminder
from oversight_app.study import sitting as verbs
from oversight_app.study import trial as trial_verbs
from oversight_app.study.assignment import trials_for
from oversight_app.study.design import ConfidenceScale
from oversight_app.study.events import Event, Happened, ParticipantEnrolled, ParticipantReturned
from oversight_app.study.plan import Plan
from oversight_app.study.sitting import Outcome, Sitting, Stage, apply, due_at, fold
from tests.builders import START, make_design, make_plan, make_questions

BANK = make_questions()
BY_ID = {question.question_id: question for question in BANK}
MMLU = {"mmlu": {"questions_per_condition": 2}}
UNTIMED = {"mmlu": {"questions_per_condition": 2, "time_limit_s": "none", "practice_per_condition": 0}}
NO_PRACTICE = {"mmlu": {"questions_per_condition": 2, "practice_per_condition": 0}}
SCALE = ConfidenceScale.FIVE_POINTS


class Walk:
    """One participant's sitting with a clock that stands still; the server is up unless told otherwise."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.now = START
        self.happened: list[Happened] = []
        self.sitting = Sitting("p1")

    def do(self, events: Sequence[Event] | Event | None) -> None:
        some = events if isinstance(events, Sequence) else [] if events is None else [events]
        for event in some:
            self.happened.append(Happened("p1", len(self.happened) + 1, self.now, event))
            self.sitting = apply(self.sitting, event, self.now, self.plan.design)

    def wait(self, seconds: float, *, was_up: bool = True) -> None:
        """Let time pass and the sweeper come."""
        self.now += timedelta(seconds=seconds)
        self.sweep(was_up=was_up)

    def sweep(self, *, was_up: bool = True) -> None:
        while events := verbs.pass_time(self.sitting, self.now, self.plan.design, was_up=was_up):
            self.do(events)

    def seat(self, cell: int = 0) -> "Walk":
        self.do([ParticipantEnrolled("human"), *verbs.consent(self.sitting, "hash", agreed=True)])
        self.do(verbs.read_instructions(self.sitting))
        self.do(verbs.answer_comprehension(self.sitting, (1,), self.plan, self.now))
        self.begin(cell)
        return self

    def begin(self, cell: int = 0) -> None:
        chosen = self.plan.cells[cell]
        trials = trials_for(self.plan, BY_ID, chosen, "p1", arrival=0, turn=0)
        self.do(verbs.begin(self.sitting, chosen, 0, by_lot=False, trials=trials))

    def show(self) -> None:
        """Come to the next question and see it."""
        if self.sitting.stage is Stage.FEEDBACK:
            self.do(verbs.read_feedback(self.sitting, self.sitting.trial.plan.n))
        if self.sitting.stage is Stage.REST:
            self.do(verbs.ask_next(self.sitting))
        self.do(trial_verbs.show(self.sitting.trial, self.now))

    def answer(self, choice: str = "A") -> None:
        self.do(trial_verbs.submit(self.sitting.trial, choice, 0.6, SCALE, self.now))

    def draft(self, choice: str) -> None:
        self.do(trial_verbs.save_draft(self.sitting.trial, choice, None, SCALE, self.now))


def walk(**design: Any) -> Walk:
    return Walk(make_plan(make_design(**({"tasks": MMLU} | design)), BANK))


def test_the_way_leads_from_consent_to_the_end_code() -> None:
    person = walk().seat()
    seen = [person.sitting.stage]

    for _ in range(6):
        person.show()
        person.answer()
        seen.append(person.sitting.stage)
    person.do(verbs.debrief(person.sitting, external_help=False))

    assert person.sitting.ended_at == person.now
    assert person.sitting.outcome == Outcome.COMPLETED
    assert person.sitting.n_closed == 6
    # practice, feedback, then a rest before each block; study questions follow each other
    assert [stage.value for stage in seen] == "rest feedback trial rest feedback trial debrief".split()


def test_who_does_not_agree_is_asked_nothing() -> None:
    person = walk()

    person.do(verbs.consent(person.sitting, "hash", agreed=False))

    assert (person.sitting.stage, person.sitting.outcome) == (Stage.ENDED, Outcome.NO_CONSENT)
    assert (person.sitting.consent_hash, person.sitting.started_at) == ("", None)


def test_a_page_that_is_over_takes_no_clicks() -> None:
    person = walk().seat()

    clicks: tuple[Callable[[], object], ...] = (
        lambda: verbs.consent(person.sitting, "hash", agreed=True),
        lambda: verbs.read_instructions(person.sitting),
        lambda: verbs.answer_comprehension(person.sitting, (1,), person.plan, person.now),
        lambda: verbs.read_feedback(person.sitting, 1),
        lambda: verbs.debrief(person.sitting, external_help=None),
    )
    for act in clicks:
        with pytest.raises(Refusal):
            act()


def test_the_check_may_be_tried_as_often_as_allowed_and_then_ends_kindly() -> None:
    person = walk(sitting={"comprehension_attempts": 2})
    person.do(verbs.consent(person.sitting, "hash", agreed=True))
    person.do(verbs.read_instructions(person.sitting))

    person.do(verbs.answer_comprehension(person.sitting, (0,), person.plan, person.now))
    after_one = person.sitting
    person.wait(20)
    person.do(verbs.answer_comprehension(person.sitting, (0,), person.plan, person.now))

    assert (after_one.stage, after_one.n_comprehension) == (Stage.COMPREHENSION, 1)
    assert (person.sitting.stage, person.sitting.outcome) == (Stage.ENDED, Outcome.FAILED_CHECKS)


def test_a_double_click_spends_one_attempt_at_the_check() -> None:
    person = walk(sitting={"comprehension_attempts": 2})
    person.do(verbs.consent(person.sitting, "hash", agreed=True))
    person.do(verbs.read_instructions(person.sitting))
    person.do(verbs.answer_comprehension(person.sitting, (0,), person.plan, person.now))

    soon = person.now + timedelta(seconds=0.2)
    with pytest.raises(Refusal):
        verbs.answer_comprehension(person.sitting, (0,), person.plan, soon)


def test_an_incomplete_check_is_no_attempt() -> None:
    person = walk()
    person.do(verbs.consent(person.sitting, "hash", agreed=True))
    person.do(verbs.read_instructions(person.sitting))

    missing: Any = (None,)
    for answers in ((), (1, 1), missing):
        with pytest.raises(Reminder, match="every question"):
            verbs.answer_comprehension(person.sitting, answers, person.plan, person.now)


@pytest.mark.parametrize(
    ("feedback", "stages"),
    [("none", ["rest", "trial"]), ("after_each", ["feedback"] * 2), ("practice_only", ["feedback", "trial"])],
)
def test_feedback_comes_when_the_design_says(feedback: str, stages: list[str]) -> None:
    person = walk(answer={"feedback": feedback}).seat()

    found = []
    for _ in ("practice", "study"):
        person.show()
        person.answer()
        found.append(person.sitting.stage.value)

    assert found == stages


def test_feedback_is_read_once_and_for_its_own_question() -> None:
    person = walk().seat()
    person.show()
    person.answer()

    with pytest.raises(Refusal):
        verbs.read_feedback(person.sitting, 2)
    person.do(verbs.read_feedback(person.sitting, 1))
    with pytest.raises(Refusal):
        verbs.read_feedback(person.sitting, 1)


def test_after_a_time_out_the_next_question_waits_for_a_click() -> None:
    person = walk(tasks=NO_PRACTICE).seat()
    person.show()
    person.draft("C")

    person.wait(500)

    closed = person.sitting.trials[0].closed
    assert closed is not None
    assert (closed.status, closed.choice) == ("timed_out", "C")
    assert closed.closed_at == START + timedelta(seconds=180)
    assert (person.sitting.stage, person.sitting.current) == (Stage.REST, 1)


def test_a_pause_lets_the_question_run_and_comes_after_it() -> None:
    person = walk(tasks=NO_PRACTICE).seat()
    person.show()
    person.do(trial_verbs.pause_after(person.sitting.trial, person.now))

    still_open = person.sitting.trial.is_open
    person.answer()

    assert still_open
    assert person.sitting.stage is Stage.REST


def test_who_gives_no_sign_leaves_and_their_last_time_out_counts_as_abandoned() -> None:
    person = walk(tasks=NO_PRACTICE).seat()
    person.show()

    person.wait(200)
    timed_out = person.sitting.trials[0].status
    person.wait(1700)

    assert timed_out == "timed_out_no_answer"
    assert person.sitting.has_left
    assert [trial.status for trial in person.sitting.trials[:2]] == ["abandoned", ""]


def test_a_time_out_with_a_later_sign_stays_a_time_out() -> None:
    person = walk(tasks=NO_PRACTICE).seat()
    person.show()
    person.wait(200)
    person.do(verbs.ask_next(person.sitting))

    person.wait(1900)

    assert person.sitting.has_left
    assert person.sitting.trials[0].status == "timed_out_no_answer"


def test_an_untimed_question_is_abandoned_at_the_idle_limit_however_late_that_is_noticed() -> None:
    person = walk(tasks=UNTIMED).seat()
    person.show()
    person.draft("B")

    person.wait(5000)

    closed = person.sitting.trials[0].closed
    assert closed is not None
    assert (closed.status, closed.choice) == ("abandoned", "B")
    assert closed.closed_at == START + timedelta(seconds=1800)
    assert person.sitting.has_left


def test_an_untimed_question_is_void_when_nobody_could_give_a_sign() -> None:
    person = walk(tasks=UNTIMED).seat()
    person.show()

    person.wait(5000, was_up=False)

    assert person.sitting.trials[0].status == "void"


def test_nobody_leaves_while_a_questions_clock_runs() -> None:
    person = walk(tasks={"mmlu": NO_PRACTICE["mmlu"] | {"time_limit_s": 3600}}).seat()
    person.show()

    person.wait(3000)

    assert person.sitting.trial.is_open
    assert not person.sitting.has_left
    assert due_at(person.sitting, person.plan.design) == START + timedelta(seconds=3600)


def test_who_comes_back_goes_on_where_the_sitting_stands() -> None:
    person = walk(tasks=UNTIMED).seat()
    person.show()
    person.wait(5000)

    person.do(ParticipantReturned())

    assert (person.sitting.outcome, person.sitting.stage) == ("", Stage.TRIAL)
    assert person.sitting.current == 1
    assert due_at(person.sitting, person.plan.design) == person.now + timedelta(seconds=1800)


def test_who_clicks_in_a_tab_left_open_is_back() -> None:
    person = walk().seat()
    person.wait(5000)

    person.do(verbs.ask_next(person.sitting))

    assert not person.sitting.has_left
    assert due_at(person.sitting, person.plan.design) is not None


def test_before_a_place_is_taken_nobody_leaves() -> None:
    person = walk()
    person.do(verbs.consent(person.sitting, "hash", agreed=True))

    assert due_at(person.sitting, person.plan.design) is None
    assert verbs.pass_time(person.sitting, START + timedelta(days=30), person.plan.design, was_up=True) == []


def test_a_model_that_answers_alone_never_leaves() -> None:
    person = walk().seat()
    person.do(ParticipantEnrolled("model"))

    person.wait(10**6)

    assert due_at(person.sitting, person.plan.design) is None
    assert not person.sitting.has_left


def test_withdrawing_closes_the_open_question_and_the_sitting() -> None:
    person = walk().seat()
    person.show()
    person.draft("D")

    person.do(verbs.withdraw(person.sitting, person.now))

    assert (person.sitting.stage, person.sitting.outcome) == (Stage.ENDED, Outcome.WITHDREW)
    assert person.sitting.trials[0].status == "abandoned"
    with pytest.raises(Refusal):
        verbs.withdraw(person.sitting, person.now)


def test_before_consent_there_is_nothing_to_withdraw_from() -> None:
    with pytest.raises(Refusal):
        verbs.withdraw(Sitting("p1"), START)


# -- any sequence of clicks and waits --------------------------------------------------------------


@st.composite
def any_design(draw: st.DrawFn) -> Any:
    tasks = draw(st.sampled_from((MMLU, UNTIMED, NO_PRACTICE)))
    return make_design(tasks=tasks, answer={"feedback": draw(st.sampled_from(("none", "after_each")))})


@settings(max_examples=80)
@given(design=any_design(), seed=st.integers(0, 10**6))
def test_whatever_is_clicked_the_sitting_moves_forward_and_closed_trials_stay(design: Any, seed: int) -> None:
    rng = Random(seed)
    person = Walk(make_plan(design, BANK))
    before = person.sitting

    for _ in range(120):
        person.now += timedelta(seconds=rng.choice((0.1, 1, 20, 100, 2000)))
        person.sweep(was_up=rng.random() < 0.8)
        with suppress(Refusal):  # a click that does not count now
            person.do(rng.choice(_CLICKS)(person, rng))
        _must_follow(person.sitting, before)
        before = person.sitting

    assert fold("p1", person.happened, design) == person.sitting
    due = due_at(person.sitting, design)
    assert due is None or due > person.now


def _must_follow(after: Sitting, before: Sitting) -> None:
    assert _progress(after) >= _progress(before)
    assert sum(trial.is_open for trial in after.trials) <= 1
    if before.stage is Stage.ENDED:
        assert after == before
    for was, now in zip(before.trials, after.trials, strict=bool(before.trials)):
        assert was.closed is None or now.closed == was.closed
        assert was.shown_at is None or (now.shown_at, now.deadline_at) == (was.shown_at, was.deadline_at)
        if now.closed is not None and now.deadline_at is not None:
            assert now.closed.closed_at <= now.deadline_at
        assert was.plan == now.plan


def _progress(sitting: Sitting) -> tuple[int, int, int]:
    within = {Stage.REST: 0, Stage.TRIAL: 1, Stage.FEEDBACK: 2}
    order = (
        Stage.CONSENT,
        Stage.INSTRUCTIONS,
        Stage.COMPREHENSION,
        Stage.READY,
        None,
        Stage.DEBRIEF,
        Stage.ENDED,
    )
    if sitting.stage in within:
        return order.index(None), sitting.current, within[sitting.stage]
    return order.index(sitting.stage), 0, 0


def _begin(person: Walk, rng: Random) -> Event | Sequence[Event] | None:
    person.begin(rng.randrange(4))
    return None


_CLICKS: tuple[Callable[[Walk, Random], Event | Sequence[Event] | None], ...] = (
    lambda p, rng: verbs.consent(p.sitting, "hash", agreed=rng.random() < 0.95),
    lambda p, rng: verbs.read_instructions(p.sitting),
    lambda p, rng: verbs.answer_comprehension(p.sitting, (rng.randrange(2),), p.plan, p.now),
    _begin,
    *[lambda p, rng: verbs.ask_next(p.sitting)] * 3,
    *[lambda p, rng: verbs.read_feedback(p.sitting, p.sitting.current + 1)] * 3,
    *[lambda p, rng: trial_verbs.show(_at_hand(p), p.now)] * 3,
    lambda p, rng: trial_verbs.save_draft(
        _at_hand(p), rng.choice("ABCDE"), rng.choice((None, 0.6, 2)), SCALE, p.now
    ),
    lambda p, rng: trial_verbs.submit(
        _at_hand(p), rng.choice(("", *"ABCD")), 0.6, SCALE, p.now, min_display_s=0.7
    ),
    lambda p, rng: trial_verbs.pause_after(_at_hand(p), p.now),
    lambda p, rng: trial_verbs.send(_at_hand(p), f"m{len(p.happened)}", "Why?", p.now),
    lambda p, rng: trial_verbs.reset_context(_at_hand(p), p.now),
    lambda p, rng: verbs.debrief(p.sitting, external_help=rng.choice((None, True, False))),
    lambda p, rng: verbs.withdraw(p.sitting, p.now) if rng.random() < 0.05 else None,
)


def _at_hand(person: Walk) -> trial_verbs.Trial:
    if person.sitting.stage is not Stage.TRIAL:
        raise Refusal("no question is on the page")
    return person.sitting.trial
