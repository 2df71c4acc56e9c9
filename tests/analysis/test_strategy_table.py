"""The part of the report on how people dealt with the assistant."""

import numpy as np
import pytest

from analysis.findings import analyse
from analysis.hand_codes import HandCodes
from analysis.messages import Message
from analysis.page import Page
from analysis.report import render
from analysis.strategies import RULE_TEXT, STRATEGIES
from tests.analysis.builders import make_answers, make_export, make_row


def page(*, with_messages: bool = True, coded: bool = False) -> Page:
    dice = np.random.default_rng(3)
    rows = [
        make_row(
            trial_id=f"t{p}.{q}",
            participant_id=f"p{p}",
            question_id=f"q{q}",
            condition="human_with_model",
            n_messages=2,
            n_resets=0,
            response_time_s=int(dice.integers(20, 90)),
            right=dice.random() < 0.6,
        )
        for p in range(6)
        for q in range(5)
    ]
    export = make_export(make_answers(rows))
    if with_messages:
        said = {
            row["trial_id"]: [
                Message(1, "participant", "", "Is B right?" if number % 3 else "Hello", 0),
                Message(2, "participant", "", "Help <b>me</b>", 0),
            ]
            for number, row in enumerate(rows)
        }
        export = type(export)(export.source, export.answers, None, export.manifest, {}, said=said)
    sheet = HandCodes("ann.csv", {f"t{p}.0": dict.fromkeys(STRATEGIES, p % 2 == 0) for p in range(6)})
    return Page(export, analyse(export, hand_codes=[sheet] if coded else []))


def test_shares_kappa_and_associations_stand_in_small_tables_with_the_rule_beside_them() -> None:
    shown = page(coded=True)

    tables = dict(shown.strategies.tables)
    shares, kappas, slopes = (tables[name] for name in ("t-strategies", "t-kappa", "t-associations"))
    assert [row[:3] for row in shares.rows] == [
        ["MMLU", "Asks for a quotation", "0.0%"],
        ["MMLU", "Probes true or false", "66.7%"],
        ["MMLU", "Cross-examines after a reset", "0.0%"],
    ]
    assert [row[2] for row in kappas.rows] == ["rule and coder 1"] * 3
    assert slopes.header[1:3] == ["Within question and participant", "Naive"]
    by_name = {row[1]: row for row in slopes.rows}
    assert "(" in by_name["With it: probes true or false"][2]
    assert by_name["One reset more"][2].startswith("–")
    assert "No estimate: it was 0 in every trial." in slopes.notes
    html = " ".join(render(shown).split())
    assert "none of them is an effect" in html
    for text in RULE_TEXT.values():
        assert text in html
    assert "<b>me" not in html


def test_without_messages_there_are_associations_and_nothing_about_strategies() -> None:
    shown = page(with_messages=False)

    assert [name for name, _ in shown.strategies.tables] == ["t-associations"]
    assert [row[1] for _, table in shown.strategies.tables for row in table.rows] == [
        "One message more",
        "One reset more",
        "One minute more",
    ]
    assert "rule of words" not in render(shown)


@pytest.mark.parametrize("coded", [True, False])
def test_codes_of_people_do_not_make_one_task_several(coded: bool) -> None:
    assert not page(coded=coded).has_all
