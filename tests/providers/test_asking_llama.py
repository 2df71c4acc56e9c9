"""Judges and readers against llama.cpp itself, with random weights: nonsense, recorded as any other model's."""

from pathlib import Path

from oversight_app.advice_reading import read_advice
from oversight_app.clock import SystemClock
from oversight_app.judging import let_judge
from oversight_app.prompts import load_prompts
from oversight_app.transcripts import account
from tests.builders import make_clock, make_design, make_plan, make_store

TASKS = {"mmlu": {"questions_per_condition": 2, "practice_per_condition": 0}}


def test_a_real_server_judges_and_reads_and_every_call_says_what_it_was_sent(
    tmp_path: Path, llama_url: str
) -> None:
    design = make_design(
        tasks=TASKS, conditions={"order": "human_with_model_first"}, sitting={"min_display_s": 0}
    )
    with make_store(tmp_path, make_plan(design, prompts=load_prompts())) as store:
        summary = let_judge(store, f"compatible:random@{llama_url}", 1, clock=SystemClock(), limit=2)
        read = read_advice(store, f"compatible:random@{llama_url}", clock=make_clock())

        rows = list(store.rows("answers"))
        assert {row["status"] for row in rows} <= {"answered", "unreadable"}
        assert (summary.n_void, len(rows)) == (0, 2)
        assert read.n_failed == 0
        calls = [call for row in rows for call in account(store, row["trial_id"]).calls]
        assert {call.asked.purpose for call in calls} >= {"judge_message", "judge_answer"}
        for call in calls:
            assert call.sent.sent is not None, call.sent.why
            assert call.asked.tokens_in
        letters = [call.asked for call in calls if call.asked.prompt == "judge_answer"]
        assert letters
