"""The design: everything a researcher decides before data, read from study.toml.

A design is checked whole when it is read; a wrong key, value or combination is a `DesignError` that names the key, what
was found and what is allowed. It knows nothing of banks: whether they can satisfy it is a matter of the plan.
"""

import tomllib
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from oversight_app.errors import DesignError
from oversight_app.study.design_problems import explain


class Condition(StrEnum):
    """Who answers, and with what help."""

    HUMAN_ALONE = "human_alone"
    HUMAN_WITH_MODEL = "human_with_model"
    MODEL_ALONE = "model_alone"


class Protocol(StrEnum):
    """How help is given in a trial."""

    UNAIDED = "unaided"
    CHAT = "chat"


class AssistantMode(StrEnum):
    """What the assistant is told to do: its own best, or to argue for an option the plan assigns."""

    AS_IS = "as_is"
    ASSIGNED = "assigned"


class Feedback(StrEnum):
    """When a participant learns the right answer."""

    NONE = "none"
    AFTER_EACH = "after_each"
    PRACTICE_ONLY = "practice_only"


class ConfidenceScale(StrEnum):
    """How confidence is asked for."""

    NONE = "none"
    FIVE_POINTS = "five_points"
    PERCENT = "percent"


FIVE_POINTS = (0.25, 0.42, 0.60, 0.80, 1.00)
"""The five levels of Bowman et al. 2022, section 3."""

HUMAN_CONDITIONS = (Condition.HUMAN_ALONE, Condition.HUMAN_WITH_MODEL)


LONGEST_S = 366 * 24 * 3600.0
"""No time in a design is longer than a year, so that every deadline is a date."""


class _Section(BaseModel):
    # TOML has inf and nan; no quantity of a design is either.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, allow_inf_nan=False)


class TaskDesign(_Section):
    """One task: how many questions, from how many passages, and how long each may take."""

    questions_per_condition: int = Field(ge=1)
    questions_per_passage: int = Field(default=1, ge=1)
    rotate_over: int = Field(default=1, ge=1)
    """How many questions of a passage are rotated over participants."""
    time_limit_s: float | Literal["none"] = Field(default=300.0)
    extra_s_per_100_words: float = Field(default=0.0, ge=0, le=LONGEST_S)
    """Added for each 100 words of question and options above the first 100, in proportion."""
    time_limit_with_model_s: float | None = Field(default=None, gt=0, le=LONGEST_S)
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


class ConditionsDesign(_Section):
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


class AnswerDesign(_Section):
    """What an answer consists of."""

    confidence: ConfidenceScale = ConfidenceScale.FIVE_POINTS
    feedback: Feedback = Feedback.PRACTICE_ONLY


class AssistantDesign(_Section):
    """The assistant that participants see in human_with_model."""

    protocol: Literal[Protocol.CHAT] = Protocol.CHAT
    model: str = "scripted:demo"
    """PROVIDER:NAME, or compatible:NAME@BASE_URL."""
    mode: AssistantMode = AssistantMode.ASSIGNED
    error_share: float = Field(default=0.3, ge=0, le=1)
    """With mode = "assigned": the share of assisted trials in which the assistant argues for a wrong option."""
    pass_question: bool = True
    """Whether the model is given the question and options, or only what the participant types."""
    passage_in_first_turn: bool = False
    """Whether the passage is the body of the first turn that the participant sees (Bowman et al. 2022)."""
    reply_limit_s: float = Field(default=60.0, gt=0, le=LONGEST_S)
    max_tokens: int = Field(default=700, ge=1)
    temperature: float | None = Field(default=None, ge=0)
    words_per_s: float = Field(default=12.0, gt=0)
    """Typing pace of the scripted assistant."""
    holds_share: float = Field(default=0.7, ge=0, le=1)
    """Share of trials in which the scripted assistant keeps its position when challenged."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        provider = _check_model(self.model)
        if provider == "scripted" and self.mode is AssistantMode.AS_IS:
            raise ValueError(
                'mode: found "as_is", but the scripted assistant has no opinion of its own; allowed is "assigned"'
            )
        return self

    @property
    def provider_and_model(self) -> tuple[str, str]:
        """The provider and the model's own name: "compatible:qwen@http://host/v1" is ("compatible", "qwen")."""
        return split_model(self.model)


def split_model(model: str) -> tuple[str, str]:
    """PROVIDER:NAME[@BASE_URL] as provider and name."""
    provider, _, rest = model.partition(":")
    return provider, rest.partition("@")[0]


PROVIDERS = ("scripted", "compatible")


def _check_model(model: str) -> str:
    """The provider of a well-formed model name; raises ValueError for any other."""
    provider, _, name = model.partition(":")
    if provider not in PROVIDERS or not name:
        raise ValueError(
            f"model: found {model!r}, allowed are PROVIDER:NAME with PROVIDER one of {', '.join(PROVIDERS)}"
        )
    if provider == "compatible" and not all(name.partition("@")):
        raise ValueError(f"model: found {model!r}, a compatible server is written compatible:NAME@BASE_URL")
    return provider


class PrimaryModel(_Section):
    """The one model-alone participant that human_with_model is compared with."""

    model: str
    method: str = "zero_shot"

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_model(self.model)
        return self


