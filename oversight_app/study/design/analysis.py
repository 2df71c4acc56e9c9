"""What is declared of the analysis before data."""

from contextlib import suppress
from typing import Self

from pydantic import Field, model_validator

from oversight_app.errors import BadInput
from oversight_app.study.design.assistant import check_model
from oversight_app.study.design.method import parse
from oversight_app.study.design.section import Section


class PrimaryModel(Section):
    """The one model-alone participant that human_with_model is compared with; `method` is a label as in the column."""

    model: str
    """Who is asked: PROVIDER:NAME, as `assistant.model` is written."""
    method: str = "zero_shot"
    """How it is asked: a method with its settings, as in the column `method`."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_model(self.model)
        # As it will stand in the column: a setting that a method has anyway is not in its label.
        with suppress(BadInput):
            name, settings = parse(self.method)
            object.__setattr__(self, "method", settings.label(name))
        return self

    def check_method(self) -> None:
        """Raise BadInput for a method, or a setting of one, that this release does not have.

        A study.toml is held to that when it is read; a plan that an earlier release froze stays readable.
        """
        if not self.is_imported:
            try:
                parse(self.method)
            except BadInput as error:
                raise BadInput(f"{error} What another tool asked is named TOOL:NAME.") from None

    @property
    def is_imported(self) -> bool:
        """Whether the answers are to come from another tool's logs, whose methods are named TOOL:NAME."""
        return ":" in self.method.partition("(")[0]

    @property
    def models(self) -> tuple[str, ...]:
        """Who is asked: the model, and the one that scores its reasonings where another is named."""
        with suppress(BadInput):
            _, settings = parse(self.method)
            return tuple(filter(None, (self.model, settings.scorer)))
        return (self.model,)


class AnalysisDesign(Section):
    """What is declared before data, so that the report can say so."""

    family: tuple[str, ...] = ()
    """The confirmatory contrasts, tested together. Left out: against each of the two alone, and, where the assistant is
    told what to argue for, against its own advice, which is then the headline (design, section 10); but not in a
    debate, whose two sides give no one piece of advice."""
    margin: float | None = Field(default=None, gt=0, lt=1)
    wmv_panel_size: int = Field(default=5, ge=1)
    """Voters in a panel of the weighted majority vote, where not everybody answers every question."""
    exclusions: tuple[str, ...] = ("external_help",)
    target_n: int = Field(default=40, ge=1)
    smallest_difference: float | None = Field(default=None, gt=0, lt=1)
    """The smallest true difference between people with the assistant and alone that the study has to find."""
    power_goal: float | None = Field(default=None, gt=0, lt=1)
    """How likely it has to find that difference; `oversight check` says where target_n does not reach it."""
    stopping_rule: str = "recruitment stops when target_n participants have completed"
    """When recruitment ends, in words; it goes into the registration and the report."""
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
        if self.power_goal is not None and self.smallest_difference is None:
            raise ValueError(
                f"power_goal: found {self.power_goal:g} without smallest_difference; power is always that of finding "
                "a difference, so give the smallest one that matters, as a fraction"
            )
        return self

    @property
    def goal(self) -> dict[str, float]:
        """The difference and the power that are wanted, by key; what was not declared is not there."""
        goal = {"smallest_difference": self.smallest_difference, "power_goal": self.power_goal}
        return {key: value for key, value in goal.items() if value is not None}


CONTRASTS = (
    "human_with_model - human_alone",
    "human_with_model - model_alone",
    "human_with_model - advice",
)

EXCLUSIONS = ("external_help", "withdrew", "failed_attention", "failed_comprehension", "too_fast")
"""Rules that leave whole participants out of a second set of estimates; none looks at accuracy."""
