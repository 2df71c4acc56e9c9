"""What the clock brings about, in its order, however late somebody looks."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from oversight_app.study import lapse, sitting_actions, trial_actions
from oversight_app.study.design import Outcome
from oversight_app.study.events import (
    LimitLifted,
    ParticipantEnrolled,
    ParticipantReturned,
    PassageRead,
    SittingEnded,
)
from oversight_app.study.sitting import Stage
from tests.builders import START, make_design, make_plan
from tests.study.walks import BANK, NO_PRACTICE, STORIES, UNTIMED, Walk, a_mark, walk


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def limited(limit_s: float, **design: Any) -> Walk:
    """Seated in a study whose whole sitting has this limit, with questions of 180 s."""
    return walk(**({"tasks": NO_PRACTICE, "sitting": {"limit_s": limit_s}} | design)).seat()


def due_at(person: Walk) -> datetime | None:
    return lapse.due_at(person.sitting, person.design)


# -- somebody gone -----------------------------------------------------------------------------------


def test_who_gives_no_sign_leaves_and_their_last_time_out_counts_as_abandoned() -> None:
    person = walk(tasks=NO_PRACTICE).seat().show()

    person.wait(200)
    timed_out = person.sitting.trials[0].status
    person.wait(1700)

    assert timed_out == "timed_out_no_answer"
    assert person.sitting.has_left
    assert [trial.status for trial in person.sitting.trials[:2]] == ["abandoned", ""]


def test_a_time_out_with_a_later_sign_stays_a_time_out() -> None:
    person = walk(tasks=NO_PRACTICE).seat().show()
    person.wait(200)
    person.do(sitting_actions.ask_next(person.sitting))

    person.wait(1900)

    assert person.sitting.has_left
    assert person.sitting.trials[0].status == "timed_out_no_answer"


def test_an_untimed_question_is_abandoned_at_the_idle_limit_however_late_that_is_noticed() -> None:
    person = walk(tasks=UNTIMED).seat().show()
    person.draft("B")

    person.wait(5000)

    closed = person.sitting.trials[0].closed
    assert closed is not None
    assert (closed.status, closed.choice) == ("abandoned", "B")
    assert closed.closed_at == at(1800)
    assert person.sitting.has_left


def test_an_untimed_question_is_void_when_nobody_could_give_a_sign() -> None:
    person = walk(tasks=UNTIMED).seat().show()

    person.sleep(5000)

    assert person.sitting.trials[0].status == "void"


def test_nobody_leaves_while_a_questions_clock_runs() -> None:
    person = walk(tasks={"mmlu": NO_PRACTICE["mmlu"] | {"time_limit_s": 3600}}).seat().show()

    person.wait(3000)

    assert person.trial.is_open
    assert not person.sitting.has_left
    assert due_at(person) == at(3600)


def test_who_comes_back_goes_on_where_the_sitting_stands() -> None:
    person = walk(tasks=UNTIMED).seat().show()
    person.wait(5000)

    person.do(ParticipantReturned())

    assert (person.sitting.outcome, person.sitting.stage) == ("", Stage.TRIAL)
    assert person.sitting.current == 1
    assert due_at(person) == person.now + timedelta(seconds=1800)


def test_who_clicks_in_a_tab_left_open_is_back() -> None:
    person = walk().seat()
    person.wait(5000)

    person.do(sitting_actions.ask_next(person.sitting))

    assert not person.sitting.has_left
    assert due_at(person) is not None


def test_before_a_place_is_taken_nobody_leaves() -> None:
    person = walk().agree()

    assert due_at(person) is None
    assert lapse.pass_time(person.sitting, START + timedelta(days=30), person.design, was_up=True) == []


def test_a_model_that_answers_alone_never_leaves_and_has_no_limit() -> None:
    person = limited(60)
    person.do(ParticipantEnrolled("model"))

    person.wait(10**6)

    assert due_at(person) is None
    assert (person.sitting.has_left, person.sitting.stage) == (False, Stage.REST)


# -- the reading phase ---------------------------------------------------------------------------------


def reading(**design: Any) -> Walk:
    person = walk(**({"tasks": STORIES} | design)).seat().come()
    person.look()
    return person


def test_the_question_comes_when_the_reading_time_is_over_and_its_own_clock_starts_when_it_is_seen() -> None:
    person = reading()
    assert due_at(person) == at(60)

    person.wait(60)
    person.look()

    assert person.sitting.stage is Stage.TRIAL
    assert person.trial.deadline_at == at(60 + 300)


def test_the_end_of_the_reading_time_is_no_sign_of_a_reader() -> None:
    person = reading()

    person.wait(1800)

    assert person.sitting.has_left
    assert person.trial.passage_read_at == at(60)


def test_nobody_leaves_while_they_may_be_reading() -> None:
    person = reading(tasks={"quality": STORIES["quality"] | {"reading_s": 3000}})

    person.wait(2900)

    assert not person.sitting.has_left
    assert due_at(person) == at(3000)


def test_asking_for_the_question_is_a_sign() -> None:
    person = reading()
    person.wait(30)

    person.do(sitting_actions.read_passage(person.sitting, 1, person.now, person.design))

    assert person.sitting.last_sign_at == at(30)
    assert due_at(person) == at(1830)


# -- the limit of the sitting -----------------------------------------------------------------------------


def test_the_sitting_ends_at_its_limit_with_the_draft_as_the_last_answer() -> None:
    person = limited(100).show()
    person.draft("C", 0.8)

    person.wait(100)

    closed = person.sitting.trials[0].closed
    assert closed is not None
    assert (closed.status, closed.choice, closed.closed_at) == ("timed_out", "C", at(100))
    assert (person.sitting.stage, person.sitting.outcome) == (Stage.ENDED, Outcome.TIMED_OUT)
    assert due_at(person) is None


def test_rests_do_not_count() -> None:
    person = limited(100)
    person.wait(500)
    person.show()
    person.wait(60)
    person.do(trial_actions.pause_after(person.trial, person.now))
    person.answer()
    assert person.sitting.stage is Stage.REST

    person.wait(700)
    still_resting = person.sitting.stage
    person.show()

    assert still_resting is Stage.REST
    assert person.sitting.rested_s == 1200
    assert person.sitting.limit_at(person.design) == at(1200 + 100)
    assert person.trial.deadline_at == at(1200 + 100)


def test_who_rests_for_ever_leaves_and_has_the_rest_of_their_time_when_they_return() -> None:
    person = limited(100)

    person.wait(10_000)
    gone = person.sitting.has_left
    person.do(ParticipantReturned())
    person.show()

    assert gone
    assert person.trial.deadline_at == person.now + timedelta(seconds=100)


def test_an_untimed_question_has_the_end_of_the_sitting_as_its_deadline() -> None:
    person = limited(100, tasks=UNTIMED).show()

    person.wait(200)

    assert person.sitting.trials[0].status == "timed_out_no_answer"
    assert person.sitting.outcome == Outcome.TIMED_OUT


def test_a_reading_phase_ends_with_the_sitting() -> None:
    person = walk(tasks=STORIES, sitting={"limit_s": 40}).seat().come()
    person.look()

    person.wait(40)

    assert person.sitting.outcome == Outcome.TIMED_OUT
    assert person.trial.shown_at is None


@pytest.mark.parametrize("feedback", ["none", "after_each"])
def test_who_has_answered_every_question_is_not_cut_off_any_more(feedback: str) -> None:
    person = limited(600, answer={"feedback": feedback})
    for _ in person.sitting.trials:
        person.show()
        person.answer()

    person.wait(601)

    assert (person.sitting.stage, person.sitting.outcome) == (
        Stage.FEEDBACK if feedback == "after_each" else Stage.SURVEY,
        "",
    )
    person.come()
    person.finish()
    assert person.sitting.outcome == Outcome.COMPLETED


def test_a_limit_in_a_time_without_a_server_no_longer_holds() -> None:
    person = limited(100).show()
    person.wait(60)

    person.sleep(1000)

    assert person.sitting.trials[0].status == "void"
    assert (person.sitting.stage, person.sitting.outcome) == (Stage.REST, "")
    person.show()
    assert person.trial.deadline_at == person.now + timedelta(seconds=180)
    assert person.sitting.limit_at(person.design) is None


def test_a_limit_that_came_while_the_server_was_up_is_not_lifted_by_a_later_outage() -> None:
    person = limited(100, answer={"feedback": "after_each"}).show()
    person.answer()
    person.now += timedelta(seconds=200)

    person.sleep(1000)

    assert person.sitting.outcome == Outcome.TIMED_OUT


def test_each_moment_is_judged_by_whether_the_server_was_up_then() -> None:
    """Reading ended while it was up, the limit came while it was down, and both are noticed afterwards."""
    person = walk(tasks=STORIES, sitting={"limit_s": 100}).seat().come()
    person.look()
    person.now += timedelta(seconds=80)

    person.sleep(100)

    events = [item.event for item in person.happened]
    assert events[-2:] == [PassageRead(1), LimitLifted()]
    assert person.sitting.stage is Stage.TRIAL


def test_a_late_sweeper_does_not_eat_a_rest() -> None:
    """The question ended before the limit, so what came after it was a rest already."""
    prompt, late = (limited(190).show() for _ in range(2))

    prompt.wait(181)
    prompt.wait(19)
    late.wait(200)

    assert prompt.sitting.stage is late.sitting.stage is Stage.REST
    assert prompt.sitting.rest_since == late.sitting.rest_since == at(180)


# -- what follows by rule ---------------------------------------------------------------------------------


def checks(n: int, failures: int, **design: Any) -> Walk:
    """Seated in a study with attention checks; the key of each is what it asks for."""
    sitting = {"attention_checks": n, "attention_failures": failures} | design.pop("sitting", {})
    return walk(**({"tasks": NO_PRACTICE, "sitting": sitting} | design)).seat()


def answer_all(person: Walk, *, attentive: bool) -> None:
    while person.sitting.stage in (Stage.REST, Stage.TRIAL):
        person.show()
        wrong = "ABCD".replace(person.trial.plan.expected or "A", "")[0]
        person.answer(person.trial.plan.expected if attentive and person.trial.plan.expected else wrong)
        person.sweep()


@pytest.mark.parametrize(
    ("failures", "attentive", "outcome", "n_failed"),
    [(2, True, "", 0), (2, False, "failed_checks", 2), (1, False, "failed_checks", 1), (0, False, "", 3)],
)
def test_the_sitting_ends_after_as_many_failed_checks_as_the_design_says(
    failures: int, attentive: bool, outcome: str, n_failed: int
) -> None:
    person = checks(3, failures)

    answer_all(person, attentive=attentive)

    assert (person.sitting.outcome, person.sitting.n_failed_checks) == (outcome, n_failed)
    assert person.sitting.stage is (Stage.ENDED if outcome else Stage.SURVEY)


def test_nobody_is_sent_away_for_a_check_at_which_the_server_was_away() -> None:
    person = checks(1, 1)
    while not person.show().trial.plan.is_attention_check:
        person.answer()

    person.sleep(1000)

    assert person.sitting.n_failed_checks == 0
    assert person.sitting.outcome == ""


@pytest.mark.parametrize("comes_back", [True, False])
def test_a_check_that_ran_out_is_failed_by_who_goes_on_and_not_by_who_has_left(comes_back: bool) -> None:
    person = checks(2, 1)
    while not person.show().trial.plan.is_attention_check:
        person.answer()

    person.wait(200)
    still_there = (person.sitting.stage, person.sitting.outcome)
    if comes_back:
        person.do(sitting_actions.ask_next(person.sitting))
    person.wait(1800)

    assert still_there == (Stage.REST, "")
    assert person.sitting.outcome == ("failed_checks" if comes_back else "left")
    assert person.sitting.n_failed_checks == int(comes_back)


def assisted(on_outage: str, n: int = 2) -> Walk:
    """Before the first question with an assistant of a study with this policy."""
    design = make_design(tasks=NO_PRACTICE, assistant={"on_outage": on_outage, "outage_failures": n})
    plan = make_plan(design, BANK)
    with_model_first = next(
        i for i, cell in enumerate(plan.cells) if cell.conditions[0] == "human_with_model"
    )
    return Walk(plan).seat(with_model_first).show()


def test_an_assistant_out_of_order_spoils_the_trial_and_not_the_sitting_where_the_design_says_void() -> None:
    person = assisted("void")
    person.draft("C", 0.6)
    person.chat("failed")
    person.wait(10)
    person.chat("failed", takes_s=20)
    failed_at = person.now

    person.wait(500)

    closed = person.sitting.trials[0].closed
    assert closed is not None
    assert (closed.status, closed.choice, closed.closed_at) == ("void", "C", failed_at)
    assert (person.sitting.stage, person.sitting.outcome) == (Stage.REST, "")


def test_an_assistant_out_of_order_ends_the_sitting_with_its_own_outcome_where_the_design_says_end() -> None:
    person = assisted("end")
    person.chat("failed")
    person.chat("interrupted")

    person.sweep()

    assert person.sitting.trials[0].status == "void"
    assert (person.sitting.stage, person.sitting.outcome) == (Stage.ENDED, Outcome.TECHNICAL_ERROR)


def test_it_is_due_at_once_and_not_only_at_the_deadline() -> None:
    person = assisted("void", n=1)
    person.wait(7)
    person.chat("failed", takes_s=5)

    assert due_at(person) == person.now


@pytest.mark.parametrize("statuses", [("failed", "complete", "failed"), ("failed", "stopped", "failed")])
def test_failures_count_only_in_a_row(statuses: tuple[str, ...]) -> None:
    person = assisted("end")
    for status in statuses:
        person.chat(status)

    person.sweep()

    assert person.trial.is_open


def test_the_participant_may_ask_again_as_often_as_they_like_where_the_design_says_retry() -> None:
    person = assisted("retry")
    for _ in range(10):
        person.chat("failed")

    person.sweep()

    assert person.trial.is_open


def test_after_the_end_nothing_is_due() -> None:
    person = limited(100).show()
    person.do(sitting_actions.withdraw(person.sitting, person.now, person.design))

    assert due_at(person) is None
    assert person.happened[-1].event == SittingEnded("withdrew")
    with pytest.raises(Exception, match="not open"):
        trial_actions.submit(person.sitting.trials[0], a_mark(person.design), person.design, person.now)
