"""What an answer consists of, and what it pays."""

from typing import Literal, Self

from pydantic import Field, model_validator

from oversight_app.study.design.section import Section
from oversight_app.study.design.vocabulary import ConfidenceScale, Feedback, ScoringRule, Sequence


class AnswerDesign(Section):
    """What an answer consists of."""

    sequence: Sequence = Sequence.DIRECT
    """With "answer_first" a participant with an assistant first commits an answer of their own."""
    confidence: ConfidenceScale = ConfidenceScale.FIVE_POINTS
    scoring_rule: ScoringRule = ScoringRule.NONE
    """How the stated probability is paid; the page shows what each outcome would pay."""
    prize: float = Field(default=0.0, ge=0, le=1_000_000)
    """The most that one question pays, in `currency`."""
    binarised: bool = False
    """The score is no share of the prize but the chance of winning all of it, so that risk attitude does not matter."""
    currency: str = Field(default="points", min_length=1, max_length=12)
    """What amounts are in: points, or a currency by its code."""
    belief_after_reply: bool = False
    """Whether the participant is asked after each reply which answer they now hold to be right."""
    reason: Literal["none", "optional", "required"] = "none"
    """Whether the participant gives a reason in words."""
    skip: bool = False
    """Whether a question may be skipped."""
    feedback: Feedback = Feedback.PRACTICE_ONLY

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.scoring_rule is ScoringRule.NONE:
            if self.binarised:
                raise ValueError(
                    "binarised: found true without a scoring_rule, so there is no score to be a chance; leave it out, "
                    'or choose "quadratic", "log" or "spherical"'
                )
            if self.prize:
                raise ValueError(
                    f"prize: found {self.prize:g} without a scoring_rule; "
                    'leave it out, or choose "quadratic", "log" or "spherical"'
                )
            return self
        if self.confidence not in (ConfidenceScale.PERCENT, ConfidenceScale.DISTRIBUTION):
            raise ValueError(
                f'scoring_rule: found "{self.scoring_rule}" with confidence = "{self.confidence}"; a rule pays a '
                'probability, so allowed are confidence = "percent" or "distribution"'
            )
        if not self.prize:
            raise ValueError(
                f'prize: found 0 with scoring_rule = "{self.scoring_rule}"; give the most that a question pays'
            )
        return self
