"""What comes out of a study: rehearsals, the model alone, exports, reports."""

import os
from pathlib import Path

import click

from oversight_app.commands.calm import EXIT_OF_CTRL_C
from oversight_app.commands.method_options import label_of, method_options
from oversight_app.commands.terminal import (
    fresh,
    notice,
    progress,
    stopped_by_ctrl_c,
    study_argument,
    telling_progress,
)


@click.command("model-alone", short_help="A model answers the questions on its own.")
@study_argument
@click.option(
    "--model",
    required=True,
    metavar="MODEL",
    help="PROVIDER:NAME: openai, openai_chat, anthropic, scripted, or compatible:NAME@BASE_URL.",
)
@method_options
@click.option(
    "--show-prompt",
    metavar="QUESTION_ID",
    help="Print what the method asks about one question, in full; nobody is asked.",
)
@click.option(
    "--parallel", type=click.IntRange(1, 1_000), default=16, show_default=True, help="Calls at once."
)
@click.option(
    "--repeat", type=click.IntRange(1, 1_000), default=1, show_default=True, help="Answers to each."
)
@click.option("--limit", type=click.IntRange(1), help="Ask so many questions at most; the next run goes on.")
@click.option("--rpm", type=click.IntRange(1), help="Requests a minute at most.")
@click.option("--tpm", type=click.IntRange(1), help="Tokens a minute at most, sent and received.")
@click.option("--dry-run", is_flag=True, help="Ask nobody; print what it would take.")
@click.option(
    "--batch", is_flag=True, help="Ask through the service's batches: half the price, within a day."
)
@click.option("--no-wait", is_flag=True, help="With --batch: send, or look, once.")
@click.option("--forget", metavar="BATCH", help="With --batch: wait no longer for a batch that was deleted.")
def model_alone(
    study: Path,
    model: str,
    method: str,
    show_prompt: str | None,
    parallel: int,
    repeat: int,
    limit: int | None,
    rpm: int | None,
    tpm: int | None,
    dry_run: bool,
    batch: bool,
    no_wait: bool,
    forget: str | None,
    **settings: str | float | None,
) -> None:
    """Let a model answer every question of the plan on its own; a second run asks only what is open.

    Limits that the service tells of itself are kept to. Ctrl-C stops calmly: what has come is saved, and the same
    command goes on. With --batch the questions are sent together, and the command waits; stop it as you like, too.

    \b
    Example: oversight model-alone mystudy --model compatible:NAME@http://127.0.0.1:8080/v1
             oversight model-alone mystudy --model openai:NAME --method best_of_n --n 5 --shots 5
    """
    from oversight_app.clock import SystemClock
    from oversight_app.errors import ProviderUnavailable
    from oversight_app.model_alone import AloneSummary, answer_alone, expected_alone, prompt_shown
    from oversight_app.study_folder import StudyFolder

    if not batch and (no_wait or forget is not None):
        raise click.UsageError("--no-wait and --forget go with --batch.")
    method = label_of(method, **settings)
    if batch and show_prompt is None:
        from oversight_app.commands.batches import run_in_batches

        wait, is_dry = not no_wait, dry_run
        run_in_batches(
            study, model, method, limit=limit, repeat=repeat, wait=wait, is_dry=is_dry, forget=forget
        )
        return
    with StudyFolder.open(study).open_store() as store:
        if show_prompt is not None:
            click.echo(prompt_shown(store, model, method, show_prompt))
            return
        if dry_run:
            click.echo(
                expected_alone(
                    store, model, method=method, limit=limit, repeat=repeat, now=SystemClock().now()
                )
            )
            return
        with stopped_by_ctrl_c() as stop, telling_progress("Asking") as tell:

            def on_progress(summary: AloneSummary) -> None:
                tell(summary.n_done, summary.n_trials, summary.pace, summary.elapsed_s)

            summary = answer_alone(
                store,
                model,
                method=method,
                clock=SystemClock(),
                limit=limit,
                repeat=repeat,
                parallel=parallel,
                rpm=rpm,
                tpm=tpm,
                stop=stop,
                on_progress=on_progress,
            )
    if summary.was_stopped:
        click.echo(f"Stopped. {summary.describe()}", err=True)
        raise click.exceptions.Exit(EXIT_OF_CTRL_C)
    if summary.has_fallen_short:
        raise ProviderUnavailable(" ".join(summary.describe().splitlines()))
    click.echo(summary.describe())


