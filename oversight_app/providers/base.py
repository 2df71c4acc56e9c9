"""The seam to model services.

A provider is anything with `reply(request) -> Iterator[Piece]`: it yields `Text` as it arrives and ends with exactly
one `Reply`. Closing the iterator closes the socket. Failures are `ProviderConfigError` (a retry will not help) or
`ProviderUnavailable` (it may); a provider makes one attempt, retries belong to the caller. `collect` serves those who
want only the `Reply`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from oversight_app.errors import ProviderUnavailable
from oversight_app.providers.limits import Limits
from oversight_app.study.plan import hash_of
from oversight_app.study.sent import prompt_hash


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn as the model sees it."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What the scripted speaker plays from: the question as it is displayed, and the stance.

    Real services never see it. `options` and `arguments` are in displayed order; `stance` is the displayed letter to
    argue for, empty for none. `dice` names the draw, so that the same trial plays the same way twice.
    """

    question: str
    options: tuple[str, str, str, str]
    stance: str
    dice: str
    arguments: tuple[str, ...] = ()
    passage: str = ""
    holds_share: float = 0.7
    part: str = "chat"
    """The name of the prompt that a real service would speak from."""
    says: str = ""
    """What it says, word for word, where that is the caller's to decide; empty: what the script makes of the scene."""


@dataclass(frozen=True, slots=True)
class Request:
    """One reply asked for. `deadline_s` bounds the whole reply, connection included."""

    model: str
    system: str
    turns: tuple[Turn, ...]
    max_tokens: int
    deadline_s: float
    temperature: float | None = None
    max_characters: int | None = None
    """The writer ends the reply there; services know nothing of characters."""
    letters: bool = False
    """Ask for one letter A-D, with its log-probabilities where the service gives them."""
    grammar: str = ""
    """What the reply has to follow, as llama.cpp reads it (GBNF); empty: nothing."""
    words_per_s: float | None = None
    """Typing pace of the scripted speaker; None: at once."""
    scene: Scene | None = None
    effort: str = ""
    """How much a reasoning model may think, one of the service's own levels; empty: the model's default."""
    prefix: str = ""
    """The passage, where one stands at the beginning of `system` or of the first turn. It is the same for everybody, so
    that services which remember what they have read need not read it again. It marks the text and adds nothing."""

    @property
    def cache_key(self) -> str:
        """Names the prefix, the same for all who are asked about it; empty without one."""
        return hash_of(self.prefix)[:32] if self.prefix else ""

    @property
    def is_reasoned(self) -> bool:
        """Whether the model was told to think before it writes, so that even one letter takes many tokens."""
        return self.effort not in ("", "none")

    @property
    def prompt_hash(self) -> str:
        """64 hex digits over everything the model is told."""
        return prompt_hash(self.system, ((turn.role, turn.text) for turn in self.turns))


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counters; None where the service does not say.

    `tokens_in` is everything sent, whatever the service had read before: `tokens_cached` (read from its cache) and
    `tokens_cache_written` (put there by this request) are parts of it. `tokens_reasoning` is part of `tokens_out`.
    """

    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_out: int | None = None
    tokens_cache_written: int | None = None
    tokens_reasoning: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The end of a reply. `finish_reason` is empty when the service broke off without saying why.

    `log_probabilities` maps displayed letters A-D to natural logarithms, as many as the service gave; None without any.
    `least_log_probability` is the least that it listed of any token: a letter that is missing has no more.
    """

    text: str
    finish_reason: str
    usage: Usage = field(default_factory=Usage)
    request_id: str = ""
    model: str = ""
    log_probabilities: Mapping[str, float] | None = None
    least_log_probability: float | None = None
    limits: Limits | None = None
    """What the service said of its limits, where it did."""


Piece: TypeAlias = Text | Reply


def parted(text: str, prefix: str) -> tuple[str, str]:
    """A text as the prefix it begins with and the rest; joined they are the text. ("", text) where it does not."""
    return (prefix, text[len(prefix) :]) if prefix and text.startswith(prefix) else ("", text)


class Provider(Protocol):
    """A model service."""

    name: str

    def reply(self, request: Request) -> Iterator[Piece]:
        """Yield the reply piece by piece, and a `Reply` at the end."""
        ...


def collect(pieces: Iterator[Piece]) -> Reply:
    """The final Reply of a stream; raises ProviderUnavailable when the stream ends without one."""
    last: Piece | None = None
    for piece in pieces:
        last = piece
    if not isinstance(last, Reply):
        raise ProviderUnavailable("the stream of a reply ended without saying how")
    return last
