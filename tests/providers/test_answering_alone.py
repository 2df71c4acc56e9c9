"""What the scripted model says when it answers alone: enough for every method to have something to read."""

from collections import Counter
from dataclasses import replace

import pytest

from oversight_app.clock import SimulatedClock
from oversight_app.errors import ProviderConfigError
from oversight_app.providers.base import Reply, Request, Scene, Turn, collect
from oversight_app.providers.scripted import ScriptedProvider
from oversight_app.study.choice_reading import read_choice
from oversight_app.study.questions import LETTERS
from oversight_app.study.stated import read_score, read_stated
from tests.builders import START

OPTIONS = ("The radial nerve", "The radial artery", "The ulnar nerve", "The median nerve")
SCENE = Scene("Which structure passes through the carpal tunnel?", OPTIONS, "D", "1/t-001")


def said(
    part: str, n: int = 1, *turns: Turn, letters: bool = False, temperature: float | None = 0.0
) -> Reply:
    """The reply to the n-th call of a kind."""
    scene = replace(SCENE, part=part, dice=f"1/t-001/{n}")
    request = Request(
        "demo", "", turns or (Turn("user", "?"),), 700, 60.0, temperature, letters=letters, scene=scene
    )
    return collect(ScriptedProvider(SimulatedClock(START)).reply(request))


def test_the_likeliest_reasoning_comes_to_what_it_holds_to_be_right() -> None:
    assert {read_choice(said("cot", n).text, OPTIONS) for n in range(40)} == {"D"}


@pytest.mark.parametrize("part", ["cot", "self_consistency"])
def test_sampled_reasonings_differ_and_most_come_to_the_same(part: str) -> None:
    texts = [said(part, n, temperature=None).text for n in range(200)]

    votes = Counter(read_choice(text, OPTIONS) for text in texts)
    assert set(votes) == set(LETTERS)
    assert 130 < votes["D"] < 170
    assert len(set(texts)) > 10


def test_the_answer_after_a_reasoning_is_what_the_reasoning_came_to() -> None:
    reasoning = "Only one nerve lies there. So my answer is B."

    reply = said(
        "cot_answer", 1, Turn("user", "?"), Turn("assistant", reasoning), Turn("user", "?"), letters=True
    )

    assert reply.text == "B"
    assert reply.log_probabilities is not None
    assert max(reply.log_probabilities, key=lambda letter: reply.log_probabilities[letter]) == "B"  # type: ignore[index]


def test_a_score_is_a_number_and_better_for_what_it_holds_to_be_right() -> None:
    def mean(letter: str) -> float:
        scores = [
            read_score(said("best_of_n_score", n, Turn("user", f"So my answer is {letter}.\n\nScore:")).text)
            for n in range(60)
        ]
        assert all(score is not None and 0 <= score <= 100 for score in scores)
        return sum(score or 0 for score in scores) / 60

    assert mean("D") > mean("A") + 20


def test_a_stated_confidence_is_a_letter_and_a_percentage() -> None:
    stated = [read_stated(said("verbal_confidence", n).text, OPTIONS) for n in range(40)]

    assert {one.letter for one in stated} == {"D"}
    assert len({one.probability for one in stated}) > 3


def test_it_believes_most_of_its_answers_and_not_all() -> None:
    replies = Counter(said("p_true", n, letters=True).text for n in range(100))

    assert set(replies) == {"A", "B"}
    assert replies["A"] > replies["B"]


@pytest.mark.parametrize("part", ["zero_shot", "p_true", "cot_answer"])
def test_a_letter_comes_with_four_probabilities_that_add_up_to_one(part: str) -> None:
    reply = said(part, 1, letters=True)

    assert reply.log_probabilities is not None
    assert sum(2.718281828459045**value for value in reply.log_probabilities.values()) == pytest.approx(1)


def test_the_same_call_is_played_the_same_way_twice() -> None:
    assert said("cot", 3, temperature=None) == said("cot", 3, temperature=None)


def test_without_knowing_what_to_hold_it_cannot_answer() -> None:
    request = Request(
        "demo", "", (Turn("user", "?"),), 700, 60.0, scene=replace(SCENE, stance="", part="cot")
    )

    with pytest.raises(ProviderConfigError, match="without being told which"):
        collect(ScriptedProvider(SimulatedClock(START)).reply(request))
