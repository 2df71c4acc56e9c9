"""Behaviour as rows beside the record."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from oversight_app.store import Store
from oversight_app.store.observations import Observation
from tests.builders import START

BLUR = Observation("p1-001", "focus", '{"ms":5,"what":"blur"}')
FOCUS = Observation("p1-001", "focus", '{"ms":9,"what":"focus"}')


def add(store: Store, participant_id: str, batch: str, *observations: Observation, at_s: float = 0) -> None:
    with store.write() as record:
        record.observations.add(participant_id, batch, observations, START + timedelta(seconds=at_s))


def test_observations_come_out_in_the_order_in_which_they_came_in(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db", synchronous="NORMAL") as store:
        add(store, "p2", "a/1", FOCUS)
        add(store, "p1", "b/2", FOCUS, BLUR, at_s=1)
        add(store, "p1", "b/1", BLUR, at_s=2)

        rows = list(store.rows("observations"))

    assert [(row["participant_id"], row["body"]) for row in rows] == [
        ("p1", FOCUS.body),
        ("p1", BLUR.body),
        ("p1", BLUR.body),
        ("p2", FOCUS.body),
    ]
    assert rows[2]["at"] == "2026-01-05T09:00:02.000000Z"
    assert (rows[0]["trial_id"], rows[0]["kind"]) == ("p1-001", "focus")


def test_a_batch_is_known_again_by_its_participant_and_its_name(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db", synchronous="NORMAL") as store:
        add(store, "p1", "a/1", BLUR, FOCUS)

        with store.write() as record:
            known = {
                (person, batch): record.observations.has(person, batch)
                for person in ("p1", "p2")
                for batch in ("a/1", "a/2")
            }
            counts = [record.observations.n_of(person) for person in ("p1", "p2")]

    assert [pair for pair, is_known in known.items() if is_known] == [("p1", "a/1")]
    assert counts == [2, 0]


def test_looking_for_a_batch_never_reads_the_whole_table(tmp_path: Path) -> None:
    """Each batch asks twice, for the batch and for the count; without the index both would read everybody's rows."""
    Store.open(tmp_path / "study.db").close()

    with closing(sqlite3.connect(tmp_path / "study.db")) as record:
        steps = [
            record.execute(f"EXPLAIN QUERY PLAN {query}").fetchone()[3]
            for query in (
                "SELECT 1 FROM observations WHERE participant_id = '' AND batch = '' LIMIT 1",
                "SELECT count(*) FROM observations WHERE participant_id = ''",
            )
        ]

    assert all("USING COVERING INDEX" in step for step in steps)
