"""Which part of earlier answers chooses, how far a question lies in the gap, and what fresh answers will say."""

from random import Random

import pytest

from oversight_app.study.gap import (
    Answerer,
    EarlierAnswer,
    Figures,
    Parts,
    Tally,
    expectation,
    expert_figure,
    gaps,
    parted,
    size,
    weights_in_force,
)
from oversight_app.study.unequal import drawn, inclusion
from tests.builders import make_question


def make_answers(n_runs: int, n_questions: int = 4, group: str = "") -> list[EarlierAnswer]:
    return [
        EarlierAnswer(f"q{i}", Answerer.PEOPLE, f"{group}run{run}", (run + i) % 2 == 0, group)
        for run in range(n_runs)
        for i in range(n_questions)
    ]


def figures(expert: float | None, model: float | None = None, human: float | None = None) -> Figures:
    return Figures("q", expert, "key", model, human)


# -- two parts ---------------------------------------------------------------------------------------


def test_whoever_answered_is_in_one_part_with_all_of_their_answers() -> None:
    for seed in range(20):
        parts = parted(make_answers(7), 0.5, Random(seed))

        assert (parts.n_runs, parts.n_runs_held_out) == (4, 3)
        assert {tally.n for tally in parts.calibration.values()} == {4}
        assert {tally.n for tally in parts.held_out.values()} == {3}


def test_together_the_parts_hold_every_answer_once() -> None:
    answers = make_answers(9, group="A") + make_answers(5, group="B")

    parts = parted(answers, 0.4, Random(2))

    for question_id in ("q0", "q1", "q2", "q3"):
        both = parts.calibration[question_id], parts.held_out[question_id]
        assert sum(tally.n for tally in both) == 14
        own = [answer for answer in answers if answer.question_id == question_id]
        assert sum(tally.n_right for tally in both) == sum(answer.is_correct for answer in own)


def test_each_part_has_people_of_each_form() -> None:
    answers = [
        EarlierAnswer(f"{form}-question", Answerer.PEOPLE, f"{form}{i}", True, form)
        for form in "AB"
        for i in range(4)
    ]
    for seed in range(50):
        parts = parted(answers, 0.5, Random(seed))

        assert parts.calibration == parts.held_out == {"A-question": Tally(2, 2), "B-question": Tally(2, 2)}


@pytest.mark.parametrize(("n_runs", "share"), [(1, 0.5), (1, 0.01), (6, 1.0)])
def test_a_single_run_chooses_and_with_a_share_of_one_all_do(n_runs: int, share: float) -> None:
    parts = parted(make_answers(n_runs), share, Random(1))

    assert (parts.n_runs, parts.n_runs_held_out, parts.held_out) == (n_runs, 0, {})


def test_which_part_somebody_is_in_is_drawn() -> None:
    answers = [EarlierAnswer(run, Answerer.PEOPLE, run, True) for run in "abcd"]

    halves = {tuple(sorted(parted(answers, 0.5, Random(seed)).calibration)) for seed in range(60)}

    assert len(halves) == 6  # every choice of two from four


# -- the gap -----------------------------------------------------------------------------------------


def test_the_gap_is_what_experts_have_over_model_and_people() -> None:
    assert gaps([figures(1.0, 0.0, 0.25)], human_weight=0.5) == [pytest.approx(0.875)]
    assert gaps([figures(0.8, 0.5, 0.25)], human_weight=0.2) == [pytest.approx(0.8 - 0.8 * 0.5 - 0.2 * 0.25)]


def test_where_only_one_of_the_two_is_known_it_stands_alone() -> None:
    assert gaps([figures(1.0, model=0.25)], human_weight=0.5) == [0.75]
    assert gaps([figures(0.9, human=0.4)], human_weight=0.5) == [0.5]
    assert weights_in_force([figures(1.0, model=0.25)], 0.5) == (1.0, 0.0)


def test_a_question_that_people_did_not_meet_takes_the_mean_of_those_they_did() -> None:
    found = gaps([figures(1.0, 0.0, 0.2), figures(1.0, 0.0, 0.6), figures(1.0, 0.0)], human_weight=0.5)

    assert found == pytest.approx([0.9, 0.7, 0.8])


def test_without_an_expert_or_anything_to_compare_there_is_no_gap() -> None:
    assert gaps([figures(None, 0.0), figures(1.0, 1.0)], human_weight=0.5) == [None, 0.0]
    assert gaps([figures(1.0)], human_weight=0.5) == [None]


def test_size_grows_with_the_gap_and_never_leaves_a_question_out() -> None:
    assert [size(gap, 5) for gap in (None, -0.4, 0.0, 0.5, 1.0)] == [1, 1, 1, 3, 5]
    assert size(1.0, 1) == 1


def test_experts_are_the_banks_readers_else_the_key_and_nobody_where_that_is_doubtful() -> None:
    assert expert_figure(make_question(expert_accuracy=0.8, key_flag="wrong_key")) == (0.8, "bank")
    assert expert_figure(make_question()) == (1.0, "key")
    assert expert_figure(make_question(key_flag="wrong_key")) == (None, "")


# -- what to expect ----------------------------------------------------------------------------------


def test_the_expectation_weighs_each_question_by_its_chance() -> None:
    parts = Parts({"a": Tally(2, 0), "b": Tally(1, 1)}, {"a": Tally(2, 1), "b": Tally(4, 3)})

    found = expectation(Answerer.MODEL, parts, {"a": 0.75, "b": 0.25, "never answered": 0.5})

    assert found is not None
    assert found.eligible == pytest.approx((1 / 4 + 4 / 5) / 2)
    assert found.chosen_by_calibration == pytest.approx(0.25)
    assert found.chosen_fresh == pytest.approx(0.75 * 0.5 + 0.25 * 0.75)
    assert found.n_questions == 2


def test_what_was_answered_once_leaves_nothing_to_say_what_to_expect() -> None:
    found = expectation(Answerer.MODEL, Parts({"a": Tally(1, 0)}), {"a": 0.5})

    assert found is not None
    assert found.chosen_fresh is None
    assert expectation(Answerer.MODEL, Parts(), {"a": 0.5}) is None


def test_held_out_answers_foretell_fresh_ones_and_those_that_chose_say_too_little() -> None:
    """Questions of known difficulty, answered by chance: the truth of those drawn is known (regression to the mean)."""
    rng = Random(11)
    truth = {f"q{i}": rng.uniform(0.3, 0.9) for i in range(600)}
    by_calibration, fresh, true = [], [], []
    for _ in range(60):
        answers = [
            EarlierAnswer(question_id, Answerer.PEOPLE, f"p{run}", rng.random() < p)
            for question_id, p in truth.items()
            for run in range(4)
        ]
        parts = parted(answers, 0.5, rng)
        known = [Figures(q, 1.0, "key", human=parts.calibration[q].accuracy) for q in truth]
        chances = inclusion([size(gap, 10) for gap in gaps(known, human_weight=1)], 40)
        found = expectation(Answerer.PEOPLE, parts, dict(zip(truth, chances, strict=True)))
        assert found is not None
        assert found.chosen_fresh is not None
        by_calibration.append(found.chosen_by_calibration)
        fresh.append(found.chosen_fresh)
        questions = list(truth)
        taken = drawn(chances, rng)
        true.append(sum(truth[questions[i]] for i in taken) / len(taken))

    means = [sum(values) / len(values) for values in (by_calibration, fresh, true)]
    assert means[1] == pytest.approx(means[2], abs=0.012)
    assert means[0] < means[2] - 0.15
    assert means[2] < sum(truth.values()) / len(truth) - 0.03
