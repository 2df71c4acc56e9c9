import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from oversight_app.clock import SimulatedClock
from oversight_app.errors import Reminder, StoreFull, StudyStateError
from oversight_app.proctor import Proctor
from oversight_app.store import Store
from oversight_app.study.events import DraftSaved, TrialClosed, TrialShown
from oversight_app.study.page import (
    BeginPage,
    ConsentPage,
    EndPage,
    FeedbackPage,
    InstructionsPage,
    QuestionPage,
    RestPage,
    SurveyPage,
)
from oversight_app.study.sitting import Stage, fold
from tests.builders import START, finish, make_clock, make_design, make_plan, make_proctor, make_store, seat

ROOT = Path(__file__).parents[1]


@pytest.fixture
def clock() -> SimulatedClock:
    return make_clock()


@pytest.fixture
def proctor(tmp_path: Path, clock: SimulatedClock) -> Iterator[Proctor]:
    plan = make_plan(make_design(tasks={"mmlu": {"questions_per_condition": 2, "practice_per_condition": 0}}))
    made = make_proctor(tmp_path, plan, clock=clock)
    yield made
    made.store.close()


def open_question(proctor: Proctor, participant_id: str = "p1") -> QuestionPage:
    """Seat somebody and show them their first question."""
    seat(proctor, participant_id)
    proctor.go_on(participant_id)
    page = proctor.page(participant_id)
    assert isinstance(page, QuestionPage)
    return page


def second_process(proctor: Proctor, **how: Any) -> Proctor:
    return Proctor(Store.open(proctor.store.path, synchronous="NORMAL"), proctor.clock, **how)


def n_events(proctor: Proctor) -> int:
    return len(list(proctor.store.rows("events")))


