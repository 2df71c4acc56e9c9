from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from math import gcd
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_app.study.assignment import n_wrong, trials_alone, trials_for
from oversight_app.study.cells import Cell
from oversight_app.study.design import Condition, Design
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS, Question
from oversight_app.study.trial_plan import TrialPlan
from tests.builders import make_design, make_plan, make_question, make_questions

BANK = make_questions(n_mmlu=24, n_passages=12, per_passage=4, n_practice=8)
BY_ID = {question.question_id: question for question in BANK}


@st.composite
def designs(draw: st.DrawFn) -> Design:
    """Small designs of every shape that the bank satisfies."""
    per_passage = draw(st.sampled_from((1, 2)))
    tasks: dict[str, dict[str, Any]] = {
        "mmlu": {"questions_per_condition": draw(st.integers(1, 12)), "practice_per_condition": 2},
        "quality": {
            "questions_per_condition": per_passage * draw(st.integers(1, 6)),
            "questions_per_passage": per_passage,
            "rotate_over": draw(st.integers(per_passage, 4)),
        },
    }
    allocation = draw(st.sampled_from(("within", "between")))
    separate = allocation == "within" and draw(st.booleans())
    return make_design(
        seed=draw(st.integers(0, 1000)),
        tasks=tasks,
        conditions={
            "allocation": allocation,
            "tasks": draw(st.sampled_from(("within", "between"))),
            "question_samples": "separate" if separate else "shared",
        },
        assistant={"error_share": draw(st.sampled_from((0.0, 0.2, 0.3, 0.34, 0.5, 1.0)))},
    )


def walk(plan: Plan, cell: Cell, turn: int, arrival: int | None = None) -> tuple[TrialPlan, ...]:
    return trials_for(plan, BY_ID, cell, "p1", arrival=turn if arrival is None else arrival, turn=turn)


def is_wrong(trial: TrialPlan, bank: dict[str, Question] = BY_ID) -> bool:
    return trial.stance != LETTERS[bank[trial.question_id].correct]


def count_stances(
    plan: Plan, cell: Cell, task: str, turns: Iterable[int]
) -> tuple[Counter[str], Counter[str]]:
    """How often these turns meet each question with the model, and how often its stance is wrong."""
    met: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for turn in turns:
        for trial in walk(plan, cell, turn):
            if trial.task == task and trial.condition == "human_with_model" and not trial.is_practice:
                met[trial.question_id] += 1
                wrong[trial.question_id] += is_wrong(trial)
    return met, wrong


@settings(max_examples=60)
@given(design=designs(), turn=st.integers(0, 60))
def test_nobody_meets_a_content_hash_twice_practice_included(design: Design, turn: int) -> None:
    plan = make_plan(design, BANK)

    for cell in plan.cells:
        hashes = [BY_ID[trial.question_id].content_hash for trial in walk(plan, cell, turn)]
        assert len(set(hashes)) == len(hashes)


@settings(max_examples=60)
@given(design=designs(), turn=st.integers(0, 60))
def test_each_participant_meets_the_stated_error_share_to_the_nearest_trial_per_task(
    design: Design, turn: int
) -> None:
    plan = make_plan(design, BANK)

    for cell in plan.cells:
        trials = [trial for trial in walk(plan, cell, turn) if not trial.is_practice]
        for task in cell.tasks:
            assisted = [t for t in trials if t.task == task and t.condition == "human_with_model"]
            expected = design.assistant.error_share * len(assisted)
            assert abs(sum(map(is_wrong, assisted)) - expected) <= 0.5
            assert all(trial.manipulated for trial in assisted)
        assert not any(t.stance or t.manipulated for t in trials if t.condition == "human_alone")


