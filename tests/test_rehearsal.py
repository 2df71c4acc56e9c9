"""A rehearsal walks a copy of the study, touches nothing else, and its truth can be held against its answers."""

import csv
import hashlib
import json
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analysis.export import load
from analysis.findings import analyse
from oversight_app.clock import SimulatedClock
from oversight_app.errors import BadInput, StoreError, StudyStateError
from oversight_app.export import ExportPaths, export_study
from oversight_app.rehearsal import Rehearsal, rehearse
from oversight_app.store import Store
from oversight_app.study.events import RehearsalBegun
from tests.builders import START, make_design, make_plan, make_proctor, make_questions, make_store, seat

CLOCK = SimulatedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
N = 100
QUESTIONS = make_questions(n_mmlu=32)
DESIGN = make_design(tasks={"mmlu": {"questions_per_condition": 10}})


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A planned study of 10 MMLU questions in each condition, with files as a study folder has them."""
    folder = tmp_path_factory.mktemp("study")
    make_store(folder, make_plan(DESIGN, QUESTIONS), QUESTIONS).close()
    (folder / "study.toml").write_text("title = 'A study for tests'\n")
    (folder / "texts").mkdir()
    (folder / "texts" / "consent.md").write_text("# Consent\n")
    return folder


@pytest.fixture(scope="module")
def rehearsal(study: Path) -> Rehearsal:
    """A hundred simulated people in a copy of it."""
    return rehearse(study, N, 4, clock=CLOCK)


@pytest.fixture(scope="module")
def exported(rehearsal: Rehearsal) -> ExportPaths:
    """The rehearsal's export."""
    with Store.open(rehearsal.folder / "study.db") as store:
        return export_study(store, at=CLOCK.now())


def rows_of(exported: ExportPaths, table: str) -> list[dict[str, str]]:
    with exported.tables[table].open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file()
    }


# -- the copy ---------------------------------------------------------------------------------------


def test_the_copy_is_a_study_folder_like_any_other(study: Path, rehearsal: Rehearsal) -> None:
    assert rehearsal.folder == study / "rehearsals" / "20260301T120000Z"
    assert (rehearsal.folder / "study.toml").read_bytes() == (study / "study.toml").read_bytes()
    assert (rehearsal.folder / "texts" / "consent.md").read_bytes() == b"# Consent\n"
    with Store.open(study / "study.db") as original, Store.open(rehearsal.folder / "study.db") as copy:
        assert copy.plan() == original.plan()
        assert copy.questions() == original.questions()


def test_the_real_record_stays_byte_for_byte_as_it_was(tmp_path: Path) -> None:
    make_store(tmp_path).close()
    before = hashes(tmp_path)

    rehearse(tmp_path, 2, 1, clock=CLOCK)

    assert hashes(tmp_path) == before


def test_a_study_that_is_being_served_can_be_rehearsed_and_its_people_stay_out(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)
    seat(proctor, "realone1")
    before = {name: value for name, value in hashes(tmp_path).items() if not name.endswith("-shm")}

    made = rehearse(tmp_path, 2, 1, clock=CLOCK)

    with Store.open(made.folder / "study.db") as copy:
        assert {row["kind"] for row in copy.rows("sittings")} == {"simulated"}
        assert "realone1" not in copy.heads()
    after = {name: value for name, value in hashes(tmp_path).items() if not name.endswith("-shm")}
    assert after == before
    proctor.store.close()


def test_a_study_without_a_plan_cannot_be_rehearsed(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store:
        store.create_study("s", START)

    with pytest.raises(StudyStateError, match="no plan yet"):
        rehearse(tmp_path, 2, 1, tmp_path / "copy")

    assert not (tmp_path / "copy").exists()


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    make_store(tmp_path).close()
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "mine").touch()

    with pytest.raises(BadInput, match="not empty"):
        rehearse(tmp_path, 2, 1, tmp_path / "copy")


def test_a_folder_without_a_study_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds no study\.db"):
        rehearse(tmp_path, 2, 1, tmp_path / "copy")


def test_another_programs_file_is_named_and_gets_no_folder_beside_it(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "study.db")) as other:
        other.execute("CREATE TABLE seminar (name)")

    with pytest.raises(StoreError) as refused:
        rehearse(tmp_path, 1, 1)

    assert str(refused.value).startswith(f"{tmp_path / 'study.db'} is another program's database")
    assert [path.name for path in tmp_path.iterdir()] == ["study.db"]


def test_a_rehearsal_says_in_its_own_record_that_it_is_one(rehearsal: Rehearsal) -> None:
    with Store.open(rehearsal.folder / "study.db") as copy:
        (begun,) = [item.event for item in copy.events_of() if isinstance(item.event, RehearsalBegun)]

    assert (begun.n_participants, begun.seed, begun.truth) == (N, 4, rehearsal.truth)
    said = json.loads((rehearsal.folder / "rehearsal.json").read_text())
    assert (said["truth"], said["kinds"]) == (rehearsal.truth, rehearsal.kinds)


def test_the_same_seed_gives_the_same_answers_and_another_seed_others(study: Path, tmp_path: Path) -> None:
    def answers(name: str, seed: int) -> list[dict[str, object]]:
        made = rehearse(study, 4, seed, tmp_path / name, clock=CLOCK)
        with Store.open(made.folder / "study.db") as store:
            return list(store.rows("answers"))

    first = answers("first", 1)

    assert answers("again", 1) == first
    assert answers("other", 2) != first


