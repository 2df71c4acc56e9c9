"""Prepared answers: which systems answered, in which order, and which answers are left out."""

import pandas as pd

from analysis.entries import MODEL, WITH_MODEL, System, is_out, narrowed, prepare, systems
from tests.analysis.builders import make_answers, make_export, make_row


def made(*rows: dict[str, str]) -> pd.DataFrame:
    return narrowed(prepare(make_export(make_answers(list(rows))))[0])


def test_systems_stand_in_alphabetical_order_and_those_without_a_name_at_the_end() -> None:
    told = [("zeta", "few_shot"), (None, "zero_shot"), ("alpha", "zero_shot"), ("alpha", "few_shot")]
    answers = made(
        *(
            make_row(
                condition=MODEL, participant_id=f"m{n}", provider="lab", model=model or "", method=method
            )
            for n, (model, method) in enumerate(told)
        )
    )

    found = [(system.model, system.method, len(own)) for system, own in systems(answers, MODEL)]

    assert found == [
        ("alpha", "few_shot", 1),
        ("alpha", "zero_shot", 1),
        ("zeta", "few_shot", 1),
        (None, "zero_shot", 1),
    ]


def test_a_trial_in_which_nobody_asked_belongs_to_the_assistant_whose_models_are_named_together() -> None:
    answers = made(
        *(
            make_row(
                condition=WITH_MODEL, participant_id=f"p{n}", protocol="chat", assistant="helper", model=model
            )
            for n, model in enumerate(("second", "", "first"))
        )
    )

    ((system, own),) = systems(answers, WITH_MODEL)

    assert system == System(protocol="chat", assistant="helper", model="first + second")
    assert len(own) == 3


def test_a_reason_that_no_answer_has_leaves_none_out() -> None:
    answers = made(make_row(), make_row(participant_id="p2", status="void", choice=""))

    assert is_out(answers, "void").tolist() == [False, True]
    assert is_out(answers, "abandoned").tolist() == [False, False]
    assert is_out(answers, "").tolist() == [True, False]
