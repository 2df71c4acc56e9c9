"""Answers that were given elsewhere."""

from pathlib import Path

import click

from oversight_app.commands.terminal import study_argument


@click.command("import-answers", short_help="Take answers of a model from another tool's log.")
@study_argument
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--model", default="", metavar="MODEL", help="PROVIDER:NAME to record.  [default: what the log says]"
)
@click.option(
    "--method", default="", metavar="NAME", help="How it was asked, in a word.  [default: what the log says]"
)
def import_answers(study: Path, files: tuple[Path, ...], model: str, method: str) -> None:
    """Take a model's answers to the plan's questions from logs of inspect_ai (.eval, .json) or of
    lm-evaluation-harness (samples_*.jsonl); naming a file twice adds nothing.

    \b
    Example: oversight import-answers mystudy logs/2026-11-28_mmlu.eval
    """
    from oversight_app import answer_import
    from oversight_app.clock import SystemClock
    from oversight_app.errors import BadInput
    from oversight_app.study_folder import StudyFolder

    with StudyFolder.open(study).open_store() as store:
        summary = answer_import.import_answers(store, files, model=model, method=method, clock=SystemClock())
    if summary.files:
        click.echo(summary.describe())
    if summary.problems:
        raise BadInput(" ".join(summary.problems))
