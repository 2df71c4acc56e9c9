"""The rule of switching by confidence, against hand counts and a plain loop."""

import numpy as np
import pytest

from analysis.deference import NEVER, OVER_RULE, cross_validate, deferences
from analysis.entries import prepare
from analysis.findings import analyse
from analysis.results import Contrast, Rows
from analysis.simulate import simulate
from tests.analysis.builders import make_answers, make_export, make_row, prepared


def arrays(*columns: list[float]) -> list[np.ndarray]:
    return [np.array(column, dtype=float) for column in columns]


def by_loop(
    person: list[float], own: list[float], confidence: list[float], advice: list[float]
) -> list[float]:
    """The same rule in the plainest words: for each participant the best c on all trials of the others."""
    choices = sorted({0.0, NEVER, *(value for value in confidence if value >= 0)})
    trials = list(zip(person, own, confidence, advice, strict=True))

    def earned(c: float, who: float) -> float:
        return sum(o if f >= c else a for p, o, f, a in trials if p != who)

    best = {who: max(choices, key=lambda c: (round(earned(c, who), 9), -c)) for who in set(person)}
    return [o if f >= best[p] else a for p, o, f, a in trials]


def test_the_threshold_of_each_participant_is_the_best_of_the_others() -> None:
    """By hand. Without p1: own is right at .8 and wrong at .4, the advice the other way round, so c = .8.
    Without p2 the own answer is wrong at .9 where the advice is right: always the advice."""
    person, own, confidence, advice = arrays([1, 2, 2], [0, 1, 0], [0.9, 0.8, 0.4], [1, 0, 1])

    rule = cross_validate(person, own, confidence, advice)

    assert rule is not None
    assert rule.threshold.tolist() == [0.8, NEVER, NEVER]
    assert rule.value.tolist() == [0, 0, 1]


@pytest.mark.parametrize("seed", range(4))
def test_it_equals_a_plain_loop(seed: int) -> None:
    dice = np.random.default_rng(seed)
    columns = [
        dice.integers(5, size=60).astype(float).tolist(),
        dice.integers(2, size=60).astype(float).tolist(),
        dice.choice([-1, 0.25, 0.42, 0.6, 0.8, 1.0], size=60).tolist(),
        dice.choice([0.0, 0.5, 1.0], size=60).tolist(),
    ]

    rule = cross_validate(*arrays(*columns))

    assert rule is not None
    assert rule.value.tolist() == by_loop(*columns)


def first_row(rows: list[dict[str, str]]) -> Contrast:
    return deferences(prepared(rows), Rows.ALL)[0]


def trial(
    person: int, question: int, initial: bool, confidence: float, advice: int, final: bool
) -> dict[str, str]:
    return make_row(
        condition="human_with_model",
        participant_id=f"p{person}",
        question_id=f"q{question}",
        initial_choice="A" if initial else "C",
        initial_confidence=confidence,
        advice_correct=advice,
        right=final,
    )


def test_with_a_first_answer_each_trial_is_paired_with_what_the_rule_would_have_answered() -> None:
    """The three trials of the hand count above: the rule earns 0, 0, 1, the people 1, 1, 1."""
    row = first_row(
        [trial(1, 1, False, 0.9, 1, True), trial(2, 1, True, 0.8, 0, True), trial(2, 2, False, 0.4, 1, True)]
    )

    assert row.estimate == pytest.approx(2 / 3)
    assert row.n_answers == 3
    assert "Paired by trial with the answer before help." in row.note


def test_without_a_first_answer_people_alone_stand_in_by_question() -> None:
    """By hand: advice is right on q1 half the time and on q2 never; alone p3 is right at .8, p4 wrong at .6 on q2.
    Without p3 the own answer (0) earns as much as the advice (0) on q2, so the lowest c: own. Without p4, on q1 the own
    answer (1) beats the advice (.5): own too. The rule earns 1 on q1 and 0 on q2, the people with it 1 and 1/2."""
    row = first_row(
        [
            make_row(condition="human_with_model", participant_id="p1", question_id="q1", advice_correct=1),
            make_row(condition="human_with_model", participant_id="p2", question_id="q1", advice_correct=0),
            make_row(condition="human_with_model", participant_id="p1", question_id="q2", advice_correct=0),
            make_row(
                condition="human_with_model",
                participant_id="p2",
                question_id="q2",
                advice_correct=0,
                right=False,
            ),
            make_row(condition="human_with_model", participant_id="p2", question_id="q3", advice_correct=1),
            make_row(participant_id="p3", question_id="q1", confidence=0.8),
            make_row(participant_id="p4", question_id="q2", confidence=0.6, right=False),
        ]
    )

    assert row.estimate == pytest.approx(3 / 4 - 1 / 2)
    assert "The rule always keeps the own answer for everybody." in row.note
    assert "1 assisted trials without advice or without such an answer are left out" in row.note


def test_one_participant_has_no_others_to_choose_a_threshold_on() -> None:
    row = first_row([trial(1, q, q % 2 == 0, 0.6, 1, True) for q in range(4)])

    assert row.estimate is None
    assert "needs at least two" in row.note


def test_without_confidences_there_is_a_reason_and_without_advice_no_row() -> None:
    assisted = make_row(condition="human_with_model", advice_correct=1)

    assert (
        "no trial has advice beside an own answer with a confidence" in first_row([assisted, make_row()]).note
    )
    assert deferences(prepared([make_row(condition="human_with_model"), make_row()]), Rows.ALL) == []


def test_neither_the_order_of_rows_nor_the_names_of_participants_matter() -> None:
    answers = simulate(5, 8, 12, tasks=("mmlu", "quality"))
    shuffled = answers.sample(frac=1, random_state=1).reset_index(drop=True)
    shuffled["participant_id"] = shuffled["participant_id"].str[::-1]

    rows = [deferences(prepare(make_export(frame))[0], Rows.ALL) for frame in (answers, shuffled)]

    assert [row.task for row in rows[0]] == ["mmlu", "quality", "all"]
    for one, other in zip(*rows, strict=True):
        assert one.estimate == pytest.approx(other.estimate)
        assert one.se == pytest.approx(other.se)
        assert one.note == other.note


def test_it_is_among_the_results() -> None:
    names = {
        row.contrast
        for row in analyse(make_export(make_answers([trial(1, 1, True, 0.5, 1, True)]))).contrasts
    }

    assert OVER_RULE in names