@click.command(short_help="A model takes part in the participants' place.")
@study_argument
@click.option(
    "--model",
    required=True,
    metavar="MODEL",
    help="The judge, PROVIDER:NAME: openai, openai_chat, anthropic, scripted, or compatible:NAME@BASE_URL.",
)
@click.option(
    "--participants", type=click.IntRange(1, 100_000), required=True, help="How many judges there are."
)
@click.option(
    "--messages",
    type=click.IntRange(0, 20),
    default=1,
    show_default=True,
    help="How many a judge may write to the assistant in one question.",
)
@click.option(
    "--limit", type=click.IntRange(1), help="Stop after so many questions; the next run goes on there."
)
@click.option(
    "--cap",
    type=click.FloatRange(0, min_open=True),
    metavar="AMOUNT",
    help="The most that the study may have spent, in US dollars, in place of assistant.spending.per_study.",
)
@click.option("--dry-run", is_flag=True, help="Print what to expect of calls, tokens and money, and no more.")
def judge(
    study: Path,
    model: str,
    participants: int,
    messages: int,
    limit: int | None,
    cap: float | None,
    dry_run: bool,
) -> None:
    """Let a model take part in the participants' place, under the study's own protocol, marked as simulated.

    \b
    Example: oversight judge mystudy --model compatible:NAME@http://127.0.0.1:8080/v1 --participants 20
    """
    from oversight_app import judging
    from oversight_app.clock import SystemClock
    from oversight_app.errors import ProviderUnavailable, StudyStateError
    from oversight_app.providers import check_provider
    from oversight_app.study_folder import StudyFolder

    with StudyFolder.open(study).open_store() as store:
        if not dry_run:  # which needs no key, as nobody is asked
            check_provider(model, os.environ)
        click.echo("\n".join(judging.expected(store, model, participants, n_messages=messages, cap=cap)))
        if dry_run:
            return
        with progress("Judging") as on_progress:
            summary = judging.let_judge(
                store,
                model,
                participants,
                n_messages=messages,
                limit=limit,
                cap=cap,
                clock=SystemClock(),
                on_progress=on_progress,
            )
    if summary.has_broken_off:
        raise ProviderUnavailable(" ".join(summary.describe().splitlines()))
    if summary.cap:
        raise StudyStateError(" ".join(summary.describe().splitlines()))
    click.echo(summary.describe())


@click.command("read-advice", short_help="A model reads what the assistant stood for.")
@study_argument
@click.option(
    "--model",
    required=True,
    metavar="MODEL",
    help="PROVIDER:NAME: openai, openai_chat, anthropic, scripted, or compatible:NAME@BASE_URL.",
)
def read_advice(study: Path, model: str) -> None:
    """Let a model read, beside the rule, which option the assistant stood for in each trial that is over.

    \b
    Example: oversight read-advice mystudy --model compatible:NAME@http://127.0.0.1:8080/v1
    """
    from oversight_app import advice_reading
    from oversight_app.clock import SystemClock
    from oversight_app.errors import ProviderUnavailable
    from oversight_app.study_folder import StudyFolder

    with StudyFolder.open(study).open_store() as store, progress("Reading") as on_progress:
        summary = advice_reading.read_advice(store, model, clock=SystemClock(), on_progress=on_progress)
    if summary.n_open:
        raise ProviderUnavailable(" ".join(summary.describe().splitlines()))
    click.echo(summary.describe())


@click.command(short_help="Analyse a study or an export.")
@click.argument("source", metavar="STUDY|EXPORT", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write the report into.")
@click.option(
    "--coding-sample",
    type=click.IntRange(min=1),
    help="Also draw so many trials for coding by hand, with their messages, into coding_sample.csv.",
)
@click.option(
    "--codes",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A coder's filled coding_sample.csv: gives Cohen's kappa; once more for a second coder.",
)
def report(source: Path, out: Path | None, coding_sample: int | None, codes: tuple[Path, ...]) -> None:
    """Export and analyse a study, or analyse an export or a bare answers.csv, and name the report.

    \b
    Example: oversight report mystudy
    """
    from analysis.errors import ExportError
    from analysis.report import write_report
    from oversight_app.clock import SystemClock, stamp
    from oversight_app.errors import BadInput
    from oversight_app.export import export_study
    from oversight_app.study_folder import StudyFolder

    if out is not None and out.exists() and not out.is_dir():
        raise BadInput(f"{out} is a file; nothing was written. Choose the name of a folder.")
    at = SystemClock().now()
    folder = StudyFolder(source)
    if folder.record.is_file():
        with folder.open_store() as store:
            made = export_study(store, fresh(folder.exports, stamp(at)), at=at)
        click.echo(f"Wrote {made.n_answers:,} answers to {made.folder}")
        exported, target = made.folder, out or fresh(folder.reports, stamp(at))
    else:
        exported, target = source, out or place_of_report(source, stamp(at))
    notice(f"Analysing {exported} ...")
    try:
        paths = write_report(exported, target, coding_sample=coding_sample, codes=codes)
    except ExportError as error:
        raise BadInput(str(error)) from error
    for line in (*paths.said, f"Wrote {paths.page}"):
        click.echo(line)


def place_of_report(source: Path, name: str) -> Path:
    """Among the study's reports for one of its exports; beside an export or a file from anywhere else."""
    from oversight_app.study_folder import StudyFolder

    # "." has no name to be called after.
    place = source if source.name and source.name != ".." else source.resolve()
    study = StudyFolder(place.parent.parent)
    if place.parent == study.exports and study.record.is_file():
        return fresh(study.reports, name)
    return fresh(place.parent, f"{place.stem if place.is_file() else place.name}-report")
