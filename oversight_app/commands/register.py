"""Registering the analysis of a study before anybody answers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from oversight_app.commands.power import known_of
from oversight_app.commands.terminal import study_argument, warn
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question


@click.command(short_help="Write down the analysis before data.")
@study_argument
@click.option(
    "--difference",
    type=float,
    help="The true difference that power is stated for.  [default: the design's, else 0.169]",
)
@click.option("--accuracy", type=float, help="Of people alone, as power assumes it.  [default: 0.471]")
@click.option(
    "--out", type=click.Path(path_type=Path), help="File to write.  [default: STUDY/registration.md]"
)
def register(study: Path, difference: float | None, accuracy: float | None, out: Path | None) -> None:
    """Write the analysis plan of a frozen study: hypotheses, family, margins, exclusions, sample size and its power.

    The record notes its hash, the time, and whether there was data; the report names every departure from it.

    \b
    Example: oversight register mystudy --difference 0.06
    """
    from analysis.scenario import ScenarioError
    from oversight_app import registration
    from oversight_app.clock import SystemClock
    from oversight_app.errors import BadInput
    from oversight_app.study_folder import StudyFolder

    options = {"difference": difference, "accuracy": accuracy}

    def power(plan: Plan, questions: dict[str, Question]) -> Sequence[Mapping[str, Any]]:
        return expected_power(plan, questions, options)

    try:
        with StudyFolder.open(study).open_store() as store:
            made = registration.register(store, power, at=SystemClock().now(), out=out)
    except ScenarioError as error:
        raise BadInput(str(error)) from error
    if not made.is_new:
        click.echo(f"Registered already, at {made.at}; that registration stands, and nothing was noted anew.")
    click.echo(f"{made.markdown} and {made.value.name} hold it; SHA-256 {made.sha256}")
    if made.n_people or made.n_answers:
        warn(
            f"{made.n_people} people had begun and {made.n_answers} answers were recorded at that time: the "
            "registration says so, and so will the report."
        )


def expected_power(
    plan: Plan, questions: dict[str, Question], options: Mapping[str, float | None]
) -> list[dict[str, Any]]:
    """What a registration says of power: each task with target_n participants, against people alone."""
    from analysis.power_command import curves

    if options.get("difference") is None:
        options = dict(options) | {"difference": plan.design.analysis.smallest_difference}
    found = []
    for task in known_of(plan, questions):
        share = len(plan.design.tasks) if plan.design.conditions.tasks == "between" else 1
        n = plan.design.analysis.target_n // share
        (table,) = curves([task], dict(options) | {"participants": str(n), "runs": 1000, "seed": 1})
        (point,) = table.points
        found.append(
            {
                "task": table.name.partition(" ")[0],
                "participants": n,
                "questions": point.questions,
                "passages": table.scenario.passages,
                "per_person": point.per_person,
                "difference": table.scenario.difference,
                "accuracy_alone": table.scenario.accuracy,
                "alpha": table.scenario.alpha,
                "tests": table.scenario.tests,
                # Rounded as they are said: a registration that is made again must not differ in the last bit.
                "closed": None if point.closed is None else round(point.closed, 3),
                "simulated": round(point.simulated, 3),
                "simulated_strictest": round(point.simulated_strictest, 3),
                "half_width": None if point.half_width is None else round(point.half_width, 4),
                "runs": table.runs,
            }
        )
    return found
