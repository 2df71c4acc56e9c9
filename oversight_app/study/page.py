"""What a browser may know: the page that belongs to a sitting's stage, and nothing else.

A page is made fresh from the sitting for every showing. Keys, stances, other people's data and what is still to come
have no field here before they are due; options and choices are in displayed order, as indices 0-3 from the top.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from oversight_app.study.design import FIVE_POINTS, Condition, ConfidenceScale
from oversight_app.study.letters import OptionOrder
from oversight_app.study.passages import paragraphs
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS, Question
from oversight_app.study.sitting import Outcome, Sitting, Stage, is_feedback_due
from oversight_app.study.trial import Speaker, Trial, TrialStatus


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """The consent text, in Markdown."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class InstructionsPage:
    """The instructions, in Markdown; one text per part of the study that this design has."""

    title: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComprehensionPage:
    """The check: (question, options) pairs without keys. `hints` explains what the last attempt had wrong."""

    questions: tuple[tuple[str, tuple[str, ...]], ...]
    attempt: int
    attempts_left: int
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BeginPage:
    """The last page before the place is taken."""

    n_questions: int
    minutes: int


@dataclass(frozen=True, slots=True)
class RestPage:
    """A page between questions; nothing is timed here.

    `reason` is what became of the question before: time_out, time_out_no_answer, void or pause, and empty where there
    is nothing to say.
    """

    reason: str
    is_block_start: bool
    is_practice: bool
    condition: str
    task: str
    n_in_block: int
    n_answered: int
    n_total: int
    time_limit_s: float | None
    has_passage: bool = False
    shows_feedback: bool = False


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One message of the chat; status is sent, running, complete, stopped, interrupted or failed."""

    message_id: str
    is_participant: bool
    text: str
    status: str
    is_forgotten: bool
    """Whether the model no longer sees it, after a reset."""


@dataclass(frozen=True, slots=True)
class Chat:
    """The assistant's pane."""

    lines: tuple[ChatLine, ...]
    is_writing: bool
    n_resets: int


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """A question with the clock running. `remaining_ms` is None in an untimed task."""

    n: int
    n_of_part: int
    n_in_part: int
    is_practice: bool
    passage_title: str
    passage: tuple[str, ...]
    question: str
    options: tuple[str, ...]
    draft_choice: int | None
    draft_confidence: float | None
    confidence_scale: ConfidenceScale
    confidence_levels: tuple[float, ...]
    remaining_ms: int | None
    total_ms: int | None
    chat: Chat | None
    pause_after: bool


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """The right answer to the question just closed. `choice` is None where there was none."""

    n: int
    is_practice: bool
    question: str
    options: tuple[str, ...]
    correct: int
    choice: int | None
    is_timed_out: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class DebriefPage:
    """The debrief, in Markdown."""

    text: str
    asks_external_help: bool = True


@dataclass(frozen=True, slots=True)
class EndPage:
    """The end: how it ended, and the code to hand in where one is due."""

    outcome: str
    code: str
    url: str


Page: TypeAlias = (
    ConsentPage
    | InstructionsPage
    | ComprehensionPage
    | BeginPage
    | RestPage
    | QuestionPage
    | FeedbackPage
    | DebriefPage
    | EndPage
)


def page_of(
    sitting: Sitting, plan: Plan, questions: Mapping[str, Question], now: datetime, running_text: str = ""
) -> Page:
    """The page of a sitting at this moment. `running_text` is what a reply being written says so far."""
    match sitting.stage:
        case Stage.CONSENT:
            return ConsentPage(plan.design.title, plan.text("consent"))
        case Stage.INSTRUCTIONS:
            return InstructionsPage(
                plan.design.title, tuple(plan.text(name) for name in instruction_names(plan))
            )
        case Stage.COMPREHENSION:
            return _comprehension(sitting, plan)
        case Stage.READY:
            return _begin(plan, questions)
        case Stage.REST:
            return _rest(sitting, plan, questions[sitting.trial.plan.question_id])
        case Stage.TRIAL:
            return _question(sitting, plan, questions[sitting.trial.plan.question_id], now, running_text)
        case Stage.FEEDBACK:
            return _feedback(sitting.trial, questions[sitting.trial.plan.question_id])
        case Stage.DEBRIEF:
            return DebriefPage(plan.text("debrief"))
        case Stage.ENDED:
            is_paid = sitting.outcome in (Outcome.COMPLETED, Outcome.WITHDREW)
            code = plan.completion_code if sitting.outcome == Outcome.COMPLETED else ""
            url = plan.design.sitting.completion_url.replace("{code}", code) if is_paid and code else ""
            return EndPage(sitting.outcome, code, url)


def instruction_names(plan: Plan) -> tuple[str, ...]:
    """The texts that make up the instructions of this design, in order."""
    design = plan.design
    wanted = [
        "instructions",
        *(f"instructions_{task}" for task in design.tasks),
        "instructions_human_with_model",
    ]
    if design.answer.confidence is not ConfidenceScale.NONE:
        wanted.append("instructions_confidence")
    if any(task.practice_per_condition for task in design.tasks.values()):
        wanted.append("instructions_practice")
    return tuple(name for name in wanted if name in plan.texts)


