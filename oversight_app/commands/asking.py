"""The walk through the choices of a design in a terminal: one at a time, back and forth, and a summary to confirm.

Nothing is written here; whoever breaks off leaves nothing behind.
"""

import sys
import textwrap
from pathlib import Path

import click

from oversight_app.designing import design_of
from oversight_app.errors import BadInput
from oversight_app.study.choices import (
    CHOICES,
    Answers,
    Choice,
    Number,
    Text,
    Value,
    asked,
    misfits,
    outlook,
)
from oversight_app.study.design import Design

_BACK = "b"


def has_terminal() -> bool:
    """Whether somebody is there who can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask_for_design(study: Path, suggested: Answers) -> Answers:
    """The answers that somebody has given and confirmed.

    `suggested` takes the place of defaults. Raises BadInput without a terminal and click.Abort when broken off.
    """
    if not has_terminal():
        raise BadInput(
            "--ask needs a terminal with somebody in it, and there is none; nothing was written. "
            "Leave it out for the recommended design."
        )
    _say(
        "Each choice comes with a suggestion: Enter takes it, an answer of yours replaces it, b goes back, "
        "? says more, Ctrl-C stops. Nothing is written before the end."
    )
    try:
        answers: dict[str, Value] = dict(suggested)
        answers = _walk(answers, start=0)
        while True:
            _, design = design_of(answers)
            _summarise(answers, design)
            reply = _line(f"Make the study in {study}? (yes, no, b to go back)", "yes").lower()
            if reply == _BACK:
                answers = _walk(answers, start=len(asked(answers)) - 1)
            elif reply in ("yes", "y"):
                return answers
            elif reply in ("no", "n"):
                raise click.Abort
            else:
                _say(f"Found {reply!r}; allowed are yes, no and b.", indent="  ")
    except click.Abort:
        click.echo("\nNothing was written.", err=True)
        raise


def _walk(answers: dict[str, Value], start: int) -> dict[str, Value]:
    """Ask from a place on; what is answered later and already known is suggested again."""
    place = start
    while True:
        # Which choices are asked depends on the answers before them, so the list is made anew at each step.
        known = asked(answers)
        if place == len(known):
            return known
        key = list(known)[place]
        (choice,) = (choice for choice in CHOICES if choice.key == key)
        try:
            value = _ask(choice, known[key], known[key] == choice.suggested(known), place + 1, len(known))
        except _BackError:
            place = max(0, place - 1)
            continue
        before = {k: known[k] for k in list(known)[:place]}
        wrong = misfits({**before, key: value})
        if wrong:
            for misfit in wrong:
                other = next((k for k in misfit.keys if k != key), key)
                _say(f"{misfit.sentence} (b goes back towards {_question(other)!r})", indent="  ")
            continue
        answers = {**answers, key: value}
        place += 1


class _BackError(Exception):
    """Instead of an answer: to the choice before."""


def _ask(choice: Choice, suggestion: Value, is_default: bool, n: int, of: int) -> Value:
    click.echo()
    _say(f"{n}/{of}  {choice.question}")
    _say(choice.meaning, indent="  ")
    width = max((len(option.word) for option in choice.options), default=0)
    for i, option in enumerate(choice.options, 1):
        click.echo(
            f"  {i}  {option.word:{width}}" + (f"  {option.meaning}" if option.meaning != option.word else "")
        )
    if choice.is_many:
        _say("Several are possible, with commas between them.", indent="  ")
    if isinstance(choice.allowed, Number):
        _say(f"Possible is {choice.allowed.described}.", indent="  ")
    elif isinstance(choice.allowed, Text):
        _say(f"Possible is {choice.allowed.allowed}.", indent="  ")
    _say(f"Suggested: {choice.shown(suggestion)}" + ("" if is_default else " (as you said)"), indent="  ")
    if is_default:
        _say(f"Because {choice.why}.", indent="  ")
    while True:
        text = _line("", choice.shown(suggestion))
        if text.lower() == _BACK:
            raise _BackError
        if text == "?":
            _more(choice)
            continue
        if text == choice.shown(suggestion):
            return suggestion
        try:
            return choice.read(text)
        except BadInput as error:
            _say(str(error), indent="  ")


def _more(choice: Choice) -> None:
    _say(f"What is suggested is so because {choice.why}.", indent="  ")
    if choice.comment:
        _say(f"In study.toml it is {choice.key}: {choice.comment}", indent="  ")
    how = "Type a word or its number" if choice.options else "Type your answer"
    _say(f"{how}, or Enter for what is suggested; b goes back; Ctrl-C stops and writes nothing.", indent="  ")


def _summarise(answers: Answers, design: Design) -> None:
    from analysis.power import expected_half_width
    from oversight_app.planning import layout_of

    click.echo("\nWhat the study would be")
    for line in outlook(design, layout_of(design), expected_half_width):
        _say(f"- {line}", indent="  ")
    changed = [c for c in CHOICES if c.key in answers and answers[c.key] != c.suggested(answers)]
    click.echo("What you chose otherwise than suggested" if changed else "Everything is as suggested.")
    for choice in changed:
        _say(f"- {choice.question} {choice.shown(answers[choice.key])}", indent="  ")
    click.echo()


def _question(key: str) -> str:
    return next(choice.question for choice in CHOICES if choice.key == key)


def _line(prompt: str, suggestion: str) -> str:
    text: str = click.prompt(
        f"  {prompt}".rstrip() or " ", default=suggestion, show_default=False, prompt_suffix="> "
    )
    return text.strip()


def _say(text: str, indent: str = "") -> None:
    # Options are not wrapped: their columns read better than their length.
    click.echo(
        textwrap.fill(
            text, width=96, initial_indent=indent, subsequent_indent=indent + "  " * text.startswith("- ")
        )
    )
