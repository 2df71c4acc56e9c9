from dataclasses import replace
from typing import Any

from oversight_app.study.imported_answers import Found, Place, places, take_in
from oversight_app.study.log_matching import Matcher
from oversight_app.study.logged import Defect, Entry, LoggedAnswer, NoReply
from oversight_app.study.trial import Trial
from tests.builders import make_plan, make_question

ONE, TWO = make_question("one"), make_question("two")
WHERE = {"one": Place("mmlu", "A"), "two": Place("mmlu", "B")}


def logged(question_id: str, epoch: int = 1, **changes: Any) -> LoggedAnswer:
    question = make_question(question_id)
    identity = changes.pop("identity", f"{question_id}/{epoch}")
    return replace(
        LoggedAnswer(1, identity, question.options, question.text, epoch=epoch, reply="B"), **changes
    )


def take(*entries: Entry, trials: tuple[Trial, ...] = (), known: tuple[str, ...] = ()) -> Found:
    return take_in(entries, Matcher([ONE, TWO]), WHERE, participant_id="m2345678", trials=trials, known=known)


def samples(found: Found) -> list[tuple[str, int, int]]:
    return [(each.trial.question_id, each.trial.sample, each.trial.n) for each in found.answers]


def test_epochs_become_samples() -> None:
    found = take(logged("one", 1), logged("two", 1), logged("one", 2))

    assert samples(found) == [("one", 1, 1), ("two", 1, 2), ("one", 2, 3)]
    assert found.n_further == 1
    assert [(each.trial.task, each.trial.form) for each in found.answers] == [
        ("mmlu", "A"),
        ("mmlu", "B"),
        ("mmlu", "A"),
    ]


def test_another_run_brings_the_next_samples_and_the_same_one_none() -> None:
    before = tuple(Trial(each.trial) for each in take(logged("one", 1), logged("one", 2)).answers)

    found = take(
        logged("one", 1, identity="again"),
        logged("one", 1),
        logged("two", 2),
        trials=before,
        known=("one/1", "one/2"),
    )

    assert samples(found) == [("one", 3, 3), ("two", 2, 4)]
    assert (found.n_known, found.n_matched) == (1, 3)


def test_a_sample_that_comes_twice_in_a_log_is_taken_once() -> None:
    found = take(logged("one"), logged("one"))

    assert (len(found.answers), found.n_known) == (1, 1)


def test_everything_that_is_not_taken_is_counted() -> None:
    defect, silent = Defect(3, "epoch", "x", "a number"), NoReply(4, "it broke off")

    found = take(logged("one"), logged("three"), defect, silent)

    assert (found.n_samples, found.n_matched, found.n_elsewhere) == (4, 1, 1)
    assert (found.defects, found.no_reply) == ([defect], [silent])


def test_where_log_and_study_do_not_agree_is_said() -> None:
    found = take(
        logged("one", target="B", was_scored=True),
        logged("two", target="A", was_scored=False),
        logged("one", 2, record=9, target="B", was_scored=False),
    )

    assert found.other_keys == ["two"]
    assert found.other_scores == [9]


def test_places_are_those_of_study_questions_without_practice() -> None:
    plan = make_plan()

    found = places(plan)

    assert {place.form for place in found.values()} == {"A", "B"}
    assert {place.task for place in found.values()} == {"mmlu", "quality"}
    assert not any(question_id.startswith("practice") for question_id in found)
