"""A study before its plan: answered, made, filled, looked over and frozen, each act on record."""

from pathlib import Path

import pytest

from oversight_app.errors import BadInput, BankError, OversightError, StudyStateError
from oversight_app.preparing import Foresight, Preparing
from oversight_app.study.choices import CHOICES
from oversight_app.study.events import PlanFrozen, StudyPrepared
from tests.builders import make_clock

BY_KEY = {choice.key: choice for choice in CHOICES}


def preparing(tmp_path: Path, **answers: str) -> Preparing:
    """Of a new folder; `__` in a key stands for a point."""
    made = Preparing(tmp_path / "study", make_clock(), Foresight(lambda *_: 0.08))
    for key, text in answers.items():
        made.answer(BY_KEY[key.replace("__", ".")], text)
    return made


def small(tmp_path: Path) -> Preparing:
    return preparing(tmp_path, tasks="mmlu", tasks__mmlu__questions_per_condition="2", analysis__target_n="3")


def events(study: Preparing) -> list[object]:
    with study.folder.open_store() as store:
        return [item.event for item in store.events_of()]


def test_an_answer_asks_for_others_and_takes_some_away(tmp_path: Path) -> None:
    study = preparing(tmp_path, tasks="mmlu", assistant__model="openai:large")

    assert "tasks.quality.time_limit_s" not in study.answers()
    assert study.answers()["assistant.spending.per_study"] == 50


def test_what_is_as_suggested_follows_the_suggestion(tmp_path: Path) -> None:
    study = preparing(tmp_path, analysis__family="alone, model, advice")
    assert len(study.answers()["analysis.family"]) == 3  # type: ignore[arg-type]

    study.answer(BY_KEY["assistant.protocol"], "debate")

    assert len(study.answers()["analysis.family"]) == 2  # type: ignore[arg-type]


def test_a_wrong_answer_changes_nothing(tmp_path: Path) -> None:
    study = preparing(tmp_path, analysis__target_n="24")

    with pytest.raises(BadInput, match="allowed is a whole number"):
        study.answer(BY_KEY["analysis.target_n"], "many")

    assert study.answers()["analysis.target_n"] == 24


def test_the_outlook_follows_the_answers(tmp_path: Path) -> None:
    study = small(tmp_path)
    assert "One person answers 4 mmlu questions." in study.outlook()

    study.answer(BY_KEY["sitting.reward"], "2.5")

    assert "Rewards of 2.50 USD for 3 people come to 7.50 USD." in study.outlook()


def test_nothing_is_written_before_it_is_made_and_then_only_once(tmp_path: Path) -> None:
    study = small(tmp_path)
    study.outlook()
    assert (list(tmp_path.iterdir()), study.is_made, study.is_frozen) == ([], False, False)

    study.make("Ada")

    assert (study.is_made, study.is_frozen) == (True, False)
    with pytest.raises(StudyStateError, match="nothing was changed"):
        study.make("Eve")
    assert events(study) == [StudyPrepared("study", "study.toml", "Ada")]


def test_every_step_to_the_plan_is_on_record_with_who_took_it(tmp_path: Path) -> None:
    study = small(tmp_path)
    study.make("Ada")
    assert study.n_questions() == {}
    assert study.findings().plan is None

    study.bring_in("builtin", "", "Bob")
    (consent, *_) = study.texts()
    study.write_text("consent", consent.body.replace("[FILL IN:", "("), before=consent.body, by="Cleo")
    plan = study.freeze("Dan")

    assert study.n_questions()["mmlu"] > 40
    assert not study.texts()[0].is_open
    assert events(study) == [
        StudyPrepared("study", "study.toml", "Ada"),
        StudyPrepared("questions", "builtin", "Bob"),
        StudyPrepared("text", "consent.md", "Cleo"),
        PlanFrozen(plan.plan_hash, plan.design_hash, "Dan"),
    ]