def _comprehension(sitting: Sitting, plan: Plan) -> ComprehensionPage:
    allowed = plan.design.sitting.comprehension_attempts
    return ComprehensionPage(
        questions=tuple((question.text, question.options) for question in plan.comprehension),
        attempt=sitting.n_comprehension + 1,
        attempts_left=allowed - sitting.n_comprehension,
        hints=tuple(
            question.explanation
            for question, said in zip(plan.comprehension, sitting.last_check, strict=False)
            if question.explanation and said != question.correct
        ),
    )


def _begin(plan: Plan, questions: Mapping[str, Question]) -> BeginPage:
    n, seconds = 0, 0.0
    n_conditions = 2 if plan.design.conditions.allocation == "within" else 1
    for name, task in plan.design.tasks.items():
        of_task = (task.questions_per_condition + task.practice_per_condition) * n_conditions
        sample = [questions[slot.question_ids[0]] for slots in plan.forms[name].values() for slot in slots]
        limits = [task.limit_s(q.n_words, Condition.HUMAN_ALONE) or 120.0 for q in sample]
        n += of_task
        seconds += of_task * sum(limits) / len(limits)
    share = 1 / len(plan.design.tasks) if plan.design.conditions.tasks == "between" else 1.0
    return BeginPage(round(n * share), max(1, round(seconds * share / 60)))


def _rest(sitting: Sitting, plan: Plan, question: Question) -> RestPage:
    ahead = sitting.trial.plan
    before = sitting.trials[sitting.current - 1] if sitting.current else None
    reason = ""
    if before is not None:
        by_status = {
            TrialStatus.TIMED_OUT: "time_out",
            TrialStatus.TIMED_OUT_NO_ANSWER: "time_out_no_answer",
            TrialStatus.VOID: "void",
        }
        reason = by_status.get(TrialStatus(before.status), "pause" if before.pause_after else "")
    return RestPage(
        reason=reason,
        is_block_start=before is None or before.plan.block != ahead.block,
        is_practice=ahead.is_practice,
        condition=ahead.condition,
        task=ahead.task,
        n_in_block=sum(trial.plan.block == ahead.block for trial in sitting.trials),
        n_answered=sum(trial.closed is not None and not trial.plan.is_practice for trial in sitting.trials),
        n_total=sum(not trial.plan.is_practice for trial in sitting.trials),
        time_limit_s=ahead.time_limit_s,
        has_passage=question.passage is not None,
        shows_feedback=is_feedback_due(sitting.trial, plan.design),
    )


def _question(
    sitting: Sitting, plan: Plan, question: Question, now: datetime, running_text: str
) -> QuestionPage:
    trial = sitting.trial
    order = OptionOrder(trial.plan.option_order)
    part = [other.plan.n for other in sitting.trials if other.plan.is_practice == trial.plan.is_practice]
    limit = trial.plan.time_limit_s
    remaining = None if trial.deadline_at is None else max(0.0, (trial.deadline_at - now).total_seconds())
    scale = plan.design.answer.confidence
    return QuestionPage(
        n=trial.plan.n,
        n_of_part=part.index(trial.plan.n) + 1,
        n_in_part=len(part),
        is_practice=trial.plan.is_practice,
        passage_title=question.passage.title if question.passage else "",
        passage=paragraphs(question.passage.text) if question.passage else (),
        question=question.text,
        options=order.shown(question.options),
        draft_choice=LETTERS.index(order.displayed(trial.draft_choice)) if trial.draft_choice else None,
        draft_confidence=trial.draft_confidence,
        confidence_scale=scale,
        confidence_levels=FIVE_POINTS if scale is ConfidenceScale.FIVE_POINTS else (),
        remaining_ms=None if remaining is None else round(remaining * 1000),
        total_ms=None if limit is None else round(limit * 1000),
        chat=_chat(trial, running_text) if trial.plan.condition == Condition.HUMAN_WITH_MODEL else None,
        pause_after=trial.pause_after,
    )


def _chat(trial: Trial, running_text: str) -> Chat:
    return Chat(
        lines=tuple(
            ChatLine(
                message.message_id,
                message.speaker is Speaker.PARTICIPANT,
                running_text if message.is_running else message.text,
                message.status,
                message.context != trial.context,
            )
            for message in trial.messages
        ),
        is_writing=trial.running_reply is not None,
        n_resets=trial.n_resets,
    )


def _feedback(trial: Trial, question: Question) -> FeedbackPage:
    order = OptionOrder(trial.plan.option_order)
    assert trial.closed is not None  # the stage says so
    choice = trial.closed.choice
    return FeedbackPage(
        n=trial.plan.n,
        is_practice=trial.plan.is_practice,
        question=question.text,
        options=order.shown(question.options),
        correct=LETTERS.index(order.displayed(LETTERS[question.correct])),
        choice=LETTERS.index(order.displayed(choice)) if choice else None,
        is_timed_out=trial.closed.status in (TrialStatus.TIMED_OUT, TrialStatus.TIMED_OUT_NO_ANSWER),
        explanation=question.explanation,
    )
