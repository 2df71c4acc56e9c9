"""The joint comparison with both baselines, against hand calculations and scipy."""

import pytest
from scipy import stats

from analysis.complementarity import COMPLEMENTARITY, complementarities, is_claimed
from analysis.contrasts import OVER_HUMAN, OVER_MODEL
from analysis.findings import analyse
from analysis.results import Contrast
from analysis.simulate import Truth, simulate
from tests.analysis.builders import make_answers, make_export, make_row


def make_contrast(
    contrast: str, estimate: float | None, se: float | None = 0.04, **cells: object
) -> Contrast:
    values = {"task": "mmlu", "metric": "accuracy", "df": 20.0 if se else None, "note": "why"} | cells
    return Contrast(contrast=contrast, estimate=estimate, se=se, **values)  # type: ignore[arg-type]


def joint(over_human: Contrast, over_model: Contrast) -> Contrast:
    (row,) = complementarities([over_human, over_model], lambda _: OVER_MODEL)
    return row


def test_the_estimate_is_the_smaller_difference_and_the_bounds_are_the_smaller_ones() -> None:
    row = joint(make_contrast(OVER_HUMAN, 0.2, 0.1, df=9.0), make_contrast(OVER_MODEL, 0.15, 0.04))

    one, other = stats.t(9), stats.t(20)
    assert row.estimate == 0.15
    assert row.ci_low == pytest.approx(min(0.2 - one.ppf(0.975) * 0.1, 0.15 - other.ppf(0.975) * 0.04))
    assert row.ci_high == pytest.approx(min(0.2 + one.ppf(0.9875) * 0.1, 0.15 + other.ppf(0.9875) * 0.04))
    assert row.p == pytest.approx(max(one.sf(2.0), other.sf(3.75)))
    assert row.alternative == "greater"


@pytest.mark.parametrize(
    ("differences", "claimed"),
    [((0.2, 0.2), True), ((0.2, 0.05), False), ((0.05, 0.2), False), ((-0.2, -0.2), False)],
)
def test_it_is_claimed_only_if_both_one_sided_tests_reject(
    differences: tuple[float, float], claimed: bool
) -> None:
    row = joint(make_contrast(OVER_HUMAN, differences[0]), make_contrast(OVER_MODEL, differences[1]))

    assert is_claimed(row) is claimed
    assert row.ci_low is not None
    assert (row.ci_low > 0) is claimed


def test_without_one_of_the_differences_there_is_a_reason_and_no_number() -> None:
    row = joint(
        make_contrast(OVER_HUMAN, 0.2), make_contrast(OVER_MODEL, None, None, note="No estimate: none.")
    )

    assert (row.estimate, row.ci_low, row.p) == (None, None, None)
    assert row.note == "No estimate: against the model alone: No estimate: none."


def test_without_one_of_the_errors_there_is_an_estimate_and_no_interval() -> None:
    row = joint(
        make_contrast(OVER_HUMAN, 0.2), make_contrast(OVER_MODEL, 0.1, None, note="No interval: one.")
    )

    assert (row.estimate, row.ci_low, row.p) == (0.1, None, None)
    assert "No interval: one." in row.note


def test_every_task_and_all_tasks_have_a_row_with_its_bias_warning() -> None:
    results = analyse(make_export(simulate(3, 10, 12, tasks=("mmlu", "quality"))))

    rows = [row for row in results.contrasts if row.contrast == COMPLEMENTARITY]

    assert [row.task for row in rows] == ["mmlu", "quality", "all"]
    assert all("biased low" in row.note and row.family is None for row in rows)


def test_where_the_assistant_was_told_what_to_argue_for_its_advice_is_the_second_baseline() -> None:
    answers = simulate(3, 10, 12)
    assisted = answers["condition"] == "human_with_model"
    answers["assistant_mode"] = answers["assistant_mode"].mask(assisted, "assigned")

    row = next(r for r in analyse(make_export(answers)).contrasts if r.contrast == COMPLEMENTARITY)

    assert "against the assistant’s advice" in row.note
    assert "against the model alone" not in row.note


def test_a_clear_gain_over_both_is_claimed_and_one_over_people_only_is_not() -> None:
    def claimed(model_accuracy: float) -> bool:
        truth = Truth(effect=2.5, model_accuracy=model_accuracy)
        rows = analyse(make_export(simulate(4, 20, 40, truth=truth))).contrasts
        return is_claimed(next(row for row in rows if row.contrast == COMPLEMENTARITY))

    assert claimed(0.4)
    assert not claimed(0.95)


def test_a_study_of_one_answer_gives_a_reason() -> None:
    results = analyse(make_export(make_answers([make_row(condition="human_with_model")])))

    row = next(row for row in results.contrasts if row.contrast == COMPLEMENTARITY)
    assert row.estimate is None
    assert row.note.startswith("No estimate: against people alone")
