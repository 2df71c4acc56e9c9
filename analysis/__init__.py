"""From an export to a report with honest intervals; reads files, never the application.

    import analysis

    study = analysis.load("mystudy")  # its newest export; or an export folder, or an answers.csv from anywhere
    study.results()

`load` is the door; what it gives back is documented there. Everything else is loaded when it is asked for.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.errors import ExportError
    from analysis.results import Contrast, Estimate, Verdict
    from analysis.row_set import RowSet
    from analysis.study import Study, StudyResults

# The matrices here are small, and OpenBLAS's threads wait for one another by spinning: the mixed model of 500
# participants took 8 s of processor time with two of them and 1 s with one. Read when numpy is first imported; who
# has set it, or has imported numpy before, keeps what they have.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__all__ = [
    "Contrast",
    "Estimate",
    "ExportError",
    "RowSet",
    "Study",
    "StudyResults",
    "Verdict",
    "load",
]

_HOMES = {
    "Contrast": "results",
    "Estimate": "results",
    "ExportError": "errors",
    "RowSet": "row_set",
    "Study": "study",
    "StudyResults": "study",
    "Verdict": "results",
}


def load(path: Path | str, wmv_panel_size: int | None = None) -> "Study":
    """Read a study's answers, from this tool or from anywhere, and check them.

    `path`: an export folder, a bare answers.csv, or a study folder, of which the newest export is read.
    `wmv_panel_size`: voters in a panel of the weighted majority vote; None takes the declared number, else 5.
    Raises ExportError, which names file, row and column. Columns and units: `analysis.columns`.
    """
    from analysis.study import Study

    return Study.read(path, wmv_panel_size)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"analysis.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'analysis' has no attribute {name!r}")
