"""Every method against llama.cpp itself, with random weights: nonsense, and yet each call ends and is recorded."""

from pathlib import Path

import pytest

from oversight_app.clock import SystemClock
from oversight_app.errors import BadInput
from oversight_app.model_alone import answer_alone
from oversight_app.prompts import load_prompts
from oversight_app.study.events import AloneAsked
from oversight_app.study.questions import Role
from oversight_app.transcripts import account
from tests.builders import make_design, make_plan, make_question, make_questions, make_store

TASKS = {"mmlu": {"questions_per_condition": 2, "practice_per_condition": 0}}
BANK = [
    *make_questions(),
    *(make_question(f"dev/{name}:1", subject=name, role=Role.EXAMPLE) for name in ("anatomy", "virology")),
]


@pytest.mark.parametrize(
    "method",
    [
        "zero_shot(samples=2)",
        "few_shot(shots=1)",
        "cot(max_tokens=20)",
        "best_of_n(n=2,max_tokens=20)",
        "self_consistency(n=2,temperature=0.9,max_tokens=20)",
        "verbal_confidence",
        "p_true(samples=2)",
    ],
)
def test_a_real_server_answers_by_every_method_and_every_call_says_what_it_was_sent(
    tmp_path: Path, llama_url: str, method: str
) -> None:
    design = make_design(tasks=TASKS, assistant={"max_tokens": 24})
    with make_store(tmp_path, make_plan(design, BANK, prompts=load_prompts()), BANK) as store:
        model = f"compatible:random@{llama_url}"
        summary = answer_alone(store, model, method=method, clock=SystemClock(), limit=2)

        rows = [row for row in store.rows("answers") if row["status"]]
        assert {row["status"] for row in rows} <= {"answered", "unreadable"}
        assert (summary.n_failed, len(rows)) == (0, 2)
        calls = [call for row in rows for call in account(store, row["trial_id"]).calls]
        assert calls
        assert all(call.sent.sent is not None for call in calls)
        assert all(call.asked.finish_reason for call in calls)


@pytest.mark.parametrize(("method", "n_letters"), [("zero_shot(forced=yes)", 2), ("p_true(forced=yes)", 4)])
def test_a_grammar_forces_a_letter_of_the_question_and_its_log_probabilities_come_along(
    tmp_path: Path, llama_url: str, method: str, n_letters: int
) -> None:
    design = make_design(tasks=TASKS)
    with make_store(tmp_path, make_plan(design, BANK, prompts=load_prompts()), BANK) as store:
        model = f"compatible:random@{llama_url}"
        summary = answer_alone(store, model, method=method, clock=SystemClock(), limit=2)

        assert (summary.n_answered, summary.n_unreadable, summary.n_failed) == (2, 0, 0)
        rows = [row for row in store.rows("answers") if row["status"]]
        assert {row["method"] for row in rows} == {method}
        calls = [call.asked for row in rows for call in account(store, row["trial_id"]).calls]
        assert len(calls) == n_letters
        for asked in calls:
            assert isinstance(asked, AloneAsked)
            assert asked.text in ("A", "B", "C", "D")[: 2 if asked.part == "belief" else 4]
            # What is listed is as likely as it was before the grammar, so the letters need not be among it.
            assert asked.least_log_probability is not None


def test_a_service_that_takes_no_grammar_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    design = make_design(tasks=TASKS)
    plan = make_plan(design, BANK, prompts=load_prompts())
    with (
        make_store(tmp_path, plan, BANK) as store,
        pytest.raises(BadInput, match="openai models take none"),
    ):
        answer_alone(store, "openai:x", method="zero_shot(forced=yes)", clock=SystemClock())
