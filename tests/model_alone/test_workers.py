"""Threads that ask: each task once, results in groups, and an end in every case."""

import threading
from functools import partial

import pytest

from oversight_app.clock import SystemClock
from oversight_app.model_alone.agenda import Agenda, Task
from oversight_app.model_alone.workers import GROUP, Workers
from oversight_app.study.methods import Call, Reads


def agenda(n: int) -> Agenda:
    return Agenda(range(1, n + 1), lambda _: (Call("a", "zero_shot", (), Reads.TEXT),))


def leave_all(group: list[int], agenda: Agenda) -> None:
    for n in group:
        agenda.leave(n)


def finish(workers: Workers[int]) -> list[list[int]]:
    """Every group that comes, until nothing more does."""
    workers.start()
    groups = []
    while not workers.is_done:
        if group := workers.heard():
            groups.append(group)
            workers.finished(len(group), partial(leave_all, group))
    workers.end()
    return groups


@pytest.mark.parametrize("n_threads", [1, 3, 32])
def test_every_task_is_asked_once_by_however_many_threads(n_threads: int) -> None:
    asked: list[int] = []

    def ask(task: Task) -> int:
        asked.append(task.n)
        return task.n

    groups = finish(Workers(n_threads, agenda(500), ask, lambda result: False))

    assert sorted(asked) == list(range(1, 501))
    assert sorted(n for group in groups for n in group) == list(range(1, 501))
    assert max(map(len, groups)) <= GROUP


def test_nothing_to_do_is_done_at_once() -> None:
    assert finish(Workers(4, agenda(0), lambda task: task.n, lambda result: False)) == []


def test_after_the_last_result_no_task_is_taken_and_what_was_asked_still_comes() -> None:
    groups = finish(Workers(1, agenda(100), lambda task: task.n, lambda result: result == 10))

    assert [n for group in groups for n in group] == list(range(1, 11))


def test_what_a_thread_raises_is_raised_at_the_end_after_all_that_came() -> None:
    def ask(task: Task) -> int:
        if task.n == 3:
            raise ZeroDivisionError
        return task.n

    workers = Workers(1, agenda(5), ask, lambda result: False)
    with pytest.raises(ZeroDivisionError):
        finish(workers)


def test_what_the_agenda_raises_ends_the_run_too() -> None:
    def calls_of(n: int) -> tuple[Call, ...]:
        raise KeyError(n)

    with pytest.raises(KeyError):
        finish(Workers(4, Agenda([1, 2], calls_of), lambda task: task.n, lambda result: False))


def test_no_thread_is_left_behind() -> None:
    before = set(threading.enumerate())

    finish(Workers(8, agenda(50), lambda task: task.n, lambda result: False))

    assert set(threading.enumerate()) <= before


def test_a_disk_that_cannot_keep_up_slows_the_asking_down() -> None:
    asked: list[int] = []

    def ask(task: Task) -> int:
        asked.append(task.n)
        return task.n

    workers = Workers(4, agenda(10_000), ask, lambda result: False)
    workers.start()
    clock = SystemClock()
    n_before = -1
    while len(asked) != n_before:
        n_before = len(asked)
        clock.sleep(0.2)

    assert len(asked) < 1_000
    workers.stop()
    while not workers.is_done:
        group = workers.heard()
        workers.finished(len(group), lambda agenda: None)
    workers.end()
