"""The gap recovered against exact fractions, the paper's own numbers, and Fieller's set found by trying every ratio."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from analysis.entries import prepare
from analysis.findings import analyse
from analysis.gap import CEILINGS, GAP, GAP_OF_VOTES, fieller, gaps
from analysis.jackknife import Jackknife
from analysis.manifest import Manifest
from analysis.results import Estimate, Rows
from analysis.simulate import Truth, simulate
from tests.analysis.builders import make_export, make_row, prepared


def find(
    rows: list[dict[str, str]], floor: str = "human_alone", task: str = "mmlu", **manifest: object
) -> Estimate:
    estimates = gaps(prepared(rows), Rows.ALL, Manifest(manifest), [])
    return next(row for row in estimates if (row.task, row.subgroup) == (task, f"floor={floor}"))


def study(
    n_assisted: int, n_alone: int, n_model: int, n: int = 5, task: str = "mmlu"
) -> list[dict[str, str]]:
    """n participants each alone and assisted on n questions; the first so many questions are answered right."""
    rows = []
    for q in range(n):
        for p in range(n):
            cells = {"question_id": f"{task}{q}", "participant_id": f"p{p}", "task": task}
            rows.append(make_row(**cells, right=q < n_alone))
            rows.append(make_row(**cells, condition="human_with_model", right=q < n_assisted))
        rows.append(make_row(question_id=f"{task}{q}", task=task, condition="model_alone", right=q < n_model))
    return rows


def test_it_is_the_gain_over_the_gap_in_exact_fractions() -> None:
    ceiling = Fraction(898, 1000)

    rows = study(4, 2, 3)

    assert find(rows).estimate == pytest.approx(
        float((Fraction(4, 5) - Fraction(2, 5)) / (ceiling - Fraction(2, 5)))
    )
    over_model = float((Fraction(4, 5) - Fraction(3, 5)) / (ceiling - Fraction(3, 5)))
    assert find(rows, "model_alone").estimate == pytest.approx(over_model)


def test_all_tasks_divides_the_mean_gain_by_the_mean_gap() -> None:
    rows = [*study(4, 2, 3), *study(3, 1, 2, task="quality")]

    ceiling = (Fraction(898, 1000) + Fraction(912, 1000)) / 2
    gain, floor = Fraction(2 + 2, 10), Fraction(2 + 1, 10)
    assert find(rows, task="all").estimate == pytest.approx(float(gain / (ceiling - floor)))


@pytest.mark.parametrize("seed", range(3))
def test_the_interval_is_the_set_of_ratios_that_a_test_does_not_reject(seed: int) -> None:
    dice = np.random.default_rng(seed)
    draws = dice.normal(size=(2, 200)) * [[0.03], [0.05]]
    v = np.cov(draws)
    n, gap, df = 0.2, 0.4, 15.0
    numerator = Jackknife(n, float(np.sqrt(v[0, 0])), df)
    floor = Jackknife(0.5, float(np.sqrt(v[1, 1])), 30.0)
    assisted = Jackknife(0.7, float(np.sqrt(v[0, 0] + v[1, 1] - 2 * v[0, 1])), 20.0)

    bounds, why = fieller(numerator, floor, assisted, gap)

    ratios = np.linspace(-2, 4, 600_001)
    spread = v[0, 0] - 2 * ratios * v[0, 1] + ratios**2 * v[1, 1]
    kept = ratios[np.abs(n - ratios * gap) <= stats.t(df).ppf(0.975) * np.sqrt(spread)]
    assert why == ""
    assert bounds == pytest.approx((kept.min(), kept.max()), abs=2e-5)


def test_where_the_gap_itself_may_be_nothing_there_is_no_interval() -> None:
    wide = Jackknife(0.5, 0.3, 10.0)

    bounds, why = fieller(Jackknife(0.1, 0.05, 10.0), wide, replace(wide, se=0.29), 0.4)

    assert bounds is None
    assert "holds 0" in why


def test_without_a_gap_there_is_no_ratio() -> None:
    row = find(study(5, 5, 3))

    assert row.estimate is None
    assert row.note == "No estimate: the floor (1.000) is not below the ceiling (0.898): no gap."


def test_questions_selected_by_the_gap_have_no_ratio() -> None:
    row = find(study(4, 2, 3), selection={"statement": "Selected."})

    assert row.estimate is None
    assert "selected by this very gap" in row.note


def test_a_task_without_published_experts_has_no_ratio_and_neither_have_all_tasks_with_it() -> None:
    rows = [*study(4, 2, 3), *study(4, 2, 3, task="law")]

    assert find(rows).estimate is not None
    for task in ("law", "all"):
        assert find(rows, task=task).note == "No estimate: no accuracy of experts is published for law."
    assert gaps(prepared(study(4, 2, 3, task="law")), Rows.ALL, Manifest(), []) == []


def test_a_study_gets_an_interval_that_says_how_often_such_intervals_held_the_truth() -> None:
    answers, _ = prepare(make_export(simulate(3, 20, 40, truth=Truth(effect=1.5))))

    rows = [row for row in gaps(answers, Rows.ALL, Manifest(), []) if row.subgroup == "floor=human_alone"]

    (row,) = rows
    assert row.ci_low is not None
    assert row.ci_high is not None
    assert row.ci_low < (row.estimate or 0) < row.ci_high
    assert row.ci_method == (
        "Fieller, two-way cluster jackknife, participants x questions; held the truth in 95 to 97% of "
        "simulated studies"
    )


def test_an_assistant_told_what_to_argue_for_gives_its_advice_as_the_second_floor() -> None:
    rows = [
        row | {"assistant_mode": "assigned", "advice_correct": "1", "advice_choice": "A"}
        if row["condition"] == "human_with_model"
        else row
        for row in study(4, 2, 3)
    ]

    assert find(rows, "advice").note.startswith("No estimate: the floor (1.000) is not below the ceiling")


@pytest.mark.parametrize(
    ("task", "assisted", "alone", "recovered"), [("quality", 0.86, 0.50, 0.828), ("mmlu", 0.78, 0.66, 0.504)]
)
def test_votes_have_their_own_ceiling(task: str, assisted: float, alone: float, recovered: float) -> None:
    """The paper's weighted majority votes; with its own MMLU ceiling of .900 it would be .50."""
    votes = [
        Estimate(task=task, condition=c, metric="accuracy_wmv", estimate=e, note="A vote.")
        for c, e in (("human_alone", alone), ("human_with_model", assisted))
    ]

    rows = gaps(prepared(study(4, 2, 3, task=task)), Rows.ALL, Manifest(), votes)

    (row,) = [row for row in rows if row.metric == GAP_OF_VOTES]
    assert row.estimate == pytest.approx(recovered, abs=5e-4)
    assert row.ci_low is None
    assert "None" not in row.note


def test_it_is_among_the_results_for_each_task_with_a_ceiling() -> None:
    rows = analyse(make_export(simulate(3, 6, 8, tasks=("mmlu", "quality")))).estimates

    assert {row.task for row in rows if row.metric == GAP} == {*CEILINGS, "all"}
