"""Simulated people walk through every protocol there is, and the known truth comes out of what they leave.

Each study has what one section of the design changes. Its estimates are held against the truth in standard errors that
are computed here, over people, and not by the analysis that a rehearsal is there to test.
"""

import csv
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from analysis.export import load
from oversight_app.clock import SimulatedClock
from oversight_app.export import export_study
from oversight_app.rehearsal import Rehearsal, rehearse
from oversight_app.store import Store
from oversight_app.study.plan import ScreeningQuestion, WorkedExample
from oversight_app.study.survey import HELP_KEYS, SurveyItem
from tests.builders import TEXTS, make_design, make_plan, make_questions, make_store

CLOCK = SimulatedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
BANK = make_questions(n_mmlu=48, n_passages=12, n_attention=6)
N = 40
MMLU = {"mmlu": {"questions_per_condition": 10}}
STORY = {
    "quality": {"questions_per_condition": 5, "rotate_over": 3, "reading_s": 120, "practice_per_condition": 0}
}

DESIGNS: dict[str, dict[str, Any]] = {
    "answer_first, percent": {
        "answer": {"sequence": "answer_first", "confidence": "percent", "scoring_rule": "log", "prize": 5}
    },
    "distribution, reason": {
        "answer": {
            "confidence": "distribution",
            "scoring_rule": "quadratic",
            "prize": 10,
            "reason": "required",
        }
    },
    "beliefs": {"answer": {"belief_after_reply": True}},
    "no confidence, minimum time": {
        "answer": {"confidence": "none", "feedback": "after_each"},
        "tasks": {"mmlu": MMLU["mmlu"] | {"min_time_s": 60}},
    },
    "skip, breaks, limit": {"answer": {"skip": True}, "sitting": {"limit_s": 3 * 3600, "break_every": 3}},
    "reading": {"tasks": STORY},
    "untimed, limit": {
        "tasks": {"mmlu": MMLU["mmlu"] | {"time_limit_s": "none"}},
        "sitting": {"limit_s": 12 * 3600},
    },
    "attention": {"sitting": {"attention_checks": 4, "attention_failures": 2}},
    "everything": {
        "tasks": MMLU | STORY,
        "answer": {
            "sequence": "answer_first",
            "confidence": "distribution",
            "scoring_rule": "spherical",
            "prize": 10,
            "belief_after_reply": True,
            "reason": "required",
            "skip": True,
        },
        "assistant": {"on_outage": "end"},
        "sitting": {"limit_s": 10 * 3600, "break_every": 4, "attention_checks": 3, "attention_failures": 2},
    },
}
SCREENING = (ScreeningQuestion(text="English?", options=("No", "Yes"), eligible=(1,)),)
SURVEY = (
    SurveyItem(key="trust", kind="likert", text="I trusted it.", labels=("no", "some", "yes"), required=True),
    SurveyItem(key="age", kind="number", text="How old?", minimum=18, required=True),
    SurveyItem(key="words", kind="text", text="Anything else?", required=True),
)
EXAMPLE = WorkedExample(text="Capital of Peru?", options=("Lima", "Quito"), correct=0)


def rehearsed(folder: Path, sections: dict[str, Any], n: int = N, **changes: Any) -> Rehearsal:
    plan = make_plan(make_design(**({"tasks": MMLU} | sections)), BANK, **changes)
    make_store(folder, plan, BANK).close()
    return rehearse(folder, n, 3, folder / "copy", clock=CLOCK)


def table(made: Rehearsal, name: str) -> list[dict[str, Any]]:
    with Store.open(made.folder / "study.db") as store:
        return list(store.rows(name))


def counted(made: Rehearsal) -> list[dict[str, Any]]:
    """The rows that an estimate of accuracy uses."""
    return [
        row
        for row in table(made, "answers")
        if not row["is_practice"]
        and not row["is_attention_check"]
        and row["status"] not in ("abandoned", "void")
    ]


@pytest.fixture(scope="module", params=DESIGNS)
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Rehearsal]:
    """One rehearsal for each protocol."""
    changes: dict[str, Any] = {}
    if request.param == "everything":
        changes = {
            "screening": SCREENING,
            "survey": SURVEY,
            "example": EXAMPLE,
            "texts": TEXTS | {"pledge": "I promise."},
        }
    folder = tmp_path_factory.mktemp(request.param)
    return request.param, rehearsed(folder, DESIGNS[request.param], **changes)


def test_the_known_truth_comes_out(study: tuple[str, Rehearsal]) -> None:
    """Within four standard errors, people and questions both drawn at random; so many estimates, so many chances."""
    _, made = study
    rows = counted(made)

    for task, by_condition in made.truth["accuracy"].items():
        for condition, truth in by_condition.items():
            cell = [row for row in rows if (row["task"], row["condition"]) == (task, condition)]
            mean, se = ratio(cell)
            assert abs(mean - truth) < 4 * se, (task, condition)
            assert se < 0.12


