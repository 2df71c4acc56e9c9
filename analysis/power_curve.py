"""Power over numbers of participants, the number needed for a wanted power, and what stands in the way of it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from analysis.budget import Budget
from analysis.power import Precision, detectable, power
from analysis.replication import replicate
from analysis.scenario import MANY, Scenario, ScenarioError

FEW_DF = 6.0
"""Below so many degrees of freedom the closed form promises too much (measured at 5 to 500 participants)."""
TRIES = 6
"""How often a number of participants is raised because simulation does not confirm it."""


@dataclass(frozen=True, slots=True)
class PowerPoint:
    """A study of one size: power by both ways, what it can find, how precise it is, what it costs; fractions.

    `closed` and `simulated` are the power of one test at alpha; `..._strictest` at Holm's strictest step, the same
    where the study has one test. `simulated_se` is the Monte Carlo error. `detectable` is at the wanted power. Costs
    are in the budget's currency, None where a part of them was not stated.
    """

    participants: int
    questions: int
    per_person: int
    closed: float | None
    closed_strictest: float | None
    simulated: float
    simulated_se: float
    simulated_strictest: float
    coverage: float
    detectable: float | None
    half_width: float | None
    se: float | None
    df: float | None
    cost_people: float | None
    cost_models: float | None
    cost: float | None
    hours: float


@dataclass(frozen=True, slots=True)
class Needed:
    """How many participants give the wanted power, or None and why no number does; `point` is that study."""

    wanted: float
    participants: int | None
    point: PowerPoint | None
    why: str = ""
    questions: int | None = None
    """So many questions would do it with so many participants as were asked for at most."""


def power_point(
    scenario: Scenario, budget: Budget, wanted: float = 0.8, runs: int = 1000, seed: int = 1
) -> PowerPoint:
    """Everything about one size; `runs` studies are simulated."""
    expected, found = scenario.precision, replicate(scenario, runs, seed)
    strictest = scenario.alpha / scenario.tests
    simulated, n = found.power(scenario.alpha), scenario.participants
    return PowerPoint(
        participants=n,
        questions=scenario.questions,
        per_person=scenario.per_person,
        closed=power(expected, scenario.difference, scenario.alpha) if expected else None,
        closed_strictest=power(expected, scenario.difference, strictest) if expected else None,
        simulated=simulated,
        simulated_se=found.monte_carlo_se(simulated),
        simulated_strictest=found.power(strictest),
        coverage=found.coverage(),
        detectable=detectable(expected, wanted, scenario.alpha) if expected else None,
        half_width=expected.half_width if expected else None,
        se=expected.se if expected else None,
        df=expected.df if expected else None,
        cost_people=budget.people(n),
        cost_models=budget.models(n),
        cost=budget.total(n),
        hours=budget.hours(n),
    )


def needed(
    scenario: Scenario, budget: Budget, wanted: float, runs: int = 1000, seed: int = 1, most: int = 5000
) -> Needed:
    """The fewest participants, an even number up to `most`, with the wanted power, confirmed by simulation.

    At Holm's strictest step where the study has several tests.
    """

    def reaches(n: int) -> bool:
        return _closed(scenario.at(n)) >= wanted

    top = most - most % 2
    if not reaches(top):
        return Needed(
            wanted, None, None, _why_not(scenario, wanted, top), _questions_for(scenario, wanted, top)
        )
    low, high = 2, top // 2
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(2 * middle) else (middle + 1, high)
    n = 2 * low
    for _ in range(TRIES):
        point = power_point(scenario.at(n), budget, wanted, runs, seed)
        if point.simulated_strictest + 2 * point.simulated_se >= wanted:
            return Needed(wanted, n, point)
        n = min(top, n + max(2, 2 * round(n / 20)))
    why = f"Simulation does not confirm the closed form: at {n} participants it finds less than {wanted:.0%}."
    return Needed(wanted, None, None, why)


def floor(scenario: Scenario) -> Precision | None:
    """What is left of the standard error with endless participants: that questions differ."""
    return scenario.at(MANY).precision


def remarks(scenario: Scenario, points: Iterable[PowerPoint], wanted: float) -> list[str]:
    """In plain words: where the closed form promises too much, and whether more participants can help."""
    points, said = list(points), []
    few = [point.participants for point in points if point.df is not None and point.df < FEW_DF]
    if few:
        said.append(
            f"With {_listed(few)} participants fewer than {FEW_DF:g} degrees of freedom are expected: the closed form "
            "is too hopeful there. Believe the simulation."
        )
    limit = floor(scenario)
    if limit is not None:
        most = _closed(scenario.at(MANY))
        what = "passages" if scenario.passages else "questions"
        n, step = scenario.clusters, " at Holm's strictest step" if scenario.tests > 1 else ""
        least = detectable(limit, wanted, scenario.alpha / scenario.tests)
        if most < wanted:
            said.append(
                f"More participants cannot help enough: with {n} {what} and endless participants power stays at "
                f"{most:.2f}{step}, because {what} differ in how much the assistant helps. More {what} can."
            )
        elif points and points[-1].se is not None and limit.se > 0.7 * points[-1].se:
            said.append(
                f"Beyond {points[-1].participants} participants little is gained: with {n} {what} the standard error "
                f"cannot fall below {100 * limit.se:.1f} points ({100 * points[-1].se:.1f} expected there). "
                f"More {what} are the cheaper way on."
            )
        if least is not None:
            said.append(
                f"With endless participants, {n} {what} would find a difference of {100 * least:.1f} points with power "
                f"{wanted:g}{step}; smaller ones need more {what}."
            )
    return said


def _closed(scenario: Scenario) -> float:
    expected = scenario.precision
    return power(expected, scenario.difference, scenario.alpha / scenario.tests) if expected else 0.0


def _why_not(scenario: Scenario, wanted: float, top: int) -> str:
    what = "passages" if scenario.passages else "questions"
    limit = _closed(scenario.at(MANY))
    if limit < wanted:
        return (
            f"No number of participants reaches power {wanted:g} for {100 * scenario.difference:.1f} points with "
            f"{scenario.clusters} {what}: with endless participants it is {limit:.2f}, because {what} differ."
        )
    return f"More than {top} participants would be needed for power {wanted:g}."


def _questions_for(scenario: Scenario, wanted: float, participants: int) -> int | None:
    """The fewest questions, all in proportion, with which so many participants reach the wanted power."""
    for step in range(1, 41):
        factor = math.pow(1.15, step)
        try:
            larger = replace(
                scenario,
                participants=participants,
                questions=round(scenario.questions * factor),
                per_person=round(scenario.per_person * factor),
                passages=None if scenario.passages is None else round(scenario.passages * factor),
            )
        except ScenarioError:
            return None
        if _closed(larger) >= wanted:
            return larger.questions
    return None


def _listed(numbers: list[int]) -> str:
    unique = sorted(set(numbers))
    return " and ".join(filter(None, [", ".join(map(str, unique[:-1])), str(unique[-1])]))
