"""A whole study is proven, and whatever somebody does to it is named."""

import hashlib
import re
import sqlite3
from pathlib import Path

import pytest

from oversight_app.errors import BadInput
from oversight_app.store import migrations
from oversight_app.study.events import STUDY_STREAM
from oversight_app.verification import Verification, read_witness, verify_study
from tests.verification.spoiling import by_hand, first_export, found, link_anew, somebody


def state_of(study: Path) -> dict[str, str]:
    return {
        str(path.relative_to(study)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in study.rglob("*")
        if path.is_file()
    }


def test_a_study_and_its_export_are_proven_and_nothing_is_written(study: Path) -> None:
    before = state_of(study)

    verified = verify_study(study, export=first_export(study))

    assert verified.findings == []
    assert verified.is_sound
    assert (verified.n_streams, verified.n_since_note) == (4, 0)
    assert state_of(study) == before


def test_a_flipped_byte_in_an_event_is_named(study: Path) -> None:
    raw = bytearray((study / "study.db").read_bytes())
    place = raw.index(b'"consent_hash":"') + len(b'"consent_hash":"')
    raw[place] = ord("0") if raw[place] != ord("0") else ord("1")
    (study / "study.db").write_bytes(raw)

    (finding,) = found(study)

    assert re.match(r"stream \w{8}, seq 2, column body: changed", finding)


def test_a_damaged_file_is_said_to_be_damaged(study: Path) -> None:
    raw = bytearray((study / "study.db").read_bytes())
    page = 4096
    for start in range(page * 20, page * 24):
        raw[start] ^= 0xFF
    (study / "study.db").write_bytes(raw)

    findings = found(study)

    assert findings
    assert "study.db: the file is damaged" in findings[0]


def test_a_deleted_row_is_named(study: Path) -> None:
    who = somebody(study)
    with by_hand(study) as connection:
        connection.execute("DELETE FROM events WHERE stream = ? AND seq = 7", (who,))

    assert found(study)[0] == f"stream {who}, seq 7: missing"


def test_a_tail_that_was_cut_off_with_its_rows_is_named(study: Path) -> None:
    who = somebody(study)
    with by_hand(study) as connection:
        (last,) = connection.execute("SELECT max(seq) FROM events WHERE stream = ?", (who,)).fetchone()
        connection.execute("DELETE FROM events WHERE stream = ? AND seq > ?", (who, last - 3))

    findings = found(study)

    ends = f"missing: the stream ends at {last - 3}, and was noted to reach {last}"
    assert f"stream {who}, seq {last - 2} to {last}: {ends}" in findings


def test_a_whole_stream_that_is_gone_is_named(study: Path) -> None:
    who = somebody(study)
    with by_hand(study) as connection:
        for table, column in (
            ("events", "stream"),
            ("sittings", "participant_id"),
            ("trials", "participant_id"),
        ):
            connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (who,))

    findings = found(study)

    assert any(finding.startswith(f"stream {who}: missing") for finding in findings)


def test_somebody_who_computes_all_hashes_again_is_found_out_by_the_study_s_stream(study: Path) -> None:
    who = somebody(study)
    with by_hand(study) as connection:
        (seq,) = connection.execute(
            "SELECT max(seq) FROM events WHERE stream = ? AND kind = 'TrialClosed'", (who,)
        ).fetchone()
        connection.execute(
            'UPDATE events SET body = replace(body, \'"status":"answered"\', \'"status":"skipped"\') '
            "WHERE stream = ? AND seq = ?",
            (who, seq),
        )
        link_anew(connection, who)

    assert any("it was noted as" in finding for finding in found(study))


