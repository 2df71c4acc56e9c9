"""Each baseline against a hand count or a loop, and Holm against statsmodels."""

import math

import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from analysis.contrasts import OVER_ADVICE, OVER_HUMAN, OVER_MODEL, contrasts, holm
from analysis.entries import entering, prepare
from analysis.manifest import Manifest
from analysis.results import Contrast, Rows
from analysis.simulate import simulate
from tests.analysis.builders import make_export, make_row, prepared


def find(rows: list[Contrast], contrast: str, task: str = "mmlu", metric: str = "accuracy") -> Contrast:
    return next(row for row in rows if (row.contrast, row.task, row.metric) == (contrast, task, metric))


def compare(answers: pd.DataFrame, **manifest: object) -> list[Contrast]:
    return contrasts(answers, Rows.ALL, Manifest(manifest))


def test_over_people_alone_is_the_difference_of_two_means() -> None:
    answers, _ = prepare(make_export(simulate(6, 8, 10)))
    own = entering(answers)
    means = own.groupby("condition")["score"].mean()

    row = find(compare(answers), OVER_HUMAN)

    assert row.estimate == pytest.approx(means["human_with_model"] - means["human_alone"])
    assert row.n_answers == 80
    assert row.ci_method == "two-way cluster jackknife, participants x questions, probability scale"


def test_over_the_model_each_answer_is_paired_with_the_models_score_on_its_question() -> None:
    """Hand count: HM is right on q1 twice and wrong on q2; the model scores 1/2 on q1 (two samples) and 0 on q2."""
    answers = prepared(
        [
            make_row(condition="human_with_model", participant_id="p1", question_id="q1"),
            make_row(condition="human_with_model", participant_id="p2", question_id="q1"),
            make_row(condition="human_with_model", participant_id="p2", question_id="q2", right=False),
            make_row(condition="human_with_model", participant_id="p2", question_id="unknown"),
            make_row(condition="model_alone", question_id="q1", sample=1),
            make_row(condition="model_alone", question_id="q1", sample=2, right=False),
            make_row(condition="model_alone", question_id="q2", right=False),
            make_row(condition="model_alone", question_id="never_seen_by_people"),
        ]
    )

    row = find(compare(answers), OVER_MODEL)

    assert row.estimate == pytest.approx((0.5 + 0.5 + 0.0) / 3)
    assert row.n_answers == 3
    assert row.method == "zero_shot"
    assert "1 answers are left out because the model alone did not answer their question." in row.note


def test_over_the_model_leaves_a_question_out_of_both_sides() -> None:
    answers, _ = prepare(make_export(simulate(7, 8, 10)))
    own = entering(answers[answers["condition"] == "human_with_model"]).copy()
    model = answers[answers["condition"] == "model_alone"].set_index("item")["score"]

    def difference(rows: pd.DataFrame) -> float:
        return float(rows["score"].mean() - model.loc[rows["item"]].mean())

    def variance(column: str) -> float:
        values = [difference(own[own[column] != left_out]) for left_out in own[column].unique()]
        return (len(values) - 1) / len(values) * sum((value - difference(own)) ** 2 for value in values)

    row = find(compare(answers), OVER_MODEL)

    e = (own["score"] - model.loc[own["item"]].to_numpy() - difference(own)) / len(own)
    v_p, v_i, v_pi = variance("person"), variance("item"), float((e**2).sum()) * len(e) / (len(e) - 1)
    assert row.estimate == pytest.approx(difference(own))
    assert row.se == pytest.approx(math.sqrt(max(v_p + v_i - v_pi, v_p, v_i)))


def test_over_advice_each_answer_is_paired_with_the_advice_on_its_trial() -> None:
    answers = prepared(
        [
            make_row(condition="human_with_model", advice_choice="A", advice_correct=1),
            make_row(condition="human_with_model", question_id="q2", advice_choice="B", advice_correct=0),
            make_row(condition="human_with_model", question_id="q3", advice_status="none_asked"),
            make_row(condition="human_with_model", question_id="q4", advice_correct=1, right=False),
        ]
    )

    row = find(compare(answers), OVER_ADVICE)

    assert row.estimate == pytest.approx((0 + 1 - 1) / 3)
    assert "1 answers are left out because no advice that could be read was stated." in row.note


