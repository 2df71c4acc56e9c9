"""The checks as rows of the results: what they rest on, what does not change them, and when there are none."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.checks import CHECKS, LOG_ODDS, checks
from analysis.contrasts import OVER_HUMAN
from analysis.entries import prepare
from analysis.findings import analyse
from analysis.page import Page
from analysis.report import write_report
from analysis.results import Contrast, Rows
from analysis.simulate import simulate
from tests.analysis.builders import make_answers, make_export, make_row, write_export


def found_in(answers: pd.DataFrame) -> dict[tuple[str, str | None, str], Contrast]:
    rows = checks(prepare(make_export(answers))[0], Rows.ALL)
    return {(row.task, row.subgroup, row.metric): row for row in rows}


def test_every_check_stands_beside_the_main_interval_of_each_task_and_of_all() -> None:
    results = analyse(make_export(simulate(1, 10, 20, tasks=("mmlu", "quality"))))

    ours = [row for row in results.contrasts if row.subgroup in CHECKS]
    main = {
        row.task: row
        for row in results.contrasts
        if row.contrast == OVER_HUMAN and row.metric == "accuracy" and row.subgroup is None
    }
    places = {(row.task, row.subgroup) for row in ours if row.metric == "accuracy"}
    assert places == {
        *((task, check) for task in ("mmlu", "quality") for check in CHECKS),
        ("all", "check=bootstrap"),
        ("all", "check=randomisation"),
    }
    assert {row.role for row in ours} == {"exploratory"}
    for row in ours:
        assert row.n_answers == main[row.task].n_answers
        if row.metric == "accuracy" and row.subgroup != "check=mixed_model":
            assert row.estimate == pytest.approx(main[row.task].estimate)
    assert not {row.subgroup for row in results.contrasts if row.family} & set(CHECKS)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_row_order_names_of_participants_and_letters_of_options_change_no_number(seed: int) -> None:
    answers = simulate(7, 8, 10, tasks=("mmlu", "quality"))
    dice = np.random.default_rng(seed)
    names = answers["participant_id"].unique()
    labels = dict(zip(names, dice.permutation([f"x{n}" for n in range(len(names))]), strict=True))
    letters = dict(zip("ABCD", dice.permutation(list("ABCD")), strict=True))
    other = answers.sample(frac=1, random_state=seed).reset_index(drop=True)
    other["participant_id"] = other["participant_id"].map(labels).astype("str")
    for column in ("choice", "correct_choice"):
        other[column] = other[column].map(letters).astype("str")

    first, second = found_in(answers), found_in(other)

    assert first.keys() == second.keys()
    for key, row in first.items():
        for field in ("estimate", "ci_low", "ci_high", "p"):
            assert getattr(second[key], field) == pytest.approx(getattr(row, field), abs=1e-9), (key, field)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([make_row(condition="human_with_model")], id="nobody alone"),
        pytest.param([make_row(), make_row(condition="human_with_model", question_id="q2")], id="one person"),
        pytest.param(
            [
                make_row(participant_id=f"p{p}", condition=condition)
                for p in range(4)
                for condition in ("human_alone", "human_with_model")
            ],
            id="one question",
        ),
        *(
            pytest.param(
                [
                    make_row(
                        participant_id=f"p{p}",
                        question_id=f"q{q}",
                        right=right,
                        condition=("human_alone", "human_with_model")[(p + q) % 2],
                    )
                    for p in range(4)
                    for q in range(4)
                ],
                id="all right" if right else "all wrong",
            )
            for right in (True, False)
        ),
        pytest.param(
            [make_row(status="void"), make_row(condition="human_with_model", status="void")], id="all void"
        ),
    ],
)
def test_a_study_with_too_little_gets_reasons_and_no_invented_number(rows: list[dict[str, str]]) -> None:
    results = analyse(make_export(make_answers(rows)))

    for row in results.contrasts:
        if row.subgroup in CHECKS:
            assert row.note
            assert row.ci_low is None
            assert row.p is None or row.p > 0.05


@pytest.mark.parametrize(("min_median_s", "changes"), [(0.001, False), (45.0, True)])
def test_after_exclusions_the_checks_rest_on_whom_they_leave(min_median_s: float, changes: bool) -> None:
    rule = {"rule": "too_fast", "min_median_s": min_median_s}
    results = analyse(make_export(simulate(1, 10, 10), analysis={"exclusions": [rule]}))

    before, after = (
        [
            (row.metric, row.subgroup, row.estimate, row.p, row.n_excluded)
            for row in results.contrasts
            if row.subgroup in CHECKS and row.rows == account
        ]
        for account in ("all", "after_exclusions")
    )
    assert len(before) == len(after) > 0
    assert (before != after) == changes


def test_passages_are_the_second_factor_as_soon_as_one_has_several_questions() -> None:
    found = found_in(simulate(2, 10, 24, questions_per_passage=3))

    assert "participants x passages" in (found["mmlu", "check=bootstrap", "accuracy"].ci_method or "")
    assert "participants x passages" in (found["mmlu", "check=mixed_model", LOG_ODDS].ci_method or "")
    assert found["mmlu", "check=mixed_model", "sd_passage_level"].estimate is not None
    assert found["mmlu", "check=mixed_model", LOG_ODDS].df == 7
    assert (
        "simulated for such a design with 20 participants only"
        in found["mmlu", "check=mixed_model", LOG_ODDS].note
    )
    assert "not simulated for passages" in found["mmlu", "check=bootstrap", "accuracy"].note


def test_singular_fits_and_separation_are_said_where_care_is_asked_for() -> None:
    alone_right = [
        make_row(
            participant_id=f"p{p}",
            question_id=f"q{q}",
            condition=("human_alone", "human_with_model")[(p + q) % 2],
            right=(p + q) % 2 == 0 or (p + 2 * q) % 3 > 0,
        )
        for p in range(6)
        for q in range(6)
    ]

    separated = analyse(make_export(make_answers(alone_right)))
    singular = analyse(make_export(simulate(3, 20, 40, tasks=("mmlu", "quality"))))

    assert "separation" in {caution.code for caution in separated.warnings}
    (caution,) = [caution for caution in singular.warnings if caution.code == "singular_mixed_model"]
    assert caution.where == ("quality",)


def test_the_page_shows_them_under_the_interval_that_counts(tmp_path: Path) -> None:
    export = write_export(tmp_path / "export", simulate(2, 12, 20))

    html = write_report(export, tmp_path / "out").page.read_text(encoding="utf-8")

    assert "The same comparison by other methods" in html
    at = [
        html.index(name)
        for name in (
            "jackknife (as above)",
            "Mixed model, in log-odds",
            "Two-way bootstrap",
            "Randomisation test of",
        )
    ]
    assert at == sorted(at)
    assert html.count('id="t-contrasts-notes"') == 1


def test_a_study_that_compares_nothing_has_no_such_table() -> None:
    export = make_export(make_answers([make_row()]))

    assert Page(export, analyse(export)).checks is None
