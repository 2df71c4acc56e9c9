"""The transcript as the model sees it: prompt, passage, question with displayed letters, and the visible messages.

Nothing personal, and nothing that changes between participants, stands before the passage, so that services can reuse
what they have read; where the passage is the first turn, the prompt does stand before it. A passage is given whole; the
question only where the design passes it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from oversight_app.errors import DesignError
from oversight_app.study.letters import OptionOrder
from oversight_app.study.passages import paragraphs
from oversight_app.study.questions import LETTERS, Question, folded
from oversight_app.study.trial import Message, Speaker, Trial

_HOLE = re.compile(r"\{([a-z_]+)\}")
_BLANK_LINE = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Line:
    """One turn of the conversation, before it is a provider's business."""

    role: Literal["user", "assistant"]
    text: str


def visible_messages(trial: Trial) -> tuple[Message, ...]:
    """The messages the model can still see: those of the present context that carry text."""
    return tuple(message for message in trial.messages if message.context == trial.context and message.text)


def lines(trial: Trial) -> tuple[Line, ...]:
    """The visible messages as alternating turns."""
    return as_turns(visible_messages(trial))


def as_turns(messages: Iterable[Message]) -> tuple[Line, ...]:
    """Messages as alternating turns.

    Neighbours by one speaker are joined, an opening by the assistant is left out.
    """
    turns: list[Line] = []
    for message in messages:
        role: Literal["user", "assistant"] = "user" if message.speaker is Speaker.PARTICIPANT else "assistant"
        if turns and turns[-1].role == role:
            turns[-1] = Line(role, f"{turns[-1].text}\n\n{message.text}")
        elif turns or role == "user":
            turns.append(Line(role, message.text))
    return tuple(turns)


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


def introduced(passage: str) -> str:
    """A passage's raw text as models are given it; empty for an empty one."""
    text = "\n\n".join(paragraphs(passage))
    return f"Passage:\n\n{text}" if text else ""


def holes(question: Question, option_order: str, stance: str, *, pass_question: bool) -> dict[str, str]:
    """What a prompt may ask for: {passage}, {question}, {options}, {stance}, {stance_text}; letters as displayed."""
    order = OptionOrder(option_order)
    shown = order.shown(question.options)
    options = "\n".join(f"{letter}. {folded(option)}" for letter, option in zip(LETTERS, shown, strict=True))
    return {
        "passage": introduced(question.passage.text) if question.passage else "",
        "question": question.text.strip() if pass_question else "",
        "options": options if pass_question else "",
        "stance": order.displayed(stance) if stance else "",
        "stance_text": folded(question.options[LETTERS.index(stance)]) if stance else "",
    }
