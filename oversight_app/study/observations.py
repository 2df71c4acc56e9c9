"""Observations: what a page says of behaviour beside the answers, read strictly.

A page sends batches. What may be in one is said here, field by field, and nothing else gets in: no text that somebody
typed, copied or pasted has a field; the one text is a search term. Options come as the page counts them, from the top,
and are kept under their original letters, as everywhere in the record.

`ms` counts from the appearance of the question, or of the passage in a reading phase, by the browser's clock.
"""

from collections.abc import Mapping
from hashlib import blake2s
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from oversight_app.study.design import FIVE_POINTS, ConfidenceScale
from oversight_app.study.letters import OptionOrder

MOST_IN_BATCH = 200
MOST_BYTES = 64 * 1024
"""Of one batch; a browser sends no more than that with a page that closes."""
MOST_PER_PERSON = 20_000
"""A sitting of forty questions makes about a twentieth of that."""

_LONGEST_MS = 366 * 24 * 3600 * 1000
_MOST_CHARACTERS = 10_000_000

Count: TypeAlias = Annotated[int, Field(ge=0, le=_MOST_CHARACTERS)]
Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Milliseconds: TypeAlias = Annotated[int, Field(ge=0, le=_LONGEST_MS)]
Part: TypeAlias = Literal["question", "options", "passage", "chat", "reason", "search", "outside"]


class _Seen(BaseModel):
    """One observation on question `n`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    n: int = Field(ge=1, le=100_000)
    phase: Literal["reading", "question"]
    ms: Milliseconds


class FocusSeen(_Seen):
    """The page lost or regained the focus, or went out of sight or came back."""

    kind: Literal["focus"]
    what: Literal["blur", "focus", "hidden", "visible"]


class ClipboardSeen(_Seen):
    """So many characters were copied or cut out of, or pasted into, these parts of the page."""

    kind: Literal["clipboard"]
    what: Literal["copy", "cut", "paste"]
    length: Count
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=7)]


class ScrollSeen(_Seen):
    """Which share of the passage has been in sight at most, and where its lower edge is now."""

    kind: Literal["scroll"]
    at: Share
    furthest: Share


class SearchSeen(_Seen):
    """A term was searched for, or the place of a quotation was asked for."""

    kind: Literal["search"]
    what: Literal["term", "quote"]
    term: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    hits: Count | None = None
    status: Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")] | None = None

    @model_validator(mode="after")
    def _belongs_together(self) -> "SearchSeen":
        is_term = self.term is not None and self.hits is not None and self.status is None
        is_quote = self.term is None and self.hits is None and self.status is not None
        if not (is_term if self.what == "term" else is_quote):
            raise ValueError("a term has hits, a quotation a status")
        return self


class ChoiceSeen(_Seen):
    """A mark was set: an option from the top (of a scale: a point from the left), or a number in percent, or both."""

    kind: Literal["choices"]
    mark: Literal[
        "answer", "initial_answer", "belief", "confidence", "initial_confidence", "belief_confidence"
    ]
    option: Annotated[int, Field(ge=0, le=4)] | None = None
    percent: Annotated[float, Field(ge=0, le=100)] | None = None


class TypingSeen(_Seen):
    """A stretch of typing in one of the study's own fields, from `ms` to `until_ms`; how much, never what."""

    kind: Literal["typing"]
    field: Literal["chat", "reason", "search"]
    until_ms: Milliseconds
    keys: Count
    deletions: Count
    pastes: Count
    length: Count


Seen: TypeAlias = Annotated[
    FocusSeen | ClipboardSeen | ScrollSeen | SearchSeen | ChoiceSeen | TypingSeen, Field(discriminator="kind")
]


class Batch(BaseModel):
    """What a page sends in one go. `page` is drawn anew by each page that is loaded, `seq` counts its batches.

    `whose` says for whom the page was drawn: on a shared computer somebody else's cookie may be there by now.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    page: str = Field(pattern=r"^[0-9a-f]{16}$")
    seq: int = Field(ge=1, le=1_000_000)
    whose: str = Field(pattern=r"^[0-9a-f]{16}$")
    seen: Annotated[tuple[Seen, ...], Field(min_length=1, max_length=MOST_IN_BATCH)]

    @property
    def name(self) -> str:
        """What a batch that comes a second time is known by."""
        return f"{self.page}/{self.seq}"


def whose(participant_id: str) -> str:
    """What a page is told of its participant, so that its batches come under no other name."""
    return blake2s(participant_id.encode(), digest_size=8).hexdigest()


def read_batch(raw: bytes) -> Batch | None:
    """The batch that these bytes are; None for anything else."""
    try:
        return Batch.model_validate_json(raw)
    except ValidationError:
        return None


def body_of(seen: Seen, option_order: str, scale: ConfidenceScale) -> Mapping[str, Any]:
    """What is kept of an observation beside its time, its trial and its kind."""
    body: dict[str, Any] = seen.model_dump(exclude={"n", "kind"}, exclude_none=True, mode="json")
    if not isinstance(seen, ChoiceSeen):
        return body
    option, percent = body.pop("option", None), body.pop("percent", None)
    is_scale = seen.mark.endswith("confidence")
    if percent is not None:
        body["confidence"] = round(percent / 100, 6)
    if option is None:
        return body
    if is_scale and scale is ConfidenceScale.FIVE_POINTS:
        return body | ({"confidence": FIVE_POINTS[option]} if option < len(FIVE_POINTS) else {})
    return body | (
        {"choice": OptionOrder(option_order).letters[option]} if option < len(option_order) else {}
    )
