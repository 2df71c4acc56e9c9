"""A run that is stopped, killed or beside another loses nothing that was kept, and asks nothing that was answered."""

import signal
from pathlib import Path

from oversight_app.store import Store
from oversight_app.study.events import AloneAsked, TrialClosed
from tests.model_alone.commanded import (
    LETTER,
    after,
    answered,
    asked,
    begin,
    ended,
    make_folder,
    run,
    slowly,
    wait_until,
)
from tests.providers.misbehaving import head, misbehaving_server, then_waits


def test_ctrl_c_saves_what_has_come_and_the_same_command_goes_on(tmp_path: Path) -> None:
    study = make_folder(tmp_path / "study", 40)
    with misbehaving_server({}, default=after(12, LETTER, then_waits(head()))) as server:
        process = begin(study, server.url, "--parallel", "4")
        wait_until(lambda: len(server.bodies) == 16)
        process.send_signal(signal.SIGINT)
        code, said = ended(process)
        server.hung_up.wait(10)

    kept = answered(study)
    assert code == 130
    assert "answered 12 of 40 questions" in said
    assert "28 are still open; the same command asks only those" in said
    assert "Traceback" not in said
    assert server.hung_up.is_set()
    assert len(kept) == 12
    with misbehaving_server({}, default=LETTER) as server:
        code, said = run(study, server.url)
    assert (code, sum(asked(server.bodies).values())) == (0, 28)
    assert not set(asked(server.bodies)) & kept
    assert len(answered(study)) == 40


def test_calls_that_were_cut_off_by_ctrl_c_are_on_record_as_such(tmp_path: Path) -> None:
    study = make_folder(tmp_path / "study", 10)
    with misbehaving_server({}, default=after(3, LETTER, then_waits(head()))) as server:
        process = begin(study, server.url, "--parallel", "2")
        wait_until(lambda: len(server.bodies) == 5)
        process.send_signal(signal.SIGINT)
        ended(process)

    with Store.open(study / "study.db") as store:
        calls = list(store.rows("model_calls"))
    assert [call["status"] for call in calls].count("complete") == 3
    cut_off = [call for call in calls if call["status"] == "failed"]
    assert {call["error"] for call in cut_off} == {"The run was stopped before the reply came."}
    assert len(cut_off) == 2


def test_a_second_ctrl_c_ends_at_once(tmp_path: Path) -> None:
    study = make_folder(tmp_path / "study", 10)
    with misbehaving_server({}, default=then_waits(head())) as server:
        process = begin(study, server.url, "--parallel", "2")
        wait_until(lambda: len(server.bodies) == 2)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        code, said = ended(process)

    assert code == 130
    assert "Traceback" not in said


def test_a_kill_loses_nothing_that_was_kept_and_no_answered_question_is_asked_again(tmp_path: Path) -> None:
    study = make_folder(tmp_path / "study", 120)
    with misbehaving_server({}, default=slowly(0.02, LETTER)) as server:
        process = begin(study, server.url, "--parallel", "8")
        wait_until(lambda: len(server.bodies) >= 60)
        process.kill()
        ended(process)
        kept = answered(study)
        n_before = len(server.bodies)
        code, _ = run(study, server.url, "--parallel", "8")

    again = asked(server.bodies[n_before:])
    assert code == 0
    assert kept
    assert not set(again) & kept
    assert len(answered(study)) == 120
    # Only what was on its way, or had come within the last moment, is asked twice.
    assert sum(again.values()) == 120 - len(kept)


def test_two_runs_at_once_close_every_question_once(tmp_path: Path) -> None:
    study = make_folder(tmp_path / "study", 80)
    with misbehaving_server({}, default=slowly(0.02, LETTER)) as server:
        both = [begin(study, server.url, "--parallel", "4") for _ in range(2)]
        ends = [ended(process) for process in both]

    assert [code for code, _ in ends] == [0, 0], ends
    assert len(answered(study)) == 80
    with Store.open(study / "study.db") as store:
        (participant,) = {str(row["participant_id"]) for row in store.rows("trials")}
        events = [item.event for item in store.events_of(participant)]
    assert sorted(event.n for event in events if isinstance(event, TrialClosed)) == list(range(1, 81))
    assert len([event for event in events if isinstance(event, AloneAsked)]) == 80
