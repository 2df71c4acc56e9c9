"""Feedback: whether a participant learns the right answer after a question."""

from oversight_app.study.design import Design, Feedback
from oversight_app.study.trial import Trial


def is_feedback_due(trial: Trial, design: Design) -> bool:
    """Whether the participant now learns the right answer. An attention check has none to learn."""
    if trial.plan.is_attention_check:
        return False
    match design.answer.feedback:
        case Feedback.AFTER_EACH:
            return True
        case Feedback.PRACTICE_ONLY:
            return trial.plan.is_practice
        case Feedback.NONE:
            return False
