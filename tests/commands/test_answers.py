"""`oversight import-answers` as it is typed."""

from pathlib import Path

from click.testing import CliRunner

from oversight_app.cli import main
from oversight_app.store import Store
from oversight_app.study_folder import StudyFolder
from tests.builders import START
from tests.evaluation_logs.logs import inspect_sample, write_eval


def made_study(tmp_path: Path) -> Path:
    StudyFolder.create(tmp_path / "study", "demo", at=START)
    study = str(tmp_path / "study")
    for words in (["bank", "import", study, "builtin"], ["plan", study]):
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
    return tmp_path / "study"


def test_answers_to_the_built_in_questions_come_in_and_the_output_counts_them(tmp_path: Path) -> None:
    study = made_study(tmp_path)
    with Store.open(study / "study.db") as store:
        questions = [question for question in store.questions() if question.role == "study"]
    log = write_eval(tmp_path / "log.eval", [inspect_sample(q, "ANSWER: C") for q in questions])

    done = CliRunner().invoke(main, ["import-answers", str(study), str(log)])

    assert done.exit_code == 0, done.output
    assert f"log.eval: {len(questions)} samples of openai-api/local:fake" in done.output
    with Store.open(study / "study.db") as store:
        n = sum(row["participant_kind"] == "model" for row in store.rows("answers"))
    assert f"has answered {n} of the plan's {n} questions." in done.output


def test_a_file_that_is_no_log_is_one_calm_paragraph_and_exit_code_1(tmp_path: Path) -> None:
    study = made_study(tmp_path)
    (tmp_path / "notes.json").write_text('{"notes": []}')

    done = CliRunner().invoke(main, ["import-answers", str(study), str(tmp_path / "notes.json")])

    assert done.exit_code == 1
    assert "notes.json is neither a log of inspect_ai" in done.stderr
    assert "Traceback" not in done.output
