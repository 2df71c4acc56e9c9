"""Every answer is counted once, and every rule says what it took."""

from typing import Any

import pandas as pd
import pytest

from analysis.entries import count, prepare
from analysis.exclusions import left_out_counts, tally
from analysis.findings import analyse
from analysis.results import Exclusion
from analysis.simulate import simulate
from tests.analysis.builders import make_answers, make_export, make_row, prepared


def test_practice_attention_checks_abandoned_and_void_trials_never_enter() -> None:
    answers = prepared(
        [
            make_row(),
            make_row(question_id="q2", is_practice=1),
            make_row(question_id="q3", is_attention_check=1),
            make_row(question_id="q4", status="abandoned", choice=""),
            make_row(question_id="q5", status="void"),
            make_row(question_id="q6", status="void", is_practice=1),
        ]
    )

    assert answers["left_out"].tolist() == [
        "",
        "practice",
        "attention_check",
        "abandoned",
        "void",
        "practice",
    ]


def test_tallies_add_up_to_all_rows() -> None:
    answers = prepared(
        [
            make_row(question_id=f"q{n}", status=status)
            for n, status in enumerate(("answered", "skipped", "void"))
        ]
        + [make_row(condition="model_alone"), make_row(question_id="q9", is_practice=1)]
    )

    rows = tally(answers)

    assert sum(row.n_answers for row in rows) == len(answers)
    assert {(row.rule, row.n_answers) for row in left_out_counts(rows)} == {("practice", 1), ("void", 1)}


def test_rows_without_a_status_are_tallied_too() -> None:
    answers = prepared([make_row()])
    answers["status"] = pd.Series([None], dtype="str")

    assert [(row.status, row.n_answers) for row in tally(answers)] == [("no status, no choice", 1)]


def test_simulated_participants_are_left_out_only_beside_real_ones() -> None:
    simulated = make_row(participant_id="x", participant_kind="simulated")

    mixed, alone = prepared([make_row(), simulated]), prepared([simulated])

    assert mixed["left_out"].tolist() == ["", "simulated"]
    assert alone["left_out"].tolist() == [""]


def make_people(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"participant_id": ["p1", "p2", "p3"], **columns})


@pytest.mark.parametrize(
    ("rule", "people", "removed"),
    [
        ("failed_attention", make_people(n_attention_failed=[0.0, 1.0, 2.0]), 2),
        ({"rule": "failed_attention", "max_failed": 1}, make_people(n_attention_failed=[0.0, 1.0, 2.0]), 1),
        ("failed_comprehension", make_people(comprehension_attempts=[1.0, 2.0, 3.0]), 1),
        ("external_help", make_people(external_help_reported=[0.0, 1.0, None]), 1),
        ("withdrew", make_people(withdrew=[1.0, 0.0, 0.0]), 1),
        ({"rule": "too_fast", "min_median_s": 15}, make_people(), 1),
    ],
)
def test_each_rule_counts_the_participants_and_answers_it_removes(
    rule: Any, people: pd.DataFrame, removed: int
) -> None:
    answers = make_answers(
        [
            make_row(participant_id=f"p{p}", question_id=f"q{q}", response_time_s=10 * p)
            for p in (1, 2, 3)
            for q in (1, 2)
        ]
    )

    table, (counted,) = prepare(make_export(answers, people, analysis={"exclusions": [rule]}))

    assert counted.n_participants == removed
    assert counted.n_answers == 2 * removed
    assert int(table["excluded"].sum()) == 2 * removed
    assert count(table).n_excluded == 2 * removed
    assert count(table).n_answers == 6 - 2 * removed


def test_attention_checks_in_the_answers_serve_where_no_participants_table_came_along() -> None:
    answers = make_answers(
        [
            make_row(question_id="check", is_attention_check=1, right=False),
            make_row(),
            make_row(participant_id="p2", question_id="check", is_attention_check=1),
            make_row(participant_id="p2"),
        ]
    )

    _, (counted,) = prepare(make_export(answers, analysis={"exclusions": ["failed_attention"]}))

    assert (counted.n_participants, counted.n_answers) == (1, 1)


def test_an_attention_check_lost_to_an_outage_is_not_failed() -> None:
    answers = make_answers(
        [
            make_row(question_id="check", is_attention_check=1, status="void", choice=""),
            make_row(),
            make_row(participant_id="p2", question_id="check", is_attention_check=1, status="skipped"),
            make_row(participant_id="p2"),
        ]
    )

    table, (counted,) = prepare(make_export(answers, analysis={"exclusions": ["failed_attention"]}))

    assert counted.n_participants == 1
    assert set(table.loc[table["excluded"], "participant_id"]) == {"p2"}


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("be_lucky", "no rule has this name"),
        ("withdrew", "the export has no participants.csv with withdrew"),
        ("failed_attention", "the export has no attention checks"),
        ("too_fast", "the rule needs min_median_s"),
    ],
)
def test_a_rule_that_cannot_be_applied_removes_nothing_and_says_why(rule: str, why: str) -> None:
    table, (counted,) = prepare(make_export(make_answers([make_row()]), analysis={"exclusions": [rule]}))

    assert counted.n_participants is None
    assert why in counted.note
    assert not table["excluded"].any()


def test_every_result_stands_before_and_after_a_declared_rule() -> None:
    people = pd.DataFrame({"participant_id": ["p0000001"], "withdrew": [1.0]})
    export = make_export(simulate(1, 8, 10), people, analysis={"exclusions": ["withdrew"]})

    results = analyse(export)

    rows = [row.rows for row in results.contrasts]
    assert rows.count("all") == rows.count("after_exclusions") > 0
    after = next(row for row in results.estimates if row.rows == "after_exclusions")
    before = next(row for row in results.estimates if row.rows == "all")
    assert (before.n_participants, after.n_participants) == (8, 7)
    assert after.n_excluded == 5
    assert Exclusion(rule="withdrew", declared=True, n_participants=1, n_answers=10) in results.exclusions
