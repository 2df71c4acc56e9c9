"""Rows of results to look through: filter them, take the one, or make a table of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from analysis.results import Contrast, Estimate, contract_order, in_contract_order

if TYPE_CHECKING:
    import pandas as pd

Row = TypeVar("Row", Estimate, Contrast)
SHOWN = 20
"""Rows that are printed; `to_frame` has all."""


@dataclass(frozen=True, repr=False)
class RowSet(Sequence[Row], Generic[Row]):
    """Estimates, or contrasts, in the order of results.json; a sequence of typed rows.

    Numbers are fractions (0.71 is 71%), differences of fractions, seconds, or what the row's `metric` and `note` say;
    nothing is rounded. What each field means: `analysis.Estimate` and `analysis.Contrast`.
    """

    kind: type[Row]
    rows: tuple[Row, ...]

    def where(self, **wanted: Any) -> "RowSet[Row]":
        """The rows whose fields have these values: `where(metric="accuracy", task="mmlu", subgroup=None)`.

        A field may be given several values as a list, tuple or set; `rows="all"` leaves out the accounts after
        exclusions, and `subgroup=None` everything that is about a part of the answers. Raises TypeError for a field
        that there is not.
        """
        known = contract_order(self.kind)
        if stray := sorted(set(wanted) - set(known)):
            raise TypeError(f"no field is named {', '.join(stray)}; there are {', '.join(known)}")
        choices = {
            name: tuple(value) if isinstance(value, list | tuple | set) else (value,)
            for name, value in wanted.items()
        }
        chosen = (
            row for row in self.rows if all(getattr(row, name) in values for name, values in choices.items())
        )
        return RowSet(self.kind, tuple(chosen))

    def one(self) -> Row:
        """The only row. Raises LookupError where there is none, or more than one, and says in what they differ."""
        if len(self.rows) == 1:
            return self.rows[0]
        if not self.rows:
            raise LookupError("no row is like that; look at the whole set with to_frame()")
        differs = {
            name: list(values)
            for name in (
                "task",
                *_names(self.kind),
                "metric",
                "rows",
                "subgroup",
                "protocol",
                "method",
                "model",
            )
            if len(values := dict.fromkeys(getattr(row, name) for row in self.rows)) > 1
        }
        said = "; ".join(f"{name}: {', '.join(map(repr, values))}" for name, values in differs.items())
        raise LookupError(f"{len(self.rows)} rows are like that; they differ in {said}")

    def to_frame(self) -> "pd.DataFrame":
        """A pandas table, one line per row and one column per field, in the order of the contract."""
        import pandas as pd

        columns = list(contract_order(self.kind))
        return pd.DataFrame([in_contract_order(row) for row in self.rows], columns=columns)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> "RowSet[Row]": ...
    def __getitem__(self, place: int | slice) -> "Row | RowSet[Row]":
        if isinstance(place, slice):
            return RowSet(self.kind, self.rows[place])
        return self.rows[place]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        title = f"{len(self.rows):,} {self.kind.__name__.lower()}{'' if len(self.rows) == 1 else 's'}"
        if not self.rows:
            return title
        header = ("task", *_names(self.kind), "metric", "subgroup", "rows", "estimate", "interval", "n")
        lines = [header, *(_line(row, self.kind) for row in self.rows[:SHOWN])]
        kept = [
            place
            for place, name in enumerate(header)
            if name not in ("subgroup", "rows") or len({line[place] for line in lines[1:]} - {"", "all"})
        ]
        widths = {place: max(len(line[place]) for line in lines) for place in kept}
        table: list[str] = [
            "  ".join(line[place].ljust(widths[place]) for place in kept).rstrip() for line in lines
        ]
        more = len(self.rows) - SHOWN
        tail: list[str] = [f"... and {more:,} more; to_frame() has them all"] if more > 0 else []
        return "\n".join([title, *table, *tail])


def _names(kind: type[Any]) -> tuple[str, ...]:
    return ("contrast",) if kind is Contrast else ("condition",)


def _line(row: Estimate | Contrast, kind: type[Any]) -> tuple[str, ...]:
    what = tuple(str(getattr(row, name)) for name in _names(kind))
    value = "none" if row.estimate is None else f"{row.estimate:.4g}"
    is_open = row.ci_low is None or row.ci_high is None
    span = "" if is_open else f"{row.ci_low:.4g} to {row.ci_high:.4g}"
    return (row.task, *what, row.metric, row.subgroup or "", row.rows, value, span, f"{row.n_answers:,}")
