"""The options that say how a model is asked alone: a method's label, or its settings one by one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click

from oversight_app.study.design.method import SETTINGS, Orders, checked, parse

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--method",
        default="zero_shot",
        show_default=True,
        metavar="LABEL",
        help=f"How the model is asked: {', '.join(SETTINGS)}; settings may stand behind it, as in "
        '"best_of_n(n=5,shots=5)".',
    ),
    click.option("--n", type=int, help="Reasonings of best_of_n (20) or self_consistency (10)."),
    click.option("--shots", type=int, help="Examples of few_shot (5) or best_of_n (none)."),
    click.option(
        "--scorer", metavar="MODEL", help="Who scores the reasonings of best_of_n.  [the model itself]"
    ),
    click.option(
        "--samples",
        type=int,
        help="So many answers more for letter probabilities, where a service gives no log-probabilities.",
    ),
    click.option("--temperature", type=float, help="Of what is sampled.  [the service's own]"),
    click.option(
        "--max-tokens", type=int, help="The longest reasoning.  [assistant.max_tokens of the design]"
    ),
    click.option(
        "--orders",
        type=click.Choice([order.value for order in Orders]),
        help="rotated: each question four times, each option in each place once.  [plan]",
    ),
    click.option(
        "--forced",
        is_flag=True,
        default=None,
        help="Let a llama.cpp server write a letter of the question and nothing else, by a grammar.",
    ),
)


def method_options(command: _Command) -> _Command:
    """Add `--method` and its settings to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def label_of(method: str, **options: Any) -> str:
    """The label that `--method` and the settings beside it make; what the label sets already may not be set again.

    `options` are those of the command by their names, None where not given. Raises BadInput for what the method cannot
    have, and click's UsageError for two values of one setting.
    """
    name, settings = parse(method)
    for key, value in options.items():
        if value is None:
            continue
        if key in settings.given:
            raise click.UsageError(
                f"--method {method!r} and --{key.replace('_', '-')} both set {key}; leave one out."
            )
        change: dict[str, Any] = {key: Orders(value) if key == "orders" else value}
        settings = replace(settings, **change)
    return checked(name, settings).label(name)
