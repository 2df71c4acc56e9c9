"""What happened in a study stands in its export, and nothing else does."""

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import frictionless
import pytest

from analysis.columns import COLUMNS, Table, ordered
from analysis.export import load
from oversight_app.clock import SimulatedClock
from oversight_app.errors import BadInput, StudyStateError
from oversight_app.export import ExportPaths, export_study
from oversight_app.proctor import Proctor
from oversight_app.providers.base import Piece, Reply, Request, Text, Usage
from oversight_app.replies import Replies
from oversight_app.researcher import Researcher
from oversight_app.store import Store
from oversight_app.study.design import Protocol
from oversight_app.study.events import STUDY_STREAM, ExportWritten, PlanFrozen
from oversight_app.study.letters import OptionOrder
from oversight_app.study.questions import LETTERS
from oversight_app.study.sitting import Sitting, Stage
from tests.builders import START, finish, make_design, make_plan, make_proctor, make_store, seat

LATER = START + timedelta(days=1)


class Arguing:
    """A provider that stands for its stance in one sentence."""

    name = "scripted"

    def reply(self, request: Request) -> Iterator[Piece]:
        assert request.scene is not None
        text = f'The answer is {request.scene.stance}, "surely",\nas I said.'
        yield Text(text)
        yield Reply(text, "stop", Usage(40, None, 7, 5, 3), request_id="r1", model="demo-1")


def rows_of(paths: ExportPaths, table: str) -> list[dict[str, str]]:
    with paths.tables[table].open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def manifest_of(paths: ExportPaths) -> dict[str, object]:
    manifest: dict[str, object] = json.loads(paths.manifest.read_text(encoding="utf-8"))
    return manifest


def clock_of(proctor: Proctor) -> SimulatedClock:
    assert isinstance(proctor.clock, SimulatedClock)
    return proctor.clock


def walk(proctor: Proctor, participant_id: str, *, until: int = 10**6, believes: bool = False) -> Sitting:
    """Answer every question with the option on top at 60 %, asking the assistant once, before question `until`."""
    replies = Replies(proctor, Arguing(), inline=True, paced=False)
    clock = clock_of(proctor)
    while True:
        proctor.page(participant_id)
        sitting = proctor.sitting(participant_id)
        clock.sleep(5)
        if sitting.stage is Stage.REST:
            proctor.go_on(participant_id)
        elif sitting.stage is Stage.FEEDBACK:
            proctor.read_feedback(participant_id, sitting.trial.plan.n)
        elif sitting.stage is Stage.TRIAL and sitting.trial.plan.n < until:
            n = sitting.trial.plan.n
            if sitting.trial.plan.protocol == Protocol.CHAT:
                replies.ask(participant_id, n, 'Which one,\nand "why"?')
                if believes:
                    due = proctor.sitting(participant_id).trial.belief_due
                    proctor.state_belief(participant_id, n, due, 0, 0.6)
            proctor.submit(participant_id, n, 0, 0.6, browser_response_time_s=4.5)
        else:
            return sitting


@pytest.fixture
def proctor(tmp_path: Path) -> Iterator[Proctor]:
    """A study in which p1 completed, p2 left question 3 to the clock with a draft, and p3 did not agree."""
    proctor = make_proctor(tmp_path)
    with proctor.store.write() as record:
        record.invite({"secret-token": "p9"}, START)
        record.person_of_platform("PROLIFIC_PID=5f0secret", "p8", {"PROLIFIC_PID": "5f0secret"}, START)
    seat(proctor, "p1")
    walk(proctor, "p1")
    finish(proctor, "p1")
    seat(proctor, "p2")
    sitting = walk(proctor, "p2", until=3)
    proctor.save_draft("p2", sitting.trial.plan.n, 1, None)
    clock_of(proctor).sleep(3600)
    proctor.sweep()
    proctor.give_consent("p3", agreed=False)
    yield proctor
    proctor.store.close()


