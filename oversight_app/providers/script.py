"""What the scripted assistant says: a function of the scene and of what the participant has written so far.

It plays the whole conversation over from its beginning each time, so it needs no memory: the same scene and the same
messages give the same reply. `hearing` says what a message asks for; this file answers, from the side file's arguments
where the question has them, else from the words of question and option, never from facts of its own.

While it stands for an option, each reply about the question ends by naming the letter, so that whoever reads the
transcript by rule finds it (`study.choice_reading`). Once it has given up, it stays with what it took over: the option
that the participant named, or none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from oversight_app.providers.base import Scene, Turn
from oversight_app.providers.hearing import Asked, Heard, hear
from oversight_app.providers.quotes import keywords, near_quote, sentences
from oversight_app.study.questions import LETTERS, folded
from oversight_app.study.transcript import introduced


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where the assistant stands: its displayed letter ("" for none), whether it said so, and whether it gave up."""

    letter: str
    has_stated: bool = False
    has_given_up: bool = False


def say(scene: Scene, turns: Sequence[Turn]) -> str:
    """The assistant's next words."""
    stand = stand_of(scene)
    text = argue(scene, stand, dice_of(scene, 0))
    messages = [turn.text for turn in turns if turn.role == "user"]
    for n, message in enumerate(messages, start=1):
        heard = hear(
            _without_passage(scene, message), scene, stand=stand.letter, is_first=not stand.has_stated
        )
        stand, text = _respond(scene, stand, heard, dice_of(scene, n))
    return text


def stand_of(scene: Scene) -> _Stand:
    """Where the assistant stands before anything was said."""
    return _Stand(scene.stance)


def _respond(scene: Scene, stand: _Stand, heard: Heard, dice: Random) -> tuple[_Stand, str]:
    stated = replace(stand, has_stated=True)
    match heard.asked:
        case Asked.NOTHING_HERE:
            return stand, dice.choice(_OFF_TOPIC)
        case Asked.GREETING:
            return stand, dice.choice(_GREETINGS)
        case Asked.THANKS:
            return stand, dice.choice(_WELCOMES)
        case Asked.WHO_IT_IS:
            return stand, "I am an automated assistant, and I can only discuss the question."
        case Asked.ITS_ORDERS:
            return stand, "I can only discuss the question. Please judge what I say by the reasons I give."
        case Asked.QUOTE:
            return stated, _quote(scene, stand, heard, dice)
        case Asked.SURENESS:
            return stated, _sureness(stand, dice)
        case Asked.STEPS:
            return stated, _steps(scene, stand, dice)
        case Asked.OTHER_OPTION:
            return stated, _other(scene, stand, heard.letter, dice)
        case Asked.DETAIL:
            return stated, _detail(scene, stand, heard, dice)
        case Asked.AGREEMENT:
            return stated, f"That is how I see it too. {_gist(scene, stand.letter)}{restated(stand, dice)}"
        case Asked.CHALLENGE:
            return _challenged(scene, stated, heard.letter, dice)
        case Asked.ANSWER:
            disagreement = "I see it differently. " if heard.letter not in ("", stand.letter) else ""
            return stated, disagreement + argue(scene, stand, dice)


# -- replies ---------------------------------------------------------------------------


def argue(scene: Scene, stand: _Stand, dice: Random) -> str:
    """The case for the stance."""
    if not stand.letter:
        return _HEDGE
    letter, option = stand.letter, option_of(scene, stand.letter)
    opening = dice.choice(
        (
            f"I think the answer is {letter}: {option}.",
            f"I would go with {letter}: {option}.",
            f"My answer is {letter}: {option}.",
        )
    )
    return f"{opening} {_argument(scene, letter)}{restated(stand, dice)}"


def _challenged(scene: Scene, stand: _Stand, named: str, dice: Random) -> tuple[_Stand, str]:
    """Keep the position or give it up: one throw for the whole trial, so that asking again does not wear it down."""
    if stand.has_given_up:
        again = (
            f"I have changed my mind once, and I stay with that. {_gist(scene, stand.letter)}"
            if stand.letter
            else ""
        )
        return stand, (again + restated(stand, dice)) if stand.letter else _HEDGE
    if not stand.letter:
        return stand, _HEDGE
    if Random(f"{scene.dice}/holds").random() < scene.holds_share:
        thought = (
            f"I see why {named} is attractive, but I find less that speaks for it."
            if named
            else dice.choice(_THOUGHTS)
        )
        return stand, f"{thought} {_gist(scene, stand.letter, last=True)}{restated(stand, dice)}"
    given_up = _Stand(named, has_stated=True, has_given_up=True)
    if not named:
        return given_up, f"You have a point, and I may well have been wrong. {_HEDGE}"
    conceded = "You may well be right, and I had not given that enough weight."
    return given_up, f"{conceded} {_gist(scene, named)} I now think the answer is {named}."


