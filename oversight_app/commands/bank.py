"""The study's questions: bring them in, look at them."""

import json
from pathlib import Path

import click

from oversight_app.commands.terminal import command, json_option, study_argument


@click.group()
def bank() -> None:
    """Bring questions into a study, and look at them."""


@bank.command("import", short_help="Bring in questions from files.")
@study_argument
@click.argument("kind", metavar="mmlu|quality|table|builtin")
@click.argument("source", required=False, type=click.Path(path_type=Path))
@click.option("--split", metavar="NAMES", help="Only these splits, for example val, or val,test.")
@click.option("--subjects", metavar="NAMES", help="Only these subjects, for example anatomy,virology.")
@click.option(
    "--redux", type=click.Path(path_type=Path), help="MMLU-Redux files, to flag doubtful MMLU keys."
)
@click.option("--strict", is_flag=True, help="Import nothing when any record is refused.")
def import_(
    study: Path,
    kind: str,
    source: Path | None,
    split: str | None,
    subjects: str | None,
    redux: Path | None,
    strict: bool,
) -> None:
    """Import questions from files; what cannot be used is named and left out.

    \b
    Example: oversight bank import mystudy mmlu path/to/mmlu/data --split val
    """
    from oversight_app.banks import import_bank
    from oversight_app.clock import SystemClock
    from oversight_app.errors import BankError
    from oversight_app.study_folder import StudyFolder

    with StudyFolder.open(study).open_store() as store:
        summary = import_bank(
            store,
            kind,
            source,
            splits=_names("--split", split),
            subjects=_names("--subjects", subjects),
            redux=redux,
            strict=strict,
            at=SystemClock().now(),
        )
    if summary.brought_nothing:
        raise BankError(
            f"No question came in. {' '.join(summary.describe().splitlines()[1:])} "
            f"`{command('bank', 'check', study)}` lists every refusal."
        )
    click.echo(summary.describe())


@bank.command("check", short_help="Say what the bank holds.")
@study_argument
@json_option
def check(study: Path, as_json: bool) -> None:
    """Say what a study's bank holds, what is doubtful, and what was refused.

    \b
    Example: oversight bank check mystudy --json
    """
    from oversight_app.banks import check_bank
    from oversight_app.study_folder import StudyFolder

    with StudyFolder.open(study).open_store() as store:
        found = check_bank(store)
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2, ensure_ascii=False))
        return
    click.echo(f"{found.n_questions:,} questions, {found.n_passages:,} passages")
    for name, counts in (
        ("by task", found.by_task),
        ("by role", found.by_role),
        ("doubtful keys", found.flags),
    ):
        click.echo(f"{name}: {', '.join(f'{key} {n:,}' for key, n in counts.items()) or 'none'}")
    click.echo(
        f"options in a fixed order: {found.n_fixed_order:,}; content that repeats: {found.n_repeated:,}"
    )
    click.echo(f"refused records: {len(found.refused):,}")
    for item in found.refused:
        place = f"{item.file} record {item.record}" if item.record else item.file
        click.echo(f"  {place}: {item.reason}")


def _names(option: str, text: str | None) -> list[str] | None:
    """The words of a list with commas; None when nothing was asked for."""
    if text is None:
        return None
    words = [word for part in text.split(",") if (word := part.strip())]
    if not words:
        raise click.BadParameter("it names nothing; leave it out to import all.", param_hint=option)
    return words
