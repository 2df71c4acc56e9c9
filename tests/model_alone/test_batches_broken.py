"""Runs that are killed, cut off, or told that something went wrong: nothing is paid twice and nothing is lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oversight_app.errors import BadInput, ProviderConfigError, ProviderUnavailable
from oversight_app.model_alone import batch_looking
from oversight_app.model_alone.batch_looking import GIVE_UP_AFTER, UNSEEN_FOR
from oversight_app.projections import rebuild
from oversight_app.study.events import STUDY_STREAM, BatchEnded
from tests.model_alone.batching import N_TRIALS, Killed, Lab, first, lab
from tests.providers.batch_server import Became, Break

SERVICES = ("openai", "openai_chat", "anthropic")
CREATES = "POST .*/batches"


@pytest.fixture(params=SERVICES)
def any_lab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path, request.param) as made:
        yield made


@pytest.fixture(params=["openai", "anthropic"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path, request.param) as made:
        yield made


@pytest.fixture
def openai(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path, "openai") as made:
        yield made


def is_whole(made: Lab) -> bool:
    """Every question has one answer and one reply, and each was paid for once."""
    replies = [call for call in made.calls if call["status"] == "complete"]
    return len(made.rows) == len(replies) == len(made.server.paid) == len(
        set(made.texts_paid)
    ) == N_TRIALS and {row["status"] for row in made.rows} == {"answered"}


def last_end(made: Lab) -> BatchEnded:
    ends = [item.event for item in made.store.events_of(STUDY_STREAM) if isinstance(item.event, BatchEnded)]
    return ends[-1]


# -- killed -----------------------------------------------------------------------------------------------


def test_a_run_that_was_stopped_goes_on_where_it_was(any_lab: Lab) -> None:
    sent = any_lab.run(wait=False)
    looked = any_lab.run(wait=False)

    summary = any_lab.run()

    assert (sent.n_sent, sent.n_under_way, looked.n_sent) == (N_TRIALS, N_TRIALS, 0)
    assert "10 requests are under way; the same command reads what comes of them." in sent.describe()
    assert (summary.n_sent, summary.alone.n_answered) == (0, N_TRIALS)
    assert is_whole(any_lab)


def test_a_batch_that_was_sent_and_not_noted_is_found_and_not_sent_again(any_lab: Lab) -> None:
    with pytest.raises(Killed):
        any_lab.run(dies="after sending")
    assert any_lab.kinds == ["BatchPlanned"]

    any_lab.run()

    assert any("Found the batch batch_1" in line for line in any_lab.lines)
    assert any_lab.server.n_asked(CREATES) == 1
    assert is_whole(any_lab)


def test_anthropics_batch_is_waited_for_until_it_can_say_whose_it_is(tmp_path: Path) -> None:
    with lab(tmp_path, "anthropic") as lost:
        lost.server.course = ["in_progress", "ended"]
        with pytest.raises(Killed):
            lost.run(dies="after sending")

        waiting = lost.run(wait=False)
        lost.run()

        assert waiting.n_under_way == N_TRIALS
        assert lost.server.n_asked(CREATES) == 1
        assert is_whole(lost)


def test_a_batch_of_somebody_else_with_as_many_requests_is_not_taken_for_ours(tmp_path: Path) -> None:
    with lab(tmp_path, "anthropic") as lost:
        theirs = {f"theirs-{n}": {"model": "x"} for n in range(N_TRIALS)}
        with pytest.raises(Killed):
            lost.run(dies="before sending")
        lost.server.add(theirs).status = "ended"

        lost.run()

        del lost.server.kept["batch_1"]
        assert is_whole(lost)


def test_a_batch_that_was_never_sent_is_sent_when_it_can_no_longer_appear(any_lab: Lab) -> None:
    with pytest.raises(Killed):
        any_lab.run(dies="before sending")
    planned_at = any_lab.clock.now()
    too_early = any_lab.run(wait=False)
    assert any_lab.server.paid == []
    assert too_early.n_under_way == N_TRIALS
    assert "It may still appear until" in any_lab.lines[-1]

    any_lab.run()

    assert any_lab.clock.now() >= planned_at + UNSEEN_FOR
    assert any_lab.kinds == ["BatchPlanned", "BatchEnded", "BatchPlanned", "BatchSent", "BatchEnded"]
    assert is_whole(any_lab)


@pytest.mark.parametrize(
    ("dies", "after"), [("while reading", 0), ("while reading", 4), ("after reading", 0)]
)
def test_results_that_were_half_read_are_read_again_and_counted_once(
    both: Lab, dies: str, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_looking, "GROUP", 1)
    both.server.outcome = first(2, "errored")
    with pytest.raises(Killed):
        both.run(dies=dies, after=after)
    kept_before = len(both.calls)

    both.run()

    assert kept_before == (N_TRIALS if dies == "after reading" else after)
    assert both.server.n_asked(CREATES) == 1
    assert sorted(call["status"] for call in both.calls) == ["complete"] * 8 + ["failed"] * 2
    assert len(both.rows) == 8


def test_two_processes_on_the_same_study_pay_once_and_record_once(openai: Lab) -> None:
    openai.run(wait=False)
    first_one, second_one = openai.batch_run(), openai.batch_run()
    openai.server.course = ["completed"]

    first_one.go(None, wait=True)
    second_one.go(None, wait=True)

    assert is_whole(openai)
    assert openai.kinds == ["BatchPlanned", "BatchSent", "BatchEnded"]


def test_who_plans_second_sees_what_the_first_has_planned(openai: Lab) -> None:
    slow = openai.batch_run()  # has read the record, and has not sent yet
    openai.run(wait=False)

    slow.go(None, wait=True)

    assert is_whole(openai)


def test_the_tables_can_be_made_again_from_the_events(openai: Lab) -> None:
    openai.server.outcome = first(3, "errored")
    openai.run()
    rows, calls = openai.rows, openai.calls

    rebuild(openai.store)

    assert (openai.rows, openai.calls) == (rows, calls)


# -- the line breaks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_line_that_breaks_while_a_batch_is_sent_costs_nothing_twice(any_lab: Lab, when: Any) -> None:
    any_lab.server.breaks = [Break(CREATES, when)]

    any_lab.run()

    assert any("Whether it has the batch is not known" in line for line in any_lab.lines)
    assert any_lab.server.n_asked(CREATES) == (1 if when == "after" else 2)
    assert is_whole(any_lab)


def test_a_line_that_breaks_while_waiting_or_reading_is_tried_again(any_lab: Lab) -> None:
    any_lab.server.breaks = [
        Break("GET .*/batch_1", "before"),
        Break("GET .*/batch_1", "after"),
        Break("GET .*/(content|results)", "middle"),
        Break("GET .*/(content|results)", "before"),
    ]

    summary = any_lab.run()

    assert any_lab.server.breaks == []
    assert any("Trying again" in line for line in any_lab.lines)
    assert summary.alone.usage.n_calls == N_TRIALS
    assert is_whole(any_lab)


def test_an_upload_that_breaks_is_made_again_and_plans_nothing(openai: Lab) -> None:
    openai.server.breaks = [Break("POST /v1/files", "before")]

    openai.run()

    assert openai.kinds == ["BatchPlanned", "BatchSent", "BatchEnded"]
    assert is_whole(openai)


def test_a_service_that_is_silent_for_an_hour_ends_the_run_and_not_the_batch(openai: Lab) -> None:
    openai.run(wait=False)
    openai.server.breaks = [Break("GET .*", "before")] * GIVE_UP_AFTER

    with pytest.raises(ProviderUnavailable, match="What was sent goes on there"):
        openai.run()

    assert openai.clock.monotonic() >= 3600
    openai.run()
    assert is_whole(openai)


def test_a_refused_key_ends_the_run_at_once_and_not_the_batch(both: Lab) -> None:
    both.run(wait=False)
    both.server.refuses = 401

    with pytest.raises(ProviderConfigError, match="refused the credentials"):
        both.run()

    both.server.refuses = 0
    both.run()
    assert is_whole(both)


def test_a_batch_that_the_service_will_not_take_leaves_its_questions_free(both: Lab) -> None:
    both.server.refuses = 401
    with pytest.raises(ProviderConfigError):
        both.run()
    both.server.refuses = 0

    both.run()

    assert both.clock.monotonic() < 600
    assert is_whole(both)


# -- other ends -------------------------------------------------------------------------------------------


def test_a_batch_that_fails_as_a_whole_shows_what_the_service_says_and_is_not_sent_again_by_itself(
    openai: Lab,
) -> None:
    openai.server.course = ["validating", "failed"]
    message = "Enqueued token limit reached for m in organization o. Limit: 90,000 enqueued tokens."
    openai.server.errors = [{"code": "token_limit_exceeded", "line": None, "message": message, "param": None}]

    summary = openai.run()

    assert message.rstrip(".") + " (token_limit_exceeded)" in summary.describe()
    assert "Nothing of it was run" in summary.describe()
    assert (summary.alone.n_open, openai.server.n_asked(CREATES)) == (N_TRIALS, 1)
    assert last_end(openai).state == "failed"
    openai.server.course = ["completed"]
    assert openai.run().alone.n_open == 0
    assert len(openai.rows) == N_TRIALS


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_what_had_no_turn_is_open_again_and_what_was_answered_is_kept(any_lab: Lab, end: Any) -> None:
    any_lab.server.course = ["in_progress", "ended" if any_lab.server.api == "anthropic" else end]
    any_lab.server.outcome = first(4, end)

    summary = any_lab.run()

    assert last_end(any_lab) == BatchEnded(
        last_end(any_lab).key, last_end(any_lab).participant_id, end, n_replies=6, n_untried=4
    )
    assert (summary.alone.n_answered, summary.alone.n_open) == (6, 4)
    assert "4 of its 10 requests brought neither a reply nor an error" in summary.describe()
    assert len(any_lab.calls) == 6
    any_lab.server.outcome = lambda custom_id, body: Became()
    any_lab.server.course = ["ended" if any_lab.server.api == "anthropic" else "completed"]
    assert any_lab.run().n_sent == 4
    assert len(any_lab.rows) == N_TRIALS


def test_a_request_that_is_answered_with_an_error_is_on_record_and_stays_open(any_lab: Lab) -> None:
    any_lab.server.outcome = first(3, "errored")

    summary = any_lab.run()

    failed = [call for call in any_lab.calls if call["status"] == "failed"]
    assert (summary.n_failed, summary.alone.n_answered, summary.alone.n_open) == (3, 7, 3)
    assert all("the prompt is not allowed" in call["error"] for call in failed)
    assert {(call["batch_id"], call["request_id"], call["text"]) for call in failed} == {
        ("batch_1", "req-400", None)
    }
    assert any_lab.server.n_asked(CREATES) == 1
    any_lab.server.outcome = lambda custom_id, body: Became()
    assert any_lab.run().n_sent == 3
    assert len(any_lab.rows) == N_TRIALS


def test_a_batch_of_nothing_but_errors_has_no_file_of_replies(openai: Lab) -> None:
    openai.server.outcome = lambda custom_id, body: Became("errored")

    summary = openai.run()

    assert (summary.n_failed, summary.alone.n_open) == (N_TRIALS, N_TRIALS)
    assert openai.server.n_asked("GET /v1/files/err_batch_1/content") == 1
    assert openai.server.n_asked("GET /v1/files/out_batch_1/content") == 0


def test_an_unreadable_reply_is_an_answer_that_cannot_be_read(openai: Lab) -> None:
    openai.server.outcome = lambda custom_id, body: Became(text="I would say")

    summary = openai.run()

    assert (summary.alone.n_unreadable, summary.alone.n_open) == (N_TRIALS, 0)
    assert {row["status"] for row in openai.rows} == {"unreadable"}


def test_results_with_fewer_replies_than_counted_are_read_again_before_they_are_believed(openai: Lab) -> None:
    openai.server.outcome = first(2, "broken_line")

    summary = openai.run()

    assert any("counts 10 replies in the batch batch_1, but 8 came" in line for line in openai.lines)
    assert openai.server.n_asked("GET /v1/files/out_batch_1/content") == 4
    assert (summary.alone.n_answered, summary.alone.n_open, len(openai.calls)) == (8, 2, 8)
    assert "2 of its 10 requests brought neither a reply nor an error" in summary.describe()


def test_results_that_are_kept_no_longer_are_said_to_be_gone_and_not_paid_for_again_by_itself(
    both: Lab,
) -> None:
    both.run(wait=False)
    both.server.keeps_results = False

    summary = both.run()

    assert "keeps the results of the batch batch_1 no longer" in summary.describe()
    assert last_end(both).state == "gone"
    assert both.server.n_asked(CREATES) == 1


def test_a_batch_that_the_service_does_not_know_is_waited_for_until_the_researcher_forgets_it(
    both: Lab,
) -> None:
    both.run(wait=False)
    both.server.kept.clear()
    with pytest.raises(ProviderConfigError, match="--batch --forget batch_1"):
        both.run()
    with pytest.raises(BadInput, match="No batch batch_2"):
        both.batch_run().forget("batch_2")

    n_free = both.batch_run().forget("batch_1")
    both.run()

    assert n_free == N_TRIALS
    assert is_whole(both)
