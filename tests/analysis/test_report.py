"""The whole way from an export to a page that opens offline."""

import csv
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis.__main__ import main
from analysis.columns import ordered
from analysis.report import ReportPaths, write_report
from analysis.simulate import simulate
from tests.analysis.builders import make_row, write_csv, write_export, write_frame


class Page(HTMLParser):
    """Tags and visible text; the parser itself refuses nothing, so the tests look at what it saw."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def read(paths: ReportPaths) -> Page:
    return Page(paths.page.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> ReportPaths:
    folder = tmp_path_factory.mktemp("rehearsal")
    export = write_export(
        folder / "export",
        simulate(2, 12, 20, tasks=("mmlu", "quality")),
        title="A <script>alert('study')</script> & more",
        is_rehearsal=True,
        pilot_only=True,
        told_reliability="The assistant is wrong one time in four.",
        design_hash="d" * 64,
        truth={"accuracy": {"mmlu": {"human_alone": 0.471, "human_with_model": 0.64}}},
    )
    return write_report(export, folder / "report")


def test_a_report_is_results_tables_figures_and_a_page(rehearsal: ReportPaths) -> None:
    files = {
        str(path.relative_to(rehearsal.folder)) for path in rehearsal.folder.rglob("*") if path.is_file()
    }

    assert {"results.json", "report.html", "tables/estimates.csv", "tables/contrasts.csv"} <= files
    assert {"figures/accuracy.svg", "figures/accuracy.png"} <= files
    assert {"figures/reliability.svg", "figures/reliability.png"} <= files
    assert rehearsal.figures[1].read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("manifest", "mark"), [({"is_demo": True}, "Demo data, no evidence."), ({}, None)])
def test_a_figure_of_no_real_study_says_so_also_where_it_stands_alone(
    tmp_path: Path, manifest: dict[str, bool], mark: str | None
) -> None:
    answers = simulate(2, 6, 8).assign(
        participant_kind=lambda own: own["participant_kind"].replace("simulated", "human")
    )
    export = write_export(tmp_path / "export", answers, **manifest)

    figures = write_report(export, tmp_path / "report").figures

    drawn = {path.name: path.read_text(encoding="utf-8") for path in figures if path.suffix == ".svg"}
    assert set(drawn) == {"accuracy.svg", "reliability.svg"}
    assert all(("no evidence" in text) is (mark is not None) for text in drawn.values())
    assert mark is None or all(mark in text for text in drawn.values())


def test_figures_of_a_rehearsal_are_marked_as_simulated(rehearsal: ReportPaths) -> None:
    drawn = [path.read_text(encoding="utf-8") for path in rehearsal.figures if path.suffix == ".svg"]

    assert drawn
    assert all("Simulated data, no evidence." in text for text in drawn)


def test_the_page_asks_nobody_for_anything(rehearsal: ReportPaths) -> None:
    html = rehearsal.page.read_text(encoding="utf-8")
    page = Page(html)

    assert page.count("script") == page.count("img") == page.count("iframe") == page.count("object") == 0
    assert [attrs for tag, attrs in page.tags if tag == "link"] == [{"rel": "icon", "href": "data:,"}]
    assert not re.search(r"@import|url\(", html)
    assert not [
        attrs
        for _, attrs in page.tags
        for key in ("src", "href")
        if str(attrs.get(key, "")).startswith("http")
    ]


def test_texts_of_the_study_are_shown_as_text(rehearsal: ReportPaths) -> None:
    assert "A <script>alert('study')</script> & more" in read(rehearsal).text


def test_the_page_says_what_a_reader_must_know(rehearsal: ReportPaths) -> None:
    text = read(rehearsal).text

    for said in (
        "Rehearsal with simulated participants. Nothing on this page is evidence about people.",
        "Pilot only",
        "What was found",
        "new participants and new questions",
        "The assistant is wrong one time in four.",
        "True value",
        "47.1%",
        "What was counted and what was left out",
        "All 520 rows of answers.csv, each counted once.",
        "MacKinnon, Nielsen and Webb",
        "d" * 64,
        "SHA-256 of answers.csv",
        "Over-confidence",
        "On the dashed line confidence means what it says",
    ):
        assert said in text, said
    assert "People" not in text


def test_the_page_is_built_for_readers_of_every_kind(rehearsal: ReportPaths) -> None:
    html = rehearsal.page.read_text(encoding="utf-8")
    page = Page(html)

    assert page.count("caption") == page.count("table") > 0
    assert all(attrs.get("scope") for tag, attrs in page.tags if tag == "th")
    assert [attrs["lang"] for tag, attrs in page.tags if tag == "html"] == ["en"]
    assert page.count("h1") == 1
    assert "@media print" in html
    ids = [attrs["id"] for _, attrs in page.tags if attrs.get("id")]
    assert len(set(ids)) == len(ids)


def test_tables_hold_the_rows_of_the_results(rehearsal: ReportPaths) -> None:
    results = json.loads(rehearsal.results.read_text(encoding="utf-8"))

    for name in ("estimates", "contrasts"):
        with (rehearsal.folder / "tables" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == len(results[name])
        assert list(rows[0]) == list(results[name][0])
        assert "nan" not in {cell.lower() for row in rows for cell in row.values()}


def test_the_same_export_gives_the_same_files_without_a_clock_or_a_path(tmp_path: Path) -> None:
    export = write_export(tmp_path / "export", simulate(2, 6, 8), title="Twice")
    moved = tmp_path / "elsewhere" / "export"
    shutil.copytree(export, moved)

    first, second = write_report(export, tmp_path / "one"), write_report(moved, tmp_path / "two")

    assert first.page.read_bytes() == second.page.read_bytes()
    assert first.results.read_bytes() == second.results.read_bytes()
    assert str(tmp_path) not in first.page.read_text() + first.results.read_text()


def test_a_bare_file_from_anywhere_gives_a_report(tmp_path: Path) -> None:
    path = write_frame(tmp_path / "mine.csv", simulate(2, 6, 8))

    paths = write_report(path, tmp_path / "report")

    assert "All participants are simulated." in read(paths).text


def test_what_is_missing_is_named_in_words_and_numbers_below_zero_have_a_minus(tmp_path: Path) -> None:
    answers = simulate(5, 8, 12, has_model_alone=False)
    swapped = {"human_alone": "human_with_model", "human_with_model": "human_alone"}
    answers = answers.assign(condition=answers["condition"].map(swapped))
    paths = write_report(write_frame(tmp_path / "mine.csv", answers), tmp_path / "report")

    page = read(paths)

    assert "against the model alone. No estimate: there are no answers of a model alone." in page.text
    assert "human_with_model" not in page.text
    assert "−0." in page.text
    assert not re.search(r"(?<![\w-])-\d", page.text.partition("Study report")[2])


def test_an_export_without_answers_gives_a_report_that_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    write_csv(folder / "answers.csv", [], ordered("answers"))
    said = {"counts": {"invited": 12, "completed": 0}, "empty": {"answers": "Nobody began."}}
    (folder / "manifest.json").write_text(json.dumps({"schema": 1, "title": "Early", **said}))

    paths = write_report(folder, tmp_path / "report")

    text = read(paths).text
    assert "Nothing to report yet" in text
    assert "Nobody began. There is nothing to estimate. At that time: invited: 12; completed: 0." in text
    assert paths.figures == ()
    assert json.loads(paths.results.read_text())["estimates"] == []


def test_an_export_of_practice_only_says_that_no_row_enters(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "answers.csv", [make_row(is_practice=1)])

    text = read(write_report(path, tmp_path / "report")).text

    assert "answers.csv has 1 row, and none enters an estimate" in text
    assert "no: practice" in text


@pytest.mark.parametrize(
    "rows",
    [
        [make_row()],
        [make_row(status="skipped")],
        [make_row(condition="human_with_model")],
        [make_row(condition="model_alone")],
        [make_row(), make_row(condition="model_alone", status="unreadable")],
        [make_row(participant_id=f"p{p}", question_id=f"q{q}") for p in range(3) for q in range(3)],
    ],
)
def test_however_little_there_is_a_report_comes_out(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    paths = write_report(write_csv(tmp_path / "answers.csv", rows), tmp_path / "report")

    assert "NaN" not in paths.results.read_text()
    assert "nan" not in re.findall(r"\bnan\b", read(paths).text)


def test_what_an_older_report_left_does_not_stay_beside_a_newer_one(tmp_path: Path) -> None:
    full, empty = tmp_path / "full.csv", tmp_path / "empty.csv"
    write_frame(full, simulate(2, 4, 6))
    write_csv(empty, [])
    write_report(full, tmp_path / "report")

    write_report(empty, tmp_path / "report")

    assert not list((tmp_path / "report" / "figures").iterdir())
    assert not (tmp_path / "report" / "tables" / "estimates.csv").exists()


def test_the_command_writes_a_report_and_names_it(tmp_path: Path) -> None:
    path = write_frame(tmp_path / "answers.csv", simulate(2, 4, 6))

    done = CliRunner().invoke(main, [str(path), "--out", str(tmp_path / "report")])

    assert done.exit_code == 0
    assert done.output == f"Wrote {tmp_path / 'report' / 'report.html'}\n"


def test_a_bad_export_is_one_paragraph_on_stderr_and_writes_nothing(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "answers.csv", [make_row(confidence="80")])

    command = [sys.executable, "-m", "analysis", str(path), "--out", str(tmp_path / "report")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "Error: answers.csv, row 2, column confidence: found '80', allowed is a number from 0 to 1, or nothing.\n"
    )
    assert not (tmp_path / "report").exists()


def test_a_folder_that_cannot_be_made_is_one_paragraph(tmp_path: Path) -> None:
    path = write_frame(tmp_path / "answers.csv", simulate(2, 4, 6))

    done = CliRunner().invoke(main, [str(path), "--out", str(path / "report")])

    assert done.exit_code == 1
    assert done.stderr.startswith("Error: The report could not be written: ")
