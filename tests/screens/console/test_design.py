"""The design in the console: choices that come and go, a study made of them, its steps, and the frozen plan."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from oversight_app import watching
from oversight_app.cli import main
from oversight_app.clock import SystemClock
from oversight_app.commands import asking
from oversight_app.gate import Gate
from oversight_app.preparing import Foresight, Preparing
from oversight_app.screens.console import visitor
from oversight_app.screens.console.choice_shown import screen_key
from oversight_app.study.choices import CHOICES, asked
from oversight_app.study.events import PlanFrozen, StudyPrepared
from oversight_app.study_folder import StudyFolder
from oversight_app.watching import Designing
from tests.builders import make_clock
from tests.screens.console.test_desk import NASTY, PASSWORD, look, press
from tests.screens.fakes import texts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StudyFolder]:
    """A folder without a study, and somebody signed in over it."""
    gate = Gate(PASSWORD, SystemClock())
    token = gate.enter(PASSWORD, "Ada")
    monkeypatch.setattr(visitor, "_cookie", lambda: token)
    path = tmp_path / "study"
    watching.install(Designing(Preparing(path, make_clock(), Foresight(lambda *_: 0.08)), gate))
    yield StudyFolder(path)
    watching.close()


def small(app: AppTest) -> AppTest:
    """Two exam questions in each condition, for three people."""
    app.checkbox(key="design_tasks_quality").uncheck().run()
    app.number_input(key="design_tasks_mmlu_questions_per_condition").set_value(2).run()
    app.number_input(key="design_analysis_target_n").set_value(3).run()
    assert not app.exception
    return app


def drawn(app: AppTest) -> set[str]:
    """The keys of the choices that stand on the page."""
    return {
        choice.key
        for choice in CHOICES
        for key in [screen_key(choice)]
        if any(
            str(block.key or "").startswith(key)
            for block in (*app.radio, *app.number_input, *app.text_input, *app.checkbox)
        )
    }


def test_who_has_no_session_sees_no_design(folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "_cookie", lambda: "somebody else's")

    said = texts(look(view="design"))

    assert "signed out" in said
    assert CHOICES[0].question not in said


def test_a_new_study_opens_with_every_choice_as_suggested_whatever_is_asked_for(folder: StudyFolder) -> None:
    for address in ({}, {"view": "design"}, {"view": "watch"}, {"who": "p1"}, {"sample": "consent"}):
        app = look(**address)

        assert drawn(app) == set(asked({}))
        assert texts(app).count("Suggested because") == len(asked({}))
        assert "One person answers 24 mmlu and 20 quality questions." in texts(app)
    assert not folder.path.exists()


def test_choices_come_and_go_with_the_answers_before_them(folder: StudyFolder) -> None:
    app = look()
    assert "tasks.quality.time_limit_s" in drawn(app)
    assert "answer.scoring_rule" not in drawn(app)

    app = small(app)
    app.radio(key="design_answer_confidence").set_value("percent").run()

    assert "tasks.quality.time_limit_s" not in drawn(app)
    assert "answer.scoring_rule" in drawn(app)
    assert "One person answers 4 mmlu questions." in texts(app)
    assert "Suggested would be five points, because it is quick" in texts(app)


def test_two_answers_that_do_not_fit_are_said_beside_both_and_no_study_is_made(folder: StudyFolder) -> None:
    app = look()
    app.radio(key="design_assistant_mode").set_value("as_is").run()

    sentence = "The scripted assistant has no opinion of its own, so it cannot be as_is"
    assert texts(app).count(sentence) == 3, "beside both, and where the study would be told of"
    assert sentence in texts(press(app, "design_make"))
    assert not folder.path.exists()


def test_what_cannot_be_used_stays_to_be_mended_and_is_said(folder: StudyFolder) -> None:
    app = look()
    app.text_input(key="design_assistant_model").set_value("large").run()

    assert app.text_input(key="design_assistant_model").value == "large"
    assert "Found &#x27;large&#x27;; allowed is PROVIDER:NAME" in texts(app)
    assert "Nothing was written: Found &#x27;large&#x27;" in texts(press(app, "design_make"))
    assert not folder.path.exists()

    app.text_input(key="design_assistant_model").set_value("openai:large").run()
    assert "Found &#x27;large&#x27;" not in texts(app)
    assert "assistant.spending.per_study" in drawn(app)


def test_nothing_at_all_is_refused_where_one_has_to_be_chosen(folder: StudyFolder) -> None:
    app = look()
    app.checkbox(key="design_tasks_quality").uncheck().run()
    app.checkbox(key="design_tasks_mmlu").uncheck().run()

    assert "Choose at least one." in texts(app)
    assert "Nothing was written: Choose at least one." in texts(press(app, "design_make"))


def test_a_number_may_be_none_where_that_is_allowed(folder: StudyFolder) -> None:
    app = look()
    app.number_input(key="design_tasks_mmlu_time_limit_s").set_value(None).run()

    assert "tasks.mmlu.extra_s_per_100_words" not in drawn(app)
    assert "mmlu has no limit and comes on top" in texts(app)


def test_answers_are_still_there_after_a_reload(folder: StudyFolder) -> None:
    small(look())

    again = look()

    assert again.number_input(key="design_analysis_target_n").value == 3
    assert not again.checkbox(key="design_tasks_quality").value


def test_the_console_and_the_terminal_write_the_same_bytes(
    folder: StudyFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "has_terminal", lambda: True)
    answers = {"tasks": "mmlu", "tasks.mmlu.questions_per_condition": "2", "analysis.target_n": "3"}
    order = asked({"tasks": ("mmlu",)})
    typed = "".join(f"{answers.get(key, '')}\n" for key in order) + "yes\n"
    done = CliRunner().invoke(main, ["init", str(tmp_path / "typed"), "--ask"], input=typed)
    assert done.exit_code == 0, done.output

    press(small(look()), "design_make")

    theirs = tmp_path / "typed"
    names = {path.relative_to(theirs) for path in theirs.rglob("*") if path.suffix in (".toml", ".md")}
    assert len(names) > 10
    assert {path.relative_to(folder.path) for path in folder.path.rglob("*.*")} >= names
    for name in names:
        assert (folder.path / name).read_bytes() == (theirs / name).read_bytes(), name


def test_a_study_that_somebody_made_meanwhile_is_shown_and_not_written_over(folder: StudyFolder) -> None:
    app = look()
    made = StudyFolder.create(folder.path, "demo", at=SystemClock().now())
    before = made.design_file.read_bytes()

    app = press(app, "design_make")

    assert made.design_file.read_bytes() == before
    assert "Prepare the study" in texts(app)
    assert "in an editor" in texts(app)
    assert "study.toml already, so nothing was changed" in texts(app)


def test_from_nothing_to_invited_people(folder: StudyFolder) -> None:
    app = press(small(look()), "design_make")
    assert "Prepare the study" in texts(app)
    assert "the banks have 0" in texts(app)
    assert app.button(key="plan_freeze").disabled

    app = press(app, "bank_builtin")
    assert "questions from builtin" in texts(app)
    assert "the banks have 0" not in texts(app)
    body = app.text_area(key="text_body_consent")
    assert "[FILL IN ...] in texts/consent.md" in texts(app)
    body.set_value(str(body.value).replace("[FILL IN:", "Ada, ada@example.org (")).run()
    assert "What you wrote in texts/consent.md is not saved." in texts(app)
    app = press(app, "text_save")
    assert "[FILL IN ...] in texts/consent.md" not in texts(app)
    assert "is not saved" not in texts(app)

    app = press(app, "plan_freeze")
    assert "It cannot be changed any more" in texts(app)
    assert "questions_per_condition = 2" in texts(app)
    assert "<code>oversight serve" in texts(app)

    app = press(look(view="invite"), "invite_make")
    assert "10 invitations so far" in texts(app)
    assert "Nobody yet." in texts(look())
    with folder.open_store() as store:
        plan = store.plan()
        assert plan is not None
        assert [item.event for item in store.events_of()][:4] == [
            StudyPrepared("study", "study.toml", "Ada"),
            StudyPrepared("questions", "builtin", "Ada"),
            StudyPrepared("text", "consent.md", "Ada"),
            PlanFrozen(plan.plan_hash, plan.design_hash, "Ada"),
        ]


def test_a_bank_that_is_not_there_is_a_sentence(folder: StudyFolder) -> None:
    app = press(look(), "design_make")
    app.text_input(key="bank_source").set_value("/nowhere/at/all").run()

    assert "/nowhere/at/all does not exist" in texts(press(app, "bank_import"))


def test_files_that_cannot_be_read_are_named_and_the_page_stands(folder: StudyFolder) -> None:
    app = press(look(), "design_make")
    folder.design_file.write_text("title = \n", encoding="utf-8")

    said = texts(press(app, "check_again"))

    assert "study.toml" in said
    assert "In the way" in said
    assert app.button(key="plan_freeze").disabled

    (folder.texts / "consent.md").write_bytes(b"\xff\xfe")
    assert "consent.md is not UTF-8 text" in texts(press(app, "check_again"))


def test_what_stands_in_the_files_is_shown_as_text(folder: StudyFolder) -> None:
    app = look()
    app.text_input(key="design_title").set_value(NASTY).run()
    app = press(app, "design_make")
    (folder.texts / "debrief.md").write_text(f"[FILL IN {NASTY}]", encoding="utf-8")

    said = texts(press(app, "check_again"))

    assert "<script" not in said
    assert "<img" not in said
    assert "&lt;script&gt;" in said


def test_a_frozen_design_is_shown_as_it_was_frozen(folder: StudyFolder) -> None:
    app = press(press(small(look()), "design_make"), "bank_builtin")
    press(app, "plan_freeze")
    folder.design_file.write_text('title = "Another"\n', encoding="utf-8")

    said = texts(look(view="design"))

    assert "has changed since" in said
    assert "Another" not in said
    assert "&quot;questions_per_condition&quot;: 2" in said


def test_a_plan_that_was_frozen_at_the_command_line_is_watched_from_then_on(folder: StudyFolder) -> None:
    app = press(press(small(look()), "design_make"), "bank_builtin")
    done = CliRunner().invoke(main, ["plan", str(folder.path)])
    assert done.exit_code == 0, done.output

    assert "Enrolment is open." in texts(look())
    said = texts(press(app, "plan_freeze"))
    assert "is frozen; nothing was changed" in said
    assert "cannot be changed any more" in said


def test_no_word_of_a_choice_means_anything_in_markdown() -> None:
    said = [choice.question for choice in CHOICES]
    for option in (option for choice in CHOICES for option in choice.options):
        said += [option.word.replace("_", " "), option.meaning]

    assert [text for text in said if set(text) & set("*_`$[]~<>\\#|") or " -" in text] == []


def test_one_may_choose_again_until_the_plan_is_frozen(folder: StudyFolder) -> None:
    app = press(press(small(look()), "design_make"), "bank_builtin")
    before = folder.design_file.read_bytes()

    app = press(app, "design_again")
    assert "Each choice stands on what study.toml says" in texts(app)
    assert app.number_input(key="design_analysis_target_n").value == 3
    app.number_input(key="design_analysis_target_n").set_value(30).run()
    app = press(app, "design_make")

    assert "Prepare the study" in texts(app)
    assert "with 30 people" in texts(app), "it was looked over anew"
    assert folder.read_design().analysis.target_n == 30
    (kept,) = folder.path.glob("study.toml.*")
    assert kept.read_bytes() == before
    folder.design_file.write_bytes(folder.design_file.read_bytes() + b"# mine\n")
    assert "Choose again" not in [button.label for button in app.run().button]
