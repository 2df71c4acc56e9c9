"""Capacity: from measured steps, each with more people, to how many can be served and the sentence that says so.

Pure. A step counts as served where 95 of 100 people waited no longer than the bound from submit to the next page. Waits
grow faster than the number of people, so the line between the last step that was served and the first that was not lies
above them: where it crosses the bound there are rather too few people than too many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Step:
    """So many people at once: how many answers they handed in, and how long they waited (seconds)."""

    n_people: int
    n_answers: int
    p50_s: float
    p95_s: float

    @classmethod
    def of(cls, n_people: int, waits: Sequence[float]) -> "Step":
        """From all waits measured with so many people; nan where nobody's answer was taken."""
        return cls(n_people, len(waits), quantile(waits, 0.5), quantile(waits, SHARE))

    def is_served(self, bound_s: float) -> bool:
        """Whether the waits stayed within the bound; not where no answer came through at all."""
        return self.n_answers > 0 and self.p95_s <= bound_s


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a measurement came to. `why_ended` is "bound", "time", "places" (as many as were allowed) or "failed"."""

    steps: tuple[Step, ...]
    bound_s: float
    pace_s: float
    seconds: float
    n_cores: int
    why_ended: str
    n_kept: int = 0
    """Answers that were acknowledged to the clients, all of which stand in the record."""

    @property
    def n_people(self) -> int | None:
        """How many people are served, rounded down; None where already the first step was too many."""
        served = [step for step in self.steps if step.is_served(self.bound_s)]
        if not served:
            return None
        last = served[-1]
        beyond = next((step for step in self.steps if step.n_people > last.n_people), None)
        if beyond is None or not beyond.n_answers:
            return _rounded_down(last.n_people)
        part = (self.bound_s - last.p95_s) / (beyond.p95_s - last.p95_s)
        return _rounded_down(last.n_people + part * (beyond.n_people - last.n_people))

    @property
    def is_limit(self) -> bool:
        """Whether more people would have to wait longer, or that was not reached."""
        return self.why_ended in ("bound", "failed")

    def describe(self) -> str:
        """One sentence."""
        waits = f"95 of 100 people wait less than {self.bound_s:g} s for the next question"
        pace = f"each handing in an answer about every {self.pace_s:g} s"
        cores = "1 core" if self.n_cores == 1 else f"{self.n_cores} cores"
        how = f"measured in {self.seconds:.0f} s on {cores}, which the simulated people used as well"
        n = self.n_people
        if n is None:
            least = self.steps[0] if self.steps else None
            wait = (
                f": already with {least.n_people} it took {least.p95_s:.2f} s"
                if least and least.n_answers
                else ""
            )
            return (
                f"This machine, as busy as it is now, serves fewer than {least.n_people if least else 1} participants "
                f"at once so that {waits}, {pace}{wait} ({how})."
            )
        about = f"about {n}" if self.is_limit else f"at least {n}"
        more = {
            "time": "; the time was up before a limit was met, so --seconds finds more",
            "places": "; no more were tried, because of --most or of how many files may be open (`ulimit -n`)",
        }.get(self.why_ended, "")
        return f"This machine serves {about} participants at once: {pace}, {waits} ({how}{more})."

    def to_json(self) -> dict[str, object]:
        """For programs; seconds throughout, null where nothing was measured."""
        return {
            "participants": self.n_people,
            "is_limit": self.is_limit,
            "why_ended": self.why_ended,
            "bound_s": self.bound_s,
            "share": SHARE,
            "pace_s": self.pace_s,
            "measured_s": round(self.seconds, 1),
            "cores": self.n_cores,
            "answers_on_record": self.n_kept,
            "steps": [
                {
                    "participants": step.n_people,
                    "answers": step.n_answers,
                    "p50_s": round(step.p50_s, 4) if step.n_answers else None,
                    "p95_s": round(step.p95_s, 4) if step.n_answers else None,
                }
                for step in self.steps
            ],
            "sentence": self.describe(),
        }


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of all does not exceed; nan of nothing.

    >>> quantile([4, 1, 3, 2], 0.5)
    2
    """
    if not values:
        return nan
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def _rounded_down(n: float) -> int:
    """Two digits, as precise as such a measurement is."""
    size = int(10 ** max(0, len(str(int(n))) - 2))
    return int(n) // size * size
