"""Amounts: as precise as a hundredth of the prize, and the same in instructions and on pages."""

import pytest

from oversight_app.study.design import AnswerDesign
from oversight_app.study.paying import amount
from oversight_app.words import read_words
from tests.builders import make_plan


@pytest.mark.parametrize(
    ("prize", "currency", "share", "said"),
    [
        (0.5, "USD", 0.9412, "0.47"),
        (12, "€", 0.5, "6.00"),
        (10, "points", 0.7312, "7.3"),
        (1, "points", 0.7312, "0.73"),
        (250, "points", 0.7312, "183"),
        (500, "JPY", 1.0, "500"),
        (50, "JPY", 0.9412, "47"),
        (50, "KRW", 0.45, "23"),
        (5, "JPYX", 0.5, "2.50"),
        (1, "USD", 0.625, "0.63"),
        (1, "USD", -1e-17, "0.00"),
    ],
)
def test_an_amount_is_rounded_to_what_matters(prize: float, currency: str, share: float, said: str) -> None:
    assert amount(share, prize, currency) == said


def test_the_instructions_name_the_prize_in_the_studys_language() -> None:
    plan = make_plan()
    answer = AnswerDesign.model_validate(
        {"confidence": "percent", "scoring_rule": "log", "prize": 0.5, "currency": "EUR"}
    )
    plan = plan.model_copy(
        update={
            "design": plan.design.model_copy(update={"answer": answer}),
            "texts": {"instructions_pay": "Up to **{prize}**."},
            "words": read_words("de").as_dict(),
        }
    )

    assert plan.text("instructions_pay") == "Up to **0,50\u00a0EUR**."
