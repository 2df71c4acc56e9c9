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
