"""Tasks, and how people, questions and conditions are crossed."""

from typing import Literal, Self

from pydantic import Field, model_validator

from oversight_app.study.design.section import LONGEST_S, Section
from oversight_app.study.design.vocabulary import Condition


class TaskDesign(Section):
    """One task: how many questions, from how many passages, and how long each may take."""

    questions_per_condition: int = Field(ge=1)
    questions_per_passage: int = Field(default=1, ge=1)
    rotate_over: int = Field(default=1, ge=1)
    """How many questions of a passage are rotated over participants."""
    time_limit_s: float | Literal["none"] = Field(default=300.0)
    extra_s_per_100_words: float = Field(default=0.0, ge=0, le=LONGEST_S)
    """Added for each 100 words of question and options above the first 100, in proportion."""
    time_limit_with_model_s: float | None = Field(default=None, gt=0, le=LONGEST_S)
    reading_s: float = Field(default=0.0, ge=0, le=LONGEST_S)
    """A reading phase before the clock: so long at most the passage stands alone, then the question comes."""
    min_time_s: float = Field(default=0.0, ge=0, le=LONGEST_S)
    """An answer is taken only after so many seconds; at 0 at once."""
    practice_per_condition: int = Field(default=1, ge=0)
    subjects: tuple[str, ...] = ()
    """Draw only from these subjects; empty means all."""
    leave_out_flagged: bool = True
    """Leave out questions whose key is flagged as doubtful."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.time_limit_s == "none":
            if self.time_limit_with_model_s is not None:
                raise ValueError(
                    f"time_limit_with_model_s: found {self.time_limit_with_model_s:g} in a task with "
                    'time_limit_s = "none"; leave it out, or give time_limit_s in seconds'
                )
        elif not 0 < self.time_limit_s <= LONGEST_S:
            raise ValueError(
                f"time_limit_s: found {self.time_limit_s:g}, allowed are seconds above 0 and up to a year, "
                'or "none" for an untimed task'
            )
        elif self.min_time_s >= self.time_limit_s:
            raise ValueError(
                f"min_time_s: found {self.min_time_s:g}, allowed are seconds below time_limit_s ({self.time_limit_s:g})"
            )
        if self.questions_per_condition % self.questions_per_passage:
            raise ValueError(
                f"questions_per_condition: found {self.questions_per_condition}, allowed are multiples of "
                f"questions_per_passage ({self.questions_per_passage})"
            )
        if self.rotate_over < self.questions_per_passage:
            if "rotate_over" in self.model_fields_set:
                raise ValueError(
                    f"rotate_over: found {self.rotate_over}, allowed is questions_per_passage "
                    f"({self.questions_per_passage}) or more"
                )
            object.__setattr__(self, "rotate_over", self.questions_per_passage)
        return self

    @property
    def passages_per_condition(self) -> int:
        """How many passages one participant meets in one condition."""
        return self.questions_per_condition // self.questions_per_passage

    def limit_s(self, n_words: int, condition: Condition) -> float | None:
        """Seconds allowed for a question of so many words; None when untimed."""
        if self.time_limit_s == "none":
            return None
        base = float(self.time_limit_s)
        if condition is Condition.HUMAN_WITH_MODEL and self.time_limit_with_model_s is not None:
            base = self.time_limit_with_model_s
        return base + self.extra_s_per_100_words * max(0, n_words - 100) / 100


class ConditionsDesign(Section):
    """How participants, questions and the two human conditions are crossed."""

    allocation: Literal["within", "between"] = "within"
    """Does one person meet both human conditions, or one of them?"""
    tasks: Literal["within", "between"] = "within"
    """Does one person meet every task, or one of them?"""
    order: Literal["counterbalanced", "human_alone_first", "human_with_model_first"] = "counterbalanced"
    question_samples: Literal["shared", "separate"] = "shared"
    """shared: both conditions use the same questions, counterbalanced over people; separate: form A is always answered
    alone and form B always with the model."""
    random_share: float = Field(default=0.2, ge=0, le=1)
    """Share of arrivals placed by lot, so that the next place cannot be foreseen."""
    unequal_time_limits: bool = False
