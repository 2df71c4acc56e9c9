"""A commented study.toml from answers: each key with a line that says what it is for."""

import json
from collections.abc import Iterable

from oversight_app.study.choices.around import PROLIFIC_URL
from oversight_app.study.choices.choice import Answers, Choice, Value

_HEAD = """\
# Made of answers to the choices of a design. Whatever is left out has the tool's own value; every other key stands in
# docs/reference/design.md. `oversight plan` freezes the file: change it before, never after.
"""
_UNTIMED = ".time_limit_s"


def study_toml(choices: Iterable[Choice], answers: Answers, *, seed: int) -> str:
    """The study.toml of answers to the choices that are asked; `seed` starts every draw of the study."""
    top: list[str] = []
    tables: dict[str, list[str]] = {}
    for choice in choices:
        if choice.key not in answers or not choice.is_asked(answers):
            continue
        for key, value in _entries(choice, answers[choice.key]):
            table, _, name = key.rpartition(".")
            lines = tables.setdefault(table, []) if table else top
            comment = f"# {choice.comment}"
            lines += [*([comment] if comment not in lines else []), f"{name} = {_toml(value)}"]
    top += [
        '# Repeated in the report: a design of one\'s own.\ndesign = "own"',
        f"# Starts every draw; another whole number draws another sample of questions.\nseed = {seed}",
    ]
    parts = ["\n".join(top), *(f"[{table}]\n" + "\n".join(lines) for table, lines in tables.items())]
    return _HEAD + "\n" + "\n\n".join(parts) + "\n"


def _entries(choice: Choice, value: Value) -> list[tuple[str, Value]]:
    """The keys of study.toml that an answer sets, none where it leaves them out."""
    match choice.key:
        case "tasks":
            return []  # each task's table stands for itself
        case "log":
            on = value if isinstance(value, tuple) else ()
            return [(f"log.{option.word}", option.word in on) for option in choice.options]
        case "platform":
            return [("sitting.completion_url", PROLIFIC_URL)] if value == "prolific" else []
        case key if value is None:
            return [(key, "none")] if key.endswith(_UNTIMED) else []
        case key:
            return [(key, value)]


def _toml(value: Value) -> str:
    # A string of JSON is one of TOML too, as long as every character can be printed (`Text` sees to it).
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, float):
        # Sixteen digits of a share that somebody typed would look like a result.
        return f"{value:.6f}".rstrip("0").rstrip(".") if value >= 1e-6 or value == 0 else repr(value)
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)
