"""The study itself: make it, look for trouble, freeze it, see where it stands."""

import json
import os
from pathlib import Path

import click

from oversight_app.commands.protocol import PROTOCOL
from oversight_app.commands.terminal import command, json_option, notice, study_argument, warn
from oversight_app.errors import BadInput

_SOURCES = {"mmlu": ["mmlu", "MMLU-FOLDER"], "quality": ["quality", "QUALITY-FILE"]}
"""What `bank import` is told for each task."""


@click.command(short_help="Make a study folder with a design.")
@study_argument
@click.option(
    "--design",
    default="recommended",
    show_default=True,
    metavar="NAME",
    help="recommended, bowman2022 or demo.",
)
@click.option(
    "--language",
    default="en",
    show_default=True,
    metavar="CODE",
    help="Of everything that participants read but the questions: en or de.",
)
@PROTOCOL
@click.option("--ask", is_flag=True, help="Ask for each choice in turn, and write a design of your own.")
def init(study: Path, design: str, language: str, protocol: str, ask: bool) -> None:
    """Make a study folder with a ready-made design and the texts that participants read.

    With --ask it needs a terminal, and nothing is written before you have seen what the study would be and said yes.

    \b
    Example: oversight init mystudy --design recommended --language de
    """
    from oversight_app.clock import SystemClock
    from oversight_app.study_folder import StudyFolder

    if ask:
        from oversight_app.commands.asking import ask_for_design
        from oversight_app.designing import make_study

        if design != "recommended":
            raise BadInput(
                f"--ask makes a design of your own, found --design {design} beside it. Leave one out."
            )
        StudyFolder(study).must_be_free()
        answers = ask_for_design(study, {"language": language, "assistant.protocol": protocol})
        folder = make_study(study, answers, at=SystemClock().now())
        click.echo(f"Made {folder.path} with a design of your own.")
        click.echo(f"Read {folder.design_file} and {folder.texts}, then bring in questions:")
        for task in folder.read_design().tasks:
            click.echo(f"  {command('bank', 'import', study, *_SOURCES[task])}")
        click.echo(f"Then `{command('check', study)}` says what is still missing.")
        return
    folder = StudyFolder.create(study, design, at=SystemClock().now(), language=language, protocol=protocol)
    click.echo(f"Made {folder.path} with the design {design}.")
    click.echo(f"Read {folder.design_file} and {folder.texts}, then bring in questions:")
    banks = [["builtin"]] if design == "demo" else list(_SOURCES.values())
    for bank in banks:
        click.echo(f"  {command('bank', 'import', study, *bank)}")


@click.command(short_help="Say what would go wrong.")
@study_argument
@click.option(
    "--url", metavar="ADDRESS", help="Where participants will reach it: print what `links` prints as well."
)
@click.option("--offline", is_flag=True, help="Ask no model service.")
def check(study: Path, url: str | None, offline: bool) -> None:
    """Say what would go wrong with a study, before anybody is paid. Each model is sent one short request.

    \b
    Example: oversight check mystudy
    """
    from analysis.power import expected_half_width
    from oversight_app.clock import SystemClock
    from oversight_app.commands.register import expected_power
    from oversight_app.invitations import checked_url, recruiting
    from oversight_app.preflight import inspect
    from oversight_app.probing import models_of, probe_all
    from oversight_app.study_folder import StudyFolder

    address, folder = checked_url(url) if url else "", StudyFolder.open(study)
    found = inspect(
        folder,
        half_width=expected_half_width,
        environment=os.environ,
        clock=SystemClock(),
        power_of=lambda plan, questions: expected_power(plan, questions, {}),
    )
    for line in found.facts:
        click.echo(line)
    if found.plan is not None and offline:
        click.echo("No model was asked, because of --offline.")
    elif found.plan is not None:
        design = found.plan.design
        notice(f"Asking {' and '.join(models_of(design))} ...")
        for answered in probe_all(design, found.plan.prices, environment=os.environ, clock=SystemClock()):
            if answered.works:
                click.echo(answered.describe())
            else:
                found.obstacles.append(answered.describe())
    with folder.open_store() as store:
        plan = store.plan()
    if plan is not None and address:
        click.echo(recruiting(plan, address))
    elif plan is not None:
        asked = command("links", study, "--url", "ADDRESS")
        click.echo(
            f"For Prolific, MTurk or Connect: `{asked}` prints the links to paste and the codes to enter."
        )
    for line in found.warnings:
        click.echo(f"Note: {line}")
    for line in found.obstacles:
        click.echo(f"Error: {line}", err=True)
    if found.obstacles:
        raise click.exceptions.Exit(1)
    click.echo("Nothing stands in the way.")


@click.command(short_help="Freeze the study and say what to expect.")
@study_argument
def plan(study: Path) -> None:
    """Freeze design, questions, texts, prompts and seed, and say what to expect.

    \b
    Example: oversight plan mystudy
    """
    from analysis.power import expected_half_width
    from oversight_app import planning, preflight
    from oversight_app.clock import SystemClock
    from oversight_app.designing import freeze_study
    from oversight_app.study.workload import expectations
    from oversight_app.study_folder import StudyFolder

    folder = StudyFolder.open(study)
    frozen = freeze_study(folder, clock=SystemClock())
    with folder.open_store() as store:
        questions = {question.question_id: question for question in store.questions()}
    summary = planning.plan_summary(frozen, questions, expected_half_width)
    click.echo(f"Frozen: plan {frozen.plan_hash[:12]} of study {frozen.study_id}.")
    click.echo(summary.describe())
    for line in expectations(frozen, questions):
        click.echo(line)
    for line in (*summary.warnings, *preflight.cautions(frozen, os.environ)):
        warn(line)


@click.command(short_help="Say where a study stands.")
@study_argument
@json_option
def status(study: Path, as_json: bool) -> None:
    """Say where a study stands: who is where, who has finished, which cells they are in.

    \b
    Example: oversight status mystudy --json
    """
    from oversight_app.clock import SystemClock
    from oversight_app.overview import overview_of
    from oversight_app.status import status_of
    from oversight_app.study_folder import StudyFolder

    with StudyFolder.open(study).open_store() as store:
        standing, plan = status_of(store), store.plan()
        seen = overview_of(store, plan, SystemClock().now()) if plan else None
    if as_json:
        click.echo(json.dumps(standing.to_json() | ({"overview": seen.to_json()} if seen else {}), indent=2))
        return
    click.echo(standing.describe())
    if seen and (said := seen.describe()):
        click.echo(said)


@click.command(short_help="Make the tables again from the events.")
@study_argument
def rebuild(study: Path) -> None:
    """Make the tables sittings, trials and messages again from the events, which are the record.

    For a study.db whose tables somebody has edited by hand; it may be served meanwhile.

    \b
    Example: oversight rebuild mystudy
    """
    from oversight_app import projections
    from oversight_app.study_folder import StudyFolder

    with StudyFolder.open(study).open_store() as store:
        n_sittings = projections.rebuild(store)
    click.echo(f"Made the tables of {n_sittings} sittings again; the events were not touched.")
