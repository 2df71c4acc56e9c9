"""Which questions of a task are eligible, and what their probabilities rest on."""

from collections import Counter
from typing import Any

import pytest

from oversight_app.errors import BankError
from oversight_app.study.design import TaskDesign
from oversight_app.study.gap import Answerer, Parts, Tally
from oversight_app.study.questions import Passage, Question
from oversight_app.study.shortlist import Rule, Shortlist
from tests.builders import make_question

READ = {"expert_accuracy": 1.0, "novice_accuracy": 0.2, "context_needed": 2.0, "difficult": True}


def shortlist(
    questions: list[Question],
    *,
    model: dict[str, Tally] | None = None,
    people: dict[str, Tally] | None = None,
    rule: Rule | None = None,
    **design: Any,
) -> Shortlist:
    return Shortlist(
        "task",
        TaskDesign.model_validate({"questions_per_condition": 1} | design),
        questions,
        Counter({"doubtful key": 2}),
        {Answerer.MODEL: Parts(model or {}), Answerer.PEOPLE: Parts(people or {})},
        rule or Rule(),
    )


def chances(found: Shortlist) -> dict[str, float]:
    return {str(row["question_id"]): float(str(row["selection_prob"])) for row in found.rows()}


def bank(n: int, **changes: Any) -> list[Question]:
    return [make_question(f"q{i}", **changes) for i in range(n)]


def test_what_the_model_got_wrong_is_so_many_times_as_likely_as_what_it_got_right() -> None:
    answers = {"q0": Tally(1, 1), "q1": Tally(1, 0), "q2": Tally(2, 1)} | {
        f"q{i}": Tally(1, 1) for i in range(3, 9)
    }

    found = chances(shortlist(bank(9), model=answers, rule=Rule(oversample=4)))

    assert found["q1"] == pytest.approx(4 * found["q0"])
    assert found["q2"] == pytest.approx(2.5 * found["q0"])
    assert sum(found.values()) == pytest.approx(2)


def test_a_question_that_the_model_did_not_answer_cannot_be_placed() -> None:
    found = shortlist(bank(4), model={"q0": Tally(1, 0), "q2": Tally(1, 1)})

    assert list(chances(found)) == ["q0", "q2"]
    assert found.described().left_out == {"doubtful key": 2, "no earlier answer of the model": 2}


def test_people_of_a_pilot_count_beside_the_model_and_before_the_banks_hasty_readers() -> None:
    questions = bank(3, **READ)
    answers = {q.question_id: Tally(1, 0) for q in questions}

    piloted = shortlist(questions, model=answers, people={"q0": Tally(2, 2), "q1": Tally(2, 0)})
    unpiloted = shortlist(questions, model=answers)

    assert [row["gap"] for row in piloted.rows()] == pytest.approx(
        [0.5, 1.0, 0.75]
    )  # the third: the pilot's mean
    assert [row["gap"] for row in unpiloted.rows()] == pytest.approx([0.9] * 3)
    assert (piloted.described().human_source, unpiloted.described().human_source) == ("pilot", "bank")


def test_the_filters_of_quality_hard_keep_what_passes_all_of_them() -> None:
    questions = [
        make_question("good", **READ),
        make_question("at the bounds", **(READ | {"novice_accuracy": 0.5, "context_needed": 1.5})),
        make_question("experts err", **(READ | {"expert_accuracy": 0.8})),
        make_question("found in haste", **(READ | {"novice_accuracy": 0.6})),
        make_question("one sentence", **(READ | {"context_needed": 1.4})),
        make_question("easy", **(READ | {"difficult": False})),
        make_question("unknown"),
    ]
    rule = Rule(difficult=True, min_expert=1.0, max_novice=0.5, min_context=1.5)

    found = shortlist(questions, rule=rule)

    assert list(chances(found)) == ["good", "at the bounds"]
    assert found.described().filters == {
        "difficult": True,
        "min_expert": 1.0,
        "max_novice": 0.5,
        "min_context": 1.5,
    }


def test_a_filter_leaves_alone_a_task_whose_bank_knows_nothing_of_it() -> None:
    found = shortlist(bank(3), model={f"q{i}": Tally(1, 0) for i in range(3)}, rule=Rule(difficult=True))

    assert len(chances(found)) == 3
    assert found.described().filters == {}


def test_a_passage_with_too_few_eligible_questions_is_left_out_whole() -> None:
    questions = [
        make_question(f"{name}{i}", passage=Passage(name, f"Story {name}."))
        for name, n in (("p", 3), ("q", 2), ("r", 1))
        for i in range(n)
    ]

    found = shortlist(questions, model={q.question_id: Tally(1, 0) for q in questions}, rotate_over=2)

    assert {question_id[0] for question_id in chances(found)} == {"p", "q"}
    assert found.described().left_out["too few eligible questions on its passage"] == 1
    assert found.described().n_drawn == 4


def test_a_doubtful_key_that_the_design_lets_in_is_never_oversampled() -> None:
    questions = [
        make_question("sound"),
        make_question("doubted", key_flag="wrong_key"),
        make_question("easy"),
    ]
    answers = {"sound": Tally(1, 0), "doubted": Tally(1, 0), "easy": Tally(1, 1)}

    found = {row["question_id"]: row for row in shortlist(questions, model=answers).rows()}

    assert found["doubted"]["expert_accuracy"] is found["doubted"]["gap"] is None
    assert found["doubted"]["selection_prob"] == found["easy"]["selection_prob"]


def test_too_few_eligible_questions_are_an_error_with_the_counts_and_the_reasons() -> None:
    with pytest.raises(BankError) as caught:
        shortlist(bank(9), model={"q0": Tally(1, 0)}, questions_per_condition=3)

    assert "wants 6 questions of task 'task', and 1 are eligible" in str(caught.value)
    assert "doubtful key: 2, no earlier answer of the model: 8" in str(caught.value)


def test_what_is_held_out_stands_beside_and_takes_no_part() -> None:
    questions = bank(3)
    answers = {q.question_id: Tally(1, 0) for q in questions}
    others = {"q0": Tally(4, 3)}

    found = Shortlist(
        "task",
        TaskDesign(questions_per_condition=1),
        questions,
        Counter(),
        {Answerer.MODEL: Parts(answers, others, 1, 4), Answerer.PEOPLE: Parts()},
        Rule(),
    ).rows()

    assert (found[0]["model_accuracy_held_out"], found[0]["n_model_held_out"]) == (0.75, 4)
    assert (found[1]["model_accuracy_held_out"], found[1]["n_model_held_out"]) == (None, 0)
    assert len({row["selection_prob"] for row in found}) == 1
