"""The bonus is the rule that participants were shown, added up from rounded parts."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_app.errors import BadInput, DesignError
from oversight_app.study import paying
from oversight_app.study.bonus import Bonus, UploadFormat, bonus_of, line, must_pay_money
from oversight_app.study.design import ScoringRule, read_design
from oversight_app.study.scoring import earned
from tests.builders import make_design

SCORED = {"confidence": "percent", "scoring_rule": "quadratic", "prize": 0.5, "currency": "USD"}


def dice(purpose: str) -> Random:
    return Random(f"7/{purpose}")


def make_row(choice: str | None = "B", confidence: float | None = 0.8, **changes: Any) -> dict[str, Any]:
    correct = None if choice is None else int(choice == "B")
    row = {
        "is_practice": 0,
        "is_attention_check": 0,
        "status": "answered",
        "choice": choice,
        "correct": correct,
    }
    row |= {"correct_choice": "B", "confidence": confidence, **dict.fromkeys(("p_a", "p_b", "p_c", "p_d"))}
    return row | changes


ROWS = st.lists(
    st.builds(make_row, st.sampled_from("ABCD") | st.none(), st.integers(0, 100).map(lambda n: n / 100))
)


@given(rows=ROWS, rule=st.sampled_from(["quadratic", "log", "spherical"]), shuffled=st.randoms())
def test_parts_add_up_are_never_negative_and_are_what_the_page_says_in_any_order(
    rows: list[dict[str, Any]], rule: str, shuffled: Any
) -> None:
    design = make_design(answer=SCORED | {"scoring_rule": rule}, bonus={"flat": "1.00"})

    bonus = bonus_of("p1", "completed", rows, design, dice)
    mixed = list(rows)
    shuffled.shuffle(mixed)

    assert bonus is not None
    assert bonus.total == bonus.flat + sum(bonus.parts, Decimal(0))
    assert min(bonus.parts, default=Decimal(0)) >= 0
    for row, part in zip(rows, bonus.parts, strict=True):
        share = earned(ScoringRule(rule), row["choice"] or "", row["confidence"], (), 1)
        assert str(part) == ("0" if share is None else paying.amount(share, 0.5, "USD"))
    other = bonus_of("p1", "completed", mixed, design, dice)
    assert other is not None
    assert other.total == bonus.total


def test_practice_checks_void_and_abandoned_questions_pay_nothing() -> None:
    design = make_design(answer={"currency": "USD"}, bonus={"per_correct": "0.10"})
    unpaid: list[dict[str, Any]] = [
        {"is_practice": 1},
        {"is_attention_check": 1},
        {"status": "void"},
        {"status": "abandoned"},
    ]
    rows = [make_row(), make_row("A"), make_row(status="timed_out"), *(make_row(**one) for one in unpaid)]

    bonus = bonus_of("p1", "completed", rows, design, dice)

    assert bonus is not None
    assert (bonus.total, bonus.n_correct) == (Decimal("0.20"), 2)


def test_the_flat_part_is_for_those_who_completed_and_the_cap_for_everybody() -> None:
    design = make_design(
        answer={"currency": "USD"}, bonus={"flat": "1", "per_correct": "0.10", "at_most": "1.05"}
    )

    done, gone = (
        bonus_of("p1", outcome, [make_row()], design, dice) for outcome in ("completed", "withdrew")
    )

    assert done is not None
    assert gone is not None
    assert (done.total, done.is_capped) == (Decimal("1.05"), True)
    assert (gone.total, gone.is_capped) == (Decimal("0.10"), False)
    assert bonus_of("p1", "", [make_row()], design, dice) is None
    assert bonus_of("p1", "failed_checks", [make_row()], design, dice) is None


def test_a_plan_that_pays_nothing_or_in_points_is_refused() -> None:
    with pytest.raises(BadInput, match="has no bonus"):
        must_pay_money(make_design())
    with pytest.raises(BadInput, match="'points', which is no money"):
        must_pay_money(make_design(bonus={"flat": "1"}))


def test_lines_are_those_of_the_platforms_and_no_id_can_be_a_formula() -> None:
    bonus = Bonus("p1", Decimal(0), (), Decimal("1.5"), False, 0)
    worker = [{"workerId": "W1", "assignmentId": "A2"}, {"workerId": "W1", "assignmentId": "A1"}]

    assert (
        line(UploadFormat.PROLIFIC, "p1", bonus.total, [{"PROLIFIC_PID": "ann"}], "GBP", "t") == "ann,1.50\n"
    )
    assert line(UploadFormat.MTURK, "p1", bonus.total, worker, "USD", "t") == "W1,A2,1.50,t\n"
    assert line(UploadFormat.GENERIC, "p1", bonus.total, [], "USD", "t") == "p1,1.50,USD\n"
    assert line(UploadFormat.MTURK, "p1", bonus.total, [{"workerId": "W1"}], "USD", "t") is None
    for forged in ("=1+1", "ann,99", "-ann", "@ann"):
        assert line(UploadFormat.PROLIFIC, "p1", bonus.total, [{"PROLIFIC_PID": forged}], "GBP", "t") is None


def test_currencies_without_decimals_are_paid_in_whole_numbers() -> None:
    design = make_design(
        answer=SCORED | {"scoring_rule": "quadratic", "prize": 50, "currency": "JPY"}, bonus={"flat": "100"}
    )

    bonus = bonus_of("p1", "completed", [make_row()], design, dice)

    assert bonus is not None
    assert bonus.total == bonus.total.to_integral_value()
    assert "." not in (line(UploadFormat.GENERIC, "p1", bonus.total, [], "JPY", "t") or "")


@pytest.mark.parametrize("key", ["flat", "per_correct", "at_most"])
def test_half_a_yen_is_refused_by_its_key(key: str) -> None:
    toml = f'title = "T"\n[answer]\ncurrency = "JPY"\n[bonus]\n{key} = 1.50\n[tasks.mmlu]\n'

    with pytest.raises(
        DesignError, match=rf"study.toml: bonus.{key}: found 1.50? in JPY, which has no decimals"
    ):
        read_design(toml + "questions_per_condition = 2\n")


# -- lotteries ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("confidence", "chance"), [(1.0, 100), (0.7, 94), (0.5, 83)])
def test_a_lottery_is_won_as_often_as_the_page_promises_and_pays_all_or_nothing(
    confidence: float, chance: int
) -> None:
    design = make_design(answer=SCORED | {"binarised": True})
    rows = [make_row(confidence=confidence, trial_id=f"p1-{n:04d}") for n in range(4000)]
    share = earned(ScoringRule.QUADRATIC, "B", confidence, (), 1)
    assert share is not None
    assert paying.percent(share) == chance

    bonus = bonus_of("p1", "completed", rows, design, dice)

    assert bonus is not None
    assert set(bonus.parts) <= {Decimal("0.50"), Decimal("0.00")}
    n_won = bonus.parts.count(Decimal("0.50"))
    # Five standard errors of a share over 4,000 draws, which the seed fixes.
    assert abs(n_won / 4000 - chance / 100) <= 5 * (chance / 100 * (1 - chance / 100) / 4000) ** 0.5


def test_the_draws_can_be_made_again_in_any_order_and_say_who_has_won() -> None:
    design = make_design(answer=SCORED | {"binarised": True})
    rows = [make_row("A", 0.6, trial_id=f"p1-{n:03d}") for n in range(50)]

    bonus = bonus_of("p1", "completed", rows, design, dice)
    again = bonus_of("p1", "completed", rows[::-1], design, dice)

    assert bonus is not None
    assert again is not None
    assert (bonus.draws, bonus.total) == (again.draws, again.total)
    share = earned(ScoringRule.QUADRATIC, "A", 0.6, (), 1)
    assert share is not None
    won = [bonus.draws[row["trial_id"]] < paying.percent(share) for row in rows]
    assert [part > 0 for part in bonus.parts] == won
    assert 0 < sum(won) < 50


def test_nothing_is_drawn_where_no_probability_was_stated_or_nothing_is_binarised() -> None:
    row = make_row(confidence=None, trial_id="p1-001")
    silent = bonus_of("p1", "completed", [row], make_design(answer=SCORED | {"binarised": True}), dice)
    amounts = bonus_of("p1", "completed", [make_row(trial_id="p1-001")], make_design(answer=SCORED), dice)

    assert silent is not None
    assert amounts is not None
    assert (len(silent.draws), silent.total, len(amounts.draws)) == (0, Decimal(0), 0)


def test_a_lottery_needs_a_rule() -> None:
    with pytest.raises(ValueError, match="binarised: found true without a scoring_rule"):
        make_design(answer={"binarised": True})
