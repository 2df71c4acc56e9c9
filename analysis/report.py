"""Writing what was found: results.json, tables, figures and one page that opens anywhere, offline.

The same export always gives the same files: no clock, no chance, no network.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.agreement import agreement_lines
from analysis.belief_figure import belief_chart
from analysis.coding_sample import draw
from analysis.columns import guarded
from analysis.diagram import reliability_chart
from analysis.export import Export, load
from analysis.figure import NARROW, WIDE, Line, accuracy_chart, as_svg, save
from analysis.findings import analyse
from analysis.hand_codes import read_hand_codes
from analysis.page import Page
from analysis.results import Results, in_contract_order, write_json
from analysis.words import plural

DIAGRAM_TITLE = "How often answers of each confidence were right, with 95% intervals and counts"
BELIEF_TITLE = (
    "How often beliefs were right, turn by turn, with 95% intervals; dashed: last belief carried forward"
)
CHART_TITLE = "Accuracy with 95% intervals over new participants and new questions"


@dataclass(frozen=True, slots=True)
class ReportPaths:
    """Where the parts of a report are; `figures` is empty when no answer enters, `said` is for the terminal."""

    folder: Path
    page: Path
    results: Path
    tables: tuple[Path, ...]
    figures: tuple[Path, ...]
    said: tuple[str, ...] = ()


def write_report(
    export_path: Path | str,
    out_dir: Path | str,
    wmv_panel_size: int | None = None,
    *,
    coding_sample: int | None = None,
    codes: Sequence[Path] = (),
) -> ReportPaths:
    """Analyse an export folder or a bare answers.csv and write the report into `out_dir`, made where missing.

    `wmv_panel_size`: voters in a panel of the weighted majority vote; None takes the declared number, else 5.
    `coding_sample`: trials to draw for coding by hand; `codes`: the sheets of one coder each, filled.
    Raises ExportError for an export that cannot be read, before anything is written. Older files of a report in
    `out_dir` are replaced, other files are left alone.
    """
    export = load(export_path)
    trials = set(export.said or {})
    sheets = [read_hand_codes(path, trials) for path in codes]
    sample = draw(export, Path(export_path), coding_sample) if coding_sample else None
    if sample:
        sample.check(Path(out_dir))
    # A folder that cannot be made is found out before the seconds of analysis, not after.
    _make(Path(out_dir))
    results = analyse(export, wmv_panel_size, sheets)
    paths = write_results(export, results, out_dir)
    said = agreement_lines(results.estimates)
    if sample:
        path = sample.write(Path(out_dir))
        few = (
            f" (all there are; {sample.n_wanted:,} were asked for)"
            if sample.n_trials < sample.n_wanted
            else ""
        )
        said.append(
            f"Wrote {plural(sample.n_trials, 'trial')} to code{few} to {path}. It holds people's own words."
        )
    return replace(paths, said=tuple(said))


def write_results(export: Export, results: Results, out_dir: Path | str) -> ReportPaths:
    """Write the report on results that were made from this export, as `write_report` does."""
    folder = Path(out_dir)
    _make(folder)
    page = Page(export, results)
    mark = f"{page.watermark} data, no evidence. " if page.watermark else ""
    drawn = as_svg(reliability_chart(page.diagram, title=mark + DIAGRAM_TITLE)) if page.diagram else ""
    beliefs = as_svg(belief_chart(page.turns, title=mark + BELIEF_TITLE)) if page.turns else ""
    html = render(page, drawn)
    paths = ReportPaths(
        folder=folder,
        page=folder / "report.html",
        results=folder / "results.json",
        tables=_write_tables(results, folder / "tables"),
        figures=_write_figures(page.lines, folder / "figures", mark)
        + _write_drawn(drawn, folder / "figures", "reliability")
        + _write_drawn(beliefs, folder / "figures", "beliefs"),
    )
    write_json(results, paths.results)
    paths.page.write_text(html, encoding="utf-8")
    return paths


def _make(folder: Path) -> None:
    for part in (folder, folder / "tables", folder / "figures"):
        part.mkdir(parents=True, exist_ok=True)


def render(page: Page, diagram: str = "") -> str:
    """The report page as HTML, the figure of accuracies and the drawn reliability diagram included."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("analysis"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shapes = {"wide": WIDE, "narrow": NARROW} if page.lines else {}
    figures = {name: as_svg(accuracy_chart(page.lines, shape)) for name, shape in shapes.items()}
    beliefs = as_svg(belief_chart(page.turns)) if page.turns else ""
    return environment.get_template("report.html.j2").render(
        page=page, figures=figures, diagram=diagram, beliefs=beliefs
    )


def _write_figures(rows: Sequence[Line], folder: Path, mark: str) -> tuple[Path, ...]:
    svg, png = folder / "accuracy.svg", folder / "accuracy.png"
    if not rows:
        for stale in (svg, png):
            stale.unlink(missing_ok=True)
        return ()
    subtitle = "Dashed: guessing among four options."
    if any(row.truth is not None for row in rows):
        subtitle += " Upright: the true value of the simulation."
    save(as_svg(accuracy_chart(rows, WIDE, mark + CHART_TITLE, subtitle)), svg, png)
    return svg, png


def _write_drawn(drawn: str, folder: Path, name: str) -> tuple[Path, ...]:
    svg, png = folder / f"{name}.svg", folder / f"{name}.png"
    if not drawn:
        for stale in (svg, png):
            stale.unlink(missing_ok=True)
        return ()
    save(drawn, svg, png)
    return svg, png


def _write_tables(results: Results, folder: Path) -> tuple[Path, ...]:
    tables: dict[str, list[dict[str, Any]]] = {
        "estimates": [in_contract_order(row) for row in results.estimates],
        "contrasts": [in_contract_order(row) for row in results.contrasts],
        "verdicts": [in_contract_order(row) for row in results.verdicts],
        "exclusions": [in_contract_order(row) for row in results.exclusions],
        "warnings": [{**in_contract_order(row), "where": "; ".join(row.where)} for row in results.warnings],
        "answers_by_status": [in_contract_order(row) for row in results.answers_by_status],
        "table1": [in_contract_order(row) for row in results.table1],
        "changes": [in_contract_order(row) for row in results.changes],
        "attrition": [in_contract_order(row) for row in results.attrition],
        "strategy_codes": [in_contract_order(row) for row in results.strategy_codes],
        "departures": [in_contract_order(row) for row in results.departures],
    }
    written = []
    for name, rows in tables.items():
        path = folder / f"{name}.csv"
        path.unlink(missing_ok=True)
        if rows:
            written.append(_write_table(path, rows))
    return tuple(written)


def _write_table(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(rows[0])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return path


def _cell(value: object) -> object:
    """As it is written: subjects, models and codes are whatever a bank or a service calls them, and run nowhere."""
    if isinstance(value, bool):
        return int(value)
    return guarded(value) if isinstance(value, str) else value
