from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from analysis.columns import COLUMNS, Table
from oversight_app.study.answers import answer_row, read_advice
from oversight_app.study.events import (
    ContextReset,
    DraftSaved,
    Event,
    InitialAnswered,
    MessageSent,
    PassageRead,
    PassageShown,
    ReplyBegun,
    ReplyClosed,
    TrialClosed,
    TrialShown,
)
from oversight_app.study.letters import ALL_ORDERS, OptionOrder
from oversight_app.study.questions import LETTERS, Passage, Question
from oversight_app.study.sitting import Sitting
from oversight_app.study.trial import Trial, apply_to_trial
from oversight_app.study.trial_plan import TrialPlan
from tests.builders import START, make_plan, make_question

ARRIVED = Sitting("p1", cell="HA-A.HM-B.mmlu")


def make_trial(*events: Event, **plan: Any) -> Trial:
    values: dict[str, Any] = {
        "trial_id": "p1-001",
        "n": 1,
        "block": 1,
        "position": 1,
        "position_in_block": 1,
        "passage_exposure": None,
        "task": "mmlu",
        "question_id": "q1",
        "condition": "human_with_model",
        "protocol": "chat",
        "assistant_mode": "assigned",
        "form": "A",
        "option_order": "CADB",
        "time_limit_s": 180.0,
        "stance": "B",
        "manipulated": True,
    }
    trial = Trial(TrialPlan(**(values | plan)))
    for second, event in enumerate((TrialShown(1, START + timedelta(seconds=180)), *events)):
        trial = apply_to_trial(trial, event, START + timedelta(seconds=second))
    return trial


def chat(*texts: str, status: str = "complete", ids: str = "") -> Sequence[Event]:
    """One message of the participant's before each reply."""
    return [
        event
        for i, text in enumerate(texts)
        for event in (
            MessageSent(1, f"m{ids}{i}", "And?", 1),
            ReplyBegun(1, f"r{ids}{i}", 1, "scripted", "demo", "0", ()),
            ReplyClosed(1, f"r{ids}{i}", text, status, total_s=1.5),
        )
    ]


def closed(
    choice: str = "A", confidence: float | None = 0.6, status: str = "answered", **more: Any
) -> TrialClosed:
    return TrialClosed(1, status, choice, confidence, START + timedelta(seconds=42), **more)


def row_of(trial: Trial, question: Question | None = None, sitting: Sitting = ARRIVED) -> dict[str, Any]:
    return dict(answer_row(sitting, trial, question or make_question("q1"), make_plan()))


def test_the_columns_are_those_of_the_export() -> None:
    header = [column.name for column in COLUMNS[Table.ANSWERS]]

    assert sorted(row_of(make_trial())) == sorted(header)


@pytest.mark.parametrize("letters", ALL_ORDERS)
@pytest.mark.parametrize("stance", LETTERS)
def test_advice_is_read_back_as_the_stance_in_every_order(letters: str, stance: str) -> None:
    displayed = OptionOrder(letters).displayed(stance)
    trial = make_trial(
        *chat(f"I am fairly sure that the answer is {displayed}. The first one is a trap."),
        closed(),
        option_order=letters,
        stance=stance,
    )

    row = row_of(trial)

    assert read_advice(trial, make_question("q1")) == (stance,)
    assert (row["advice_choice"], row["first_advice_choice"], row["stance"]) == (stance,) * 3
    assert row["advice_correct"] == int(stance == "B")


def test_choices_are_stored_in_original_letters_whatever_was_displayed() -> None:
    rows = [row_of(make_trial(closed("B"), option_order=letters)) for letters in ALL_ORDERS]

    assert {(row["choice"], row["correct_choice"], row["correct"]) for row in rows} == {("B", "B", 1)}


def test_what_is_missing_is_none_and_never_a_guess() -> None:
    row = row_of(make_trial(closed("", None, "timed_out_no_answer")))

    missing = ("choice", "correct", "confidence", "p_a", "p_source", "reason", "passage_id")
    assert {row[name] for name in missing} == {None}
    assert (row["status"], row["correct_choice"]) == ("timed_out_no_answer", "B")
    assert "" not in row.values()


def test_nobody_says_where_probabilities_come_from_that_nobody_gave() -> None:
    confident = row_of(make_trial(closed("A", 0.6)))
    by_model = row_of(make_trial(closed("A", None, probabilities=(0.7, 0.1, 0.1, 0.1), p_source="logprob")))

    assert (confident["confidence"], confident["p_source"]) == (0.6, None)
    assert (by_model["p_a"], by_model["p_d"], by_model["p_source"]) == (0.7, 0.1, "logprob")


@pytest.mark.parametrize(
    ("events", "status", "choice"),
    [
        ((), "none_asked", None),
        ([MessageSent(1, "m0", "Why?", 1)], "none_given", None),
        (chat("", status="failed"), "none_given", None),
        (chat("Hard to say."), "unreadable", None),
        (chat("The answer is A."), "stated", "C"),
        (chat("The answer is A.", "Hard to say."), "stated", "C"),
        (chat("The answer is A.", "No, the answer is D."), "stated", "B"),
        (chat("The answer is A. And furth", status="interrupted"), "stated", "C"),
    ],
)
def test_advice_is_the_last_that_was_stated_and_says_why_there_is_none(
    events: Sequence[Event], status: str, choice: str | None
) -> None:
    row = row_of(make_trial(*events, closed()))

    assert (row["advice_status"], row["advice_choice"]) == (status, choice)
    assert row["advice_source"] == ("rule" if choice else None)
    assert row["first_advice_choice"] == ("C" if choice else None)


