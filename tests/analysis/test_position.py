"""What is said of a model that was shown its options in several orders, against hand counts."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.findings import analyse
from analysis.position import positions
from analysis.report import write_report
from tests.analysis.builders import make_answers, make_export, make_row, prepared, write_export

ROTATIONS = ("ABCD", "BCDA", "CDAB", "DABC")


def asked(question_id: str, key: str, *choices: str, **cells: Any) -> list[dict[str, str]]:
    """One question in the four rotations, with these choices in original letters; "" is an unreadable reply."""
    return [
        make_row(
            condition="model_alone",
            question_id=question_id,
            sample=k,
            option_order=order,
            correct_choice=key,
            choice=choice,
            status="answered" if choice else "unreadable",
            **cells,
        )
        for k, (order, choice) in enumerate(zip(ROTATIONS, choices, strict=True), start=1)
    ]


def found(rows: list[dict[str, str]]) -> dict[tuple[str, str | None], float | None]:
    return {(row.metric, row.subgroup): row.estimate for row in positions(prepared(rows))}


def by_place(rows: list[dict[str, str]], metric: str) -> list[float | None]:
    estimates = found(rows)
    return [estimates[metric, f"position={letter}"] for letter in "ABCD"]


def test_who_knows_the_answers_has_no_preference() -> None:
    rows = asked("q1", "A", *"AAAA") + asked("q2", "C", *"CCCC")

    assert by_place(rows, "answers_at_position") == [0.25] * 4
    assert by_place(rows, "keys_at_position") == [0.25] * 4
    assert by_place(rows, "accuracy_at_position") == [1.0] * 4
    assert found(rows)["same_choice_in_all_orders", None] == 1.0


def test_who_always_takes_the_first_place_is_found_out() -> None:
    rows = asked("q1", "A", *"ABCD") + asked("q2", "C", *"ABCD")

    assert by_place(rows, "answers_at_position") == [1.0, 0.0, 0.0, 0.0]
    assert by_place(rows, "accuracy_at_position") == [1.0, 0.0, 0.0, 0.0]
    assert found(rows)["same_choice_in_all_orders", None] == 0.0


def test_a_reply_that_cannot_be_read_is_wrong_no_answer_and_not_the_same() -> None:
    rows = asked("q1", "A", "", *"AAA") + asked("q2", "A", *"AAAA")

    # Key A stands first, last, third and second; the reply that cannot be read was to the first order.
    assert by_place(rows, "accuracy_at_position") == [0.5, 1.0, 1.0, 1.0]
    assert by_place(rows, "answers_at_position") == pytest.approx([1 / 7, 2 / 7, 2 / 7, 2 / 7])
    assert found(rows)["same_choice_in_all_orders", None] == 0.5


def test_questions_in_one_order_and_people_are_not_spoken_of() -> None:
    once = [make_row(condition="model_alone", option_order="BADC", sample=k) for k in (1, 2)]
    people = [make_row(participant_id=f"p{i}", option_order=order) for i, order in enumerate(ROTATIONS)]

    assert found(once + people) == {}
    assert found([make_row(condition="model_alone")]) == {}


def test_the_report_shows_it_and_accuracy_counts_each_question_once(tmp_path: Path) -> None:
    rows = [
        *asked("q1", "A", *"AAAA"),
        *asked("q2", "C", *"ABCD"),
        make_row(condition="model_alone", question_id="fixed", option_order="ABCD", right=False),
    ]
    results = analyse(make_export(make_answers(rows)))

    accuracy = next(row for row in results.estimates if row.metric == "accuracy")
    assert accuracy.estimate == pytest.approx((1 + 1 / 4 + 0) / 3)
    assert (accuracy.n_answers, accuracy.n_questions) == (9, 3)
    page = write_report(
        write_export(tmp_path / "export", pd.DataFrame(make_answers(rows))), tmp_path / "out"
    ).page
    text = page.read_text(encoding="utf-8")
    assert "Same option in all orders" in text
    assert "t-positions" in text


def test_a_study_without_rotated_orders_has_no_such_table(tmp_path: Path) -> None:
    rows = [make_row(condition="model_alone", option_order="ABCD")]
    page = write_report(write_export(tmp_path / "export", make_answers(rows)), tmp_path / "out").page

    assert "t-positions" not in page.read_text(encoding="utf-8")
