"""How often the report's intervals hold the truth, in simulated studies of the sizes that people run.

First the primary interval, for the difference to people alone and for one accuracy, with a difference and without one,
beside the interval that takes every answer as independent; a cell outside its bounds by more than chance fails the
benchmark. Then what rests on more than means: complementarity, AUROC, Brier score, over-confidence, RAIR, gap recovered
and the five-bin calibration error, which has no interval in the report, and here is why.

The truth of a statistic is its value over people and questions that all are new (`worlds.population`).
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtrit

from analysis.calibration import calibration_error, expected_calibration_error
from analysis.complementarity import joint
from analysis.discrimination import auroc, jackknife_auroc
from analysis.gap import fieller
from analysis.jackknife import Floats, Part, jackknife
from analysis.power import Layout
from analysis.replication import Crossing, draws, jackknives
from analysis.results import Interval
from analysis.scenario import Against, Scenario
from analysis.sums import Clusters, jackknife_sums, mean_interval, rate_interval, weighted_mean
from tests.bench import Figure
from tests.bench.worlds import World, draw, population

RUNS, SEED = 2000, 20221
LEVEL = 0.95
COVERED, REJECTED = (93.0, 98.0), 6.0
"""Bounds of coverage and of type I error, in percent."""
CEILING = 0.9
_POPULATION = 1_500_000

CELLS: Mapping[str, Scenario] = {
    "5 x 100, within": Scenario(5, 100, 100),
    "5 x 100, within, separate samples": Scenario(5, 100, 100, layout=Layout.DIFFERENT_ITEMS),
    "5 x 100, between": Scenario(5, 100, 100, layout=Layout.BETWEEN_PARTICIPANTS),
    "20 x 40": Scenario(20, 40, 40),
    "20 x 40, separate samples": Scenario(20, 40, 40, layout=Layout.DIFFERENT_ITEMS),
    "100 x 30": Scenario(100, 30, 30),
    "100 x 30, separate samples": Scenario(100, 30, 30, layout=Layout.DIFFERENT_ITEMS),
    "40 x 20 passages x 1": Scenario(40, 20, 20, passages=20),
    "40 x 20 passages x 1, separate samples": Scenario(40, 20, 20, 20, Layout.DIFFERENT_ITEMS),
    "20 x 10 passages x 4": Scenario(20, 40, 40, passages=10),
    "20 x 10 passages x 4, separate samples": Scenario(20, 40, 40, 10, Layout.DIFFERENT_ITEMS),
}
"""Participants by questions that each of them answers, half with the assistant and half without."""
FURTHER = ("5 x 100, within", "20 x 40", "100 x 30", "20 x 10 passages x 4")


def run(runs: int = RUNS) -> list[Figure]:
    """Every cell; an error names those whose primary interval does not keep its promise."""
    figures: list[Figure] = []
    broken: list[str] = []
    for name, scenario in CELLS.items():
        found = primary(scenario, runs)
        figures += found.figures(name)
        broken += found.broken(name)
    for name in FURTHER:
        figures += further(name, CELLS[name], runs)
    if broken:
        raise AssertionError("; ".join(broken))
    return figures


# -- the primary interval --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Primary:
    """Shares of studies, in percent: of intervals that hold the truth, and of tests that find what is not there."""

    runs: int
    people: int
    """Who answers with the assistant."""
    difference: float
    one_accuracy: float
    rejected: float
    naive: float
    naive_accuracy: float
    naive_rejected: float

    def figures(self, name: str) -> list[Figure]:
        """As the table prints them."""
        error = f"Monte Carlo error {_error(self.difference, self.runs):.1f}, {self.runs:,} runs"
        return [
            Figure(f"{name}: difference, coverage", self.difference, "%", f"naive {self.naive:.1f}; {error}"),
            Figure(
                f"{name}: one accuracy, coverage", self.one_accuracy, "%", f"naive {self.naive_accuracy:.1f}"
            ),
            Figure(f"{name}: type I error", self.rejected, "%", f"naive {self.naive_rejected:.1f}"),
        ]

    def broken(self, name: str) -> Iterator[str]:
        """What lies outside the bounds by more than two Monte Carlo errors.

        One accuracy of two or three people is left out: the report says of it that it is too narrow.
        """
        shares = {"difference": self.difference} | (
            {"one accuracy": self.one_accuracy} if self.people > 3 else {}
        )
        for what, share in shares.items():
            slack = 2 * _error(share, self.runs)
            if not COVERED[0] - slack <= share <= COVERED[1] + slack:
                yield f"{name}: the interval of {what} covers {share:.1f}%"
        if self.rejected > REJECTED + 2 * _error(self.rejected, self.runs):
            yield f"{name}: {self.rejected:.1f}% of tests find a difference where there is none"


def primary(scenario: Scenario, runs: int) -> Primary:
    """The difference to people alone, where it is as in the scenario and where it is 0."""
    there, none = (_differences(one, runs) for one in (scenario, replace(scenario, difference=0.0)))
    people = scenario.participants // (2 if scenario.layout is Layout.BETWEEN_PARTICIPANTS else 1)
    return Primary(
        runs,
        people,
        100 * _holds(there.jackknife, scenario.difference),
        100 * _holds_logit(there.accuracy, scenario.assisted),
        100 * (1 - _holds(none.jackknife, 0.0)),
        100 * _holds(there.naive, scenario.difference),
        100 * _holds(there.naive_accuracy, scenario.assisted),
        100 * (1 - _holds(none.naive, 0.0)),
    )


Found = tuple[Floats, Floats, Floats]
"""Estimate, standard error and degrees of freedom of every study."""


@dataclass(frozen=True, slots=True)
class _Differences:
    jackknife: Found
    accuracy: Found
    naive: Found
    naive_accuracy: Found


def _differences(scenario: Scenario, runs: int) -> _Differences:
    crossing = Crossing.of(scenario)
    blocks = []
    for right, _ in draws(scenario, crossing, runs, np.random.default_rng(SEED)):
        n, m = crossing.assisted.sum(), crossing.alone.sum()
        p, q = (right * crossing.assisted).sum((1, 2)) / n, (right * crossing.alone).sum((1, 2)) / m
        forever = np.full(len(p), 1e9)
        blocks.append(
            (
                *jackknives(right, crossing.assisted, crossing.alone, crossing.cluster),
                *jackknives(right, crossing.assisted, None, crossing.cluster),
                *(p - q, np.sqrt(p * (1 - p) / n + q * (1 - q) / m), forever),
                *(p, np.sqrt(p * (1 - p) / n), forever),
            )
        )
    columns = [np.concatenate(parts) for parts in zip(*blocks, strict=True)]
    four = [(columns[i], columns[i + 1], columns[i + 2]) for i in range(0, 12, 3)]
    return _Differences(*four)


def _holds(found: Found, truth: float) -> float:
    estimate, se, df = found
    return float((np.abs(estimate - truth) <= stdtrit(df, (1 + LEVEL) / 2) * se).mean())


def _holds_logit(found: Found, truth: float) -> float:
    m, se, df = found
    apart = np.abs(np.log(m / (1 - m)) - math.log(truth / (1 - truth)))
    return float((apart <= stdtrit(df, (1 + LEVEL) / 2) * se / (m * (1 - m))).mean())


def _error(percent: float, runs: int) -> float:
    return math.sqrt(percent * (100 - percent) / runs)


# -- what rests on more than means -----------------------------------------------------------------


def further(name: str, scenario: Scenario, runs: int) -> list[Figure]:
    """Complementarity on arrays, the others study by study with the functions that the report calls."""
    truth = {key: of(population(scenario, _POPULATION, SEED)) for key, of in TRUTHS.items()}
    crossing, rng = Crossing.of(scenario), np.random.default_rng(SEED + 1)
    hits = dict.fromkeys(TRUTHS, 0)
    made = dict.fromkeys(TRUTHS, 0)
    errors: list[tuple[float, float]] = []
    held_at_0 = 0
    for _ in range(runs):
        world = draw(scenario, crossing, rng)
        for key, interval in intervals(world).items():
            if interval.ci_low is not None and interval.ci_high is not None:
                made[key] += 1
                hits[key] += interval.ci_low <= truth[key] <= interval.ci_high
        # Somebody perfectly calibrated, who is right as often as each level says.
        calibrated = (rng.random(len(world.confidence)) < world.confidence).astype(float)
        errors.append(
            (calibration_error(world.confidence, calibrated), expected_calibration_error(world.confidence))
        )
        would_be = _calibration(replace(world, right=calibrated), world.clusters())
        held_at_0 += would_be.ci_low is not None and would_be.ci_low <= 0
    figures = [
        Figure(
            f"{name}: {key}, coverage",
            100 * hits[key] / max(1, made[key]),
            "%",
            f"{made[key]:,} of {runs:,} runs had one",
        )
        for key in TRUTHS
    ]
    found, expected = np.array(errors).mean(axis=0)
    figures.append(
        Figure(f"{name}: calibration error of calibrated people", found, "", f"expected {expected:.3f}")
    )
    figures.append(
        Figure(f"{name}: calibration error of calibrated people, coverage", 100 * held_at_0 / runs, "%")
    )
    return figures + list(complementarity(name, scenario, runs))


def intervals(world: World) -> dict[str, Interval]:
    """Every interval of one study, as the report makes it."""
    everything, ones = world.clusters(), np.ones_like(world.right)
    brier = weighted_mean((world.confidence - world.right) ** 2, ones, everything)
    over = weighted_mean(world.confidence - world.right, ones, everything)
    own = (world.initial_right == 0) & (world.advice_right == 1)
    kept = (world.initial_right == 1) & (world.advice_right == 0)
    wrong = world.advice_right == 0
    agreed = np.maximum(world.follows, world.initial_right)[~wrong]
    return {
        "AUROC": mean_interval(
            jackknife_auroc(world.confidence, world.right, ones, everything), everything, LEVEL, 0, 1
        ),
        "Brier score": mean_interval(brier, everything, LEVEL, 0, 1),
        "over-confidence": mean_interval(over, everything, LEVEL, -1, 1),
        "RAIR": _share(world.follows[own], world.clusters(own)),
        "RSR": _share(1 - world.follows[kept], world.clusters(kept)),
        "over-reliance": _share(world.follows[wrong], world.clusters(wrong)),
        "under-reliance": _share(1 - agreed, world.clusters(~wrong)),
        "gap recovered": _gap(world),
        "calibration error": _calibration(world, everything),
    }


def _share(value: Floats, clusters: Clusters) -> Interval:
    found = weighted_mean(value, np.ones_like(value), clusters)
    return rate_interval(found, len(value), clusters, LEVEL)


def _gap(world: World) -> Interval:
    value, person, item = world.alone
    assisted, floor = Part(1.0, world.right, world.person, world.item), Part(1.0, value, person, item)
    numerator = jackknife([assisted, replace(floor, coefficient=-1.0)])
    gap = CEILING - float(value.mean())
    bounds, _ = fieller(numerator, jackknife([floor]), jackknife([assisted]), gap, LEVEL)
    if bounds is None or numerator.estimate is None:
        return Interval(estimate=None)
    return Interval(estimate=numerator.estimate / gap, ci_low=bounds[0], ci_high=bounds[1])


def _calibration(world: World, clusters: Clusters) -> Interval:
    """What an interval of the calibration error would be."""
    level = np.unique(world.confidence, return_inverse=True)[1]
    centres = np.unique(world.confidence)
    of = np.eye(len(centres))[level]
    columns = np.hstack([of, of * world.right[:, None]])

    def error(totals: Floats) -> Floats:
        n, right = totals[..., : len(centres)], totals[..., len(centres) :]
        used = n > 1e-9
        apart = np.where(used, np.abs(right / np.where(used, n, 1.0) - centres), 0.0)
        return np.asarray(apart.sum(-1) / used.sum(-1))

    return mean_interval(jackknife_sums(columns, error, clusters), clusters, LEVEL, 0, 1)


def _gap_of(world: World) -> float:
    floor = float(world.alone[0].mean())
    return (float(world.right.mean()) - floor) / (CEILING - floor)


TRUTHS: Mapping[str, Callable[[World], float]] = {
    "AUROC": lambda world: auroc(world.confidence, world.right) or math.nan,
    "Brier score": lambda world: float(((world.confidence - world.right) ** 2).mean()),
    "over-confidence": lambda world: float((world.confidence - world.right).mean()),
    "RAIR": lambda world: float(world.follows[(world.initial_right == 0) & (world.advice_right == 1)].mean()),
    "RSR": lambda world: (
        1 - float(world.follows[(world.initial_right == 1) & (world.advice_right == 0)].mean())
    ),
    "over-reliance": lambda world: float(world.follows[world.advice_right == 0].mean()),
    "under-reliance": lambda world: (
        1 - float(np.maximum(world.follows, world.initial_right)[world.advice_right == 1].mean())
    ),
    "gap recovered": _gap_of,
    "calibration error": lambda world: calibration_error(world.confidence, world.right),
}


def complementarity(name: str, scenario: Scenario, runs: int) -> Iterator[Figure]:
    """Both baselines as good as each other, with a gain and without one, and one of them clearly better."""
    alone = scenario.accuracy
    for what, assisted, model in (
        ("baselines tie, no gain", alone, alone),
        ("baselines tie, gain of 10 points", alone + 0.1, alone),
        ("model 15 points better, gain of 10 points", alone + 0.25, alone + 0.15),
    ):
        against = replace(
            scenario, against=Against.MODEL_ALONE, added=assisted - alone, difference=assisted - model
        )
        held, claimed = _joint(against, min(assisted - alone, assisted - model), runs)
        yield Figure(
            f"{name}: complementarity, {what}, coverage", 100 * held, "%", f"claimed in {100 * claimed:.1f}%"
        )


def _joint(scenario: Scenario, truth: float, runs: int) -> tuple[float, float]:
    crossing = Crossing.of(scenario)
    held = claimed = n = 0
    for right, model in draws(scenario, crossing, runs, np.random.default_rng(SEED + 2)):
        pairs = (
            jackknives(right, crossing.assisted, crossing.alone, crossing.cluster),
            jackknives(right - model[:, None, :], crossing.assisted, None, crossing.cluster),
        )
        for both in zip(*(zip(*one, strict=True) for one in pairs), strict=True):
            low, high, p = joint(_plain(both), LEVEL)
            n += 1
            held += low <= truth <= high
            claimed += p < (1 - LEVEL) / 2
    return held / n, claimed / n


def _plain(both: Sequence[Sequence[float]]) -> list[tuple[float, float, float]]:
    return [(float(d), float(se), float(df)) for d, se, df in both]
