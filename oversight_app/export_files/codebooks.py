"""What lies beside the tables of an export, and the two codebooks that describe all of it."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.columns import WIDE, Table, codebook, datapackage
from oversight_app.export_files.wide import Wide
from oversight_app.study.plan import Plan


@dataclass(frozen=True, slots=True)
class Beside:
    """What is written beside the tables when asked for; `excel`: with the mark by which Excel knows UTF-8."""

    wide: bool = False
    parquet: bool = False
    excel: bool = False


def write_codebooks(
    folder: Path,
    plan: Plan,
    tables: Sequence[Table],
    wide: Wide | None,
    beside: Beside,
    note: str,
    *,
    is_joined: bool = False,
) -> None:
    """Write datapackage.json and codebook.md of these tables into the folder."""
    name = re.sub(r"[^a-z0-9._-]+", "-", plan.study_id.lower()).strip("-._") or "export"
    files, wide_file = [(table.value, f"{table.value}.csv") for table in tables], f"{WIDE}.csv"
    package = datapackage(
        files,
        name=name,
        title=plan.design.title,
        description=note,
        wide=(wide_file, wide.columns) if wide else None,
        has_bom=beside.excel,
        is_joined=is_joined,
    )
    (folder / "datapackage.json").write_text(
        json.dumps(package, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    parquet = "Each table lies there as Parquet too, typed, without apostrophes." if beside.parquet else ""
    book = codebook(
        files,
        title=plan.design.title,
        wide=wide_file if wide else "",
        note="\n\n".join(part for part in (note, parquet) if part),
    )
    (folder / "codebook.md").write_text(book, encoding="utf-8")
