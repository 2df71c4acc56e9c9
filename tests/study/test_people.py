"""Simulated people, rule by rule."""

from random import Random
from statistics import fmean

import pytest

from oversight_app.study.design import FIVE_POINTS, ConfidenceScale
from oversight_app.study.people import (
    CHANCE,
    LEAVES_BETWEEN,
    MANNERS,
    Intent,
    Item,
    Manner,
    Person,
    answer,
    draw_item,
    draw_person,
    heeds,
    intend,
    leaves_on,
    probability_right,
    with_dropout,
)

EASY, PLAIN, HARD = Item(2.0, 0.0), Item(0.0, 0.0), Item(-2.0, 0.0)
BY_NAME = {manner.name: manner for manner in MANNERS}


def make_person(name: str = "slow", *, level: float = 0.0, slope: float = 0.0) -> Person:
    return Person(BY_NAME[name], level, slope)


def make_intent(own_choice: int = 0, p: float = 0.6) -> Intent:
    return Intent(own_choice, p, n_messages=1, seconds=10)


def test_the_shares_of_all_kinds_are_a_whole() -> None:
    assert sum(manner.share for manner in MANNERS) == pytest.approx(1)


def test_kinds_come_in_their_shares() -> None:
    people = [draw_person(Random(i)) for i in range(4000)]

    for manner in MANNERS:
        found = fmean(person.manner is manner for person in people)
        assert found == pytest.approx(manner.share, abs=0.025)


def test_the_same_dice_make_the_same_person_and_the_same_question() -> None:
    assert draw_person(Random("7/person/1")) == draw_person(Random("7/person/1"))
    assert draw_item(Random("7/item/q")) == draw_item(Random("7/item/q"))


def test_who_knows_more_is_right_more_often_and_hard_questions_are_hard_for_all() -> None:
    able = probability_right(make_person("knowledgeable"), PLAIN, is_assisted=False)
    average = probability_right(make_person("slow"), PLAIN, is_assisted=False)
    at_odds = probability_right(make_person("knowledgeable"), HARD, is_assisted=False)

    assert able > average > at_odds


def test_a_slope_turns_with_the_condition() -> None:
    person = make_person(slope=1.0)

    alone = probability_right(person, PLAIN, is_assisted=False)
    assisted = probability_right(person, PLAIN, is_assisted=True)

    assert assisted > probability_right(make_person(), PLAIN, is_assisted=True) > alone


def test_who_guesses_is_right_by_chance_on_every_question() -> None:
    guesser = make_person("guessing", level=3.0)

    assert probability_right(guesser, EASY, is_assisted=False) == CHANCE


def test_a_first_choice_is_right_as_often_as_the_person_knows() -> None:
    person = make_person()
    p = probability_right(person, EASY, is_assisted=False)

    intents = [intend(person, EASY, 2, is_assisted=False, limit_s=60, dice=Random(i)) for i in range(4000)]

    assert fmean(intent.own_choice == 2 for intent in intents) == pytest.approx(p, abs=0.02)
    assert {intent.own_choice for intent in intents} == {0, 1, 2, 3}


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name)
def test_messages_are_written_as_often_as_the_kind_does_and_only_to_an_assistant(manner: Manner) -> None:
    person = Person(manner, 0.0, 0.0)

    assisted = [
        intend(person, PLAIN, 0, is_assisted=True, limit_s=60, dice=Random(i)).n_messages for i in range(4000)
    ]
    alone = intend(person, PLAIN, 0, is_assisted=False, limit_s=60, dice=Random(1))

    assert assisted.count(1) / 4000 == pytest.approx(manner.asks_once, abs=0.025)
    assert assisted.count(2) / 4000 == pytest.approx(manner.asks_twice, abs=0.025)
    assert alone.n_messages == 0


