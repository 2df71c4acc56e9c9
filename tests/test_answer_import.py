"""Logs of other tools in a study's record: the same table as a model that this tool asked, and nothing twice."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from oversight_app.answer_import import import_answers
from oversight_app.errors import BadInput, StudyStateError
from oversight_app.export import export_study
from oversight_app.model_alone import answer_alone
from oversight_app.projections import rebuild
from oversight_app.store import Store
from oversight_app.study.events import AnswerImported, LogImported
from oversight_app.study.imported_answers import places
from oversight_app.study.questions import Question
from oversight_app.transcripts import as_text
from oversight_app.transcripts.loading import account
from tests.builders import START, make_clock, make_design, make_plan, make_question, make_store
from tests.evaluation_logs.logs import (
    inspect_logprobs,
    inspect_sample,
    lm_eval_likelihoods,
    lm_eval_text,
    write_eval,
    write_inspect,
    write_lm_eval,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "study").mkdir()
    with make_store(tmp_path / "study", make_plan()) as made:
        yield made


def planned(store: Store, task: str = "") -> list[Question]:
    plan = store.plan()
    assert plan is not None
    wanted = places(plan)
    questions = [question for question in store.questions() if question.question_id in wanted]
    return [question for question in questions if not task or question.task == task]


def rows(store: Store) -> list[dict[str, object]]:
    return [row for row in store.rows("answers") if row["participant_kind"] == "model"]


def test_a_log_of_inspect_becomes_answers_of_a_model_alone(store: Store, tmp_path: Path) -> None:
    questions = planned(store)
    log = write_eval(tmp_path / "log.eval", [inspect_sample(q, "ANSWER: B", order="CABD") for q in questions])

    summary = import_answers(store, [log], clock=make_clock())

    answers = rows(store)
    assert len(answers) == len(questions)
    assert {(row["condition"], row["provider"], row["model"], row["method"]) for row in answers} == {
        ("model_alone", "openai-api/local", "fake", "inspect:multiple_choice(cot=True,temperature=0.0)")
    }
    # Displayed B was original A.
    assert {(row["option_order"], row["choice"], row["status"]) for row in answers} == {
        ("CABD", "A", "answered")
    }
    assert {row["correct"] == (row["correct_choice"] == "A") for row in answers} == {True}
    assert {row["response_time_s"] for row in answers} == {1.5}
    assert summary.problems == []
    (file,) = summary.files
    assert (file.found.n_by_id, file.n_unanswered, file.n_planned) == (
        len(questions),
        0,
        len(questions),
    )


def test_likelihoods_become_probabilities_and_times_that_a_log_lacks_stay_missing(
    store: Store, tmp_path: Path
) -> None:
    question = planned(store, "mmlu")[0]
    log = write_lm_eval(tmp_path / "out", [lm_eval_likelihoods(question, [-3, -1, -2, -4], order="DCBA")])

    import_answers(store, [log], clock=make_clock())

    (row,) = rows(store)
    assert (row["option_order"], row["choice"], row["p_source"]) == ("DCBA", "C", "logprob")
    assert row["p_c"] == row["confidence"] == pytest.approx(0.6439, abs=1e-4)
    assert (row["shown_at"], row["response_time_s"]) == (None, None)
    assert row["closed_at"] == "2026-11-28T11:47:04.500000Z"


def test_what_was_asked_and_replied_is_kept_as_the_log_has_it(store: Store, tmp_path: Path) -> None:
    question = planned(store, "mmlu")[0]
    sample = inspect_sample(question, "ANSWER: D", output=inspect_logprobs("D", {"D": -0.5, "A": -2.0}))
    log = write_inspect(tmp_path / "log.json", [sample])

    import_answers(store, [log], clock=make_clock())

    (call,) = store.rows("model_calls")
    assert (call["purpose"], call["text"], call["model_answered"]) == ("answer", "ANSWER: D", "fake")
    (row,) = rows(store)
    happened = [item.event for item in store.events_of(str(row["participant_id"]))]
    (kept,) = [event for event in happened if isinstance(event, AnswerImported)]
    assert kept.log_probabilities == {"D": -0.5, "A": -2.0}
    assert (row["confidence"], row["p_a"]) == (None, None)
    (file,) = [event for event in happened if isinstance(event, LogImported)]
    assert (file.file, file.tool, file.versions["inspect_ai"]) == ("log.json", "inspect_ai", "0.3.285")
    assert kept.log == file.sha256
    text = as_text(account(store, str(row["trial_id"])), sent=True)
    assert sample["messages"][0]["content"].splitlines()[-1] in text


def test_the_same_file_twice_adds_nothing_and_so_does_the_same_run_in_the_other_format(
    store: Store, tmp_path: Path
) -> None:
    samples = [inspect_sample(q, "ANSWER: B", epoch=n) for q in planned(store) for n in (1, 2)]
    log, other = (
        write_inspect(tmp_path / "log.json", samples),
        write_eval(tmp_path / "log.eval", samples),
    )
    import_answers(store, [log], clock=make_clock())
    heads = store.heads()

    again = import_answers(store, [log, other], clock=make_clock())

    assert store.heads() == heads
    assert [file.found.n_known for file in again.files] == [len(samples)] * 2
    assert f"0 answers recorded, {len(samples)} had been before" in again.describe()


def test_a_second_log_of_the_same_model_adds_what_is_new_to_the_same_participant(
    store: Store, tmp_path: Path
) -> None:
    one, two, *_ = planned(store, "mmlu")
    first = write_lm_eval(tmp_path / "a", [lm_eval_likelihoods(one, [-1, -2, -3, -4])], task="mmlu")
    second = write_lm_eval(
        tmp_path / "b", [lm_eval_likelihoods(q, [-2, -1, -3, -4]) for q in (one, two)], task="mmlu"
    )

    import_answers(store, [first, second], clock=make_clock())

    answers = rows(store)
    assert len({row["participant_id"] for row in answers}) == 1
    assert [(row["question_id"], row["sample"], row["choice"]) for row in answers] == [
        (one.question_id, 1, "A"),
        (one.question_id, 2, "B"),
        (two.question_id, 1, "B"),
    ]


def test_what_is_wrong_is_named_and_hinders_nothing_else(store: Store, tmp_path: Path) -> None:
    one, two, *_ = planned(store, "mmlu")
    (tmp_path / "text.txt").write_text("not a log")
    log = write_lm_eval(tmp_path / "a", [lm_eval_text(one, ["B"]), "{broken", lm_eval_text(two, ["no idea"])])

    summary = import_answers(store, [tmp_path / "text.txt", log], clock=make_clock())

    assert [row["status"] for row in rows(store)] == ["answered", "unreadable"]
    said = " ".join(summary.problems)
    assert "text.txt is neither" in said
    assert f"{log.name}, record 2" in said
    assert "1 reply could not be read as an option" in summary.describe()


def test_a_log_of_other_questions_leaves_nothing_and_says_so(store: Store, tmp_path: Path) -> None:
    log = write_inspect(tmp_path / "log.json", [inspect_sample(make_question("stranger"), "ANSWER: B")])

    summary = import_answers(store, [log], clock=make_clock())

    assert store.heads() == {}
    assert "1 are of no question of the study" in summary.describe()
    assert summary.problems[-1].startswith("No sample matches a question of this study")


def test_a_model_that_no_log_names_has_to_be_named(store: Store, tmp_path: Path) -> None:
    question = planned(store, "mmlu")[0]
    log = write_lm_eval(tmp_path / "out", [lm_eval_likelihoods(question, [-1, -2, -3, -4])], results=False)

    refused = import_answers(store, [log], clock=make_clock())
    named = import_answers(
        store, [log], model="compatible:mine@http://127.0.0.1:1/v1", method="ours", clock=make_clock()
    )

    assert "--model PROVIDER:NAME" in refused.problems[0]
    assert named.problems == []
    (row,) = rows(store)
    assert (row["provider"], row["model"], row["method"]) == ("compatible", "mine", "ours")
    assert row["closed_at"] == "2026-01-05T09:00:00.000000Z"


@pytest.mark.parametrize(
    ("model", "method", "says"),
    [
        ("gpt", "", "write PROVIDER:NAME"),
        ("", "zero_shot", "by which this tool asks"),
        ("", "zero_shot(shots=1)", "by which this tool asks"),
    ],
)
def test_names_that_cannot_be_are_refused(store: Store, model: str, method: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        import_answers(store, [], model=model, method=method, clock=make_clock())


def test_without_a_plan_there_is_nothing_to_match(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store, pytest.raises(StudyStateError, match="oversight plan"):
        import_answers(store, [tmp_path / "log.json"], clock=make_clock())


def test_the_tables_can_be_made_again_from_the_events(store: Store, tmp_path: Path) -> None:
    questions = planned(store)
    log = write_eval(tmp_path / "log.eval", [inspect_sample(q, "ANSWER: B", epoch=2) for q in questions])
    import_answers(store, [log], clock=make_clock())
    import_answers(
        store,
        [write_lm_eval(tmp_path / "out", [lm_eval_text(planned(store, "mmlu")[0], ["B"])])],
        clock=make_clock(),
    )
    tables = ("answers", "trials", "sittings", "model_calls", "participants")
    before = [list(store.rows(table)) for table in tables]

    rebuild(store)

    assert [list(store.rows(table)) for table in tables] == before
    assert {row["outcome"] for row in store.rows("participants")} == {"completed"}


def test_imported_answers_stand_in_the_export_and_not_in_the_declared_comparison(
    store: Store, tmp_path: Path
) -> None:
    questions = planned(store)
    log = write_eval(tmp_path / "log.eval", [inspect_sample(q, "ANSWER: B") for q in questions])

    summary = import_answers(store, [log], clock=make_clock())
    answer_alone(store, "scripted:demo", clock=make_clock())
    made = export_study(store, tmp_path / "export", at=START)

    with made.tables["answers"].open(encoding="utf-8", newline="") as file:
        methods = [row["method"] for row in csv.DictReader(file)]
    assert methods.count("zero_shot") == len(questions)
    assert len(methods) == 2 * len(questions)
    declared = json.loads(made.manifest.read_text(encoding="utf-8"))["primary_model_alone"]
    assert declared["method"] == "zero_shot"
    assert "The plan compares people with scripted:demo (zero_shot)" in summary.describe()


def test_a_comparison_that_was_declared_is_not_called_another(tmp_path: Path) -> None:
    declared = {"model": "compatible:mine@http://127.0.0.1:1/v1", "method": "inspect:plain"}
    plan = make_plan(make_design(analysis={"primary_model_alone": declared}))
    (tmp_path / "study").mkdir()
    with make_store(tmp_path / "study", plan) as store:
        log = write_inspect(tmp_path / "log.json", [inspect_sample(planned(store)[0], "ANSWER: B")])

        summary = import_answers(
            store, [log], model="compatible:mine", method="inspect:plain", clock=make_clock()
        )

    assert "The plan compares people" not in summary.describe()
