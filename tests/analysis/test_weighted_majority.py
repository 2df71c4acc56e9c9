"""Who votes, over which panels, and what the rows of results say of it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.findings import analyse
from analysis.results import Estimate, Rows
from analysis.weighted_majority import METRICS, weighted_majorities
from tests.analysis.builders import make_answers, make_export, make_row, prepared


def said(person: str, question: str, choice: str, confidence: float, **cells: Any) -> dict[str, str]:
    return make_row(
        participant_id=person, question_id=question, choice=choice, confidence=confidence, **cells
    )


def found(rows: list[dict[str, str]], size: int = 5) -> dict[str, Estimate]:
    return {row.metric: row for row in weighted_majorities(prepared(rows), Rows.ALL, size)}


def four_people() -> list[dict[str, str]]:
    """The key is A. q1: 297 x 12 for B, 4.5 x 4.5 for A. q2: A by 144. q3: A and B tie. q4: B."""
    table = {
        "q1": [("B", 1.0), ("B", 0.8), ("A", 0.6), ("A", 0.6)],
        "q2": [("A", 0.8), ("A", 0.8), ("B", 0.42), ("C", 0.25)],
        "q3": [("A", 0.8), ("B", 0.8), ("C", 0.25), ("D", 0.25)],
        "q4": [("B", 0.6), ("B", 0.6), ("B", 0.6), ("A", 0.42)],
    }
    return [
        said(f"p{n}", question, *vote) for question, votes in table.items() for n, vote in enumerate(votes)
    ]


def test_the_same_voters_for_every_question_are_one_panel() -> None:
    rows = found(four_people(), size=2)

    assert rows["accuracy_wmv"].estimate == pytest.approx((0 + 1 + 0.5 + 0) / 4)
    assert rows["n_ties_wmv"].estimate == 1
    assert "all 4 voters" in rows["accuracy_wmv"].note
    assert "independent" in rows["accuracy_wmv"].note
    assert (rows["accuracy_wmv"].n_participants, rows["accuracy_wmv"].n_questions) == (4, 4)
    assert {row.role for row in rows.values()} == {"as_in_paper"}


def test_the_interval_is_that_of_the_questions_credits_on_the_logit_scale() -> None:
    row = found(four_people())["accuracy_wmv"]
    credit = np.array([0, 1, 0.5, 0])
    m, se = credit.mean(), credit.std(ddof=1) / 2
    half = stats.t.ppf(0.975, 3) * se / (m * (1 - m))

    assert row.se == pytest.approx(se)
    assert row.ci_low == pytest.approx(1 / (1 + np.exp(-(np.log(m / (1 - m)) - half))))
    assert row.ci_method == "cluster jackknife, questions, voters held fixed, logit scale"
    assert "not of new voters" in row.note


def test_winners_are_put_in_the_nearest_bin_with_their_credit() -> None:
    """Shares of the winner by hand: q1 .99, q2 .97, q3 .46 for a tie that earns half, q4 .98; bins 100% and 42%."""
    rows = found(four_people())

    assert rows["calibration_error_5bin_wmv"].estimate == pytest.approx(
        (abs(1 / 3 - 1) + abs(0.5 - 0.42)) / 2
    )
    assert rows["calibration_error_5bin_wmv"].note.startswith("Our rule")
    assert rows["n_questions_wmv_at_maximum"].estimate == 1
    assert rows["accuracy_wmv_at_maximum"].estimate == 0.0


def test_where_questions_have_different_voters_panels_have_one_size() -> None:
    rows = [said(f"p{n}", "q1", "A", 0.8) for n in range(6)]
    rows += [said(f"p{n}", "q2", "A" if n == 9 else "B", 1.0 if n == 9 else 0.42) for n in range(4, 10)]
    rows += [said(f"p{n}", "q3", "A", 0.8) for n in range(2)]

    row = found(rows, size=3)["accuracy_wmv"]

    # q2: a panel of three is right where the certain one is in it, C(5, 2) of C(6, 3) panels; q3 has too few.
    assert row.estimate == pytest.approx((1 + 10 / 20) / 2)
    assert row.n_questions == 2
    assert "exactly 3 voters" in row.note
    assert "1 questions with fewer voters are left out" in row.note


def test_without_any_panel_every_row_is_null_and_says_why() -> None:
    rows = found([said("p1", "q1", "A", 0.8), said("p2", "q2", "A", 0.8)])

    assert set(rows) == set(METRICS)
    assert {row.estimate for row in rows.values()} == {None}
    assert {row.note for row in rows.values()} == {
        "No estimate: no question has 5 voters who gave a choice and how sure they were."
    }


def test_what_an_answer_must_have_to_vote_is_said() -> None:
    unsure = found([make_row()])["accuracy_wmv"]
    unread = found([make_row(status="skipped")])["accuracy_wmv"]
    keyless = found([said("p1", "q1", "B", 0.8, correct_choice="", correct=0)])["accuracy_wmv"]

    assert unsure.note == "No estimate: no answer says how sure it is (confidence, or p_a to p_d)."
    assert "which option was chosen" in unread.note
    assert "which option is right is not known for 1 questions" in keyless.note


def test_who_gives_no_answer_says_nothing_and_a_void_trial_does_not_break_the_panel() -> None:
    rows = [
        said("p1", "q1", "A", 0.6),
        make_row(participant_id="p2", question_id="q1", status="timed_out_no_answer"),
        said("p1", "q2", "A", 0.6),
        said("p2", "q2", "B", 0.8, status="void"),
        make_row(participant_id="p1", question_id="q3", status="skipped"),
        make_row(participant_id="p2", question_id="q3", status="skipped"),
    ]

    row = found(rows)["accuracy_wmv"]

    assert row.estimate == pytest.approx(2 / 3)
    assert "On 1 questions nobody voted; they count as wrong." in row.note
    assert "3 answers give no vote" in row.note


def test_whole_distributions_vote_as_they_are() -> None:
    """A 45% with B 40% against one who is 42% sure of B: B leads, where two choices alone would say A."""
    rows = [
        said("p1", "q1", "A", 0.45, p_a=0.45, p_b=0.4, p_c=0.1, p_d=0.05),
        said("p2", "q1", "B", 0.42),
        said("p1", "q2", "A", 0.8),
        said("p2", "q2", "A", 0.8),
    ]

    row = found(rows)["accuracy_wmv"]

    assert row.estimate == 0.5
    assert "our rule" in row.note


def test_the_panel_size_comes_from_the_option_else_the_declaration_else_five() -> None:
    rows = [said(f"p{n}", f"q{q}", "A" if n % 2 else "B", 0.8) for q in range(2) for n in range(q, q + 6)]
    answers = make_answers(rows)

    def note(option: int | None = None, **declared: Any) -> str:
        results = analyse(make_export(answers, analysis=declared), option)
        return next(row.note for row in results.estimates if row.metric == "accuracy_wmv")

    assert "exactly 5 voters" in note()
    assert "exactly 3 voters" in note(wmv_panel_size=3)
    assert "exactly 4 voters" in note(4, wmv_panel_size=3)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6))
def test_no_label_and_no_order_of_rows_changes_a_number(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        said(f"p{n}", f"q{q}", str(rng.choice(list("ABCD"))), float(rng.choice([0.25, 0.42, 0.6, 0.8, 1.0])))
        for q in range(3)
        for n in rng.choice(30, 18 + q, replace=False)
    ]
    names = {f"p{n}": f"x{m}" for n, m in enumerate(rng.permutation(30))}
    letters = dict(zip("ABCD", rng.permutation(list("ABCD")), strict=True))
    other = [
        row
        | {
            "participant_id": names[row["participant_id"]],
            "choice": letters[row["choice"]],
            "correct_choice": letters[row["correct_choice"]],
        }
        for row in rows
    ]
    other = [other[place] for place in rng.permutation(len(other))]

    before, after = found(rows), found(other)

    for metric in METRICS:
        assert before[metric].estimate == pytest.approx(after[metric].estimate, abs=1e-12)
        assert before[metric].ci_low == pytest.approx(after[metric].ci_low, abs=1e-12)


def test_a_person_who_answered_a_question_twice_votes_once() -> None:
    rows = [*four_people(), said("p0", "q2", "B", 1.0, sample=2)]

    assert found(rows)["accuracy_wmv"].estimate == pytest.approx(1.5 / 4)
