"""Small builders for methods: an item of the builders' plan, what a model said, and a method played to its end."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from oversight_app.prompts import load_prompts
from oversight_app.study.events import AloneAsked
from oversight_app.study.methods import Call, Item, method_named, parse
from oversight_app.study.model_answer import ModelAnswer
from oversight_app.study.questions import Question, Role
from oversight_app.study.trial_plan import TrialPlan
from tests.builders import make_plan, make_question

AT = datetime(2026, 11, 20, tzinfo=UTC)
QUESTION = make_question(
    "q1", text="Which one divides once?", options=("mitosis", "meiosis", "osmosis", "gnosis")
)
EXAMPLES = tuple(
    make_question(
        f"dev/anatomy:{i}",
        split="dev",
        role=Role.EXAMPLE,
        text=f"What is example {i}?",
        options=(f"one of {i}", f"two of {i}", f"three of {i}", f"four of {i}"),
        correct=i % 4,
    )
    for i in range(6)
)


def make_item(order: str = "ABCD", question: Question = QUESTION, **changes: Any) -> Item:
    trial = TrialPlan(
        "m-1", 1, 1, 1, 1, None, "mmlu", question.question_id, "model_alone", "unaided", "", "A", order, None
    )
    values: dict[str, Any] = {"examples": EXAMPLES}
    return Item(make_plan(prompts=load_prompts()), trial, question, **(values | changes))


def said(text: str, log_probabilities: Mapping[str, float] | None = None, **changes: Any) -> AloneAsked:
    values: dict[str, Any] = {"finish_reason": "stop", "log_probabilities": dict(log_probabilities or {})}
    return AloneAsked(
        1, "answer", "x", "x-1", "zero_shot", "0" * 64, AT, text, "complete", **(values | changes)
    )


def play(
    label: str, reply: Callable[[Call], AloneAsked], item: Item | None = None
) -> tuple[ModelAnswer, list[Call]]:
    """The answer of a method to whose calls `reply` replies, and these calls in order."""
    method, item = method_named(*parse(label)), item or make_item()
    told: dict[str, AloneAsked] = {}
    calls: list[Call] = []
    while now := method.calls(item, told):
        assert not {call.part for call in now} & told.keys()
        calls += now
        told |= {call.part: reply(call) for call in now}
    return method.answer(item, told), calls
