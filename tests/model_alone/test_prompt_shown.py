"""What a method would ask about one question, as a researcher reads it before a run, and after one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from oversight_app.errors import BadInput, StudyStateError
from oversight_app.model_alone import answer_alone, prompt_shown
from oversight_app.prompts import load_prompts
from oversight_app.store import Store
from oversight_app.study.methods import METHODS
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Role
from tests.builders import make_clock, make_plan, make_question, make_questions, make_store

BANK = [
    *make_questions(),
    *(
        make_question(f"dev/{subject}:{i}", subject=subject, role=Role.EXAMPLE)
        for subject in ("anatomy", "virology")
        for i in range(5)
    ),
]
PLAN = make_plan(questions=BANK, prompts=load_prompts())
MMLU, STORY = PLAN.study_question_ids[0], PLAN.study_question_ids[-1]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with make_store(tmp_path, PLAN, BANK) as made:
        yield made


def parts(text: str) -> list[str]:
    return [
        line.removeprefix("== ").partition(" (")[0] for line in text.splitlines() if line.startswith("== ")
    ]


@pytest.mark.parametrize(
    ("method", "calls"),
    [
        ("zero_shot", ["answer"]),
        ("zero_shot(samples=10)", ["answer", "sample/1 .. sample/10, 10 calls alike"]),
        ("few_shot", ["answer"]),
        ("cot", ["reasoning/1", "answer"]),
        (
            "best_of_n(n=3)",
            ["reasoning/1 .. reasoning/3, 3 calls alike", "score/1 .. score/3, 3 calls alike", "answer"],
        ),
        ("self_consistency", ["reasoning/1 .. reasoning/10, 10 calls alike"]),
        ("verbal_confidence", ["answer"]),
        ("p_true", ["answer", "belief"]),
    ],
)
def test_every_call_is_shown_in_full_before_anybody_is_asked(
    store: Store, method: str, calls: list[str]
) -> None:
    text = prompt_shown(store, "openai:x", method, MMLU)

    assert parts(text) == calls
    assert text.count(f"Question: What does {MMLU} ask?") >= 1
    assert "Assistant:" in text
    assert list(store.rows("model_calls")) == []


def test_what_nobody_has_said_stands_with_a_placeholder(store: Store) -> None:
    chain = prompt_shown(store, "openai:x", "cot", MMLU)
    belief = prompt_shown(store, "openai:x", "p_true", MMLU)

    assert "Assistant: [what was said to reasoning/1]" in chain
    assert "Assistant: (not asked yet; what follows supposes A)" in belief


@pytest.mark.parametrize("method", METHODS)
def test_after_a_run_it_is_what_was_sent_and_said(store: Store, method: str) -> None:
    answer_alone(store, "scripted:x", method=method, clock=make_clock())

    text = prompt_shown(store, "scripted:x", method, MMLU)

    trial_id = next(str(row["trial_id"]) for row in store.rows("trials") if row["question_id"] == MMLU)
    said = [str(row["text"]) for row in store.rows("model_calls") if row["trial_id"] == trial_id]
    assert "[what was said" not in text
    assert all(f": {reply}" in text for reply in said)
    assert text.count("Assistant, on record for ") == len(said)


def test_examples_are_shown_as_turns_and_a_question_without_them_is_refused(store: Store) -> None:
    text = prompt_shown(store, "openai:x", "few_shot", MMLU)

    assert text.count("Human: Question:") == 6
    assert text.count("Assistant: B") == 5
    with pytest.raises(BadInput, match="fewer than 5 examples"):
        prompt_shown(store, "openai:x", "few_shot", STORY)


def test_a_question_that_the_plan_does_not_ask_is_refused_and_one_is_named(store: Store) -> None:
    with pytest.raises(BadInput, match=f"The first that it asks is '{MMLU}'"):
        prompt_shown(store, "openai:x", "zero_shot", "practice/mmlu:0")


def test_a_plan_of_an_earlier_release_lacks_prompts_and_says_so(tmp_path: Path) -> None:
    earlier: Plan = make_plan()
    with make_store(tmp_path, earlier) as store, pytest.raises(BadInput, match="holds no prompt cot"):
        prompt_shown(store, "openai:x", "cot", MMLU)


def test_without_a_plan_there_is_nothing_to_show(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store, pytest.raises(StudyStateError, match="oversight plan"):
        prompt_shown(store, "openai:x", "zero_shot", MMLU)
