"""Table 1 in the paper's layout: which lines, whose rule, and the numbers without outliers."""

from pathlib import Path
from typing import Any

import pytest

from analysis.findings import analyse
from analysis.published import TABLE_1
from analysis.report import write_report
from analysis.results import PaperCell, Results
from tests.analysis.builders import make_answers, make_export, make_row, write_export

LEVELS = (0.25, 0.42, 0.6, 0.8, 1.0)


def crossed(rights: dict[str, int], condition: str, task: str = "mmlu", **cells: Any) -> list[dict[str, str]]:
    """Everybody answers the same ten questions, `rights` of them right, and uses all five levels of confidence."""
    return [
        make_row(
            participant_id=person,
            question_id=f"{condition}{n}" if task == "mmlu" else f"{task}{condition}{n}",
            condition=condition,
            task=task,
            right=n < k,
            confidence=LEVELS[(n + place) % 5],
            **cells,
        )
        for place, (person, k) in enumerate(rights.items())
        for n in range(10)
    ]


def asked(method: str, k: int = 6, **cells: Any) -> list[dict[str, str]]:
    return [
        make_row(
            condition="model_alone",
            participant_id=f"m-{method}",
            method=method,
            question_id=f"human_alone{n}",
            right=n < k,
            confidence=LEVELS[n % 5],
            p_source="logprob",
            **cells,
        )
        for n in range(10)
    ]


PEOPLE = {"best": 9, "a": 6, "b": 5, "c": 5, "d": 6}


def results(*rows: list[dict[str, str]]) -> Results:
    return analyse(make_export(make_answers([row for some in rows for row in some])))


def cells(found: Results) -> dict[tuple[str, str, str], PaperCell]:
    return {(cell.line, cell.metric, cell.rows): cell for cell in found.table1}


@pytest.fixture(scope="module")
def study() -> Results:
    return results(
        crossed(PEOPLE, "human_alone"),
        crossed({**PEOPLE, "best": 10}, "human_with_model"),
        asked("zero_shot"),
        asked("best_of_n(n=5)", 7),
        asked("p_true", 5),
    )


def test_the_lines_stand_as_in_the_paper_and_other_models_follow_its_own(study: Results) -> None:
    assert list(dict.fromkeys(cell.line for cell in study.table1)) == [
        "Unassisted human",
        "Unassisted human, WMV",
        "Model zero-shot",
        "Model 5-shot",
        "Model best-of-20 CoT",
        "Model p_true",
        "Human + model",
        "Human + model, WMV",
        "Expert",
    ]
    assert {cell.role for cell in study.table1} == {"as_in_paper"}


def test_published_numbers_stand_beside_ours(study: Results) -> None:
    found = cells(study)

    assert found["Unassisted human", "accuracy", "all"].published == 0.572
    assert found["Human + model, WMV", "calibration_error_5bin_wmv", "all"].published == 0.18
    assert found["Model p_true", "accuracy", "all"].published is None
    assert found["Expert", "accuracy", "all"].published == 0.9
    assert found["Expert", "accuracy", "all"].estimate is None
    assert TABLE_1["quality"]["Human + model, WMV"].accuracy == 0.86


def test_each_cell_says_whose_rule_it_follows(study: Results) -> None:
    found = cells(study)

    def rule(line: str, metric: str) -> tuple[str | None, str]:
        cell = found[line, metric, "all"]
        return cell.rule, cell.why

    assert rule("Unassisted human", "accuracy") == ("as in the paper", "")
    assert rule("Unassisted human", "calibration_error_5bin") == ("as in the paper", "")
    assert rule("Model zero-shot", "accuracy") == ("as in the paper", "")
    assert rule("Model best-of-20 CoT", "accuracy")[1].startswith("asked as best_of_n(n=5); a model scores")
    assert rule("Model p_true", "accuracy") == ("our rule", "the paper has no model asked this way")
    assert rule("Human + model, WMV", "calibration_error_5bin_wmv")[0] == "our rule"
    assert found["Model 5-shot", "accuracy", "all"].note == "No model alone was asked this way."


def test_one_panel_without_ties_votes_as_in_the_paper_and_ties_are_our_rule() -> None:
    clear = [make_row(participant_id=f"p{n}", question_id="q1", confidence=0.8) for n in range(4)]
    tied = [make_row(participant_id=f"p{n}", question_id="q2", confidence=0.8, right=n < 2) for n in range(4)]
    key = ("Unassisted human, WMV", "accuracy_wmv", "all")

    assert cells(results(clear))[key].rule == "as in the paper"
    assert cells(results(clear, tied))[key].why == "where options tie, the right one earns its share"


