from dataclasses import FrozenInstanceError, replace

import pytest

from oversight_app.study import changed
from oversight_app.study.sitting import Sitting, Stage
from oversight_app.study.trial import Message, Speaker
from tests.builders import START


def test_a_changed_value_is_what_the_standard_library_makes_of_it() -> None:
    sitting = Sitting("p1", stage=Stage.REST, turn=3)
    message = Message("m1", Speaker.PARTICIPANT, START, 1, "Why?")

    again = changed.replace(sitting, turn=4, outcome="left")

    assert again == replace(sitting, turn=4, outcome="left")
    assert changed.replace(message, text="How?") == replace(message, text="How?")
    assert sitting == Sitting("p1", stage=Stage.REST, turn=3), "the value it came from stays"


def test_it_is_frozen_like_any_other() -> None:
    again = changed.replace(Sitting("p1"), turn=4)

    with pytest.raises(FrozenInstanceError):
        again.turn = 5  # type: ignore[misc]  # what is tested


def test_a_field_that_there_is_not_is_named() -> None:
    with pytest.raises(TypeError, match="Sitting has no field turns"):
        changed.replace(Sitting("p1"), turns=4)
