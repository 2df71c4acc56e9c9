"""Accuracies against hand counts and loops."""

import math
from collections.abc import Callable

import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from analysis.accuracy import accuracies
from analysis.entries import entering, prepare
from analysis.results import Estimate, Rows
from analysis.simulate import simulate
from tests.analysis.builders import make_export, make_row, prepared


def find(rows: list[Estimate], task: str, condition: str, metric: str = "accuracy") -> Estimate:
    return next(row for row in rows if (row.task, row.condition, row.metric) == (task, condition, metric))


def test_a_trial_without_a_choice_is_wrong_in_accuracy_and_absent_in_accuracy_answered() -> None:
    answers = prepared(
        [
            make_row(),
            make_row(question_id="q2", right=False),
            make_row(question_id="q3", status="timed_out_no_answer"),
            make_row(question_id="q4", status="timed_out"),
            make_row(question_id="q5", status="void"),
            make_row(question_id="q6", status="abandoned", choice=""),
        ]
    )

    rows = accuracies(answers, Rows.ALL)

    accuracy = find(rows, "mmlu", "human_alone")
    answered = find(rows, "mmlu", "human_alone", "accuracy_answered")
    assert accuracy.estimate == 2 / 4
    assert answered.estimate == 2 / 3
    assert (accuracy.n_answers, accuracy.n_no_choice, accuracy.n_void, accuracy.n_abandoned) == (4, 1, 1, 1)
    assert (answered.n_answers, answered.n_no_choice) == (3, 0)


def loop_variance(own: pd.DataFrame, statistic: Callable[[pd.DataFrame], float], column: str) -> float:
    d, clusters = statistic(own), own[column].unique()
    without = [statistic(own[own[column] != cluster]) for cluster in clusters]
    return (len(clusters) - 1) / len(clusters) * sum((value - d) ** 2 for value in without)


def mean_of_tasks(own: pd.DataFrame) -> float:
    return float(own.groupby("task")["score"].mean().mean())


def test_all_tasks_weigh_the_same_and_a_participant_is_left_out_of_every_task_at_once() -> None:
    answers, _ = prepare(make_export(simulate(4, 10, 12, tasks=("mmlu", "quality"))))
    answers = answers[(answers["task"] == "mmlu") | (answers["item"] % 3 > 0)]
    own = entering(answers[answers["condition"] == "human_alone"])

    row = find(accuracies(answers, Rows.ALL), "all", "human_alone")

    n = own.groupby("task")["score"].transform("size")
    scores = (own["score"] - own.groupby("task")["score"].transform("mean")) / n / 2
    cells = scores.groupby([own["person"], own["item"]]).sum()
    v_p, v_i = loop_variance(own, mean_of_tasks, "person"), loop_variance(own, mean_of_tasks, "item")
    v_pi = float((cells**2).sum() * len(cells) / (len(cells) - 1))
    assert row.estimate == pytest.approx(mean_of_tasks(own))
    assert row.se == pytest.approx(math.sqrt(max(v_p + v_i - v_pi, v_p, v_i)))
    assert row.estimate != pytest.approx(own["score"].mean())


def test_passages_are_the_clusters_as_soon_as_one_has_two_questions() -> None:
    answers, _ = prepare(make_export(simulate(5, 10, 12, tasks=("quality",), questions_per_passage=3)))
    own = entering(answers[answers["condition"] == "human_alone"])

    row = find(accuracies(answers, Rows.ALL), "quality", "human_alone")

    def mean(rows: pd.DataFrame) -> float:
        return float(rows["score"].mean())

    assert row.ci_method == "two-way cluster jackknife, participants x passages, logit scale"
    assert own["cluster"].nunique() == own["passage_id"].nunique() == 4
    assert row.n_passages == 4
    assert row.se is not None
    assert (
        row.se**2 >= max(loop_variance(own, mean, "person"), loop_variance(own, mean, "passage_id")) - 1e-12
    )


def test_one_question_on_each_passage_leaves_questions_as_clusters() -> None:
    answers, _ = prepare(make_export(simulate(5, 10, 12, tasks=("quality",), questions_per_passage=1)))

    row = find(accuracies(answers, Rows.ALL), "quality", "human_alone")

    assert row.ci_method == "two-way cluster jackknife, participants x questions, logit scale"
    assert row.n_passages == 12


def test_a_model_alone_is_one_fixed_system_whose_questions_vary() -> None:
    scores = [True, False, True, True, False]
    answers = prepared(
        [make_row(condition="model_alone", question_id=f"q{n}", right=s) for n, s in enumerate(scores)]
    )

    row = find(accuracies(answers, Rows.ALL), "mmlu", "model_alone")

    se = math.sqrt(0.6 * 0.4 * 5 / 4 / 5)
    half = stats.t.ppf(0.975, 4) * se / (0.6 * 0.4)
    assert row.se == pytest.approx(se)
    assert row.ci_low == pytest.approx(stats.logistic.cdf(stats.logistic.ppf(0.6) - half))
    assert row.ci_method == "cluster jackknife, questions, logit scale"
    assert (row.n_participants, row.n_questions, row.model, row.method) == (0, 5, "gpt", "zero_shot")


def test_several_samples_of_a_model_are_averaged_within_their_question_first() -> None:
    answers = prepared(
        [
            make_row(condition="model_alone", sample=1),
            make_row(condition="model_alone", sample=2),
            make_row(condition="model_alone", sample=3),
            make_row(condition="model_alone", question_id="q2", sample=1, right=False),
        ]
    )

    assert find(accuracies(answers, Rows.ALL), "mmlu", "model_alone").estimate == 0.5


def test_a_model_that_is_always_right_has_the_exact_interval_over_questions_however_often_it_was_asked() -> (
    None
):
    answers = prepared(
        [
            make_row(condition="model_alone", question_id=f"q{n}", sample=k)
            for n in range(6)
            for k in (1, 2, 3)
        ]
    )

    row = find(accuracies(answers, Rows.ALL), "mmlu", "model_alone")

    low, _ = proportion_confint(6, 6, method="beta")
    assert (row.ci_low, row.ci_high) == pytest.approx((low, 1.0))
    assert row.n_answers == 18


def test_assistants_and_models_are_reported_apart() -> None:
    answers = prepared(
        [
            make_row(condition="human_with_model", assistant="one"),
            make_row(condition="human_with_model", question_id="q2", assistant="two"),
            make_row(condition="human_with_model", question_id="q3", assistant="two", model=""),
            make_row(condition="model_alone", method="zero_shot"),
            make_row(condition="model_alone", participant_id="m2", method="five_shot"),
        ]
    )

    rows = [row for row in accuracies(answers, Rows.ALL) if row.metric == "accuracy"]

    assert [(row.assistant, row.method, row.n_answers) for row in rows] == [
        ("one", None, 1),
        ("two", None, 2),
        (None, "five_shot", 1),
        (None, "zero_shot", 1),
    ]


def test_a_system_that_answered_one_of_two_tasks_has_no_result_over_all_and_says_why() -> None:
    answers = prepared(
        [make_row(), make_row(task="quality", question_id="q2"), make_row(condition="model_alone")]
    )

    row = find(accuracies(answers, Rows.ALL), "all", "model_alone")

    assert row.estimate is None
    assert row.note == "No estimate: there are no answers in quality."
