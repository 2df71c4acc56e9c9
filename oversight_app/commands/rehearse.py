"""Rehearsing a study: simulated people take part in a copy, and what that says of the study to come is summed up."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from oversight_app.commands.power import known_of
from oversight_app.commands.register import expected_power
from oversight_app.commands.terminal import command, fresh, progress, study_argument
from oversight_app.rehearsal import Rehearsal
from oversight_app.store import Store
from oversight_app.store.copying import back_up
from oversight_app.study.cost import assistant_price, dollars, when_listed
from oversight_app.study.paying import is_money
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from oversight_app.study.rehearsed import Balance, Duration, Recovered, Recovery, mean_bonus, recovered
from oversight_app.study.shortfalls import power as below_goal

Sections = dict[str, list[str]]
_positive = click.FloatRange(0)


@click.command(short_help="Simulated people in a copy of the study.")
@study_argument
@click.option("--participants", type=click.IntRange(1, 100_000), required=True, help="How many to simulate.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same people.")
@click.option(
    "--into", type=click.Path(path_type=Path), help="Folder for the copy.  [default: STUDY/rehearsals/...]"
)
@click.option(
    "--dropout",
    type=click.FloatRange(0, 0.95),
    metavar="SHARE",
    help="The share of people who leave half-way.  [default: 0.05]",
)
@click.option(
    "--repeat",
    type=click.IntRange(1, 1_000),
    default=1,
    show_default=True,
    help="Rehearse so many times; only the first is kept.",
)
@click.option(
    "--difference", type=float, help="The true difference for power.  [default: the design's, else 0.169]"
)
@click.option("--pay", type=_positive, help="Of one person for the whole sitting.")
@click.option("--pay-per-hour", type=_positive, help="Of one person, for the median duration.")
@click.option(
    "--fee", type=_positive, default=0.0, help="A platform's share: 0.33 for a third.  [default: 0]"
)
def rehearse(
    study: Path,
    participants: int,
    seed: int,
    into: Path | None,
    dropout: float | None,
    repeat: int,
    difference: float | None,
    pay: float | None,
    pay_per_hour: float | None,
    fee: float,
) -> None:
    """Let simulated people take part in a copy of a study; the real record is not touched.

    What that says of the study to come, its duration, cost, balance and power, and whether the analysis finds the truth
    that the people were given, is printed and written to rehearsal.md and rehearsal.json in the copy.

    \b
    Example: oversight rehearse mystudy --participants 40 --seed 1 --repeat 20
    """
    from oversight_app import rehearsal
    from oversight_app.clock import SystemClock, stamp
    from oversight_app.study_folder import StudyFolder

    folder = StudyFolder.open(study)
    target = into or fresh(folder.rehearsals, stamp(SystemClock().now()))
    with progress("Rehearsing") as on_progress:
        made = rehearsal.rehearse(
            folder.path, participants, seed, target, dropout=dropout, on_progress=on_progress
        )
    recovery = Recovery(recovered_in(made))
    if repeat > 1:
        runs = [recovery.first]
        with progress("Rehearsing again") as on_progress:
            for number in range(1, repeat):
                runs.append(_once_more(folder.path, participants, seed + number, dropout))
                on_progress(number, repeat - 1)
        recovery = replace(recovery, runs=tuple(runs))
    options = {"pay": pay, "pay_per_hour": pay_per_hour, "fee": fee}
    sections, values = summary(made, recovery, difference, options)
    _write(made, participants, sections, values)
    ended = ", ".join(f"{outcome} {n:,}" for outcome, n in made.outcomes.items())
    click.echo(f"{participants:,} simulated participants took part: {ended}.")
    for title, lines in sections.items():
        click.echo(f"\n{title}")
        for line in lines:
            click.echo(f"  {line}")
    click.echo(f"\n{made.folder / 'rehearsal.md'} says the same, rehearsal.json beside it for programs.")
    click.echo(f"{made.folder} is a study folder like any other. See what comes out:")
    click.echo(f"  {command('report', made.folder)}")


def recovered_in(made: Rehearsal) -> tuple[Recovered, ...]:
    """What the analysis finds in a rehearsal, beside the truth."""
    from analysis.accuracy import accuracies
    from analysis.contrasts import contrasts
    from analysis.entries import prepare
    from analysis.export import load
    from analysis.results import Rows
    from oversight_app.clock import SystemClock
    from oversight_app.export import export_study

    with tempfile.TemporaryDirectory() as room:
        # An export is noted in its record, and the report would count it among those before enrolment closed.
        back_up(made.folder / "study.db", Path(room) / "study.db")
        with Store.open(Path(room) / "study.db") as store:
            exported = export_study(store, Path(room) / "export", at=SystemClock().now())
        export = load(exported.folder)
    answers, _ = prepare(export)
    answers = answers.assign(excluded=False)
    estimates = [asdict(row) for row in accuracies(answers, Rows.ALL)]
    compared = [asdict(row) for row in contrasts(answers, Rows.ALL, export.manifest)]
    return tuple(recovered(made.truth["accuracy"], estimates, compared))


def _once_more(study: Path, participants: int, seed: int, dropout: float | None) -> tuple[Recovered, ...]:
    """Another rehearsal, of which only the numbers are kept."""
    from oversight_app import rehearsal

    with tempfile.TemporaryDirectory() as room:
        return recovered_in(
            rehearsal.rehearse(study, participants, seed, Path(room) / "copy", dropout=dropout)
        )


# -- summing up ------------------------------------------------------------------------------------


def summary(
    made: Rehearsal, recovery: Recovery, difference: float | None, options: Mapping[str, float | None]
) -> tuple[Sections, dict[str, Any]]:
    """What a rehearsal says, in sections of lines, and as a value for programs."""
    with Store.open(made.folder / "study.db") as store:
        plan = store.plan()
        assert plan is not None
        questions = {question.question_id: question for question in store.questions()}
        people, answers = list(store.rows("participants")), list(store.rows("answers"))
    duration = Duration.of(people)
    balance = Balance.of(people, answers, [cell.name for cell in plan.cells])
    bonus = mean_bonus(people, answers, plan.design)
    costs, money = _costs(plan, questions, duration, balance, bonus, options)
    powers, power = _power(plan, questions, difference)
    sections = {
        "Duration of a sitting": duration.lines(),
        "Cost": costs,
        f"Dropout ({made.shares['leaving']:.0%} leave half-way) and balance": balance.lines(
            plan.design.analysis.target_n
        ),
        "Power": powers,
        "Does the analysis find the truth?": recovery.lines(),
    }
    values = {
        "duration": asdict(duration),
        "cost": money,
        "balance": asdict(balance) | {"apart": balance.apart, "n_left": balance.n_left},
        "power": power,
        "recovery": [asdict(row) | {"holds": row.holds} for row in recovery.first],
        "repeated": {
            "n_rehearsals": len(recovery.runs) or 1,
            "held": [
                {"task": task, "what": what, "n_held": held, "n_intervals": n}
                for (task, what), (held, n) in recovery.shares().items()
            ],
        },
    }
    return sections, values


def _costs(
    plan: Plan,
    questions: dict[str, Question],
    duration: Duration,
    balance: Balance,
    bonus: float,
    options: Mapping[str, float | None],
) -> tuple[list[str], dict[str, Any]]:
    """The models by their prices, and people by what was stated; of target_n people, with those who leave left out."""
    n, unit = plan.design.analysis.target_n, plan.design.answer.currency
    # Points that a rule counts in are no money, and are never added to any.
    in_money, currency = (bonus, unit) if is_money(unit) else (0.0, "USD")
    budget = replace(known_of(plan, questions)[0].budget, bonus=in_money, fee=options["fee"] or 0.0)
    if duration.median_min is not None:
        budget = replace(budget, minutes=duration.median_min)
    budget = replace(budget, pay=options["pay"], pay_per_hour=options["pay_per_hour"], currency=currency)
    replies = None if budget.model is None else budget.model * n
    lines = [
        f"Models, for {n} people: {dollars(replies)} for the assistant's replies and {dollars(budget.model_once)} for "
        f"the model alone{when_listed(assistant_price(plan))}. In the rehearsal the scripted assistant stood in "
        "and cost nothing; this is what `oversight check` expects of yours."
    ]
    if budget.model is None or budget.model_once is None:
        lines.append('The price of a model is unknown; [prices."PROVIDER:NAME"] in study.toml names it.')
    if bonus:
        lines.append(
            f"Bonus: {bonus:.2f} {unit} on average for who completed, {bonus * n:,.2f} for {n} people, as "
            "the simulated people earned it by the design's rule."
        )
    paid = budget.people(n)
    if paid is None:
        lines.append(
            "Pay: none was stated; give --pay for a sitting, or --pay-per-hour, and --fee for the platform's."
        )
    else:
        lines.append(
            f"Pay, bonus and fee: {budget.per_person:,.2f} {currency} for one person, {paid:,.2f} for {n}. What "
            f"people are paid who leave half-way comes on top."
        )
    money = asdict(budget) | {"models_usd": budget.models(n), "people": paid, "target_n": n}
    money |= {"earned": bonus, "earned_unit": unit} if bonus else {}
    return lines, money | {"completing_share": balance.completing_share}


def _power(
    plan: Plan, questions: dict[str, Question], difference: float | None
) -> tuple[list[str], list[dict[str, Any]]]:
    """The power of each task with target_n people, by the simulation that a registration states."""
    from analysis.scenario import ScenarioError

    try:
        expected = expected_power(plan, questions, {"difference": difference})
    except ScenarioError as error:
        return [f"It cannot be said: {error}"], []
    lines = []
    for entry in expected:
        strictest = (
            f", {entry['simulated_strictest']:.2f} at the strictest of the family's {entry['tests']} tests"
            if entry["tests"] > 1
            else ""
        )
        lines.append(
            f"{entry['task']}: {entry['simulated']:.2f} with {entry['participants']} people for a true difference of "
            f"{100 * entry['difference']:.1f} points{strictest} ({entry['runs']:,} simulated studies)."
        )
    return lines + below_goal(plan, expected), expected


def _write(made: Rehearsal, participants: int, sections: Sections, values: Mapping[str, Any]) -> None:
    """Both files; rehearsal.json keeps what it held."""
    path = made.folder / "rehearsal.json"
    known = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(known | {"summary": values}, indent=2) + "\n", encoding="utf-8")
    ended = ", ".join(f"{outcome} {n:,}" for outcome, n in made.outcomes.items())
    text = [
        "# Rehearsal",
        "",
        f"Study `{known['study_id']}`, plan `{known['plan_hash'][:12]}`, seed {made.seed}. {participants:,} simulated "
        f"people took part: {ended}. Nobody was asked anything, and no model.",
    ]
    for title, lines in sections.items():
        text += ["", f"## {title}", ""]
        for line in lines:
            text += [line] if line.startswith("- ") else ["", line, ""]
    (made.folder / "rehearsal.md").write_text(_tidy(text), encoding="utf-8")


def _tidy(lines: list[str]) -> str:
    """The lines with one empty line where there were several."""
    kept = [line for line, before in zip(lines, ["x", *lines], strict=False) if line or before]
    return "\n".join(kept).strip() + "\n"