@settings(max_examples=30)
@given(design=designs(), cycle=st.integers(0, 3))
def test_over_stance_blocks_each_question_meets_the_error_share_of_its_task(
    design: Design, cycle: int
) -> None:
    """A block for each question of a passage: then all of them have had their turn with either stance."""
    plan = make_plan(design, BANK)
    cell = next(cell for cell in plan.cells if Condition.HUMAN_WITH_MODEL in cell.conditions)
    for task in cell.tasks:
        m = design.tasks[task].questions_per_condition
        w = n_wrong(m, design.assistant.error_share)
        block = m // gcd(m, w) if w else 1
        n_rotated = design.tasks[task].rotate_over

        met, wrong = count_stances(plan, cell, task, range(cycle * block, (cycle + n_rotated) * block))

        assert {wrong[question_id] * m == n * w for question_id, n in met.items()} == {True}


@settings(max_examples=30)
@given(n_turns=st.integers(1, 40), share=st.sampled_from((0.0, 0.2, 0.3, 0.5, 1.0)), n=st.integers(1, 6))
def test_at_every_moment_questions_of_a_passage_were_met_as_often_with_either_stance(
    n_turns: int, share: float, n: int
) -> None:
    design = make_design(
        tasks={"quality": {"questions_per_condition": n, "rotate_over": 3}}, assistant={"error_share": share}
    )
    plan = make_plan(design, BANK)
    form = plan.cells[0].forms[plan.cells[0].conditions.index(Condition.HUMAN_WITH_MODEL)]

    met, wrong = count_stances(plan, plan.cells[0], "quality", range(n_turns))

    for slot in plan.forms["quality"][form]:
        n_wrong_each = [wrong[question_id] for question_id in slot.question_ids]
        n_right_each = [met[question_id] - wrong[question_id] for question_id in slot.question_ids]
        assert max(n_wrong_each) - min(n_wrong_each) <= 1
        assert max(n_right_each) - min(n_right_each) <= 1


@settings(max_examples=40)
@given(design=designs(), turn=st.integers(0, 30))
def test_questions_of_a_passage_stay_together_in_one_condition(design: Design, turn: int) -> None:
    plan = make_plan(design, BANK)

    for cell in plan.cells:
        trials = [t for t in walk(plan, cell, turn) if t.task == "quality" and not t.is_practice]
        runs = [
            (passage, {t.condition for t in run}, run)
            for passage, run in (
                (key, list(of_passage))
                for key, of_passage in groupby(trials, key=lambda t: BY_ID[t.question_id].passage_id)
            )
        ]
        assert len({passage for passage, _, _ in runs}) == len(runs)
        assert all(len(conditions) == 1 for _, conditions, _ in runs)
        for _, _, run in runs:
            assert len(run) == design.tasks["quality"].questions_per_passage
            assert [t.passage_exposure for t in run] == list(range(1, len(run) + 1))


@settings(max_examples=40)
@given(design=designs(), turn=st.integers(0, 30), arrival=st.integers(0, 100))
def test_the_same_seed_and_arrivals_give_the_same_trials(design: Design, turn: int, arrival: int) -> None:
    plans = [make_plan(design, BANK) for _ in range(2)]

    once, again = ([walk(plan, cell, turn, arrival) for cell in plan.cells] for plan in plans)

    assert once == again


def test_participants_of_a_strand_meet_the_same_questions_alone_as_others_meet_with_the_model() -> None:
    plan = make_plan(make_design(), BANK)

    for turn in range(20):
        met: dict[str, set[frozenset[str]]] = {"A": set(), "B": set()}
        for cell in plan.cells:
            trials = [trial for trial in walk(plan, cell, turn) if not trial.is_practice]
            for form in met:
                met[form].add(frozenset(t.question_id for t in trials if t.form == form))
        assert all(len(questions) == 1 for questions in met.values())


def test_the_questions_of_a_passage_are_rotated_over_participants() -> None:
    plan = make_plan(make_design(), BANK)
    cell = plan.cells[0]

    met = Counter(
        trial.question_id
        for turn in range(30)
        for trial in walk(plan, cell, turn)
        if trial.task == "quality" and trial.condition == "human_with_model" and not trial.is_practice
    )

    assert sorted(met.values()) == [10, 10, 10]