def test_only_slow_people_run_out_of_time_and_never_without_a_limit() -> None:
    slow = [
        intend(make_person("slow"), PLAIN, 0, is_assisted=False, limit_s=60, dice=Random(i)).lets_it_lapse
        for i in range(4000)
    ]
    untimed = [
        intend(make_person("slow"), PLAIN, 0, is_assisted=False, limit_s=None, dice=Random(i)).lets_it_lapse
        for i in range(200)
    ]
    quick = [
        intend(make_person("deferring"), PLAIN, 0, is_assisted=False, limit_s=60, dice=Random(i))
        for i in range(200)
    ]

    assert fmean(slow) == pytest.approx(BY_NAME["slow"].lapses, abs=0.025)
    assert not any(untimed)
    assert all(intent.seconds < 60 and not intent.lets_it_lapse for intent in quick)


def test_only_who_guesses_overlooks_what_a_check_asks_for() -> None:
    found = {
        name: fmean(heeds(make_person(name), Random(i)) for i in range(4000)) for name in ("guessing", "slow")
    }

    assert found["guessing"] == pytest.approx(1 - BY_NAME["guessing"].overlooks, abs=0.02)
    assert found["slow"] == 1


def test_only_who_guesses_skips_and_only_where_it_is_allowed() -> None:
    def skipped(name: str, *, may_skip: bool) -> float:
        return fmean(
            intend(
                make_person(name), PLAIN, 0, is_assisted=False, limit_s=60, dice=Random(i), may_skip=may_skip
            ).skips
            for i in range(4000)
        )

    assert skipped("guessing", may_skip=True) == pytest.approx(BY_NAME["guessing"].skips, abs=0.015)
    assert skipped("slow", may_skip=True) == skipped("guessing", may_skip=False) == 0


def test_advice_is_taken_as_often_as_the_kind_takes_it_right_or_wrong() -> None:
    person = make_person("deferring")
    taken = [
        answer(person, make_intent(own_choice=0), 0, 3, ConfidenceScale.FIVE_POINTS, Random(i))
        for i in range(4000)
    ]

    assert fmean(said.choice == 3 for said in taken) == pytest.approx(person.manner.takes_advice, abs=0.02)
    assert {said.choice for said in taken} == {0, 3}


def test_without_advice_the_answer_is_ones_own() -> None:
    said = answer(make_person("deferring"), make_intent(2), 0, None, ConfidenceScale.NONE, Random(1))

    assert (said.choice, said.confidence) == (2, None)


def test_confidence_stands_on_the_scale_and_goes_with_being_right() -> None:
    dice = Random(5)
    person = make_person()
    sure: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(2000):
        item = draw_item(dice)
        intent = intend(person, item, 1, is_assisted=False, limit_s=60, dice=dice)
        said = answer(person, intent, 1, None, ConfidenceScale.FIVE_POINTS, dice)
        assert said.confidence in FIVE_POINTS
        sure[said.choice == 1].append(said.confidence)

    assert fmean(sure[True]) > fmean(sure[False]) + 0.15


def test_percent_confidence_stays_between_0_and_1() -> None:
    felt = [
        answer(make_person(), make_intent(p=p), 0, None, ConfidenceScale.PERCENT, Random(i)).confidence
        for i in range(300)
        for p in (0.01, 0.99)
    ]

    assert all(value is not None and 0 <= value <= 1 for value in felt)


def test_who_leaves_does_so_in_the_middle_part_of_the_sitting() -> None:
    leaving = [Person(BY_NAME["leaving"], 0.0, 0.0, leaves_at=part) for part in (*LEAVES_BETWEEN, 0.5)]

    assert [leaves_on(person, 20) for person in leaving] == [6, 16, 11]
    assert leaves_on(make_person("slow"), 20) is None


def test_with_another_dropout_the_other_kinds_stay_in_proportion() -> None:
    kinds = {manner.name: manner.share for manner in with_dropout(0.4)}

    assert kinds["leaving"] == pytest.approx(0.4)
    assert sum(kinds.values()) == pytest.approx(1.0)
    assert kinds["knowledgeable"] / kinds["slow"] == pytest.approx(2.5)
    assert [manner.share for manner in with_dropout(0.05)] == pytest.approx([it.share for it in MANNERS])
