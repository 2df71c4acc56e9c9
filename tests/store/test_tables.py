"""Tables read from one moment of the record."""

from pathlib import Path

from tests.builders import make_proctor, seat


def test_a_snapshot_does_not_change_while_participants_go_on(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)
    seat(proctor, "p1")

    with proctor.store.snapshot() as record:
        heads = record.heads()
        seat(proctor, "p2")
        people = [row["participant_id"] for row in record.rows("participants")]
        again = record.heads()

    assert people == ["p1"]
    assert again == heads != proctor.store.heads()
    proctor.store.close()


def test_what_a_model_was_never_asked_is_missing_and_not_0(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path, kind="model")
    seat(proctor, "m1")

    (row,) = proctor.store.rows("participants")

    assert (row["participant_kind"], row["comprehension_attempts"], row["withdrew"]) == ("model", None, None)
    proctor.store.close()