def ratio(rows: list[dict[str, Any]]) -> tuple[float, float]:
    """The mean of `correct`, a missing one as wrong, with a standard error over people and over questions."""
    right = [row["correct"] or 0 for row in rows]
    mean = fmean(right)

    def clustered(key: str) -> float:
        sums: defaultdict[str, float] = defaultdict(float)
        for row, value in zip(rows, right, strict=True):
            sums[row[key]] += value - mean
        return sum(value**2 for value in sums.values())

    each = sum((value - mean) ** 2 for value in right)
    variance = max(clustered("participant_id") + clustered("question_id") - each, clustered("participant_id"))
    return mean, variance**0.5 / len(rows)


def test_everybody_comes_to_an_end_that_the_design_has(study: tuple[str, Rehearsal]) -> None:
    name, made = study

    allowed = {"completed", "left", "withdrew"}
    allowed |= {"failed_checks"} if DESIGNS[name].get("sitting", {}).get("attention_failures") else set()
    assert made.outcomes.keys() <= allowed
    assert sum(made.outcomes.values()) == N
    assert made.outcomes["completed"] > 0.8 * N


def test_what_the_protocol_asks_for_is_in_the_record(study: tuple[str, Rehearsal]) -> None:
    name, made = study
    design = DESIGNS[name]
    answer, sitting = design.get("answer", {}), design.get("sitting", {})
    rows = counted(made)
    answered = [row for row in rows if row["status"] == "answered"]
    assisted = [row for row in answered if row["condition"] == "human_with_model"]

    if answer.get("sequence") == "answer_first":
        assert all(row["initial_choice"] and row["initial_response_time_s"] for row in assisted)
        assert any(row["initial_choice"] != row["choice"] for row in assisted)
        assert all(row["initial_choice"] is None for row in answered if row not in assisted)
    if answer.get("confidence") == "distribution":
        for row in answered:
            shares = [row[f"p_{letter}"] for letter in "abcd"]
            assert sum(shares) == pytest.approx(1)
            assert row["confidence"] == shares["ABCD".index(row["choice"])]
    if answer.get("confidence") == "none":
        assert {row["confidence"] for row in rows} == {None}
    if answer.get("reason"):
        assert all(row["reason"] for row in answered)
    if answer.get("skip"):
        assert {row["status"] for row in rows} >= {"answered", "skipped"}
    n_beliefs, n_replies = len(table(made, "beliefs")), sum(row["n_replies"] or 0 for row in rows)
    assert (n_beliefs > 0.8 * n_replies) == bool(answer.get("belief_after_reply"))
    if "quality" in design.get("tasks", {}):
        reading = [row["reading_time_s"] for row in rows if row["task"] == "quality"]
        assert all(0 < seconds <= 120 for seconds in reading)
        assert min(reading) < 119 < max(reading)
    if "minimum time" in name:
        assert all(row["response_time_s"] >= 60 for row in answered)
    checks = [row for row in table(made, "answers") if row["is_attention_check"]]
    assert bool(checks) == bool(sitting.get("attention_checks"))
    if checks:
        passed = fmean(row["correct"] or 0 for row in checks)
        assert 0.9 < passed < 1
        assert {row["position"] for row in checks} == {None}


def test_the_export_is_read_by_the_analysis(study: tuple[str, Rehearsal], tmp_path: Path) -> None:
    _, made = study

    with Store.open(made.folder / "study.db") as store:
        paths = export_study(store, tmp_path / "out", at=CLOCK.now())

    assert len(load(paths.folder).answers) == paths.n_answers == len(table(made, "answers"))
    with paths.tables["participants"].open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == N


def test_the_questionnaire_is_filled_in_and_help_is_seldom_reported(tmp_path: Path) -> None:
    made = rehearsed(tmp_path, {"tasks": {"mmlu": {"questions_per_condition": 2}}}, survey=SURVEY)

    by_item = Counter(row["item"] for row in table(made, "survey") if row["answer"] is not None)
    n_completed = made.outcomes["completed"]
    assert by_item == dict.fromkeys(("trust", "age", "words", *HELP_KEYS), n_completed)
    reported = [row["external_help_reported"] for row in table(made, "participants")]
    assert reported.count(0) > 0.8 * n_completed


def test_a_limit_that_is_too_short_cuts_people_off(tmp_path: Path) -> None:
    made = rehearsed(tmp_path, {"sitting": {"limit_s": 1200}}, n=20)

    assert made.outcomes["timed_out"] > 10
    ends = {row["participant_id"]: row for row in table(made, "sittings") if row["outcome"] == "timed_out"}
    statuses = Counter(row["status"] for row in table(made, "answers") if row["participant_id"] in ends)
    assert statuses["timed_out"] + statuses["timed_out_no_answer"] >= 1


def test_a_study_with_so_many_places_is_full_after_as_many(tmp_path: Path) -> None:
    sections = {"tasks": {"mmlu": {"questions_per_condition": 2}}, "sitting": {"max_participants": 12}}

    made = rehearsed(tmp_path, sections, n=40)

    assert made.outcomes["study_full"] > 10
    assert made.outcomes["completed"] == 12
