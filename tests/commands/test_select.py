"""`oversight select` at the terminal: an export or a bare table in, a sentence for each figure out."""

import csv
from pathlib import Path

from click.testing import CliRunner, Result

from oversight_app.cli import main


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, words)))


def done(*words: str | Path) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def make_study(folder: Path, n_per_condition: int | None = None) -> Path:
    done("init", folder, "--design", "demo")
    done("bank", "import", folder, "builtin")
    if n_per_condition:
        design = folder / "study.toml"
        lines = design.read_text().splitlines()
        first = next(i for i, line in enumerate(lines) if line.startswith("questions_per_condition"))
        lines[first] = f"questions_per_condition = {n_per_condition}"
        design.write_text("\n".join(lines))
    return folder


def export_of_a_model_alone(folder: Path) -> Path:
    """A study on the same bank, answered by the scripted model and by people of a rehearsal."""
    study = make_study(folder / "before", n_per_condition=20)
    done("plan", study)
    done("rehearse", study, "--participants", "4", "--into", folder / "rehearsed")
    done("model-alone", folder / "rehearsed", "--model", "scripted:demo")
    done("export", folder / "rehearsed", "--out", folder / "export")
    return folder / "export"


def test_from_an_export_of_earlier_answers_to_a_report_that_says_how_questions_were_selected(
    tmp_path: Path,
) -> None:
    export, study = export_of_a_model_alone(tmp_path), make_study(tmp_path / "study")

    said = done("select", study, "--results", export)
    planned = done("plan", study)
    done("rehearse", study, "--participants", "4", "--into", tmp_path / "again")
    done("report", tmp_path / "again", "--out", tmp_path / "report")

    assert "export: " in said
    assert "met this bank" in said
    assert "mmlu: " in said
    assert "eligible questions will be drawn" in said
    assert "model alone: " in said
    assert "nothing is held out to say what fresh ones will be" in said
    assert "people alone: " in said
    assert "by held-out ones, which is what to expect" in said
    statement = "Estimates are about such questions and not about the bank"
    assert statement in said
    assert statement in planned
    assert statement in (tmp_path / "report" / "results.json").read_text()
    assert statement in (tmp_path / "report" / "report.html").read_text()


def test_a_bare_table_of_answers_is_enough(tmp_path: Path) -> None:
    study, answers = make_study(tmp_path / "study"), tmp_path / "graded.csv"
    with (export_of_a_model_alone(tmp_path) / "questions.csv").open(newline="") as file:
        questions = [row for row in csv.DictReader(file) if row["role"] == "study"]
    with answers.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["participant_id", "condition", "task", "question_id", "correct"])
        writer.writerows(
            ["grader", "model_alone", q["task"], q["question_id"], i % 2] for i, q in enumerate(questions)
        )

    said = done("select", study, "--results", answers, "--task", "mmlu", "--oversample", "3")

    assert f"graded.csv: {len(questions)} of {len(questions)} answers given alone met this bank." in said
    assert "3 times as likely" in said
    assert (study / "selection.csv").exists()


def test_what_is_no_table_of_answers_is_refused_in_one_sentence(tmp_path: Path) -> None:
    study, wrong = make_study(tmp_path / "study"), tmp_path / "wrong.csv"
    wrong.write_text("question_id,correct\na,1\n")

    result = run("select", study, "--results", wrong)

    assert result.exit_code == 1
    assert "the columns participant_id, condition, task are missing" in result.output
    assert "Traceback" not in result.output


def test_an_answer_that_stands_twice_in_a_file_is_refused_with_its_rows(tmp_path: Path) -> None:
    study, twice = make_study(tmp_path / "study"), tmp_path / "twice.csv"
    line = "m,model_alone,mmlu,builtin/val/anatomy:1,1\n"
    twice.write_text(f"participant_id,condition,task,question_id,correct\n{line}{line}")

    result = run("select", study, "--results", twice)

    assert result.exit_code == 1
    assert "twice.csv, rows 2 and 3" in result.output
