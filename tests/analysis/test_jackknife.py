"""The closed forms equal plain loops that leave one cluster out at a time."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from analysis.jackknife import (
    Part,
    accuracy_interval,
    clopper_pearson,
    difference_interval,
    jackknife,
    two_sided_p,
)

Rows = Sequence[tuple[int, int, int, float]]  # part, person, item, value


def make_rows(seed: int, n: int = 200, parts: int = 2, people: int = 9, items: int = 13) -> Rows:
    rng = np.random.default_rng(seed)
    columns = (
        rng.integers(parts, size=n).tolist(),
        rng.integers(people, size=n).tolist(),
        rng.integers(items, size=n).tolist(),
        rng.integers(2, size=n).astype(float).tolist(),
    )
    return list(zip(*columns, strict=True))


def as_parts(rows: Rows, coefficients: Sequence[float]) -> list[Part]:
    parts = []
    for number, coefficient in enumerate(coefficients):
        own = [row for row in rows if row[0] == number]
        parts.append(
            Part(
                coefficient,
                np.array([row[3] for row in own]),
                np.array([row[1] for row in own], dtype=np.int64),
                np.array([row[2] for row in own], dtype=np.int64),
            )
        )
    return parts


def statistic(rows: Rows, coefficients: Sequence[float]) -> float:
    total = 0.0
    for number, coefficient in enumerate(coefficients):
        values = [value for part, _, _, value in rows if part == number]
        total += coefficient * sum(values) / len(values)
    return total


def loop_variance(
    rows: Rows, coefficients: Sequence[float], cluster: Callable[[tuple[int, int, int, float]], int]
) -> float:
    d = statistic(rows, coefficients)
    clusters = sorted({cluster(row) for row in rows})
    total = 0.0
    for left_out in clusters:
        total += (statistic([row for row in rows if cluster(row) != left_out], coefficients) - d) ** 2
    return (len(clusters) - 1) / len(clusters) * total


def loop_jackknife(rows: Rows, coefficients: Sequence[float]) -> tuple[float, float, float, bool]:
    v_p = loop_variance(rows, coefficients, lambda row: row[1])
    v_i = loop_variance(rows, coefficients, lambda row: row[2])
    cells: dict[tuple[int, int], float] = {}
    for part, person, item, value in rows:
        own = [row[3] for row in rows if row[0] == part]
        score = coefficients[part] * (value - sum(own) / len(own)) / len(own)
        cells[person, item] = cells.get((person, item), 0.0) + score
    v_pi = sum(score**2 for score in cells.values()) * len(cells) / (len(cells) - 1)
    v = max(v_p + v_i - v_pi, v_p, v_i)
    p, i = len({row[1] for row in rows}) - 1, len({row[2] for row in rows}) - 1
    df = v**2 / (v_p**2 / p + v_i**2 / i + v_pi**2 / (p * i))
    return statistic(rows, coefficients), math.sqrt(v), df, v > v_p + v_i - v_pi


@pytest.mark.parametrize("coefficients", [(1.0,), (1.0, -1.0), (0.5, -0.5, 0.5, -0.5)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_closed_form_equals_leaving_each_cluster_out_in_a_loop(
    coefficients: tuple[float, ...], seed: int
) -> None:
    rows = make_rows(seed, parts=len(coefficients))

    found = jackknife(as_parts(rows, coefficients))

    estimate, se, df, is_guarded = loop_jackknife(rows, coefficients)
    assert found.estimate == pytest.approx(estimate, abs=1e-12)
    assert found.se == pytest.approx(se, rel=1e-9)
    assert found.df == pytest.approx(df, rel=1e-9)
    assert found.is_guarded == is_guarded


def test_answers_without_any_difference_between_people_or_questions_have_no_interval() -> None:
    """Two people who disagree on every question: all averages are one half."""
    rows = [(0, person, item, float((person + item) % 2)) for person in range(2) for item in range(6)]

    found = jackknife(as_parts(rows, (1.0,)))

    assert found.se is None
    assert found.reason == "the answers do not vary over participants or questions"


def test_guarded_variance_is_never_below_either_way_alone() -> None:
    rows = [
        (0, person, item, float((person + item) % 2 or (person, item) == (0, 0)))
        for person in range(4)
        for item in range(6)
    ]

    found = jackknife(as_parts(rows, (1.0,)))

    people = loop_variance(rows, (1.0,), lambda row: row[1])
    items = loop_variance(rows, (1.0,), lambda row: row[2])
    assert found.is_guarded
    assert found.se == pytest.approx(math.sqrt(max(people, items)))


def test_one_question_each_and_no_persons_is_the_textbook_standard_error() -> None:
    value = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0])

    found = jackknife([Part(1.0, value, None, np.arange(7))])

    assert found.se == pytest.approx(value.std(ddof=1) / math.sqrt(7))
    assert found.df == 6


def test_a_condition_with_one_participant_has_no_interval_and_says_why() -> None:
    rows = [(0, 1, 1, 1.0), (0, 2, 2, 0.0), (0, 2, 1, 0.0), (1, 3, 1, 1.0), (1, 3, 2, 0.0)]

    interval = difference_interval(jackknife(as_parts(rows, (1.0, -1.0))), "jackknife")

    assert interval.estimate == pytest.approx(1 / 3 - 1 / 2)
    assert interval.ci_low is None
    assert interval.note == "No interval: an interval needs at least two participants in each condition."


def test_no_answers_give_no_estimate_and_say_why() -> None:
    interval = difference_interval(jackknife(as_parts([(0, 1, 1, 1.0)], (1.0, -1.0))), "jackknife")

    assert interval.estimate is None
    assert interval.note == "No estimate: there are no answers."


def test_difference_interval_and_p_are_students_t() -> None:
    found = jackknife(as_parts(make_rows(5), (1.0, -1.0)))

    interval = difference_interval(found, "jackknife", level=0.9)

    assert found.estimate is not None
    assert found.se is not None
    low, high = stats.t.interval(0.9, found.df, found.estimate, found.se)
    assert (interval.ci_low, interval.ci_high) == pytest.approx((low, high))
    assert interval.p == pytest.approx(2 * stats.t.sf(abs(found.estimate / found.se), found.df))


@pytest.mark.parametrize("n", [6, 40, 120])
def test_an_interval_far_below_one_degree_of_freedom_ends_where_differences_do(n: int) -> None:
    """A chessboard with one square turned over: nearly all variance is in the cells, and the quantile of t explodes."""
    rows = [
        (0, person, item, float((person + item) % 2) if person or item else 1.0)
        for person in range(n)
        for item in range(n)
    ]

    interval = difference_interval(jackknife(as_parts(rows, (1.0,))), "jackknife")

    assert interval.df is not None
    assert interval.df < 0.5
    assert (interval.ci_low, interval.ci_high) == (-1.0, 1.0)


def test_accuracy_interval_is_made_on_the_logit_scale() -> None:
    found = jackknife(as_parts(make_rows(6), (1.0,)))

    interval = accuracy_interval(found, 200, "jackknife")

    assert found.estimate is not None
    assert found.se is not None
    assert interval.ci_low is not None
    assert interval.ci_high is not None
    m = found.estimate
    half = stats.t.ppf(0.975, found.df) * found.se / (m * (1 - m))
    assert stats.logistic.ppf(interval.ci_low) == pytest.approx(stats.logistic.ppf(m) - half)
    assert stats.logistic.ppf(interval.ci_high) == pytest.approx(stats.logistic.ppf(m) + half)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_right_and_all_wrong_get_the_exact_interval_with_a_note(value: float) -> None:
    rows = [(0, person, item, value) for person in range(4) for item in range(5)]

    interval = accuracy_interval(jackknife(as_parts(rows, (1.0,))), 20, "jackknife")

    low, high = proportion_confint(20 * value, 20, method="beta")
    assert (interval.ci_low, interval.ci_high) == pytest.approx((low, high), abs=1e-12)
    assert interval.ci_method == "Clopper-Pearson over answers"
    assert "clustering cannot be estimated" in interval.note


@pytest.mark.parametrize(("successes", "n"), [(0, 7), (3, 7), (7, 7), (40, 41)])
def test_clopper_pearson_equals_statsmodels(successes: int, n: int) -> None:
    expected = proportion_confint(successes, n, method="beta")

    assert clopper_pearson(successes, n) == pytest.approx(expected, abs=1e-12)


def test_p_of_no_difference_is_one() -> None:
    assert two_sided_p(0.0, 5.0) == 1.0
