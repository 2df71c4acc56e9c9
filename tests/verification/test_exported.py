"""Whatever somebody does to an export is named with file, line and column."""

import json
from pathlib import Path

from oversight_app.clock import SimulatedClock
from oversight_app.export import export_study
from oversight_app.proctor import Proctor
from oversight_app.study_folder import StudyFolder
from oversight_app.verification import verify_study
from tests.builders import START
from tests.verification.spoiling import first_export, found


def test_a_changed_cell_of_an_export_is_named_with_line_and_column(study: Path) -> None:
    answers = first_export(study) / "answers.csv"
    lines = answers.read_text().splitlines(keepends=True)
    status = lines[3].replace(",answered,", ",skipped,", 1)
    assert status != lines[3]
    answers.write_text("".join([*lines[:3], status, *lines[4:]]))

    assert found(study, export=first_export(study)) == [
        "answers.csv, line 4, column status: found 'skipped', the record has 'answered'"
    ]


def test_a_row_taken_out_of_an_export_and_one_put_in_are_named(study: Path) -> None:
    answers = first_export(study) / "answers.csv"
    lines = answers.read_text().splitlines(keepends=True)
    question_id = lines[6].split(",")[14]
    added = lines[6].replace(question_id, "no-such-question")
    answers.write_text("".join([*lines[:4], *lines[5:7], added, *lines[7:]]))

    missing, stray = found(study, export=first_export(study))

    assert missing.startswith("answers.csv, before line 5: a row is missing (")
    assert stray.startswith("answers.csv, line 7: the record holds no such row (")
    assert "no-such-question" in stray


def test_a_missing_file_and_a_changed_manifest_are_named(study: Path) -> None:
    export = first_export(study)
    (export / "survey.csv").unlink()
    manifest = json.loads((export / "manifest.json").read_text())
    (export / "manifest.json").write_text(json.dumps(manifest | {"seed": 99}))

    findings = found(study, export=export)

    assert "survey.csv: missing" in findings
    assert "manifest.json: changed since it was written: the record has another sha256 of it" in findings


def test_an_export_of_another_study_is_refused(study: Path, tmp_path: Path) -> None:
    export = first_export(study)
    manifest = json.loads((export / "manifest.json").read_text())
    (export / "manifest.json").write_text(json.dumps(manifest | {"study_id": "another"}))

    assert any(
        finding.startswith("manifest.json, study_id: found another")
        for finding in found(study, export=export)
    )


def test_an_export_from_before_others_took_part_is_still_proven(study: Path) -> None:
    clock = SimulatedClock(START)
    with StudyFolder.open(study).open_store() as store:
        proctor = Proctor(store, clock, kind="simulated")
        proctor.give_consent("newcomer", agreed=True)
        proctor.finish_instructions("newcomer")

    verified = verify_study(study, export=first_export(study))

    assert verified.findings == []
    assert verified.n_since_note > 0


def test_verify_says_how_many_events_no_note_vouches_for_until_the_next_export(study: Path) -> None:
    with StudyFolder.open(study).open_store() as store:
        Proctor(store, SimulatedClock(START), kind="simulated").give_consent("newcomer", agreed=True)
        since = verify_study(study).n_since_note
        export_study(store, study / "exports" / "second", at=START)

    assert (since, verify_study(study).n_since_note) == (2, 0)