def test_every_closed_trial_is_one_row_that_says_what_happened(proctor: Proctor) -> None:
    paths = export_study(proctor.store, at=LATER)

    rows = rows_of(paths, "answers")
    sitting = proctor.sitting("p1")
    mine = [row for row in rows if row["participant_id"] == "p1"]
    assert [row["question_id"] for row in mine] == [trial.plan.question_id for trial in sitting.trials]
    assert len(rows) == paths.n_answers == len(sitting.trials) + 3
    for row, trial in zip(mine, sitting.trials, strict=True):
        question = proctor.questions[trial.plan.question_id]
        chosen = OptionOrder(trial.plan.option_order).original("A")
        assert (row["choice"], row["confidence"], row["status"]) == (chosen, "0.6", "answered")
        assert row["correct"] == str(int(chosen == LETTERS[question.correct]))
        assert (row["option_order"], row["stance"]) == (trial.plan.option_order, trial.plan.stance)
        assert (row["response_time_s"], row["browser_response_time_s"]) == ("5.0", "4.5")
        assert (row["sample"], row["cell"]) == ("1", sitting.cell)


def test_advice_is_the_option_the_assistant_stood_for_in_original_letters(proctor: Proctor) -> None:
    paths = export_study(proctor.store, at=LATER)

    assisted = [row for row in rows_of(paths, "answers") if row["n_replies"] == "1"]
    assert assisted
    assert all(row["advice_choice"] == row["first_advice_choice"] == row["stance"] for row in assisted)
    assert all(row["advice_correct"] == str(int(row["stance"] == row["correct_choice"])) for row in assisted)


def test_a_draft_at_the_deadline_is_the_answer_unless_its_participant_never_came_back(
    proctor: Proctor,
) -> None:
    paths = export_study(proctor.store, at=LATER)

    last = [row for row in rows_of(paths, "answers") if row["participant_id"] == "p2"][-1]
    assert (last["status"], last["confidence"], last["choice"] != "") == ("abandoned", "", True)


def test_participants_are_those_who_were_asked_to_agree(proctor: Proctor) -> None:
    paths = export_study(proctor.store, at=LATER)

    people = {row["participant_id"]: row for row in rows_of(paths, "participants")}
    assert {name: row["outcome"] for name, row in people.items()} == {
        "p1": "completed",
        "p2": "left",
        "p3": "no_consent",
    }
    assert people["p1"]["comprehension_attempts"] == "1"
    assert (people["p1"]["external_help_reported"], people["p2"]["external_help_reported"]) == ("0", "")
    assert (people["p3"]["cell"], people["p3"]["consent_hash"], people["p3"]["n_closed"]) == ("", "", "0")
    assert all(row["n_attention_failed"] == "" for row in people.values())  # there are no attention checks


def test_the_plan_holds_every_trial_that_was_drawn_also_those_never_reached(proctor: Proctor) -> None:
    paths = export_study(proctor.store, at=LATER)

    drawn = [row for row in rows_of(paths, "plan") if row["participant_id"] == "p2"]
    assert [row["n"] for row in drawn] == [str(n) for n in range(1, len(proctor.sitting("p2").trials) + 1)]


def test_messages_and_calls_are_kept_as_written(proctor: Proctor) -> None:
    paths = export_study(proctor.store, at=LATER)

    messages, calls = rows_of(paths, "messages"), rows_of(paths, "model_calls")
    sent = [row for row in messages if row["speaker"] == "participant"]
    received = [row for row in messages if row["speaker"] == "assistant"]
    assert {row["text"] for row in sent} == {'Which one,\nand "why"?'}
    assert all(row["text"].endswith('"surely",\nas I said.') for row in received)
    assert len(calls) == len(received) == len(sent)
    assert {(row["tokens_in"], row["tokens_cached"]) for row in calls} == {("40", "")}
    assert {(row["model"], row["model_answered"], row["prompt"]) for row in calls} == {
        ("demo", "demo-1", "chat_assigned")
    }
    by_id = {row["message_id"]: row for row in messages}
    assert all(by_id[row["visible"]] in sent for row in received)
    assert {(row["model"], row["model_answered"], row["provider"], row["attempts"]) for row in received} == {
        ("demo-1", "demo-1", "scripted", "1")
    }
    for row in (*received, *calls):
        assert (row["tokens_out"], row["tokens_cache_written"], row["tokens_reasoning"]) == ("7", "5", "3")
    assert {(row["purpose"], row["attempt"], row["error"]) for row in calls} == {("reply", "1", "")}


