"""Many simulated studies at once, each analysed as the report would: the power of the primary interval, measured.

The generator is that of `analysis.simulate`, on arrays: an answer is right with probability
expit(mean + effect x + u_p + s_p x + v_i + t_i x), x = +1/2 with the assistant and -1/2 without. The interval is the
two-way cluster jackknife with Satterthwaite's degrees of freedom (`analysis.jackknife`), written for thousands of
studies of one layout; a test holds both to the same numbers.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.power import Layout
from analysis.scenario import Against, Scenario

Array = npt.NDArray[Any]
_CELLS_AT_ONCE = 4_000_000
"""Answers drawn at a time, so that memory stays below about 200 MB."""


@dataclass(frozen=True, slots=True)
class Replications:
    """What the simulated studies found: estimate, standard error and degrees of freedom of each; nan without one."""

    estimate: Array
    se: Array
    df: Array
    truth: float

    def power(self, alpha: float) -> float:
        """The share of studies whose two-sided p is below alpha; one without an interval finds nothing."""
        from scipy.special import stdtrit

        with np.errstate(invalid="ignore"):
            found = np.abs(self.estimate) > stdtrit(self.df, 1 - alpha / 2) * self.se
        return float(found.mean())

    def coverage(self, level: float = 0.95) -> float:
        """The share of intervals that hold the truth, among studies that have one."""
        from scipy.special import stdtrit

        has_one = np.isfinite(self.se)
        miss = np.abs(self.estimate - self.truth)[has_one]
        return float((miss <= (stdtrit(self.df, (1 + level) / 2) * self.se)[has_one]).mean())

    def monte_carlo_se(self, share: float) -> float:
        """How far a share of these studies is off by chance: one standard error."""
        return math.sqrt(share * (1 - share) / len(self.estimate))


@dataclass(frozen=True, slots=True)
class Crossing:
    """Who answers what in which condition: two masks of participants by questions, and each question's cluster."""

    assisted: Array
    alone: Array
    cluster: Array

    @classmethod
    def of(cls, scenario: Scenario) -> "Crossing":
        """Two forms, by question or passage; two people in a row have the same questions and the other conditions."""
        people = np.arange(scenario.participants)
        order = np.arange(scenario.questions)
        cluster = order % scenario.clusters  # the first `passages` questions stand on different passages
        form = cluster % 2
        answered = np.zeros((scenario.participants, scenario.questions), dtype=bool)
        n_of_form = _halves(scenario.per_person)
        for which in (0, 1):
            own = order[form == which]
            # Windows over the questions of a form, one after another, so that each is answered about as often.
            start = (people // 2) * n_of_form[which]
            for step in range(min(n_of_form[which], len(own))):
                answered[people, own[(start + step) % len(own)]] = True
        odd = people[:, None] % 2
        with_model = {
            Layout.COUNTERBALANCED: (odd + form) % 2,
            Layout.DIFFERENT_ITEMS: form + 0 * odd,
            Layout.BETWEEN_PARTICIPANTS: odd + 0 * form,
        }[scenario.layout]
        return cls(answered & (with_model == 1), answered & (with_model == 0), cluster)


def _halves(n: int) -> tuple[int, int]:
    return n - n // 2, n // 2


def replicate(scenario: Scenario, runs: int = 1000, seed: int = 1) -> Replications:
    """Draw `runs` studies of this kind and analyse each; the same seed gives the same studies."""
    crossing = Crossing.of(scenario)
    found = [
        jackknives(right, crossing.assisted, crossing.alone, crossing.cluster)
        if scenario.against is Against.HUMAN_ALONE
        else jackknives(right - model[:, None, :], crossing.assisted, None, crossing.cluster)
        for right, model in draws(scenario, crossing, runs, np.random.default_rng(seed))
    ]
    estimate, se, df = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Replications(estimate, se, df, scenario.difference)


def draws(
    scenario: Scenario, crossing: Crossing, runs: int, rng: np.random.Generator
) -> Iterator[tuple[Array, Array]]:
    """Right answers and those of the model alone, some studies at a time, 1 where right and 0 where wrong.

    Shapes: studies by participants by questions, also where a participant does not answer; studies by questions.
    """
    s, (low, high) = scenario.sds, scenario.logits
    n_people, n_items = crossing.assisted.shape
    x = np.where(crossing.assisted, 0.5, -0.5).astype(np.float32)
    fixed = ((low + high) / 2 + (high - low) * x).astype(np.float32)
    block = max(1, min(runs, _CELLS_AT_ONCE // (n_people * n_items)))
    for start in range(0, runs, block):
        n = min(block, runs - start)
        level, slope = (
            rng.standard_normal((n, n_people), dtype=np.float32) * sd
            for sd in (s.participant_level, s.participant_slope)
        )
        easy, helped = (
            rng.standard_normal((n, n_items), dtype=np.float32) * sd for sd in (s.item_level, s.item_slope)
        )
        if scenario.passages is not None:
            shape = (n, scenario.passages)
            easy = easy + (rng.standard_normal(shape) * s.passage_level)[:, crossing.cluster]
            helped = helped + (rng.standard_normal(shape) * s.passage_slope)[:, crossing.cluster]
        logit = fixed + level[..., None] + easy[:, None, :].astype(np.float32)
        logit += x * (slope[..., None] + helped[:, None, :].astype(np.float32))
        right = rng.random(logit.shape, dtype=np.float32) * (1 + np.exp(-logit)) < 1
        yield right.astype(np.float64), (rng.random((n, n_items)) < scenario.of_model).astype(np.float64)


def jackknives(value: Array, plus: Array, minus: Array | None, cluster: Array) -> tuple[Array, Array, Array]:
    """Estimate, standard error and degrees of freedom of mean(plus) - mean(minus) in each study; nan without one.

    `value` is studies by participants by questions, the masks are participants by questions, `cluster` says which
    cluster a question belongs to. Without `minus`: the mean of `plus` alone.
    """
    n_clusters = int(cluster.max()) + 1
    joined = np.zeros((len(cluster), n_clusters))
    joined[np.arange(len(cluster)), cluster] = 1
    parts = [(1.0, plus), *([(-1.0, minus)] if minus is not None else [])]
    estimate: Any = 0.0
    without_person: Any = 0.0
    without_cluster: Any = 0.0
    scores: Any = 0.0
    people = np.logical_or.reduce([mask.any(axis=1) for _, mask in parts])
    clusters = np.logical_or.reduce([(mask @ joined > 0).any(axis=0) for _, mask in parts])
    met = np.logical_or.reduce([mask @ joined > 0 for _, mask in parts])
    for sign, mask in parts:
        counts = mask @ joined
        sums = (value * mask) @ joined
        total, n = sums.sum((1, 2)), counts.sum()
        mean = total / n
        with np.errstate(divide="ignore", invalid="ignore"):
            one_out = (total[:, None] - sums.sum(2)) / (n - counts.sum(1))
            cluster_out = (total[:, None] - sums.sum(1)) / (n - counts.sum(0))
        estimate = estimate + sign * mean
        without_person = without_person + sign * one_out
        without_cluster = without_cluster + sign * cluster_out
        scores = scores + sign * (sums - counts * mean[:, None, None]) / n
    p, i, cells = int(people.sum()), int(clusters.sum()), int(met.sum())
    v_p = (p - 1) / p * ((without_person[:, people] - estimate[:, None]) ** 2).sum(1)
    v_i = (i - 1) / i * ((without_cluster[:, clusters] - estimate[:, None]) ** 2).sum(1)
    v_pi = cells / (cells - 1) * (scores**2).sum((1, 2))
    variance = np.maximum(np.maximum(v_p + v_i - v_pi, v_p), v_i)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = variance**2 / (v_p**2 / (p - 1) + v_i**2 / (i - 1) + v_pi**2 / ((p - 1) * (i - 1)))
        se = np.sqrt(np.where(variance > 1e-20, variance, np.nan))
    return estimate, se, df
