"""What a participant can do in a sitting outside the questions: each verb says which events an action causes.

A verb raises `Refusal` when the page acted on is over, `Reminder` when something is missing from it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from oversight_app.errors import Refusal, Reminder
from oversight_app.study.cells import Cell
from oversight_app.study.design import Design, Outcome
from oversight_app.study.events import (
    ComprehensionAnswered,
    ConsentGiven,
    ConsentRefused,
    DebriefRead,
    Event,
    FeedbackRead,
    InstructionsRead,
    NextAsked,
    ParticipantAssigned,
    ParticipantWithdrew,
    PassageRead,
    PledgeGiven,
    ScreeningAnswered,
    SittingEnded,
    SurveyAnswered,
)
from oversight_app.study.plan import Plan
from oversight_app.study.sitting import Sitting, Stage
from oversight_app.study.survey import help_reported, must_be_answered
from oversight_app.study.trial_actions import abandon
from oversight_app.study.trial_plan import TrialPlan


def consent(
    sitting: Sitting, consent_hash: str, *, agreed: bool, asks_screening: bool = False
) -> list[Event]:
    """The click on the consent page."""
    _must_be_at(sitting, Stage.CONSENT)
    if agreed:
        return [ConsentGiven(consent_hash, asks_screening)]
    return [ConsentRefused(), SittingEnded(Outcome.NO_CONSENT.value)]


def turn_away(sitting: Sitting) -> list[Event]:
    """There is no place left for somebody who has none yet."""
    if sitting.stage is Stage.ENDED or sitting.assigned_at is not None:
        raise Refusal("the place is taken already")
    return [SittingEnded(Outcome.STUDY_FULL.value)]


def answer_screening(sitting: Sitting, answers: tuple[int, ...], plan: Plan) -> list[Event]:
    """The questions that decide who may take part; whoever may not is told so kindly, and has a code of their own."""
    _must_be_at(sitting, Stage.SCREENING)
    _must_be_offered(answers, [question.options for question in plan.screening])
    passed = all(
        answer in question.eligible for answer, question in zip(answers, plan.screening, strict=True)
    )
    ending = [] if passed else [SittingEnded(Outcome.SCREENED_OUT.value)]
    return [ScreeningAnswered(answers, passed), *ending]


def read_instructions(sitting: Sitting) -> list[Event]:
    """The click that ends the instructions."""
    _must_be_at(sitting, Stage.INSTRUCTIONS)
    return [InstructionsRead()]


def answer_comprehension(
    sitting: Sitting, answers: tuple[int, ...], plan: Plan, now: datetime
) -> list[Event]:
    """One attempt at the check; after the last allowed one the sitting ends, kindly."""
    _must_be_at(sitting, Stage.COMPREHENSION)
    since = sitting.last_sign_at if sitting.n_comprehension else None
    if since is not None and (now - since).total_seconds() < plan.design.sitting.min_display_s:
        raise Refusal("the second half of a double click is no second attempt")
    _must_be_offered(answers, [question.options for question in plan.comprehension])
    passed = all(
        answer == question.correct for answer, question in zip(answers, plan.comprehension, strict=True)
    )
    events: list[Event] = [ComprehensionAnswered(answers, passed)]
    if not passed and sitting.n_comprehension + 1 >= plan.design.sitting.comprehension_attempts:
        events.append(SittingEnded(Outcome.FAILED_CHECKS.value))
    return events


def must_have_pledged(sitting: Sitting, pledge_hash: str, *, pledged: bool) -> list[Event]:
    """What goes before Begin where the study asks for a promise; `pledge_hash` is empty where it asks for none."""
    _must_be_at(sitting, Stage.READY)
    if not pledge_hash:
        return []
    if not pledged:
        raise Reminder("give_pledge")
    return [PledgeGiven(pledge_hash)]


def begin(
    sitting: Sitting, cell: Cell, turn: int, *, by_lot: bool, trials: tuple[TrialPlan, ...]
) -> list[Event]:
    """The click on Begin: the place is taken."""
    _must_be_at(sitting, Stage.READY)
    return [ParticipantAssigned(cell.name, turn, by_lot, trials)]


def ask_next(sitting: Sitting) -> list[Event]:
    """The click that ends a rest."""
    _must_be_at(sitting, Stage.REST)
    return [NextAsked()]


def read_passage(sitting: Sitting, n: int, now: datetime, design: Design) -> list[Event]:
    """The participant asks for the question before the reading time is over."""
    _must_be_at(sitting, Stage.READING)
    since = sitting.trial.passage_shown_at
    if sitting.trial.plan.n != n or since is None:
        raise Refusal("this passage is not on the page")
    if (now - since).total_seconds() < design.sitting.min_display_s:
        raise Refusal("the passage has only just opened")
    return [PassageRead(n)]


def read_feedback(sitting: Sitting, n: int) -> list[Event]:
    """The click that ends the feedback on trial `n`."""
    _must_be_at(sitting, Stage.FEEDBACK)
    if sitting.trial.plan.n != n:
        raise Refusal("this feedback has been read already")
    return [FeedbackRead(n)]


def answer_survey(sitting: Sitting, answers: Mapping[str, str | float | None], plan: Plan) -> list[Event]:
    """The questionnaire at the end; raises Reminder where an answer is missing that the study needs."""
    _must_be_at(sitting, Stage.SURVEY)
    kept = must_be_answered(plan.survey, answers)
    return [SurveyAnswered(kept, help_reported(kept))]


def debrief(sitting: Sitting) -> list[Event]:
    """The click that ends the debrief, and the sitting."""
    _must_be_at(sitting, Stage.DEBRIEF)
    return [DebriefRead(), SittingEnded(Outcome.COMPLETED.value)]


def withdraw(
    sitting: Sitting, now: datetime, design: Design, *, keeps_data: bool | None = None
) -> list[Event]:
    """The participant ends it all; an open question is closed as it stands. Before consent there is nothing to end."""
    if sitting.stage in (Stage.CONSENT, Stage.ENDED):
        raise Refusal(f"nothing to withdraw from at {sitting.stage.value}")
    closing: list[Event] = (
        [abandon(sitting.trial, now, design.answer.confidence)] if sitting.has_open_trial else []
    )
    return [ParticipantWithdrew(keeps_data), *closing, SittingEnded(Outcome.WITHDREW.value)]


def _must_be_offered(answers: tuple[int, ...], options: Sequence[Sequence[str]]) -> None:
    """Raise Reminder where a question is left open, Refusal for an answer that no page offers."""
    if len(answers) != len(options) or None in answers:
        raise Reminder("answer_every_question")
    for answer, offered in zip(answers, options, strict=True):
        # bool is an int, and a float may equal one.
        if type(answer) is not int or answer not in range(len(offered)):
            raise Refusal("this is not one of the answers")


def _must_be_at(sitting: Sitting, stage: Stage) -> None:
    if sitting.stage is not stage:
        raise Refusal(f"this page is over, the sitting is at {sitting.stage.value}")
