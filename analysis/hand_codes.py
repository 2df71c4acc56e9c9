"""A filled sheet of hand codes (`analysis.coding_sample` writes the empty one), checked cell by cell."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from analysis.cells import FIRST_ROW, read_cells
from analysis.columns import unguarded
from analysis.errors import ExportError
from analysis.strategies import RULE, STRATEGIES

TRIAL, RULE_COLUMN = "trial_id", "rule"
_CODES: Mapping[str, bool | None] = {"1": True, "0": False, "": None}


@dataclass(frozen=True, slots=True)
class HandCodes:
    """What one coder saw: per trial and strategy yes, no, or None where the cell was left empty."""

    name: str
    codes: Mapping[str, Mapping[str, bool | None]]


def read_hand_codes(path: Path, trials: Set[str]) -> HandCodes:
    """Read one coder's sheet; `trials` are those that the export could give out.

    Raises ExportError, which names file, row (the header is row 1) and column, for a sheet that cannot be used.
    """
    if not path.is_file():
        raise ExportError(f"{path} is not a file. Give the filled coding_sample.csv of one coder.")
    cells = read_cells(path)
    if missing := [name for name in (TRIAL, *STRATEGIES) if name not in cells]:
        raise ExportError(
            f"{path.name} has no column {', '.join(missing)}. Fill the sheet that --coding-sample wrote "
            "and keep its header."
        )
    rows: dict[str, int] = {}
    codes: dict[str, dict[str, bool | None]] = {}
    for row, trial in enumerate(map(str.strip, cells[TRIAL]), FIRST_ROW):
        own = {name: cells[name][row - FIRST_ROW].strip() for name in STRATEGIES}
        if not trial and not any(own.values()):
            continue  # spreadsheets leave empty lines at the end
        trial = trial if trial in trials else unguarded(trial)
        if trial not in trials:
            raise ExportError(
                f"{path.name}, row {row}, column {TRIAL}: found {trial!r}, which is no assisted trial with messages in "
                "this export. Give the export that the sample was drawn from."
            )
        if trial in rows:
            raise ExportError(
                f"{path.name}, row {row}, column {TRIAL}: {trial!r} stands in row {rows[trial]} already. "
                "Keep one of them."
            )
        rows[trial] = row
        for name, value in own.items():
            if value not in _CODES:
                raise ExportError(
                    f"{path.name}, row {row}, column {name}: found {value!r}, allowed is 1 (yes), 0 (no) or nothing."
                )
        found = cells[RULE_COLUMN][row - FIRST_ROW].strip() if RULE_COLUMN in cells else RULE
        if found != RULE:
            raise ExportError(
                f"{path.name}, row {row}, column {RULE_COLUMN}: found {found!r}, and this version codes by "
                f"rule {RULE}. Draw the sample again and have it coded by that rule."
            )
        codes[trial] = {name: _CODES[value] for name, value in own.items()}
    if not any(value is not None for own_codes in codes.values() for value in own_codes.values()):
        raise ExportError(
            f"{path.name} has no code yet. Write 1 (yes) or 0 (no) under {', '.join(STRATEGIES)}."
        )
    return HandCodes(path.name, codes)
