"""`python -m analysis.power`: how many participants a study needs, by closed form and by simulation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import click

from analysis.budget import Budget
from analysis.power import DEFAULT_SDS, Layout, Sds
from analysis.power_curve import needed, power_point, remarks
from analysis.power_options import SDS, power_parameters
from analysis.power_text import DESIGNS, PowerTable, as_json, as_text
from analysis.scenario import ALONE_ACCURACY, DIFFERENCE, Against, Scenario, ScenarioError

PARTICIPANTS = (10, 20, 40, 60, 80, 120, 160)
QUESTIONS = 40
MINUTES_PER_QUESTION = 2.0
WANTED = 0.8
MOST_CELLS = 40_000_000
"""Participants times questions of one point: more would take minutes and gigabytes."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a study's task before any option is given; None where it is left to the options."""

    name: str = "One task"
    participants: tuple[int, ...] = PARTICIPANTS
    questions: int = QUESTIONS
    per_person: int | None = None
    passages: int | None = None
    layout: Layout = Layout.COUNTERBALANCED
    tests: int = 1
    budget: Budget | None = None
    """By default two minutes a question and a free model."""
    factor: float = 1.0
    """How many times the study's own questions there are."""


def curves(known: Sequence[Known], options: Mapping[str, Any]) -> list[PowerTable]:
    """One table per task; an option that was given goes before what is known. ScenarioError for what cannot be."""
    return [_curve(task, options) for task in known]


def _curve(known: Known, options: Mapping[str, Any]) -> PowerTable:
    sizes = _numbers("--participants", options.get("participants"), known.participants)
    questions = _numbers("--questions", options.get("questions"), (known.questions,))
    wanted, runs, seed = options.get("wanted") or WANTED, options["runs"], options["seed"]
    points, last = [], None
    for n_questions in questions:
        own = _sized(known, options, n_questions)
        for people in sizes:
            scenario = _scenario(own, options, people)
            if people * n_questions > MOST_CELLS:
                raise ScenarioError(
                    f"{people:,} participants and {n_questions:,} questions are too many to simulate."
                )
            budget = _budget(own, options, scenario)
            points.append(power_point(scenario, budget, wanted, runs, seed))
            last = scenario, budget
    assert last is not None
    scenario, budget = last
    asked = "wanted" in options and options["wanted"] is not None
    return PowerTable(
        name=known.name,
        scenario=scenario,
        budget=budget,
        points=points,
        wanted=wanted,
        runs=runs,
        seed=seed,
        remarks=remarks(scenario, points, wanted),
        needed=needed(scenario, budget, wanted, runs, seed) if asked else None,
    )


def _sized(known: Known, options: Mapping[str, Any], questions: int) -> Known:
    """The task with another number of questions: what was not given stays in proportion."""
    factor = questions / known.questions
    per_person = options.get("per_person") or (
        questions if known.per_person is None else max(2, round(known.per_person * factor))
    )
    passages = options.get("passages") or (
        None if known.passages is None else max(1, round(known.passages * factor))
    )
    return replace(known, questions=questions, per_person=per_person, passages=passages, factor=factor)


def _scenario(known: Known, options: Mapping[str, Any], people: int) -> Scenario:
    per_person = known.per_person
    assert per_person is not None
    sds = Sds(**{name: _or(options.get(name), getattr(DEFAULT_SDS, name)) for name in SDS})
    return Scenario(
        participants=people,
        questions=known.questions,
        per_person=per_person,
        passages=known.passages if known.passages != known.questions else None,
        layout=DESIGNS[options["design"]] if options.get("design") else known.layout,
        against=Against(options.get("against") or Against.HUMAN_ALONE),
        accuracy=_or(options.get("accuracy"), ALONE_ACCURACY),
        difference=_or(options.get("difference"), DIFFERENCE),
        sds=sds,
        alpha=_or(options.get("alpha"), 0.05),
        tests=options.get("tests") or known.tests,
    )


def _budget(known: Known, options: Mapping[str, Any], scenario: Scenario) -> Budget:
    base = known.budget or Budget(minutes=MINUTES_PER_QUESTION * scenario.per_person, model=0.0)
    if known.budget is not None and known.factor != 1:
        # More questions take more time and more replies; practice and texts are scaled along, which errs upwards.
        model, once = (
            None if cost is None else cost * known.factor for cost in (base.model, base.model_once)
        )
        base = replace(base, minutes=base.minutes * known.factor, model=model, model_once=once)
    names = {field.name for field in fields(Budget)} & options.keys()
    changed = {name: options[name] for name in names if options[name] is not None}
    if options.get("model_cost") is not None:
        changed["model"] = options["model_cost"]
    return replace(base, **changed)


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


def _numbers(name: str, said: str | None, default: tuple[int, ...]) -> tuple[int, ...]:
    if said is None:
        return default
    try:
        numbers = tuple(dict.fromkeys(int(part) for part in said.split(",")))
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < 1:
        raise ScenarioError(
            f"{name}: found {said!r}, allowed are whole numbers with commas between them: 20,40,80."
        )
    return numbers


def tell(tables: Sequence[PowerTable], options: Mapping[str, Any]) -> str:
    """The tables as asked for; writes the figure where one is wanted. ScenarioError where it cannot be written."""
    figure: Path | None = options.get("figure")
    if figure is not None:
        _write_figures(tables, figure)
    if options.get("as_json"):
        return json.dumps(as_json(tables), indent=2, ensure_ascii=False, allow_nan=False)
    return "\n\n".join(as_text(table) for table in tables)


def _write_figures(tables: Sequence[PowerTable], path: Path) -> None:
    from analysis.power_chart import power_chart, save_chart

    for table in tables:
        # Several tasks have a figure each, told apart by their names.
        own = path if len(tables) == 1 else path.with_stem(f"{path.stem}-{table.name.lower()}")
        subtitle = f"Line: closed form. Points: {table.runs:,} simulated studies, with twice their Monte Carlo error."
        try:
            save_chart(power_chart(table.points, table.wanted, table.title, subtitle), own)
        except ValueError as error:
            raise ScenarioError(f"--figure: {error}.") from error
        except OSError as error:
            raise ScenarioError(f"--figure: {own} cannot be written ({error.strerror}).") from error


def _main(**options: Any) -> None:
    """Say how much power a study has: participants, questions, passages and design, by closed form and by simulation.

    \b
    Example: python -m analysis.power --questions 40,80 --difference 0.06 --power 0.9
    """
    try:
        click.echo(tell(curves([Known()], options), options))
    except ScenarioError as error:
        raise click.ClickException(str(error)) from error


main = click.Command(
    "python -m analysis.power",
    context_settings={"max_content_width": 100},
    params=power_parameters(),
    callback=_main,
    help=_main.__doc__,
)
