"""The slope of accuracy on a measure within questions and participants: two-way demeaned, with its jackknife.

    y = slope x + effect of the question + effect of the participant + rest,   least squares

Hard questions take longer and some people write more: both are taken out. One factor is eliminated by its means, the
other solved for (Frisch, Waugh and Lovell), so unequal numbers of answers need no iteration. The slope is made anew,
effects included, without each participant and each question (or passage); the variances are put together as in
`analysis.jackknife`, and the score of an answer is its part in the slope's linear form. Where both factors have more
than `MOST` members, effects are those of the whole fit and only the sums leave a participant or question out.
"""

from dataclasses import dataclass

import numpy as np

from analysis.jackknife import Codes, Floats, Jackknife
from analysis.sums import Clusters, jackknife_left_out

MOST = 100
_NOTHING = 1e-9
_CELLS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Terms:
    """Answers of one task: measure and score, and the participant and question of each as codes without gaps."""

    x: Floats
    y: Floats
    person: Codes
    question: Codes


def within_both(terms: Terms, clusters: Clusters) -> Jackknife:
    """The slope within question and participant over `clusters`, whose items contain whole questions."""
    if clusters.person is None or not len(terms.x):
        return Jackknife(None, reason="there are no answers of people")
    x, y = terms.x - terms.x.mean(), terms.y - terms.y.mean()
    n_people, n_questions = int(terms.person.max()) + 1, int(terms.question.max()) + 1
    # The smaller factor is the one that is solved for; the other costs its means only.
    person_is_small = n_people < n_questions
    small, large = (terms.person, terms.question) if person_is_small else (terms.question, terms.person)
    values = np.column_stack([x, y])
    inner = _Means(large, small, values)
    effect = inner.effects()
    rest = values - effect[small]
    rest = rest - _group_means(rest, large)
    squares = float(rest[:, 0] @ rest[:, 0])
    if squares <= _NOTHING * max(float(x @ x), _NOTHING):
        return Jackknife(None, reason="within question and participant nothing of it varies")
    slope = float(rest[:, 0] @ rest[:, 1]) / squares
    if takes_whole_fit(terms):
        without_person, without_item = (_from_sums(rest, code) for code in (clusters.person, clusters.item))
    else:
        small_of, large_of = (
            (clusters.person, clusters.item) if person_is_small else (clusters.item, clusters.person)
        )
        by_large = inner.without_each(large_of)
        by_small = _made_anew(small_of, large, small, values)
        without_person, without_item = (by_small, by_large) if person_is_small else (by_large, by_small)
    scores = rest[:, 0] * (rest[:, 1] - slope * rest[:, 0]) / squares
    return jackknife_left_out(slope, without_person, without_item, scores, clusters)


def takes_whole_fit(terms: Terms) -> bool:
    """Whether the study is so large that leaving out keeps the effects of the whole fit."""
    return min(int(terms.person.max()), int(terms.question.max())) + 1 > MOST


