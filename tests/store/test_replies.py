from datetime import datetime, timedelta
from pathlib import Path

from oversight_app.store import Store
from tests.builders import START


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def with_two_replies(folder: Path) -> Store:
    """Two replies of one process, leased until second 10."""
    store = Store.open(folder / "study.db", synchronous="NORMAL")
    with store.write() as record:
        for reply_id in ("r1", "r2"):
            record.replies.begin(reply_id, "p1", 1, "owner", at(10))
    return store


def lapsed(store: Store, seconds: float) -> list[str]:
    with store.write() as record:
        return [running.reply_id for running in record.replies.lapsed(at(seconds))]


def test_a_lease_lapses_after_its_time_and_not_before(tmp_path: Path) -> None:
    with with_two_replies(tmp_path) as store:
        assert [lapsed(store, seconds) for seconds in (10, 10.001)] == [[], ["r1", "r2"]]


def test_only_what_is_still_written_is_renewed(tmp_path: Path) -> None:
    with with_two_replies(tmp_path) as store:
        with store.write() as record:
            record.replies.flush({"r1": "So far"}, "owner", at(20))

        assert lapsed(store, 15) == ["r2"]
        assert [store.reply_text(reply_id) for reply_id in ("r1", "r2")] == ["So far", ""]


def test_a_stop_reaches_the_owner_and_nobody_else(tmp_path: Path) -> None:
    with with_two_replies(tmp_path) as store, store.write() as record:
        record.replies.ask_stop("r2")

        assert record.replies.flush({"r1": "", "r2": ""}, "owner", at(20)) == {"r2"}
        assert record.replies.flush({}, "another", at(20)) == set()


def test_the_owner_hears_of_a_reply_that_somebody_else_has_closed(tmp_path: Path) -> None:
    with with_two_replies(tmp_path) as store, store.write() as record:
        record.replies.end("r2")

        assert record.replies.flush({"r1": "", "r2": "So far"}, "owner", at(20)) == {"r2"}


def test_a_reply_that_ended_leaves_no_row(tmp_path: Path) -> None:
    with with_two_replies(tmp_path) as store:
        with store.write() as record:
            record.replies.end("r1")

        assert lapsed(store, 99) == ["r2"]
