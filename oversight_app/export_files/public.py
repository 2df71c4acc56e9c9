"""The rows of an export as they may be read by anybody.

Ids become keyed hashes whose key is drawn for this export and forgotten with the process: nobody, the lab included, can
compute them again, and two public exports of one study share no id. Rows stand in the order of these hashes and times
count from each person's own beginning, since order of arrival and time of day are known to the recruiting platform.
What people wrote is left out or scrubbed, and texts of questions travel where their licence lets them.

What stays is what the estimates need: answers, times taken, counts. Those are the same in every export of the study, so
whoever has another one can match rows by them; the README in the folder says so.
"""

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from analysis.columns import COLUMNS, ParticipantKind, Table, Type
from oversight_app.study.events import iso
from oversight_app.study.licences import may_pass_on_passage, may_pass_on_question
from oversight_app.study.scrubbing import Scrubber

Row = Mapping[str, Any]

LEFT_OUT = (Table.EVENTS, Table.OBSERVATIONS)
"""Tables that hold everything once more in full, or what people did second by second."""
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""The moment at which everybody begins in a public export."""
TABLES = tuple(table for table in Table if table not in LEFT_OUT)

_IDS = {"participant_id": "p", "trial_id": "t", "message_id": "m", "call_id": "c"}
"""Columns of ids, each with the letter its hashes begin with: one of digits and an e alone reads as a number."""
_EMPTIED: Mapping[Table, tuple[str, ...]] = {
    Table.PARTICIPANTS: ("platform_status",),
    Table.MESSAGES: ("prompt_hash", "error"),
    Table.MODEL_CALLS: ("prompt_hash", "error", "request_id", "batch_id"),
}
"""What a platform, a model service or a reader could know a call by, and words of errors, which may name machines."""
_TEXTS = {Table.ANSWERS: "reason", Table.MESSAGES: "text", Table.MODEL_CALLS: "text", Table.SURVEY: "answer"}
_QUESTION_TEXTS = ("text", "option_a", "option_b", "option_c", "option_d")


@dataclass(frozen=True, slots=True)
class Public:
    """What the researcher asks of a public export: scrubbed words of people, and banks whose texts may be passed on."""

    with_text: bool = False
    banks: tuple[str, ...] = ()


class Publisher:
    """Turns rows into such as may leave, table by table; participants, plan and questions have to be known before."""

    def __init__(
        self,
        wish: Public,
        *,
        people: Iterable[Row],
        trials: Iterable[Row],
        questions: Sequence[Row],
        ids: Collection[str],
        free_items: Collection[str],
    ) -> None:
        """`ids` are those of platforms and links, `free_items` the items of the questionnaire that ask for words."""
        self._wish, self._free_items = wish, free_items
        self._key = secrets.token_bytes(32)
        self._starts: dict[str, datetime] = {}
        self._models: set[str] = set()
        for row in people:
            if start := row["started_at"] or row["assigned_at"]:
                self._starts[row["participant_id"]] = datetime.fromisoformat(start)
            if row["participant_kind"] == ParticipantKind.MODEL:
                self._models.add(row["participant_id"])
        self._scrubber = Scrubber([*ids, *self._starts])
        self._open = {
            row["question_id"]: (
                may_pass_on_question(row["bank"], wish.banks),
                not row["passage_text"]
                or may_pass_on_passage(row["passage_license"], row["bank"], wish.banks),
            )
            for row in questions
        }
        self._trials = {row["trial_id"]: (row["participant_id"], row["question_id"]) for row in trials}
        self.n_left_out: Counter[str] = Counter()
        """Cells of words that stay in the study, by table and column."""
        self._times = {
            table: tuple(column.name for column in COLUMNS[table] if column.type is Type.TIME)
            for table in Table
        }

    def rows(self, table: Table, rows: Iterable[Row]) -> Iterator[Row]:
        """A table's rows as anybody may read them."""
        if table is Table.QUESTIONS:
            yield from (self._question(row) for row in rows)
            return
        told = [self._row(table, row) for row in rows]
        # Within one person the order stays: it is the order of the sitting.
        told.sort(key=lambda row: str(row.get("participant_id") or ""))
        yield from told

    @property
    def n_questions(self) -> tuple[int, int, int]:
        """Questions in all, those without their text, and those without their passage."""
        known = self._open.values()
        return len(known), sum(not text for text, _ in known), sum(not passage for _, passage in known)

    def _row(self, table: Table, row: Row) -> dict[str, Any]:
        participant_id, question_id = self._trials.get(row.get("trial_id") or "", (None, None))
        who = row.get("participant_id") or participant_id
        start = self._starts.get(who or "")
        made = dict(row)
        if column := _TEXTS.get(table):
            made[column] = self._text(table, column, row, who, question_id)
        for column in self._times[table]:
            if value := row.get(column):
                made[column] = (
                    iso(BEGINNING + (datetime.fromisoformat(value) - start)) if start is not None else None
                )
        for column, letter in _IDS.items():
            if value := row.get(column):
                made[column] = self._hashed(letter, value)
        if visible := row.get("visible"):
            made["visible"] = " ".join(self._hashed("m", value) for value in visible.split())
        for column in _EMPTIED.get(table, ()):
            made[column] = None
        return made

    def _hashed(self, letter: str, value: str) -> str:
        digest = hmac.new(self._key, f"{letter}/{value}".encode(), hashlib.sha256).hexdigest()
        return letter + digest[:16]

    def _text(self, table: Table, column: str, row: Row, who: str | None, question_id: str | None) -> Any:
        """What may be read of a cell of words."""
        value = row.get(column)
        if value is None or (table is Table.SURVEY and row["item"] not in self._free_items):
            return value
        # Words about a text that stays at home may quote it.
        is_open = question_id is None or all(self._open.get(question_id, (False, False)))
        if is_open and who in self._models:
            return value
        if is_open and self._wish.with_text:
            return self._scrubber.clean(str(value))
        self.n_left_out[f"{table.value}.{column}"] += 1
        return None

    def _question(self, row: Row) -> dict[str, Any]:
        text, passage = self._open[row["question_id"]]
        made = dict(row)
        if not text:
            made |= dict.fromkeys(_QUESTION_TEXTS)
        if not passage or not text:
            made["passage_text"] = None
        return made
