"""One act is one transaction: what time has brought about comes first, then what was decided; all of it or nothing."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from oversight_app.clock import SimulatedClock
from oversight_app.errors import NoPlan, Refusal, Reminder
from oversight_app.ledger import Ledger, Remembered
from oversight_app.proctor import Proctor
from oversight_app.store import Store
from oversight_app.store.store import Record
from oversight_app.study.events import Event, MessageSent, NextAsked, ReplyBegun, TrialClosed
from oversight_app.study.sitting import Sitting, Stage
from tests.builders import START, make_clock, make_design, make_plan, make_proctor, make_questions, seat

TASKS = {"mmlu": {"questions_per_condition": 2, "practice_per_condition": 0}}


@pytest.fixture
def clock() -> SimulatedClock:
    return make_clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: SimulatedClock) -> Iterator[Ledger]:
    """A ledger on which p1 has their first question of 180 s open, with a draft."""
    design = make_design(tasks=TASKS, conditions={"order": "human_with_model_first"})
    proctor = make_proctor(tmp_path, make_plan(design), clock=clock)
    seat(proctor)
    proctor.go_on("p1")
    proctor.page("p1")
    proctor.save_draft("p1", 1, 2, 0.6)
    yield Ledger(proctor.store, clock)
    proctor.store.close()


def kinds(ledger: Ledger) -> list[str]:
    return [type(item.event).__name__ for item in ledger.store.events_of("p1")]


def nothing(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
    return []


def test_without_a_plan_there_is_no_ledger(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store, pytest.raises(NoPlan):
        Ledger(store, make_clock())


def test_what_time_has_brought_about_is_there_before_anything_is_decided(
    ledger: Ledger, clock: SimulatedClock
) -> None:
    clock.sleep(200)
    met: list[Stage] = []

    def decide(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
        met.append(sitting.stage)
        return [NextAsked()]

    after = ledger.act("p1", decide)

    assert met == [Stage.REST]
    assert after.stage is Stage.TRIAL
    assert kinds(ledger)[-2:] == ["TrialClosed", "NextAsked"]


@pytest.mark.parametrize("refusal", [Refusal("over"), Reminder("choose_answer")])
def test_a_refused_act_keeps_what_time_has_brought_about_and_nothing_else(
    ledger: Ledger, clock: SimulatedClock, refusal: Refusal
) -> None:
    clock.sleep(200)

    def decide(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
        raise refusal

    if isinstance(refusal, Reminder):
        with pytest.raises(Reminder):
            ledger.act("p1", decide)
    else:
        ledger.act("p1", decide)

    assert kinds(ledger)[-1] == "TrialClosed"
    assert ledger.sitting("p1").stage is Stage.REST


def test_an_act_that_breaks_leaves_no_trace(ledger: Ledger, clock: SimulatedClock) -> None:
    clock.sleep(200)
    before = kinds(ledger), ledger.sitting("p1")

    def decide(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
        record.append("p1", [NextAsked()], now)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ledger.act("p1", decide)

    assert (kinds(ledger), ledger.sitting("p1")) == before
    assert ledger.act("p1", nothing).stage is Stage.REST


def test_who_was_in_time_stays_in_time_however_long_they_waited_for_the_record(
    ledger: Ledger, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment of an act is asked before the lock: a busy server costs nobody an answer."""
    clock.sleep(179)
    write = ledger.store.write

    def busy() -> Any:
        clock.sleep(30)
        return write()

    monkeypatch.setattr(ledger.store, "write", busy)
    seen: list[float] = []

    def decide(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
        seen.append((now - START).total_seconds())
        assert sitting.trial.is_open
        return []

    ledger.act("p1", decide)

    assert seen == [179]


def test_the_end_of_a_trial_stops_the_reply_that_is_still_being_written(
    ledger: Ledger, clock: SimulatedClock
) -> None:
    def ask(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
        record.replies.begin("r1", "p1", 1, "process", now)
        return [MessageSent(1, "m1", "Why?", 1), ReplyBegun(1, "r1", 1, "scripted", "demo", "0", ("m1",))]

    ledger.act("p1", ask)
    clock.sleep(200)

    ledger.act("p1", nothing)

    with ledger.store.write() as record:
        assert record.replies.flush({"r1": ""}, "process", clock.now()) == {"r1"}


def test_a_sitting_is_read_back_the_same_by_a_ledger_that_remembers_nothing(
    ledger: Ledger, clock: SimulatedClock
) -> None:
    clock.sleep(200)
    remembered = ledger.act("p1", nothing)

    assert Ledger(ledger.store, clock).sitting("p1") == remembered == ledger.sitting("p1")


def test_several_things_that_fell_due_while_nobody_looked_are_noted_one_by_one(
    tmp_path: Path, clock: SimulatedClock
) -> None:
    design = make_design(tasks=TASKS, sitting={"attention_checks": 1})
    bank = make_questions(n_attention=1)
    proctor = make_proctor(tmp_path, make_plan(design, bank), bank, clock=clock)
    with proctor.store:
        seat(proctor)
        proctor.go_on("p1")
        proctor.page("p1")
        clock.sleep(10_000)

        sitting = Proctor(proctor.store, clock).act("p1", nothing)

        assert [type(item.event).__name__ for item in proctor.store.events_of("p1")][-2:] == [
            "TrialClosed",
            "ParticipantLeft",
        ]
        (closed,) = [trial.closed for trial in sitting.trials if isinstance(trial.closed, TrialClosed)]
        assert (closed.closed_at - START).total_seconds() == 180
        assert sitting.has_left


def test_no_more_sittings_are_remembered_than_were_asked_for_and_the_longest_unused_goes_first() -> None:
    remembered = Remembered(2)
    for seq, participant_id in ((3, "p1"), (4, "p2"), (5, "p1"), (6, "p3")):
        remembered.keep(seq, Sitting(participant_id))

    assert remembered.get("p1") == (5, Sitting("p1"))
    assert remembered.get("p2") == (0, Sitting("p2"))
    assert remembered.get("p3") == (6, Sitting("p3"))
