"""The overview: a running study in numbers, for the console and for `oversight status --json`.

Values and arithmetic only: the store counts, `oversight_app.overview` loads. Nothing here says how well anybody does;
accuracy is a value of its own (`Accuracy`), which is only asked for when it may be seen.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from statistics import median

from oversight_app.study.design import Outcome
from oversight_app.study.enrolment import Enrolment

CONNECTED_WITHIN = timedelta(seconds=10)
"""Servers note every two seconds who is there."""
FAST_S = 2.0
"""Nobody reads a question with four options in less: answers sooner than that are flagged."""
UNDER_WAY = "under_way"


@dataclass(frozen=True, slots=True)
class CellCount:
    """So many people of a cell stand so. `status` is an outcome, or under_way; `cell` is empty before Begin."""

    cell: str
    status: str
    n: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way, and how many people came at least so far."""

    name: str
    n: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How long people take. Seconds; None where nobody has finished."""

    n_completed: int
    median_s: float | None
    quickest_s: float | None
    slowest_s: float | None

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Pace":
        """Of those who completed, from consent to the end."""
        if not seconds:
            return cls(0, None, None, None)
        return cls(len(seconds), median(seconds), min(seconds), max(seconds))

    def hourly(self, reward: float | None) -> float | None:
        """What a reward comes to for an hour, at the median; None where either is unknown."""
        return reward * 3600 / self.median_s if reward and self.median_s else None


@dataclass(frozen=True, slots=True)
class Latency:
    """How fast the assistant answered lately: seconds, over its last `n` replies that were written to the end."""

    n: int
    first_text_median_s: float | None
    first_text_p95_s: float | None
    total_median_s: float | None
    total_p95_s: float | None

    @classmethod
    def of(cls, first_text_s: Sequence[float], total_s: Sequence[float]) -> "Latency":
        """Over these replies."""
        return cls(len(total_s), middle(first_text_s), high(first_text_s), middle(total_s), high(total_s))


@dataclass(frozen=True, slots=True)
class Flags:
    """What deserves a look: counts over closed study trials and over people.

    `n_fast` answers came within FAST_S seconds; `n_checks_failed` of `n_checks` attention checks were not answered as
    they asked, by `n_people_failed` people.
    """

    n_answers: int = 0
    n_fast: int = 0
    n_timed_out: int = 0
    n_void: int = 0
    n_abandoned: int = 0
    n_checks: int = 0
    n_checks_failed: int = 0
    n_people_failed: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """A study as it stands at a moment."""

    at: datetime
    enrolment: Enrolment
    n_places: int
    n_connected: int
    cells: tuple[CellCount, ...]
    funnel: tuple[Step, ...]
    pace: Pace
    flags: Flags
    latency: Latency
    troubles: dict[str, int] = field(default_factory=dict)
    disk_free_bytes: int = 0
    record_bytes: int = 0
    reward: float | None = None
    reward_currency: str = ""
    model_usd: float | None = None
    """What replies and judges have cost; None where no price is known."""
    n_replies: int = 0

    @property
    def hourly_pay(self) -> float | None:
        """The reward for an hour, at the median duration."""
        return self.pace.hourly(self.reward)

    def total(self, *, cell: str | None = None, status: str | None = None) -> int:
        """How many people stand so, or are in this cell, or both."""
        return sum(
            count.n
            for count in self.cells
            if (cell is None or count.cell == cell) and (status is None or count.status == status)
        )

    def describe(self) -> str:
        """What `oversight status` adds to its counts, a line each."""
        lines = [f"enrolment: {self.enrolment.state.value}; page open: {self.n_connected:,}"]
        if self.pace.median_s is not None:
            pay = f", {self.hourly_pay:.2f} {self.reward_currency} an hour" if self.hourly_pay else ""
            lines.append(
                f"median duration: {self.pace.median_s / 60:.1f} min of {self.pace.n_completed:,}{pay}"
            )
        return "\n".join(lines)

    def to_json(self) -> dict[str, object]:
        """As `oversight status --json` prints it."""
        return {
            "enrolment": self.enrolment.about(),
            "places": self.n_places,
            "connected": self.n_connected,
            "by_cell_and_status": [asdict(count) for count in self.cells],
            "funnel": {step.name: step.n for step in self.funnel},
            "duration": asdict(self.pace),
            "reward": self.reward,
            "reward_currency": self.reward_currency or None,
            "hourly_pay": self.hourly_pay,
            "flags": asdict(self.flags),
            "latency": asdict(self.latency),
            "troubles": self.troubles,
            "model_usd": self.model_usd,
            "replies": self.n_replies,
            "disk_free_bytes": self.disk_free_bytes,
            "record_bytes": self.record_bytes,
        }


@dataclass(frozen=True, slots=True)
class Person:
    """One participant as the console lists them. Times are moments in UTC, None where there is none."""

    participant_id: str
    kind: str
    cell: str
    stage: str
    outcome: str
    n_closed: int
    n_trials: int
    page_since: datetime | None
    last_sign_at: datetime | None
    seen_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    n_fast: int = 0
    n_checks_failed: int = 0
    n_troubles: int = 0
    median_response_s: float | None = None
    platform_status: str = ""
    """What has become of them at their platform, in its words; empty where no file of it said anything."""

    @property
    def status(self) -> str:
        """The outcome, or that they are under way."""
        return self.outcome or UNDER_WAY

    def is_connected(self, now: datetime) -> bool:
        """Whether a tab of theirs is open, as far as the servers said lately."""
        return self.seen_at is not None and now - self.seen_at <= CONNECTED_WITHIN

    def minutes_on_page(self, now: datetime) -> float | None:
        """Since when the page is the one that it is; None at the end."""
        if self.page_since is None or self.stage == "ended":
            return None
        return max(0.0, (now - self.page_since).total_seconds() / 60)

    def flags(self) -> tuple[str, ...]:
        """What deserves a look, in words."""
        said = []
        if self.n_fast:
            said.append(f"{self.n_fast} under {FAST_S:g} s")
        if self.n_checks_failed:
            said.append(f"{self.n_checks_failed} checks failed")
        if self.n_troubles:
            said.append(f"{self.n_troubles} replies failed")
        return tuple(said)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people to list: of this status and cell (empty: all), with this in their id, one page at a time."""

    status: str = ""
    cell: str = ""
    search: str = ""
    connected_only: bool = False
    page: int = 1
    per_page: int = 25

    @property
    def offset(self) -> int:
        """How many come before the page."""
        return (max(1, self.page) - 1) * self.per_page


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often people were right, by condition and task: over trials that count, one without a choice is wrong."""

    condition: str
    task: str
    n_correct: int
    n_trials: int

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.n_correct / self.n_trials


def middle(values: Sequence[float]) -> float | None:
    """The median; None of nothing."""
    return median(values) if values else None


def high(values: Sequence[float]) -> float | None:
    """The 95th percentile, as the value that 95 % do not exceed; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, -(-95 * len(ordered) // 100) - 1)]


STEPS = ("invited", "agreed", "passed_checks", "began", "halfway", Outcome.COMPLETED.value)
"""The attrition funnel: links made, consent, instructions and checks, Begin, half of the questions, the end."""


def funnel(counts: Sequence[int]) -> tuple[Step, ...]:
    """The steps with their counts, in order."""
    return tuple(Step(name, n) for name, n in zip(STEPS, counts, strict=True))
