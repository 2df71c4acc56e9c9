"""Why a table of an export may have no rows: the manifest says it, so that nobody takes it for a fault."""

from collections.abc import Mapping

from analysis.columns import Table

WHY_EMPTY: Mapping[Table, str] = {
    Table.ANSWERS: "No trial was closed when this export was made.",
    Table.PARTICIPANTS: "Nobody had agreed to take part when this export was made.",
    Table.QUESTIONS: "The plan holds no questions.",
    Table.PLAN: "Nobody had begun when this export was made; trials are drawn at that moment.",
    Table.MESSAGES: "Nobody had written to an assistant when this export was made.",
    Table.BELIEFS: "No belief was stated during a trial; a design asks for them with answer.belief_after_reply.",
    Table.MODEL_CALLS: "No model had been asked when this export was made.",
    Table.EVENTS: "Nothing had happened when this export was made.",
    Table.OBSERVATIONS: "Nothing was noted beside answers, or the design's [log] switches it off.",
    Table.SURVEY: "Nobody had come to the questionnaire when this export was made.",
    Table.PAGE_TIMES: "Nobody had come past the first page when this export was made.",
}
