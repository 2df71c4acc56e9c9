"""The difference within questions against statsmodels with a dummy for each question, refitted without each cluster."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from analysis.entries import entering, prepare
from analysis.fixed_effects import in_both, within_questions
from analysis.simulate import simulate
from tests.analysis.builders import make_export


def people_of(seed: int, layout: str = "CB", per_passage: int | None = None) -> pd.DataFrame:
    answers, _ = prepare(make_export(simulate(seed, 5, 12, layout=layout, questions_per_passage=per_passage)))
    used = entering(answers[answers["condition"] != "model_alone"])
    # Some answers are missing, so that questions are not balanced.
    used = used.sample(frac=0.85, random_state=seed)
    return in_both(used, used["condition"] == "human_with_model")


def refitted(rows: pd.DataFrame) -> float:
    return float(smf.ols("score ~ x + C(item)", rows).fit().params["x"])


@pytest.mark.parametrize("per_passage", [None, 3])
def test_difference_and_error_equal_those_of_refitted_linear_models(per_passage: int | None) -> None:
    rows = people_of(1, per_passage=per_passage)
    fit = smf.ols("score ~ x + C(item)", rows).fit()

    found = within_questions([rows])

    variances = []
    for column in ("person", "cluster"):
        without = np.array([refitted(rows[rows[column] != g]) for g in rows[column].unique()])
        variances.append((len(without) - 1) / len(without) * ((without - fit.params["x"]) ** 2).sum())
    own_x = rows["x"] - rows.groupby("item")["x"].transform("mean")
    scores = own_x * fit.resid / (own_x**2).sum()
    cells = scores.groupby([rows["person"], rows["cluster"]]).sum()
    v_pi = (cells**2).sum() * len(cells) / (len(cells) - 1)
    assert found.estimate == pytest.approx(fit.params["x"])
    assert found.se is not None
    assert found.se**2 == pytest.approx(max(sum(variances) - v_pi, *variances))


def test_with_a_single_question_it_is_the_difference_of_two_means() -> None:
    rows = people_of(2).assign(item=0)

    means = rows.groupby("x")["score"].mean()
    assert within_questions([rows]).estimate == pytest.approx(means[1] - means[0])


def test_the_mean_over_tasks_gives_every_task_the_same_weight() -> None:
    one, other = people_of(1), people_of(2)
    other = other.assign(item=other["item"] + 100, cluster=other["cluster"] + 100).iloc[:30]

    found = within_questions([one, other])

    assert found.estimate == pytest.approx((refitted(one) + refitted(other)) / 2)


def test_questions_of_one_condition_only_say_nothing() -> None:
    rows = people_of(1, layout="DI")

    assert rows.empty
    assert within_questions([rows]).reason == "no question was answered in both conditions"


def test_where_one_participant_carries_a_condition_there_is_a_reason() -> None:
    rows = people_of(1)
    rows = rows[(rows["person"] == rows["person"].iloc[0]) | (rows["x"] == 0)]

    found = within_questions([in_both(rows, rows["x"] == 1)])

    assert found.estimate is not None
    assert found.se is None
    assert found.reason.startswith("without one of the participants no question is left")
