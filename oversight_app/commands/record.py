"""The record itself: prove it, keep copies of it, put one back, take a person out of it, join several."""

import json
from pathlib import Path

import click

from oversight_app.commands.terminal import json_option, notice, study_argument


@click.command(short_help="Prove that nothing was altered or is missing.")
@study_argument
@click.option("--export", type=click.Path(path_type=Path), help="An export of the study, to be proven too.")
@click.option(
    "--against",
    metavar="WITNESS",
    multiple=True,
    help="A head that was written down, or a manifest or backup kept elsewhere; may be given several times.",
)
@json_option
def verify(study: Path, export: Path | None, against: tuple[str, ...], as_json: bool) -> None:
    """Prove that an export comes from its database, and the database from its frozen plan, unaltered and whole.

    Exit code 0 only when nothing was found; each finding names stream, seq and column, or file and line. Nothing is
    changed, and the study may be served meanwhile.

    \b
    Example: oversight verify mystudy --export mystudy/exports/20261128T171015Z
    """
    from oversight_app.verification import read_witness, verify_study

    witnesses = [read_witness(given) for given in against]
    notice(f"Reading {study} ...")
    found = verify_study(study, export=export, witnesses=witnesses)
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2, ensure_ascii=False))
    else:
        click.echo(found.describe())
        for finding in found.findings:
            click.echo(f"Found: {finding}", err=True)
        if found.is_sound:
            click.echo("Nothing was altered, and nothing is missing.")
    if not found.is_sound:
        raise click.exceptions.Exit(1)
