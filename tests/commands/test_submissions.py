"""`oversight statuses`, as somebody types it: right, twice, and with a wrong file."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oversight_app.cli import main
from tests.builders import make_proctor, seat

FILE = """Submission id,Participant id,Status,Started at,Completed at,Completion code
s1,ann,RETURNED,2026-11-28T10:00:00Z,,
s2,bob,AWAITING REVIEW,2026-11-28T10:00:00Z,2026-11-28T10:20:00Z,CODE123
s3,cy,APPROVED,,,
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Ann and Bob have come from Prolific and are under way."""
    proctor = make_proctor(tmp_path)
    for person, session in (("ann", "s1"), ("bob", "s2")):
        code = proctor.participant_from_platform({"PROLIFIC_PID": person, "SESSION_ID": session})
        assert code is not None
        seat(proctor, code)
    proctor.store.close()
    return tmp_path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def status(study: Path) -> tuple[object, object]:
    said = json.loads(run("status", study, "--json").stdout)
    return said["places"]["taken"], said["platform"]


def test_a_file_gives_places_back_and_names_what_to_look_at(study: Path, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(FILE)

    tried = run("statuses", study, file, "--dry-run")
    assert status(study) == (2, {})
    done = run("statuses", study, file)
    again = run("statuses", study, file)

    assert (tried.exit_code, done.exit_code, again.exit_code) == (0, 0, 0)
    assert tried.stdout == done.stdout + "A dry run: nothing was recorded.\n"
    assert "(Prolific ann)  RETURNED  (place given back)" in done.stdout
    assert "3 submissions: 2 changed, 0 as before; 1 place given back." in done.stdout
    assert "entered 'CODE123', the code of completed, and is under way here." in done.stderr
    assert "in the file, but never began here: cy (APPROVED)" in done.stderr
    assert "3 submissions: 0 changed, 2 as before; 0 places given back." in again.stdout
    assert status(study) == (1, {"AWAITING REVIEW": 1, "RETURNED": 1})
    assert "at Prolific, by its latest file: AWAITING REVIEW 1, RETURNED 1" in run("status", study).stdout


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (FILE.replace("APPROVED", "GONE").encode(), "row 4, column Status: found 'GONE'"),
        (FILE.encode("utf-16"), "this is no UTF-8 text"),
        (b"", "found no column Participant id"),
        (b"WorkerId,AssignmentId\nw,a\n", "not supported"),
    ],
)
def test_a_file_with_one_bad_row_changes_nothing_at_all(
    study: Path, tmp_path: Path, content: bytes, says: str
) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(content)

    done = run("statuses", study, file)

    assert done.exit_code == 1
    assert says in done.stderr
    assert status(study) == (2, {})


def test_a_file_that_is_not_there_is_named(study: Path, tmp_path: Path) -> None:
    done = run("statuses", study, tmp_path / "none.csv")

    assert (done.exit_code, done.stdout) == (1, "")
    assert "none.csv cannot be read: No such file" in done.stderr
