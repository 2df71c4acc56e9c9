"""What the scripted model says when it answers alone: a letter, a reasoning, a score, a percentage, a belief.

`Scene.part` names the prompt and so what is asked for. The scene's stance is what it holds to be right, and all that it
knows. The likeliest words stand for the stance; a sampled reasoning now and then for another option, so that there is
something to choose from and to count.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from oversight_app.errors import ProviderConfigError
from oversight_app.providers.base import Scene, Turn
from oversight_app.providers.script import argue, dice_of, stand_of
from oversight_app.study.choice_reading import read_choice
from oversight_app.study.questions import LETTERS

TEXTS = ("cot", "self_consistency", "best_of_n_score", "verbal_confidence")
"""The prompts whose replies are more than a letter."""

_STRAYS = 0.25
"""The share of sampled reasonings that come to another option."""
_LEAST, _MOST = 0.45, 0.95
"""Between these lies the probability that the simulated model gives to its answer."""
_LEAST_BELIEF, _MOST_BELIEF = 0.35, 0.97
_TRUE, _FALSE = "A", "B"
_NEITHER = 0.001
"""The probability of each letter that stands for neither true nor false."""


def words(scene: Scene, turns: Sequence[Turn], *, is_sampled: bool) -> str:
    """The reply to a prompt of `TEXTS`."""
    dice = _dice(scene)
    match scene.part:
        case "best_of_n_score":
            # The last option that the reasoning names is the one that it comes to.
            agrees = read_choice(turns[-1].text, scene.options) == scene.stance
            return str(dice.randrange(60, 96) if agrees else dice.randrange(20, 71))
        case "verbal_confidence":
            return f"{scene.stance} {dice.choice((50, 60, 70, 75, 80, 85, 90, 95))}%"
        case "self_consistency":
            letter = _reached(scene, dice, is_sampled=is_sampled)
            return f"{_reasoning(scene, letter)}\n\nThe single, most likely answer choice is ({letter})"
        case _:
            return _reasoning(scene, _reached(scene, dice, is_sampled=is_sampled))


def letters(scene: Scene, turns: Sequence[Turn]) -> dict[str, float]:
    """The probability of each letter where one letter is asked for; the likeliest is the reply."""
    dice = _dice(scene)
    if scene.part == "p_true":
        belief = dice.uniform(_LEAST_BELIEF, _MOST_BELIEF) * (1 - 2 * _NEITHER)
        return {_TRUE: belief, _FALSE: 1 - 2 * _NEITHER - belief, "C": _NEITHER, "D": _NEITHER}
    answer = scene.stance
    if scene.part == "cot_answer":
        reasoning = next((turn.text for turn in reversed(turns) if turn.role == "assistant"), "")
        answer = read_choice(reasoning, scene.options) or scene.stance
    most = dice.uniform(_LEAST, _MOST)
    # The other three share the rest; none may come near the answer, or the likeliest letter would be another.
    shares = [dice.uniform(1, 2) for _ in range(3)]
    rest = iter(share / sum(shares) * (1 - most) for share in shares)
    return {letter: most if letter == answer else next(rest) for letter in LETTERS}


def _reached(scene: Scene, dice: Random, *, is_sampled: bool) -> str:
    """The option that a reasoning comes to."""
    others = [letter for letter in LETTERS if letter != scene.stance]
    return dice.choice(others) if is_sampled and dice.random() < _STRAYS else scene.stance


def _reasoning(scene: Scene, letter: str) -> str:
    return argue(scene, stand_of(replace(scene, stance=letter)), dice_of(scene, 0))


def _dice(scene: Scene) -> Random:
    if scene.stance not in tuple(LETTERS):
        raise ProviderConfigError("The scripted model was asked for a letter without being told which.")
    return Random(f"{scene.dice}/letter")
