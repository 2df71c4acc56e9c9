"""The whole design, read from study.toml and checked in one go."""

import tomllib
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from oversight_app.errors import BadInput, DesignError
from oversight_app.study.design.analysis import CONTRASTS, AnalysisDesign, PrimaryModel
from oversight_app.study.design.answering import AnswerDesign
from oversight_app.study.design.assistant import AssistantDesign, check_model
from oversight_app.study.design.bonus import BonusDesign
from oversight_app.study.design.prices import Price
from oversight_app.study.design.problems import explain
from oversight_app.study.design.section import Section
from oversight_app.study.design.sitting import LogDesign, OutcomeDesign, SittingDesign
from oversight_app.study.design.tasks import ConditionsDesign, TaskDesign
from oversight_app.study.design.vocabulary import ENDINGS, AssistantMode, Outcome, Protocol
from oversight_app.study.paying import is_whole


class Design(Section):
    """A whole study design; see oversight_app/designs/*.toml for the ready-made ones."""

    title: str = Field(min_length=1)
    design: Literal["recommended", "bowman2022", "demo", "own"] = "own"
    seed: int = 1
    language: str = "en"
    """Of the interface: a file in oversight_app/languages. The study's own texts are in their own language."""
    told_reliability: str = "The assistant is sometimes wrong."
    """What participants are told of the assistant; goes into the instructions, the manifest and the report."""
    tasks: dict[str, TaskDesign] = Field(min_length=1)
    conditions: ConditionsDesign = ConditionsDesign()
    answer: AnswerDesign = AnswerDesign()
    bonus: BonusDesign = BonusDesign()
    assistant: AssistantDesign = AssistantDesign()
    prices: dict[str, Price] = Field(default_factory=dict)
    """What models cost, by PROVIDER:NAME, where the tool does not know it or knows it wrongly."""
    analysis: AnalysisDesign = AnalysisDesign()
    sitting: SittingDesign = SittingDesign()
    outcomes: dict[Outcome, OutcomeDesign] = Field(default_factory=dict)
    """Codes and addresses by outcome, where they are not to be drawn."""
    log: LogDesign = LogDesign()

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
            # The two sides of a debate argue for different options: there is no advice to compare with.
            is_told = (
                self.assistant.mode is not AssistantMode.AS_IS
                and self.assistant.protocol is not Protocol.DEBATE
            )
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

    @model_validator(mode="after")
    def _check_prices(self) -> Self:
        for model, price in self.prices.items():
            try:
                provider = check_model(model)
            except ValueError as error:
                raise ValueError(f"prices: a price belongs to a {error}") from None
            if provider == "anthropic" and price.cache_written is None:
                raise ValueError(
                    f'prices."{model}".cache_written is missing; Anthropic charges more for a passage that it keeps '
                    "for an hour than for one that it reads"
                )
        return self

    @model_validator(mode="after")
    def _check_outcomes(self) -> Self:
        if Outcome.LEFT in self.outcomes:
            raise ValueError(
                'outcomes: found "left", but who has left may return and hands nothing in; '
                f"allowed are {', '.join(ENDINGS)}"
            )
        codes = [outcome.code for outcome in self.outcomes.values() if outcome.code]
        codes += [self.sitting.completion_code] if self.sitting.completion_code else []
        if len(set(codes)) < len(codes):
            raise ValueError(
                f"outcomes: found a code twice in {', '.join(map(repr, codes))}; platforms tell endings apart by them"
            )
        if self.sitting.attention_failures > self.sitting.attention_checks:
            raise ValueError(
                f"sitting.attention_failures: found {self.sitting.attention_failures} with "
                f"{self.sitting.attention_checks} attention_checks; allowed are at most as many"
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
        design = Design.model_validate(values)
    except ValidationError as error:
        raise DesignError(f"{file}: {explain(error, Design)}.") from None
    try:
        design.primary_model_alone.check_method()
    except BadInput as error:
        raise DesignError(f"{file}: analysis.primary_model_alone.method: {error}") from None
    # Not a rule of the model itself: a plan that was frozen before there was this rule has to open.
    if is_whole(design.answer.currency):
        amounts = {"answer.prize": design.answer.prize} | {
            f"bonus.{name}": amount for name, amount in design.bonus
        }
        for key, amount in amounts.items():
            if amount is not None and amount % 1:
                raise DesignError(
                    f"{file}: {key}: found {amount} in {design.answer.currency}, which has no decimals; give a whole "
                    "number."
                )
    return design
