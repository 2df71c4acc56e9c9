"""Scores of probabilities against hand calculations; what a study with little gives."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.accuracy import accuracies
from analysis.calibration import calibrations
from analysis.entries import prepare
from analysis.results import Estimate, Rows
from analysis.scoring import forecasts, scores
from analysis.simulate import simulate
from tests.analysis.builders import make_export, make_row, prepared


def by_metric(rows: list[Estimate]) -> dict[str, Estimate]:
    return {row.metric: row for row in rows}


def test_probabilities_of_all_options_are_scored_as_given() -> None:
    """Key A with p .5 .3 .2 0: Brier .25 + .09 + .04 = .38, log score ln .5 but for the floor on D."""
    row = make_row(choice="A", confidence=0.5, p_a=0.5, p_b=0.3, p_c=0.2, p_d=0)

    found = by_metric(scores(prepared([row]), Rows.ALL))

    assert found["brier_multiclass"].estimate == pytest.approx(0.38)
    assert found["log_score"].estimate == pytest.approx(math.log(0.5 / (1 + 0.01 / 3)))
    assert "probabilities given to all four options" in found["log_score"].note
    assert "0 to 2" in found["brier_multiclass"].note


@pytest.mark.parametrize(
    ("is_right", "brier", "log_score"),
    [(True, 0.0, math.log(0.99)), (False, 2.0, math.log(0.01 / 3))],
)
def test_certainty_costs_at_most_so_much(is_right: bool, brier: float, log_score: float) -> None:
    found = by_metric(scores(prepared([make_row(confidence=1, right=is_right)]), Rows.ALL))

    assert found["brier_multiclass"].estimate == pytest.approx(brier)
    assert found["log_score"].estimate == pytest.approx(log_score)


def test_a_confidence_alone_leaves_the_rest_to_the_others_in_equal_parts() -> None:
    """60% on a wrong option: .6^2 + (1 - .4/3)^2 + 2 (.4/3)^2."""
    found = by_metric(scores(prepared([make_row(confidence=0.6, right=False)]), Rows.ALL))

    third = 0.4 / 3
    assert found["brier_multiclass"].estimate == pytest.approx(0.36 + (1 - third) ** 2 + 2 * third**2)
    assert found["log_score"].estimate == pytest.approx(math.log(third))
    assert "In 1 of 1 answers" in found["log_score"].note


def test_an_interval_of_a_log_score_ends_where_scores_end() -> None:
    cells = [(p, q, p == 1 and q == 1) for p in range(2) for q in range(2)]
    answers = prepared(
        [
            make_row(participant_id=f"p{p}", question_id=f"q{q}", confidence=1, right=right)
            for p, q, right in cells
        ]
    )

    row = by_metric(scores(answers, Rows.ALL))["log_score"]

    assert row.ci_low is not None
    assert row.ci_high is not None
    assert -5.72 < row.ci_low < row.ci_high <= math.log(0.99)


def test_guessing_among_four_scores_what_the_notes_say() -> None:
    found = by_metric(scores(prepared([make_row(confidence=0.25)]), Rows.ALL))

    assert found["brier_multiclass"].estimate == pytest.approx(0.75)
    assert found["log_score"].estimate == pytest.approx(-1.386, abs=0.001)
    assert "-1.39" in found["log_score"].note


def test_probabilities_that_add_up_to_99_are_made_whole() -> None:
    row = make_row(choice="B", correct_choice="B", confidence=0.33, p_a=0.22, p_b=0.33, p_c=0.22, p_d=0.22)

    assert forecasts(prepared([row])).right_first.sum() == pytest.approx(1)
    assert forecasts(prepared([row])).right_first[0, 0] == pytest.approx(1 / 3)


def test_over_confidence_is_confidence_less_accuracy_of_the_same_answers() -> None:
    answers = prepare(make_export(simulate(5, 8, 12)))[0]

    over = [row for row in scores(answers, Rows.ALL) if row.metric == "overconfidence"]

    accuracy = {row.condition: row.estimate for row in accuracies(answers, Rows.ALL)}
    sure = {
        row.condition: row.estimate
        for row in calibrations(answers, Rows.ALL)
        if row.metric == "mean_confidence"
    }
    assert len(over) == 2
    for row in over:
        assert row.estimate == pytest.approx((sure[row.condition] or 0) - (accuracy[row.condition] or 0))
        assert row.ci_low is not None
        assert str(row.ci_method).endswith("held the truth in 95 to 99% of simulated studies")


def test_a_model_is_scored_once_a_question() -> None:
    answers = prepared(
        [
            make_row(condition="model_alone", sample=1, confidence=0.8),
            make_row(condition="model_alone", sample=2, confidence=0.8, right=False),
            make_row(condition="model_alone", question_id="q2", confidence=0.6, right=False),
        ]
    )

    found = by_metric(scores(answers, Rows.ALL))

    assert found["overconfidence"].estimate == pytest.approx(((0.8 - 0.5) + 0.6) / 2)
    # Half a question right at .8, half wrong at .8 and one wrong at .6: (tie .5 * .5 + .5 * 1) / (.5 * 1.5)
    assert found["auroc"].estimate == pytest.approx((0.125 + 0.5) / 0.75)


def test_all_right_has_no_auroc_and_says_why() -> None:
    answers = prepared(
        [make_row(participant_id=f"p{p}", question_id=f"q{p}", confidence=0.8) for p in range(4)]
    )

    found = by_metric(scores(answers, Rows.ALL))

    assert found["auroc"].estimate is None
    assert "all answers are right" in found["auroc"].note
    assert scores(prepared([make_row()]), Rows.ALL) == []


@given(st.integers(0, 10_000))
@settings(max_examples=6, deadline=None)
def test_neither_order_nor_names_nor_letters_change_a_score(seed: int) -> None:
    dice = random.Random(seed)
    rows = []
    for p in range(4):
        for q in range(5):
            cut = sorted(dice.randrange(101) for _ in range(3))
            parts = [b - a for a, b in zip([0, *cut], [*cut, 100], strict=True)]
            key, choice = dice.choice("ABCD"), dice.choice("ABCD")
            sure = parts["ABCD".index(choice)]
            p_cells = dict(zip(("p_a", "p_b", "p_c", "p_d"), (n / 100 for n in parts), strict=True))
            rows.append(
                make_row(
                    participant_id=f"p{p}",
                    question_id=f"q{q}",
                    choice=choice,
                    correct_choice=key,
                    confidence=sure / 100,
                    **p_cells,
                )
            )
    moved = dict(zip("ABCD", dice.sample("ABCD", 4), strict=True))
    renamed = []
    for row in rows:
        letters = {f"p_{moved[letter].lower()}": row[f"p_{letter.lower()}"] for letter in "ABCD"}
        renamed.append(
            row
            | {"participant_id": "x" + row["participant_id"][::-1], "choice": moved[row["choice"]]}
            | {"correct_choice": moved[row["correct_choice"]]}
            | letters
        )
    dice.shuffle(renamed)

    before, after = (by_metric(scores(prepared(own), Rows.ALL)) for own in (rows, renamed))

    for metric, found in before.items():
        for name in ("estimate", "ci_low", "ci_high", "df"):
            first, second = getattr(found, name), getattr(after[metric], name)
            assert (first is None) == (second is None)
            assert first is None or np.isclose(first, second, rtol=1e-6)