def test_trials_are_numbered_over_the_sitting_and_positions_over_study_trials() -> None:
    trials = walk(make_plan(make_design(), BANK), make_plan(make_design(), BANK).cells[0], 0)

    assert [trial.n for trial in trials] == list(range(1, len(trials) + 1))
    assert len({trial.trial_id for trial in trials}) == len(trials)
    assert [t.position for t in trials if not t.is_practice] == list(range(1, 7))
    assert all(t.position is None for t in trials if t.is_practice)
    for _, of_block in groupby(trials, key=lambda trial: trial.block):
        block = list(of_block)
        assert [trial.position_in_block for trial in block] == list(range(1, len(block) + 1))
        assert len({trial.condition for trial in block}) == 1


def test_order_within_a_block_differs_between_participants() -> None:
    design = make_design(tasks={"mmlu": {"questions_per_condition": 8}})
    plan = make_plan(design, BANK)

    orders = {_study_questions(walk(plan, plan.cells[0], turn)) for turn in range(10)}
    samples = {frozenset(order) for order in orders}

    assert len(orders) == 10
    assert len(samples) == 1


def test_practice_is_the_same_for_all_its_option_order_included() -> None:
    plan = make_plan(make_design(), BANK)

    practice = {
        frozenset(
            (t.question_id, t.condition, t.stance, t.option_order)
            for t in walk(plan, cell, turn)
            if t.is_practice
        )
        for cell in plan.cells
        for turn in range(5)
    }

    assert len(practice) == 1


def test_options_that_refer_to_others_keep_their_order() -> None:
    fixed = [
        make_question(f"fixed{i}", options=("one", "two", "three", "All of the above")) for i in range(8)
    ]
    bank = [*fixed, *(question for question in BANK if question.role == "practice")]
    by_id = {question.question_id: question for question in bank}
    plan = make_plan(make_design(tasks={"mmlu": {"questions_per_condition": 4}}), bank)

    trials = [
        trial
        for turn in range(5)
        for trial in trials_for(plan, by_id, plan.cells[0], "p1", arrival=turn, turn=turn)
    ]

    orders = {trial.option_order for trial in trials if not trial.is_practice}
    assert orders == {"ABCD"}


def test_the_limit_is_that_of_the_task_and_the_questions_words() -> None:
    bank = [
        *(make_question(f"long{i}", text="word " * 300) for i in range(8)),
        *(question for question in BANK if question.role == "practice"),
    ]
    by_id = {question.question_id: question for question in bank}
    plan = make_plan(make_design(tasks={"mmlu": {"questions_per_condition": 4}}), bank)

    trials = trials_for(plan, by_id, plan.cells[0], "p1", arrival=0, turn=0)

    limits = {t.time_limit_s for t in trials if not t.is_practice}
    assert limits == {180 + 25 * (by_id["long0"].n_words - 100) / 100}


def test_a_model_alone_answers_every_question_of_both_forms_once() -> None:
    plan = make_plan(make_design(), BANK)

    trials = trials_alone(plan, BY_ID, "m1")

    planned = {
        i for forms in plan.forms.values() for s in forms.values() for slot in s for i in slot.question_ids
    }
    assert sorted(t.question_id for t in trials) == sorted(planned)
    assert {(t.condition, t.protocol, t.time_limit_s, t.stance) for t in trials} == {
        ("model_alone", "unaided", None, "")
    }
    assert len(
        {t.trial_id for sample in (0, 1) for t in trials_alone(plan, BY_ID, "m1", sample=sample)}
    ) == 2 * len(trials)


def test_the_number_of_wrong_stances_is_the_nearest_halves_up() -> None:
    found = [
        n_wrong(m, share) for m, share in ((10, 0.3), (5, 0.3), (12, 0.3), (1, 0.34), (3, 0.5), (4, 1.0))
    ]

    assert found == [3, 2, 4, 0, 2, 4]


def _study_questions(trials: Sequence[TrialPlan]) -> tuple[str, ...]:
    condition = Condition.HUMAN_WITH_MODEL
    return tuple(t.question_id for t in trials if not t.is_practice and t.condition == condition)
