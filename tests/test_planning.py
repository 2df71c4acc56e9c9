from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from oversight_app import planning
from oversight_app.banks import practice_questions
from oversight_app.errors import BankError, DesignError, StoreFull, StudyStateError
from oversight_app.store import Store
from oversight_app.study.bank_hash import bank_hash
from oversight_app.study.design import Design
from oversight_app.study.events import PlanFrozen
from oversight_app.study.plan import Plan, WorkedExample
from oversight_app.study.questions import Question, Role
from tests.builders import (
    START,
    STUDY_ID,
    TEXTS,
    make_clock,
    make_design,
    make_materials,
    make_question,
    make_questions,
)


def make_draft(design: Design | None = None, questions: list[Question] | None = None, **changes: Any) -> Plan:
    return planning.draft(
        changes.pop("study_id", STUDY_ID),
        design or make_design(),
        questions or make_questions(),
        make_materials(**changes),
        at=START,
    )


def make_unplanned(folder: Path, questions: list[Question] | None = None) -> Store:
    store = Store.open(folder / "study.db", synchronous="NORMAL")
    store.create_study(STUDY_ID, START)
    store.save_questions(make_questions() if questions is None else questions, [], source="tests", at=START)
    return store


def freeze(store: Store, design: Design | None = None) -> Plan:
    return planning.freeze(
        store,
        design or make_design(),
        make_materials(),
        clock=make_clock(),
    )


# -- deciding ----------------------------------------------------------------------------------------


def test_the_same_seed_and_bank_give_the_same_plan() -> None:
    assert make_draft().plan_hash == make_draft().plan_hash


def test_another_seed_gives_other_forms() -> None:
    questions = make_questions(n_mmlu=60, n_passages=30)

    plans = [make_draft(make_design(seed=seed), questions) for seed in (1, 2)]

    assert plans[0].forms != plans[1].forms


def test_the_bank_hash_sees_every_byte_and_the_key() -> None:
    questions = make_questions()
    changed = [
        [make_question("x", text="One  space more"), *questions],
        [make_question("x", text="One space more"), *questions],
        [make_question("x", text="One space more", correct=2), *questions],
        [make_question("x", text="One space more", key_flag="wrong"), *questions],
    ]

    assert len({bank_hash(bank) for bank in [questions, *changed]}) == 5


def test_a_study_of_few_passages_is_a_pilot() -> None:
    design = {"quality": {"questions_per_condition": 10}}

    assert make_draft(make_design(), make_questions(n_passages=20)).pilot_only
    assert not make_draft(make_design(tasks=design), make_questions(n_passages=20)).pilot_only
    assert not make_draft(make_design(tasks={"mmlu": {"questions_per_condition": 2}})).pilot_only


def test_studies_with_the_same_seed_have_different_completion_codes() -> None:
    codes = {make_draft(study_id=study_id).completion_code for study_id in ("one", "two")}

    assert len(codes) == 2
    assert all(len(code) == 8 for code in codes)


def test_a_completion_code_of_the_researcher_stays() -> None:
    assert make_draft(make_design(sitting={"completion_code": "C1AB2"})).completion_code == "C1AB2"


def test_a_bank_that_cannot_satisfy_the_design_is_refused_with_the_counts() -> None:
    design = make_design(tasks={"mmlu": {"questions_per_condition": 5}})

    with pytest.raises(BankError, match=r"wants 10 usable questions of task 'mmlu' .* the banks have 8"):
        make_draft(design)


def test_a_question_that_stands_in_two_tasks_is_drawn_for_one_of_them() -> None:
    copies = [make_question(f"copy/{i}", task="mine", text=f"Text {i}?") for i in range(6)]
    originals = [
        make_question(f"original/{i}", text=f"Text {i}?", options=copies[i].options) for i in range(4)
    ]
    tasks = {
        "mmlu": {"questions_per_condition": 2, "practice_per_condition": 0},
        "mine": {"questions_per_condition": 1, "practice_per_condition": 0},
    }

    plan = make_draft(make_design(tasks=tasks), [*originals, *copies])

    drawn = [
        q for task in plan.forms.values() for slots in task.values() for s in slots for q in s.question_ids
    ]
    assert {question_id for question_id in drawn if question_id.startswith("copy")} == {"copy/4", "copy/5"}


