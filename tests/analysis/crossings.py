"""Counts for the checks, simulated or written down."""

from collections.abc import Iterator, Sequence

import numpy as np

from analysis.crossing import Crossing, cross
from analysis.entries import entering, prepare
from analysis.simulate import simulate
from tests.analysis.builders import make_export


def crossed(
    seed: int, participants: int, items: int, layout: str = "CB", per_passage: int | None = None
) -> Crossing:
    answers = simulate(
        seed, participants, items, layout, questions_per_passage=per_passage, has_model_alone=False
    )
    return cross({"mmlu": entering(prepare(make_export(answers))[0])})["mmlu"]


def written(lines: Sequence[str]) -> Crossing:
    """One line a participant, one letter a question: right and wrong with help are R and W, alone r and w."""
    cells = np.array([list(line) for line in lines])
    asked = np.stack([np.isin(cells, ["r", "w"]), np.isin(cells, ["R", "W"])]).astype(float)
    right = np.stack([cells == "r", cells == "R"]).astype(float)
    return Crossing(right, asked)


def long_rows(own: Crossing) -> Iterator[tuple[int, float, str, str]]:
    """One row an answer, as R reads it: right or not, condition, participant, question."""
    for condition, person, item in np.argwhere(own.asked):
        n, right = int(own.asked[condition, person, item]), int(own.right[condition, person, item])
        for k in range(n):
            yield int(k < right), condition - 0.5, f"p{person}", f"q{item}"
