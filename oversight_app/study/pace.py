"""The pace of requests to one service: how many a minute it allows, and how long all wait when it asks to.

Limits come from the researcher (`told`) and from the service's own headers (`learned`). Each is a bucket that fills
evenly and out of which requests are taken when they are given their turn, so that the next one knows how long it has to
wait. A limit that a researcher told is kept to in every minute, the first included; of one that a service told, that
is used which the service says is left.

A refusal (429) stops everybody until the moment that the service names, or for a time that doubles from half a second.
After that requests go one at a time, and one more at once for each that is answered: whoever was waiting must not come
back all in the same instant.

Everything here is a value; moments are seconds of a steady clock and come in as arguments.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf

REQUESTS, TOKENS, TOKENS_IN, TOKENS_OUT = "requests", "tokens", "input_tokens", "output_tokens"
"""What a limit may be of; `TOKENS` are those sent and received together."""

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
"""Where a service refuses without saying for how long."""
_FREE_AT = 64
"""With so many at once there is no need any longer to count them."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a service says of one of its limits: so much a minute, and so much of it left when it answered."""

    kind: str
    per_minute: float
    remaining: float | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What a request weighs: tokens sent, those of them that the service had in its cache, and tokens received."""

    tokens_in: float = 0.0
    tokens_out: float = 0.0
    tokens_cached: float = 0.0

    def of(self, kind: str) -> float:
        """How much of a limit it takes."""
        match kind:
            case "requests":
                return 1.0
            case "input_tokens":
                # Anthropic alone has this limit, and does not count what it reads from its cache.
                return self.tokens_in - self.tokens_cached
            case "output_tokens":
                return self.tokens_out
            case _:
                return self.tokens_in + self.tokens_out


@dataclass(frozen=True, slots=True)
class Bucket:
    """One limit: `level` is what could be taken at the moment `at`, below 0 where turns are given ahead of time."""

    kind: str
    per_minute: float
    capacity: float
    level: float
    at: float

    @property
    def per_s(self) -> float:
        """How fast it fills: in no minute may more be taken than the limit, the full bucket included."""
        return (self.per_minute - self.capacity + 1.0) / 60.0 if self._is_small else self.per_minute / 60.0

    @property
    def _is_small(self) -> bool:
        return self.capacity < self.per_minute

    def level_at(self, now: float) -> float:
        """What can be taken now."""
        return min(self.capacity, self.level + max(0.0, now - self.at) * self.per_s)

    def wait_s(self, now: float, load: Load) -> float:
        """How long until there is enough; a request larger than the bucket goes when that is full."""
        missing = min(load.of(self.kind), self.capacity) - self.level_at(now)
        return max(0.0, missing / self.per_s)

    def taken(self, now: float, amount: float) -> "Bucket":
        """After so much was taken, or given back where it is below 0."""
        return replace(self, level=min(self.capacity, self.level_at(now) - amount), at=max(now, self.at))


def told(kind: str, per_minute: int, now: float) -> Bucket:
    """A limit that a researcher told: at once no more than what is for one second."""
    capacity = max(1.0, per_minute / 60.0)
    return Bucket(kind, per_minute, capacity, capacity, now)


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace at a moment. `at_once` bounds how many are on their way after a refusal; None: nothing does."""

    told: tuple[Bucket, ...] = ()
    learned: tuple[Bucket, ...] = ()
    not_before: float = -inf
    n_refusals: int = 0
    """In a row, with no answer in between; those of one instant are one."""
    at_once: int | None = None
    on_the_way: int = 0

    def reserved(self, now: float, load: Load) -> tuple["Pace", float]:
        """The pace after a turn was given to a request, and how many seconds that turn is ahead."""
        wait_s = max((bucket.wait_s(now, load) for bucket in (*self.told, *self.learned)), default=0.0)
        return self._taken(now, load), wait_s

    def held_s(self, now: float) -> float:
        """How long a request whose turn has come still has to wait because of a refusal; inf: until one has ended."""
        if self.at_once is not None and self.on_the_way >= self.at_once:
            return inf
        return max(0.0, self.not_before - now)

    def begun(self) -> "Pace":
        """A request is on its way."""
        return replace(self, on_the_way=self.on_the_way + 1)

    def ended(self) -> "Pace":
        """It came back without having told anything of limits."""
        return replace(self, on_the_way=max(0, self.on_the_way - 1))

    def answered(
        self, now: float, load: Load, used: Load, allowances: Iterable[Allowance], age_s: float
    ) -> "Pace":
        """It was answered: `used` is what it weighed in the end; the service told its allowances `age_s` ago."""
        pace = self.ended()
        if now >= self.not_before and (pace.n_refusals or pace.at_once is not None):
            at_once = None if pace.at_once is None or pace.at_once >= _FREE_AT else pace.at_once + 1
            pace = replace(pace, n_refusals=0, at_once=at_once)
        pace = pace._taken(now, used, before=load)
        for allowance in allowances:
            pace = pace._learned(now, allowance, age_s)
        return pace

    def refused(self, now: float, retry_after_s: float | None) -> "Pace":
        """The service asked to wait, so everybody does."""
        pace = self.ended()
        # Whoever was on the way when the first was refused says nothing new.
        n = pace.n_refusals + (now >= self.not_before)
        pause_s = retry_after_s
        if pause_s is None:
            pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (max(1, n) - 1))
        return replace(pace, not_before=max(self.not_before, now + pause_s), n_refusals=n, at_once=1)

    def _taken(self, now: float, load: Load, *, before: Load | None = None) -> "Pace":
        """After a request was given its turn, or, where it was taken for another one `before`, turned out like this."""

        if not self.told and not self.learned:
            return self

        def after(bucket: Bucket) -> Bucket:
            weighed = before.of(bucket.kind) if before else 0.0
            return bucket.taken(now, load.of(bucket.kind) - weighed)

        return replace(self, told=tuple(map(after, self.told)), learned=tuple(map(after, self.learned)))

    def _learned(self, now: float, allowance: Allowance, age_s: float) -> "Pace":
        """A bucket as large as the limit, that holds what the service says is left and never more than we think."""
        limit = allowance.per_minute
        known = next((bucket for bucket in self.learned if bucket.kind == allowance.kind), None)
        if known is None:
            known = Bucket(allowance.kind, limit, limit, limit - self.on_the_way, now)
        # What it says is rounded down, and has been refilled since.
        left = inf if allowance.remaining is None else allowance.remaining + 1.0 + age_s * limit / 60.0
        bucket = Bucket(allowance.kind, limit, limit, min(known.level_at(now), left, limit), now)
        others = tuple(bucket for bucket in self.learned if bucket.kind != allowance.kind)
        return replace(self, learned=(*others, bucket))
