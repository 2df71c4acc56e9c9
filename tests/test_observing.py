"""What a page says of behaviour, from the bytes that came to the rows that are kept."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from oversight_app import observing
from oversight_app.export import export_study
from oversight_app.observing import Receipt, observe
from oversight_app.proctor import Proctor
from oversight_app.study.observations import whose
from tests.builders import START, make_design, make_plan, make_proctor, seat

PAGE = "0123456789abcdef"


def batch(*seen: dict[str, Any], seq: int = 1, page: str = PAGE, of: str = "p1") -> bytes:
    return json.dumps({"page": page, "seq": seq, "whose": whose(of), "seen": seen}).encode()


def focus(n: int = 1, ms: int = 1200, what: str = "blur", phase: str = "question") -> dict[str, Any]:
    return {"kind": "focus", "n": n, "phase": phase, "ms": ms, "what": what}


def choice(option: int, n: int = 1) -> dict[str, Any]:
    return {"kind": "choices", "n": n, "phase": "question", "ms": 3000, "mark": "answer", "option": option}


def at_first_question(folder: Path, **log: bool) -> Proctor:
    proctor = make_proctor(folder, make_plan(make_design(log=log)))
    seat(proctor)
    proctor.go_on("p1")
    proctor.page("p1")
    return proctor


def kept(proctor: Proctor) -> list[dict[str, Any]]:
    return list(proctor.store.rows("observations"))


def test_what_a_page_saw_is_kept_with_its_trial_and_the_servers_time(tmp_path: Path) -> None:
    proctor = at_first_question(tmp_path)
    proctor.clock.sleep(40)

    assert observe(proctor, "p1", batch(focus(), choice(0))) is Receipt.RECEIVED

    trial = proctor.sitting("p1").trials[0].plan
    blur, mark = kept(proctor)
    assert {blur["participant_id"], mark["participant_id"]} == {"p1"}
    assert {blur["trial_id"], mark["trial_id"]} == {trial.trial_id}
    assert blur["at"] == "2026-01-05T09:00:40.000000Z"
    assert blur["body"] == '{"ms":1200,"phase":"question","what":"blur"}'
    assert json.loads(mark["body"])["choice"] == trial.option_order[0]


def test_a_batch_that_comes_again_is_stored_once(tmp_path: Path) -> None:
    proctor = at_first_question(tmp_path)

    received = [observe(proctor, "p1", batch(focus(), seq=seq)) for seq in (1, 2, 1, 2)]
    observe(proctor, "p1", batch(focus(), page="f" * 16))

    assert set(received) == {Receipt.RECEIVED}
    assert len(kept(proctor)) == 3


def test_what_the_study_does_not_note_is_dropped_and_the_rest_is_kept(tmp_path: Path) -> None:
    proctor = at_first_question(tmp_path, focus=False)

    assert observe(proctor, "p1", batch(focus(), choice(2))) is Receipt.RECEIVED
    assert observe(proctor, "p1", batch(focus(), seq=2)) is Receipt.RECEIVED

    assert [row["kind"] for row in kept(proctor)] == ["choices"]


@pytest.mark.parametrize(
    "strange", [focus(n=2), focus(n=99), focus(phase="reading")], ids=["to come", "none", "no reading phase"]
)
def test_a_question_that_was_not_shown_cannot_be_spoken_of(tmp_path: Path, strange: dict[str, Any]) -> None:
    proctor = at_first_question(tmp_path)

    assert observe(proctor, "p1", batch(focus(), strange)) is Receipt.STRANGE

    assert kept(proctor) == []


def test_what_was_seen_on_somebody_elses_page_is_not_kept_under_this_name(tmp_path: Path) -> None:
    """On a shared computer the cookie of the next participant is there before the tab of the last one is closed."""
    proctor = at_first_question(tmp_path)

    assert observe(proctor, "p1", batch(focus(), of="p2")) is Receipt.STRANGE

    assert kept(proctor) == []


def test_nobody_can_speak_of_questions_before_there_are_any(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)

    assert observe(proctor, "p1", batch(focus())) is Receipt.STRANGE

    assert proctor.store.heads() == {}


def test_what_comes_after_the_question_closed_is_kept_with_that_question(tmp_path: Path) -> None:
    """The last seconds of a page are always on their way when it turns."""
    proctor = at_first_question(tmp_path)
    first = proctor.sitting("p1").trials[0].plan.trial_id
    proctor.clock.sleep(10)
    proctor.submit("p1", 1, 0, 0.6)

    assert observe(proctor, "p1", batch(focus())) is Receipt.RECEIVED

    assert [row["trial_id"] for row in kept(proctor)] == [first]


def test_nothing_is_kept_any_more_of_somebody_who_has_withdrawn(tmp_path: Path) -> None:
    proctor = at_first_question(tmp_path)
    proctor.withdraw("p1")

    assert observe(proctor, "p1", batch(focus())) is Receipt.RECEIVED

    assert kept(proctor) == []


def test_nobody_can_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observing, "MOST_PER_PERSON", 5)
    proctor = at_first_question(tmp_path)

    received = [observe(proctor, "p1", batch(focus(), focus(), seq=seq)) for seq in range(1, 6)]

    assert received == [Receipt.RECEIVED, Receipt.RECEIVED, *[Receipt.TOO_MANY] * 3]
    assert len(kept(proctor)) == 4


def test_observing_is_no_sign_of_life_and_changes_no_sitting(tmp_path: Path) -> None:
    """A tab that was left open goes on seeing things; who has gone is gone by what they do."""
    proctor = at_first_question(tmp_path)
    before, heads = proctor.sitting("p1"), proctor.store.heads()

    observe(proctor, "p1", batch(focus(), choice(1)))

    assert proctor.sitting("p1") == before
    assert proctor.store.heads() == heads


def test_observations_leave_the_study_in_a_table_of_their_own(tmp_path: Path) -> None:
    proctor = at_first_question(tmp_path)
    observe(proctor, "p1", batch(focus(), choice(3)))

    exported = export_study(proctor.store, tmp_path / "export", at=START)

    with exported.tables["observations"].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["participant_id", "trial_id", "at", "kind", "body"]
    assert [row["kind"] for row in rows] == ["focus", "choices"]
    assert json.loads(rows[0]["body"]) == {"ms": 1200, "phase": "question", "what": "blur"}
