"""Counts by hand, and that names and row order reach nothing that chance touches."""

import numpy as np
import pandas as pd

from analysis.crossing import cross, seeded
from analysis.entries import entering
from tests.analysis.builders import make_row, prepared


def test_answers_are_counted_by_condition_participant_and_question() -> None:
    rows = [
        make_row(participant_id="p1", question_id="q1"),
        make_row(participant_id="p2", question_id="q1", condition="human_with_model", right=False),
        make_row(participant_id="p2", question_id="q2", status="skipped"),
    ]

    own = cross({"mmlu": entering(prepared(rows))})["mmlu"]

    # Who had q1 alone stands before who had it with help: participants are in the order of what they answered.
    assert own.asked.tolist() == [[[1, 0], [0, 1]], [[0, 0], [1, 0]]]
    assert own.right.tolist() == [[[1, 0], [0, 0]], [[0, 0], [0, 0]]]
    assert own.difference == 0.0 - 0.5


def test_questions_that_share_a_passage_are_one_cluster() -> None:
    rows = [
        make_row(
            question_id=f"q{n}", passage_id=f"story{n // 2}", condition=condition, participant_id=condition
        )
        for n in range(4)
        for condition in ("human_alone", "human_with_model")
    ]

    own = cross({"mmlu": entering(prepared(rows))})["mmlu"]

    assert own.asked.shape == (2, 2, 2)
    assert own.asked.sum(axis=1).tolist() == [[2, 2], [2, 2]]


def test_a_participant_has_one_place_in_all_tasks() -> None:
    rows = [
        make_row(participant_id="p1", task="mmlu"),
        make_row(participant_id="p2", task="mmlu", condition="human_with_model"),
        make_row(participant_id="p2", task="quality", right=False),
        make_row(participant_id="p1", task="quality", condition="human_with_model", right=False),
    ]
    answers = entering(prepared(rows))

    both = cross({task: answers[answers["task"] == task] for task in ("mmlu", "quality")})

    assert (both["mmlu"].answered[0] == both["quality"].answered[1]).all()


def test_names_and_row_order_change_neither_counts_nor_dice() -> None:
    dice = np.random.default_rng(1)
    rows = [
        make_row(
            participant_id=f"p{p}",
            question_id=f"q{q}",
            condition=("human_alone", "human_with_model")[(p + q) % 2],
            right=bool(dice.integers(2)),
        )
        for p in range(6)
        for q in range(5)
    ]
    names = dict(zip((f"p{p}" for p in range(6)), ("zoe", "ann", "kim", "bo", "max", "eve"), strict=True))
    renamed = [row | {"participant_id": names[row["participant_id"]]} for row in rows]
    shuffled = [renamed[place] for place in dice.permutation(len(rows))]

    first, second = ({"mmlu": cross({"mmlu": entering(prepared(own))})["mmlu"]} for own in (rows, shuffled))

    assert np.array_equal(first["mmlu"].right, second["mmlu"].right)
    assert np.array_equal(first["mmlu"].asked, second["mmlu"].asked)
    assert seeded(first, "x").integers(10**9) == seeded(second, "x").integers(10**9)
    assert seeded(first, "x").integers(10**9) != seeded(first, "y").integers(10**9)


def test_no_answers_are_no_counts() -> None:
    empty = entering(prepared([make_row(status="void")]))

    assert cross({"mmlu": pd.DataFrame(empty)})["mmlu"].asked.size == 0