def test_a_copy_of_a_practice_item_is_never_a_study_question() -> None:
    practice = [make_question(f"practice/{i}", role=Role.PRACTICE) for i in range(2)]
    study = [make_question(f"study/{i}") for i in range(4)]
    copy = make_question("copy", text=practice[0].text, options=practice[0].options)
    design = make_design(tasks={"mmlu": {"questions_per_condition": 2}})

    plan = make_draft(design, [*practice, copy, *study])

    drawn = {q for slots in plan.forms["mmlu"].values() for s in slots for q in s.question_ids}
    assert drawn == {question.question_id for question in study}


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({name: text for name, text in TEXTS.items() if name != "consent"}, r"texts/consent\.md is missing"),
        (TEXTS | {"debrief": " \n"}, r"texts/debrief\.md is missing or empty"),
        (
            TEXTS | {"instructions": "It is {told_relability}."},
            r"texts/instructions\.md: nothing fills \{told_relability\}; allowed are \{told_reliability\}",
        ),
    ],
)
def test_texts_that_participants_cannot_be_shown_are_refused(texts: dict[str, str], said: str) -> None:
    with pytest.raises(DesignError, match=said):
        make_draft(texts=texts)


def test_a_setting_that_the_service_cannot_honour_is_refused_and_not_left_out() -> None:
    assistant = {"model": "anthropic:claude", "mode": "as_is", "error_share": 0, "temperature": 0.7}

    with pytest.raises(
        DesignError, match=r"study\.toml: assistant\.temperature: found 0\.7.* Take the line out"
    ):
        make_draft(make_design(assistant=assistant))


# -- saving --------------------------------------------------------------------------------------------


def test_a_frozen_plan_is_in_the_record_with_its_event(tmp_path: Path) -> None:
    with make_unplanned(tmp_path) as store:
        plan = freeze(store)

        assert store.plan() == plan
        assert [item.event for item in store.events_of()] == [PlanFrozen(plan.plan_hash, plan.design_hash)]
        assert store.events_of()[0].at == START


def test_freezing_brings_the_builtin_practice_items_once(tmp_path: Path) -> None:
    own = [question for question in make_questions() if question.role is not Role.PRACTICE]
    with make_unplanned(tmp_path, [*own, practice_questions()[0]]) as store:
        plan = freeze(store)

        ids = Counter(question.question_id for question in store.questions())
    assert {question.question_id for question in practice_questions()} <= ids.keys()
    assert set(ids.values()) == {1}
    assert all(item.question_id in ids for items in plan.practice.values() for item in items)


@pytest.mark.parametrize(("language", "word"), [("en", "reading"), ("de", "mitlesen")])
def test_instructed_questions_come_with_the_plan_in_the_studys_language(
    tmp_path: Path, language: str, word: str
) -> None:
    with make_unplanned(tmp_path) as store:
        plan = freeze(store, make_design(language=language, sitting={"attention_checks": 3}))
        checks = [question for question in store.questions() if question.role is Role.ATTENTION]

    assert {question.question_id for question in checks} == set(plan.attention)
    assert len(checks) >= 8
    assert all(word in question.text for question in checks)


def test_instructed_questions_of_ones_own_leave_the_builtin_ones_out(tmp_path: Path) -> None:
    own = [make_question(f"mine:{i}", text=f"Choose {i}.", role=Role.ATTENTION) for i in range(2)]
    with make_unplanned(tmp_path, [*make_questions(), *own]) as store:
        with pytest.raises(BankError, match="wants 3 attention checks per person, the banks have 2"):
            freeze(store, make_design(sitting={"attention_checks": 3}))

        plan = freeze(store, make_design(sitting={"attention_checks": 2}))

    assert set(plan.attention) == {"mine:0", "mine:1"}


def test_a_study_that_wants_no_instructed_questions_gets_none(tmp_path: Path) -> None:
    with make_unplanned(tmp_path) as store:
        plan = freeze(store)

        assert plan.attention == ()
        assert all(question.role is not Role.ATTENTION for question in store.questions())


def test_who_may_never_meet_the_assistant_is_not_shown_what_it_might_say() -> None:
    example = WorkedExample(text="Which?", options=("One", "Two"), correct=0, reply="It is two.")

    everybody = make_draft(example=example)
    some = make_draft(make_design(conditions={"allocation": "between"}), example=example)

    assert everybody.example == example
    assert some.example is not None
    assert (some.example.text, some.example.reply) == ("Which?", "")


def test_a_second_plan_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    with make_unplanned(tmp_path) as store:
        plan = freeze(store)
        heads, questions = store.heads(), store.questions()

        with pytest.raises(StudyStateError, match=r"has a plan already.*`oversight init`"):
            freeze(store, make_design(seed=99))

        assert (store.plan(), store.heads(), store.questions()) == (plan, heads, questions)


def test_a_refused_plan_leaves_the_study_as_it_was(tmp_path: Path) -> None:
    with make_unplanned(tmp_path) as store:
        questions = store.questions()

        with pytest.raises(BankError):
            freeze(store, make_design(tasks={"mmlu": {"questions_per_condition": 500}}))

        assert store.plan() is None
        assert store.heads() == {}
        assert store.questions() == questions


