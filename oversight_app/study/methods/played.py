"""A method played through without anybody being asked: what it would ask, where replies are on record or supposed.

Serves whoever wants to read the prompts of a method, or to count its calls, before a run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from oversight_app.study.events import AloneAsked
from oversight_app.study.methods.method import Call, Item, Method, Reads

_NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """A call, and what was said to it: on record, or supposed so that the next calls can be made."""

    call: Call
    said: AloneAsked
    is_recorded: bool


def played(
    method: Method,
    item: Item,
    suppose: Callable[[Call], str],
    told: Mapping[str, AloneAsked] | None = None,
) -> tuple[Step, ...]:
    """Every call of a method to one item, in order; `suppose` says what is taken as the reply where `told` has none."""
    recorded = told or {}
    so_far: dict[str, AloneAsked] = {}
    steps: list[Step] = []
    while calls := method.calls(item, so_far):
        for call in calls:
            is_recorded = call.part in recorded
            said = recorded[call.part] if is_recorded else _supposed(call, item, suppose(call))
            steps.append(Step(call, said, is_recorded))
            so_far[call.part] = said
    return tuple(steps)


def placeholder(call: Call) -> str:
    """What stands for a reply that nobody has given: the first letter, or words that say whose reply is missing."""
    return "A" if call.reads is Reads.LETTER else f"[what was said to {call.part}]"


def _supposed(call: Call, item: Item, text: str) -> AloneAsked:
    return AloneAsked(
        item.trial.n,
        call.purpose,
        "",
        "",
        call.prompt,
        "",
        _NEVER,
        text,
        "complete",
        finish_reason="supposed",
        part=call.part,
    )