def test_questions_are_those_of_the_plan_with_the_probability_of_their_draw(proctor: Proctor) -> None:
    paths = export_study(proctor.store, at=LATER)

    questions = {row["question_id"]: row for row in rows_of(paths, "questions")}
    assert questions.keys() == proctor.questions.keys()
    by_task = {
        task: {row["selection_prob"] for row in questions.values() if row["task"] == task and row["form"]}
        for task in ("mmlu", "quality")
    }
    assert by_task == {
        "mmlu": {"0.5"},
        "quality": {"0.5"},
    }  # 2 of 4 in each subject; 2 of 4 passages, all 3 rotated
    practice = [row for row in questions.values() if row["role"] == "practice"]
    assert {(row["form"], row["selection_prob"]) for row in practice} == {("", "")}


def test_events_are_exported_exactly_as_hashed(proctor: Proctor) -> None:
    paths = export_study(proctor.store, at=LATER)

    events = rows_of(paths, "events")
    assert (
        events == [{k: str(v) for k, v in row.items()} for row in proctor.store.rows("events")][: len(events)]
    )
    heads = {row["stream"]: row["hash"] for row in events}
    assert manifest_of(paths)["stream_heads"] == heads


@pytest.mark.parametrize("table", list(Table))
def test_a_table_has_the_columns_of_the_contract_in_their_order(proctor: Proctor, table: Table) -> None:
    paths = export_study(proctor.store, at=LATER)

    header = paths.tables[table].read_text(encoding="utf-8").splitlines()[0].split(",")
    assert tuple(header) == ordered(table) == tuple(column.name for column in COLUMNS[table])


def test_an_outsider_finds_the_package_valid(proctor: Proctor) -> None:
    paths = export_study(proctor.store, at=LATER)

    report = frictionless.validate(str(paths.folder / "datapackage.json"))

    assert report.flatten(["type", "message"]) == []
    assert {task.name: task.stats.get("rows", 0) for task in report.tasks} == {
        table.value: len(rows_of(paths, table)) for table in Table
    }


def test_the_analysis_reads_the_export_and_finds_no_file_changed(proctor: Proctor) -> None:
    paths = export_study(proctor.store, at=LATER)

    export = load(paths.folder)

    assert export.changed == ()
    assert len(export.answers) == paths.n_answers
    assert export.manifest.text("study_id") == proctor.plan.study_id
    assert export.manifest.family == proctor.plan.design.analysis.family


def test_the_manifest_names_study_plan_and_the_hash_of_each_file(proctor: Proctor) -> None:
    paths = export_study(proctor.store, at=LATER)

    manifest = manifest_of(paths)
    assert manifest["plan_hash"] == proctor.plan.plan_hash
    assert manifest["withheld"] == {"participants": 0, "rows": {}}
    assert (manifest["is_rehearsal"], manifest["is_demo"], manifest["truth"]) == (False, False, None)
    assert manifest["counts"] == {
        "invited": 1,
        "agreed_to_take_part": 2,
        "began": 2,
        "completed": 1,
        "deleted": 0,
        "withdrew": 0,
        "closed_trials": len(proctor.sitting("p1").trials) + 3,
        "returned_at_platform": 0,
        "timed_out_at_platform": 0,
        "rejected_at_platform": 0,
    }
    written = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in paths.folder.iterdir()}
    del written["manifest.json"]
    assert manifest["files"] == written


