from datetime import timedelta
from pathlib import Path

from oversight_app.store import Store
from tests.builders import START


def beat(store: Store, process: str, *seconds: float) -> None:
    for second in seconds:
        with store.write() as record:
            record.beat(process, START + timedelta(seconds=second), tolerance_s=6)


def was_up(store: Store, second: float) -> bool:
    with store.write() as record:
        return record.was_up(START + timedelta(seconds=second), tolerance_s=6)


def test_a_gap_between_beats_is_a_time_when_the_server_was_down(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db", synchronous="NORMAL") as store:
        beat(store, "one", *range(0, 21, 2), 60, 62)
        beat(store, "other", 100, 102)

        found = [second for second in range(-5, 120) if was_up(store, second)]

    # a beat vouches for the tolerance after it, because the next one may be due only then
    assert found == [*range(0, 27), *range(60, 69), *range(100, 109)]
