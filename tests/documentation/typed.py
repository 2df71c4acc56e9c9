"""Commands as they are written in pages: which there are, and whether the program knows their names and options."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from oversight_app.cli import main as oversight

_CODE = re.compile(r"^```.*?^```|^ {4,}\S.*$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_TYPED = re.compile(r"(?:^|[\s`/(])(oversight [a-z][a-z-]*\b[^\n`|]*)")


def typed_in(markdown: str) -> Iterator[str]:
    """Every `oversight COMMAND ...` that stands in code, in a block or between backticks."""
    for code in _CODE.findall(markdown):
        yield from (found.strip() for found in _TYPED.findall(code))


def hold(text: str, *, where: str, test: Path | None = None) -> None:
    """Raise AssertionError for a command or option that the program has not, or that `test` does not name."""
    named = test.read_text(encoding="utf-8") if test else None
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["oversight"]:
            hold_command(words[1:], where)
        if named is not None and words[:1] in (["oversight"], ["make"]):
            assert re.search(rf"\b{re.escape(words[1])}\b", named), (
                f"{where}: {test} does not name {words[1]}"
            )


def hold_command(words: list[str], where: str) -> None:
    """Raise AssertionError for what no command or option of the program is called."""
    command: click.Command = oversight
    left = list(words)
    while isinstance(command, click.Group):
        name = left.pop(0) if left else ""
        assert name in command.commands, f"{where}: there is no command {' '.join(words)!r}"
        command = command.commands[name]
    # Asked for and not looked at: some options are loaded when they are needed. A command keeps its first help option.
    context = click.Context(command, help_option_names=["-h", "--help"])
    parameters = command.get_params(context)
    known = {option for parameter in parameters for option in (*parameter.opts, *parameter.secondary_opts)}
    asked = {word.partition("=")[0] for word in left if re.match(r"--[a-z]", word)}
    assert asked <= known, f"{where}: {' '.join(words)!r} has no {', '.join(sorted(asked - known))}"
