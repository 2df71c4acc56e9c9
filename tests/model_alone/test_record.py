from collections.abc import Iterator

from oversight_app.errors import ProviderUnavailable
from oversight_app.model_alone import answer_alone, model_participant_id
from oversight_app.providers.base import Piece, Request
from oversight_app.store import Store
from oversight_app.study.design import Outcome
from oversight_app.study.events import AloneAsked, ParticipantAssigned, ParticipantEnrolled, TrialClosed
from tests.builders import make_clock
from tests.model_alone.parrots import N_TRIALS, Parrot, Slow, rows


def test_the_stream_tells_the_whole_story(store: Store) -> None:
    answer_alone(store, "compatible:parrot@http://127.0.0.1:1/v1", clock=make_clock(), provider=Parrot())

    happened = store.events_of(model_participant_id("parrot", "parrot", "zero_shot"))
    kinds = [type(item.event).__name__ for item in happened]
    assert kinds[:2] == ["ParticipantEnrolled", "ParticipantAssigned"]
    assert kinds[2:-1] == ["TrialShown", "AloneAsked", "TrialClosed"] * N_TRIALS
    assert kinds[-1] == "SittingEnded"
    enrolled, assigned = happened[0].event, happened[1].event
    assert enrolled == ParticipantEnrolled(
        "model", {"provider": "parrot", "model": "parrot", "method": "zero_shot"}
    )
    assert isinstance(assigned, ParticipantAssigned)
    assert len(assigned.trials) == N_TRIALS
    asked = happened[3].event
    assert isinstance(asked, AloneAsked)
    assert (asked.text, asked.finish_reason, asked.tokens_cached, asked.model_answered) == (
        "B",
        "length",
        30,
        "parrot-2",
    )


def test_a_model_never_has_anything_due_and_its_run_is_completed(store: Store) -> None:
    clock = make_clock()
    answer_alone(store, "scripted:demo", clock=clock)

    clock.sleep(1_000_000)

    assert store.due(clock.now()) == []
    (sitting,) = store.rows("sittings")
    assert (sitting["kind"], sitting["outcome"]) == ("model", Outcome.COMPLETED)


def test_a_second_run_asks_nothing_again(store: Store) -> None:
    first, second = Parrot(), Parrot()
    answer_alone(store, "scripted:x", clock=make_clock(), provider=first, limit=3)

    summary = answer_alone(store, "scripted:x", clock=make_clock(), provider=second)
    third = answer_alone(
        store, "scripted:x", clock=make_clock(), provider=Parrot(ValueError("not to be asked"))
    )

    texts = [request.turns[0].text for request in first.asked + second.asked]
    assert (len(first.asked), len(second.asked)) == (3, N_TRIALS - 3)
    assert len(set(texts)) == N_TRIALS
    assert (summary.n_before, summary.n_answered, summary.n_open) == (3, N_TRIALS - 3, 0)
    assert (third.n_before, third.n_answered) == (N_TRIALS, 0)
    assert len(rows(store)) == N_TRIALS


def test_another_model_and_another_method_would_be_other_participants(store: Store) -> None:
    answer_alone(store, "scripted:one", clock=make_clock())
    answer_alone(store, "scripted:two", clock=make_clock())

    ids = {str(row["participant_id"]) for row in rows(store)}
    assert len(ids) == 2
    assert all(len(participant_id) == 8 and participant_id.startswith("m") for participant_id in ids)
    assert len(rows(store)) == 2 * N_TRIALS


def test_two_runs_at_the_same_time_record_each_answer_once(store: Store) -> None:
    class Meddler(Parrot):
        """Lets a whole other run go by before its first reply."""

        def reply(self, request: Request) -> Iterator[Piece]:
            if not self.asked:
                self.asked.append(request)
                other = Parrot()
                other.name = self.name
                answer_alone(store, "scripted:x", clock=make_clock(), provider=other)
            yield from super().reply(request)

    answer_alone(store, "scripted:x", clock=make_clock(), provider=Meddler())

    happened = store.events_of(model_participant_id("parrot", "x", "zero_shot"))
    closed = [item.event.n for item in happened if isinstance(item.event, TrialClosed)]
    assert sorted(closed) == list(range(1, N_TRIALS + 1))


def test_a_service_that_never_replied_leaves_nothing_on_record(store: Store) -> None:
    answer_alone(
        store, "scripted:typo", clock=make_clock(), provider=Parrot(*[ProviderUnavailable("down")] * 100)
    )

    assert rows(store) == []
    assert list(store.rows("sittings")) == []
    assert store.heads() == {}


def test_the_time_of_an_answer_is_the_time_of_its_call(store: Store) -> None:
    clock = make_clock()

    answer_alone(store, "scripted:x", clock=clock, provider=Slow(clock), limit=2, parallel=1)

    assert [row["response_time_s"] for row in rows(store) if row["status"]] == [2.0, 2.0]
