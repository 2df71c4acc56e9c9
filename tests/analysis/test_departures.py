"""Each kind of departure from a registration, found by comparison, and none where there is none."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.contrasts import contrasts
from analysis.departures import UNKNOWN, departures
from analysis.entries import prepare
from analysis.export import Export
from analysis.report import write_report
from analysis.results import Departure, Rows
from analysis.simulate import simulate
from tests.analysis.builders import make_export, write_csv, write_export

DECLARED = {
    "family": ["human_with_model - human_alone"],
    "margin": None,
    "exclusions": ["withdrew"],
    "wmv_panel_size": 5,
    "target_n": 6,
    "stopping_rule": "when six have completed",
}
MODEL = {"provider": "simulated", "model": "simulated-model", "method": "zero_shot"}
REGISTERED = {
    "registered_at": "2026-01-05T09:00:00.000000Z",
    "sha256": "a" * 64,
    "n_people": 0,
    "n_answers": 0,
    "design_hash": "d" * 64,
    "analysis": DECLARED,
    "assistant": {"provider": "simulated", "model": "simulated-model"},
    "primary_model_alone": MODEL,
}


def people(n: int = 6, *, n_completed: int = 6) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "participant_id": [f"p{i + 1:07d}" for i in range(n)],
            "participant_kind": ["human"] * n,
            "started_at": [f"2026-01-0{6 + i // 2}T10:00:00.000000Z" for i in range(n)],
            "outcome": ["completed" if i < n_completed else "left" for i in range(n)],
            "withdrew": [0.0] * n,
        }
    )


def export(
    *, participants: pd.DataFrame | None = None, registered: dict[str, Any] | None = None, **changes: Any
) -> Export:
    manifest: dict[str, Any] = {
        "study_id": "s",
        "design_hash": "d" * 64,
        "frozen_at": "2026-01-04T09:00:00Z",
        "analysis": DECLARED,
        "primary_model_alone": MODEL,
        "registration": REGISTERED | (registered or {}),
    }
    answers = simulate(1, participants=6, items=8)
    answers["shown_at"] = "2026-01-06T10:00:00.000000Z"
    return make_export(answers, people() if participants is None else participants, **(manifest | changes))


def found(of: Export, wmv_panel_size: int | None = None) -> list[Departure]:
    answers, exclusions = prepare(of)
    compared = contrasts(answers.assign(excluded=False), Rows.ALL, of.manifest)
    return departures(of, answers, exclusions, compared, wmv_panel_size)


def test_a_study_done_as_registered_has_none() -> None:
    assert found(export()) == []


def test_a_study_that_registered_nothing_says_so() -> None:
    (only,) = found(export(registration=None))

    assert only.kind == "no_registration"
    assert only.registered is None
    assert "frozen at 2026-01-04T09:00:00Z" in only.found


@pytest.mark.parametrize(
    ("declared", "kind", "was", "is_"),
    [
        (
            {"family": ["human_with_model - human_alone", "human_with_model - model_alone"]},
            "family",
            "human_with_model - human_alone",
            "human_with_model - human_alone; human_with_model - model_alone",
        ),
        ({"margin": 0.05}, "margin", "none", "0.05"),
        ({"exclusions": []}, "exclusions", "withdrew", "none"),
        (
            {"stopping_rule": "when it is significant"},
            "stopping_rule",
            "when six have completed",
            "when it is significant",
        ),
        ({"target_n": 9}, "target_raised", "6", "9"),
        ({"target_n": 4}, "target_lowered", "6", "4"),
    ],
)
def test_another_declaration_is_named_with_both_values(
    declared: dict[str, Any], kind: str, was: str, is_: str
) -> None:
    (only,) = found(export(analysis=DECLARED | declared))

    assert only == Departure(kind=kind, registered=was, found=is_)


def test_the_order_of_a_family_is_no_departure() -> None:
    both = ["human_with_model - human_alone", "human_with_model - model_alone"]
    registered = {"analysis": DECLARED | {"family": both}}

    assert found(export(registered=registered, analysis=DECLARED | {"family": both[::-1]})) == []


def test_another_panel_asked_for_on_the_command_line_is_one() -> None:
    (only,) = found(export(), wmv_panel_size=3)

    assert (only.kind, only.registered, only.found) == ("wmv_panel_size", "5", "3")


def test_another_comparator_is_one() -> None:
    (first, *_) = found(export(registered={"primary_model_alone": MODEL | {"method": "cot"}}))

    assert first.kind == "primary_model_alone"
    assert (first.registered, first.found) == (
        "simulated:simulated-model, cot",
        "simulated:simulated-model, zero_shot",
    )


def test_another_design_is_one() -> None:
    assert [row.kind for row in found(export(design_hash="e" * 64))] == ["design"]


def test_answers_before_the_registration_are_counted_by_their_own_times() -> None:
    (only,) = found(export(registered={"registered_at": "2026-01-07T09:00:00.000000Z"}))

    assert only.kind == "registered_late"
    assert only.found.startswith("48 answers")


def test_people_before_the_registration_are_named_without_answers_too() -> None:
    (only,) = found(export(registered={"n_people": 2}))

    assert only.found == "2 participants had begun by then"


@pytest.mark.parametrize(("n_completed", "kind"), [(5, "stopped_early"), (7, "stopped_late")])
def test_fewer_and_more_people_than_registered_are_named(n_completed: int, kind: str) -> None:
    (only,) = found(export(participants=people(8, n_completed=n_completed)))

    assert (only.kind, only.registered) == (kind, "6 participants")
    assert only.found == f"{n_completed} had completed when this export was made"


@pytest.mark.parametrize(
    ("at", "n_answers", "is_early"),
    [
        ("2026-01-07T08:00:00.000000Z", 16, True),
        ("2026-01-07T08:00:00.000000Z", 0, False),  # an export without an answer shows nothing
        ("2026-01-05T20:00:00.000000Z", 8, False),  # before anybody: the model alone
        ("2026-01-09T08:00:00.000000Z", 48, False),
    ],
)
def test_data_seen_before_enrolment_closed_are_one_and_later_exports_none(
    at: str, n_answers: int, is_early: bool
) -> None:
    kinds = [row.kind for row in found(export(earlier_exports=[{"at": at, "n_answers": n_answers}]))]

    assert kinds == (["looked_before_end"] if is_early else [])


def test_a_look_at_accuracy_and_places_raised_after_it_are_named_with_their_times() -> None:
    at = "2026-01-07T08:00:00.000000Z"
    raised = {
        "at": at,
        "what": "target_raised",
        "before": 40,
        "after": 60,
        "by": "Ada",
        "accuracy_seen": True,
    }
    paused = {"at": at, "what": "enrolment", "state": "paused", "by": "Ada"}
    enrolment = {"accuracy_shown": [{"at": at, "how": "console"}], "changes": [paused, raised]}

    rows = found(export(enrolment=enrolment))

    assert [(row.kind, row.registered, row.found) for row in rows] == [
        (
            "accuracy_shown",
            "accuracy is hidden until enrolment has closed",
            f"asked for 1 time before that, first at {at}",
        ),
        ("places_raised", "40", f"60, after accuracy could be seen, at {at}"),
    ]
    assert found(export(enrolment={"accuracy_shown": [], "changes": [paused]})) == []


def test_another_model_behind_the_assistant_is_one() -> None:
    (only,) = found(export(registered={"assistant": {"provider": "simulated", "model": "other"}}))

    assert (only.kind, only.registered, only.found) == (
        "model_served",
        "simulated:other",
        "simulated:simulated-model",
    )


def test_an_exclusion_that_could_not_be_applied_is_one() -> None:
    rules = DECLARED | {"exclusions": ["failed_comprehension"]}

    (only,) = found(export(registered={"analysis": rules}, analysis=rules))

    assert only.kind == "exclusion_not_applied"
    assert "comprehension_attempts" in only.found


def test_a_registered_comparison_without_a_result_is_one() -> None:
    family = DECLARED | {"family": ["human_with_model - human_alone", "human_with_model - model_alone"]}
    of = export(registered={"analysis": family}, analysis=family)
    alone = of.answers["condition"] == "model_alone"
    without = make_export(of.answers[~alone].reset_index(drop=True), of.participants, **of.manifest.raw)

    (only,) = found(without)

    assert (only.kind, only.registered) == ("not_computed", "mmlu: human_with_model - model_alone")


def test_page_and_results_say_departures_and_their_absence(tmp_path: Path) -> None:
    raw = dict(export().manifest.raw)
    answers = simulate(1, participants=6, items=8)
    # Without participants.csv nobody can be left out; so none is registered to be.
    rules = DECLARED | {"exclusions": []}
    raw |= {"analysis": rules, "registration": REGISTERED | {"analysis": rules}}
    late = raw | {"registration": raw["registration"] | {"n_answers": 3}}

    clean = write_report(write_export(tmp_path / "clean", answers, **raw), tmp_path / "a")
    dirty = write_report(write_export(tmp_path / "dirty", answers, **late), tmp_path / "b")

    assert json.loads(clean.results.read_text())["departures"] == []
    assert "None found: what was done agrees" in clean.page.read_text()
    (row,) = json.loads(dirty.results.read_text())["departures"]
    assert row["kind"] == "registered_late"
    assert "Registered after data" in dirty.page.read_text()
    assert (tmp_path / "b" / "tables" / "departures.csv").is_file()


def test_a_bare_table_says_that_nothing_is_known(tmp_path: Path) -> None:
    rows = simulate(1, participants=4, items=4).astype(object).fillna("").astype(str).to_dict("records")
    path = write_csv(tmp_path / "answers.csv", [{str(k): v for k, v in row.items()} for row in rows])

    page = write_report(path, tmp_path / "out").page.read_text()

    assert UNKNOWN in page
