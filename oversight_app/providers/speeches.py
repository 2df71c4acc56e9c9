"""What the scripted speaker says in each protocol: a conversation, a speech, a quotation, a critique.

`Scene.part` names the prompt that a real model would speak from. Conversations are `script`'s; here are the parts that
are spoken once or in rounds. Whoever stands for an option names its letter, except where the advice is evidence alone.
"""

from collections.abc import Sequence
from random import Random

from oversight_app.providers.base import Scene, Turn
from oversight_app.providers.quotes import keywords, near_quote, sentences
from oversight_app.providers.script import argue, dice_of, option_of, say, stand_of
from oversight_app.study.questions import folded

_N_QUOTES = 2


def speak(scene: Scene, turns: Sequence[Turn]) -> str:
    """The speaker's next words."""
    dice = dice_of(scene, len(turns))
    match scene.part:
        case "advice_option":
            return f"I think the answer is {scene.stance}."
        case "advice_explanation":
            return argue(scene, stand_of(scene), dice)
        case "advice_confidence":
            sure = dice.choice((65, 70, 75, 80, 85, 90))
            return f"{argue(scene, stand_of(scene), dice)} I would put that at {sure} percent."
        case "advice_evidence":
            return _evidence(scene)
        case "critique":
            return _critique(scene, turns, dice)
        case "debate":
            return _debate(scene, turns, dice)
        case "consultancy":
            # The first turn only asks to begin.
            return say(scene, turns[1:])
        case _:
            return say(scene, turns)


def _evidence(scene: Scene) -> str:
    """Sentences of the passage that have most to do with the option, or of the argument where there is none."""
    left = scene.passage
    quotes: list[str] = []
    about = keywords(option_of(scene, scene.stance))
    while left and len(quotes) < _N_QUOTES and (quote := near_quote(left, about)):
        quotes.append(f"“{quote}”")
        left = left.replace(quote, "", 1)
        if quote in left:
            break
    if not quotes:
        quotes = list(sentences(argue(scene, stand_of(scene), dice_of(scene, 0)))[1 : 1 + _N_QUOTES])
    return "\n".join(quotes) or "I find nothing in the text that bears on this."


def _debate(scene: Scene, turns: Sequence[Turn], dice: Random) -> str:
    """The case at first; later the same side, with a word on the other one."""
    if not any(turn.role == "assistant" for turn in turns):
        return argue(scene, stand_of(scene), dice)
    last = turns[-1].text if turns and turns[-1].role == "user" else ""
    quote = near_quote(scene.passage, keywords(folded(last))) if scene.passage else ""
    answer = dice.choice(_ANSWERS)
    shown = f" The text says: “{quote}”" if quote else ""
    return f"{answer}{shown} My answer is still {scene.stance}: {option_of(scene, scene.stance)}."


def _critique(scene: Scene, turns: Sequence[Turn], dice: Random) -> str:
    """Doubts that hold of any answer, right or wrong: a scripted critic knows no better."""
    answer = turns[-1].text if turns else ""
    quote = near_quote(scene.passage, keywords(folded(answer))) if scene.passage else ""
    doubts = dice.sample(_DOUBTS, 2)
    if quote:
        doubts.append(f"It should be read beside this place: “{quote}”")
    return " ".join(doubts)


_ANSWERS = (
    "That does not touch my main reason.",
    "I see the point, but it proves less than it seems to.",
    "It is one reading, and not the likeliest one.",
)
_DOUBTS = (
    "The answer says why its option fits, and hardly anything of why the others do not.",
    "It rests on one reading of the words, which could be meant otherwise.",
    "How sure one can be of it is not said.",
    "One step of the reasoning is only asserted.",
)
