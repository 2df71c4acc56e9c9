"""The wide table, gathered from the rows of the long ones while those are written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from analysis.columns import PER_ITEM, Column, ParticipantKind, Table, item, survey, wide_columns

Row = Mapping[str, Any]


class Wide:
    """One row per person; models that answer alone have none, since they answer in no order and several times."""

    def __init__(self) -> None:
        self._people: dict[str, dict[str, Any]] = {}
        self._cells: dict[str, dict[str, Any]] = defaultdict(dict)
        self._n_items = 0
        self._survey: dict[str, None] = {}

    def watching(self, table: Table, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, noted on the way."""
        match table:
            case Table.PARTICIPANTS:
                note = self._note_person
            case Table.ANSWERS:
                note = self._note_answer
            case Table.SURVEY:
                note = self._note_survey
            case _:
                yield from rows
                return
        for row in rows:
            note(row)
            yield row

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that these rows need."""
        return wide_columns(self._n_items, self._survey)

    def rows(self) -> Iterator[Row]:
        """Everybody who stands in participants.csv, in the same order."""
        for participant_id, row in self._people.items():
            yield row | self._cells[participant_id]

    def _note_person(self, row: Row) -> None:
        if row["participant_kind"] != ParticipantKind.MODEL:
            self._people[row["participant_id"]] = dict(row)

    def _note_answer(self, row: Row) -> None:
        position = row["position"]
        if position is None or row["participant_kind"] == ParticipantKind.MODEL:
            return
        if row["is_practice"] or row["is_attention_check"]:
            return
        self._n_items = max(self._n_items, position)
        cells = self._cells[row["participant_id"]]
        for field in PER_ITEM:
            cells[item(position, field)] = row[field]

    def _note_survey(self, row: Row) -> None:
        self._survey.setdefault(row["item"])
        self._cells[row["participant_id"]][survey(row["item"])] = row["answer"]
