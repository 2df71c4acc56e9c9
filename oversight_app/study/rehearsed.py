"""What a rehearsal says of the study to come: how long a sitting takes, how cells fill, what it pays, what comes back.

Each part is a value with its own sentences, and says what it rests on: simulated people are a rule and no measurement.
The estimates come from outside (the analysis makes them); here they are only held against the truth that the simulated
people were given.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from random import Random
from statistics import fmean
from typing import Any, Self

from oversight_app.study.bonus import bonus_of
from oversight_app.study.design import Design, Outcome
from oversight_app.study.truth import Accuracies

_LOTS = 400
"""So many times places are drawn by lot, to say how far apart cells would be without minimisation."""
_COMPARED = ("human_with_model", "human_alone")
CONTRAST = " - ".join(_COMPARED)


@dataclass(frozen=True, slots=True)
class Duration:
    """Minutes from the link to the end page, of simulated people who completed; None where nobody did."""

    n: int
    median_min: float | None
    p90_min: float | None

    @classmethod
    def of(cls, people: Iterable[Mapping[str, Any]]) -> Self:
        """Of the rows of the participants' table."""
        minutes = sorted(
            (
                datetime.fromisoformat(row["ended_at"]) - datetime.fromisoformat(row["started_at"])
            ).total_seconds()
            / 60
            for row in people
            if row["outcome"] == Outcome.COMPLETED and row["started_at"] and row["ended_at"]
        )
        return cls(len(minutes), _quantile(minutes, 0.5), _quantile(minutes, 0.9))

    def lines(self) -> list[str]:
        """In words."""
        if self.median_min is None or self.p90_min is None:
            return ["Nobody completed the study, so its duration cannot be said."]
        return [
            f"Half of the {self.n} people who completed took at most {self.median_min:.0f} minutes from the link to "
            f"the last page, nine of ten at most {self.p90_min:.0f}.",
            "This rests on simulated times: an answer after 15 to 85% of its limit (20 to 120 seconds without one), "
            "pages in 2 seconds to 2 minutes. Real people may be quicker or slower: pilot it before you promise it.",
        ]


@dataclass(frozen=True, slots=True)
class Balance:
    """How people were spread over cells: who began, who completed, and how far apart the cells are in the end."""

    began: Mapping[str, int]
    completed: Mapping[str, int]
    left_in: Mapping[str, int]
    """By condition, the people who were in it when they left."""
    apart_by_lot: float
    """The mean difference between fullest and emptiest cell if each of those who completed had drawn a lot."""

    @classmethod
    def of(
        cls, people: Sequence[Mapping[str, Any]], answers: Iterable[Mapping[str, Any]], cells: Sequence[str]
    ) -> Self:
        """Of the rows of both tables and the plan's cells."""
        began = Counter(dict.fromkeys(cells, 0))
        began.update(row["cell"] for row in people if row["cell"])
        completed = Counter(dict.fromkeys(cells, 0))
        completed.update(row["cell"] for row in people if row["outcome"] == Outcome.COMPLETED)
        gone = {row["participant_id"] for row in people if row["outcome"] in (Outcome.LEFT, Outcome.WITHDREW)}
        their = sorted(
            (row for row in answers if row["participant_id"] in gone), key=lambda row: row["shown_at"] or ""
        )
        last = {row["participant_id"]: row["condition"] for row in their}
        return cls(
            dict(began),
            dict(completed),
            dict(sorted(Counter(last.values()).items())),
            _by_lot(completed.total(), len(cells)),
        )

    @property
    def n_left(self) -> int:
        """Who began and did not complete."""
        return sum(self.began.values()) - sum(self.completed.values())

    @property
    def apart(self) -> int:
        """How many more have completed in the fullest cell than in the emptiest."""
        return max(self.completed.values()) - min(self.completed.values())

    @property
    def completing_share(self) -> float:
        """Of those who began."""
        return sum(self.completed.values()) / max(1, sum(self.began.values()))

    def lines(self, target_n: int) -> list[str]:
        """In words, with how many have to begin for so many to complete."""
        n_began, n_done = sum(self.began.values()), sum(self.completed.values())
        planned = n_began / len(self.began)
        worst = max((1 - self.completed[cell] / n for cell, n in self.began.items() if n), default=0.0)
        found = [
            f"{n_began} people were placed in {len(self.began)} cells, {planned:.1f} in each if evenly; {n_done} "
            f"completed, {min(self.completed.values())} to {max(self.completed.values())} in a cell.",
            "Minimisation, which gives the place of who has left to the next, kept the cells within "
            f"{_people(self.apart)} of each other; by lot alone they would be about {self.apart_by_lot:.0f} apart. "
            f"The cell that lost most lost {worst:.0%} of its people.",
        ]
        if self.left_in:
            where = " and ".join(f"{n} in {condition}" for condition, n in self.left_in.items())
            found.append(f"Of those who left after their first question, {where}.")
        if n_done:
            needed = ceil(target_n / self.completing_share)
            found.append(f"For {target_n} to complete, about {needed} have to begin.")
        return found


