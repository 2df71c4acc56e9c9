"""The first screen of the report: one card per task and system, its verdict in plain words and the numbers behind it.

Word and sentence come from the fixed tables in `analysis.standing` and `analysis.verdicts`; nothing is decided here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.complementarity import COMPLEMENTARITY
from analysis.results import Contrast, Results, Rows, Verdict
from analysis.tables import Tables
from analysis.words import comparison_name, points, points_range, task_name

TAGS: Mapping[str, str] = {
    "higher": "more often right",
    "lower": "less often right",
    "not_shown": "not settled",
    "undefined": "no test",
    "beats_both": "beats both",
    "beats_human_only": "beats the human only",
    "beats_model_only": "beats the model only",
    "worse_than_human": "worse than the human",
    "worse_than_model": "worse than the model",
    "worse_than_both": "worse than both",
    "not_settled": "not settled",
}
_COLOURS = {
    "beats_both": "higher",
    "beats_human_only": "higher",
    "beats_model_only": "higher",
    "worse_than_human": "lower",
    "worse_than_model": "lower",
    "worse_than_both": "lower",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison with a baseline: its name, difference, interval and what the test says."""

    name: str
    value: str
    interval: str
    tag: str
    kind: str


@dataclass(frozen=True, slots=True)
class Card:
    """What was found on one task: the word, the sentence, the comparisons, and what the joint test says."""

    title: str
    tag: str
    kind: str
    said: str
    joint: str
    lines: Sequence[Line]


def cards(tables: Tables) -> list[Card]:
    """A card for every task and system of which anything could be compared, on all rows."""
    results = tables.results
    shown = [
        row
        for row in results.verdicts
        if row.rows == Rows.ALL and (row.is_headline or row.contrast == COMPLEMENTARITY)
    ]
    places = list(dict.fromkeys((row.task, row.protocol, row.assistant) for row in shown))
    has_systems = len({place[1:] for place in places}) > 1
    made = []
    for task, *system in places:
        own = [row for row in shown if (row.task, row.protocol, row.assistant) == (task, *system)]
        title = " · ".join([task_name(task), *(part for part in system if part and has_systems)])
        made.append(_card(title, own, tables))
    return made


def _card(title: str, own: Sequence[Verdict], tables: Tables) -> Card:
    heads = [row for row in own if row.is_headline]
    joint = next((row for row in own if row.contrast == COMPLEMENTARITY and row.finding != "undefined"), None)
    first = joint or heads[0]
    said, _, numbers = first.sentence.partition(": ")
    return Card(
        title=title,
        tag=TAGS[first.finding],
        kind=_COLOURS.get(first.finding, first.finding),
        said=said if said.endswith(".") else f"{said}.",
        joint=numbers if joint else "",
        lines=[_line(row, tables) for row in heads],
    )


def _line(verdict: Verdict, tables: Tables) -> Line:
    row = _contrast(verdict, tables.results)
    _, _, against = comparison_name(verdict.contrast, tables.is_simulated).rpartition(", ")
    name = against[0].upper() + against[1:]
    is_told = row is not None and row.estimate is not None
    tag = TAGS[verdict.finding] if is_told else "not there"
    if row is None:
        return Line(name, points(None), points_range(None, None), tag, verdict.finding)
    return Line(name, points(row.estimate), points_range(row.ci_low, row.ci_high), tag, verdict.finding)


def _contrast(verdict: Verdict, results: Results) -> Contrast | None:
    same = ("task", "contrast", "rows", "protocol", "assistant")
    for row in results.contrasts:
        is_plain = row.metric == "accuracy" and row.subgroup is None
        if is_plain and all(getattr(row, name) == getattr(verdict, name) for name in same):
            return row
    return None
