"""Confidence against share right, bin by bin: the reliability diagram, ECE and Murphy's parts of the Brier score.

Ten bins of equal width, the lower edge included: [0, .1), [.1, .2), ... [.9, 1]; 100% is in the last one. Edges are
compared in units of 1e-6, so that .3 does not depend on how floats round. The paper's five levels fall into five
different bins. A bin stands at the mean confidence of its answers, not at its middle.

ECE, reliability and resolution grow with chance alone, the more the fewer answers a bin has. What a perfectly
calibrated person would score stands beside ECE, from a seeded simulation in which every answer is right with the
probability that its confidence says; no interval, since a bootstrap would add the same bias once more.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.calibration import weights
from analysis.entries import entering, narrowed
from analysis.jackknife import Codes, Floats
from analysis.place import Place, places
from analysis.results import Estimate, Interval, Role, Rows
from analysis.sums import clusters_of, rate_interval, weighted_mean

N_BINS = 10
BIN_ACCURACY, BIN_CONFIDENCE = "bin_accuracy", "bin_confidence"
ECE, ECE_CALIBRATED, ECE_CALIBRATED_HIGH = "ece", "ece_if_calibrated", "ece_if_calibrated_q95"
RELIABILITY, RESOLUTION, UNCERTAINTY, WITHIN = (
    "brier_reliability",
    "brier_resolution",
    "brier_uncertainty",
    "brier_within_bins",
)
RUNS, SEED = 4000, 20221
_BINS_SAID = "Ten bins of equal width, lower edge included, 100% in the last."
_NO_INTERVAL = "No interval: the statistic is biased by chance, and resampling would add that bias again."
_NOTES = {
    ECE: f"Mean distance of share right and mean confidence over bins, weighted by their answers. {_BINS_SAID} It is "
    "above 0 even for a calibrated person.",
    ECE_CALIBRATED: f"Mean ECE of {RUNS:,} simulated perfectly calibrated sets with these confidences, answers "
    "independent.",
    ECE_CALIBRATED_HIGH: f"ECE that 95 of 100 of {RUNS:,} simulated perfectly calibrated sets stay below, answers "
    "independent; clustered answers pass it more often.",
    RELIABILITY: f"Murphy (1973), binary; 0 is best. Reliability - resolution + uncertainty + "
    f"brier_within_bins = brier. {_BINS_SAID}",
    RESOLUTION: f"Murphy (1973), binary; larger is better. {_BINS_SAID}",
    UNCERTAINTY: "Murphy (1973), binary: accuracy (1 - accuracy) of these answers.",
    WITHIN: "What the bins' means leave out of the Brier score (Stephenson, Coelho and Jolliffe 2008); 0 where "
    "every bin holds one confidence.",
}


def bin_of(confidence: Floats) -> Codes:
    """The bin of each confidence, 0-9. Example: .3 is in bin 3, .2999 in bin 2, 1 in bin 9."""
    micro = np.rint(confidence * 1_000_000).astype(np.int64)
    return np.minimum(micro // (1_000_000 // N_BINS), N_BINS - 1)


@dataclass(frozen=True, slots=True)
class Bins:
    """Weight, mean confidence and share right of each bin that is not empty."""

    code: Codes
    weight: Floats
    confidence: Floats
    accuracy: Floats

    @property
    def share(self) -> Floats:
        """Each bin's part of all the weight."""
        return np.asarray(self.weight / self.weight.sum(), dtype=np.float64)

    @property
    def ece(self) -> float:
        """Expected calibration error, count-weighted (Naeini, Cooper and Hauskrecht 2015)."""
        return float((self.share * np.abs(self.accuracy - self.confidence)).sum())

    @property
    def reliability(self) -> float:
        """Mean squared distance of share right and mean confidence (Murphy 1973)."""
        return float((self.share * (self.accuracy - self.confidence) ** 2).sum())

    @property
    def resolution(self) -> float:
        """Mean squared distance of a bin's share right from that of all answers (Murphy 1973)."""
        return float((self.share * (self.accuracy - self._accuracy) ** 2).sum())

    @property
    def uncertainty(self) -> float:
        """The Brier score of always saying the overall share right (Murphy 1973)."""
        return self._accuracy * (1 - self._accuracy)

    @property
    def _accuracy(self) -> float:
        return float((self.share * self.accuracy).sum())


