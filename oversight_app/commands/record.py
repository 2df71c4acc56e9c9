"""The record itself: prove it, keep copies of it, put one back, take a person out of it, join several."""

import json
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import click

from oversight_app.commands.terminal import json_option, notice, study_argument, warn
from oversight_app.study.events import STUDY_STREAM


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


@click.command(short_help="Copy the record, also while it is served.")
@study_argument
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="File or folder for the backup, best on another disk.  [default: STUDY/backups/...]",
)
@click.option(
    "--every",
    type=click.IntRange(1),
    metavar="MINUTES",
    help="Only where the latest automatic one is older and something has happened since; the oldest go.",
)
@click.option(
    "--keep", type=click.IntRange(1), default=48, show_default=True, help="With --every: so many are kept."
)
def backup(study: Path, to: Path | None, every: int | None, keep: int) -> None:
    """Copy the record of a study whole, prove the copy, and write beside it what it is of; also under load.

    \b
    Example: oversight backup mystudy --to /media/other-disk
    """
    from oversight_app.backups import make_backup, make_backup_if_due
    from oversight_app.clock import SystemClock
    from oversight_app.store.audit import audit

    now = SystemClock().now()
    if every is not None:
        if to is not None:
            raise click.UsageError("--every is about the study's own folder; leave out --to.")
        with suppress(OSError):
            os.nice(_GENTLE)  # participants come first
        made = make_backup_if_due(study, at=now, every=timedelta(minutes=every), keep=keep)
        if made is None:
            click.echo("No backup is due.")
            return
    else:
        made = make_backup(study, to, at=now)
    with audit(made.path) as copy:
        head = copy.heads().get(STUDY_STREAM, "")
    click.echo(f"Wrote {made.path}, {made.n_events:,} events, proven; {made.beside.name} belongs to it.")
    if head:
        click.echo(f"Head of the record: {head}")


@click.command(short_help="Put a backup in the record's place.")
@study_argument
@click.argument("backup", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(study: Path, backup: Path, yes: bool) -> None:
    """Put a backup in the place of a study's record, which is kept beside it; everybody goes on from there.

    The backup is proven before and after. Who was deleted since it was made is deleted from it again.

    \b
    Example: oversight restore mystudy mystudy/backups/20261128T171015Z.db
    """
    from oversight_app.backups import prepare_restore
    from oversight_app.clock import SystemClock
    from oversight_app.errors import StudyStateError

    now = SystemClock().now()
    restoring = prepare_restore(study, backup, now=now)
    click.echo(restoring.describe())
    if not yes and not _agrees("Replace the record?"):
        raise StudyStateError("Nothing was changed. Say yes, or give --yes, to replace the record.")
    done = restoring.go(now)
    if done.replaced is not None:
        click.echo(f"The record that was there is {done.replaced}.")
    if done.n_deleted_again:
        click.echo(f"Deleted again, as they were deleted after the backup: {done.n_deleted_again:,} people.")
    for finding in done.verification.findings:
        click.echo(f"Found: {finding}", err=True)
    if not done.verification.is_sound:
        raise click.exceptions.Exit(1)
    click.echo(f"{study} stands as it stood then. Serve it again, and everybody goes on.")


_GENTLE = 10
"""How far a backup on a schedule steps back behind the server."""


def _agrees(question: str) -> bool:
    """Ask; nobody there to ask does not agree."""
    try:
        return click.confirm(question, default=False)
    except click.Abort:
        return False


@click.command(short_help="Delete everything of one participant.")
@study_argument
@click.argument("participant", required=False)
@click.option(
    "--withdrawn", is_flag=True, help="Everybody who withdrew and does not let their data be used, instead."
)
@click.option(
    "--wipe", is_flag=True, help="Delete nobody; only write the file anew, without old bytes in it."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(study: Path, participant: str | None, withdrawn: bool, wipe: bool, yes: bool) -> None:
    """Delete everything that a study holds of a participant, named by participant_id, link or platform id.

    It cannot be undone. A receipt that names nobody is kept, and exports and backups that still hold the person are
    named. Their place is free again, and the study may be served meanwhile.

    \b
    Example: oversight delete mystudy k3m9x2pa
    """
    from oversight_app import deleting
    from oversight_app.clock import SystemClock
    from oversight_app.errors import StudyStateError
    from oversight_app.study_folder import StudyFolder

    if (participant is not None) + withdrawn + wipe != 1:
        raise click.UsageError("Name one participant, or give --withdrawn, or --wipe.")
    folder = StudyFolder.open(study)
    with folder.open_store() as store:
        if wipe:
            if not deleting.wipe(store):
                raise StudyStateError("Others use the record at the moment; stop the server, and try again.")
            click.echo("The record's file was written anew; nothing that was deleted is left in it.")
            return
        who = (
            deleting.withdrawn(store)
            if participant is None
            else [deleting.find_participant(store, participant)]
        )
        if not who:
            click.echo("Nobody who withdrew has kept their data back; nothing was deleted.")
            return
        question = f"Delete {', '.join(who)} and everything recorded of them, for good?"
        if not yes and not _agrees(question):
            raise StudyStateError("Nothing was deleted. Say yes, or give --yes.")
        done = [deleting.delete_participant(folder, store, each, clock=SystemClock()) for each in who]
    click.echo(deleting.described(done))
    still = sorted({path for each in done for path in each.still_in})
    for path in still:
        warn(f"{path} still holds them; delete it, or keep it as your ethics board allows.")
    if not done[-1].is_wiped:
        raise StudyStateError(
            "They are deleted, but a running server kept the file from being written anew, so old bytes may be left in "
            "it. Stop the server and run `oversight delete STUDY --wipe`."
        )


@click.command(short_help="Join the records of several sites into one export.")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.argument("studies", metavar="[SITE=]STUDY...", nargs=-1, required=True)
def merge(out: Path, studies: tuple[str, ...]) -> None:
    """Join several records of the same plan, as labs at several sites have them, into one export.

    Every site works on its own copy of the planned study folder. Tables get a column `site`, the folder's name unless
    you say another. Nothing is changed in the records.

    \b
    Example: oversight merge joined-export leeds=studies/leeds kyoto=studies/kyoto
    """
    from oversight_app.clock import SystemClock
    from oversight_app.merging import merge_studies, sites_of

    made = merge_studies(out, sites_of(studies), at=SystemClock().now())
    counts = ", ".join(f"{site} {n:,}" for site, n in made.n_answers.items())
    click.echo(f"Wrote {sum(made.n_answers.values()):,} answers to {made.folder} ({counts}).")


@click.command(short_help="Bring a record of an earlier release up to date.")
@study_argument
def upgrade(study: Path) -> None:
    """Bring the record to this release's schema, after a backup of it; events are never touched.

    \b
    Example: oversight upgrade mystudy
    """
    from oversight_app.clock import SystemClock
    from oversight_app.study_folder import StudyFolder
    from oversight_app.upgrading import upgrade_study

    done = upgrade_study(StudyFolder.open(study), at=SystemClock().now())
    click.echo(done.describe())
