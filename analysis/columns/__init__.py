"""The export contract: every table and column that leaves a study, with type, unit and meaning.

The writer (the application's export) and the reader (`analysis.export`) both take names and rules from here,
and `datapackage` turns the same description into the codebook that travels with the files. Only the standard
library is imported, so that writing an export needs no statistics.

In every table: CSV in UTF-8, times in ISO 8601 UTC, flags 0 or 1, an empty cell is a missing value and
nothing else is ("None" and "NA" are text). `cells` says how free text is kept from being run as a formula.
Letters A-D name the options in their original order, whatever was shown.
"""

from analysis.columns.cells import GUARD, GUARD_RULE, guarded, is_free_text, unguarded
from analysis.columns.codebook import codebook
from analysis.columns.column import Column
from analysis.columns.datapackage import datapackage
from analysis.columns.tables import COLUMNS, KEYS, SITE, ordered
from analysis.columns.vocabulary import (
    LETTERS,
    NEVER_COUNTED,
    SCHEMA,
    WITH_CHOICE,
    WITHOUT_CHOICE,
    AdviceSource,
    AdviceStatus,
    Condition,
    ParticipantKind,
    ProbabilitySource,
    Status,
    Table,
    Type,
)
from analysis.columns.wide import PER_ITEM, WIDE, item, survey, wide_columns

__all__ = [
    "COLUMNS",
    "GUARD",
    "GUARD_RULE",
    "KEYS",
    "LETTERS",
    "NEVER_COUNTED",
    "PER_ITEM",
    "SCHEMA",
    "SITE",
    "WIDE",
    "WITHOUT_CHOICE",
    "WITH_CHOICE",
    "AdviceSource",
    "AdviceStatus",
    "Column",
    "Condition",
    "ParticipantKind",
    "ProbabilitySource",
    "Status",
    "Table",
    "Type",
    "codebook",
    "datapackage",
    "guarded",
    "is_free_text",
    "item",
    "ordered",
    "survey",
    "unguarded",
    "wide_columns",
]
