"""Each reason for care appears when it should, and not otherwise."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.export import Export
from analysis.findings import analyse
from analysis.simulate import simulate
from tests.analysis.builders import make_answers, make_export, make_row


def codes(export: Export) -> set[str]:
    return {row.code for row in analyse(export).warnings}


def as_people(answers: pd.DataFrame) -> pd.DataFrame:
    kinds = answers["participant_kind"].replace("simulated", "human").astype("str")
    return answers.assign(participant_kind=kinds)


def test_a_sound_study_of_people_raises_no_alarm() -> None:
    export = make_export(as_people(simulate(1, 20, 40)))

    # Both are common in sound studies of this size, and say what a method did.
    assert codes(export) <= {"max_guard", "singular_mixed_model"}


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (simulate(1, 8, 40), "few_participants"),
        (simulate(1, 20, 12), "few_clusters"),
        (simulate(1, 20, 60, questions_per_passage=6), "few_clusters"),
        (simulate(1, 20, 40, layout="DI"), "different_items"),
        (simulate(1, 10, 40, layout="BP"), "few_per_arm"),
        (simulate(3, 2, 40), "few_df"),
        (simulate(1, 20, 40), "simulated_only"),
        (simulate(1, 20, 40, has_model_alone=False), "no_comparison"),
    ],
)
def test_a_weakness_is_named(answers: pd.DataFrame, code: str) -> None:
    assert code in codes(make_export(answers))


def test_sharing_all_questions_between_arms_is_no_confusion_with_questions() -> None:
    assert "different_items" not in codes(make_export(simulate(1, 14, 40, layout="BP")))


def test_a_rehearsal_says_in_its_manifest_that_it_is_simulated() -> None:
    assert "simulated_only" not in codes(make_export(simulate(1, 20, 40), is_rehearsal=True))


def test_a_pilot_and_changed_files_are_named() -> None:
    export = replace(make_export(simulate(1, 20, 40), pilot_only=True), changed=("answers.csv",))

    assert {"pilot_only", "file_changed"} <= codes(export)


def test_questions_that_were_selected_are_named_in_the_words_of_the_plan() -> None:
    said = "The 24 questions of mmlu were selected by gap."
    export = make_export(simulate(1, 20, 40), selection={"statement": said})

    assert [row.message for row in analyse(export).warnings if row.code == "selected_questions"] == [said]
    assert "selected_questions" not in codes(make_export(simulate(1, 20, 40), selection=None))


def test_a_declared_comparison_that_is_not_computed_is_named() -> None:
    export = make_export(simulate(1, 20, 40), analysis={"family": ["complementarity"]})

    (caution,) = [row for row in analyse(export).warnings if row.code == "family_unknown"]

    assert caution.where == ("complementarity",)


def test_an_assistant_told_what_to_argue_for_moves_the_headline_to_its_advice() -> None:
    rows = [
        make_row(
            participant_id=f"p{p}",
            question_id=f"q{q}",
            condition="human_with_model" if (p + q) % 2 else "human_alone",
            right=(p * q) % 3 > 0,
            **({"assistant_mode": "assigned", "advice_correct": q % 2} if (p + q) % 2 else {}),
        )
        for p in range(10)
        for q in range(10)
    ]
    family = ["human_with_model - human_alone", "human_with_model - model_alone"]

    results = analyse(make_export(make_answers(rows), analysis={"family": family}))

    headlines = {row.contrast for row in results.verdicts if row.is_headline}
    assert headlines == {"human_with_model - human_alone", "human_with_model - advice"}
    assert {"assistant_manipulated", "headline_not_declared"} <= {row.code for row in results.warnings}
