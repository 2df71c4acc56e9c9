"""The answers that a study.toml was written of, for whoever wants to choose again.

Only of a file that says nothing else: what somebody has added by hand would be lost with the next one.
"""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from oversight_app.errors import BadInput
from oversight_app.study.choices.around import PROLIFIC_URL
from oversight_app.study.choices.choice import NONE, Choice, Value
from oversight_app.study.choices.writing import study_toml


def answers_in(toml: str, choices: Sequence[Choice]) -> dict[str, Value] | None:
    """The answers that make this very file; None for one that was written or edited by hand."""
    try:
        values = tomllib.loads(toml)
        answers: dict[str, Value] = {}
        for choice in choices:
            if choice.is_asked(answers):
                answers[choice.key] = choice.read(choice.shown(_value(choice, values)))
    except (tomllib.TOMLDecodeError, BadInput):
        return None
    seed = values.get("seed")
    return answers if isinstance(seed, int) and study_toml(choices, answers, seed=seed) == toml else None


def _value(choice: Choice, values: Mapping[str, Any]) -> Value:
    match choice.key:
        case "tasks":
            return tuple(_table(values, "tasks"))
        case "log":
            return tuple(name for name, is_on in _table(values, "log").items() if is_on is True)
        case "platform":
            return "prolific" if _table(values, "sitting").get("completion_url") == PROLIFIC_URL else NONE
    *tables, name = choice.key.split(".")
    for table in tables:
        values = _table(values, table)
    found = values.get(name)
    return tuple(map(str, found)) if isinstance(found, list) else found


def _table(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = values.get(name)
    return found if isinstance(found, Mapping) else {}
