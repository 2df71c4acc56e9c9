"""From a bank and earlier answers to the two files of a selection, and to a plan that draws by them."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from oversight_app import banks, planning
from oversight_app.earlier_answers import EarlierResults, Row
from oversight_app.errors import BadInput, BankError, StudyStateError
from oversight_app.export import export_study
from oversight_app.preflight import inspect
from oversight_app.rehearsal import rehearse
from oversight_app.selecting import select
from oversight_app.study.questions import Question, Role
from oversight_app.study.selection import Selection
from oversight_app.study.shortlist import Rule
from oversight_app.study_folder import StudyFolder
from tests.builders import START, make_clock


def make_study(folder: Path) -> StudyFolder:
    study = StudyFolder.create(folder / "study", "demo", at=START)
    with study.open_store() as store:
        banks.import_bank(store, "builtin", at=START)
    return study


def bank(study: StudyFolder) -> list[Question]:
    with study.open_store() as store:
        return [question for question in store.questions() if question.role is Role.STUDY]


def model_answers(study: StudyFolder, *, runs: int = 1) -> EarlierResults:
    """Every second question right, in each run."""
    rows: list[Row] = [
        {
            "participant_id": "m1",
            "condition": "model_alone",
            "question_id": question.question_id,
            "correct": float(i % 2),
            "sample": float(run + 1),
            "provider": "scripted",
            "model": "demo",
            "method": "zero_shot",
        }
        for i, question in enumerate(bank(study))
        for run in range(runs)
    ]
    return EarlierResults("before", "a" * 64, rows, {}, "earlier")


def made(study: StudyFolder, rule: Rule | None = None, **changes: Any) -> Selection:
    return select(study, [model_answers(study, **changes)], rule or Rule(), at=START)[0]


def freeze(study: StudyFolder) -> None:
    with study.open_store() as store:
        materials = study.read_materials("en")
        planning.freeze(
            store, study.read_design(), materials, clock=make_clock(), selection=study.read_selection()
        )


def table(study: StudyFolder) -> dict[str, dict[str, str]]:
    with study.selection.open(newline="") as file:
        return {row["question_id"]: row for row in csv.DictReader(file)}


def test_the_files_say_what_was_used_and_how_likely_each_eligible_question_is(tmp_path: Path) -> None:
    study = make_study(tmp_path)

    made(study)

    rows = table(study)
    about = json.loads((study.path / "selection.json").read_text())
    for task, design in study.read_design().tasks.items():
        own = [row for row in rows.values() if row["task"] == task]
        described = about["tasks"][task]
        assert sum(float(row["selection_prob"]) for row in own) == pytest.approx(described["n_drawn"])
        assert all(0 < float(row["selection_prob"]) <= 1 for row in own)
        assert len(own) == described["n_eligible"]
        assert described["rotate_over"] == (
            design.rotate_over if any(row["passage_id"] for row in own) else 1
        )
    assert about["sources"][0]["sha256"] == "a" * 64
    assert (about["seed"], about["model"], about["oversample"]) == (
        study.read_design().seed,
        "scripted:demo",
        5.0,
    )
    assert study.read_selection() == made(study)


def test_the_plan_draws_by_it_keeps_a_copy_and_the_export_says_so(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    selection = made(study)
    freeze(study)
    rows = table(study)
    study.selection.unlink()
    (study.path / "selection.json").unlink()

    with study.open_store() as store:
        plan = store.plan()
        exported = export_study(store, tmp_path / "export", at=START)
    with exported.tables["questions"].open(newline="") as file:
        questions = list(csv.DictReader(file))
    manifest = json.loads(exported.manifest.read_text())

    assert plan is not None
    assert plan.selection == selection
    drawn = [row for row in questions if row["form"]]
    assert drawn
    assert all(row["selection_prob"] == rows[row["question_id"]]["selection_prob"] for row in drawn)
    assert manifest["selection"]["statement"] == selection.statement
    assert manifest["selection"]["csv_sha256"] == selection.csv_sha256


def test_a_spreadsheet_runs_no_id_of_a_bank_and_the_plan_still_knows_whose_it_is(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    header = "question_id,task,subject,question,option_a,option_b,option_c,option_d,answer\n"
    rows = (f"=1+{i},mmlu,@SUM(A1),How much is {i} and {i}?,0,1,{2 * i},-1,C\n" for i in range(10, 20))
    (tmp_path / "own.csv").write_text(header + "".join(rows))
    with study.open_store() as store:
        banks.import_bank(store, "table", tmp_path / "own.csv", at=START)

    selection = made(study)

    with study.selection.open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert {f"'=1+{i}" for i in range(10, 20)} | {"'@SUM(A1)"} <= set(cells)
    assert [cell for cell in cells if cell.startswith(("=", "@", "+"))] == []
    assert {f"=1+{i}" for i in range(10, 20)} <= selection.chances("mmlu").keys()
    freeze(study)


def test_wrong_answers_of_the_model_come_oftener_over_the_draws_of_many_seeds(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    selection = made(study)
    questions = planning.with_builtin(bank(study), study.read_design())
    materials, chances = study.read_materials("en"), selection.chances("mmlu")
    found: Counter[str] = Counter()
    n = 100
    for seed in range(n):
        design = study.read_design().model_copy(update={"seed": seed})
        plan = planning.draft("study", design, questions, materials, at=START, selection=selection)
        found.update(q for slots in plan.forms["mmlu"].values() for slot in slots for q in slot.question_ids)

    wrong = {row["question_id"] for row in table(study).values() if row["model_accuracy"] == "0.0"}
    expected = sum(chance for question_id, chance in chances.items() if question_id in wrong)
    assert sum(found[question_id] for question_id in wrong) / n == pytest.approx(expected, rel=0.05)
    assert expected > 0.75 * sum(chances.values())


def test_check_and_plan_say_what_the_selection_means(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    statement = made(study).statement

    found = inspect(study, half_width=lambda *_: 0.1, environment={}, clock=make_clock())

    assert statement in found.warnings
    assert found.obstacles == []


def test_runs_that_are_held_out_say_what_to_expect(tmp_path: Path) -> None:
    study = make_study(tmp_path)

    one, four = made(study), made(study, runs=4)

    assert one.tasks["mmlu"].expected[0].chosen_fresh is None
    assert four.tasks["mmlu"].n_runs_held_out == 2
    # These runs agree to the letter, so the fresh answers are the ones that chose.
    expected = four.tasks["mmlu"].expected[0]
    assert expected.chosen_fresh == expected.chosen_by_calibration < expected.eligible


def test_a_task_alone_can_be_selected_and_the_others_are_drawn_as_ever(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    made(study, Rule(tasks=("mmlu",)))

    freeze(study)

    with study.open_store() as store:
        plan = store.plan()
    assert plan is not None
    assert plan.selection is not None
    assert list(plan.selection.tasks) == ["mmlu"]
    assert set(plan.forms) == {"mmlu", "quality"}


def test_after_the_plan_it_is_too_late_and_nothing_is_written(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    freeze(study)

    with pytest.raises(StudyStateError, match="too late to select"):
        made(study)

    assert not study.selection.exists()


def test_a_selection_that_cannot_be_made_leaves_the_one_before(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    made(study)
    before = study.selection.read_bytes()

    with pytest.raises(BankError, match="are eligible"):
        select(study, [EarlierResults("few", "b" * 64, model_answers(study).rows[:3], {})], Rule(), at=START)

    assert study.selection.read_bytes() == before


def test_an_edited_selection_stops_check_and_plan(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    made(study)
    study.selection.write_text(study.selection.read_text() + "another,mmlu\n")

    found = inspect(study, half_width=lambda *_: 0.1, environment={}, clock=make_clock())

    assert any("is not as it was written" in line for line in found.obstacles)
    with pytest.raises(BadInput, match="is not as it was written"):
        freeze(study)


def test_another_selection_after_the_plan_is_noticed_and_changes_nothing(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    made(study)
    freeze(study)
    (study.path / "selection.json").unlink()
    study.selection.unlink()

    found = inspect(study, half_width=lambda *_: 0.1, environment={}, clock=make_clock())

    assert any("selection.csv have changed since the plan was frozen" in line for line in found.warnings)


def test_a_rehearsal_takes_the_selection_along(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    made(study)
    freeze(study)

    rehearse(study.path, 1, 1, tmp_path / "copy", clock=make_clock())

    found = inspect(
        StudyFolder.open(tmp_path / "copy"), half_width=lambda *_: 0.1, environment={}, clock=make_clock()
    )
    assert not any("have changed since" in line for line in found.warnings)


def test_with_nothing_to_select_by_it_says_what_could_be_given(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nothing to select by for the tasks mmlu, quality: give --results"):
        select(make_study(tmp_path), [], Rule(), at=START)


def test_a_filter_that_no_task_knows_of_is_an_error_and_not_passed_over(tmp_path: Path) -> None:
    study = make_study(tmp_path)

    with pytest.raises(BadInput, match="has a figure for the filter min_context"):
        made(study, Rule(min_context=1.5))


def test_a_task_that_the_design_has_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"--task law: study\.toml has the tasks mmlu, quality"):
        made(make_study(tmp_path), Rule(tasks=("law",)))