class AnalysisDesign(_Section):
    """What is declared before data, so that the report can say so."""

    family: tuple[str, ...] = ()
    """The confirmatory contrasts, tested together. Left out: against each of the two alone, and, where the assistant is
    told what to argue for, against its own advice, which is then the headline (design, section 10)."""
    margin: float | None = Field(default=None, gt=0, lt=1)
    exclusions: tuple[str, ...] = ("external_help",)
    target_n: int = Field(default=40, ge=1)
    stopping_rule: str = "recruitment stops when target_n participants have completed"
    primary_model_alone: PrimaryModel | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        for contrast in self.family:
            if contrast not in CONTRASTS:
                raise ValueError(f"family: found {contrast!r}, allowed are {', '.join(map(repr, CONTRASTS))}")
        for rule in self.exclusions:
            if rule not in EXCLUSIONS:
                raise ValueError(
                    f"exclusions: found {rule!r}, allowed are {', '.join(map(repr, EXCLUSIONS))}"
                )
        return self


CONTRASTS = (
    "human_with_model - human_alone",
    "human_with_model - model_alone",
    "human_with_model - advice",
)

EXCLUSIONS = ("external_help", "withdrew")
"""Rules that leave whole participants out of a second set of estimates; none looks at accuracy.

The analysis knows more of them, for studies with attention checks or a minimum time, which this version does not run.
"""


class SittingDesign(_Section):
    """What surrounds the trials."""

    idle_limit_s: float = Field(default=1800.0, gt=0, le=LONGEST_S)
    """After so long without a sign of the participant an untimed trial is abandoned and the place is given back."""
    comprehension_attempts: int = Field(default=3, ge=1)
    completion_code: str = ""
    """Shown at the end; empty: drawn from the seed when the plan is frozen."""
    completion_url: str = ""
    """Where the end page sends people, {code} is filled in."""
    min_display_s: float = Field(default=0.7, ge=0)
    """A submit sooner than this after a question opened is taken for the second half of a double click."""


class Design(_Section):
    """A whole study design; see oversight_app/designs/*.toml for the ready-made ones."""

    title: str = Field(min_length=1)
    design: Literal["recommended", "bowman2022", "demo", "own"] = "own"
    seed: int = 1
    told_reliability: str = "The assistant is sometimes wrong."
    """What participants are told of the assistant; goes into the instructions, the manifest and the report."""
    tasks: dict[str, TaskDesign] = Field(min_length=1)
    conditions: ConditionsDesign = ConditionsDesign()
    answer: AnswerDesign = AnswerDesign()
    assistant: AssistantDesign = AssistantDesign()
    analysis: AnalysisDesign = AnalysisDesign()
    sitting: SittingDesign = SittingDesign()

    @model_validator(mode="before")
    @classmethod
    def _default_limits(cls, values: Any) -> Any:
        # MMLU questions differ tenfold in length, so without a word their limit grows with it (design, section 10).
        tasks: Any = values.get("tasks") if isinstance(values, dict) else None
        mmlu = tasks.get("mmlu") if isinstance(tasks, dict) else None
        if isinstance(mmlu, dict) and "time_limit_s" not in mmlu:
            limits = {"time_limit_s": 180.0, "extra_s_per_100_words": 25.0} | mmlu
            return values | {"tasks": tasks | {"mmlu": limits}}
        return values

    @model_validator(mode="after")
    def _default_family(self) -> Self:
        if not self.analysis.family:
            is_told = self.assistant.mode is not AssistantMode.AS_IS
            family = CONTRASTS if is_told else CONTRASTS[:2]
            object.__setattr__(self, "analysis", self.analysis.model_copy(update={"family": family}))
        return self

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.conditions.tasks == "between" and len(self.tasks) < 2:
            raise ValueError('conditions.tasks: found "between" with one task; allowed is "within"')
        if self.conditions.allocation == "between" and self.conditions.question_samples == "separate":
            raise ValueError(
                'conditions.question_samples: found "separate" with allocation = "between", which would give each '
                'condition its own people and its own questions; allowed is "shared"'
            )
        if self.conditions.allocation == "between" and self.conditions.order != "counterbalanced":
            raise ValueError(
                f'conditions.order: found "{self.conditions.order}" with allocation = "between", where nobody meets '
                "both conditions; leave it out"
            )
        for name, task in self.tasks.items():
            if task.time_limit_with_model_s is not None and not self.conditions.unequal_time_limits:
                raise ValueError(
                    f"tasks.{name}.time_limit_with_model_s: found {task.time_limit_with_model_s:g}, but a comparison "
                    "of conditions needs the same limit in both; leave it out, or set "
                    "conditions.unequal_time_limits = true"
                )
        return self

    @property
    def primary_model_alone(self) -> PrimaryModel:
        """The declared comparator, by default the assistant's own model asked zero-shot."""
        return self.analysis.primary_model_alone or PrimaryModel(model=self.assistant.model)


def read_design(toml: str, *, file: str = "study.toml") -> Design:
    """Read a design from the text of a study.toml; raises DesignError naming every key that is wrong."""
    try:
        values = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise DesignError(f"{file} is not valid TOML: {error}. Nothing was changed.") from None
    try:
        return Design.model_validate(values)
    except ValidationError as error:
        raise DesignError(f"{file}: {explain(error, Design)}.") from None
