"""`oversight init --ask`: a walk through the choices that writes only what was confirmed."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oversight_app.cli import main
from oversight_app.commands import asking
from oversight_app.study.choices import CHOICES, asked
from oversight_app.study_folder import StudyFolder

N = len(asked({}))


@pytest.fixture(autouse=True)
def somebody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "has_terminal", lambda: True)


def answer(study: Path, *lines: str, options: tuple[str, ...] = ()) -> Result:
    """Type these lines; whatever comes after them is Enter, as far as `lines` says."""
    return CliRunner().invoke(
        main, ["init", str(study), "--ask", *options], input="".join(f"{it}\n" for it in lines)
    )


def at(key: str, *lines: str) -> list[str]:
    """Enter up to this choice, then these lines."""
    return [""] * list(asked({})).index(key) + list(lines)


def test_enter_all_the_way_makes_a_study_that_can_be_read(tmp_path: Path) -> None:
    done = answer(tmp_path / "s", *[""] * N, "yes")

    assert done.exit_code == 0, done.output
    assert StudyFolder.open(tmp_path / "s").read_design().analysis.target_n == 40
    assert "Everything is as suggested." in done.output
    assert "One person answers 24 mmlu and 20 quality questions." in done.output
    assert "bank import" in done.output


def test_no_at_the_end_or_a_broken_off_walk_leaves_nothing(tmp_path: Path) -> None:
    for lines in ([""] * N + ["no"], [""] * 5, []):
        done = answer(tmp_path / "s", *lines)

        assert done.exit_code == 1
        assert "Nothing was written." in done.output
        assert list(tmp_path.iterdir()) == []


def test_a_wrong_answer_is_asked_again_and_a_question_mark_says_more(tmp_path: Path) -> None:
    lines = at("analysis.target_n", "many", "?", "24")

    done = answer(tmp_path / "s", *lines, *[""] * N)

    assert "Found 'many'; allowed is a whole number from 1 to 100000." in done.output
    assert "In study.toml it is analysis.target_n" in done.output
    assert StudyFolder.open(tmp_path / "s").read_design().analysis.target_n == 24


def test_b_goes_back_and_keeps_what_was_said(tmp_path: Path) -> None:
    lines = ["First title", "b", "", "b", "Second title", "de"]

    done = answer(tmp_path / "s", *lines, *[""] * N)

    assert "Suggested: First title (as you said)" in done.output
    design = StudyFolder.open(tmp_path / "s").read_design()
    assert (design.title, design.language) == ("Second title", "de")
    assert StudyFolder.open(tmp_path / "s").read_texts()["consent"].startswith("# Teilnahme")


def test_two_choices_that_do_not_fit_are_said_at_once(tmp_path: Path) -> None:
    lines = at("assistant.mode", "as_is", "b", "openai:large", "as_is")

    done = answer(tmp_path / "s", *lines, *[""] * (N + 2))

    assert "it cannot be as_is: name a real model" in " ".join(done.output.split())
    design = StudyFolder.open(tmp_path / "s").read_design()
    assert (design.assistant.mode, design.assistant.spending.per_study) == ("as_is", 50)


def test_back_from_the_summary_changes_the_last_choice(tmp_path: Path) -> None:
    done = answer(tmp_path / "s", *[""] * N, "b", "none", "maybe", "yes")

    assert "Found 'maybe'; allowed are yes, no and b." in done.output
    assert not StudyFolder.open(tmp_path / "s").read_design().log.focus


def test_options_given_are_suggested(tmp_path: Path) -> None:
    answer(tmp_path / "s", *[""] * (N + 1), options=("--protocol", "advice", "--language", "de"))

    design = StudyFolder.open(tmp_path / "s").read_design()
    assert (design.assistant.protocol, design.language) == ("advice", "de")


def test_a_script_is_refused_and_not_kept_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    done = answer(tmp_path / "s")

    assert done.exit_code == 1
    assert "--ask needs a terminal" in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_a_study_is_refused_before_the_first_question(tmp_path: Path) -> None:
    StudyFolder(tmp_path).texts.mkdir()

    done = answer(tmp_path, *[""] * (N + 1))

    assert done.exit_code == 1
    assert "holds a texts already" in done.output
    assert CHOICES[0].question not in done.output
