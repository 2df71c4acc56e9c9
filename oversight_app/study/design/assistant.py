"""The assistant that participants see."""

from typing import Literal, Self

from pydantic import Field, model_validator

from oversight_app.study.design.prices import SpendingDesign
from oversight_app.study.design.section import LONGEST_S, Section
from oversight_app.study.design.vocabulary import AdviceForm, AssistantMode, Protocol, TurnOrder

_CHAT_ONLY = (AssistantMode.SANDBAGGED, AssistantMode.SYCOPHANTIC)
"""Their prompts are those of a conversation."""

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class AssistantDesign(Section):
    """The assistant that participants see in human_with_model."""

    protocol: Literal[
        Protocol.CHAT,
        Protocol.ADVICE,
        Protocol.CONSULTANCY,
        Protocol.DEBATE,
        Protocol.CRITIQUE,
        Protocol.CROSS_EXAMINATION,
    ] = Protocol.CHAT
    model: str = "scripted:demo"
    """PROVIDER:NAME with a provider of PROVIDERS, or compatible:NAME@BASE_URL."""
    second_model: str = ""
    """Who speaks second, in a debate and as the critic; empty: `model`."""
    mode: AssistantMode = AssistantMode.ASSIGNED
    error_share: float = Field(default=0.3, ge=0, le=1)
    """With mode = "assigned": the share of assisted trials in which the assistant argues for a wrong option."""
    weak_share: float = Field(default=0.3, ge=0, le=1)
    """With mode = "sandbagged": the share of assisted trials in which the assistant helps less well."""
    weakness: Literal["careless", "no_passage"] = "careless"
    """How: told to be careless, or not given the passage."""
    advice: AdviceForm = AdviceForm.EXPLANATION
    """With protocol = "advice": the option, with an explanation, with a confidence, or quotations alone."""
    rounds: int = Field(default=2, ge=1, le=6)
    """With protocol = "debate": how many times each side speaks."""
    turn_order: TurnOrder = TurnOrder.SIMULTANEOUS
    """With protocol = "debate": whether the second speaker of a round sees the first."""
    judge_asks: bool = True
    """With protocol = "debate": whether the participant's questions call for the rounds after the first."""
    max_characters: int | None = Field(default=None, ge=100, le=20_000)
    """The most that one speech may have, in any protocol; left out: no budget but `max_tokens`."""
    n_contexts: int = Field(default=3, ge=2, le=5)
    """With protocol = "cross_examination": how many fresh contexts each question is put to."""
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
    """After so many failures in a row `on_outage` holds."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        for model in filter(None, (self.model, self.second_model)):
            if check_model(model) == "scripted" and self.mode is not AssistantMode.ASSIGNED:
                raise ValueError(
                    f'mode: found "{self.mode.value}", but the scripted assistant has no opinion of its own; '
                    'allowed is "assigned"'
                )
        self._check_protocol()
        return self

    def _check_protocol(self) -> None:
        """Refuse what a protocol cannot mean."""
        protocol = self.protocol.value
        if self.protocol is Protocol.DEBATE and self.mode is not AssistantMode.ASSIGNED:
            raise ValueError(
                f'mode: found "{self.mode.value}" with protocol = "debate", in which two sides are assigned; '
                'allowed is "assigned"'
            )
        if self.mode in _CHAT_ONLY and self.protocol is not Protocol.CHAT:
            raise ValueError(
                f'mode: found "{self.mode.value}" with protocol = "{protocol}"; allowed is "as_is" or "assigned", or '
                'protocol = "chat"'
            )
        if self.protocol is not Protocol.CHAT:
            if not self.pass_question:
                raise ValueError(
                    f'pass_question: found false with protocol = "{protocol}", in which speakers need the question; '
                    'allowed is true, or protocol = "chat"'
                )
            if self.passage_in_first_turn:
                raise ValueError(
                    f'passage_in_first_turn: found true with protocol = "{protocol}", in which the participant '
                    'does not speak first; allowed is false, or protocol = "chat"'
                )
        if self.second_model and self.protocol not in (Protocol.DEBATE, Protocol.CRITIQUE):
            raise ValueError(
                f'second_model: found {self.second_model!r} with protocol = "{protocol}", in which nobody '
                'speaks second; leave it out, or choose "debate" or "critique"'
            )

    def model_of(self, speaker: str) -> str:
        """The model that a speaker is: `second_model` for the second side of a debate and for a critic."""
        is_second = speaker == "critic" or (self.protocol is Protocol.DEBATE and speaker == "assistant_2")
        return (self.second_model or self.model) if is_second else self.model

    @property
    def models(self) -> tuple[str, ...]:
        """Every model that takes part, once."""
        return tuple(dict.fromkeys(filter(None, (self.model, self.second_model))))

    @property
    def rules_in_force(self) -> dict[str, str | int | float | bool]:
        """The settings that say what this protocol and this mode come to, by their keys; others mean nothing here."""
        of_protocol: dict[Protocol, tuple[str, ...]] = {
            Protocol.ADVICE: ("advice",),
            Protocol.DEBATE: ("rounds", "turn_order", "judge_asks"),
            Protocol.CROSS_EXAMINATION: ("n_contexts",),
        }
        keys = of_protocol.get(self.protocol, ())
        keys += ("weak_share", "weakness") if self.mode is AssistantMode.SANDBAGGED else ()
        keys += ("max_characters",) if self.max_characters is not None else ()
        return {key: getattr(self, key) for key in keys}

    @property
    def drawn_share(self) -> float:
        """The share of assisted trials in which something is drawn against the participant.

        A wrong option assigned, or a weakened assistant; in a debate, that the side which speaks first has a wrong one.
        """
        if self.protocol is Protocol.DEBATE:
            return 0.5
        match self.mode:
            case AssistantMode.ASSIGNED:
                return self.error_share
            case AssistantMode.SANDBAGGED:
                return self.weak_share
            case _:
                return 0.0

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
