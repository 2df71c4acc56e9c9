"""A study in a notebook: the numbers, the figures and the files of the report, from Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.export import Export, load
from analysis.results import Caution, Contrast, Estimate, Results, Rows, Verdict
from analysis.row_set import RowSet

if TYPE_CHECKING:
    import pandas as pd

    from analysis.page import Page
    from analysis.report import ReportPaths

FIGURES = ("accuracy", "reliability", "beliefs")


@dataclass(frozen=True, repr=False)
class StudyResults:
    """Everything a study yields, the same numbers as in results.json.

    `estimates`: one number about one condition each; `contrasts`: comparisons with a baseline; `verdicts`: what the
    comparisons say in one sentence each; `warnings`: reasons for care; `made_from`: study, hashes and versions.
    Intervals are over new participants and new questions unless a row's `ci_method` says otherwise.
    """

    estimates: RowSet[Estimate]
    contrasts: RowSet[Contrast]
    verdicts: tuple[Verdict, ...]
    warnings: tuple[Caution, ...]
    made_from: Mapping[str, Any]

    @classmethod
    def of(cls, results: Results) -> "StudyResults":
        """The rows of results, ready to look through."""
        return cls(
            RowSet(Estimate, tuple(results.estimates)),
            RowSet(Contrast, tuple(results.contrasts)),
            tuple(results.verdicts),
            tuple(results.warnings),
            results.made_from,
        )

    def __repr__(self) -> str:
        said = [row.sentence for row in self.verdicts if row.is_headline and row.rows == Rows.ALL]
        counts = (
            f"{len(self.estimates):,} estimates, {len(self.contrasts):,} contrasts, "
            f"{len(self.warnings):,} reasons for care"
        )
        return "\n".join([*(said or ["Nothing could be compared."]), counts])


@dataclass(frozen=True, repr=False)
class Study:
    """The answers of a study, checked; `results` estimates, `figure` draws, `report` writes."""

    export: Export
    wmv_panel_size: int | None = None

    @classmethod
    def read(cls, path: Path | str, wmv_panel_size: int | None = None) -> "Study":
        """From an export folder, an answers.csv, or a study folder (its newest export). Raises ExportError."""
        return cls(load(newest_export(Path(path))), wmv_panel_size)

    @property
    def answers(self) -> "pd.DataFrame":
        """The checked answers, a copy: one row per closed trial or model answer.

        Columns and units are those of `analysis.columns` (times in seconds, confidence from 0 to 1), and `has_choice`.
        """
        return self.export.answers.copy()

    def results(self) -> StudyResults:
        """All estimates and contrasts, computed when first asked for (seconds) and then remembered."""
        return StudyResults.of(self._results)

    def figure(self, name: str = "accuracy") -> Any:
        """A figure of the report as an altair chart: "accuracy", "reliability", or "beliefs" (right by turn).

        Raises ValueError for another name, and where there is nothing to draw.
        """
        import altair as alt

        from analysis.belief_figure import belief_chart
        from analysis.diagram import reliability_chart
        from analysis.figure import WIDE, accuracy_chart

        if name not in FIGURES:
            raise ValueError(f"there is no figure {name!r}; there are {', '.join(FIGURES)}")
        drawn = {
            "accuracy": lambda: accuracy_chart(self._page.lines, WIDE),
            "reliability": lambda: reliability_chart(self._page.diagram),
            "beliefs": lambda: belief_chart(self._page.turns),
        }
        return alt.Chart.from_dict(drawn[name]())

    def report(self, out_dir: Path | str) -> "ReportPaths":
        """Write results.json, tables, figures and report.html into a folder, made where missing; where they are."""
        from analysis.report import write_results

        return write_results(self.export, self._results, out_dir)

    @cached_property
    def _results(self) -> Results:
        from analysis.findings import analyse

        return analyse(self.export, self.wmv_panel_size)

    @cached_property
    def _page(self) -> "Page":
        from analysis.page import Page

        return Page(self.export, self._results)

    def __repr__(self) -> str:
        answers = self.export.answers
        tasks = ", ".join(sorted(answers["task"].unique()))
        return f"<Study {self.export.manifest.name!r}: {len(answers):,} answers in {tasks or 'no task'}>"


def newest_export(path: Path) -> Path:
    """The path itself, or the newest export of a study folder; exports are named by their time."""
    exports = path / "exports"
    if (path / "answers.csv").exists() or not exports.is_dir():
        return path
    found = sorted(folder for folder in exports.iterdir() if (folder / "answers.csv").exists())
    return found[-1] if found else path