def test_a_bank_that_cannot_be_read_is_named_and_nothing_comes_in(tmp_path: Path) -> None:
    study = small(tmp_path)
    study.make("Ada")

    for source, said in (("", "found nothing"), (str(tmp_path / "nowhere"), "does not exist")):
        with pytest.raises(BankError, match=said):
            study.bring_in("mmlu", source, "Ada")

    assert study.n_questions() == {}
    assert events(study) == [StudyPrepared("study", "study.toml", "Ada")]


def test_a_text_that_somebody_else_has_changed_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    study = small(tmp_path)
    study.make("Ada")
    path = study.folder.texts / "consent.md"
    path.write_text("written in an editor\n", encoding="utf-8")

    with pytest.raises(StudyStateError, match="has changed since it was shown"):
        study.write_text("consent", "mine", before="what was shown", by="Ada")

    assert path.read_text(encoding="utf-8") == "written in an editor\n"


@pytest.mark.parametrize(("name", "body"), [("consent", " \n"), ("../study", "x"), ("nowhere", "x")])
def test_no_text_is_emptied_and_no_other_file_is_written(tmp_path: Path, name: str, body: str) -> None:
    study = small(tmp_path)
    study.make("Ada")
    before = {path: path.read_bytes() for path in study.folder.texts.iterdir()}

    with pytest.raises(BadInput):
        study.write_text(name, body, before=study.folder.read_texts()["consent"], by="Ada")

    assert {path: path.read_bytes() for path in study.folder.texts.iterdir()} == before


def test_after_the_plan_neither_texts_nor_questions_nor_the_plan_change(tmp_path: Path) -> None:
    study = small(tmp_path)
    study.make("Ada")
    study.bring_in("builtin", "", "Ada")
    study.freeze("Ada")
    before = events(study)
    consent = study.folder.read_texts()["consent"]

    for act in (
        lambda: study.freeze("Eve"),
        lambda: study.bring_in("builtin", "", "Eve"),
        lambda: study.write_text("consent", "x", before=consent, by="Eve"),
    ):
        with pytest.raises(OversightError, match="frozen"):
            act()

    assert events(study) == before


# -- choosing again -------------------------------------------------------------------------------------


def test_choosing_again_begins_with_what_the_file_says_and_keeps_a_copy_of_it(tmp_path: Path) -> None:
    small(tmp_path).make("Ada")
    # Another process knows only the file.
    study = preparing(tmp_path)
    before = study.folder.design_file.read_bytes()

    study.choose_again()
    assert study.answers()["analysis.target_n"] == 3
    assert study.make_anew("Bob") == "", "nothing was chosen otherwise"
    study.answer(BY_KEY["tasks.mmlu.questions_per_condition"], "4")
    kept = study.make_anew("Bob")

    assert (study.folder.path / kept).read_bytes() == before
    assert study.folder.read_design().tasks["mmlu"].questions_per_condition == 4
    assert events(study)[1:] == [StudyPrepared("design", kept, "Bob")]


def test_a_design_that_was_edited_by_hand_is_not_written_over(tmp_path: Path) -> None:
    study = small(tmp_path)
    study.make("Ada")
    study.answer(BY_KEY["analysis.target_n"], "5")
    with study.folder.design_file.open("a", encoding="utf-8") as file:
        file.write("# mine\n")
    before = study.folder.design_file.read_bytes()

    assert not study.can_choose_again
    for act in (study.choose_again, lambda: study.make_anew("Ada")):
        with pytest.raises(StudyStateError, match="edited by hand"):
            act()

    assert study.folder.design_file.read_bytes() == before


def test_texts_keep_their_language(tmp_path: Path) -> None:
    study = small(tmp_path)
    study.make("Ada")
    study.answer(BY_KEY["language"], "de")

    with pytest.raises(BadInput, match="texts are in 'en' and stay"):
        study.make_anew("Ada")

    assert study.folder.read_design().language == "en"