def test_somebody_who_rewrites_the_study_s_stream_too_is_found_out_by_a_kept_head(study: Path) -> None:
    head = verify_study(study).head
    assert head is not None
    for witness in study.glob("exports/*/manifest.json"):
        witness.unlink()
    with by_hand(study) as connection:
        connection.execute("DELETE FROM events WHERE stream = 'study' AND kind = 'HeadsNoted'")
        connection.execute("DELETE FROM events WHERE stream = 'study' AND kind = 'ExportWritten'")
        link_anew(connection, STUDY_STREAM)

    assert found(study) == [], "without a witness nothing can show it"
    (finding,) = found(study, witnesses=[read_witness(head.hash)])
    assert finding.startswith(
        f"stream study: its event {head.hash[:12]} is gone, which the given head has on record"
    )


def test_a_table_edited_by_hand_is_named_with_row_and_column(study: Path) -> None:
    who = somebody(study)
    with by_hand(study) as connection:
        (trial,) = connection.execute(
            "SELECT trial_id FROM trials WHERE participant_id = ? AND choice = 'A' LIMIT 1", (who,)
        ).fetchone()
        connection.execute("UPDATE trials SET choice = 'D' WHERE trial_id = ?", (trial,))
        connection.execute("DELETE FROM messages WHERE rowid = (SELECT min(rowid) FROM messages)")

    findings = found(study)

    assert f"table trials, row {trial}, column choice: found 'D', the events make it 'A'" in findings
    assert any(
        finding.startswith("table messages, row ") and finding.endswith(": missing") for finding in findings
    )
    assert len(findings) == 2


def test_a_guard_that_was_taken_off_is_named(study: Path) -> None:
    with sqlite3.connect(study / "study.db") as connection:
        connection.execute("DROP TRIGGER events_stay")
    connection.close()

    assert found(study) == ["schema, events_stay: missing"]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "UPDATE plans SET body = replace(body, 'The assistant', 'This assistant')",
            "table plans, column body: its design was changed",
        ),
        ("UPDATE questions SET option_a = option_a || '!' WHERE rank = 1", "table questions, question "),
        (
            "UPDATE questions SET correct_choice = 'A' WHERE correct_choice = 'B'",
            "table questions: not the bank",
        ),
        ("UPDATE passages SET text = text || ' The end.'", "table passages, passage "),
    ],
)
def test_a_changed_plan_or_bank_is_named(study: Path, statement: str, expected: str) -> None:
    with by_hand(study) as connection:
        connection.execute(statement)

    assert found(study)[0].startswith(expected)


def test_a_changed_design_file_is_named_with_its_key(study: Path) -> None:
    toml = study / "study.toml"
    toml.write_text(re.sub(r"^seed = \d+$", "seed = 99", toml.read_text(), flags=re.MULTILINE))
    text = study / "texts" / "consent.md"
    text.write_text(text.read_text() + "\nOne more sentence.\n")

    findings = found(study)

    assert findings[0].startswith("study.toml, seed: differs from the frozen design: found 99, frozen is ")
    assert findings[1:] == ["texts/consent.md: differs from the frozen copy"]


# -- what it is asked about -----------------------------------------------------------------------


def test_parts_in_several_processes_find_the_same(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oversight_app.verification.parts._EVENTS_WORTH_A_PROCESS", 50)
    with by_hand(study) as connection:
        connection.execute("DELETE FROM events WHERE seq = 9")

    several: Verification = verify_study(study, processes=2)

    monkeypatch.undo()
    assert several.findings == verify_study(study).findings
    assert len(several.findings) == 3


def test_a_record_of_an_earlier_release_is_not_judged_but_sent_to_upgrade(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old").mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "_STEPS", dict(list(migrations._STEPS.items())[:9]))
        migrations.migrate(tmp_path / "old" / "study.db")

    with pytest.raises(BadInput, match="oversight upgrade"):
        verify_study(tmp_path / "old")


def test_what_is_no_witness_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text("[1, 2]")

    with pytest.raises(BadInput, match="names no stream heads"):
        read_witness(str(tmp_path / "notes.json"))
    with pytest.raises(BadInput, match="No such file"):
        read_witness(str(tmp_path / "nothing.json"))
