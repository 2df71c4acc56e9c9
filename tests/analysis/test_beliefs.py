"""Beliefs by turn: every number by hand."""

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from analysis.beliefs import beliefs
from analysis.columns import Table
from analysis.errors import ExportError
from analysis.export import load, typed
from analysis.findings import analyse
from analysis.page import Page
from analysis.results import Estimate, Rows
from tests.analysis.builders import make_answers, make_export, make_row, prepared, write_csv

Cells = dict[str, str]
NAMES = ("trial_id", "seq", "choice", "confidence", "p_a", "p_b", "p_c", "p_d")


def trial(n: int, **cells: object) -> Cells:
    return make_row(
        condition="human_with_model",
        protocol="debate",
        trial_id=f"t{n}",
        participant_id=f"p{n // 2}",
        question_id=f"q{n % 2}",
        **cells,
    )


FOUR = [trial(n) for n in range(4)]


def stated(*turns: str, confidence: str = "0.7") -> pd.DataFrame:
    """One text per trial with its choices turn by turn; the key is A."""
    cells = [
        {"trial_id": f"t{n}", "seq": str(seq), "choice": choice, "confidence": confidence}
        for n, choices in enumerate(turns)
        for seq, choice in enumerate(choices, start=1)
    ]
    return typed(
        {name: [cell.get(name, "") for cell in cells] for name in NAMES}, Table.BELIEFS, "beliefs.csv"
    )


def found_in(said: pd.DataFrame, rows: list[Cells]) -> dict[tuple[str, str | None], Estimate]:
    return {(row.metric, row.subgroup): row for row in beliefs(said, prepared(rows), Rows.ALL)}


def test_two_accounts_of_each_turn_and_what_is_missing() -> None:
    found = found_in(stated("BA", "BAA", "A", ""), FOUR)

    def value(metric: str, turn: int) -> float | None:
        return found[metric, f"turn={turn}"].estimate

    assert [value("belief_accuracy", turn) for turn in (1, 2, 3)] == pytest.approx([1 / 3, 1, 1])
    assert [value("belief_accuracy_carried", turn) for turn in (1, 2, 3)] == pytest.approx([1 / 3, 1, 1])
    assert [value("belief_missing", turn) for turn in (1, 2, 3)] == pytest.approx([1 / 4, 2 / 4, 3 / 4])
    assert [found["belief_accuracy", f"turn={turn}"].n_answers for turn in (1, 2, 3)] == [3, 2, 1]
    assert [found["belief_accuracy_carried", f"turn={turn}"].n_answers for turn in (1, 2, 3)] == [3, 3, 3]
    assert "3 of 4 have none" in found["belief_accuracy", "turn=3"].note
    carried = found["belief_accuracy_carried", "turn=3"].note
    assert "carried forward from an earlier turn in 2 trials; 1 of 4 trials have none yet" in carried


def test_what_is_carried_is_the_last_belief_and_not_the_best() -> None:
    found = found_in(stated("AB", "A", "BAA", "A"), FOUR)

    assert found["belief_accuracy_carried", "turn=3"].estimate == pytest.approx(3 / 4)
    assert found["belief_accuracy", "turn=2"].estimate == pytest.approx(1 / 2)


def test_scores_of_a_confidence_by_hand() -> None:
    found = found_in(stated("A", "B", "A", "A"), FOUR)
    rest = Fraction(1, 10)

    right = 3 * rest**2 + (Fraction(7, 10) - 1) ** 2
    wrong = Fraction(7, 10) ** 2 + (rest - 1) ** 2 + 2 * rest**2
    assert found["belief_brier_multiclass", "turn=1"].estimate == pytest.approx(
        float((3 * right + wrong) / 4)
    )
    log = (3 * math.log(0.7) + math.log(0.1)) / 4
    assert found["belief_log_score", "turn=1"].estimate == pytest.approx(log)
    over = found["belief_overconfidence", "turn=1"]
    assert over.estimate == pytest.approx(0.7 - 3 / 4)
    assert "not validated" in str(over.ci_method)


def test_the_standard_error_over_judges_and_questions_in_exact_fractions() -> None:
    row = found_in(stated("A", "B", "A", "A"), FOUR)["belief_accuracy", "turn=1"]

    m = Fraction(3, 4)
    v_p = Fraction(1, 2) * ((1 - m) ** 2 + (Fraction(1, 2) - m) ** 2)
    v_i = Fraction(1, 2) * ((Fraction(1, 2) - m) ** 2 + (1 - m) ** 2)
    v_pi = Fraction(4, 3) * (3 * Fraction(1, 16) ** 2 + Fraction(3, 16) ** 2)
    assert row.se == pytest.approx(math.sqrt(max(v_p + v_i - v_pi, v_p, v_i)))