@dataclass(frozen=True, slots=True)
class Recovered:
    """One number of the analysis beside its truth; `ci_low` and `ci_high` are None where there is no interval."""

    task: str
    what: str
    truth: float
    estimate: float | None
    ci_low: float | None
    ci_high: float | None

    @property
    def holds(self) -> bool | None:
        """Whether the interval holds the truth; None without an interval."""
        if self.ci_low is None or self.ci_high is None:
            return None
        return self.ci_low <= self.truth <= self.ci_high

    def line(self) -> str:
        """In words, in percentage points where it is a difference."""
        said = "none" if self.estimate is None else f"{100 * self.estimate:.1f}"
        if self.ci_low is None or self.ci_high is None:
            return f"{self.task}, {self.what}: truth {100 * self.truth:.1f}, estimate {said}, no interval"
        answer = "yes" if self.holds else "no"
        if self.ci_high - self.ci_low >= 1:
            answer += ", but so wide an interval says nothing"
        return (
            f"{self.task}, {self.what}: truth {100 * self.truth:.1f}, estimate {said} "
            f"[{100 * self.ci_low:.1f}, {100 * self.ci_high:.1f}]; the interval holds it: {answer}"
        )


def recovered(
    truth: Accuracies, estimates: Iterable[Mapping[str, Any]], contrasts: Iterable[Mapping[str, Any]]
) -> list[Recovered]:
    """Accuracy by task and condition, and the difference of both conditions, each beside the truth.

    Estimates and contrasts as in results.json; of several for one thing the first counts.
    """
    accuracies = {(row["task"], row["condition"]): row for row in reversed([*_accuracy(estimates)])}
    differences = {
        row["task"]: row for row in reversed([*_accuracy(contrasts)]) if row["contrast"] == CONTRAST
    }
    found = []
    for task, by_condition in truth.items():
        for condition, true in by_condition.items():
            found.append(_beside(task, f"accuracy of {condition}", true, accuracies.get((task, condition))))
        if all(condition in by_condition for condition in _COMPARED):
            true = by_condition[_COMPARED[0]] - by_condition[_COMPARED[1]]
            found.append(_beside(task, CONTRAST, true, differences.get(task)))
    return found


def _accuracy(rows: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    return (row for row in rows if (row["metric"], row["rows"], row["subgroup"]) == ("accuracy", "all", None))


def _beside(task: str, what: str, truth: float, row: Mapping[str, Any] | None) -> Recovered:
    row = row or {}
    return Recovered(task, what, truth, row.get("estimate"), row.get("ci_low"), row.get("ci_high"))


@dataclass(frozen=True, slots=True)
class Recovery:
    """What the analysis made of one rehearsal, and in how many of several its intervals held the truth."""

    first: tuple[Recovered, ...]
    runs: tuple[tuple[Recovered, ...], ...] = field(default=())
    """Of every rehearsal, the first among them; empty where there was only one."""

    def shares(self) -> dict[tuple[str, str], tuple[int, int]]:
        """By task and number: in how many rehearsals the interval held the truth, of how many with an interval."""
        counts: dict[tuple[str, str], list[bool]] = defaultdict(list)
        for run in self.runs:
            for row in run:
                if row.holds is not None:
                    counts[row.task, row.what].append(row.holds)
        return {key: (sum(held), len(held)) for key, held in counts.items()}

    def lines(self) -> list[str]:
        """In words."""
        n = sum(row.holds is not None for row in self.first)
        held = sum(row.holds is True for row in self.first)
        found = [
            "What the simulated people were given, and what the analysis made of their answers, in percent:",
            *(f"- {row.line()}" for row in self.first),
            f"{held} of {n} intervals hold the truth. A 95% interval misses it 1 time in 20 even where all is well, "
            "and these are not independent of each other: "
            + (
                "one rehearsal proves little; --repeat 20 rehearses more often."
                if not self.runs
                else "see the shares."
            ),
        ]
        if self.runs:
            found += [
                f"In {len(self.runs)} rehearsals, each with other people and questions as hard by chance:",
                *(
                    f"- {task}, {what}: {held} of {n} intervals held it ({held / n:.0%})"
                    for (task, what), (held, n) in self.shares().items()
                ),
            ]
        return found


def mean_bonus(
    people: Iterable[Mapping[str, Any]], answers: Iterable[Mapping[str, Any]], design: Design
) -> float:
    """What a simulated person who completed has earned by the design's rule, on average, in its currency."""
    by_person: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in answers:
        by_person[row["participant_id"]].append(row)

    def dice(purpose: str) -> Random:
        return Random(f"{design.seed}/{purpose}")  # as the plan throws them

    bonuses = [
        bonus_of(row["participant_id"], row["outcome"], by_person[row["participant_id"]], design, dice)
        for row in people
        if row["outcome"] == Outcome.COMPLETED
    ]
    return fmean(float(bonus.total) for bonus in bonuses if bonus is not None) if bonuses else 0.0


def _people(n: int) -> str:
    """So many, in words."""
    return "1 person" if n == 1 else f"{n} people"


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that this share of all does not exceed."""
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)] if ordered else None


def _by_lot(n_people: int, n_cells: int) -> float:
    dice = Random(f"lot/{n_people}/{n_cells}")
    found = []
    for _ in range(_LOTS if n_people else 0):
        counts = Counter(dice.choices(range(n_cells), k=n_people))
        found.append(max(counts.values()) - min(counts[cell] for cell in range(n_cells)))
    return fmean(found) if found else 0.0