def test_the_manifest_says_how_answers_were_given_and_what_was_noted_beside_them(tmp_path: Path) -> None:
    design = make_design(
        answer={
            "sequence": "answer_first",
            "confidence": "distribution",
            "scoring_rule": "log",
            "prize": 5,
            "currency": "pence",
            "skip": True,
        },
        log={"clipboard": False, "typing": False},
        language="de",
    )
    with make_store(tmp_path, make_plan(design)) as store:
        manifest = manifest_of(export_study(store, at=LATER))

    assert manifest["answer"] == {
        "sequence": "answer_first",
        "confidence_scale": "distribution",
        "scoring_rule": "log",
        "binarised": False,
        "prize": 5,
        "currency": "pence",
        "belief_after_reply": False,
        "reason": "none",
        "skip": True,
        "feedback": "practice_only",
    }
    assert manifest["logged"] == ["focus", "scroll", "search", "choices"]
    assert manifest["language"] == "de"


def test_the_manifest_names_the_plan_as_it_was_frozen_by_whatever_release(tmp_path: Path) -> None:
    """A later release knows more fields of a plan and would compute another hash of it."""
    with make_store(tmp_path) as store:
        with store.write() as record:
            record.append(STUDY_STREAM, [PlanFrozen("a" * 64, "b" * 64)], START)

        manifest = manifest_of(export_study(store, at=LATER))

    assert (manifest["plan_hash"], manifest["design_hash"]) == ("a" * 64, "b" * 64)


def test_no_platform_id_and_no_token_leaves_the_study(proctor: Proctor) -> None:
    paths = export_study(proctor.store, at=LATER)

    for path in paths.folder.iterdir():
        assert b"secret" not in path.read_bytes()


def test_an_export_is_noted_in_the_record_with_the_heads_it_shows(proctor: Proctor) -> None:
    paths = export_study(proctor.store, at=LATER)

    event = proctor.store.events_of()[-1].event
    assert isinstance(event, ExportWritten)
    assert event.n_answers == paths.n_answers


def test_an_export_without_rows_says_why(tmp_path: Path) -> None:
    with make_store(tmp_path) as store:
        paths = export_study(store, tmp_path / "out", at=LATER)

    manifest = manifest_of(paths)
    empty = manifest["empty"]
    assert isinstance(empty, dict)
    assert empty["answers"] == "No trial was closed when this export was made."
    assert set(Table) - empty.keys() == {Table.QUESTIONS}
    assert paths.tables["answers"].read_text() == ",".join(ordered("answers")) + "\n"


def test_an_export_goes_into_a_folder_named_by_its_time(tmp_path: Path) -> None:
    with make_store(tmp_path) as store:
        paths = export_study(store, at=LATER)

    assert paths.folder == tmp_path / "exports" / "20260106T090000Z"


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious.txt").write_text("mine")

    with make_store(tmp_path) as store, pytest.raises(BadInput, match="not empty"):
        export_study(store, tmp_path / "out", at=LATER)

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["precious.txt"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with make_store(tmp_path) as store, pytest.raises(BadInput, match="file/out cannot be written"):
        export_study(store, tmp_path / "file" / "out", at=LATER)


def test_a_study_without_a_plan_has_nothing_to_export(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store, pytest.raises(StudyStateError, match="no plan yet"):
        export_study(store, at=LATER)


def test_the_manifest_tells_who_changed_enrolment_and_who_looked_at_accuracy_before_that(
    tmp_path: Path,
) -> None:
    proctor = make_proctor(tmp_path, make_plan(make_design(sitting={"max_participants": 40})))
    assert manifest_of(export_study(proctor.store, tmp_path / "a", at=START))["enrolment"] == {
        "state": "open",
        "target": 40,
        "planned_target": 40,
        "accuracy_seen": False,
        "changes": [],
        "accuracy_shown": [],
    }
    researcher = Researcher(proctor.store, proctor.clock)
    researcher.look("console", "Ada")
    researcher.raise_target(60, "Ada")

    told = manifest_of(export_study(proctor.store, tmp_path / "b", at=LATER))["enrolment"]

    assert told == researcher.enrolment().about()
    assert isinstance(told, dict)
    assert (told["target"], told["accuracy_seen"]) == (60, True)
    assert [change["accuracy_seen"] for change in told["changes"]] == [True]
    kinds = [row["kind"] for row in rows_of(export_study(proctor.store, tmp_path / "c", at=LATER), "events")]
    assert {"AccuracyShown", "TargetRaised"} <= set(kinds)