def test_without_a_plan_there_is_nothing_to_proctor(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store, pytest.raises(StudyStateError, match="oversight plan"):
        Proctor(store, make_clock())


def test_a_participant_walks_from_consent_to_the_end_code(proctor: Proctor, clock: SimulatedClock) -> None:
    pages = [type(proctor.page("p1"))]
    proctor.give_consent("p1", agreed=True)
    pages.append(type(proctor.page("p1")))
    proctor.finish_instructions("p1")
    proctor.answer_comprehension("p1", (1,))
    pages.append(type(proctor.page("p1")))
    proctor.begin("p1")
    while isinstance(page := proctor.page("p1"), RestPage | QuestionPage):
        clock.sleep(5)
        if isinstance(page, RestPage):
            proctor.go_on("p1")
        else:
            proctor.submit("p1", page.n, 2, 0.6)
    pages.append(type(page))
    finish(proctor)

    assert pages == [ConsentPage, InstructionsPage, BeginPage, SurveyPage]
    assert proctor.page("p1") == EndPage("completed", "CODE123", "")
    rows = list(proctor.store.rows("answers"))
    assert [(row["status"], row["response_time_s"]) for row in rows] == [("answered", 5.0)] * 4


def test_looking_takes_no_place_and_writes_nothing(proctor: Proctor) -> None:
    before = n_events(proctor)

    for _ in range(3):
        proctor.page("stranger")

    assert n_events(proctor) == before


def test_the_clock_starts_at_the_first_showing_and_not_again(proctor: Proctor, clock: SimulatedClock) -> None:
    first = open_question(proctor)
    clock.sleep(10)

    again = proctor.page("p1")

    assert isinstance(again, QuestionPage)
    assert (first.remaining_ms, again.remaining_ms) == (180_000, 170_000)
    assert sum(isinstance(item.event, TrialShown) for item in proctor.store.events_of("p1")) == 1


def test_every_click_may_come_twice(proctor: Proctor, clock: SimulatedClock) -> None:
    def twice(click: Callable[[], None]) -> None:
        click()
        after_one = n_events(proctor)
        click()
        assert n_events(proctor) == after_one

    twice(lambda: proctor.give_consent("p1", agreed=True))
    twice(lambda: proctor.finish_instructions("p1"))
    twice(lambda: proctor.answer_comprehension("p1", (1,)))
    twice(lambda: proctor.begin("p1"))
    twice(lambda: proctor.go_on("p1"))
    proctor.page("p1")
    clock.sleep(5)
    twice(lambda: proctor.save_draft("p1", 1, 0, 0.6))
    twice(lambda: proctor.pause_after("p1", 1))
    twice(lambda: proctor.submit("p1", 1, 0, 0.6))
    twice(lambda: proctor.withdraw("p1"))


def test_feedback_is_read_once(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)
    with proctor.store:
        page = open_question(proctor)
        proctor.clock.sleep(5)
        proctor.submit("p1", page.n, 0, 0.6)
        found = proctor.page("p1")

        proctor.read_feedback("p1", page.n)
        proctor.read_feedback("p1", page.n)

        assert isinstance(found, FeedbackPage)
        assert proctor.sitting("p1").current == 1


def test_an_old_tab_cannot_answer_the_next_question(proctor: Proctor, clock: SimulatedClock) -> None:
    page = open_question(proctor)
    clock.sleep(5)
    proctor.submit("p1", page.n, 0, 0.6)
    proctor.page("p1")
    clock.sleep(5)

    proctor.submit("p1", page.n, 3, 0.8)
    proctor.save_draft("p1", page.n, 3, 0.8)

    assert proctor.sitting("p1").current == 1
    assert proctor.sitting("p1").trial.draft.choice == ""


@pytest.mark.parametrize("choice", [4, -1, True, 1.0, "A", "0", [0]])
def test_a_forged_choice_changes_nothing(proctor: Proctor, clock: SimulatedClock, choice: Any) -> None:
    page = open_question(proctor)
    clock.sleep(5)
    before = n_events(proctor)

    proctor.save_draft("p1", page.n, choice, None)
    proctor.submit("p1", page.n, choice, 0.6)

    assert n_events(proctor) == before


@pytest.mark.parametrize("confidence", [0.5, 2, True, "0.6", float("nan"), [0.6]])
def test_a_forged_confidence_changes_nothing(
    proctor: Proctor, clock: SimulatedClock, confidence: Any
) -> None:
    page = open_question(proctor)
    clock.sleep(5)
    before = n_events(proctor)

    proctor.submit("p1", page.n, 0, confidence)

    assert n_events(proctor) == before


def test_a_reminder_reaches_the_participant_and_records_nothing(
    proctor: Proctor, clock: SimulatedClock
) -> None:
    page = open_question(proctor)
    clock.sleep(5)
    before = n_events(proctor)

    with pytest.raises(Reminder, match="choose answer"):
        proctor.submit("p1", page.n, None, 0.6)

    assert n_events(proctor) == before


def test_a_late_submit_finds_the_draft_already_the_answer(proctor: Proctor, clock: SimulatedClock) -> None:
    page = open_question(proctor)
    proctor.save_draft("p1", page.n, 2, None)
    drafted = proctor.sitting("p1").trial.draft.choice
    clock.sleep(180)

    proctor.submit("p1", page.n, 0, 0.8)

    closed = proctor.sitting("p1").trials[0].closed
    assert closed is not None
    assert (closed.status, closed.choice, closed.confidence) == ("timed_out", drafted, None)
    assert closed.closed_at == START + timedelta(seconds=180)


def test_the_sweeper_closes_what_is_due_with_everybody_gone(proctor: Proctor, clock: SimulatedClock) -> None:
    for participant_id in ("p1", "p2"):
        open_question(proctor, participant_id)
    clock.sleep(179)
    early = proctor.sweep()
    clock.sleep(10_000)

    late, again = proctor.sweep(), proctor.sweep()

    assert (early, late, again) == (0, 2, 0)
    rows = list(proctor.store.rows("answers"))
    assert {(row["status"], row["response_time_s"]) for row in rows} == {("abandoned", 180.0)}
    assert all(proctor.sitting(p).has_left for p in ("p1", "p2"))


def test_who_left_is_back_with_the_next_page_and_keeps_their_trials(
    proctor: Proctor, clock: SimulatedClock
) -> None:
    open_question(proctor)
    trials = [trial.plan for trial in proctor.sitting("p1").trials]
    clock.sleep(10_000)
    proctor.sweep()

    page = proctor.page("p1")

    assert isinstance(page, RestPage)
    assert not proctor.sitting("p1").has_left
    assert [trial.plan for trial in proctor.sitting("p1").trials] == trials


def test_a_place_that_was_given_back_goes_to_the_next_person(tmp_path: Path, clock: SimulatedClock) -> None:
    plan = make_plan(make_design(conditions={"random_share": 0.0}))
    proctor = make_proctor(tmp_path, plan, clock=clock)
    with proctor.store:
        for i in range(8):
            seat(proctor, f"p{i}")
        gone = proctor.sitting("p3")
        proctor.withdraw("p3")

        seat(proctor, "p9")

        cells = {proctor.sitting(f"p{i}").cell for i in range(8)}
        assert len(cells) == 8
        assert (proctor.sitting("p9").cell, proctor.sitting("p9").turn) == (gone.cell, gone.turn)


def test_the_same_arrivals_get_the_same_cells_and_trials(tmp_path: Path) -> None:
    found = []
    for folder in (tmp_path / "one", tmp_path / "other"):
        folder.mkdir()
        proctor = make_proctor(folder)
        with proctor.store:
            for i in range(6):
                seat(proctor, f"p{i}")
            found.append([(proctor.sitting(f"p{i}").cell, proctor.sitting(f"p{i}").trials) for i in range(6)])

    assert found[0] == found[1]


def test_a_server_that_was_down_at_a_deadline_makes_the_trial_void(tmp_path: Path) -> None:
    clock = make_clock()
    proctor = make_proctor(tmp_path, clock=clock, watches_uptime=True)
    with proctor.store:
        proctor.sweep()
        page = open_question(proctor)
        proctor.save_draft("p1", page.n, 1, None)
        clock.sleep(3600)

        restarted = second_process(proctor, watches_uptime=True)
        with restarted.store:
            restarted.sweep()
            trial = restarted.sitting("p1").trials[0]

    assert trial.status == "void"


def test_a_server_that_beats_closes_at_the_deadline(tmp_path: Path) -> None:
    clock = make_clock()
    proctor = make_proctor(tmp_path, clock=clock, watches_uptime=True)
    with proctor.store:
        proctor.sweep()
        open_question(proctor)
        for _ in range(100):
            clock.sleep(2)
            proctor.sweep()

        assert proctor.sitting("p1").trials[0].status == "timed_out_no_answer"


def test_one_unreadable_sitting_does_not_keep_others_open(
    proctor: Proctor, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_question(proctor, "p1")
    open_question(proctor, "p2")
    clock.sleep(200)
    act = proctor.act

    def act_but_not_on_p1(participant_id: str, decide: Any) -> Any:
        if participant_id == "p1":
            raise ValueError("event kind MindRead is unknown to this release")
        return act(participant_id, decide)

    monkeypatch.setattr(proctor, "act", act_but_not_on_p1)
    proctor.sweep()

    assert proctor.sitting("p1").trials[0].status == ""
    assert proctor.sitting("p2").trials[0].status == "timed_out_no_answer"


def test_a_full_disk_refuses_the_click_and_forgets_nothing(proctor: Proctor, clock: SimulatedClock) -> None:
    page = open_question(proctor)
    proctor.save_draft("p1", page.n, 1, None)
    kept = proctor.sitting("p1")
    with Store.open(proctor.store.path, synchronous="NORMAL", max_pages=1) as full:
        cramped = Proctor(full, clock)
        assert cramped.sitting("p1") == kept

        def draft_on_and_on() -> None:
            for i in range(10_000):
                clock.sleep(0.01)
                cramped.save_draft("p1", page.n, i % 4, None)

        with pytest.raises(StoreFull):
            draft_on_and_on()

        assert cramped.sitting("p1") == proctor.sitting("p1")
        assert cramped.page("p1") == proctor.page("p1")


# -- several processes and threads ---------------------------------------------------------------


def test_two_processes_agree_on_a_sitting(proctor: Proctor, clock: SimulatedClock) -> None:
    other = second_process(proctor)
    with other.store:
        page = open_question(proctor)
        clock.sleep(5)
        other.save_draft("p1", page.n, 3, 0.8)
        proctor.submit("p1", page.n, 3, 0.8)
        clock.sleep(5)
        other.submit("p1", page.n, 0, 0.25)
        answers = [sitting.sitting("p1") for sitting in (proctor, other)]
        pages = [(door.page("p1")) for door in (proctor, other)]

    assert answers[0] == answers[1]
    assert pages[0] == pages[1]
    closed = answers[0].trials[0].closed
    assert closed is not None
    assert closed.confidence == 0.8


def test_two_processes_sweeping_close_each_trial_once(proctor: Proctor, clock: SimulatedClock) -> None:
    other = second_process(proctor)
    with other.store:
        for i in range(10):
            open_question((proctor, other)[i % 2], f"p{i}")
        clock.sleep(200)

        with ThreadPoolExecutor(4) as threads:
            for done in [threads.submit(door.sweep) for door in (proctor, other) * 2]:
                done.result()

        closes = [
            sum(isinstance(item.event, TrialClosed) for item in proctor.store.events_of(f"p{i}"))
            for i in range(10)
        ]
    assert closes == [1] * 10


def test_threads_that_read_and_write_one_sitting_leave_one_story(
    proctor: Proctor, clock: SimulatedClock
) -> None:
    page = open_question(proctor)
    other = second_process(proctor)

    def click(seed: int) -> None:
        rng = Random(seed)
        for _ in range(25):
            door = rng.choice((proctor, other))
            door.save_draft("p1", page.n, rng.randrange(4), None)
            door.sitting("p1")
            door.page("p1")

    with other.store, ThreadPoolExecutor(6) as threads:
        for done in [threads.submit(click, seed) for seed in range(6)]:
            done.result()
        happened = proctor.store.events_of("p1")

        assert [item.seq for item in happened] == list(range(1, len(happened) + 1))
        told = fold("p1", happened, proctor.plan.design)
        assert told == proctor.sitting("p1") == other.sitting("p1")
        drafts = [item.event for item in happened if isinstance(item.event, DraftSaved)]
        assert all(a != b for a, b in pairwise(drafts)), "a stale sitting was acted on"


def test_a_thread_that_remembers_less_does_not_turn_back_another_ones_sitting(
    proctor: Proctor, clock: SimulatedClock
) -> None:
    """Between looking up what is remembered and reading what came since, another thread may remember less."""
    page = open_question(proctor)
    older = proctor._folded.get("p1")
    proctor.save_draft("p1", page.n, 2, None)
    drafted = proctor.sitting("p1")

    def events_of_while_another_reads(participant_id: str, after: int) -> Any:
        proctor._folded.keep(*older)
        return proctor.store.events_of(participant_id, after)

    assert proctor._fold("p1", events_of_while_another_reads) == drafted


def test_a_submit_in_two_tabs_at_once_counts_once(proctor: Proctor, clock: SimulatedClock) -> None:
    page = open_question(proctor)
    clock.sleep(5)

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(proctor.submit, "p1", page.n, i % 4, 0.6) for i in range(8)]:
            done.result()

    happened = proctor.store.events_of("p1")
    assert sum(isinstance(item.event, TrialClosed) for item in happened) == 1
    assert proctor.sitting("p1").current == 1


def test_people_who_begin_at_once_fill_the_cells_evenly(tmp_path: Path) -> None:
    plan = make_plan(make_design(conditions={"random_share": 0.0}))
    proctor = make_proctor(tmp_path, plan)
    with proctor.store, ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda i: seat(proctor, f"p{i}"), range(16)))
        sittings = [proctor.sitting(f"p{i}") for i in range(16)]

    per_cell = [sum(s.cell == cell.name for s in sittings) for cell in plan.cells]
    assert per_cell == [2] * 8
    assert {s.stage for s in sittings} == {Stage.REST}


