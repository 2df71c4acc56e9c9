"""How many participants a study needs, and how much power it has with those it wants."""

from pathlib import Path
from typing import Any

import click

from oversight_app.study.design import Design
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question

SHARES = (0.25, 0.5, 0.75, 1, 1.5, 2, 3)
"""Of target_n: the numbers of participants that are gone through where none are named."""


class _WithOptionsOfTheAnalysis(click.Command):
    """The options stand in `analysis.power_options`, for both doors; they load when the command is asked for."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        *own, help_option = super().get_params(ctx)
        return [*own, *_parameters(), help_option]


def _parameters() -> list[click.Parameter]:
    from analysis.power_options import power_parameters

    return power_parameters()


@click.command(cls=_WithOptionsOfTheAnalysis, short_help="How many participants a study needs.")
@click.argument("study", metavar="[STUDY]", required=False, type=click.Path(path_type=Path))
def power(study: Path | None, **options: Any) -> None:
    """Say how much power a study has, by closed form and by simulation, with costs and hours.

    Of a STUDY, design, questions, passages, family, time limits and models are its own (the frozen plan's, else the
    design's), and options go before them. Without one, options say everything.

    \b
    Example: oversight power mystudy --difference 0.06 --power 0.9 --pay-per-hour 12
    """
    from analysis.power_command import Known, curves, tell
    from analysis.scenario import ScenarioError
    from oversight_app.errors import BadInput

    try:
        known = [Known()]
        if study is not None:
            plan, questions = planned_or_drafted(study)
            known, options = known_of(plan, questions), options | _declared(plan.design, options)
        click.echo(tell(curves(known, options), options))
    except ScenarioError as error:
        raise BadInput(str(error)) from error


def _declared(design: Design, options: dict[str, Any]) -> dict[str, Any]:
    """What the design says of the difference and the power that are wanted, where no option does."""
    declared = {"difference": design.analysis.smallest_difference, "wanted": design.analysis.power_goal}
    return {key: value for key, value in declared.items() if options.get(key) is None}


def planned_or_drafted(study: Path) -> tuple[Plan, dict[str, Question]]:
    """The frozen plan, else the one that `oversight plan` would make now, and the questions by id."""
    from oversight_app.clock import SystemClock
    from oversight_app.planning import draft, with_builtin
    from oversight_app.study_folder import StudyFolder

    folder = StudyFolder.open(study)
    with folder.open_store() as store:
        plan, questions, study_id = store.plan(), store.questions(), store.study_id()
    if plan is None:
        design = folder.read_design()
        questions = with_builtin(questions, design)
        materials, at = folder.read_materials(design.language), SystemClock().now()
        plan = draft(study_id, design, questions, materials, at=at, selection=folder.read_selection())
    return plan, {question.question_id: question for question in questions}


def known_of(plan: Plan, questions: dict[str, Question]) -> list[Any]:
    """What a plan says of each task, as `analysis.power_command.Known`: sizes, layout, tests, costs."""
    from analysis.budget import Budget
    from analysis.power import Layout
    from analysis.power_command import Known
    from oversight_app.planning import plan_summary
    from oversight_app.study.cost import assistant_price, cost_usd
    from oversight_app.study.duration import longest
    from oversight_app.study.workload import alone, assisted

    design = plan.design
    is_between = design.conditions.allocation == "between"
    once: float | None = 0.0
    if not design.primary_model_alone.is_imported:
        costs = [cost_usd(load, plan.prices.get(model)) for model, load in alone(plan, questions).items()]
        once = None if None in costs else sum(cost for cost in costs if cost is not None)
    budget = Budget(
        minutes=longest(plan, questions).about_s / 60,
        model=cost_usd(assisted(plan, questions), assistant_price(plan)),
        model_once=once,
    )
    summary = plan_summary(plan, questions, lambda *_: None)
    known = []
    for task in summary.tasks:
        share = (
            ""
            if design.conditions.tasks == "within" or len(summary.tasks) == 1
            else " (its own participants)"
        )
        least = 4 if is_between else 2
        sizes = [max(least, round(task.n_people * part / 2) * 2) for part in SHARES]
        known.append(
            Known(
                name=task.task + share,
                participants=tuple(dict.fromkeys([*sizes, max(least, task.n_people)])),
                questions=task.n_questions,
                per_person=task.per_condition * (1 if is_between else 2),
                passages=task.n_passages if 0 < task.n_passages < task.n_questions else None,
                layout=Layout(layout(design)),
                tests=n_tests(design),
                budget=budget,
            )
        )
    return known


def layout(design: Design) -> str:
    """How conditions, people and questions meet, in the words of `analysis.power.Layout`."""
    if design.conditions.allocation == "between":
        return "BP"
    return "CB" if design.conditions.question_samples == "shared" else "DI"


def n_tests(design: Design) -> int:
    """How many confirmatory tests the study has: each contrast of the family in each task."""
    return max(1, len(design.analysis.family)) * len(design.tasks)
