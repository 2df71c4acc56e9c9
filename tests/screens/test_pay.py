"""What an answer pays, as pages say it."""

import pytest

from oversight_app.screens import pay
from oversight_app.study.design import ConfidenceScale, ScoringRule
from oversight_app.study.page import Pay
from tests.screens.fakes import FakeProctor, mounted, open_page, question


def paid(prize: float, currency: str) -> Pay:
    return Pay(ScoringRule.QUADRATIC, prize, currency)


def test_an_amount_is_written_as_the_language_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    open_page(monkeypatch, FakeProctor(question(), language="de"))

    assert pay.amount(paid(0.5, "USD"), 0.9412) == "0,47\u00a0USD"


@pytest.mark.parametrize(
    ("changes", "begins"),
    [
        ({}, "Pays up to 0.50 USD"),
        ({"is_practice": True}, "Practice: would pay up to 0.50 USD"),
        ({"awaits_initial": True}, None),
        ({"pay": None}, None),
    ],
)
def test_the_page_says_what_the_answer_would_pay_and_the_first_answer_pays_nothing(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], begins: str | None
) -> None:
    values = {"confidence_scale": ConfidenceScale.PERCENT, "confidence_levels": (), "pay": paid(0.5, "USD")}
    preview = mounted(open_page(monkeypatch, FakeProctor(question(2, **values | changes))))["probability"][
        "pay"
    ]

    assert preview["none"].startswith(begins) if begins else preview is None


def lottery(prize: float, currency: str) -> Pay:
    return Pay(ScoringRule.QUADRATIC, prize, currency, is_lottery=True)


@pytest.mark.parametrize(
    ("language", "is_distribution", "none", "then"),
    [
        (
            "en",
            False,
            "A chance of up to 100% to win 0.50 USD, by how sure you are.",
            "A chance of {right} to win 0.50 USD if right, of {wrong} if wrong.",
        ),
        (
            "en",
            True,
            "A chance of up to 100% to win 0.50 USD, by what you give to the right answer.",
            "Beside each answer: your chance to win 0.50 USD if that one is right.",
        ),
        (
            "de",
            False,
            "Bis zu 100\u00a0% Chance auf 0,50\u00a0USD, je nachdem, wie sicher Sie sind.",
            "{right} Chance auf 0,50\u00a0USD, wenn es stimmt, sonst {wrong}.",
        ),
        (
            "de",
            True,
            "Bis zu 100\u00a0% Chance auf 0,50\u00a0USD, je nach dem Anteil der richtigen Antwort.",
            "Neben jeder Antwort: Ihre Chance auf 0,50\u00a0USD, wenn sie die richtige ist.",
        ),
    ],
)
def test_a_lottery_promises_a_chance_and_no_amount(
    monkeypatch: pytest.MonkeyPatch, language: str, is_distribution: bool, none: str, then: str
) -> None:
    open_page(monkeypatch, FakeProctor(question(), language=language))

    found = pay.in_browser(lottery(0.5, "USD"), is_practice=False, is_distribution=is_distribution)

    assert (found["none"], found["beside"] or found["outcomes"]) == (none, then)
    # What the browser computes are percentages.
    assert (found["prize"], found["decimals"]) == (100, 0)
    assert str(found["amount"]).replace("\u00a0", "") == "{amount}%"


@pytest.mark.parametrize("is_distribution", [False, True])
def test_in_practice_the_lottery_is_only_tried(
    monkeypatch: pytest.MonkeyPatch, is_distribution: bool
) -> None:
    open_page(monkeypatch, FakeProctor(question()))

    found = pay.in_browser(lottery(0.5, "USD"), is_practice=True, is_distribution=is_distribution)

    assert str(found["none"]).startswith("Practice: would be a chance")
    assert str(found["beside"] or found["outcomes"]).startswith("Practice")


@pytest.mark.parametrize(
    ("language", "is_practice", "sentence"),
    [
        ("en", False, "Your chance to win 0.50 EUR with it is 94%. The draw comes after the study."),
        ("de", True, "Es war Übung; sonst wäre Ihre Chance auf 0,50\u00a0EUR damit 94\u00a0%."),
    ],
)
def test_afterwards_the_chance_is_said(
    monkeypatch: pytest.MonkeyPatch, language: str, is_practice: bool, sentence: str
) -> None:
    open_page(monkeypatch, FakeProctor(question(), language=language))

    assert pay.earned(lottery(0.5, "EUR"), 0.9412, is_practice=is_practice) == sentence
