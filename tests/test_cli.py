"""The command line as a researcher meets it: what each command says and leaves, and what a mistake looks like."""

import csv
import io
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from oversight_app import clock
from oversight_app.cli import main
from tests.builders import make_clock


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def done(*words: str | Path) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*words: str | Path) -> str:
    """What a command that must fail says: one calm paragraph on stderr."""
    result = run(*words)
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    # What is not a terminal is told the progress of long work in lines of its own.
    said = "".join(
        line for line in result.stderr.splitlines(keepends=True) if not line.startswith("Asking: ")
    )
    assert said.startswith("Error: ")
    return said


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder; of a record what it says, since SQLite moves its pages as it likes."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".db":
            with sqlite3.connect(path) as connection:
                found[str(path)] = "\n".join(connection.iterdump()).encode()
            connection.close()
        elif path.is_file() and not path.name.endswith(("-wal", "-shm")):
            found[str(path)] = path.read_bytes()
    return found


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A demo study with the built-in bank, not planned yet."""
    folder = tmp_path / "study"
    done("init", folder, "--design", "demo")
    done("bank", "import", folder, "builtin")
    return folder


@pytest.fixture
def planned(study: Path) -> Path:
    done("plan", study)
    return study


def edit(study: Path, before: str, after: str) -> None:
    toml = (study / "study.toml").read_text()
    assert before in toml
    (study / "study.toml").write_text(toml.replace(before, after))


# -- help -----------------------------------------------------------------------------------------------


def every_command(group: click.Group, prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        words = (*prefix, name)
        found += every_command(command, words) if isinstance(command, click.Group) else [words]
    return found


def test_the_commands_are_listed_in_the_order_of_a_study() -> None:
    listed = re.findall(r"^  ([a-z-]+)  ", done("--help").partition("Commands:")[2], re.MULTILINE)

    assert listed[:7] == ["demo", "init", "bank", "select", "check", "power", "plan"]


@pytest.mark.parametrize("words", every_command(main), ids=" ".join)
def test_every_command_says_what_it_does_and_gives_an_example(words: tuple[str, ...]) -> None:
    said = done(*words, "--help")

    assert f"Example: oversight {' '.join(words)}" in said


# -- from nothing to a plan -------------------------------------------------------------------------------


def test_init_uses_the_recommended_design_and_starts_without_questions(tmp_path: Path) -> None:
    done("init", tmp_path / "study")

    assert 'design = "recommended"' in (tmp_path / "study" / "study.toml").read_text()
    assert json.loads(done("bank", "check", tmp_path / "study", "--json"))["questions"] == 0


def test_a_bank_is_described_in_words_and_as_json(study: Path) -> None:
    found = json.loads(done("bank", "check", study, "--json"))

    assert found["questions"] == sum(found["by_task"].values()) > 100
    assert found["refused"] == []
    assert f"{found['questions']:,} questions" in done("bank", "check", study)


def test_only_the_splits_and_subjects_asked_for_are_imported(tmp_path: Path) -> None:
    done("init", tmp_path / "study")

    done(
        "bank", "import", tmp_path / "study", "builtin", "--split", "val", "--subjects", "anatomy, astronomy"
    )

    with sqlite3.connect(tmp_path / "study" / "study.db") as record:
        subjects = {row[0] for row in record.execute("select subject from questions where task = 'mmlu'")}
    record.close()
    assert subjects == {"anatomy", "astronomy"}


def test_plan_prints_cells_precision_and_duration(study: Path) -> None:
    result = run("plan", study)

    assert result.exit_code == 0, result.output
    assert "8 cells: " in result.stdout
    assert "percentage points" in result.stdout
    assert re.search(r"at most \d+ minutes", result.stdout)
    assert "Pilot only" in result.stderr
    assert "FILL IN" in result.stderr


def test_check_says_what_a_study_lacks_and_changes_nothing(study: Path) -> None:
    before = contents(study)

    result = run("check", study)

    assert result.exit_code == 0, result.output
    assert "complete it before anybody takes part" in result.stdout
    assert "Nothing stands in the way." in result.stdout
    assert contents(study) == before


def test_check_stops_at_a_bank_that_is_too_small(tmp_path: Path) -> None:
    done("init", tmp_path / "study")
    done("bank", "import", tmp_path / "study", "builtin")

    result = run("check", tmp_path / "study")

    assert result.exit_code == 1
    assert re.search(r"wants 20 passages .* the banks have \d", result.stderr)


def test_check_says_when_the_files_are_no_longer_those_of_the_plan(planned: Path) -> None:
    edit(planned, "seed = 7", "seed = 8")

    assert "the study runs as it was frozen" in done("check", planned)


# -- people -----------------------------------------------------------------------------------------------


def test_links_come_as_csv_and_each_is_known_to_the_record(planned: Path) -> None:
    rows = list(
        csv.DictReader(
            io.StringIO(done("invite", planned, "--count", "3", "--url", "https://study.example.org/"))
        )
    )

    assert [row["link"] for row in rows] == [f"https://study.example.org/go/{row['token']}" for row in rows]
    assert len({row["token"] for row in rows}) == 3
    assert json.loads(done("status", planned, "--json"))["invited"] == 3


def test_links_without_a_public_address_are_said_to_work_here_only(planned: Path) -> None:
    result = run("invite", planned, "--count", "1")

    assert "http://127.0.0.1:8501/go/" in result.stdout
    assert "this machine only" in result.stderr


def test_what_to_enter_at_a_platform_is_printed_by_three_commands(planned: Path) -> None:
    links = done("links", planned, "--url", "https://study.example.org/")
    checked = run("check", planned, "--url", "https://study.example.org").stdout
    invited = run("invite", planned, "--count", "1", "--url", "https://study.example.org")

    assert "https://study.example.org/join?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}" in links
    assert all(line in checked for line in links.splitlines())
    assert f"links {planned} --url https://study.example.org" in invited.stderr
    assert len(re.findall(r"^  (?:completed|study_full) +[A-Z0-9]{8}  ", links, re.MULTILINE)) == 2


def test_links_need_a_plan_and_an_address_that_people_can_open(study: Path) -> None:
    assert "no plan yet" in refused("links", study)
    assert "is not an address" in refused("links", study, "--url", "study.example.org")
    assert "is not an address" in refused("check", study, "--url", "study.example.org")


def test_status_of_a_study_without_people(study: Path) -> None:
    found = json.loads(done("status", study, "--json"))

    assert (found["planned"], found["invited"], found["by_stage"]) == (False, 0, {})
    assert "no plan yet" in done("status", study)


def test_an_answer_edited_by_hand_is_made_again_from_the_events(study: Path, tmp_path: Path) -> None:
    done("bank", "import", study, "builtin")
    done("plan", study)
    done("rehearse", study, "--participants", "2", "--into", tmp_path / "copy")
    with closing(sqlite3.connect(tmp_path / "copy" / "study.db")) as record, record:
        before = record.execute("select * from answers").fetchall()
        record.execute("update trials set choice = 'A', correct = 1")
        record.execute("delete from messages")
        assert record.execute("select * from answers").fetchall() != before

    said = done("rebuild", tmp_path / "copy")

    with closing(sqlite3.connect(tmp_path / "copy" / "study.db")) as record, record:
        assert record.execute("select * from answers").fetchall() == before
        assert record.execute("select count(*) from messages").fetchone()[0] > 0
    assert "2 sittings" in said


def test_the_demo_is_prepared_where_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    said = done("demo", "--prepare-only")

    place = re.search(r"The demo study is in (\S+);", said)
    token = re.search(r"http://127\.0\.0\.1:8501/go/(\S+)", said)
    assert place is not None
    assert token is not None
    assert (tmp_path / place[1] / "study.db").is_file()
    assert json.loads(done("status", place[1], "--json"))["invited"] == 1


def test_the_demo_goes_into_the_folder_asked_for(tmp_path: Path) -> None:
    done("demo", "--prepare-only", "--into", tmp_path / "here")

    assert (tmp_path / "here" / "study.db").is_file()
    assert "holds a study.toml already" in refused("demo", "--prepare-only", "--into", tmp_path / "here")


# -- mistakes: each is one paragraph, and what was good stays ----------------------------------------------


def test_a_typo_in_the_design_names_the_key_and_what_was_meant(study: Path) -> None:
    edit(study, "error_share", "eror_share")
    before = contents(study)

    for command in ("plan", "check"):
        said = refused(command, study)
        assert "assistant.eror_share is not a key of a design (did you mean error_share?)" in said
        assert "study.toml" in said

    assert contents(study) == before


def test_a_broken_record_is_named_and_the_rest_of_the_bank_comes_in(tmp_path: Path) -> None:
    done("init", tmp_path / "study")
    table = tmp_path / "mine.csv"
    table.write_text(
        "question,option_a,option_b,option_c,option_d,answer,task\n"
        "What is one?,1,2,3,4,A,mine\n"
        "What is two?,1,2,3,4,E,mine\n"
        "What is three?,1,2,3,4,C,mine\n"
    )
    empty = contents(tmp_path / "study")

    strict = refused("bank", "import", tmp_path / "study", "table", table, "--strict")
    unchanged = contents(tmp_path / "study")
    said = done("bank", "import", tmp_path / "study", "table", table)

    assert "mine.csv record 2" in strict
    assert unchanged == empty
    assert "2 questions" in said
    assert "mine.csv record 2" in said
    assert json.loads(done("bank", "check", tmp_path / "study", "--json"))["refused"][0]["record"] == 2


def test_an_import_that_brings_nothing_is_a_failure_and_says_where_the_reasons_are(tmp_path: Path) -> None:
    done("init", tmp_path / "study")
    (tmp_path / "README.md").write_text("# Not a bank\n")

    said = refused("bank", "import", tmp_path / "study", "quality", tmp_path / "README.md")

    assert "No question came in. 1 record refused: README.md record 1: not JSON" in said
    assert f"bank check {tmp_path / 'study'}` lists every refusal" in said
    assert (
        json.loads(done("bank", "check", tmp_path / "study", "--json"))["refused"][0]["file"] == "README.md"
    )


def test_a_second_plan_is_refused_and_the_first_stands(planned: Path) -> None:
    before = contents(planned)
    edit(planned, "seed = 7", "seed = 8")

    said = refused("plan", planned)

    assert "has a plan already" in said
    assert "oversight init" in said
    edit(planned, "seed = 8", "seed = 7")
    assert contents(planned) == before


def test_a_bank_cannot_be_imported_after_the_plan(planned: Path) -> None:
    before = contents(planned)

    assert "frozen" in refused("bank", "import", planned, "builtin")

    assert contents(planned) == before


def test_nobody_is_invited_or_served_before_the_plan(study: Path) -> None:
    before = contents(study)

    for words in (("invite", study, "--count", "1"), ("serve", study), ("export", study), ("report", study)):
        assert "no plan yet" in refused(*words)

    assert contents(study) == before


def test_what_lacks_a_plan_names_the_command_as_it_can_be_typed(tmp_path: Path) -> None:
    study = tmp_path / "Studie für Übung 1"
    done("init", study)

    for words in (
        ("invite", study, "--count", "1"),
        ("rehearse", study, "--participants", "1"),
        ("serve", study),
        ("model-alone", study, "--model", "scripted:demo"),
        ("export", study),
    ):
        assert f"Run `oversight plan '{study}'` first." in refused(*words)


def test_a_missing_key_is_named_before_anybody_is_paid(study: Path) -> None:
    edit(study, 'model = "scripted:demo"', 'model = "compatible:some-model@https://api.example.com/v1"')

    checked = refused("check", study)
    plan = run("plan", study)

    assert re.search(r"[A-Z_]+_KEY", checked)
    assert plan.exit_code == 0, plan.output  # a plan needs no key, but says that one will be missing
    assert re.search(r"[A-Z_]+_KEY", plan.stderr)
    assert re.search(r"[A-Z_]+_KEY", refused("serve", study))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")

    said = refused("init", tmp_path / "file" / "study")

    assert "cannot be made" in said
    assert (tmp_path / "file").read_text() == "mine"


def test_an_export_into_a_place_that_cannot_be_made_is_named(planned: Path) -> None:
    before = contents(planned)
    (planned.parent / "file").write_text("mine")

    said = refused("export", planned, "--out", planned.parent / "file" / "export")

    assert "cannot be" in said
    assert contents(planned) == before


@pytest.mark.parametrize("command", ["plan", "check", "status", "export", "serve"])
def test_a_folder_that_is_no_study_is_named_and_stays_empty(tmp_path: Path, command: str) -> None:
    (tmp_path / "empty").mkdir()

    assert "is not a study folder" in refused(command, tmp_path / "empty")
    assert "There is no folder" in refused(command, tmp_path / "nowhere")

    assert list((tmp_path / "empty").iterdir()) == []


def test_a_record_that_is_no_database_is_named_and_left_alone(study: Path) -> None:
    (study / "study.db").write_text("this is not a database, whatever its name says" * 100)
    before = (study / "study.db").read_bytes()

    assert "study.db" in refused("status", study)

    assert (study / "study.db").read_bytes() == before


def test_a_model_that_is_not_there_is_one_paragraph_and_leaves_nothing(
    planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "SystemClock", make_clock)  # the waits between attempts cost no time
    before = contents(planned)

    said = refused("model-alone", planned, "--model", "compatible:x@http://127.0.0.1:9/v1")

    assert said.count("\n") == 1
    assert "could not be reached" in said
    assert "the same command asks only those" in said
    assert contents(planned) == before


def test_a_judge_takes_part_and_its_advice_is_read(planned: Path) -> None:
    judged = done("judge", planned, "--model", "scripted:judge", "--participants", "2", "--limit", "1")
    again = done("judge", planned, "--model", "scripted:judge", "--participants", "1", "--limit", "1")

    assert "scripted:judge answered 1 questions; 0 of 2 judges are through." in judged
    assert "goes on with the others" in again
    assert "simulated: 1" in done("status", planned)
    read = done("read-advice", planned, "--model", "scripted:reader")
    assert "read the advice of" in read or "nothing was read" in read


@pytest.mark.parametrize("command", [("read-advice",), ("judge", "--participants", "1")])
def test_a_model_that_reads_or_judges_must_be_one_that_there_is(
    planned: Path, command: tuple[str, ...]
) -> None:
    assert "There is no model 'gpt:x'" in refused(command[0], planned, "--model", "gpt:x", *command[1:])


def test_a_trial_that_does_not_exist_is_named(planned: Path) -> None:
    assert "There is no trial 'nobody-001'" in refused("transcript", planned, "nobody-001")


def test_a_report_is_not_written_over_a_file_and_no_export_is_made_for_it(planned: Path) -> None:
    (planned / "links.csv").write_text("mine")
    before = contents(planned)

    assert "links.csv is a file" in refused("report", planned, "--out", planned / "links.csv")

    assert contents(planned) == before


@pytest.mark.parametrize("option", ["--split", "--subjects"])
def test_an_option_that_names_nothing_is_no_choice_of_nothing(study: Path, option: str) -> None:
    result = run("bank", "import", study, "builtin", option, " , ")

    assert result.exit_code == 2
    assert f"Invalid value for {option}: it names nothing" in result.stderr


def test_a_report_on_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text("what,ever\n1,2\n")

    refused("report", tmp_path / "answers.csv", "--out", tmp_path / "report")

    assert not (tmp_path / "report").exists()


def test_judges_are_expected_before_they_begin_and_a_dry_run_asks_nobody(planned: Path) -> None:
    before = contents(planned)

    dry = done("judge", planned, "--model", "openai:gpt-x", "--participants", "20", "--dry-run")

    assert "Expected of openai:gpt-x as 20 judges: " in dry
    assert "answered" not in dry
    assert contents(planned) == before
    wet = done("judge", planned, "--model", "scripted:judge", "--participants", "1", "--limit", "1")
    assert wet.index("Expected of scripted:judge as 1 judges: ") < wet.index("answered 1 questions")


def test_a_model_is_asked_by_the_method_that_options_make_and_its_prompts_can_be_read_first(
    planned: Path, tmp_path: Path
) -> None:
    asked = (
        "model-alone",
        planned,
        "--model",
        "scripted:demo",
        "--method",
        "best_of_n",
        "--n",
        "2",
        "--shots",
        "1",
    )
    unknown = refused(*asked, "--show-prompt", "nobody")
    question_id = re.search(r"The first that it asks is '(.+?)'", unknown)
    assert question_id is not None

    shown = done(*asked, "--show-prompt", question_id.group(1))
    said = done(*asked)
    done("export", planned, "--out", tmp_path / "export")

    assert "reasoning/1 .. reasoning/2, 2 calls alike" in shown
    assert "Let's think step by step:" in shown
    assert "scripted:demo (best_of_n(n=2,shots=1)) answered 4 of" in said
    assert "Of 2 reasonings to each question the one was kept that the model itself scored best." in said
    with (tmp_path / "export" / "model_calls.csv").open(newline="", encoding="utf-8") as file:
        calls = list(csv.DictReader(file))
    assert {row["purpose"] for row in calls} == {"reasoning", "score", "answer"}
    assert {row["method"] for row in calls} == {"best_of_n(n=2,shots=1)"}