def binned(confidence: Floats, correct: Floats, weight: Floats | None = None) -> Bins:
    """The bins of some answers; answers that share a question's weight count as that much."""
    weight = np.ones_like(confidence) if weight is None else weight
    code = bin_of(confidence)
    used = np.unique(code)
    n, sure, right = (
        np.asarray(np.bincount(code, weights=column * weight, minlength=N_BINS)[used], dtype=np.float64)
        for column in (np.ones_like(weight), confidence, correct)
    )
    return Bins(used, n, sure / n, right / n)


def ece_if_calibrated(confidence: Floats, weight: Floats | None = None) -> tuple[float, float]:
    """Mean and 95% quantile of the ECE of sets in which each answer is right as often as its confidence says.

    Answers that are alike are drawn together as a binomial count, so the order of the answers changes nothing.
    """
    weight = np.ones_like(confidence) if weight is None else weight
    table = np.column_stack([bin_of(confidence), np.rint(confidence * 1e6), np.rint(weight * 1e9)])
    kinds, n = np.unique(table, axis=0, return_counts=True)
    code, sure, heft = kinds[:, 0].astype(np.int64), kinds[:, 1] / 1e6, kinds[:, 2] / 1e9
    rng = np.random.default_rng(SEED)
    excess = np.zeros((RUNS, N_BINS))
    for place, (k, p, w) in enumerate(zip(code, sure, heft, strict=True)):
        excess[:, k] += w * (rng.binomial(n[place], min(1.0, p), RUNS) - n[place] * p)
    errors = np.abs(excess).sum(axis=1) / (heft * n).sum()
    return float(errors.mean()), float(np.quantile(errors, 0.95))


# -- rows ------------------------------------------------------------------------------------------


def rated(answers: pd.DataFrame, rows: Rows) -> Iterator[tuple[Place, pd.DataFrame]]:
    """Each place with its answers that have a choice and a confidence, where any of them enters."""
    for place, own in places(answers, rows):
        chosen = own[own["confidence"].notna() & own["has_choice"]]
        if len(entering(chosen)):
            yield place, chosen


def reliabilities(answers: pd.DataFrame, rows: Rows, level: float = 0.95) -> list[Estimate]:
    """ECE, Murphy's parts and the bins of the reliability diagram per task, condition and system."""
    answers = narrowed(answers, "confidence")
    found = []
    for place, everything in rated(answers, rows):
        used = entering(everything)
        confidence, correct = used["confidence"].to_numpy(float), used["score"].to_numpy(float)
        weight = weights(used)
        bins = binned(confidence, correct, weight)
        calibrated, high = ece_if_calibrated(confidence, weight)
        brier = float(np.average((confidence - correct) ** 2, weights=weight))
        values = {
            ECE: bins.ece,
            ECE_CALIBRATED: calibrated,
            ECE_CALIBRATED_HIGH: high,
            RELIABILITY: bins.reliability,
            RESOLUTION: bins.resolution,
            UNCERTAINTY: bins.uncertainty,
            WITHIN: brier - (bins.reliability - bins.resolution + bins.uncertainty),
        }
        for metric, value in values.items():
            note = f"{_NOTES[metric]} {_NO_INTERVAL}"
            found.append(place.estimate(metric, Interval(estimate=value), everything, note))
        found += _diagram(place, everything, bins, level)
    return found


def _diagram(place: Place, everything: pd.DataFrame, bins: Bins, level: float) -> Iterator[Estimate]:
    """Two rows per bin: share right with its interval, and the mean confidence where it stands."""
    code = bin_of(everything["confidence"].to_numpy(float))
    everyones = pd.Series(0.0, index=everything.index)
    entered = entering(everything)
    everyones.loc[entered.index] = weights(entered)
    for k, sure in zip(bins.code, bins.confidence, strict=True):
        own = everything[code == k]
        used = entering(own)
        clusters = clusters_of(used)
        score = used["score"].to_numpy(float)
        weight = np.asarray(everyones.loc[used.index], dtype=np.float64)
        n = len(used) if clusters.person is not None else used["item"].nunique()
        share = rate_interval(weighted_mean(score, weight, clusters), n, clusters, level)
        at = f"confidence={k / N_BINS:.1f}-{(k + 1) / N_BINS:.1f}"
        said = f"Share right among answers of this confidence. {_BINS_SAID}"
        yield place.estimate(BIN_ACCURACY, share, own, said, subgroup=at, role=Role.EXPLORATORY)
        mean = Interval(estimate=float(sure))
        said = "Mean confidence of the bin: where it stands in the diagram. No interval."
        yield place.estimate(BIN_CONFIDENCE, mean, own, said, subgroup=at, role=Role.EXPLORATORY)
