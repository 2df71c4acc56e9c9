"""How often people alone choose the option that the assistant stood for, on the same questions.

Agreement with advice is not reliance: people also agree because they know. Each answer with advice is therefore held
against the share of people alone who chose that option on that question without having seen any advice. Both sides
vary, so leaving a participant out takes away their answers with advice and those that the shares are made from; a
question that nobody alone is left to have answered then drops out of both sides.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.columns import LETTERS
from analysis.jackknife import Codes, Floats, Jackknife
from analysis.sums import Clusters, jackknife_left_out


@dataclass(frozen=True, slots=True)
class Paired:
    """Answers with advice on questions that people alone answered too, and their answers."""

    advised: pd.DataFrame
    alone: pd.DataFrame

    @property
    def clusters(self) -> Clusters:
        """The clusters of both, as one."""
        both = pd.concat([rows[["person", "cluster", "by_passage"]] for rows in (self.advised, self.alone)])
        person, item = (
            np.unique(both[name].to_numpy(np.int64), return_inverse=True)[1].astype(np.int64)
            for name in ("person", "cluster")
        )
        return Clusters(person, item, "passage" if bool(both["by_passage"].any()) else "question")


def pair(advised: pd.DataFrame, alone: pd.DataFrame) -> Paired:
    """Keep what is about the same questions; both have a choice, `advised` also an advice_choice."""
    return Paired(advised[advised["item"].isin(alone["item"])], alone[alone["item"].isin(advised["item"])])


def jackknife_base(paired: Paired, on_agreement: float, on_base: float) -> Jackknife:
    """on_agreement x share that followed + on_base x share of people alone who chose the same, over advised answers.

    (1, -1) is agreement beyond the base rate, (0, 1) the base rate itself. Example: advised to choose B, one of two
    people followed; of four people alone one chose B: 1/2 - 1/4.
    """
    if paired.advised.empty:
        return Jackknife(None, reason="people alone answered none of these questions")
    clusters = paired.clusters
    assert clusters.person is not None
    n_advised = len(paired.advised)
    items = np.unique(paired.alone["item"].to_numpy(np.int64))
    of_advised, of_alone = (
        np.searchsorted(items, rows["item"].to_numpy(np.int64)) for rows in (paired.advised, paired.alone)
    )
    advice, chosen = _letters(paired.advised["advice_choice"]), _letters(paired.alone["choice"])
    agrees = (paired.advised["choice"] == paired.advised["advice_choice"]).to_numpy(float)
    n, c = _table(of_advised, advice, len(items)), _table(of_alone, chosen, len(items))
    agreed, base = np.bincount(of_advised, weights=agrees, minlength=len(items)), _base(n, c)
    value = on_agreement * agreed + on_base * base
    total, estimate = float(n.sum()), float(value.sum() / n.sum())

    cluster_of = np.zeros(len(items), dtype=np.int64)
    cluster_of[of_advised] = clusters.item[:n_advised]
    n_clusters = int(clusters.item.max()) + 1
    without_item = _share(
        value.sum() - np.bincount(cluster_of, weights=value, minlength=n_clusters),
        total - np.bincount(cluster_of, weights=n.sum(axis=1), minlength=n_clusters),
    )

    # Only the questions that a person answered change without them.
    keys = clusters.person * len(items) + np.concatenate([of_advised, of_alone])
    cells, cell = np.unique(keys, return_inverse=True)
    person, item = np.divmod(cells, len(items))
    left_n = n[item] - _table(cell[:n_advised], advice, len(cells))
    left_c = c[item] - _table(cell[n_advised:], chosen, len(cells))
    left_agreed = agreed[item] - np.bincount(cell[:n_advised], weights=agrees, minlength=len(cells))
    is_left = left_c.sum(axis=1) > 0
    left = np.where(is_left, on_agreement * left_agreed + on_base * _base(left_n, left_c), 0.0)
    n_people = int(clusters.person.max()) + 1
    without_person = _share(
        value.sum() + np.bincount(person, weights=left - value[item], minlength=n_people),
        total
        + np.bincount(
            person, weights=np.where(is_left, left_n.sum(axis=1), 0) - n.sum(axis=1)[item], minlength=n_people
        ),
    )

    shares = c / c.sum(axis=1, keepdims=True)
    of_advice = on_agreement * agrees + on_base * shares[of_advised, advice] - estimate
    of_base = on_base * (n[of_alone, chosen] - base[of_alone]) / c.sum(axis=1)[of_alone]
    scores = np.concatenate([of_advice, of_base]) / total
    return jackknife_left_out(estimate, without_person, without_item, scores, clusters)


def _letters(column: pd.Series) -> Codes:
    places = column.map({letter: place for place, letter in enumerate(LETTERS)})
    return np.asarray(places.to_numpy(np.int64), dtype=np.int64)


def _table(row: Codes, letter: Codes, n_rows: int) -> Floats:
    """How many answers name each option, rows x 4."""
    counts = np.bincount(row * len(LETTERS) + letter, minlength=n_rows * len(LETTERS))
    return counts.reshape(n_rows, len(LETTERS)).astype(np.float64)


def _base(n: Floats, c: Floats) -> Floats:
    """Per question the sum over advised answers of the share of people alone with that option; 0 without any."""
    return np.asarray((n * c).sum(axis=1) / np.maximum(1.0, c.sum(axis=1)), dtype=np.float64)


def _share(value: Any, total: Any) -> Floats:
    is_there = total > 0.5
    return np.asarray(np.where(is_there, value / np.where(is_there, total, 1.0), np.nan), dtype=np.float64)