def test_where_the_paper_is_silent_the_reason_is_named() -> None:
    rows = crossed({"p1": 5, "p2": 5, "p3": 4}, "human_alone")
    rows[0] |= {"confidence": "0.7"}
    rows[1] |= {"status": "skipped", "choice": "", "correct": "", "confidence": ""}

    found = cells(results(rows))

    assert found["Unassisted human", "accuracy", "all"].why == "1 trials without a choice count as wrong"
    assert "a midpoint up" in found["Unassisted human", "calibration_error_5bin", "all"].why
    assert "gives no vote" in found["Unassisted human, WMV", "accuracy_wmv", "all"].why


def test_without_the_outlier_the_numbers_are_those_of_the_others(study: Results) -> None:
    found = cells(study)
    only = results(
        crossed(dict(list(PEOPLE.items())[1:]), "human_alone"),
        crossed(dict(list(PEOPLE.items())[1:]), "human_with_model"),
    )

    removed = found["Unassisted human", "accuracy", "paper_outliers_removed"]
    assert removed.estimate == pytest.approx((6 + 5 + 5 + 6) / 40)
    assert removed.rule == "our rule"
    alone = next(row for row in only.estimates if row.metric == "accuracy")
    assert removed.ci_low == pytest.approx(alone.ci_low)
    rows = [row for row in study.estimates if row.rows == "paper_outliers_removed"]
    assert {row.role for row in rows} == {"as_in_paper"}
    assert {row.n_participants for row in rows} == {4}
    assert all("conditions on the outcome" in row.note for row in rows)
    assert not [row for row in study.contrasts if row.rows == "paper_outliers_removed"]


def test_where_the_rule_cannot_be_used_its_rows_are_null_and_say_why() -> None:
    found = results(crossed(PEOPLE, "human_alone"))

    rows = [row for row in found.estimates if row.rows == "paper_outliers_removed"]
    assert {row.metric for row in rows} >= {"accuracy", "accuracy_wmv", "calibration_error_5bin"}
    assert {row.estimate for row in rows} == {None}
    assert all("no answers of a model alone" in row.note for row in rows)


def test_where_nobody_fits_the_rule_the_numbers_stay() -> None:
    found = results(crossed({**PEOPLE, "best": 6}, "human_alone"), asked("zero_shot"))

    row = next(r for r in found.estimates if (r.metric, r.rows) == ("accuracy", "paper_outliers_removed"))
    assert row.estimate == pytest.approx(28 / 50)
    assert row.note.endswith("Nobody fits the outlier rule.")


def test_a_task_that_the_paper_does_not_have_has_the_lines_without_published_numbers() -> None:
    found = results(crossed(PEOPLE, "human_alone", task="chess"))

    assert {cell.published for cell in found.table1} == {None}
    assert "Expert" not in {cell.line for cell in found.table1}


def test_a_system_told_from_all_tasks_is_found_in_each() -> None:
    one = crossed(PEOPLE, "human_with_model", model="gpt")
    two = crossed(PEOPLE, "human_with_model", task="quality", model="claude")

    found = results(one, two)

    assisted = [cell for cell in found.table1 if (cell.line, cell.rows) == ("Human + model", "all")]
    assert [(cell.task, cell.model) for cell in assisted] == [
        (task, "claude + gpt") for task in ("mmlu", "quality") for _ in range(2)
    ]
    assert all(cell.estimate is not None for cell in assisted)


def test_report_and_table_show_it_and_no_other_table_mixes_the_outliers_in(tmp_path: Path) -> None:
    rows = (
        crossed(PEOPLE, "human_alone")
        + crossed(PEOPLE, "human_with_model", n_messages=3)
        + asked("zero_shot")
    )
    export = write_export(tmp_path / "export", make_answers(rows))

    paths = write_report(export, tmp_path / "out")

    text = paths.page.read_text(encoding="utf-8")
    assert "Beside the paper" in text
    assert "Accuracy without outliers" in text
    assert "62.0%, as in the paper" in text
    assert "Messages per assisted trial" in text
    accuracy = text[text.index('aria-describedby="t-accuracy-notes"') : text.index('id="t-accuracy-notes"')]
    assert "55.0%" not in accuracy
    table = (tmp_path / "out" / "tables" / "table1.csv").read_text(encoding="utf-8")
    assert table.startswith("task,line,metric,rows,")
    assert "as in the paper" in table
    assert paths.folder.joinpath("tables/table1.csv") in paths.tables