class _Means:
    """Normal equations of the small factor and (x, y) once the large factor is taken out by its means.

    They are sums over the members of the large factor, so leaving some out subtracts theirs.
    """

    def __init__(self, large: Codes, small: Codes, values: Floats) -> None:
        self._large = large
        n_large, n_small = int(large.max()) + 1, int(small.max()) + 1
        self._n = np.bincount(large * n_small + small, minlength=n_large * n_small).reshape(n_large, n_small)
        self._sums = np.stack([np.bincount(large, weights=v, minlength=n_large) for v in values.T], axis=1)
        cell = large * n_small + small
        by_cell = [np.bincount(cell, weights=v, minlength=n_large * n_small) for v in values.T]
        self._cells = np.stack(by_cell, axis=1).reshape(n_large, n_small, 2)
        products = (values[:, :1] * values).T  # xx and xy
        self._products = np.stack(
            [np.bincount(large, weights=v, minlength=n_large) for v in products], axis=1
        )
        n = self._n.astype(np.float64)
        size = n.sum(axis=1)[:, None]
        share = n / size
        self._whole = (
            np.diag(n.sum(axis=0)) - n.T @ share,
            self._cells.sum(axis=0) - share.T @ self._sums,
            self._products.sum(axis=0) - (self._sums[:, :1] * self._sums / size).sum(axis=0),
        )

    def _of(self, members: Codes, starts: Codes) -> tuple[Floats, Floats, Floats]:
        """What groups of members have in the matrix, the right-hand sides, and xx and xy; a group from each start."""
        n = self._n[members].astype(np.float64)
        size, sums = np.maximum(n.sum(axis=1), 1.0), self._sums[members]
        share = n / size[:, None]
        matrix = -n[:, :, None] * share[:, None, :]
        place = np.arange(n.shape[1])
        matrix[:, place, place] += n
        right = self._cells[members] - share[:, :, None] * sums[:, None, :]
        products = self._products[members] - sums[:, :1] * sums / size[:, None]
        added = [np.add.reduceat(part, starts, axis=0) for part in (matrix, right, products)]
        return added[0], added[1], added[2]

    def effects(self) -> Floats:
        """The small factor's effects on x and on y; each known up to a constant that the means take out again."""
        return _solved(self._whole[0], self._whole[1])

    def without_each(self, cluster: Codes) -> Floats:
        """The slope without each cluster of answers; clusters contain whole members of the large factor."""
        of_member = cluster[np.unique(self._large, return_index=True)[1]]
        members = np.argsort(of_member, kind="stable")
        starts = np.searchsorted(of_member[members], np.arange(int(cluster.max()) + 2))
        n_at_once = max(1, _CELLS_AT_ONCE // self._n.shape[1] ** 2)
        found = []
        for first in range(0, len(starts) - 1, n_at_once):
            ends = starts[first : first + n_at_once + 1]
            lost = self._of(members[ends[0] : ends[-1]], ends[:-1] - ends[0])
            found.append(_slopes(*(whole - part for whole, part in zip(self._whole, lost, strict=True))))
        return np.concatenate(found)

    @property
    def slope(self) -> float:
        """The slope from all answers; NaN where nothing of x is left."""
        return float(_slopes(*self._whole))


def _made_anew(cluster: Codes, large: Codes, small: Codes, values: Floats) -> Floats:
    found = np.full(int(cluster.max()) + 1, np.nan)
    for one in range(len(found)):
        kept = cluster != one
        if kept.any():
            left = (
                np.unique(large[kept], return_inverse=True)[1],
                np.unique(small[kept], return_inverse=True)[1],
            )
            found[one] = _Means(left[0], left[1], values[kept]).slope
    return found


def _slopes(matrix: Floats, right: Floats, products: Floats) -> Floats:
    """Slopes from parts that may have a first axis of groups; NaN where nothing of x is left."""
    explained = (_solved(matrix, right)[..., :1] * right).sum(axis=-2)
    xx, xy = np.moveaxis(products - explained, -1, 0)
    is_there = xx > _NOTHING * np.maximum(products[..., 0], _NOTHING)
    return np.where(is_there, xy / np.where(is_there, xx, 1.0), np.nan)


def _solved(matrix: Floats, right: Floats) -> Floats:
    """A solution of the singular, consistent equations: the ridge moves it along what has no meaning."""
    n = matrix.shape[-1]
    ridge = 1e-11 * np.maximum(np.trace(matrix, axis1=-2, axis2=-1) / n, 1e-9)
    return np.linalg.solve(matrix + ridge[..., None, None] * np.eye(n), right)


def _group_means(values: Floats, code: Codes) -> Floats:
    n = np.bincount(code)
    return np.stack([(np.bincount(code, weights=v) / n)[code] for v in values.T], axis=1)


def _from_sums(rest: Floats, code: Codes) -> Floats:
    products = rest[:, :1] * rest
    xx, xy = (v.sum() - np.bincount(code, weights=v) for v in products.T)
    return np.where(xx > _NOTHING, xy / np.where(xx > _NOTHING, xx, 1.0), np.nan)
