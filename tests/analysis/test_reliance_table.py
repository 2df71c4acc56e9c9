"""The table of reliance, and the sentence above it, as a reader sees them."""

import csv
import json
import re
from pathlib import Path

import pytest

from analysis.findings import analyse
from analysis.reliance_table import reliance_table
from analysis.report import write_report
from analysis.tables import Tables
from tests.analysis.builders import make_answers, make_export, make_row, write_csv


def study(mode: str) -> list[dict[str, str]]:
    rows = []
    for p in range(6):
        for q in range(6):
            cells = {"participant_id": f"p{p}", "question_id": f"q{q}", "trial_id": f"t{p}{q}"}
            if (p + q) % 2:
                rows.append(make_row(right=(p * q) % 3 > 0, **cells))
            else:
                advice = "A" if q % 3 else "B"
                first, last = "AB"[p % 2], advice if (p + 2 * q) % 3 else "A"
                rows.append(
                    make_row(
                        condition="human_with_model",
                        assistant_mode=mode,
                        stance=advice if mode == "assigned" else "",
                        advice_choice=advice,
                        initial_choice=first,
                        choice=last,
                        **cells,
                    )
                )
    return rows


def test_every_measure_that_the_study_has_is_a_line() -> None:
    export = make_export(make_answers(study("assigned")))

    table = reliance_table(Tables(export, analyse(export)))

    assert table is not None
    names = [row[1] for row in table.rows]
    assert names.count("Less people alone") == 3
    assert "First wrong, advice right: ended right (RAIR)" in names
    assert "Right more often where drawn to be right, or not weakened" in names
    assert "Weight on advice, advice right" not in names
    assert {row[0] for row in table.rows} == {"MMLU"}


@pytest.mark.parametrize(("mode", "is_causal"), [("as_is", False), ("assigned", True)])
def test_the_report_speaks_of_an_effect_only_where_the_plan_drew(
    tmp_path: Path, mode: str, is_causal: bool
) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    write_csv(folder / "answers.csv", study(mode))
    (folder / "messages.csv").write_text(
        "trial_id,seq,speaker,text\nt13,1,assistant,It is B.\n", encoding="utf-8"
    )

    paths = write_report(folder, tmp_path / "report")

    page = paths.page.read_text(encoding="utf-8")
    assert "Following advice" in page
    assert ("therefore an effect of that draw" in page) is is_causal
    assert ("These numbers describe." in page) is not is_causal
    with (tmp_path / "report" / "tables" / "changes.csv").open(newline="", encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    assert {row["kind"] for row in listed} <= {"benefit", "harm", "wrong_to_other_wrong"}
    said = {row["trial_id"]: row["message_text"] for row in listed}
    assert said.get("t13", "It is B.") == "It is B."
    # The words of the trials stay out of the file that is handed on.
    assert "It is B." not in json.dumps(json.loads(paths.results.read_text(encoding="utf-8")))


def test_a_missing_number_says_why_below_the_table() -> None:
    rows = [row for row in study("as_is") if row.get("advice_choice") != "B"]
    export = make_export(make_answers(rows))

    table = reliance_table(Tables(export, analyse(export)))

    assert table is not None
    cells = {row[1]: row[2] for row in table.rows}
    assert cells["Advice wrong: followed (over-reliance)"] == "– [1]"
    assert table.notes[0] == "No estimate: no advice that could be read was wrong."
    assert table.caption.endswith(f"[{len(table.notes)}]")


def test_without_advice_there_is_no_table() -> None:
    export = make_export(make_answers([make_row()]))

    assert reliance_table(Tables(export, analyse(export))) is None


def test_what_the_note_says_of_intervals_is_what_their_rows_say() -> None:
    export = make_export(make_answers(study("assigned")))
    results = analyse(export)

    table = reliance_table(Tables(export, results))

    assert table is not None
    (span,) = re.findall(r"RAIR and RSR held the truth in (\d+) to (\d+)%", " ".join(table.notes))
    rows = [row.ci_method or "" for row in results.estimates if row.metric in ("overreliance", "rair")]
    ends = [pair for said in rows for pair in re.findall(r"in (\d+) to (\d+)% of", said)]
    assert ends
    assert all(int(span[0]) <= int(low) <= int(high) <= int(span[1]) for low, high in ends)
