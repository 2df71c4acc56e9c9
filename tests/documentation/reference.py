"""The reference, made from the code itself: `python -m tests.documentation.reference` writes docs/reference.

Commands say what `--help` says, the design's keys what their classes say, and columns what the codebook of an export
says. A test holds the files to the code, so a new option, key or column is in them or the test says so.
"""

import ast
import inspect
import re
import textwrap
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from analysis.columns import COLUMNS, WIDE, codebook
from oversight_app.cli import main as oversight
from oversight_app.study.design import LONGEST_S, Design

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
_WIDTH = 100
_HELP_NAMES = ["-h", "--help"]
_MADE = "Made by `python -m tests.documentation.reference` from the code; a test says when it is out of date."


def main() -> None:
    """Write all of it."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")


# -- commands ----------------------------------------------------------------------------------------------


def page_of_commands() -> str:
    """Every command with what its `--help` prints."""
    lines = [
        "# Commands",
        "",
        _MADE,
        "",
        "Errors go to stderr, and a command ends with 0 only when all was done.",
        "",
    ]
    found = list(_commands(oversight, "oversight"))
    lines += [
        f"- [`{path}`](#{path.replace(' ', '-')}): {_first_sentence(command)}" for path, command in found
    ]
    for path, command in found:
        context = click.Context(
            command,
            info_name=path,
            terminal_width=_WIDTH,
            max_content_width=_WIDTH,
            help_option_names=_HELP_NAMES,
        )
        lines += ["", f"## {path}", "", "```text", command.get_help(context), "```"]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _first_sentence(command: click.Command) -> str:
    return " ".join(inspect.cleandoc(command.help or "").partition("\n\n")[0].split())


# -- the design --------------------------------------------------------------------------------------------


def page_of_design() -> str:
    """Every key of study.toml with type, default and meaning."""
    lines = [
        "# The design: study.toml",
        "",
        _MADE,
        "",
        "A key that is not here is an error that names it. `NAME` stands for what you name yourself. Where a key has "
        "no default, its table has to give it; a table in which every key has one may be left out whole. The meaning "
        "is the code's own, else the comment of `oversight_app/designs/recommended.toml`.",
    ]
    comments = _comments(
        files("oversight_app").joinpath("designs", "recommended.toml").read_text(encoding="utf-8")
    )
    for table, section in _sections(Design, ""):
        lines += ["", f"## {f'[{table}]' if table else 'At the top'}", "", _words(section.__doc__ or ""), ""]
        lines += ["| key | type | default | meaning |", "| --- | --- | --- | --- |"]
        said = _attribute_docstrings(section)
        for name, field in section.model_fields.items():
            if _section_in(field.annotation) is None:
                key = f"{table}.{name}".lstrip(".")
                meaning = said.get(name) or comments.get(_without_names(key), "")
                cells = (f"`{name}`", _type(field), _default(field), meaning)
                lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _sections(section: type[BaseModel], table: str) -> Iterator[tuple[str, type[BaseModel]]]:
    yield table, section
    for name, field in section.model_fields.items():
        inner = _section_in(field.annotation)
        if inner is not None:
            is_many = typing.get_origin(field.annotation) is dict
            path = f"{table}.{name}".lstrip(".") + (".NAME" if is_many else "")
            yield from _sections(inner, path)


def _section_in(annotation: object) -> type[BaseModel] | None:
    """The section that an annotation names, alone, as an optional one, or as the values of a table."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return annotation
    found = (_section_in(part) for part in typing.get_args(annotation))
    return next((section for section in found if section is not None), None)


def _type(field: FieldInfo) -> str:
    limits = [
        f"{sign} {_number(getattr(rule, name))}"
        for rule in field.metadata
        for name, sign in (("gt", "above"), ("ge", "at least"), ("lt", "below"), ("le", "at most"))
        if getattr(rule, name, None) is not None
    ]
    limits += [f"of the form `{rule.pattern}`" for rule in field.metadata if getattr(rule, "pattern", None)]
    return ", ".join([_type_name(field.annotation), *limits])


def _number(bound: float) -> str:
    return "a year" if bound == LONGEST_S else f"{float(bound):,.15g}"


def _type_name(annotation: object) -> str:
    arguments = [part for part in typing.get_args(annotation) if part is not type(None)]
    origin = typing.get_origin(annotation)
    if origin is typing.Literal:
        return ", ".join(f'`"{value}"`' for value in arguments)
    if origin is tuple:
        return f"list of {_type_name(arguments[0])}"
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_type_name(part) for part in arguments)
    if inspect.isclass(annotation) and issubclass(annotation, StrEnum):
        return ", ".join(f'`"{member.value}"`' for member in annotation)
    return {str: "text", int: "whole number", float: "number", bool: "true or false"}.get(
        typing.cast(type, annotation), "number"
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "none: give it"
    value = field.get_default(call_default_factory=True)
    match value:
        case None:
            return "left out"
        case bool():
            return f"`{str(value).lower()}`"
        case str():
            return f'`"{value}"`'
        case tuple():
            return "`[" + ", ".join(f'"{part}"' for part in value) + "]`"
        case _:
            return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _attribute_docstrings(section: type[BaseModel]) -> dict[str, str]:
    """What stands as a string below a field. Python keeps no such docstrings, so they are read from the source."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(section))).body
    assert isinstance(node, ast.ClassDef)
    said = {}
    for field, below in zip(node.body, node.body[1:], strict=False):
        is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            said[field.target.id] = _words(str(below.value.value))  # type: ignore[attr-defined]
    return said


def _comments(toml: str) -> dict[str, str]:
    """The comment above each key of a commented design; keys that are commented out have theirs too."""
    said: dict[str, str] = {}
    table, comment = "", list[str]()
    for line in toml.splitlines():
        if header := re.fullmatch(r"(?:# )?\[([\w.\":]+)\]", line):
            table, comment = header[1], []
        elif key := re.match(r"(?:# )?(\w+) = ", line):
            said.setdefault(_without_names(f"{table}.{key[1]}".lstrip(".")), _words(" ".join(comment)))
            comment = []
        elif line.startswith("# ") and not line.startswith("# --"):
            comment.append(line[2:])
        else:
            comment = []
    return said


def _without_names(key: str) -> str:
    """`tasks.mmlu.subjects` and `tasks.NAME.subjects` are explained in one place."""
    return re.sub(r"^(tasks|prices|outcomes)\.(\"[^\"]*\"|[^.]+)", r"\1", key)


def _words(text: str) -> str:
    return " ".join(text.split())


# -- columns -----------------------------------------------------------------------------------------------


def page_of_columns() -> str:
    """The codebook of an export with all its tables."""
    book = codebook(
        [(table.value, f"{table.value}.csv") for table in COLUMNS], wide=f"{WIDE}.csv", note=_MADE
    )
    return book.replace("# Codebook", "# Columns of an export", 1)


PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": page_of_commands,
    "design.md": page_of_design,
    "columns.md": page_of_columns,
}

if __name__ == "__main__":
    main()