# -- people from platforms -------------------------------------------------------------------------


def test_the_same_person_from_a_platform_is_the_same_participant(proctor: Proctor) -> None:
    one = proctor.participant_from_platform({"PROLIFIC_PID": "abc", "STUDY_ID": "s"})
    again = proctor.participant_from_platform({"PROLIFIC_PID": "abc", "STUDY_ID": "t"})
    other = proctor.participant_from_platform({"PROLIFIC_PID": "abd"})
    nobody = proctor.participant_from_platform({"STUDY_ID": "s", "PROLIFIC_PID": ""})

    assert one == again != other
    assert nobody is None
    assert "abc" not in f"{list(proctor.store.rows('events'))}{one}"


def test_a_link_stands_for_its_participant(tmp_path: Path) -> None:
    with make_store(tmp_path, invitations={"token": "p7"}) as store:
        proctor = Proctor(store, make_clock())

        assert proctor.participant_of("token") == "p7"
        assert proctor.participant_of("other") is None


# -- what was acknowledged is on disk ----------------------------------------------------------------

_ACKNOWLEDGE = """
import pathlib, sys
from oversight_app.clock import SystemClock
from oversight_app.proctor import Proctor
from oversight_app.store import Store
proctor = Proctor(Store.open(pathlib.Path(sys.argv[1])), SystemClock())
n = proctor.page("p1").n
for i in range(100_000):
    choice, confidence = i % 4, (0.25, 0.42, 0.6)[i % 3]
    proctor.save_draft("p1", n, choice, confidence)
    print(proctor.sitting("p1").trial.draft.choice, confidence, flush=True)
"""


@pytest.mark.parametrize("n_read", [1, 37])
def test_what_was_acknowledged_before_a_sigkill_is_on_record(proctor: Proctor, n_read: int) -> None:
    """The child dies between two of its lines: one draft more than it could say may be on record, never one less."""
    seat(proctor)
    proctor.go_on("p1")
    child = subprocess.Popen(
        [sys.executable, "-c", _ACKNOWLEDGE, str(proctor.store.path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert child.stdout is not None
    said = [next(child.stdout) for _ in range(n_read)]
    child.kill()
    said += child.stdout.read().splitlines(keepends=True)
    child.wait(timeout=30)
    child.stdout.close()

    restarted = second_process(proctor)
    with restarted.store:
        drafts = [
            f"{item.event.choice} {item.event.confidence}\n"
            for item in restarted.store.events_of("p1")
            if isinstance(item.event, DraftSaved)
        ]

    acknowledged = [line for line in said if line.endswith("\n")]
    assert drafts[: len(acknowledged)] == acknowledged
    assert len(drafts) <= len(acknowledged) + 1