def test_traffic_is_counted() -> None:
    events = [*chat("The answer is A."), *chat("", status="failed", ids="x"), ContextReset(1)]

    row = row_of(make_trial(*events, closed()))

    names = ("n_messages", "n_replies", "n_replies_failed", "n_resets", "assistant_wait_s")
    assert [row[name] for name in names] == [2, 1, 1, 1, 3.0]


def test_alone_there_is_no_assistant_and_no_advice() -> None:
    alone = make_trial(
        closed(), condition="human_alone", protocol="unaided", assistant_mode="", stance="", manipulated=False
    )

    row = row_of(alone)

    about_help = [name for name in row if "advice" in name or name.startswith("n_")]
    names = (
        *about_help,
        "assistant",
        "assistant_mode",
        "provider",
        "model",
        "method",
        "stance",
        "manipulated",
    )
    assert {row[name] for name in names} == {None}


def test_a_model_alone_is_who_it_was_enrolled_as() -> None:
    who = Sitting(
        "m1", kind="model", settings={"provider": "scripted", "model": "demo", "method": "zero_shot"}
    )
    trial = make_trial(
        closed(), condition="model_alone", protocol="unaided", assistant_mode="", stance="", manipulated=False
    )

    row = row_of(trial, sitting=who)

    assert [row[n] for n in ("participant_kind", "provider", "model", "method", "assistant")] == [
        "model",
        "scripted",
        "demo",
        "zero_shot",
        None,
    ]
    assert row["confidence_scale"] is None


def test_response_time_is_from_showing_to_close() -> None:
    row = row_of(make_trial(closed(browser_response_time_s=41.0)))

    assert (row["response_time_s"], row["browser_response_time_s"]) == (42.0, 41.0)
    assert row["shown_at"] == "2026-01-05T09:00:00.000000Z"


def test_an_own_answer_stands_beside_the_final_one_with_its_time() -> None:
    first = InitialAnswered(1, "C", 0.7, (0.1, 0.1, 0.7, 0.1))

    row = row_of(make_trial(first, closed("A"), is_answer_first=True))

    assert [row[f"initial_{name}"] for name in ("choice", "confidence", "p_a", "p_c")] == ["C", 0.7, 0.1, 0.7]
    assert (row["initial_response_time_s"], row["choice"], row["response_time_s"]) == (1.0, "A", 42.0)


def test_a_mark_that_was_never_committed_is_no_own_answer() -> None:
    drafted = DraftSaved(1, "C", 0.6)

    row = row_of(make_trial(drafted, closed("C", None, "timed_out"), is_answer_first=True))

    assert row["choice"] == "C"
    assert {row[f"initial_{name}"] for name in ("choice", "confidence", "p_a", "response_time_s")} == {None}


def test_the_reading_phase_has_a_time_of_its_own() -> None:
    def read(seconds: float) -> Any:
        trial = Trial(make_trial(reading_s=60).plan)
        for event, second in (
            (PassageShown(1, START + timedelta(seconds=60)), 0.0),
            (PassageRead(1), seconds),
            (TrialShown(1, None), 200.0),
        ):
            trial = apply_to_trial(trial, event, START + timedelta(seconds=second))
        return row_of(trial)["reading_time_s"]

    assert [read(seconds) for seconds in (25, 60, 150)] == [25.0, 60.0, 60.0]
    assert row_of(make_trial(closed()))["reading_time_s"] is None


def test_a_reason_and_a_minimum_time_are_kept_where_there_are_some() -> None:
    with_both = row_of(make_trial(closed(reason="It is so."), min_time_s=20.0))
    without = row_of(make_trial(closed()))

    assert (with_both["reason"], with_both["min_time_s"]) == ("It is so.", 20.0)
    assert (without["reason"], without["min_time_s"]) == (None, None)


def test_an_attention_check_in_an_assisted_block_has_no_assistant_to_speak_of() -> None:
    row = row_of(
        make_trial(
            closed("B"),
            protocol="unaided",
            stance="",
            manipulated=False,
            is_attention_check=True,
            expected="B",
            position=None,
        )
    )

    names = (
        "manipulated",
        "stance",
        "advice_status",
        "n_messages",
        "n_replies",
        "assistant_wait_s",
        "position",
    )
    assert {row[name] for name in names} == {None}
    assert (row["is_attention_check"], row["correct"], row["condition"]) == (1, 1, "human_with_model")


def test_an_abandoned_trial_is_said_to_be_one() -> None:
    trial = replace(make_trial(closed("", None, "timed_out_no_answer")), is_abandoned=True)

    assert row_of(trial)["status"] == "abandoned"


def test_an_open_trial_says_nothing_of_its_answer() -> None:
    row = row_of(make_trial())

    assert (row["status"], row["choice"], row["closed_at"], row["response_time_s"]) == ("", None, None, None)


def test_the_passage_is_named() -> None:
    question = make_question("q1", passage=Passage("p9", "A story."))

    assert row_of(make_trial(closed()), question)["passage_id"] == "p9"
