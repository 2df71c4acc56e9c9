"""Initial and final answers: every number by hand."""

import pandas as pd
import pytest

from analysis.messages import Message
from analysis.results import Estimate, Rows
from analysis.revision import changes, revisions
from tests.analysis.builders import make_row, prepared

# initial, advice, final; the key is A
EIGHT = ("BAA", "BAA", "BAB", "CAB", "ABA", "ABB", "ABB", "CBB")


def answers(of: tuple[str, ...] = EIGHT) -> pd.DataFrame:
    return prepared(
        [
            make_row(
                condition="human_with_model",
                trial_id=f"t{n}",
                participant_id=f"p{n % 4}",
                question_id=f"q{n}",
                initial_choice=first,
                advice_choice=advice,
                choice=last,
            )
            for n, (first, advice, last) in enumerate(map(list, of))
        ]
    )


def found_in(rows: pd.DataFrame) -> dict[tuple[str, str | None], Estimate]:
    return {(row.metric, row.subgroup): row for row in revisions(rows, Rows.ALL)}


def test_rair_rsr_and_switches_by_hand() -> None:
    found = found_in(answers())

    assert found["rair", None].estimate == pytest.approx(2 / 4)
    assert found["rsr", None].estimate == pytest.approx(1 / 3)
    assert found["switch_rate", None].estimate == pytest.approx(6 / 8)
    assert found["switch_to_advice", None].estimate == pytest.approx(5 / 8)
    assert (found["rair", None].n_answers, found["rsr", None].n_answers) == (4, 3)


def test_benefit_and_harm_are_counted_and_the_third_way_apart() -> None:
    found = found_in(answers())

    events = {
        metric: found[f"{metric}_events", None].estimate
        for metric in ("benefit", "harm", "wrong_to_other_wrong")
    }
    assert events == {"benefit": 2, "harm": 2, "wrong_to_other_wrong": 2}
    assert found["benefit_rate", None].estimate == pytest.approx(2 / 8)
    assert "2 of 8 answers" in found["benefit_rate", None].note
    assert "a second look alone changes answers too" in found["harm_rate", None].note


def test_nothing_by_nothing_is_no_number_and_says_why() -> None:
    found = found_in(answers(("BAA", "BAA")))

    assert found["rsr", None].estimate is None
    assert "0 of 0" in found["rsr", None].note
    assert found["harm_events", None].estimate == 0


def test_without_a_key_no_change_is_called_good_or_bad() -> None:
    row = make_row(condition="human_with_model", initial_choice="B", choice="A", correct_choice="", correct=1)

    found = found_in(prepared([row]))

    assert found["benefit_events", None].estimate is None
    assert "key is not known" in found["benefit_rate", None].note


def test_weight_on_advice_is_cut_and_leaves_out_who_was_certain() -> None:
    """.25 -> .625 is half the way; .5 -> .25 went away and counts 0; 1 -> 1 had no way to go."""
    rows = []
    for n, (before, after) in enumerate(((0.25, 0.625), (0.5, 0.25), (1.0, 1.0))):
        rest = {
            f"{prefix}p_{x}": (1 - p) / 3 for prefix, p in (("initial_", before), ("", after)) for x in "acd"
        }
        rows.append(
            make_row(
                condition="human_with_model",
                participant_id=f"p{n}",
                question_id=f"q{n}",
                advice_choice="B",
                initial_choice="A",
                choice="B",
                initial_p_b=before,
                p_b=after,
                **rest,
            )
        )

    found = found_in(prepared(rows))

    assert found["weight_on_advice", None].estimate == pytest.approx((0.5 + 0) / 2)
    assert found["weight_on_advice", "advice=wrong"].estimate == pytest.approx(0.25)
    assert found["weight_on_advice", "advice=right"].estimate is None
    assert "1 of 2 answers; 1 more had been certain" in found["weight_on_advice", None].note


def test_every_change_is_listed_with_the_last_message_of_its_trial() -> None:
    said = {"t5": Message(4, "assistant", "2026-01-01T00:00:00Z", "It is B.")}

    listed = changes(answers(), said)

    kinds = {change.trial_id: change.kind for change in listed}
    assert kinds == {
        "t0": "benefit",
        "t1": "benefit",
        "t3": "wrong_to_other_wrong",
        "t5": "harm",
        "t6": "harm",
        "t7": "wrong_to_other_wrong",
    }
    (harm,) = [change for change in listed if change.trial_id == "t5"]
    assert (harm.message_seq, harm.message_speaker, harm.message_text) == (4, "assistant", "It is B.")
    assert next(change for change in listed if change.trial_id == "t6").message_text is None


def test_without_initial_answers_there_is_nothing() -> None:
    rows = prepared([make_row(condition="human_with_model", advice_choice="A"), make_row()])

    assert revisions(rows, Rows.ALL) == []
    assert changes(rows, {}) == []