def test_progress_counts_the_sittings_that_are_over(study: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    rehearse(study, 3, 1, tmp_path / "copy", on_progress=lambda done, total: told.append((done, total)))

    assert told == [(1, 3), (2, 3), (3, 3)]


def test_progress_is_told_before_the_first_sitting_is_over(study: Path, tmp_path: Path) -> None:
    """Else the bar of a long rehearsal would stand at nothing for a quarter of the time."""
    n_over: list[int] = []

    def look(done: int, total: int) -> None:
        (copy,) = tmp_path.glob(".copy.*/study.db")
        with Store.open(copy) as store:
            n_over.append(sum(bool(row["outcome"]) for row in store.rows("sittings")))

    rehearse(study, 12, 1, tmp_path / "copy", on_progress=look)

    assert n_over[0] == 0
    assert n_over == sorted(n_over)


# -- the people ---------------------------------------------------------------------------------------


def test_everybody_comes_to_an_end_in_one_of_the_ways_there_are(rehearsal: Rehearsal) -> None:
    n_leaving = rehearsal.kinds["leaving"]

    assert sum(rehearsal.kinds.values()) == N
    assert rehearsal.outcomes["completed"] == N - n_leaving
    assert rehearsal.outcomes.get("left", 0) + rehearsal.outcomes.get("withdrew", 0) == n_leaving > 0


def test_answers_have_every_status_that_people_can_bring_about(exported: ExportPaths) -> None:
    statuses = Counter(row["status"] for row in rows_of(exported, "answers"))

    assert statuses.keys() == {"answered", "timed_out", "timed_out_no_answer", "abandoned"}
    assert statuses["answered"] > 0.9 * statuses.total()


def test_people_chat_only_with_an_assistant_and_its_advice_is_read(exported: ExportPaths) -> None:
    rows = rows_of(exported, "answers")
    assisted = [row for row in rows if row["condition"] == "human_with_model"]
    alone = [row for row in rows if row["condition"] == "human_alone"]

    assert {row["n_messages"] for row in assisted} == {"0", "1", "2"}
    assert {row["advice_status"] for row in assisted} == {"stated", "none_asked"}
    assert all(row["advice_choice"] == row["stance"] for row in assisted if row["advice_choice"])
    assert {(row["n_messages"], row["advice_status"], row["stance"]) for row in alone} == {("", "", "")}


def test_deadlines_are_kept_by_the_clock_and_never_overrun(exported: ExportPaths) -> None:
    for row in rows_of(exported, "answers"):
        if row["status"].startswith("timed_out"):
            assert float(row["response_time_s"]) == float(row["time_limit_s"])
        elif row["status"] == "answered":
            assert 0 < float(row["response_time_s"]) < float(row["time_limit_s"])


def test_people_are_in_the_study_at_the_same_time_and_cells_fill_evenly(exported: ExportPaths) -> None:
    people = rows_of(exported, "participants")
    by_cell = Counter(row["cell"] for row in people if row["outcome"] == "completed")

    starts = sorted(row["started_at"] for row in people)
    assert starts[1] < max(row["ended_at"] for row in people if row["started_at"] == starts[0])
    assert max(by_cell.values()) - min(by_cell.values()) <= 8


# -- the truth ----------------------------------------------------------------------------------------


def test_estimates_from_the_export_lie_about_the_truth(rehearsal: Rehearsal, exported: ExportPaths) -> None:
    results = analyse(load(exported.folder))

    found = {
        row.condition: row
        for row in results.estimates
        if (row.task, row.metric, row.rows) == ("mmlu", "accuracy", "all") and row.subgroup is None
    }
    truth = rehearsal.truth["accuracy"]["mmlu"]
    assert found.keys() == truth.keys()
    for condition, row in found.items():
        assert row.estimate is not None
        assert row.ci_low is not None
        assert row.ci_high is not None
        # The interval is built on the logit scale; half its width is 2 standard errors or more.
        half_width = (row.ci_high - row.ci_low) / 2
        assert abs(row.estimate - truth[condition]) < 3.5 * half_width / 2
        assert half_width < 0.15


def test_the_manifest_of_its_export_carries_the_truth(rehearsal: Rehearsal, exported: ExportPaths) -> None:
    manifest = load(exported.folder).manifest

    assert manifest.flag("is_rehearsal") is True
    truth = rehearsal.truth["accuracy"]["mmlu"]["human_with_model"]
    assert manifest.true_accuracy("mmlu", "human_with_model") == truth


def test_a_study_with_a_real_model_is_rehearsed_with_a_stand_in_that_costs_nothing(tmp_path: Path) -> None:
    design = make_design(assistant={"model": "compatible:m@http://127.0.0.1:1/v1", "mode": "as_is"})
    make_store(tmp_path, make_plan(design)).close()

    made = rehearse(tmp_path, 6, 1, clock=CLOCK)

    with Store.open(made.folder / "study.db") as store:
        advised = [row for row in store.rows("answers") if row["advice_status"] == "stated"]
    assert advised
    assert {row["advice_correct"] for row in advised} == {0, 1}
