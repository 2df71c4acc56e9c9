"""Who withdraws may keep their data back: then nothing of it leaves the study, and the export says how much that is."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis.columns import Table
from analysis.export import load
from oversight_app.export import ExportPaths, export_study
from oversight_app.proctor import Proctor
from oversight_app.store.observations import Observation
from oversight_app.study.survey import SurveyItem
from tests.builders import finish, make_design, make_plan, make_proctor, make_questions, seat
from tests.test_export import LATER, walk

BANK = make_questions(n_attention=2)
WISHES = {"stays": None, "keeps": False, "gives": True, "silent": None}
"""Who is in the study, and what those who withdraw say; `stays` completes."""


@pytest.fixture
def proctor(tmp_path: Path) -> Iterator[Proctor]:
    """Four people with answers, messages, beliefs and observations, of whom three withdraw before the questionnaire."""
    design = make_design(
        tasks={"mmlu": {"questions_per_condition": 2}},
        answer={"belief_after_reply": True},
        sitting={"attention_checks": 2},
    )
    item = SurveyItem(key="words", kind="text", text="Anything else?")
    made = make_proctor(tmp_path, make_plan(design, BANK, survey=(item,)), BANK)
    for participant_id, wish in WISHES.items():
        seat(made, participant_id)
        walk(made, participant_id, believes=True)
        with made.store.write() as record:
            record.observations.add(
                participant_id, "a/1", [Observation(f"{participant_id}-001", "focus", "{}")], LATER
            )
        if participant_id == "stays":
            finish(made, participant_id)
        else:
            made.withdraw(participant_id, keeps_data=wish)
    yield made
    made.store.close()


def rows_of(paths: ExportPaths, table: Table) -> list[dict[str, str]]:
    with paths.tables[table].open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def manifest_of(paths: ExportPaths) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(paths.manifest.read_text(encoding="utf-8"))
    return manifest


def test_no_byte_of_theirs_leaves_the_study_but_that_they_came_and_went(proctor: Proctor) -> None:
    paths = export_study(proctor.store, at=LATER)

    for table in Table:
        said = paths.tables[table].read_text(encoding="utf-8")
        assert ("keeps" in said.replace("keeps_data", "")) == (table is Table.PARTICIPANTS), table
        if table not in (Table.QUESTIONS, Table.SURVEY):
            assert "gives" in said, table
            assert "silent" in said, table


def test_their_row_among_the_participants_says_nothing_that_was_measured(proctor: Proctor) -> None:
    paths = export_study(proctor.store, at=LATER)

    people = {row["participant_id"]: row for row in rows_of(paths, Table.PARTICIPANTS)}
    assert people.keys() == WISHES.keys()
    theirs, others = people["keeps"], people["gives"]
    assert (theirs["outcome"], theirs["withdrew"], theirs["keeps_data"]) == ("withdrew", "1", "0")
    assert theirs["cell"]
    assert theirs["n_closed"] == others["n_closed"]
    measured = ("comprehension_attempts", "n_attention_failed")
    assert [theirs[name] for name in measured] == ["", ""]
    assert all(others[name] for name in measured)
    assert {name: row["keeps_data"] for name, row in people.items()} == {
        "stays": "",
        "keeps": "0",
        "gives": "1",
        "silent": "",
    }


def test_the_manifest_counts_what_was_held_back(proctor: Proctor) -> None:
    paths = export_study(proctor.store, at=LATER)

    manifest = manifest_of(paths)
    everything = {
        name: list(proctor.store.rows(name)) for name in ("answers", "messages", "beliefs", "events")
    }
    held_back = manifest["withheld"]["rows"]
    assert manifest["withheld"]["participants"] == 1
    assert held_back["observations"] == 1
    for table, rows in everything.items():
        theirs = [row for row in rows if row.get("participant_id", row.get("stream")) == "keeps"]
        assert held_back[table] == len(theirs) > 0
    assert manifest["rows"]["answers"] == len(everything["answers"]) - held_back["answers"] == paths.n_answers
    assert manifest["counts"]["withdrew"] == 3
    assert "keeps" in manifest["stream_heads"]


def test_the_record_keeps_what_the_export_leaves_out(proctor: Proctor) -> None:
    before = {stream: head for stream, head in proctor.store.heads().items() if stream != "study"}

    export_study(proctor.store, at=LATER)

    assert {stream: head for stream, head in proctor.store.heads().items() if stream != "study"} == before


def test_the_analysis_reads_what_is_left(proctor: Proctor) -> None:
    export = load(export_study(proctor.store, at=LATER).folder)

    assert set(export.answers["participant_id"]) == {"stays", "gives", "silent"}
    assert export.changed == ()
