"""The codebook of an export for people: the same columns as in datapackage.json, as Markdown.

Every table has a heading, its key, and a line per column: type, unit, meaning, what it may hold, and what an empty cell
means. Columns of the wide table are explained once and not again for each item.
"""

from collections.abc import Iterable, Mapping

from analysis.columns.cells import GUARD_RULE
from analysis.columns.column import Column
from analysis.columns.tables import COLUMNS, KEYS
from analysis.columns.vocabulary import Table, Type
from analysis.columns.wide import PER_ITEM

_ABOUT: Mapping[Table, str] = {
    Table.ANSWERS: "One row per closed question of a person, and per answer of a model alone. Start here.",
    Table.PARTICIPANTS: "One row per person who was asked to agree, and per model that answered alone.",
    Table.QUESTIONS: "One row per question that the study uses.",
    Table.PLAN: "One row per trial that was drawn, also those that nobody came to.",
    Table.MESSAGES: "One row per message of a chat.",
    Table.BELIEFS: "One row per belief that was stated during a chat.",
    Table.MODEL_CALLS: "One row per request to a model service.",
    Table.EVENTS: "One row per thing that happened, exactly as the record has it; the other tables follow from it.",
    Table.OBSERVATIONS: "One row per observation beside the answers, such as a page that lost the focus.",
    Table.SURVEY: "One row per person and item of the questionnaire.",
    Table.PAGE_TIMES: "One row per page that a person saw.",
}

_TYPES: Mapping[Type, str] = {
    Type.TEXT: "text",
    Type.INTEGER: "whole number",
    Type.NUMBER: "number",
    Type.FLAG: "flag",
    Type.TIME: "time",
    Type.JSON: "JSON",
}

_NO_HELP = "there was no assistant to give advice"
_EMPTY: Mapping[str, str] = {
    "choice": "no option was chosen",
    "correct": "no option was chosen",
    "confidence": "none was stated, or the study did not ask",
    "reason": "no words were written, or the study did not ask",
    "initial_choice": "no answer was taken before help",
    "initial_confidence": "no answer was taken before help, or no confidence",
    "p_source": "no probabilities were stated",
    "stance": "nobody was told what to argue for",
    "first_advice_choice": "no advice was stated",
    "advice_choice": "no advice was stated, or speakers differed",
    "advice_status": _NO_HELP,
    "advice_source": _NO_HELP,
    "model": "no model took part in this row",
    "provider": "no model took part in this row",
    "method": "not an answer of a model alone",
    "text": "no text",
    "answer": "nothing was answered",
    "outcome": "the sitting is not over",
    "ended_at": "the sitting is not over",
    "cell": "never came to Begin, or is a model",
    "assigned_at": "never came to Begin",
    "form": "not one of the study questions",
    "position": "not a study trial (practice or attention check), or a model alone",
    "response_time_s": "no person's answer, or the question was never shown",
    "error": "nothing went wrong",
    "trouble": "nothing went wrong",
}
_PROBABILITIES = "no probability was stated for this option"


def codebook(
    tables: Iterable[tuple[str, str]],
    *,
    title: str = "",
    wide: str = "",
    note: str = "",
) -> str:
    """The codebook of these tables (name and path of each), in Markdown; `wide` is the path of the wide table."""
    lines = [
        f"# Codebook{f': {title}' if title else ''}",
        "",
        "All tables are CSV in UTF-8 with a header, separated by commas. Times are ISO 8601 in UTC, flags are 0 or 1, "
        "an empty cell is a missing value and nothing else is. The letters A to D name the options in their original "
        "order, whatever order was shown. `manifest.json` has the SHA-256 of each file and the number of rows of each "
        "table; `datapackage.json` has this codebook for programs.",
        "",
        GUARD_RULE,
    ]
    if note:
        lines += ["", note]
    for name, path in tables:
        lines += _table(Table(name), path)
    if wide:
        lines += _wide(wide)
    return "\n".join(lines) + "\n"


def _table(table: Table, path: str) -> list[str]:
    key = KEYS.get(table)
    return [
        "",
        f"## {path}",
        "",
        _ABOUT[table] + (f" Key: {', '.join(f'`{name}`' for name in key)}." if key else ""),
        "",
        "| column | type | unit | meaning | allowed | empty means |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_line(column) for column in COLUMNS[table]),
    ]


def _line(column: Column) -> str:
    cells = (
        f"`{column.name}`",
        _TYPES[column.type],
        column.unit,
        column.meaning,
        _allowed(column),
        _empty(column),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _allowed(column: Column) -> str:
    if column.allowed:
        return ", ".join(f"`{value}`" for value in column.allowed)
    if column.pattern:
        return f"text of the form `{column.pattern}`"
    if column.type is Type.FLAG:
        return "`0`, `1`"
    match column.minimum, column.maximum:
        case None, None:
            return ""
        case low, None:
            return f"{low:g} or more"
        case None, high:
            return f"{high:g} or less"
        case low, high:
            return f"{low:g} to {high:g}"


def _empty(column: Column) -> str:
    if column.required:
        return "never empty"
    if "empty" in column.meaning:
        return "see meaning"
    if column.name.removeprefix("initial_") in ("p_a", "p_b", "p_c", "p_d"):
        return _PROBABILITIES
    return _EMPTY.get(column.name, "does not apply to this row, or is not known")


def _wide(path: str) -> list[str]:
    return [
        "",
        f"## {path}",
        "",
        "One row per person; models that answer alone are not in it. Key: `participant_id`. It repeats other tables "
        "for programs that want one row per person, and holds nothing else:",
        "",
        "- every column of participants.csv, under its own name;",
        "- `item.k.field`: the column `field` of answers.csv for the study trial at position k (1, 2, ...); "
        f"field is one of {', '.join(f'`{name}`' for name in PER_ITEM)}. Practice and attention checks are "
        "left out. All cells of an item are empty where that person never closed it;",
        "- `survey.item`: the answer to an item of the questionnaire, as in survey.csv.",
    ]
