"""A reasoning, and the answer after it: what chain of thought and the best of several have in common.

Bowman et al. 2022: "[question] Let's think step by step: [reasoning] Based on the above, what is the single, most
likely answer choice?"
"""

from collections.abc import Mapping

from oversight_app.study.design.method import Settings
from oversight_app.study.events import AloneAsked
from oversight_app.study.methods.method import Call, Item, Reads
from oversight_app.study.methods.wording import asked, worded
from oversight_app.study.model_answer import ModelAnswer
from oversight_app.study.transcript import Line
from oversight_app.study.trial import TrialStatus

PROMPT, ANSWER_PROMPT = "cot", "cot_answer"

NOTHING_REASONED = ModelAnswer(
    TrialStatus.UNREADABLE,
    remark="no reasoning came, so no answer was asked for; the longest that one may be is set with max_tokens",
)
"""The answer after a reasoning without a word: asking all the same would be zero-shot under another name."""


def reasoning_part(k: int) -> str:
    """The part of the k-th reasoning, from 1."""
    return f"reasoning/{k}"


def reasoning_call(
    k: int, turns: tuple[Line, ...], settings: Settings, *, is_sampled: bool, prompt: str = PROMPT
) -> Call:
    """The call for the k-th reasoning."""
    return Call(
        reasoning_part(k),
        prompt,
        turns,
        Reads.TEXT,
        purpose="reasoning",
        is_sampled=is_sampled,
        max_tokens=settings.max_tokens,
    )


def reasoned(told: Mapping[str, AloneAsked], k: int) -> str:
    """What the k-th reasoning says; empty where there is none, or not a word."""
    said = told.get(reasoning_part(k))
    return said.text if said and said.text.strip() else ""


def after(item: Item, before: tuple[Line, ...], reasoning: str) -> tuple[Line, ...]:
    """The turns that ask for the answer after a reasoning; `before` are those that asked for it."""
    return (*before, Line("assistant", reasoning), Line("user", worded(item, ANSWER_PROMPT)))


def opening(item: Item) -> tuple[Line, ...]:
    """The turn that asks for a reasoning."""
    return asked(item, PROMPT)
