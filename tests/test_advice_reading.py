"""A model reads advice beside the rule: once for each trial, on record for good, and never instead of the rule."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oversight_app.advice_reading import GIVE_UP_AFTER, read_advice
from oversight_app.clock import SimulatedClock
from oversight_app.errors import NoPlan, ProviderUnavailable, StudyStateError
from oversight_app.export import export_study
from oversight_app.projections import rebuild
from oversight_app.prompts import load_prompts
from oversight_app.providers.base import Piece, Reply, Request, Scene, Text, Turn, Usage, collect
from oversight_app.providers.script import say
from oversight_app.providers.scripted import ScriptedProvider
from oversight_app.rehearsal import rehearse
from oversight_app.store import Store
from oversight_app.study.advice_reading import read_reading
from oversight_app.study.answers import read_advice as read_by_rule
from oversight_app.study.events import AdviceRead, ReplyBegun, ReplyClosed, TrialClosed
from oversight_app.study.letters import ALL_ORDERS, OptionOrder
from oversight_app.study.people import FIRST_MESSAGE
from oversight_app.study.questions import LETTERS
from oversight_app.study.trial import Message, Speaker, Trial
from oversight_app.study.trial_plan import TrialPlan
from tests.builders import START, make_clock, make_plan, make_question, make_store

CLOCK = SimulatedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))


class Reader:
    """A provider that reads the same into everything, or what it is told."""

    name = "reader"

    def __init__(self, *says: str | Exception) -> None:
        self.says = list(says)
        self.asked: list[Request] = []

    def reply(self, request: Request) -> Iterator[Piece]:
        self.asked.append(request)
        said = self.says.pop(0) if self.says else "A"
        if isinstance(said, Exception):
            raise said
        yield Text(said)
        yield Reply(said, "stop", Usage(100, 20, 1), "req-1", "reader-2")


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    make_store(folder, make_plan(prompts=load_prompts())).close()
    return rehearse(folder, 10, 5, clock=CLOCK).folder / "study.db"


@pytest.fixture
def store(rehearsed: Path, tmp_path: Path) -> Iterator[Store]:
    with Store.open(Path(shutil.copy(rehearsed, tmp_path))) as made:
        yield made


def rows(store: Store) -> list[dict[str, object]]:
    return list(store.rows("answers"))


def readings(store: Store) -> list[AdviceRead]:
    return [
        item.event
        for stream in store.heads()
        for item in store.events_of(stream)
        if isinstance(item.event, AdviceRead)
    ]


def test_the_scripted_reader_reads_as_the_rule_does_and_both_readings_stand(store: Store) -> None:
    summary = read_advice(store, "scripted:reader", clock=make_clock())

    advised = [row for row in rows(store) if row["advice_choice"]]
    assert summary.n_stated == summary.n_as_the_rule == summary.n_trials == len(advised) > 10
    for row in advised:
        assert row["advice_choice_by_model"] == row["advice_choice"] == row["stance"]
        assert (row["advice_source"], row["advice_reader"]) == ("rule", "scripted:reader")
    assert all(row["advice_reader"] is None for row in rows(store) if not row["n_replies"])
    assert "as the rule reads it in" in summary.describe()


@pytest.mark.parametrize("order", ALL_ORDERS)
@pytest.mark.parametrize("stance", LETTERS)
def test_rule_and_reader_find_the_stance_of_a_scripted_chat_in_every_order(order: str, stance: str) -> None:
    question = make_question("q1", options=("one", "two", "three", "four"))
    displayed, shown = OptionOrder(order).displayed(stance), OptionOrder(order).shown(question.options)
    scene = Scene(question.text, (shown[0], shown[1], shown[2], shown[3]), displayed, f"{order}{stance}")
    planned = TrialPlan(
        "p1-001",
        1,
        1,
        1,
        1,
        None,
        "mmlu",
        "q1",
        "human_with_model",
        "chat",
        "assigned",
        "A",
        order,
        None,
        stance,
    )
    begun = ReplyBegun(1, "r1", 1, "scripted", "demo", "0", ())
    text = say(scene, [Turn("user", FIRST_MESSAGE)])
    reply = Message("r1", Speaker.ASSISTANT, START, 1, text, begun, ReplyClosed(1, "r1", text, "complete"))
    trial = Trial(planned, messages=(reply,), closed=TrialClosed(1, "answered", "A", 0.6, START))

    by_rule = read_by_rule(trial, question)[-1]
    asked = Request(
        "demo",
        "",
        (),
        1,
        10.0,
        letters=True,
        scene=replace(scene, says=OptionOrder(order).displayed(by_rule)),
    )
    answered = collect(ScriptedProvider(make_clock()).reply(asked))

    assert by_rule == stance
    assert read_reading(answered.text, order, question).choice == stance


def test_a_letter_is_mapped_back_and_the_rule_keeps_its_own_reading(store: Store) -> None:
    before = {row["trial_id"]: row["advice_choice"] for row in rows(store)}

    read_advice(store, "reader:r", clock=make_clock(), provider=Reader())

    for row in rows(store):
        assert row["advice_choice"] == before[row["trial_id"]]
        if row["advice_reader"]:
            order = OptionOrder(str(row["option_order"]))
            assert row["advice_choice_by_model"] == order.original("A")


def test_none_and_unreadable_leave_the_choice_empty_and_are_told_apart_on_record(store: Store) -> None:
    says = ["N", "It is hard to say", ""]

    summary = read_advice(store, "reader:r", clock=make_clock(), provider=Reader(*says))

    assert (summary.n_none, summary.n_unreadable) == (1, 2)
    assert [event.choice for event in readings(store) if event.reading != "stated"] == ["", "", ""]
    assert sum(event.error != "" for event in readings(store)) == 1


def test_what_a_model_has_read_is_not_read_again_by_it_but_by_another(store: Store) -> None:
    first = Reader(*["B"] * 3, *[ProviderUnavailable("asleep", may_retry=False)] * GIVE_UP_AFTER)
    begun = read_advice(store, "reader:r", clock=make_clock(), provider=first)
    second = Reader()
    done = read_advice(store, "reader:r", clock=make_clock(), provider=second)
    third = Reader()
    again = read_advice(store, "reader:r", clock=make_clock(), provider=third)
    other = read_advice(store, "reader:other", clock=make_clock(), provider=Reader())

    assert (begun.n_read, begun.n_failed) == (3, GIVE_UP_AFTER)
    assert "asleep" in begun.describe()
    assert (done.n_before, done.n_open) == (3, 0)
    assert (again.n_before, again.n_read, third.asked) == (again.n_trials, 0, [])
    assert other.n_read == other.n_trials
    assert len(readings(store)) == 2 * again.n_trials
    assert {row["advice_reader"] for row in rows(store) if row["n_replies"]} == {"reader:other"}


def test_reading_changes_nothing_else_of_a_sitting_and_can_be_made_again_from_events(store: Store) -> None:
    people = list(store.rows("participants"))
    read_advice(store, "scripted:reader", clock=make_clock())
    tables = ("sittings", "trials", "messages", "answers", "model_calls")
    before = {table: sorted(store.rows(table), key=repr) for table in tables}

    rebuild(store)

    assert {table: sorted(store.rows(table), key=repr) for table in tables} == before
    assert list(store.rows("participants")) == people


def test_each_reading_is_a_call_to_a_model_on_record(store: Store, tmp_path: Path) -> None:
    reader = Reader()
    read_advice(store, "reader:r", clock=make_clock(), provider=reader)

    calls = [row for row in store.rows("model_calls") if row["purpose"] == "read_advice"]
    assert len(calls) == len(reader.asked)
    assert {row["prompt_hash"] for row in calls} == {request.prompt_hash for request in reader.asked}
    assert {
        (row["model"], row["model_answered"], row["prompt"], row["text"], row["tokens_in"]) for row in calls
    } == {("r", "reader-2", "read_advice", "A", 100)}
    assert len({row["call_id"] for row in store.rows("model_calls")}) == len(list(store.rows("model_calls")))
    export_study(store, tmp_path / "out", at=CLOCK.now())


def test_nobodys_words_are_sent_anywhere_who_withdrew_them(store: Store) -> None:
    everybody = read_advice(store, "reader:r", clock=make_clock(), provider=Reader()).n_trials
    with_chats = {row["participant_id"] for row in rows(store) if row["n_replies"]}
    withheld = with_chats.pop()
    _withhold(store, str(withheld))

    summary = read_advice(store, "reader:other", clock=make_clock(), provider=Reader())

    assert 0 < summary.n_trials < everybody


def _withhold(store: Store, participant_id: str) -> None:
    """As if this participant had withdrawn and kept their answers back."""
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("UPDATE sittings SET keeps_data = 0 WHERE participant_id = ?", (participant_id,))
        connection.commit()


def test_a_plan_of_an_earlier_release_is_not_read_with_words_that_it_does_not_hold(tmp_path: Path) -> None:
    with make_store(tmp_path) as store, pytest.raises(StudyStateError, match="no prompt read_advice"):
        read_advice(store, "scripted:x", clock=make_clock())


def test_without_a_plan_there_is_nothing_to_read(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store, pytest.raises(NoPlan):
        read_advice(store, "scripted:x", clock=make_clock())
