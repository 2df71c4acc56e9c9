"""What comes next: begun trials first, nothing twice, and nothing more about one that is over."""

from collections.abc import Mapping

from oversight_app.model_alone.agenda import Agenda
from oversight_app.study.methods import Call, Reads


def call(part: str) -> Call:
    return Call(part, "zero_shot", (), Reads.TEXT)


def agenda(calls: Mapping[int, list[str]]) -> Agenda:
    return Agenda(calls, lambda n: tuple(map(call, calls[n])))


def parts(made: Agenda, most: int = 100) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    while len(found) < most and (task := made.next()) is not None:
        found.append((task.n, task.call.part))
    return found


def test_all_calls_that_wait_for_nothing_are_given_out() -> None:
    assert parts(agenda({1: ["a", "b"], 2: ["a"]})) == [(1, "a"), (1, "b"), (2, "a")]


def test_a_trial_that_was_begun_goes_on_before_another_begins() -> None:
    made = agenda({1: ["a"], 2: ["a"], 3: ["a"]})
    before = parts(made, most=1)

    made.go_on(1, [call("b"), call("c")])

    assert before + parts(made) == [(1, "a"), (1, "b"), (1, "c"), (2, "a"), (3, "a")]


def test_a_call_that_was_given_out_is_not_given_out_again() -> None:
    made = agenda({1: ["a", "b"]})
    parts(made)

    made.go_on(1, [call("b"), call("c")])

    assert parts(made) == [(1, "c")]


def test_nothing_more_is_asked_about_a_trial_that_is_over_whatever_comes_back_of_it() -> None:
    made = agenda({1: ["a", "b", "c"], 2: ["a"]})
    parts(made, most=1)

    made.leave(1)
    made.go_on(1, [call("d")])

    assert parts(made) == [(2, "a")]


def test_a_trial_that_somebody_else_has_closed_is_passed_over() -> None:
    assert parts(agenda({1: [], 2: ["a"], 3: []})) == [(2, "a")]


def test_it_is_empty_when_nothing_can_be_asked_until_something_comes_back() -> None:
    made = agenda({1: ["a"]})
    was_empty = made.is_empty
    parts(made)

    assert (was_empty, made.is_empty) == (False, True)
    made.go_on(1, [call("b")])
    assert not made.is_empty
