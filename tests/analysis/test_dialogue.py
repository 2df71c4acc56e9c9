"""Messages and resets per assisted trial, against the mean of clusters computed apart."""

import pytest

from analysis.dialogue import dialogues
from analysis.jackknife import Part, jackknife
from analysis.results import Rows
from tests.analysis.builders import make_row, prepared


def test_messages_and_resets_are_means_over_the_assisted_trials_that_enter() -> None:
    counts = {("p1", "q1"): (4, 0), ("p1", "q2"): (8, 1), ("p2", "q1"): (10, 3), ("p2", "q2"): (2, 0)}
    rows = [
        make_row(participant_id=p, question_id=q, condition="human_with_model", n_messages=m, n_resets=r)
        for (p, q), (m, r) in counts.items()
    ]
    void = make_row(question_id="q9", condition="human_with_model", n_messages=90, status="void")
    alone = make_row(question_id="q3")

    answers = prepared([*rows, void, alone])
    found = {row.metric: row for row in dialogues(answers, Rows.ALL)}

    assert found["n_messages"].estimate == pytest.approx(6)
    assert found["n_resets"].estimate == pytest.approx(1)
    used = answers[answers["n_messages"].notna() & (answers["left_out"] == "")]
    jack = jackknife(
        [
            Part(
                1.0,
                used["n_messages"].to_numpy(float),
                used["person"].to_numpy("int64"),
                used["item"].to_numpy("int64"),
            )
        ]
    )
    assert found["n_messages"].se == pytest.approx(jack.se)
    assert found["n_messages"].ci_low is not None
    assert found["n_messages"].ci_low >= 0
    assert "not simulated for counts" in str(found["n_messages"].ci_method)


def test_an_export_without_counts_gives_nulls_that_say_so() -> None:
    found = dialogues(prepared([make_row(condition="human_with_model")]), Rows.ALL)

    assert [(row.metric, row.estimate) for row in found] == [("n_messages", None), ("n_resets", None)]
    assert found[0].note == "No estimate: no trial that enters has n_messages."


def test_one_trial_gives_a_mean_without_an_interval() -> None:
    (messages, _) = dialogues(
        prepared([make_row(condition="human_with_model", n_messages=3, n_resets=0)]), Rows.ALL
    )

    assert (messages.estimate, messages.ci_low) == (3.0, None)
    assert "No interval" in messages.note
