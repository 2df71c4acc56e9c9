"""The ready-made designs hold what the plan of the study promises, and the banks at hand can satisfy them."""

import re
from pathlib import Path

import pytest

from analysis.power import expected_half_width
from oversight_app import banks, planning
from oversight_app.study.design import (
    AnalysisDesign,
    AnswerDesign,
    AssistantDesign,
    BonusDesign,
    Condition,
    ConditionsDesign,
    ConfidenceScale,
    Design,
    Feedback,
    LogDesign,
    OutcomeDesign,
    Price,
    PrimaryModel,
    Sequence,
    SittingDesign,
    SpendingDesign,
    TaskDesign,
)
from oversight_app.study.plan import Plan
from oversight_app.study_folder import DESIGNS, StudyFolder
from tests.builders import START, make_clock


def make_study(folder: Path, design: str) -> StudyFolder:
    return StudyFolder.create(folder / design, design, at=START)


def design_of(folder: Path, name: str) -> Design:
    return make_study(folder, name).read_design()


def planned(study: StudyFolder) -> tuple[Plan, planning.PlanSummary]:
    with study.open_store() as store:
        plan = planning.freeze(
            store,
            study.read_design(),
            study.read_materials("en"),
            clock=make_clock(),
        )
        questions = {question.question_id: question for question in store.questions()}
    return plan, planning.plan_summary(plan, questions, expected_half_width)


def import_real(study: StudyFolder, data: Path) -> None:
    with study.open_store() as store:
        banks.import_bank(store, "mmlu", data / "mmlu" / "data", splits=["val"], at=START)
        banks.import_bank(store, "quality", data / "quality_50_stories", at=START)


def test_the_recommended_design_compares_people_with_themselves_in_any_order(tmp_path: Path) -> None:
    design = design_of(tmp_path, "recommended")

    assert design.tasks["quality"].time_limit_s == 300
    assert (design.tasks["mmlu"].time_limit_s, design.tasks["mmlu"].extra_s_per_100_words) == (180, 25)
    assert design.tasks["quality"].questions_per_passage == 1
    assert design.answer.feedback is Feedback.PRACTICE_ONLY
    assert (design.conditions.allocation, design.conditions.order) == ("within", "counterbalanced")
    assert design.conditions.question_samples == "shared"


def test_the_recommended_design_spells_out_the_defaults(tmp_path: Path) -> None:
    """Its file says that whatever is left out has the value shown there."""
    design = design_of(tmp_path, "recommended")

    bare = Design.model_validate({"title": design.title, "tasks": design.tasks})

    assert bare.conditions == design.conditions
    assert bare.answer == design.answer
    assert bare.assistant == design.assistant
    assert bare.analysis == design.analysis
    assert bare.sitting == design.sitting
    assert bare.log == design.log
    assert bare.bonus == design.bonus
    assert bare.outcomes == design.outcomes
    assert bare.language == design.language
    for name, task in design.tasks.items():
        given = ("questions_per_condition", "time_limit_s", "extra_s_per_100_words", "rotate_over")
        alone = TaskDesign.model_validate({key: getattr(task, key) for key in given})
        assert alone == task, name


def test_the_recommended_design_names_every_key_there_is(tmp_path: Path) -> None:
    """Also those that it leaves out, in a line that a researcher can copy: `# limit_s = 10800`."""
    toml = make_study(tmp_path, "recommended").design_file.read_text()
    sections = (
        *(Design, TaskDesign, ConditionsDesign, AnswerDesign, AssistantDesign, AnalysisDesign),
        *(SittingDesign, OutcomeDesign, LogDesign, PrimaryModel, Price, SpendingDesign, BonusDesign),
    )
    tables = {"tasks", "conditions", "answer", "assistant", "analysis", "sitting", "outcomes", "log"}
    tables |= {"prices", "spending", "bonus"}

    missing = [
        f"{section.__name__}.{key}"
        for section in sections
        for key in section.model_fields
        if key not in tables | {"primary_model_alone"}
        and not re.search(rf"^(?:# )?{key} = ", toml, re.MULTILINE)
    ]

    assert missing == []


def test_the_recommended_design_is_satisfied_by_mmlu_val_and_fifty_stories(
    tmp_path: Path, shared_data: Path
) -> None:
    study = make_study(tmp_path, "recommended")
    import_real(study, shared_data)

    plan, summary = planned(study)

    assert not plan.pilot_only
    assert len(plan.cells) == 8
    assert [task.n_passages for task in summary.tasks] == [0, 20]
    assert all(task.half_width is not None and task.half_width < 0.12 for task in summary.tasks)
    assert summary.minutes_at_most < 210


def test_the_design_of_2022_is_that_of_the_paper(tmp_path: Path) -> None:
    design = design_of(tmp_path, "bowman2022")

    assert {name: task.questions_per_condition for name, task in design.tasks.items()} == {
        "mmlu": 100,
        "quality": 100,
    }
    assert design.tasks["mmlu"].limit_s(500, Condition.HUMAN_ALONE) is None
    assert design.tasks["quality"].limit_s(500, Condition.HUMAN_ALONE) == 300
    assert design.conditions.tasks == "between"
    assert design.conditions.order == "human_with_model_first"
    assert design.conditions.question_samples == "separate"
    assert design.answer.feedback is Feedback.AFTER_EACH
    assert design.answer.confidence is ConfidenceScale.FIVE_POINTS
    assert design.answer.sequence is Sequence.DIRECT
    assert not any(is_on for _, is_on in design.log)
    assert design.assistant.pass_question is False
    assert design.assistant.passage_in_first_turn is True
    assert design.analysis.exclusions == ()


def test_the_design_of_2022_fits_fifty_stories_with_the_change_that_it_names(
    tmp_path: Path, shared_data: Path
) -> None:
    study = make_study(tmp_path, "bowman2022")
    import_real(study, shared_data)
    toml = study.design_file.read_text()
    for key in ("questions_per_passage", "rotate_over"):
        assert f"{key} = 2" in toml
        toml = toml.replace(f"{key} = 2", f"{key} = 5")
    study.design_file.write_text(toml)

    plan, summary = planned(study)

    assert [task.n_passages for task in summary.tasks] == [0, 40]
    assert not plan.pilot_only
    assert len(plan.cells) == 2


def test_the_demo_is_satisfied_by_the_builtin_bank_and_is_short(tmp_path: Path) -> None:
    study = make_study(tmp_path, "demo")
    with study.open_store() as store:
        banks.import_bank(store, "builtin", at=START)

    plan, summary = planned(study)

    assert plan.pilot_only
    assert summary.minutes_at_most < 20
    assert [task.per_condition for task in summary.tasks] == [2, 1]


@pytest.mark.parametrize("name", DESIGNS)
def test_every_design_explains_itself(tmp_path: Path, name: str) -> None:
    toml = make_study(tmp_path, name).design_file.read_text()

    assert sum(line.startswith("#") for line in toml.splitlines()) >= 8
