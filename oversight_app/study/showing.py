"""From a sitting to the page that belongs to its stage now.

Everything a page says is decided here: what is due, in which order options stand, how much time is left.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from oversight_app.study.bonus_told import HOLE, bonus_told
from oversight_app.study.conversation import belief_of, chat_of
from oversight_app.study.design import (
    FIVE_POINTS,
    Condition,
    ConfidenceScale,
    Protocol,
    ScoringRule,
    Sequence,
)
from oversight_app.study.duration import longest
from oversight_app.study.feedback import is_feedback_due
from oversight_app.study.letters import OptionOrder
from oversight_app.study.page import (
    BeginPage,
    ComprehensionPage,
    ConsentPage,
    DebriefPage,
    EndPage,
    FeedbackPage,
    InstructionsPage,
    Page,
    Pay,
    QuestionPage,
    ReadingPage,
    RestPage,
    ScreeningPage,
    SurveyPage,
)
from oversight_app.study.passages import paragraphs
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS, Question
from oversight_app.study.scoring import earned
from oversight_app.study.sitting import Sitting, Stage, why_rest
from oversight_app.study.trial import Trial, TrialStatus

NOBODY: Mapping[str, str] = {}
"""Is writing."""


def page_of(
    sitting: Sitting,
    plan: Plan,
    questions: Mapping[str, Question],
    now: datetime,
    running_texts: Mapping[str, str] = NOBODY,
) -> Page:
    """The page of a sitting at this moment. `running_texts` is what replies being written say so far, by their ids."""
    match sitting.stage:
        case Stage.CONSENT:
            return ConsentPage(plan.design.title, plan.text("consent"))
        case Stage.SCREENING:
            return ScreeningPage(tuple((question.text, question.options) for question in plan.screening))
        case Stage.INSTRUCTIONS:
            return InstructionsPage(plan.design.title, instruction_parts(plan), plan.example)
        case Stage.COMPREHENSION:
            return _comprehension(sitting, plan)
        case Stage.READY:
            return _begin(plan, questions)
        case Stage.REST:
            return _rest(sitting, plan, questions[sitting.trial.plan.question_id])
        case Stage.READING:
            return _reading(sitting, plan, questions[sitting.trial.plan.question_id], now)
        case Stage.TRIAL:
            return _question(sitting, plan, questions[sitting.trial.plan.question_id], now, running_texts)
        case Stage.FEEDBACK:
            return _feedback(sitting.trial, plan, questions[sitting.trial.plan.question_id])
        case Stage.SURVEY:
            return SurveyPage(plan.survey)
        case Stage.DEBRIEF:
            return DebriefPage(plan.text("debrief"))
        case Stage.ENDED:
            return EndPage(
                sitting.outcome, plan.code(sitting.outcome), plan.url(sitting.outcome), sitting.keeps_data
            )


def instruction_parts(plan: Plan) -> tuple[str, ...]:
    """The instructions of this design, in Markdown, one text per part."""
    names = instruction_names(plan)
    parts = tuple(plan.text(name) for name in names)
    bonus = bonus_told(plan.design, plan.words)
    if not bonus or any(HOLE in plan.texts[name] for name in names):
        return parts
    return (*parts, f"## {plan.words['bonus.heading']}\n\n{bonus}")


def instruction_names(plan: Plan) -> tuple[str, ...]:
    """The texts that make up the instructions of this design, in order."""
    design = plan.design
    wanted = ["instructions", *(f"instructions_{task}" for task in design.tasks)]
    if _all_meet_the_assistant(plan):
        wanted += _about_the_assistant(plan)
    if design.answer.confidence is ConfidenceScale.DISTRIBUTION:
        wanted.append("instructions_distribution")
    elif design.answer.confidence is not ConfidenceScale.NONE:
        wanted.append("instructions_confidence")
    if design.answer.scoring_rule is not ScoringRule.NONE:
        wanted.append("instructions_lottery" if design.answer.binarised else "instructions_pay")
    if any(task.practice_per_condition for task in design.tasks.values()):
        wanted.append("instructions_practice")
    return tuple(name for name in wanted if name in plan.texts)


def _all_meet_the_assistant(plan: Plan) -> bool:
    return plan.design.conditions.allocation == "within"


def _about_the_assistant(plan: Plan) -> list[str]:
    """The texts that only those need who meet the assistant."""
    own_answer = ["instructions_answer_first"] * (plan.design.answer.sequence is Sequence.ANSWER_FIRST)
    protocol = plan.design.assistant.protocol
    how = "human_with_model" if protocol is Protocol.CHAT else protocol.value
    return [f"instructions_{how}", *own_answer]


def _briefing(sitting: Sitting, plan: Plan) -> tuple[str, ...]:
    """What is to be read before the first questions with the assistant, where the instructions could not say it.

    The instructions come before Begin, and who will meet the assistant is decided at Begin.
    """
    is_first = sitting.current == 0 and sitting.trial.plan.condition == Condition.HUMAN_WITH_MODEL
    if _all_meet_the_assistant(plan) or not is_first:
        return ()
    return tuple(plan.text(name) for name in _about_the_assistant(plan) if name in plan.texts)


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
    length = longest(plan, questions)
    limit_s = plan.design.sitting.limit_s
    seconds = length.about_s if limit_s is None else min(length.about_s, limit_s)
    pledge = plan.text("pledge") if "pledge" in plan.texts else ""
    return BeginPage(round(length.n_questions), max(1, round(seconds / 60)), pledge)


def _rest(sitting: Sitting, plan: Plan, question: Question) -> RestPage:
    ahead = sitting.trial.plan
    before = sitting.trials[sitting.current - 1] if sitting.current else None
    why = why_rest(sitting, plan.design)
    return RestPage(
        reason="" if why == "block" else why,
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
        reading_s=ahead.reading_s if question.passage is not None else 0.0,
        is_answer_first=ahead.is_answer_first,
        sitting_left_s=_sitting_left_s(sitting, plan),
        briefing=_briefing(sitting, plan),
    )


def _sitting_left_s(sitting: Sitting, plan: Plan) -> float | None:
    """What is left of the sitting's limit during a rest, in which it stands still."""
    limit_s = plan.design.sitting.limit_s
    if (
        limit_s is None
        or sitting.is_limit_lifted
        or sitting.assigned_at is None
        or sitting.rest_since is None
    ):
        return None
    used = (sitting.rest_since - sitting.assigned_at).total_seconds() - sitting.rested_s
    return max(0.0, limit_s - used)


