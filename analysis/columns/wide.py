"""The columns of wide.csv, one row per person: what participants.csv says, the answers by position, the questionnaire.

How many there are depends on the study, so they are made for it, each from the column of the long table that it comes
from: `item.3.choice` is `choice` in answers.csv of the row at position 3.
"""

from collections.abc import Iterable
from dataclasses import replace

from analysis.columns.column import Column, text
from analysis.columns.tables import COLUMNS
from analysis.columns.vocabulary import Table

WIDE = "wide"
PER_ITEM = (
    "question_id",
    "task",
    "condition",
    "protocol",
    "form",
    "option_order",
    "choice",
    "correct_choice",
    "correct",
    "status",
    "confidence",
    "initial_choice",
    "initial_confidence",
    "stance",
    "advice_choice",
    "advice_correct",
    "n_messages",
    "response_time_s",
)
"""What wide.csv repeats of answers.csv; words and times of day stay there."""


def item(position: int, field: str) -> str:
    """The name of a column about the study trial at a position."""
    return f"item.{position}.{field}"


def survey(key: str) -> str:
    """The name of a column about an item of the questionnaire."""
    return f"survey.{key}"


def wide_columns(n_items: int, survey_keys: Iterable[str]) -> tuple[Column, ...]:
    """The columns of a study in which people answered up to so many study trials and these items."""
    answers = {column.name: column for column in COLUMNS[Table.ANSWERS]}
    return (
        *COLUMNS[Table.PARTICIPANTS],
        *(
            replace(
                answers[field],
                name=item(position, field),
                meaning=f"Study trial {position}: {answers[field].meaning}",
                required=False,
            )
            for position in range(1, n_items + 1)
            for field in PER_ITEM
        ),
        *(text(survey(key), f"Questionnaire, item {key}: what was answered") for key in survey_keys),
    )
