from pathlib import Path

import pytest

from oversight_app.clock import SystemClock
from oversight_app.errors import BadInput, ProviderConfigError, StudyStateError
from oversight_app.model_alone import answer_alone
from oversight_app.prompts import load_prompts
from oversight_app.store import Store
from oversight_app.study.questions import LETTERS
from tests.builders import make_clock, make_plan, make_questions, make_store
from tests.model_alone.parrots import N_TRIALS, rows
from tests.providers.misbehaving import DONE, event, head, misbehaving_server, refuses, says


def test_the_scripted_model_answers_every_question_of_both_forms_without_a_network(store: Store) -> None:
    summary = answer_alone(store, "scripted:demo", clock=make_clock())

    answers = rows(store)
    assert (summary.n_trials, summary.n_answered, summary.n_open) == (N_TRIALS, N_TRIALS, 0)
    assert {row["status"] for row in answers} == {"answered"}
    assert {row["form"] for row in answers} == {"A", "B"}
    assert {(row["condition"], row["provider"], row["model"], row["method"]) for row in answers} == {
        ("model_alone", "scripted", "demo", "zero_shot")
    }
    for row in answers:
        assert row["correct"] == (row["choice"] == row["correct_choice"])
        probabilities = [float(str(row[f"p_{letter.lower()}"])) for letter in LETTERS]
        assert sum(probabilities) == pytest.approx(1)
        assert row["confidence"] == probabilities[LETTERS.index(str(row["choice"]))] == max(probabilities)
        assert row["p_source"] == "logprob"


def test_the_scripted_model_errs_in_the_designs_share(tmp_path: Path) -> None:
    plan = make_plan(prompts=load_prompts())
    share = plan.design.assistant.error_share
    with make_store(tmp_path, plan) as store:
        answer_alone(store, "scripted:demo", clock=make_clock())

        n_wrong = sum(row["correct"] == 0 for row in rows(store))
        assert n_wrong == int(4 * share + 0.5) + int(6 * share + 0.5)


def test_a_model_that_the_plan_does_not_compare_people_with_is_said_to_stand_beside(store: Store) -> None:
    declared = answer_alone(store, "scripted:demo", clock=make_clock())
    other = answer_alone(store, "scripted:other", clock=make_clock())

    assert "stand beside" not in declared.describe()
    assert "The plan compares people with scripted:demo (zero_shot)" in other.describe()


def test_progress_goes_from_the_first_to_the_last(store: Store) -> None:
    seen: list[tuple[int, int]] = []

    answer_alone(
        store,
        "scripted:x",
        clock=make_clock(),
        on_progress=lambda summary: seen.append((summary.n_done, summary.n_trials)),
    )

    assert seen == [(n, N_TRIALS) for n in range(1, N_TRIALS + 1)]


@pytest.mark.parametrize(
    ("model", "method", "says"),
    [
        ("gpt:x", "zero_shot", "allowed are scripted:NAME"),
        ("scripted:x", "five_shot", "allowed are zero_shot"),
    ],
)
def test_an_unknown_model_or_method_is_refused(store: Store, model: str, method: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        answer_alone(store, model, method=method, clock=make_clock())


def test_without_a_plan_there_is_nothing_to_answer(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store, pytest.raises(StudyStateError, match="oversight plan"):
        answer_alone(store, "scripted:x", clock=make_clock())


def test_a_real_server_is_asked_over_the_wire(store: Store) -> None:
    letter = says(head(), event("C"), event(finish="length"), DONE)
    with misbehaving_server({"qwen": letter, "secret": refuses("401 Unauthorized")}) as server:
        summary = answer_alone(store, f"compatible:qwen@{server.url}", clock=SystemClock())
        with pytest.raises(ProviderConfigError, match="refused the credentials"):
            answer_alone(store, f"compatible:secret@{server.url}", clock=SystemClock(), parallel=1)

    assert summary.n_answered == N_TRIALS
    assert sum(body["model"] == "secret" for body in server.bodies) == 1
    assert {row["confidence"] for row in rows(store)} == {None}


def test_questions_are_those_of_the_frozen_plan(store: Store) -> None:
    answer_alone(store, "scripted:x", clock=make_clock())

    planned = store.plan()
    assert planned is not None
    wanted = {
        question_id
        for forms in planned.forms.values()
        for slots in forms.values()
        for slot in slots
        for question_id in slot.question_ids
    }
    assert {row["question_id"] for row in rows(store)} == wanted
    assert len(wanted) < len(make_questions())
