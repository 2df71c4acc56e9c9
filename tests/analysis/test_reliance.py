"""Following advice: rates by hand, d' against the normal distribution, and which words are allowed."""

import numpy as np
import pandas as pd
import pytest

from analysis.accuracy import people_part
from analysis.entries import entering, prepare
from analysis.jackknife import jackknife
from analysis.reliance import reliances
from analysis.results import Contrast, Estimate, Rows
from analysis.simulate import simulate
from tests.analysis.builders import make_export, make_row, prepared


def helped(choice: str, advice: str, **cells: object) -> dict[str, str]:
    return make_row(condition="human_with_model", choice=choice, advice_choice=advice, **cells)


def of(
    answers: pd.DataFrame,
) -> tuple[dict[tuple[str, str | None], Estimate], dict[tuple[str, str | None], Contrast]]:
    estimates, contrasts = reliances(answers, Rows.ALL)
    return (
        {(row.metric, row.subgroup): row for row in estimates},
        {(row.metric, row.subgroup): row for row in contrasts},
    )


def eight() -> list[dict[str, str]]:
    """The key is A. Advice right: followed 3 of 4. Advice wrong (B): followed 1 of 3. One without readable advice."""
    choices = [("A", "A"), ("A", "A"), ("A", "A"), ("C", "A"), ("B", "B"), ("A", "B"), ("A", "B")]
    rows = [
        helped(choice, advice, participant_id=f"p{n % 3}", question_id=f"q{n}", advice_status="stated")
        for n, (choice, advice) in enumerate(choices)
    ]
    return [*rows, helped("A", "", question_id="q9", advice_status="none_asked")]


def test_rates_by_whether_the_advice_was_right() -> None:
    found, _ = of(prepared(eight()))

    assert found["advice_agreement", None].estimate == pytest.approx(4 / 7)
    assert found["advice_agreement", "advice=right"].estimate == pytest.approx(3 / 4)
    assert found["advice_agreement", "advice=wrong"].estimate == pytest.approx(1 / 3)
    assert found["overreliance", None].estimate == pytest.approx(1 / 3)
    assert found["underreliance", None].estimate == pytest.approx(1 / 4)
    assert found["overreliance", None].n_answers == 3
    assert found["advice_stated", None].estimate == pytest.approx(7 / 8)
    assert "none asked: 1" in found["advice_stated", None].note


def test_error_detection_has_the_log_linear_correction() -> None:
    """Overrides 2 of 3 wrong and 1 of 4 right: hit (2 + 1/2)/4, false alarm (1 + 1/2)/5."""
    from scipy.stats import norm

    found, _ = of(prepared(eight()))

    hit, alarm = norm.ppf(2.5 / 4), norm.ppf(1.5 / 5)
    assert found["error_detection_d", None].estimate == pytest.approx(hit - alarm)
    assert found["error_detection_c", None].estimate == pytest.approx(-(hit + alarm) / 2)


def test_nothing_by_nothing_is_no_number_and_says_why() -> None:
    found, contrasts = of(
        prepared([helped("A", "A", participant_id=f"p{n}", question_id=f"q{n}") for n in range(4)])
    )

    for metric in ("overreliance", "error_detection_d", "error_detection_c"):
        assert found[metric, None].estimate is None
        assert "no advice that could be read was wrong" in found[metric, None].note
    assert contrasts["underreliance", None].estimate is None
    assert "people alone answered none of these questions" in contrasts["underreliance", None].note


def test_people_alone_who_choose_the_same_are_taken_away() -> None:
    rows = eight() + [
        make_row(participant_id=f"a{n}", question_id=f"q{q}", choice=letter)
        for q in range(7)
        for n, letter in enumerate("ABAA")
    ]

    found, contrasts = of(prepared(rows))

    assert found["advice_base_rate", "advice=wrong"].estimate == pytest.approx(1 / 4)
    assert contrasts["overreliance", None].estimate == pytest.approx(1 / 3 - 1 / 4)
    assert contrasts["underreliance", None].estimate == pytest.approx(1 / 4 - 1 / 4)
    assert contrasts["overreliance", None].role == "exploratory"
    assert contrasts["overreliance", None].family is None


@pytest.mark.parametrize("mode", ["as_is", "sycophantic", ""])
def test_where_nobody_drew_the_error_every_row_says_that_it_describes(mode: str) -> None:
    estimates, contrasts = reliances(prepared([row | {"assistant_mode": mode} for row in eight()]), Rows.ALL)

    for row in [*estimates, *contrasts]:
        assert "Descriptive: nobody drew" in row.note
        assert "Effect" not in row.note
    assert not [row for row in contrasts if row.metric == "accuracy_by_stance"]


def test_where_the_plan_drew_the_stance_its_effect_is_a_difference_over_all_trials() -> None:
    """Also over those in which nobody asked; the same number as two means in the jackknife."""
    answers = prepare(make_export(simulate(3, 12, 20, has_model_alone=False)))[0]
    is_helped = answers["condition"] == "human_with_model"
    answers["assistant_mode"] = pd.Series("assigned", index=answers.index).where(is_helped)
    answers["stance"] = answers["advice_choice"]
    answers.loc[answers.index[is_helped][::4], ["advice_choice", "advice_correct"]] = [None, np.nan]

    found, contrasts = of(answers)

    (row,) = [row for row in contrasts.values() if row.metric == "accuracy_by_stance"]
    own = entering(answers[is_helped])
    good, bad = own[own["stance"] == own["correct_choice"]], own[own["stance"] != own["correct_choice"]]
    parts = [
        people_part(rows, rows["score"].to_numpy(float), sign) for rows, sign in ((good, 1.0), (bad, -1.0))
    ]
    expected = jackknife(parts)
    assert row.contrast == "stance right - stance wrong"
    assert (row.estimate, row.se, row.df) == pytest.approx((expected.estimate, expected.se, expected.df))
    assert row.n_answers == len(own)
    assert "Effect of what the plan drew" in row.note
    assert "not validated" not in str(row.ci_method)
    assert "Descriptive" not in found["overreliance", None].note


def test_a_weakened_assistant_is_compared_with_the_same_one_as_it_is() -> None:
    rows = [
        helped(
            "A" if n % 4 else "B",
            "A",
            participant_id=f"p{n % 4}",
            question_id=f"q{n // 4}",
            manipulated=n % 2,
            assistant_mode="sandbagged",
        )
        for n in range(16)
    ]

    _, contrasts = of(prepared(rows))

    (row,) = [row for row in contrasts.values() if row.metric == "accuracy_by_stance"]
    assert row.contrast == "as it is - weakened"
    assert row.estimate == pytest.approx(4 / 8 - 8 / 8)


def test_two_speakers_for_two_options_have_no_stance_to_compare() -> None:
    rows = [row | {"assistant_mode": "assigned", "stance": "AB"} for row in eight()]

    assert not [row for row in reliances(prepared(rows), Rows.ALL)[1] if row.metric == "accuracy_by_stance"]


def test_without_advice_there_are_no_rows() -> None:
    assert reliances(prepared([make_row(), make_row(condition="human_with_model")]), Rows.ALL) == ([], [])
