"""The share of assisted trials without a question, by hand."""

import pytest

from analysis.asking import nothing_asked
from analysis.results import Rows
from tests.analysis.builders import make_row, prepared


def trials(messages: list[object], **cells: object) -> list[dict[str, str]]:
    return [
        make_row(
            condition="human_with_model",
            participant_id=f"p{n % 3}",
            question_id=f"q{n}",
            n_messages=text,
            **cells,
        )
        for n, text in enumerate(messages)
    ]


def test_a_trial_without_a_message_is_one_in_which_nothing_was_asked() -> None:
    (row,) = nothing_asked(prepared(trials([0, 2, 1, 0, "", 5])), Rows.ALL)

    assert row.estimate == pytest.approx(2 / 5)
    assert row.n_answers == 5
    assert row.ci_method is None or "not for this share" in row.ci_method


def test_where_everybody_asks_the_share_is_zero_with_an_exact_interval() -> None:
    (row,) = nothing_asked(prepared(trials([1, 1, 2, 3])), Rows.ALL)

    assert row.estimate == 0
    assert row.ci_method == "Clopper-Pearson over answers"


@pytest.mark.parametrize("protocol", ["debate", "advice", "critique"])
def test_where_nobody_may_write_nothing_is_said(protocol: str) -> None:
    assert nothing_asked(prepared(trials([0, 0, 0], protocol=protocol)), Rows.ALL) == []


def test_without_counts_of_messages_nothing_is_said() -> None:
    assert nothing_asked(prepared(trials(["", ""])), Rows.ALL) == []


def test_a_task_without_counts_leaves_all_tasks_without_a_number() -> None:
    rows = [
        *trials([0, 1]),
        *(row | {"task": "quality", "question_id": "z", "n_messages": ""} for row in trials([1])),
    ]

    found = {row.task: row for row in nothing_asked(prepared(rows), Rows.ALL)}

    assert found["mmlu"].estimate == pytest.approx(1 / 2)
    assert found["all"].estimate is None
    assert found["all"].note
