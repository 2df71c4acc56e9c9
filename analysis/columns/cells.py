"""Cells of free text, written so that a spreadsheet shows them and never runs them.

A spreadsheet takes a cell that begins with one of a few signs for a formula, also one that a participant or a model
wrote. Such a cell gets an apostrophe in front, and so does one that begins with an apostrophe: then taking one away
gives back exactly what was written. Numbers, times, flags and closed sets of words are never touched: -0.5 stays a
number.
"""

from analysis.columns.column import Column
from analysis.columns.vocabulary import Type

GUARD = "'"
_RUN_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_GUARDED = (*_RUN_AS_FORMULA, GUARD)
GUARD_RULE = (
    "A cell of free text that begins with = + - @ (also their full-width forms), a tab, a line end or an apostrophe "
    "has one apostrophe in front, so that no spreadsheet runs it as a formula. Take one leading apostrophe off a cell "
    "of free text to have what was written; the analysis does. Numbers, times, flags and closed lists are never marked."
)


def is_free_text(column: Column) -> bool:
    """Whether anybody may have written what stands in this column."""
    return column.type is Type.TEXT and not column.allowed and not column.pattern


def guarded(text: str) -> str:
    """The text as it is written into a CSV file: "=1+1" becomes "'=1+1"."""
    return GUARD + text if text.startswith(_GUARDED) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text.removeprefix(GUARD)
