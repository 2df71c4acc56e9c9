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
@click.option(
    "--currency",
    default="",
    metavar="CODE",
    help="Of the file; by default the plan's. What was promised in another needs a file of its own.",
)
@click.option("--dry-run", is_flag=True, help="Print the table and change nothing.")
@click.option("--again", metavar="FILE", help="Write an earlier file again, byte for byte, and list nobody.")
def bonus(
    study: Path, platform: str, out: Path | None, currency: str, dry_run: bool, again: str | None
) -> None:
    """List each finished person's bonus by the frozen plan's rule and what the console promised; write the upload.

    What was in a file is in no later one.

    \b
    Example: oversight bonus mystudy --platform prolific
    """
    import hashlib

    from oversight_app import bonuses
    from oversight_app.clock import SystemClock
    from oversight_app.errors import BadInput
    from oversight_app.study.bonus import UploadFormat
    from oversight_app.study.paying import money
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
            _must_be_free(target, text)
            _write(target, text)
            click.echo(f"Wrote {target} again. sha256 {hashlib.sha256(text.encode()).hexdigest()}")
            return
        target = out or fresh(study, f"bonus-{platform}-{SystemClock().now():%Y%m%dT%H%M%S%fZ}.csv")
        if not target.parent.is_dir():
            raise BadInput(f"There is no folder {target.parent} for {target.name}; nothing was changed.")
        listing = bonuses.list_bonuses(
            store,
            UploadFormat(platform),
            file=target.name,
            clock=SystemClock(),
            currency=currency,
            is_dry_run=dry_run,
            may_write=lambda text: _must_be_free(target, text),
        )
    for person in listing.people:
        why = []
        if earned := person.bonus:
            capped = ", capped" if earned.is_capped else ""
            why.append(f"{len(earned.parts)} questions, {earned.n_correct} right{capped}")
        if person.promises:
            why.append(f"promised {money(person.promised, listing.currency)}")
        total = f"{money(person.total, listing.currency):>9} {listing.currency}"
        click.echo(f"{person.participant_id}  {total}  ({'; '.join(why)})")
    click.echo(
        f"{listing.listed_before:,} were listed in earlier files; {listing.n_nothing:,} have earned nothing."
    )
    if listing.without_id:
        names = ", ".join(person.participant_id for person in listing.without_id)
        warn(f"not listed, because the ids that {platform} needs are missing: {names}")
    for other, people in listing.in_other_currency.items():
        warn(
            f"not listed, because it was promised in {other}: {', '.join(people)}. "
            f"Write a file of its own with --currency {other}"
        )
    if listing.n_under_way:
        click.echo(
            f"{listing.n_under_way:,} with a promise are under way, and are listed when they have ended."
        )
    if not listing.people:
        click.echo("There is nobody to list; no file was written.")
        return
    if dry_run:
        click.echo("A dry run: nothing was written or recorded.")
    else:
        _write(target, listing.text)
        click.echo(f"Wrote {target}. sha256 {listing.sha256}")
    click.echo(
        f"{len(listing.people):,} people, total {money(listing.total, listing.currency)} {listing.currency}"
    )


def _must_be_free(path: Path, text: str) -> None:
    """Raise BadInput where something else is there already: a file that was uploaded is a record, too."""
    from oversight_app.errors import BadInput

    if path.exists() and not (path.is_file() and path.read_bytes() == text.encode()):
        raise BadInput(
            f"{path} exists with another content; nothing was changed. Name a new file with --out."
        )


def _write(path: Path, text: str) -> None:
    from oversight_app.errors import BadInput

    try:
        with path.open("xb") as file:
            file.write(text.encode())
    except FileExistsError:
        # The same bytes need no second writing; anything else came there this very moment, and is not ours to replace.
        _must_be_free(path, text)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written: {error.strerror}. The list is on record as {path.name}: "
            f"write it elsewhere with --again {path.name} --out NEW_FILE."
        ) from None