def test_a_full_disk_leaves_the_study_as_it_was(tmp_path: Path) -> None:
    make_unplanned(tmp_path).close()
    pages = (tmp_path / "study.db").stat().st_size // 4096
    unharmed = pytest.raises(StoreFull, match="What was saved before is unharmed")
    with Store.open(tmp_path / "study.db", max_pages=pages) as full, unharmed:
        freeze(full)

    with Store.open(tmp_path / "study.db") as store:
        assert store.plan() is None
        assert store.questions() == make_questions()
        assert freeze(store) == store.plan()


# -- telling -------------------------------------------------------------------------------------------


def summarised(
    design: Design, questions: list[Question]
) -> tuple[planning.PlanSummary, list[tuple[Any, ...]]]:
    asked: list[tuple[Any, ...]] = []

    def half_width(*arguments: Any) -> float | None:
        asked.append(arguments)
        return 0.083

    plan = make_draft(design, questions)
    summary = planning.plan_summary(plan, {q.question_id: q for q in questions}, half_width)
    return summary, asked


def test_the_expected_interval_counts_rotated_questions_and_their_passages() -> None:
    design = make_design(analysis={"target_n": 30})

    summary, asked = summarised(design, make_questions())

    assert asked == [("CB", 30, 4, 30 * 4, None), ("CB", 30, 6, 30 * 2, 2)]
    assert "8.3 percentage points" in summary.describe()


@pytest.mark.parametrize(
    ("conditions", "layout", "answers"),
    [
        ({"question_samples": "separate"}, "DI", 30 * 4),
        ({"allocation": "between"}, "BP", 30 * 2),
        ({"tasks": "between"}, "CB", 15 * 4),
    ],
)
def test_the_expected_interval_knows_who_meets_what(
    conditions: dict[str, str], layout: str, answers: int
) -> None:
    design = make_design(analysis={"target_n": 30}, conditions=conditions)

    _, asked = summarised(design, make_questions())

    assert asked[0][0] == layout
    assert asked[0][3] == answers


def test_the_duration_is_the_sum_of_the_limits_practice_included() -> None:
    design = make_design(
        tasks={"mmlu": {"questions_per_condition": 2, "time_limit_s": 60, "extra_s_per_100_words": 0}}
    )

    summary, _ = summarised(design, make_questions())

    assert summary.minutes_at_most == 6  # two conditions of two questions and a practice item, a minute each


def test_reading_and_attention_checks_take_time_too() -> None:
    tasks = {
        "quality": {
            "questions_per_condition": 1,
            "practice_per_condition": 0,
            "time_limit_s": 300,
            "reading_s": 60,
        }
    }
    questions = make_questions(n_attention=2)

    plain, _ = summarised(make_design(tasks=tasks), questions)
    checked, _ = summarised(make_design(tasks=tasks, sitting={"attention_checks": 2}), questions)

    assert (plain.minutes_at_most, checked.minutes_at_most) == (12, 22)


@pytest.mark.parametrize(("limit_s", "warns"), [(2400, False), (600, True)])
def test_a_limit_of_the_sitting_is_said_and_warned_of_where_it_cuts_people_off(
    limit_s: float, warns: bool
) -> None:
    summary, _ = summarised(make_design(sitting={"limit_s": limit_s}), make_questions())

    assert f"; the sitting ends after {limit_s / 60:.0f} minutes, rests left out." in summary.describe()
    assert any(line.startswith("sitting.limit_s is 600, but") for line in summary.warnings) == warns


def test_an_untimed_task_has_no_duration_and_says_so() -> None:
    tasks = {
        "mmlu": {"questions_per_condition": 2, "time_limit_s": "none"},
        "quality": {"questions_per_condition": 1, "time_limit_s": 300, "practice_per_condition": 0},
    }

    summary, _ = summarised(make_design(tasks=tasks), make_questions())

    assert summary.untimed == ("mmlu",)
    assert "at most 10 minutes of questions per person, and mmlu without a time limit" in summary.describe()


def test_the_names_of_cells_are_explained() -> None:
    summary, _ = summarised(make_design(), make_questions())

    assert "HA-A.HM-B" in summary.describe()
    assert "(HA: alone, HM: with the model; the letter after it is the form" in summary.describe()


def test_a_pilot_is_announced() -> None:
    summary, _ = summarised(make_design(), make_questions())

    assert len(summary.warnings) == 1
    assert summary.warnings[0].startswith("Pilot only: task quality has 2 passages")
