"""Deleting a person: everything that the record holds of them, at once, with a receipt that names nobody.

One transaction takes out their events and every row under their code, links and platform ids included, and notes in the
study's own stream what went. Then the file is written anew, so that no byte of it is left in free pages or in the log.
What lies outside the record cannot be reached from here: exports and backups that still hold the person are named.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from oversight_app.backups import holding
from oversight_app.clock import Clock, stamp
from oversight_app.errors import BadInput, StoreError
from oversight_app.store import Store
from oversight_app.study.events import STUDY_STREAM, ParticipantDeleted, iso
from oversight_app.study.plan import hash_of
from oversight_app.study_folder import StudyFolder


@dataclass(frozen=True, slots=True)
class Deletion:
    """What was deleted, and where the receipt of it is. `still_in` are copies and exports that hold the person.

    `is_wiped`: whether no byte of it is left in the file; else others held it, and `wipe` has to come again.
    """

    at: datetime
    n_events: int
    rows: Mapping[str, int]
    receipt: Path
    proof: str
    is_wiped: bool
    still_in: tuple[Path, ...]


def find_participant(store: Store, given: str) -> str:
    """The participant_id that a participant_id or a platform's id stands for; raises BadInput."""
    if given == STUDY_STREAM:
        raise BadInput("study is the study's own stream, not a participant; nothing was deleted.")
    known = store.people_of(given)
    if len(known) > 1:
        raise BadInput(
            f"{given} stands in the links of {len(known)} participants ({', '.join(sorted(known))}); nothing was "
            "deleted. Give the participant_id."
        )
    if not known:
        raise BadInput(
            f"There is nobody {given} on record, neither as participant_id nor as the id of a recruiting platform; "
            "nothing was deleted. `participants.csv` of an export lists the participant_ids."
        )
    return next(iter(known))


def withdrawn(store: Store) -> list[str]:
    """Who withdrew and does not let their data be used."""
    return [row["participant_id"] for row in store.rows("sittings") if row["keeps_data"] == 0]


def delete_participant(folder: StudyFolder, store: Store, participant_id: str, *, clock: Clock) -> Deletion:
    """Delete a participant; raises BadInput where there is nobody of that code.

    A receipt that could not be written does not bring them back: then the study's stream alone says that they went.
    """
    at = clock.now()
    with store.write() as record:
        event = record.delete_participant(participant_id, at)
    if event is None:
        raise BadInput(f"There is nobody {participant_id} on record; nothing was deleted.")
    is_wiped = wipe(store)
    proof = store.heads()[STUDY_STREAM]
    receipt = _write_receipt(folder.path, event, at, proof, is_wiped=is_wiped)
    return Deletion(
        at,
        event.n_events,
        event.rows,
        receipt,
        proof,
        is_wiped,
        tuple(still_holding(folder.path, participant_id)),
    )


def wipe(store: Store) -> bool:
    """Leave no byte of what was deleted in the record's file; False where others use it at the moment."""
    try:
        store.give_back_pages()
    except StoreError:
        return False
    return True


def still_holding(study: Path, participant_id: str) -> list[Path]:
    """Copies of the record and exports in the study's folder that hold somebody."""
    copies = [*study.glob("backups/*.db"), *study.glob("backups/*.unproven"), *study.glob("study.db.*-*Z*")]
    found: list[Path] = []
    for copy in sorted(path for path in copies if not path.name.endswith(("-wal", "-shm"))):
        try:
            found += holding([copy], participant_id)
        except StoreError:
            found.append(copy)  # what cannot be read may hold anybody
    return [*found, *(path for path in sorted(study.glob("exports/*")) if _names(path, participant_id))]


def _names(export: Path, participant_id: str) -> bool:
    table = export / "events.csv"
    if not table.is_file():
        return False
    with table.open(encoding="utf-8", newline="") as file:
        return any(row and row[0] == participant_id for row in csv.reader(file))


def _write_receipt(
    study: Path, event: ParticipantDeleted, at: datetime, proof: str, *, is_wiped: bool
) -> Path:
    folder = study / "deletions"
    path, n = folder / f"{stamp(at)}.json", 1
    while path.exists():
        n += 1
        path = folder / f"{stamp(at)}-{n}.json"
    receipt = {
        "what": "Everything that this study had recorded of one participant was deleted.",
        "deleted_at": iso(at),
        "rows": event.rows,
        "bytes_overwritten": is_wiped,
        "noted_in_the_record_as": proof,
    }
    text = json.dumps(receipt | {"sha256": hash_of(receipt)}, indent=2) + "\n"
    try:
        folder.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"They were deleted, but the receipt {path} could not be written: {error.strerror}. This is what it says: "
            f"{json.dumps(receipt)}"
        ) from None
    return path


def described(deletions: Sequence[Deletion]) -> str:
    """What was deleted, for the person who asked for it."""
    lines = []
    for done in deletions:
        rows = ", ".join(f"{table} {n:,}" for table, n in done.rows.items())
        lines += [f"Deleted: {rows}.", f"The receipt, which names nobody, is {done.receipt}."]
    return "\n".join(lines)
