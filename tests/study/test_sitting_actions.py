"""What a participant can do outside the questions, and which events it causes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from oversight_app.errors import Refusal, Reminder
from oversight_app.study import sitting_actions as verbs
from oversight_app.study.design import Outcome
from oversight_app.study.events import PledgeGiven, SittingEnded
from oversight_app.study.plan import ScreeningQuestion
from oversight_app.study.sitting import Sitting, Stage
from oversight_app.study.survey import HELP_KEYS, NO, SurveyItem
from tests.builders import START, make_design, make_plan
from tests.study.walks import BANK, MMLU, STORIES, Walk, walk

NEEDS_ENGLISH = ScreeningQuestion(text="English?", options=("No", "Some", "Well"), eligible=(1, 2))
HAS_TIME = ScreeningQuestion(text="An hour?", options=("Yes", "No"), eligible=(0,))


def screened() -> Walk:
    plan = make_plan(make_design(tasks=MMLU), BANK, screening=(NEEDS_ENGLISH, HAS_TIME))
    return Walk(plan).agree()


def screen(person: Walk, *answers: Any) -> None:
    person.do(verbs.answer_screening(person.sitting, answers, person.plan))


def test_who_does_not_agree_is_asked_nothing() -> None:
    person = walk()

    person.do(verbs.consent(person.sitting, "hash", agreed=False))

    assert (person.sitting.stage, person.sitting.outcome) == (Stage.ENDED, Outcome.NO_CONSENT)
    assert (person.sitting.consent_hash, person.sitting.started_at) == ("", None)


def test_a_page_that_is_over_takes_no_clicks() -> None:
    person = walk().seat()

    clicks: tuple[Callable[[], object], ...] = (
        lambda: verbs.consent(person.sitting, "hash", agreed=True),
        lambda: verbs.answer_screening(person.sitting, (), person.plan),
        lambda: verbs.read_instructions(person.sitting),
        lambda: verbs.answer_comprehension(person.sitting, (1,), person.plan, person.now),
        lambda: verbs.must_have_pledged(person.sitting, "hash", pledged=True),
        lambda: verbs.turn_away(person.sitting),
        lambda: verbs.read_passage(person.sitting, 1, person.now, person.design),
        lambda: verbs.read_feedback(person.sitting, 1),
        lambda: verbs.answer_survey(person.sitting, {}, person.plan),
        lambda: verbs.debrief(person.sitting),
    )
    for act in clicks:
        with pytest.raises(Refusal):
            act()


# -- screening ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("answers", [(1, 0), (2, 0)])
def test_who_is_eligible_by_every_answer_goes_on(answers: tuple[int, int]) -> None:
    person = screened()

    screen(person, *answers)

    assert (person.sitting.stage, person.sitting.outcome) == (Stage.INSTRUCTIONS, "")


@pytest.mark.parametrize("answers", [(0, 0), (1, 1), (0, 1)])
def test_who_is_not_eligible_by_one_answer_is_screened_out(answers: tuple[int, int]) -> None:
    person = screened()

    screen(person, *answers)

    assert (person.sitting.stage, person.sitting.outcome) == (Stage.ENDED, Outcome.SCREENED_OUT)


@pytest.mark.parametrize("answers", [(), (1,), (1, None), (1, 0, 0)])
def test_nobody_is_screened_out_by_a_question_left_open(answers: tuple[Any, ...]) -> None:
    with pytest.raises(Reminder) as reminded:
        screen(screened(), *answers)

    assert reminded.value.key == "answer_every_question"


@pytest.mark.parametrize("forged", [True, 3, -1, 1.0, "1"])
def test_a_forged_answer_screens_nobody_in_or_out(forged: Any) -> None:
    with pytest.raises(Refusal) as refused:
        screen(screened(), forged, 0)

    assert not isinstance(refused.value, Reminder)


def test_without_screening_questions_the_instructions_follow_the_consent() -> None:
    assert walk().agree().sitting.stage is Stage.INSTRUCTIONS


# -- the check -----------------------------------------------------------------------------------------


def test_the_check_may_be_tried_as_often_as_allowed_and_then_ends_kindly() -> None:
    person = walk(sitting={"comprehension_attempts": 2}).come_to_the_check()

    person.check(0)
    after_one = person.sitting
    person.wait(20)
    person.check(0)

    assert (after_one.stage, after_one.n_comprehension) == (Stage.COMPREHENSION, 1)
    assert (person.sitting.stage, person.sitting.outcome) == (Stage.ENDED, Outcome.FAILED_CHECKS)


def test_a_double_click_spends_one_attempt_at_the_check() -> None:
    person = walk(sitting={"comprehension_attempts": 2}).come_to_the_check()
    person.check(0)

    soon = person.now + timedelta(seconds=0.2)
    with pytest.raises(Refusal):
        verbs.answer_comprehension(person.sitting, (0,), person.plan, soon)


@pytest.mark.parametrize("answers", [(), (1, 1), (None,)])
def test_an_incomplete_check_is_no_attempt(answers: tuple[Any, ...]) -> None:
    person = walk().come_to_the_check()

    with pytest.raises(Reminder, match="every question"):
        person.check(*answers)


@pytest.mark.parametrize("forged", [True, 1.0, "1", 2, -1])
def test_a_forged_check_is_no_attempt_and_does_not_pass(forged: Any) -> None:
    person = walk().come_to_the_check()

    with pytest.raises(Refusal):
        person.check(forged)

    assert person.sitting.n_comprehension == 0


# -- before the place is taken ----------------------------------------------------------------------------


def test_a_study_may_ask_for_a_promise_before_it_begins() -> None:
    person = walk().come_to_the_check()
    person.check(1)

    with pytest.raises(Reminder) as reminded:
        verbs.must_have_pledged(person.sitting, "hash", pledged=False)

    assert reminded.value.key == "give_pledge"
    assert verbs.must_have_pledged(person.sitting, "hash", pledged=True) == [PledgeGiven("hash")]
    assert verbs.must_have_pledged(person.sitting, "", pledged=False) == []


@pytest.mark.parametrize("n_pages", range(4))
def test_who_has_no_place_can_be_turned_away_on_every_page_before(n_pages: int) -> None:
    person = walk()
    pages = (
        person.agree,
        lambda: person.do(verbs.read_instructions(person.sitting)),
        lambda: person.check(1),
    )
    for go_on in pages[:n_pages]:
        go_on()

    person.do(verbs.turn_away(person.sitting))

    assert (person.sitting.stage, person.sitting.outcome) == (Stage.ENDED, Outcome.STUDY_FULL)
    with pytest.raises(Refusal):
        verbs.turn_away(person.sitting)


# -- between the questions ---------------------------------------------------------------------------------


def test_feedback_is_read_once_and_for_its_own_question() -> None:
    person = walk().seat().show()
    person.answer()

    with pytest.raises(Refusal):
        verbs.read_feedback(person.sitting, 2)
    person.do(verbs.read_feedback(person.sitting, 1))
    with pytest.raises(Refusal):
        verbs.read_feedback(person.sitting, 1)


def test_the_question_may_be_asked_for_before_the_reading_time_is_over() -> None:
    person = walk(tasks=STORIES).seat().come()
    with pytest.raises(Refusal):
        verbs.read_passage(person.sitting, 1, person.now, person.design)
    person.look()
    with pytest.raises(Refusal):
        verbs.read_passage(person.sitting, 2, person.now + timedelta(seconds=9), person.design)
    with pytest.raises(Refusal):
        verbs.read_passage(person.sitting, 1, person.now + timedelta(seconds=0.3), person.design)

    person.now += timedelta(seconds=20)
    person.do(verbs.read_passage(person.sitting, 1, person.now, person.design))
    person.look()

    assert person.sitting.stage is Stage.TRIAL
    assert person.trial.shown_at == START + timedelta(seconds=20)
    assert person.trial.deadline_at == START + timedelta(seconds=20 + 300)


# -- the end ---------------------------------------------------------------------------------------------


def at_the_survey(**changes: Any) -> Walk:
    person = Walk(make_plan(make_design(tasks=MMLU), BANK, **changes)).seat()
    for _ in person.sitting.trials:
        person.show()
        person.answer()
        person.come()
    return person


def test_the_questionnaire_comes_before_the_debrief_and_the_end() -> None:
    person = at_the_survey()
    stages = [person.sitting.stage]

    person.do(verbs.answer_survey(person.sitting, dict.fromkeys(HELP_KEYS, NO), person.plan))
    stages.append(person.sitting.stage)
    person.do(verbs.debrief(person.sitting))

    assert stages == [Stage.SURVEY, Stage.DEBRIEF]
    assert (person.sitting.stage, person.sitting.outcome) == (Stage.ENDED, Outcome.COMPLETED)
    assert person.sitting.external_help is False


def test_nobody_comes_to_the_debrief_past_an_item_that_the_study_needs() -> None:
    item = SurveyItem(key="age", kind="number", text="How old?", required=True)
    person = at_the_survey(survey=(item,))

    with pytest.raises(Reminder):
        verbs.answer_survey(person.sitting, {}, person.plan)

    assert verbs.answer_survey(person.sitting, {"age": 30}, person.plan)


def test_reported_help_is_no_reason_to_end_otherwise() -> None:
    person = at_the_survey()

    person.do(verbs.answer_survey(person.sitting, dict.fromkeys(HELP_KEYS, "yes"), person.plan))
    person.do(verbs.debrief(person.sitting))

    assert (person.sitting.external_help, person.sitting.outcome) == (True, Outcome.COMPLETED)


# -- withdrawing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keeps_data", [True, False, None])
def test_withdrawing_closes_the_open_question_and_the_sitting_and_keeps_the_wish(
    keeps_data: bool | None,
) -> None:
    person = walk().seat().show()
    person.draft("D")

    person.do(verbs.withdraw(person.sitting, person.now, person.design, keeps_data=keeps_data))

    assert (person.sitting.stage, person.sitting.outcome) == (Stage.ENDED, Outcome.WITHDREW)
    assert person.sitting.trials[0].status == "abandoned"
    assert person.sitting.keeps_data is keeps_data
    with pytest.raises(Refusal):
        verbs.withdraw(person.sitting, person.now, person.design)


def test_before_consent_there_is_nothing_to_withdraw_from() -> None:
    with pytest.raises(Refusal):
        verbs.withdraw(Sitting("p1"), START, make_design())


def test_withdrawing_is_possible_on_every_page_after_consent() -> None:
    person = Walk(make_plan(make_design(tasks=STORIES, answer={"feedback": "after_each"}), BANK))
    seen = set()

    def may_withdraw() -> None:
        seen.add(person.sitting.stage)
        events = verbs.withdraw(person.sitting, person.now, person.design)
        assert events[-1] == SittingEnded("withdrew")

    person.agree()
    may_withdraw()
    person.do(verbs.read_instructions(person.sitting))
    may_withdraw()
    person.check(1)
    may_withdraw()
    person.begin()
    for _ in person.sitting.trials:
        may_withdraw()
        person.come()
        person.look()
        may_withdraw()
        person.wait(60)
        person.look()
        may_withdraw()
        person.answer()
        may_withdraw()
    person.come()
    may_withdraw()
    person.do(verbs.answer_survey(person.sitting, {}, person.plan))
    may_withdraw()

    assert seen == set(Stage) - {Stage.CONSENT, Stage.SCREENING, Stage.ENDED}