def test_whole_distributions_are_scored_as_they_are() -> None:
    said = stated("A", "A", "A", "A", confidence="")
    said[["p_a", "p_b", "p_c", "p_d"]] = [0.4, 0.3, 0.3, 0.0]
    found = found_in(said, FOUR)

    assert found["belief_brier_multiclass", "turn=1"].estimate == pytest.approx(0.36 + 0.09 + 0.09)
    assert found["belief_overconfidence", "turn=1"].estimate == pytest.approx(0.4 - 1)


def test_the_answer_before_help_is_turn_0() -> None:
    rows = [trial(n, initial_choice="B", initial_confidence=0.5) for n in range(3)] + [trial(3)]
    found = found_in(stated("A", "A", "", "A"), rows)

    assert found["belief_accuracy", "turn=0"].estimate == pytest.approx(0)
    assert found["belief_missing", "turn=0"].estimate == pytest.approx(1 / 4)
    assert found["belief_accuracy_carried", "turn=1"].estimate == pytest.approx(3 / 4)


def test_without_a_confidence_only_rightness_is_told() -> None:
    found = found_in(stated("A", "B", "A", "A", confidence=""), FOUR)

    assert {metric for metric, _ in found} == {"belief_accuracy", "belief_accuracy_carried", "belief_missing"}


def test_models_that_judge_beside_people_have_rows_of_their_own() -> None:
    models = [row | {"participant_kind": "simulated"} for row in FOUR[2:]]
    found = found_in(stated("A", "A", "B", "B"), FOUR[:2] + models)

    assert found["belief_accuracy", "turn=1"].estimate == pytest.approx(1)
    assert found["belief_accuracy", "turn=1, judges=simulated"].estimate == pytest.approx(0)


def test_void_trials_and_practice_are_not_beliefs_and_one_trial_has_no_false_interval() -> None:
    rows = [FOUR[0], trial(1, status="void", choice=""), trial(2, is_practice=1)]
    row = found_in(stated("A", "B", "B"), rows)["belief_overconfidence", "turn=1"]

    assert row.estimate == pytest.approx(-0.3)
    assert (row.n_answers, row.ci_low) == (1, None)
    assert row.note.startswith("No interval")


def test_no_beliefs_no_rows() -> None:
    assert beliefs(None, prepared(FOUR), Rows.ALL) == []
    assert found_in(stated("A").iloc[:0], FOUR) == {}
    assert found_in(stated("", "", "", "").assign(trial_id="elsewhere"), FOUR) == {}


def test_neither_row_order_nor_the_letters_of_options_change_a_number() -> None:
    other = {"A": "C", "B": "D", "C": "A", "D": "B"}
    said = stated("BA", "BAA", "A", "CA")
    moved = said.assign(choice=said["choice"].map(other)).iloc[::-1].reset_index(drop=True)
    rows = [row | {"choice": other[row["choice"]], "correct_choice": "C"} for row in reversed(FOUR)]

    for key, row in found_in(said, FOUR).items():
        again = found_in(moved, rows)[key]
        assert again.estimate == pytest.approx(row.estimate)
        assert again.se == pytest.approx(row.se)
        assert again.note == row.note


def test_the_report_folds_a_table_of_turns() -> None:
    export = replace(make_export(make_answers(FOUR)), beliefs=stated("BA", "BAA", "A", ""))
    table = Page(export, analyse(export)).beliefs

    assert table is not None
    assert [row[2:5] for row in table.rows] == [["1", "3", "1"], ["2", "2", "2"], ["3", "1", "3"]]
    assert table.rows[0][5].startswith("33.3%")
    assert Page(make_export(make_answers(FOUR)), analyse(make_export(make_answers(FOUR)))).beliefs is None


def test_an_export_brings_its_beliefs_and_one_given_twice_is_refused(tmp_path: Path) -> None:
    write_csv(tmp_path / "answers.csv", FOUR)
    one = {"trial_id": "t0", "seq": "1", "choice": "A", "after_message": "2"}
    write_csv(tmp_path / "beliefs.csv", [one], ["trial_id", "seq", "after_message", "choice"])

    assert load(tmp_path).beliefs is not None
    assert "beliefs.csv" in load(tmp_path).files
    write_csv(tmp_path / "beliefs.csv", [one, one], ["trial_id", "seq", "after_message", "choice"])
    with pytest.raises(ExportError, match="row 3: trial_id t0 has its belief 1 twice"):
        analyse(load(tmp_path))
