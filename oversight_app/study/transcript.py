"""The transcript as the model sees it: prompt, passage, question with displayed letters, and the visible messages.

Nothing personal, and nothing that changes between participants, stands before the passage, so that services can reuse
what they have read; where the passage is the first turn, the prompt does stand before it. A passage is given whole; the
question only where the design passes it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from oversight_app.errors import DesignError
from oversight_app.study.letters import OptionOrder
from oversight_app.study.passages import paragraphs
from oversight_app.study.questions import LETTERS, Question, folded
from oversight_app.study.trial import Message, Speaker, Trial

PROMPT_HOLES = (
    *("passage", "question", "options", "stance", "stance_text", "brief", "max_characters"),
    *("who", "text"),
    *("replies", "chat", "n_left"),
    *("choices", "reasoning", "proposed"),
)
"""What prompts may ask for: any prompt of a speaker, then `heard` alone, then those of readers and judges, and at last
those of models that answer alone."""
_HOLE = re.compile(r"\{([a-z_]+)\}")
_BLANK_LINE = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Line:
    """One turn of the conversation, before it is a provider's business."""

    role: Literal["user", "assistant"]
    text: str


def visible_messages(trial: Trial) -> tuple[Message, ...]:
    """The messages the model can still see: those of the present context that carry text."""
    return tuple(message for message in trial.as_spoken if message.context == trial.context and message.text)


def lines(
    messages: Sequence[Message], speaker: str, *, begin: str = "", go_on: str = "", heard: str = ""
) -> tuple[Line, ...]:
    """What a speaker is shown, as alternating turns: what it said itself, and what others said.

    `begin` opens the conversation where the speaker speaks first; without it an opening is left out. `go_on` ends it
    where the speaker itself spoke last. Where a third one speaks, `heard` says who said what. Neighbours by one role
    are joined.
    """
    is_third = any(message.voice not in (speaker, Speaker.PARTICIPANT) for message in messages)
    turns: list[Line] = []
    for message in messages:
        is_own = message.voice == speaker
        text = message.text
        if is_third and not is_own:
            text = fill(heard, {"who": NAMES.get(message.voice, message.voice), "text": text}, name="heard")
        role: Literal["user", "assistant"] = "assistant" if is_own else "user"
        if not turns and is_own:
            if not begin:
                continue
            turns.append(Line("user", begin))
        if turns and turns[-1].role == role:
            turns[-1] = Line(role, f"{turns[-1].text}\n\n{text}")
        else:
            turns.append(Line(role, text))
    if not turns and begin:
        turns.append(Line("user", begin))
    elif turns and turns[-1].role == "assistant" and go_on:
        turns.append(Line("user", go_on))
    return tuple(turns)


NAMES = {
    "participant": "The judge",
    "assistant": "The assistant",
    "assistant_1": "Speaker 1",
    "assistant_2": "Speaker 2",
    "critic": "The critic",
}
"""How speakers are named to one another; which of them is right, no name says."""


def check_prompts(prompts: Mapping[str, str]) -> None:
    """Raise DesignError for a prompt with a hole that nothing ever fills."""
    for name, text in prompts.items():
        if unknown := sorted(set(_HOLE.findall(text)) - set(PROMPT_HOLES)):
            allowed = ", ".join(f"{{{hole}}}" for hole in PROMPT_HOLES)
            raise DesignError(f"prompts/{name}.md: nothing fills {{{unknown[0]}}}; allowed are {allowed}.")


def fill(prompt: str, holes: Mapping[str, str], *, name: str) -> str:
    """The prompt with its named holes filled; raises DesignError for a hole that nothing fills.

    A paragraph whose holes are all empty is left out with its introduction: without a question there is no "Question:".
    """
    missing = sorted(set(_HOLE.findall(prompt)) - holes.keys())
    if missing:
        raise DesignError(
            f"prompt {name}: nothing fills {{{missing[0]}}}; allowed holes are {', '.join(sorted(holes))}"
        )
    kept = [
        paragraph
        for paragraph in _BLANK_LINE.split(prompt.strip())
        if not (found := _HOLE.findall(paragraph)) or any(holes[hole] for hole in found)
    ]
    return _HOLE.sub(lambda match: holes[match.group(1)], "\n\n".join(kept))


@lru_cache(maxsize=64)  # one story is asked about again and again, and is long
def introduced(passage: str) -> str:
    """A passage's raw text as models are given it; empty for an empty one."""
    text = "\n\n".join(paragraphs(passage))
    return f"Passage:\n\n{text}" if text else ""


def holes(question: Question, option_order: str, stance: str, *, pass_question: bool) -> dict[str, str]:
    """What a prompt may ask for: {passage}, {question}, {options}, {stance}, {stance_text}; letters as displayed.

    {choices} are the options once more, as Bowman et al. 2022 write them for a model alone: (A) and not A.
    """
    order = OptionOrder(option_order)
    shown = order.shown(question.options)
    options = "\n".join(f"{letter}. {folded(option)}" for letter, option in zip(LETTERS, shown, strict=True))
    choices = "\n".join(f"({letter}) {folded(option)}" for letter, option in zip(LETTERS, shown, strict=True))
    return {
        "passage": introduced(question.passage.text) if question.passage else "",
        "question": question.text.strip() if pass_question else "",
        "options": options if pass_question else "",
        "choices": choices if pass_question else "",
        "stance": order.displayed(stance) if stance else "",
        "stance_text": folded(question.options[LETTERS.index(stance)]) if stance else "",
    }
