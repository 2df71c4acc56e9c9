"""A debate's two sides: what can be said of it, and why the rest cannot."""

import pytest

from analysis.contrasts import OVER_ADVICE, OVER_HUMAN, OVER_MODEL
from analysis.deference import OVER_RULE
from analysis.findings import analyse
from analysis.page import Page
from analysis.report import render
from analysis.results import Contrast, Results
from analysis.sides import TWO_SIDES, is_debate, is_two_sided, why_unadvised
from tests.analysis.builders import make_answers, make_export, make_row, prepared

Cells = dict[str, str]


def judged(n: int, **cells: object) -> Cells:
    said = {
        "stance": "AB",
        "assistant_mode": "assigned",
        "protocol": "debate",
        "advice_status": "stated",
    } | cells
    return make_row(
        condition="human_with_model",
        participant_id=f"p{n // 4}",
        question_id=f"q{n % 4}",
        trial_id=f"d{n}",
        **said,
    )


def study(**cells: object) -> list[Cells]:
    """Four people: in the debate 11 of 12 right, alone 5 of 12, the model 2 of 4."""
    debate = [judged(n, right=n != 5, **cells) for n in range(12)]
    alone = [
        make_row(participant_id=f"p{n // 4}", question_id=f"r{n % 4}", right=n % 12 < 5, confidence=0.5)
        for n in range(12)
    ]
    model = [make_row(condition="model_alone", question_id=f"q{n}", right=n < 2) for n in range(4)]
    return debate + alone + model


def results_of(rows: list[Cells]) -> Results:
    return analyse(make_export(make_answers(rows)))


def only(results: Results, contrast: str) -> Contrast:
    (row,) = (
        row
        for row in results.contrasts
        if (row.contrast, row.metric, row.subgroup) == (contrast, "accuracy", None)
    )
    return row


def test_two_letters_are_two_sides_and_one_letter_twice_is_not() -> None:
    rows = prepared([judged(0), judged(1, stance="AA"), judged(2, stance="B"), judged(3, stance="")])

    assert list(is_two_sided(rows)) == [True, False, False, False]
    assert not is_debate(rows)
    assert is_debate(rows.iloc[[0, 3]])
    assert why_unadvised(rows.iloc[[0, 3]]) == TWO_SIDES
    assert why_unadvised(prepared([judged(0, advice_choice="A")])) == ""


def test_the_headline_of_a_debate_is_against_people_alone_and_the_model_alone() -> None:
    results = results_of(study())
    heads = [row for row in results.verdicts if row.is_headline]

    assert [row.contrast for row in heads] == [OVER_HUMAN, OVER_MODEL]
    assert only(results, OVER_MODEL).estimate == pytest.approx(11 / 12 - 2 / 4)
    joint = next(row for row in results.verdicts if row.contrast == "complementarity")
    assert joint.finding != "undefined"
    assert "the model alone" in joint.sentence
    assert "advice" not in joint.sentence


def test_what_needs_advice_says_that_two_sides_argued() -> None:
    results = results_of(study(initial_choice="B", initial_confidence=0.5))
    by_metric = {row.metric: row for row in results.estimates if row.condition == "human_with_model"}

    for row in (only(results, OVER_ADVICE), only(results, OVER_RULE)):
        assert row.estimate is None
        assert row.note.startswith(f"No estimate: {TWO_SIDES}.")
    for metric in ("overreliance", "underreliance", "advice_agreement", "error_detection_d", "rair", "rsr"):
        assert by_metric[metric].estimate is None
        assert by_metric[metric].note == f"No estimate: {TWO_SIDES}."
    floors = {row.subgroup for row in results.estimates if row.metric == "performance_gap_recovered"}
    assert floors == {"floor=human_alone", "floor=model_alone"}
    assert by_metric["benefit_rate"].estimate == pytest.approx(11 / 12)


def test_a_reader_is_told_which_baselines_to_read() -> None:
    codes = {row.code: row.message for row in results_of(study()).warnings}

    assert "answers without help and the model alone" in codes["two_sides"]
    assert "assistant_manipulated" not in codes


def test_the_page_says_why_a_debate_has_no_following() -> None:
    export = make_export(make_answers(study()))
    page = Page(export, analyse(export))
    html = render(page)

    assert page.is_debated
    assert page.reliance is None
    assert "In a debate the two sides argue for different options." in html
    assert "Nobody drew at random where the assistant was wrong" not in html


def test_beside_a_debate_an_assistant_told_one_option_keeps_its_advice_as_the_headline() -> None:
    told = [
        row | {"participant_id": "c" + row["participant_id"]}
        for row in (
            judged(n, protocol="chat", stance="B", advice_choice="B", advice_correct=0, right=n % 2 == 0)
            for n in range(12)
        )
    ]
    heads = {(row.protocol, row.contrast) for row in results_of(study() + told).verdicts if row.is_headline}

    assert heads == {
        ("debate", OVER_HUMAN),
        ("debate", OVER_MODEL),
        ("chat", OVER_HUMAN),
        ("chat", OVER_ADVICE),
    }


def test_advice_that_nobody_could_read_is_no_debate() -> None:
    rows = study(stance="B", advice_status="unreadable")
    row = only(results_of(rows), OVER_ADVICE)

    assert row.note == "No estimate: no advice that could be read was stated."