def _reading(sitting: Sitting, plan: Plan, question: Question, now: datetime) -> ReadingPage:
    trial = sitting.trial
    n_of_part, n_in_part = _place(sitting)
    until = trial.reading_until or now
    return ReadingPage(
        n=trial.plan.n,
        n_of_part=n_of_part,
        n_in_part=n_in_part,
        is_practice=trial.plan.is_practice,
        passage_title=question.passage.title if question.passage else "",
        passage=paragraphs(question.passage.text) if question.passage else (),
        remaining_ms=round(max(0.0, (until - now).total_seconds()) * 1000),
        total_ms=round(trial.plan.reading_s * 1000),
        logs=_logs(plan),
    )


def _logs(plan: Plan) -> tuple[str, ...]:
    """Which kinds of behaviour the study notes."""
    return tuple(kind for kind, is_on in plan.design.log if is_on)


def _place(sitting: Sitting) -> tuple[int, int]:
    """Which question this is of how many, practice and the others counted apart."""
    trial = sitting.trial
    part = [other.plan.n for other in sitting.trials if other.plan.is_practice == trial.plan.is_practice]
    return part.index(trial.plan.n) + 1, len(part)


def _question(
    sitting: Sitting, plan: Plan, question: Question, now: datetime, running_texts: Mapping[str, str]
) -> QuestionPage:
    trial = sitting.trial
    order = OptionOrder(trial.plan.option_order)
    answer = plan.design.answer
    n_of_part, n_in_part = _place(sitting)
    shown_at = trial.shown_at or now
    deadline_at = trial.deadline_at
    total_s = trial.plan.time_limit_s
    if total_s is None and deadline_at is not None:
        total_s = (deadline_at - shown_at).total_seconds()
    sitting_end = sitting.limit_at(plan.design)
    has_chat = trial.plan.protocol != Protocol.UNAIDED and not trial.awaits_initial
    return QuestionPage(
        n=trial.plan.n,
        n_of_part=n_of_part,
        n_in_part=n_in_part,
        is_practice=trial.plan.is_practice,
        passage_title=question.passage.title if question.passage else "",
        passage=paragraphs(question.passage.text) if question.passage else (),
        question=question.text,
        options=order.shown(question.options),
        draft_choice=LETTERS.index(order.displayed(trial.draft.choice)) if trial.draft.choice else None,
        draft_confidence=trial.draft.confidence,
        draft_probabilities=order.shown(trial.draft.probabilities) if trial.draft.probabilities else (),
        draft_reason=trial.draft.reason,
        confidence_scale=answer.confidence,
        confidence_levels=FIVE_POINTS if answer.confidence is ConfidenceScale.FIVE_POINTS else (),
        remaining_ms=None if deadline_at is None else _ms_until(deadline_at, now),
        total_ms=None if total_s is None else round(total_s * 1000),
        chat=chat_of(trial, question, plan, running_texts) if has_chat else None,
        pause_after=trial.pause_after,
        awaits_initial=trial.awaits_initial,
        initial=belief_of(trial.initial, order) if trial.initial else None,
        reason="none" if trial.awaits_initial else answer.reason,
        may_skip=answer.skip and not trial.plan.is_attention_check,
        min_ms=_ms_until(shown_at + timedelta(seconds=trial.plan.min_time_s), now),
        pay=_pay(plan, trial),
        sitting_left_ms=None if sitting_end is None else _ms_until(sitting_end, now),
        logs=_logs(plan),
        shown_ms=_ms_until(now, shown_at),
    )


def _ms_until(at: datetime, now: datetime) -> int:
    return round(max(0.0, (at - now).total_seconds()) * 1000)


def _pay(plan: Plan, trial: Trial) -> Pay | None:
    """What this question pays; practice and attention checks pay nothing, but practice shows how it will be."""
    answer = plan.design.answer
    if answer.scoring_rule is ScoringRule.NONE or trial.plan.is_attention_check:
        return None
    return Pay(answer.scoring_rule, answer.prize, answer.currency, answer.binarised)


def _feedback(trial: Trial, plan: Plan, question: Question) -> FeedbackPage:
    order = OptionOrder(trial.plan.option_order)
    closed = trial.closed
    assert closed is not None  # the stage says so
    choice = closed.choice
    pay = _pay(plan, trial)
    return FeedbackPage(
        n=trial.plan.n,
        is_practice=trial.plan.is_practice,
        question=question.text,
        options=order.shown(question.options),
        correct=LETTERS.index(order.displayed(LETTERS[question.correct])),
        choice=LETTERS.index(order.displayed(choice)) if choice else None,
        is_timed_out=closed.status in (TrialStatus.TIMED_OUT, TrialStatus.TIMED_OUT_NO_ANSWER),
        explanation=question.explanation,
        pay=pay,
        earned=earned(pay.rule, choice, closed.confidence, closed.probabilities, question.correct)
        if pay
        else None,
    )
