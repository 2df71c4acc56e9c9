"""What a researcher does to one sitting."""

import pytest

from oversight_app.errors import BadInput
from oversight_app.study.design import Outcome
from oversight_app.study.events import CompensationGranted, ParticipantStopped, ParticipantTold, SittingEnded
from oversight_app.study.intervening import compensate, money, stop, tell
from oversight_app.study.sitting import Sitting, Stage
from tests.builders import START, make_design

HERE = Sitting("p1", started_at=START, stage=Stage.REST)


def test_a_line_is_told_once_and_can_be_taken_away() -> None:
    assert tell(HERE, " We are \n back. ", "Ada") == [ParticipantTold("We are back.", "Ada")]
    told = Sitting("p1", started_at=START, told="We are back.")
    assert tell(told, "We are back.", "Ada") == []
    assert tell(told, "", "Ada") == [ParticipantTold("", "Ada")]


def test_a_line_that_nobody_would_see_or_read_is_refused() -> None:
    with pytest.raises(BadInput, match="at the end already"):
        tell(Sitting("p1", started_at=START, stage=Stage.ENDED), "Hello", "Ada")
    with pytest.raises(BadInput, match="at most 500 characters, found 501"):
        tell(HERE, "x" * 501, "Ada")


def test_a_sitting_is_ended_once() -> None:
    ended = stop(HERE, START, make_design(), Outcome.TECHNICAL_ERROR, "power cut", "Ada")

    assert ended == [ParticipantStopped("power cut", "Ada"), SittingEnded("technical_error")]
    over = Sitting("p1", started_at=START, stage=Stage.ENDED)
    assert stop(over, START, make_design(), Outcome.TECHNICAL_ERROR, "", "Ada") == []


def test_nobody_is_made_to_have_completed_or_withdrawn() -> None:
    for outcome in (Outcome.COMPLETED, Outcome.WITHDREW, Outcome.NO_CONSENT):
        with pytest.raises(BadInput, match="can be ended as"):
            stop(HERE, START, make_design(), outcome, "", "Ada")


def test_a_promise_is_made_once_by_its_key() -> None:
    assert compensate(HERE, "k1", " 2.5", "GBP", "a power\ncut", "Ada") == [
        CompensationGranted("k1", "2.50", "GBP", "a power cut", "Ada")
    ]
    assert compensate(Sitting("p1", started_at=START, promises=("k1",)), "k1", "2.5", "GBP", "", "Ada") == []


@pytest.mark.parametrize("amount", ["", "0", "-1", "2.505", "1e9", "NaN", "Infinity", "2,50", "two"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(BadInput, match=r"like 2\.50"):
        money(amount)


@pytest.mark.parametrize("currency", ["", "=1+1", "U S D", "x" * 13])
def test_what_is_no_currency_is_refused(currency: str) -> None:
    with pytest.raises(BadInput, match="code or a sign"):
        compensate(HERE, "k1", "1", currency, "", "Ada")


def test_models_and_people_who_never_agreed_are_left_alone() -> None:
    with pytest.raises(BadInput, match="is a model"):
        tell(Sitting("m1", kind="model", started_at=START), "Hello", "Ada")
    with pytest.raises(BadInput, match="has not agreed"):
        compensate(Sitting("p9"), "k1", "1", "USD", "", "Ada")
