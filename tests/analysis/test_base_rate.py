"""Agreement beyond what people alone choose: by hand, and by leaving out one by one."""

import random

import numpy as np
import pandas as pd
import pytest

from analysis.base_rate import Paired, jackknife_base, pair
from analysis.entries import ALONE, WITH_MODEL
from analysis.jackknife import Floats
from tests.analysis.builders import make_row, prepared


def split(rows: list[dict[str, str]]) -> Paired:
    answers = prepared(rows)
    return pair(answers[answers["condition"] == WITH_MODEL], answers[answers["condition"] == ALONE])


def test_the_base_rate_is_taken_question_by_question_from_people_alone() -> None:
    """q1, advised B: one of two followed, one of four alone chose B. q2, advised A: followed, both alone chose A."""
    rows = [
        make_row(condition="human_with_model", participant_id="p1", choice="B", advice_choice="B"),
        make_row(condition="human_with_model", participant_id="p2", choice="A", advice_choice="B"),
        make_row(condition="human_with_model", participant_id="p1", question_id="q2", advice_choice="A"),
        *(make_row(participant_id=f"a{n}", choice=letter) for n, letter in enumerate("ABCD")),
        *(make_row(participant_id=f"a{n}", question_id="q2") for n in range(2)),
        make_row(condition="human_with_model", question_id="q3", advice_choice="A"),
    ]

    paired = split(rows)

    assert len(paired.advised) == 3  # nobody alone answered q3
    assert jackknife_base(paired, 0, 1).estimate == pytest.approx((1 / 4 + 1 / 4 + 1) / 3)
    assert jackknife_base(paired, 1, -1).estimate == pytest.approx(2 / 3 - 1.5 / 3)
    assert jackknife_base(paired, -1, 1).estimate == pytest.approx(1.5 / 3 - 2 / 3)


def study(seed: int) -> list[dict[str, str]]:
    """Twelve people, ten questions, condition drawn for each; one question only one person answers alone."""
    dice = random.Random(seed)
    rows = []
    for q in range(10):
        for p in range(12):
            is_alone = p == 0 if q == 0 else dice.random() < 0.5
            cells = {"participant_id": f"p{p}", "question_id": f"q{q}", "choice": dice.choice("AABC")}
            if is_alone:
                rows.append(make_row(**cells))
            else:
                advice = dice.choice("AB")
                rows.append(make_row(condition="human_with_model", advice_choice=advice, **cells))
    return rows


def by_hand(paired: Paired, weight: Floats) -> float:
    """Answer by answer, without any table; the weights are first those of the advised, then of those alone."""
    choice, advice = (paired.advised[name].to_numpy(str) for name in ("choice", "advice_choice"))
    item, own = paired.advised["item"].to_numpy(), weight[: len(choice)]
    item_alone, choice_alone = (paired.alone[name].to_numpy() for name in ("item", "choice"))
    alone = weight[len(choice) :]
    total = count = 0.0
    for n in np.flatnonzero(own):
        same = alone * (item_alone == item[n])
        if same.sum() > 0:
            total += own[n] * (
                float(choice[n] == advice[n]) - same[choice_alone == advice[n]].sum() / same.sum()
            )
            count += own[n]
    return float(total / count)


def test_leaving_out_takes_a_person_out_of_both_sides() -> None:
    """The two-way variance from its formula: every leave-one-out value anew, every score as a numerical derivative."""
    paired = split(study(1))
    n = len(paired.advised) + len(paired.alone)

    found = jackknife_base(paired, 1, -1)

    whole, even = by_hand(paired, np.ones(n)), 1e-6
    codes = {
        name: pd.concat([paired.advised[name], paired.alone[name]]).to_numpy()
        for name in ("person", "cluster")
    }
    one_way = []
    for code in codes.values():
        groups = np.unique(code)
        without = np.array([by_hand(paired, (code != g).astype(float)) for g in groups])
        one_way.append((len(groups) - 1) / len(groups) * ((without - whole) ** 2).sum())
    cells: dict[tuple[int, int], float] = {}
    for k, cell in enumerate(zip(codes["person"], codes["cluster"], strict=True)):
        score = (by_hand(paired, np.ones(n) + even * (np.arange(n) == k)) - whole) / even
        cells[cell] = cells.get(cell, 0.0) + score
    two_way = sum(score**2 for score in cells.values()) * len(cells) / (len(cells) - 1)
    assert found.estimate == pytest.approx(whole)
    assert found.se is not None
    assert found.se**2 == pytest.approx(max(sum(one_way) - two_way, *one_way), rel=1e-4)


def test_the_names_and_the_order_of_answers_change_nothing() -> None:
    rows = study(2)
    moved = dict(zip("ABCD", "CADB", strict=True))
    renamed = [
        row
        | {name: moved[row[name]] for name in ("choice", "correct_choice", "advice_choice") if row.get(name)}
        | {"participant_id": row["participant_id"][::-1]}
        for row in reversed(rows)
    ]

    first, second = (jackknife_base(split(own), 1, -1) for own in (rows, renamed))

    assert (first.estimate, first.se, first.df) == pytest.approx((second.estimate, second.se, second.df))


def test_without_people_alone_there_is_no_base() -> None:
    found = jackknife_base(split([make_row(condition="human_with_model", advice_choice="A")]), 1, -1)

    assert found.estimate is None
    assert found.reason == "people alone answered none of these questions"
