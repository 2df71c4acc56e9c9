"""Amounts in words: as precise as a hundredth of the prize."""

import pytest

from oversight_app.screens import pay
from oversight_app.study.design import ConfidenceScale, ScoringRule
from oversight_app.study.page import Pay
from tests.screens.fakes import FakeProctor, mounted, open_page, question


def paid(prize: float, currency: str) -> Pay:
    return Pay(ScoringRule.QUADRATIC, prize, currency)


@pytest.mark.parametrize(
    ("prize", "currency", "share", "said"),
    [
        (0.5, "USD", 0.9412, "0.47 USD"),
        (12, "€", 0.5, "6.00 €"),
        (10, "points", 0.7312, "7.3 points"),
        (1, "points", 0.7312, "0.73 points"),
        (250, "points", 0.7312, "183 points"),
        (500, "JPY", 1.0, "500 JPY"),
        (1, "USD", 0.625, "0.63 USD"),
        (1, "USD", -1e-17, "0.00 USD"),
    ],
)
def test_an_amount_is_rounded_to_what_matters(
    monkeypatch: pytest.MonkeyPatch, prize: float, currency: str, share: float, said: str
) -> None:
    open_page(monkeypatch, FakeProctor(question()))

    assert pay.amount(paid(prize, currency), share) == said


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
