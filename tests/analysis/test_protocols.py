"""Two protocols against each other: every number by hand."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from analysis.findings import analyse
from analysis.page import Page
from analysis.protocols import protocols
from analysis.results import Contrast, Results, Rows
from tests.analysis.builders import make_answers, make_export, make_row, prepared

Cells = dict[str, str]


def rows_of(protocol: str, rights: str, **cells: object) -> list[Cells]:
    """Two participants answer the same two questions each: rights as p1q1 p1q2 p2q1 p2q2."""
    return [
        make_row(
            condition="human_with_model",
            protocol=protocol,
            participant_id=f"{protocol}{n // 2}",
            question_id=f"q{n % 2}",
            trial_id=f"{protocol}{n}",
            right=right == "1",
            **cells,
        )
        for n, right in enumerate(rights)
    ]


def found_in(rows: list[Cells], family: tuple[str, ...] = ()) -> dict[tuple[str, str, str], Contrast]:
    _, found = protocols(prepared(rows), Rows.ALL, [], family)
    return {(row.task, row.contrast, row.metric): row for row in found}


def results_of(rows: list[Cells], **manifest: Any) -> Results:
    return analyse(make_export(make_answers(rows), None, **manifest))


def test_the_difference_and_its_standard_error_in_exact_fractions() -> None:
    row = found_in(rows_of("chat", "1110") + rows_of("debate", "1000"))["mmlu", "chat - debate", "accuracy"]

    # Without a participant the means are 1/2 or 1, less 1/4 (chat), and 3/4 less 0 or 1/2 (debate).
    d = Fraction(3, 4) - Fraction(1, 4)
    without_person = [Fraction(1, 2) - Fraction(1, 4), 1 - Fraction(1, 4), Fraction(3, 4), Fraction(1, 4)]
    v_p = Fraction(3, 4) * sum((value - d) ** 2 for value in without_person)
    without_item = [Fraction(1, 2), Fraction(1, 1) - Fraction(1, 2)]  # chat 1/2, 1; debate 0, 1/2
    v_i = Fraction(1, 2) * sum((value - d) ** 2 for value in without_item)
    scores = [Fraction(1, 16)] * 3 + [Fraction(-3, 16)] + [Fraction(-3, 16)] + [Fraction(1, 16)] * 3
    v_pi = Fraction(8, 7) * sum(score**2 for score in scores)
    assert row.estimate == pytest.approx(float(d))
    assert row.se == pytest.approx(math.sqrt(max(v_p + v_i - v_pi, v_p, v_i)))
    assert row.note.endswith("Participants with both: 0 of 4, questions with both: 2 of 2.")
    assert (row.n_answers, row.n_participants, row.role) == (8, 4, "exploratory")


def test_every_measure_is_a_difference_of_means() -> None:
    wrongly = make_row(
        condition="human_with_model",
        participant_id="chat0",
        question_id="q9",
        advice_choice="B",
        choice="B",
        initial_choice="A",
        response_time_s=10,
    )
    chat = [
        *rows_of("chat", "1110", confidence=0.8, response_time_s=10, advice_choice="A", initial_choice="B"),
        wrongly,
    ]
    debate = rows_of(
        "debate", "1000", confidence=0.6, response_time_s=20, advice_choice="A", initial_choice="B"
    )
    found = found_in(chat + debate)

    def value(metric: str) -> float | None:
        return found["mmlu", "chat - debate", metric].estimate

    assert value("overconfidence") == pytest.approx((0.8 - 3 / 4) - (0.6 - 1 / 4))
    assert value("brier") == pytest.approx((3 * 0.04 + 0.64) / 4 - (0.16 + 3 * 0.36) / 4)
    assert value("underreliance") == pytest.approx(1 / 4 - 3 / 4)
    assert value("rair") == pytest.approx(3 / 4 - 1 / 4)
    assert value("log_response_time") == pytest.approx(math.log(10 / 20))
    assert value("overreliance") is None
    note = found["mmlu", "chat - debate", "overreliance"].note
    assert note.startswith("No estimate: debate: no advice that could be read was wrong.")
    assert "not validated" in str(found["mmlu", "chat - debate", "brier"].ci_method)


def test_a_ratio_of_times_is_not_cut_where_differences_of_shares_are() -> None:
    rng = np.random.default_rng(1)
    rows = [
        row | {"response_time_s": str(round(factor * float(rng.lognormal()), 3))}
        for protocol, factor in (("chat", 1000), ("debate", 1))
        for row in rows_of(protocol, "1010")
    ]
    row = found_in(rows)["mmlu", "chat - debate", "log_response_time"]

    assert (row.estimate or 0) > 1
    assert (row.ci_high or 0) > (row.estimate or 0)


def test_what_nobody_has_is_no_row_and_one_system_is_no_comparison() -> None:
    found = found_in(rows_of("chat", "1110") + rows_of("debate", "1000"))

    assert {metric for _, _, metric in found} == {"accuracy"}
    assert found_in(rows_of("chat", "1110")) == {}


def in_quality(rows: list[Cells]) -> list[Cells]:
    return [row | {"task": "quality", "question_id": "r" + row["question_id"]} for row in rows]


def test_tasks_count_the_same_whatever_their_number_of_answers() -> None:
    quality = in_quality(rows_of("chat", "11") + rows_of("debate", "0011"))
    found = found_in(rows_of("chat", "1110") + rows_of("debate", "1000") + quality)

    assert found["all", "chat - debate", "accuracy"].estimate == pytest.approx(
        ((3 / 4 - 1 / 4) + (1 - 1 / 2)) / 2
    )


def test_a_task_that_one_system_lacks_is_named() -> None:
    quality = in_quality(rows_of("chat", "1101"))
    row = found_in(rows_of("chat", "1110") + rows_of("debate", "1000") + quality)[
        "all", "chat - debate", "accuracy"
    ]

    assert row.estimate is None
    assert row.note.startswith("No estimate: debate in quality: there are no answers.")


def three() -> list[Cells]:
    return rows_of("chat", "1110") + rows_of("debate", "1000") + rows_of("advice", "0110")


def test_holm_allows_for_every_pair_in_one_measure() -> None:
    found = found_in(three())
    by_p = sorted(found.values(), key=lambda row: row.p or 0)

    assert {contrast for _, contrast, _ in found} == {"advice - chat", "advice - debate", "chat - debate"}
    assert by_p[0].p_adjusted == pytest.approx(min(1, 3 * (by_p[0].p or 0)))
    assert {row.family for row in by_p} == {"protocols:accuracy"}


def test_a_declared_comparison_joins_the_confirmatory_family_in_the_order_declared() -> None:
    alone = [make_row(participant_id=f"h{n}", question_id=f"q{n % 2}", right=n % 3 == 0) for n in range(4)]
    declared = "debate - chat"
    family = ["human_with_model - human_alone", declared]
    results = results_of(three() + alone, analysis={"family": family})
    row = next(row for row in results.contrasts if row.contrast == declared and row.metric == "accuracy")
    others = [
        row for row in results.contrasts if row.contrast == "advice - chat" and row.metric == "accuracy"
    ]

    assert row.estimate == pytest.approx(-1 / 2)
    assert (row.family, row.role) == ("confirmatory", "primary")
    members = sorted(row.p or 0 for row in results.contrasts if row.family == "confirmatory")
    assert len(members) == 4  # people alone against each of three protocols, and the declared pair
    assert (row.p_adjusted or 0) >= (row.p or 0) > 0
    assert others[0].family == "protocols:accuracy"
    assert "family_unknown" not in {row.code for row in results.warnings}


def test_assistants_are_named_where_they_differ() -> None:
    rows = rows_of("chat", "1110", assistant="big") + [
        row | {"participant_id": "z" + row["participant_id"], "assistant": "small - old"}
        for row in rows_of("chat", "1000")
    ]

    assert {contrast for _, contrast, _ in found_in(rows)} == {"big - small – old"}


def test_the_report_gives_protocols_a_table_of_their_own_and_leaves_the_main_one_alone() -> None:
    export = make_export(make_answers(three()))
    page = Page(export, analyse(export))
    tables = {name: table for name, _, _, table in page.further}

    assert {row[1] for row in tables["t-protocols"].rows} == {
        "advice, against chat",
        "advice, against debate",
        "chat, against debate",
    }
    assert not any(
        "debate, against" in row[1] or ", against debate" in row[1] for row in page.tables.contrasts.rows
    )


def test_a_study_with_one_system_has_no_such_table() -> None:
    export = make_export(make_answers(rows_of("chat", "1110")))
    page = Page(export, analyse(export))

    assert "t-protocols" not in {name for name, _, _, _ in page.further}


def test_neither_the_order_of_rows_nor_the_names_of_people_change_a_number() -> None:
    renamed = [row | {"participant_id": f"x{row['participant_id']}"} for row in reversed(three())]

    assert found_in(renamed) == found_in(three())


def test_the_first_figure_names_what_tells_the_systems_apart() -> None:
    export = make_export(make_answers(three()))
    labels = {line.label for line in Page(export, analyse(export)).lines}

    assert labels == {"People with chat", "People with debate", "People with advice"}
