"""People who withdrew and do not let their data be used: of their rows only that they came and went may leave."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from analysis.columns import Table

Row = Mapping[str, Any]


class Withheld:
    """Who withdrew and does not let their data be used, and how many rows of theirs stay in the study for it."""

    def __init__(self, people: frozenset[str]) -> None:
        self.people = people
        self.n_rows: Counter[str] = Counter()

    @classmethod
    def of(cls, people: Iterable[Row]) -> Self:
        """Of the rows of everybody's participants table."""
        return cls(frozenset(row["participant_id"] for row in people if row["keeps_data"] == 0))

    def without(self, table: Table, rows: Iterable[Row]) -> Iterator[Row]:
        """A table's rows as they may leave the study."""
        for row in rows:
            if row.get("participant_id", row.get("stream")) not in self.people:
                yield row
            elif table is Table.PARTICIPANTS:
                yield {name: value for name, value in row.items() if name not in _MEASURED}
            else:
                self.n_rows[table.value] += 1


_MEASURED = ("comprehension_attempts", "n_attention_failed", "external_help_reported")
"""What participants.csv says of a person's doings; the other columns say when they came, and how far."""
