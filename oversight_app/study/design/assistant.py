"""The assistant that participants see."""

from typing import Literal, Self

from pydantic import Field, model_validator

from oversight_app.study.design.prices import SpendingDesign
from oversight_app.study.design.section import LONGEST_S, Section
from oversight_app.study.design.vocabulary import AssistantMode, Protocol

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class AssistantDesign(Section):
    """The assistant that participants see in human_with_model."""

    protocol: Literal[Protocol.CHAT] = Protocol.CHAT
    model: str = "scripted:demo"
    """PROVIDER:NAME with a provider of PROVIDERS, or compatible:NAME@BASE_URL."""
    mode: AssistantMode = AssistantMode.ASSIGNED
    error_share: float = Field(default=0.3, ge=0, le=1)
    """With mode = "assigned": the share of assisted trials in which the assistant argues for a wrong option."""
    pass_question: bool = True
    """Whether the model is given the question and options, or only what the participant types."""
    passage_in_first_turn: bool = False
    """Whether the passage is the body of the first turn that the participant sees (Bowman et al. 2022)."""
    reply_limit_s: float = Field(default=60.0, gt=0, le=LONGEST_S)
    max_tokens: int = Field(default=700, ge=1)
    """Of the reply, a reasoning model's thinking included."""
    temperature: float | None = Field(default=None, ge=0)
    effort: Effort | None = None
    """How much a reasoning model may think before it writes; None: the model's own default."""
    max_parallel: int = Field(default=32, ge=1)
    """Replies that one server process asks for at the same time; more wait their turn, first come first served."""
    spending: SpendingDesign = SpendingDesign()
    words_per_s: float = Field(default=12.0, gt=0)
    """Typing pace of the scripted assistant."""
    holds_share: float = Field(default=0.7, ge=0, le=1)
    """Share of trials in which the scripted assistant keeps its position when challenged."""

    on_outage: Literal["retry", "void", "end"] = "retry"
    """What follows when the assistant fails `outage_failures` times in a row in one trial: "retry" leaves it to the
    participant to ask again, "void" closes the trial as void and goes on, "end" ends the sitting with its own code."""
    outage_failures: int = Field(default=3, ge=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        provider = check_model(self.model)
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


PROVIDERS = ("scripted", "openai", "openai_chat", "anthropic", "compatible")


def check_model(model: str) -> str:
    """The provider of a well-formed model name; raises ValueError for any other."""
    provider, _, name = model.partition(":")
    if provider not in PROVIDERS or not name:
        raise ValueError(
            f"model: found {model!r}, allowed are PROVIDER:NAME with PROVIDER one of {', '.join(PROVIDERS)}"
        )
    if provider == "compatible" and not all(name.partition("@")):
        raise ValueError(f"model: found {model!r}, a compatible server is written compatible:NAME@BASE_URL")
    if provider != "compatible" and "@" in name:
        raise ValueError(
            f"model: found {model!r}, but only compatible models have an address; write {provider}:NAME"
        )
    return provider
