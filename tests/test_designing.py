"""One way from answers to a study, and from its files to a frozen plan."""

from pathlib import Path

import pytest

from oversight_app.banks import import_bank
from oversight_app.designing import design_of, freeze_study, make_study
from oversight_app.errors import BadInput, StudyStateError
from oversight_app.study.choices import Value
from oversight_app.study.events import PlanFrozen
from tests.builders import START, make_clock

SMALL: dict[str, Value] = {
    "tasks": ("mmlu",),
    "tasks.mmlu.questions_per_condition": 2,
    "analysis.target_n": 3,
}


def test_answers_become_a_design_and_what_was_not_answered_is_as_suggested() -> None:
    _, design = design_of(SMALL)

    assert list(design.tasks) == ["mmlu"]
    assert design.tasks["mmlu"].questions_per_condition == 2
    assert design.assistant.error_share == 0.3


def test_two_answers_that_do_not_fit_make_no_design() -> None:
    with pytest.raises(BadInput, match="so it cannot be as_is: name a real model"):
        design_of({"assistant.mode": "as_is"})


def test_a_study_has_the_texts_of_its_language(tmp_path: Path) -> None:
    made = make_study(tmp_path / "s", {"language": "de"}, at=START)

    assert made.read_texts()["consent"].startswith("# Teilnahme")
    assert made.design_file.read_text(encoding="utf-8") == design_of({"language": "de"})[0]


def test_a_study_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    made = make_study(tmp_path / "s", SMALL, at=START)
    made.design_file.write_text("# mine\n", encoding="utf-8")

    with pytest.raises(StudyStateError, match=r"holds a study\.toml already"):
        make_study(tmp_path / "s", {}, at=START)

    assert made.design_file.read_text(encoding="utf-8") == "# mine\n"


def test_who_froze_the_plan_is_on_record(tmp_path: Path) -> None:
    made = make_study(tmp_path / "s", SMALL, at=START)
    with made.open_store() as store:
        import_bank(store, "builtin", at=START)

    plan = freeze_study(made, clock=make_clock(), by="Ada")

    with made.open_store() as store:
        assert [item.event for item in store.events_of()] == [
            PlanFrozen(plan.plan_hash, plan.design_hash, "Ada")
        ]
