"""The right answer after a question, and what the answer pays."""

import pytest

from oversight_app.study.design import ScoringRule
from oversight_app.study.page import FeedbackPage, Pay
from tests.screens.fakes import FakeProctor, open_page, question, texts

PAY = Pay(ScoringRule.QUADRATIC, 0.5, "EUR")


def feedback(**changes: object) -> FeedbackPage:
    values: dict[str, object] = {
        "n": 2,
        "is_practice": False,
        "question": "Which?",
        "options": question().options,
        "correct": 0,
        "choice": 0,
        "is_timed_out": False,
        "explanation": "",
    }
    return FeedbackPage(**values | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("is_practice", "earned", "sentence"),
    [
        (False, 0.9412, "Das bringt 0,47\u00a0EUR."),
        (True, 0.9412, "Es war Übung; sonst hätte das 0,47\u00a0EUR gebracht."),
        (False, 0.0, "Das bringt 0,00\u00a0EUR."),
        (False, None, "Das bringt nichts, weil Sie nicht gesagt haben, wie sicher Sie sind."),
    ],
)
def test_what_the_answer_pays_is_said(
    monkeypatch: pytest.MonkeyPatch, is_practice: bool, earned: float | None, sentence: str
) -> None:
    page = feedback(is_practice=is_practice, pay=PAY, earned=earned)

    assert sentence in texts(open_page(monkeypatch, FakeProctor(page, language="de")))


def test_nothing_is_said_of_pay_where_answers_are_not_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(feedback(explanation="Because <so>.")))

    assert "ov-earned" not in texts(app)
    assert "Because &lt;so&gt;." in texts(app)