def test_all_tasks_is_the_mean_of_the_tasks_differences() -> None:
    answers, _ = prepare(make_export(simulate(8, 8, 10, tasks=("mmlu", "quality"))))

    rows = compare(answers)

    for name in (OVER_HUMAN, OVER_MODEL, OVER_ADVICE):
        parts = [find(rows, name, task).estimate for task in ("mmlu", "quality")]
        assert find(rows, name, "all").estimate == pytest.approx(sum(part or 0 for part in parts) / 2)


def two_models() -> pd.DataFrame:
    return prepared(
        [
            make_row(condition="human_with_model", participant_id="p1"),
            make_row(condition="human_with_model", participant_id="p2", right=False),
            make_row(condition="model_alone", method="zero_shot"),
            make_row(condition="model_alone", participant_id="m2", method="five_shot", right=False),
        ]
    )


def test_the_declared_model_alone_is_the_comparator() -> None:
    rows = compare(two_models(), primary_model_alone={"model": "gpt", "method": "five_shot"})

    row = find(rows, OVER_MODEL)

    assert row.estimate == 0.5
    assert row.method == "five_shot"


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        ({}, "2 models answered alone and none was declared as the comparator"),
        ({"primary_model_alone": {"model": "gpt"}}, "(gpt) fits 2 of the 2 that answered"),
        ({"primary_model_alone": {"model": "other"}}, "(other) fits 0 of the 2 that answered"),
    ],
)
def test_without_one_comparator_there_is_no_number_but_a_reason(
    manifest: dict[str, object], why: str
) -> None:
    row = find(compare(two_models(), **manifest), OVER_MODEL)

    assert row.estimate is None
    assert row.p is None
    assert why in row.note


def test_a_missing_condition_gives_a_row_with_the_reason() -> None:
    rows = compare(prepared([make_row(condition="human_with_model")]))

    assert find(rows, OVER_HUMAN).note == "No estimate: there are no answers."
    assert find(rows, OVER_MODEL).note == "No estimate: there are no answers of a model alone."


def test_where_the_assistant_is_told_what_to_argue_for_the_model_alone_is_called_another_system() -> None:
    answers = prepared(
        [
            make_row(condition="human_with_model", assistant_mode="assigned", advice_correct=1),
            make_row(condition="model_alone"),
        ]
    )

    assert "two different systems" in find(compare(answers), OVER_MODEL).note


def test_the_default_family_is_both_comparisons_in_accuracy_per_task() -> None:
    answers, _ = prepare(make_export(simulate(9, 8, 10, tasks=("mmlu", "quality"))))

    rows = compare(answers)

    members = [row for row in rows if row.family]
    assert {(row.contrast, row.task) for row in members} == {
        (name, task) for name in (OVER_HUMAN, OVER_MODEL) for task in ("mmlu", "quality")
    }
    assert all(row.metric == "accuracy" and row.role == "primary" for row in members)
    assert all(row.p_adjusted is None for row in rows if not row.family)


def test_a_declared_family_replaces_the_default() -> None:
    answers, _ = prepare(make_export(simulate(9, 8, 10)))

    rows = compare(answers, analysis={"family": [OVER_ADVICE]})

    assert {row.contrast for row in rows if row.family} == {OVER_ADVICE}


@pytest.mark.parametrize("ps", [[0.01], [0.04, 0.01, 0.03, 0.5], [0.02, 0.02, 0.9], [1e-12, 0.049, 0.3, 0.7]])
def test_holm_equals_statsmodels(ps: list[float]) -> None:
    expected = multipletests(ps, method="holm")[1]

    assert holm(ps) == pytest.approx(list(expected))


def test_holm_leaves_out_what_has_no_p() -> None:
    assert holm([None, 0.02, None, 0.03]) == [None, pytest.approx(0.04), None, pytest.approx(0.04)]
