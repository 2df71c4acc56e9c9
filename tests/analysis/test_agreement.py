"""Cohen's kappa between the rule and coders, against statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from analysis.agreement import agreement_lines, agreements, kappa_interval
from analysis.hand_codes import HandCodes
from analysis.results import Estimate
from analysis.strategies import STRATEGIES, StrategyCodes
from tests.analysis.builders import make_row, prepared


@pytest.mark.parametrize("table", [[[40, 9], [6, 45]], [[70, 10], [15, 5]], [[3, 1], [0, 6]]])
def test_kappa_its_error_and_its_interval_are_those_of_statsmodels(table: list[list[int]]) -> None:
    found = kappa_interval(np.array(table, float))

    expected = cohens_kappa(table)
    assert found.estimate == pytest.approx(expected.kappa)
    assert found.se == pytest.approx(expected.std_kappa)
    assert found.ci_low == pytest.approx(max(-1, expected.kappa_low))
    assert found.ci_high == pytest.approx(min(1, expected.kappa_upp))
    assert "Fleiss, Cohen and Everitt" in str(found.ci_method)


@pytest.mark.parametrize(
    ("table", "estimate", "why"),
    [
        ([[0, 0], [0, 0]], None, "no trial was coded by both"),
        ([[9, 0], [0, 0]], None, "every trial the same code"),
        ([[5, 0], [0, 4]], 1.0, "complete agreement"),
    ],
)
def test_where_the_formula_gives_nothing_kappa_says_why(
    table: list[list[int]], estimate: float | None, why: str
) -> None:
    found = kappa_interval(np.array(table, float))

    assert found.estimate == estimate
    assert found.ci_low is None
    assert why in found.note


def test_rule_and_two_coders_are_compared_pair_by_pair_over_the_trials_both_coded() -> None:
    rows = [
        make_row(
            trial_id=f"t{n}", participant_id=f"p{n % 4}", question_id=f"q{n}", condition="human_with_model"
        )
        for n in range(12)
    ]
    codes = [StrategyCodes(f"t{n}", n % 2 == 0, n % 3 == 0, None) for n in range(12)]
    first = HandCodes("a.csv", {f"t{n}": dict.fromkeys(STRATEGIES, n % 4 == 0) for n in range(10)})
    second = HandCodes("b.csv", {f"t{n}": dict.fromkeys(STRATEGIES, n % 2 == 0) for n in range(4, 12)})

    found = agreements(prepared(rows), codes, [first, second])

    by_pair = {str(row.subgroup): row for row in found}
    assert len(by_pair) == 9
    quote = by_pair["strategy=asks_quote,between=rule+coder_1"]
    table = [[sum((n % 2 == 0, n % 4 == 0) == (a, b) for n in range(10)) for b in (0, 1)] for a in (0, 1)]
    assert quote.estimate == pytest.approx(cohens_kappa(table).kappa)
    assert (quote.metric, quote.n_answers, quote.n_participants) == ("kappa", 10, 4)
    assert by_pair["strategy=asks_quote,between=rule+coder_2"].estimate == 1
    assert by_pair["strategy=asks_quote,between=coder_1+coder_2"].n_answers == 6
    nothing = by_pair["strategy=cross_examines_after_reset,between=rule+coder_1"]
    assert nothing.estimate is None
    assert nothing.note.startswith("No estimate: no trial was coded by both.")


def test_the_terminal_has_a_line_per_kappa() -> None:
    row = Estimate(
        task="all",
        condition="human_with_model",
        metric="kappa",
        subgroup="strategy=asks_quote,between=rule+coder_1",
        estimate=0.712,
        ci_low=0.551,
        ci_high=0.873,
        n_answers=100,
    )

    assert agreement_lines([row]) == [
        "Cohen's kappa, asks_quote, rule and coder 1: 0.71 (0.55 to 0.87), 100 trials."
    ]