def _other(scene: Scene, stand: _Stand, letter: str, dice: Random) -> str:
    """What there is for an option, and why it is not the one."""
    if letter == stand.letter:
        return f"{_argument(scene, letter)}{restated(stand, dice)}"
    case = f"What one could say for {letter} is this: {_gist(scene, letter)}"
    if not stand.letter:
        return f"{case} I am still not sure enough to name one option."
    return (
        f"{case} I find that less convincing. {_gist(scene, stand.letter, last=True)}{restated(stand, dice)}"
    )


def _steps(scene: Scene, stand: _Stand, dice: Random) -> str:
    if not stand.letter:
        return _HEDGE
    steps = sentences(_argument(scene, stand.letter))
    listed = " ".join(f"({n}) {step}" for n, step in enumerate(steps, start=1))
    return f"Step by step: {listed}{restated(stand, dice)}"


def _detail(scene: Scene, stand: _Stand, heard: Heard, dice: Random) -> str:
    """The sentence of its own argument that has most to do with the message."""
    if not stand.letter:
        return _HEDGE
    argument = _argument(scene, stand.letter)
    near = near_quote(argument, heard.words) or _gist(scene, stand.letter)
    return f"As far as it matters for this question: {near}{restated(stand, dice)}"


def _sureness(stand: _Stand, dice: Random) -> str:
    if not stand.letter:
        return _HEDGE
    return f"I would put it at about {dice.choice((70, 75, 80, 85, 90))} percent.{restated(stand, dice)}"


def _quote(scene: Scene, stand: _Stand, heard: Heard, dice: Random) -> str:
    if not scene.passage:
        return f"There is no text that I could quote from here, I can only give my reasons.{restated(stand, dice)}"
    about = heard.words
    if not about:
        letter = heard.letter or stand.letter
        about = keywords(f"{option_of(scene, letter)} {_side(scene, letter)}" if letter else scene.question)
    found = near_quote(scene.passage, about)
    reply = f"The text says: “{found}”" if found else "I find nothing near that in the text."
    # What is quoted may hold an option's words; without a position of its own nothing may be read from it.
    return reply + (restated(stand, dice) or " I am not sure what follows from that.")


def restated(stand: _Stand, dice: Random) -> str:
    """The sentence that names the letter once more; empty without one."""
    if not stand.letter:
        return ""
    endings = _STILL if stand.has_stated else _SO
    return f" {dice.choice(endings).format(letter=stand.letter)}"


# -- material ----------------------------------------------------------------------------


def _argument(scene: Scene, letter: str) -> str:
    return _side(scene, letter) or _made_up(scene, letter)


def _gist(scene: Scene, letter: str, *, last: bool = False) -> str:
    """One sentence of the argument for an option: the first, or the last where the first was heard before."""
    return sentences(_argument(scene, letter))[-1 if last else 0]


def _made_up(scene: Scene, letter: str) -> str:
    """An argument from the words of question and option alone, for questions that bring none; it claims no facts."""
    option = option_of(scene, letter)
    asked = keywords(scene.question)
    shared = [word for word in re.findall(r"[\w'’-]+", option) if set(keywords(word)) & set(asked)]
    parts = [f"What matters here is the wording of the question, and “{option}” answers just what it asks."]
    if shared:
        parts = [f"The question turns on “{shared[0]}”, and “{option}” takes that up most directly."]
    quote = near_quote(scene.passage, keywords(option)) if scene.passage else ""
    if quote:
        parts.append(f"The text says: “{quote}”")
        parts.append("As I read that, it speaks for this option more than for any other.")
    else:
        parts.append("The other options leave more unexplained, as far as I can judge.")
    return " ".join(parts)


def _side(scene: Scene, letter: str) -> str:
    return folded(scene.arguments[LETTERS.index(letter)]) if scene.arguments else ""


def option_of(scene: Scene, letter: str) -> str:
    """The words of a displayed option."""
    return folded(scene.options[LETTERS.index(letter)]).rstrip(". ")


def _without_passage(scene: Scene, message: str) -> str:
    """The participant's own words where the passage is the body of the first turn."""
    return message.removeprefix(introduced(scene.passage)).strip() if scene.passage else message


def dice_of(scene: Scene, n: int) -> Random:
    """The dice for the n-th thing that is said."""
    return Random(f"{scene.dice}/{n}")


_SO = (
    "So my answer is {letter}.",
    "That is why my answer is {letter}.",
    "So I think the answer is {letter}.",
)
_STILL = (
    "I still think the answer is {letter}.",
    "My answer is still {letter}.",
    "So my answer remains {letter}.",
)
_HEDGE = "I am not sure enough any more to name one option. Please weigh the reasons yourself."
_THOUGHTS = ("I have gone through it once more.", "I have thought about it again.", "I understand the doubt.")
_GREETINGS = (
    "Hello! I am happy to discuss this question with you.",
    "Hello! Ask me what I think, or about any of the options.",
)
_WELCOMES = ("You are welcome.", "Gladly. Ask me more if you like.")
_OFF_TOPIC = (
    "I can only help with this question. Ask me what I think of it, or about any of the options.",
    "That lies outside what I can help with here. I am happy to discuss this question with you.",
)
