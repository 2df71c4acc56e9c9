import re
from dataclasses import replace

import pytest

from oversight_app.study.batches import Batch, batch_after, batch_key, custom_id, parted
from oversight_app.study.events import (
    STUDY_STREAM,
    BatchCall,
    BatchEnded,
    BatchPlanned,
    BatchSent,
    Event,
    Happened,
)
from tests.builders import START

PLANNED = BatchPlanned(
    "k1", "mabc", "openai", "m", 1, (BatchCall(1, "answer", "h1"), BatchCall(2, "a/1", "h2"))
)


def happened(*events: Event) -> list[Happened]:
    return [Happened(STUDY_STREAM, seq, START, event) for seq, event in enumerate(events, start=1)]


def folded(*events: Event) -> Batch | None:
    batch = None
    for item in happened(*events):
        batch = batch_after(batch, item)
    return batch


def test_a_batch_is_planned_then_sent_then_over() -> None:
    ended = BatchEnded("k1", "mabc", "ended", n_replies=2)

    planned, sent = folded(PLANNED), folded(PLANNED, BatchSent("k1", "mabc", "batch_7"))
    over = folded(PLANNED, BatchSent("k1", "mabc", "batch_7"), ended)

    assert planned == Batch(PLANNED, START)
    assert sent == Batch(PLANNED, START, "batch_7", START)
    assert over is not None
    assert over.ended == ended
    assert over.model == "openai:m"


def test_what_two_processes_note_of_a_batch_counts_once() -> None:
    first, second = BatchSent("k1", "mabc", "batch_7"), BatchSent("k1", "mabc", "batch_8")
    ended = BatchEnded("k1", "mabc", "ended", n_replies=2)

    batch = folded(PLANNED, first, second, ended, replace(ended, state="forgotten"))

    assert batch is not None
    assert (batch.batch_id, batch.ended) == ("batch_7", ended)


def test_a_call_is_known_by_its_custom_id_which_both_services_take() -> None:
    key = batch_key("a study", "mabc", START, 0)
    batch = Batch(replace(PLANNED, key=key), START)

    assert [call.part for call in batch.calls.values()] == ["answer", "a/1"]
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in (*batch.calls, custom_id(key, 100_000)))


def test_no_two_batches_share_a_key() -> None:
    later = START.replace(microsecond=1)
    keys = {
        batch_key("a study", participant, at, n)
        for participant in ("mabc", "mdef")
        for at in (START, later)
        for n in (0, 1)
    }

    assert len(keys) == 8


@pytest.mark.parametrize(
    ("sizes", "most", "most_bytes", "expected"),
    [
        ([], 3, 100, []),
        ([10, 10], 3, 100, [range(0, 2)]),
        ([10, 10, 10, 10], 3, 100, [range(0, 3), range(3, 4)]),
        ([60, 40, 1], 9, 100, [range(0, 2), range(2, 3)]),
        ([10, 500, 10], 9, 100, [range(0, 1), range(1, 2), range(2, 3)]),
        ([500], 9, 100, [range(0, 1)]),
    ],
)
def test_requests_are_parted_by_number_and_by_size(
    sizes: list[int], most: int, most_bytes: int, expected: list[range]
) -> None:
    assert parted(sizes, most, most_bytes) == expected
