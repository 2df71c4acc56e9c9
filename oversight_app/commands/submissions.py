"""What a recruiting platform says has become of people."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oversight_app.commands.terminal import study_argument, warn

if TYPE_CHECKING:
    from oversight_app.study.submissions import Person
    from oversight_app.submissions import Noted, WrongCode


@click.command(short_help="Read back from Prolific who returned, timed out or was rejected.")
@study_argument
@click.argument("export", metavar="EXPORT.csv", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def statuses(study: Path, export: Path, dry_run: bool) -> None:
    """Note what Prolific's export of submissions says of each person, and give places back.

    Who returned, timed out or was rejected there holds no place here; what they answered stays. The same file twice
    changes nothing. Files of MTurk and Connect are not supported.

    \b
    Example: oversight statuses mystudy prolific_export.csv --dry-run
    """
    from oversight_app.clock import SystemClock
    from oversight_app.study.submissions import read_submissions
    from oversight_app.study_folder import StudyFolder
    from oversight_app.submissions import note_statuses

    folder = StudyFolder.open(study)
    submissions = read_submissions(_text(export), str(export))
    with folder.open_store() as store:
        noted = note_statuses(store, submissions, clock=SystemClock(), is_dry_run=dry_run)
    _tell(noted)
    if dry_run:
        click.echo("A dry run: nothing was recorded.")


def _text(path: Path) -> str:
    from oversight_app.errors import BadInput

    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{path}, byte {error.start + 1}: this is no UTF-8 text. Upload the file as Prolific gave it to you, and "
            "save no spreadsheet over it. Nothing was changed."
        ) from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}. Nothing was changed.") from None


def _tell(noted: "Noted") -> None:
    for change in noted.changes:
        place = ""
        if change.held_place != change.holds_place:
            place = "  (place given back)" if change.held_place else "  (holds a place again)"
        before = f"{change.before} -> " if change.before else ""
        click.echo(f"{_name(change.person)}  {before}{change.after}{place}")
    n_back = sum(change.held_place and not change.holds_place for change in noted.changes)
    n_again = sum(change.holds_place and not change.held_place for change in noted.changes)
    again = f", {n_again:,} taken again" if n_again else ""
    click.echo(
        f"{noted.n_submissions:,} submissions: {len(noted.changes):,} changed, {noted.n_same:,} as before; "
        f"{n_back:,} place{'' if n_back == 1 else 's'} given back{again}."
    )
    for person, status in noted.completed:
        warn(
            f"{_name(person)} is {status} at Prolific and has completed here; the answers stay. Look at it there."
        )
    for wrong in noted.wrong_codes:
        warn(f"{_name(wrong.person)} {_about(wrong)}")
    _warn_of(
        noted.others,
        "another submission at Prolific than the one they came here with last; nothing was noted of them",
    )
    if noted.unknown:
        names = ", ".join(f"{item.person} ({item.status})" for item in noted.unknown)
        warn(f"in the file, but never began here: {names}")
    if noted.n_absent:
        warn(f"{noted.n_absent:,} who came from Prolific are not in this file; what is known of them stays.")


def _about(wrong: "WrongCode") -> str:
    where = f"ended here as {wrong.outcome}" if wrong.outcome else "is under way here"
    if wrong.outcome == "left":
        where = "has left here before the end"
    whose = f"the code of {wrong.meant}" if wrong.meant else "a code that is not of this study"
    return f"entered {wrong.code[:60]!r}, {whose}, and {where}."


def _warn_of(people: "Iterable[Person]", what: str) -> None:
    if names := ", ".join(_name(person) for person in people):
        warn(f"{what}: {names}")


def _name(person: "Person") -> str:
    return f"{person.participant_id} (Prolific {person.prolific_id})"
