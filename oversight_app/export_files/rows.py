"""What stands in each table of an export, read from one moment of the record."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from analysis.columns import Table
from oversight_app.store.tables import Snapshot
from oversight_app.study.page_times import page_times
from oversight_app.study.passages import paragraphs
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from oversight_app.study.selection import selection_probabilities

Row = Mapping[str, Any]


def rows_of(record: Snapshot, table: Table, questions: Sequence[Row]) -> Iterable[Row]:
    """Everybody's rows of a table; those of people who do not let their data be used are left out by `Withheld`."""
    readers: Mapping[Table, Callable[[], Iterable[Row]]] = {
        Table.ANSWERS: lambda: record.rows("answers"),
        Table.PARTICIPANTS: lambda: record.rows("participants"),
        Table.QUESTIONS: lambda: questions,
        Table.PLAN: lambda: record.rows("trials"),
        Table.MESSAGES: lambda: record.rows("messages"),
        Table.BELIEFS: lambda: record.rows("beliefs"),
        Table.SURVEY: lambda: record.rows("survey"),
        Table.OBSERVATIONS: lambda: record.rows("observations"),
        Table.MODEL_CALLS: lambda: record.rows("model_calls"),
        Table.EVENTS: lambda: record.rows("events"),
        Table.PAGE_TIMES: lambda: page_times(record.rows("page_events")),
    }
    return readers[table]() if table in readers else ()


def planned_rows(bank: Sequence[Question], rows: Iterable[dict[str, Any]], plan: Plan) -> list[Row]:
    """The questions that the plan uses; the rest of the bank belongs to its publisher, not to the study."""
    form_of = {
        question_id: form
        for forms in plan.forms.values()
        for form, slots in forms.items()
        for slot in slots
        for question_id in slot.question_ids
    }
    others = {item.question_id for items in plan.practice.values() for item in items} | set(plan.attention)
    chances = selection_probabilities(bank, plan.forms, plan.design, plan.selection)
    return [
        row
        | {
            "form": form_of.get(row["question_id"]),
            "selection_prob": chances.get(row["question_id"]),
            "passage_text": "\n\n".join(paragraphs(row["passage_text"])) if row["passage_text"] else None,
        }
        for row in rows
        if row["question_id"] in form_of or row["question_id"] in others
    ]
