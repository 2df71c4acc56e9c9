"""A study in a notebook gives the numbers of the report, and the README's lines about it work."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import analysis
from analysis.findings import analyse
from analysis.results import as_json
from analysis.simulate import simulate
from analysis.study import Study
from tests.analysis.builders import make_export, write_export, write_frame

README = Path(__file__).parents[2] / "README.md"


def test_importing_the_package_loads_no_pandas() -> None:
    code = (
        "import sys, analysis; analysis.ExportError; print('pandas' in sys.modules, 'numpy' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False False\n"


def test_every_public_name_is_there_and_documented() -> None:
    assert all(getattr(analysis, name).__doc__ for name in analysis.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        analysis.nonsense  # noqa: B018


def test_the_numbers_are_those_of_the_report() -> None:
    export = make_export(simulate(1, 8, 12))

    found = Study(export).results()

    written = json.loads(as_json(analyse(export)))
    assert [row.estimate for row in found.estimates] == [row["estimate"] for row in written["estimates"]]
    assert [row.p for row in found.contrasts] == [row["p"] for row in written["contrasts"]]
    assert "On MMLU, simulated participants with the assistant" in repr(found)


def test_the_newest_export_of_a_study_folder_is_read(tmp_path: Path) -> None:
    for name, people in (("20260105T090000Z", 4), ("20260112T090000Z", 6)):
        write_export(tmp_path / "exports" / name, simulate(1, people, 8), title="Mine")

    assert repr(analysis.load(tmp_path)) == "<Study 'Mine': 56 answers in mmlu>"


def test_a_bare_file_and_what_is_no_export(tmp_path: Path) -> None:
    path = write_frame(tmp_path / "mine.csv", simulate(1, 4, 8))

    assert len(analysis.load(path).answers) == 40
    with pytest.raises(analysis.ExportError, match="holds no answers"):
        analysis.load(tmp_path)


def test_answers_handed_out_are_a_copy(tmp_path: Path) -> None:
    study = analysis.load(write_frame(tmp_path / "mine.csv", simulate(1, 4, 8)))

    mine = study.answers
    mine["correct"] = 0.0

    assert study.answers["correct"].sum() > 0


def test_figures_are_charts_and_others_are_named(tmp_path: Path) -> None:
    study = analysis.load(write_frame(tmp_path / "mine.csv", simulate(1, 6, 8)))

    assert study.figure().to_dict()["vconcat"]
    assert study.figure("reliability").to_dict()["concat"]
    with pytest.raises(ValueError, match="there are accuracy, reliability, beliefs"):
        study.figure("pie")


def test_the_lines_in_the_readme_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_export(tmp_path / "mystudy" / "exports" / "20260105T090000Z", simulate(1, 6, 8))
    (code,) = re.findall(
        r"```python[^\n]*\n(import analysis\n.*?)```", README.read_text(encoding="utf-8"), re.DOTALL
    )
    monkeypatch.chdir(tmp_path)

    exec(compile(code, "README.md", "exec"), {})

    assert "two-way cluster jackknife" in capsys.readouterr().out
    assert (tmp_path / "report" / "report.html").exists()
