"""Subject by subject: the same comparison on fewer questions, with adjusted p."""

import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from analysis.entries import prepare
from analysis.findings import analyse
from analysis.results import Rows
from analysis.simulate import simulate
from analysis.subjects import PREFIX, benjamini_hochberg, subjects
from tests.analysis.builders import make_export


def with_subjects(answers: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    numbers = answers["question_id"].str.extract(r"(\d+)$")[0].astype(int)
    return answers.assign(subject=[names[number % len(names)] for number in numbers])


@pytest.mark.parametrize("ps", [[0.01], [0.04, 0.01, 0.03, 0.5], [0.02, 0.02, 0.9], [1e-12, 0.049, 0.3, 0.7]])
def test_adjusted_p_equals_that_of_statsmodels(ps: list[float]) -> None:
    assert benjamini_hochberg(ps) == pytest.approx(list(multipletests(ps, method="fdr_bh")[1]))


def test_what_has_no_p_does_not_count() -> None:
    assert benjamini_hochberg([None, 0.02, None, 0.04]) == [
        None,
        pytest.approx(0.04),
        None,
        pytest.approx(0.04),
    ]


def test_each_subject_is_the_difference_on_its_own_questions() -> None:
    answers = with_subjects(simulate(2, 8, 12), ("law", "art"))
    ready, _ = prepare(make_export(answers))

    rows = subjects(ready, Rows.ALL)

    assert [row.subgroup for row in rows] == [f"{PREFIX}art", f"{PREFIX}law"]
    for row, name in zip(rows, ("art", "law"), strict=True):
        means = ready[ready["subject"] == name].groupby("condition")["score"].mean()
        assert row.estimate == pytest.approx(means["human_with_model"] - means["human_alone"])
        assert row.n_questions == 6
        assert row.role == "exploratory"
        assert row.p_adjusted is not None
        assert row.p is not None
        assert row.p_adjusted >= row.p


def test_a_subject_with_one_question_has_an_estimate_and_a_reason() -> None:
    answers = with_subjects(simulate(2, 8, 5), ("a", "b", "c", "d", "e"))

    rows = subjects(prepare(make_export(answers))[0], Rows.ALL)

    assert len(rows) == 5
    assert all(row.estimate is not None and row.p is None and "two questions" in row.note for row in rows)


def test_one_subject_is_no_comparison_of_subjects() -> None:
    answers = with_subjects(simulate(2, 6, 8), ("law",))

    assert not [
        row for row in analyse(make_export(answers)).contrasts if (row.subgroup or "").startswith(PREFIX)
    ]
