"""Paying people: the bonus files of the platforms."""

from pathlib import Path

import click

from oversight_app.commands.terminal import fresh, study_argument, warn


@click.command(short_help="Write who is to be paid which bonus, never twice.")
@study_argument
@click.option(
    "--platform",
    type=click.Choice(["prolific", "mturk", "connect", "generic"]),
    default="prolific",
    show_default=True,
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="The new file; by default in the study's folder."
)
@click.option("--dry-run", is_flag=True, help="Print the table and change nothing.")
@click.option("--again", metavar="FILE", help="Write an earlier file again, byte for byte, and list nobody.")
def bonus(study: Path, platform: str, out: Path | None, dry_run: bool, again: str | None) -> None:
    """List each finished person's bonus by the frozen plan's rule, and write the file to upload.

    Who was in a file is in no later one.

    \b
    Example: oversight bonus mystudy --platform prolific
    """
    import hashlib

    from oversight_app import bonuses
    from oversight_app.clock import SystemClock
    from oversight_app.errors import BadInput
    from oversight_app.study.bonus import UploadFormat
    from oversight_app.study_folder import StudyFolder

    with StudyFolder.open(study).open_store() as store:
        if again is not None:
            name = Path(again).name
            text = bonuses.text_of(store, name)
            if not text:
                raise BadInput(
                    f"No bonus file {name} is on record. Name one that `oversight bonus` wrote; nothing was changed."
                )
            target = out or Path(again)
            if target.exists() and target.read_bytes() != text.encode():
                raise BadInput(f"{target} exists with another content. Name a new file with --out.")
            _write(target, text)
            click.echo(f"Wrote {target} again. sha256 {hashlib.sha256(text.encode()).hexdigest()}")
            return
        target = out or fresh(study, f"bonus-{platform}-{SystemClock().now():%Y%m%dT%H%M%S%fZ}.csv")
        if target.exists():
            raise BadInput(f"{target} exists; nothing was changed. Name a new file with --out.")
        if not target.parent.is_dir():
            raise BadInput(f"There is no folder {target.parent} for {target.name}; nothing was changed.")
        with store.write() as record:
            if target.name in record.bonuses.listed().values():
                raise BadInput(
                    f"A bonus file {target.name} is on record already; nothing was changed. "
                    "Name another with --out, or write that one with --again."
                )
        listing = bonuses.list_bonuses(
            store, UploadFormat(platform), file=target.name, clock=SystemClock(), is_dry_run=dry_run
        )
    for person in listing.people:
        capped = ", capped" if person.is_capped else ""
        counted = f"{len(person.parts)} questions, {person.n_correct} right{capped}"
        click.echo(f"{person.participant_id}  {person.total:>9.2f} {listing.currency}  ({counted})")
    click.echo(
        f"{listing.listed_before:,} were listed in earlier files; {listing.n_nothing:,} have earned nothing."
    )
    if listing.without_id:
        names = ", ".join(person.participant_id for person in listing.without_id)
        warn(f"not listed, because the ids that {platform} needs are missing: {names}")
    if not listing.people:
        click.echo("There is nobody to list; no file was written.")
        return
    if dry_run:
        click.echo("A dry run: nothing was written or recorded.")
    else:
        _write(target, listing.text)
        click.echo(f"Wrote {target}. sha256 {listing.sha256}")
    click.echo(f"{len(listing.people):,} people, total {listing.total:.2f} {listing.currency}")


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
