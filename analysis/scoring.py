"""Proper scores and what goes with them: over-confidence, Brier scores, log score and AUROC.

Scores of whole answers, averaged; intervals by the two-way jackknife, which was not simulated for them (each row's
`ci_method` says so). Where an answer has a probability for every option, these are what is scored; where it has only a
confidence c in its choice, the other three share 1 - c, the rule by which the paper weights votes (Bowman et al. 2022).
A model's several answers to a question are scored one by one and averaged.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.calibration import weights
from analysis.columns import LETTERS
from analysis.discrimination import jackknife_auroc
from analysis.entries import entering, narrowed
from analysis.jackknife import Floats
from analysis.reliability import rated
from analysis.results import Estimate, Interval, Rows
from analysis.sums import clusters_of, mean_interval, weighted_mean

OVERCONFIDENCE, BRIER4, LOG_SCORE, AUROC = "overconfidence", "brier_multiclass", "log_score", "auroc"
FLOOR, CEILING = 0.01 / 3, 0.99
LOG_RANGE = float(np.log(FLOOR / (1 + 2 * FLOOR))), float(np.log(CEILING))
P_COLUMNS = tuple(f"p_{letter.lower()}" for letter in LETTERS)


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Per answer the probability of each option, the right one first (n x 4), and whether all four were given."""

    right_first: Floats
    is_whole: Floats

    @property
    def brier(self) -> Floats:
        """sum over options of (p - y)^2 per answer, 0 (all on the right option) to 2 (all on a wrong one)."""
        distance = self.right_first - np.array([1.0, 0, 0, 0])
        return np.asarray((distance**2).sum(axis=1), dtype=np.float64)

    @property
    def log_score(self) -> Floats:
        """ln p(right option) per answer in nats, at most ln .99.

        Probabilities are first cut to .01/3 and .99 and made to add up to 1 again, so that certainty that is wrong
        costs ln(.01/3) = -5.7 and not everything.
        """
        cut = np.clip(self.right_first, FLOOR, CEILING)
        return np.asarray(np.log(cut[:, 0] / cut.sum(axis=1)), dtype=np.float64)


def forecasts(answers: pd.DataFrame) -> Forecasts:
    """What answers with a choice and a confidence say of all four options."""
    confidence = answers["confidence"].to_numpy(float)
    rest = (1 - confidence) / 3
    is_right = answers["score"].to_numpy(float) == 1
    spread = np.column_stack([np.where(is_right, confidence, rest), *(rest for _ in range(3))])
    # Where the choice is wrong, it is one of the three others.
    spread[:, 1] = np.where(is_right, rest, confidence)
    given = answers[list(P_COLUMNS)].to_numpy(float)
    key = answers["correct_choice"].map({letter: place for place, letter in enumerate(LETTERS)})
    total = given.sum(axis=1)
    is_whole = ~np.isnan(total) & (total > 0) & key.notna().to_numpy()
    # Rounded percentages may add up to 99 or 101; options in the order right, then the others.
    order = (np.where(is_whole, key.fillna(0), 0).astype(np.int64)[:, None] + np.arange(4)) % 4
    given = np.take_along_axis(given, order, axis=1) / np.where(is_whole, total, 1.0)[:, None]
    return Forecasts(np.where(is_whole[:, None], given, spread), is_whole.astype(float))


def scores(answers: pd.DataFrame, rows: Rows, level: float = 0.95) -> list[Estimate]:
    """Over-confidence, both further Brier and log scores and AUROC per task, condition and system with confidences."""
    answers = narrowed(answers, "confidence", "correct_choice", "choice", "p_a", "p_b", "p_c", "p_d")
    found = []
    for place, everything in rated(answers, rows):
        used = entering(everything)
        confidence, correct = used["confidence"].to_numpy(float), used["score"].to_numpy(float)
        weight, clusters, said = weights(used), clusters_of(used), forecasts(used)
        n_spread = int(len(used) - said.is_whole.sum())
        source = (
            f"In {n_spread} of {len(used)} answers the options not chosen share what the confidence leaves."
            if n_spread
            else "From the probabilities given to all four options."
        )
        area = jackknife_auroc(confidence, correct, weight, clusters)
        intervals: dict[str, tuple[Interval, str]] = {
            OVERCONFIDENCE: (
                mean_interval(
                    weighted_mean(confidence - correct, weight, clusters),
                    clusters,
                    level,
                    -1,
                    1,
                    OVERCONFIDENCE,
                ),
                "Mean confidence - share right, of answers with a choice and a confidence.",
            ),
            BRIER4: (
                mean_interval(weighted_mean(said.brier, weight, clusters), clusters, level, 0, 2),
                f"Over all four options, 0 to 2, 0 is best; 0.75 is what 25% on each earns. {source}",
            ),
            LOG_SCORE: (
                mean_interval(weighted_mean(said.log_score, weight, clusters), clusters, level, *LOG_RANGE),
                f"ln of the probability of the right option in nats, cut to .01/3 and .99; 0 is best, "
                f"{np.log(0.25):.2f} is what 25% on each earns. {source}",
            ),
            AUROC: (
                mean_interval(area, clusters, level, 0, 1, AUROC),
                "Probability that a right answer has the higher confidence than a wrong one, ties half.",
            ),
        }
        for metric, (interval, note) in intervals.items():
            found.append(place.estimate(metric, interval, everything, note))
    return found
