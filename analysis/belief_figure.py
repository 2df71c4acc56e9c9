"""The figure of beliefs: how often judges were right after each reply, one panel per task and kind of judges.

The solid line with filled points is of the trials that have the turn, with intervals; the dashed line with hollow
points carries the last belief of every trial forward. Where they part, trials that ended differ from those that went
on.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from analysis.belief_table import MOST_TURNS
from analysis.beliefs import ACCURACY, CARRIED
from analysis.diagram import square
from analysis.figure import COLOURS, GRID, INK, MUTED, Spec, layer, quantity, whole
from analysis.results import Estimate, Rows

_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of one panel in both accounts."""

    task: str
    label: str
    condition: str
    turn: int
    right: float
    low: float | None
    high: float | None
    carried: float | None


def turns(
    estimates: Sequence[Estimate], task_name: Callable[[str], str], label: Callable[[Estimate], str]
) -> list[Turn]:
    """The turns to draw, on all rows, of panels that have at least two."""
    own = [row for row in estimates if row.rows == Rows.ALL and row.metric in (ACCURACY, ACCURACY + CARRIED)]
    carried = {row.key[:2] + row.key[3:]: row.estimate for row in own if row.metric == ACCURACY + CARRIED}
    found = []
    for row in own:
        if row.metric == ACCURACY and row.estimate is not None:
            said, _, judges = (row.subgroup or "").partition(", ")
            found.append(
                Turn(
                    task_name(row.task),
                    label(row) + (", models as judges" if judges else ""),
                    row.condition,
                    int(said.removeprefix("turn=")),
                    row.estimate,
                    row.ci_low,
                    row.ci_high,
                    carried.get(row.key[:2] + row.key[3:]),
                )
            )
    panels = [(turn.task, turn.label) for turn in found if turn.turn < MOST_TURNS]
    return [turn for turn in found if panels.count((turn.task, turn.label)) > 1 and turn.turn < MOST_TURNS]


def belief_chart(rows: Sequence[Turn], size: int = 220, title: str = "") -> Spec:
    """The figure as a Vega-Lite specification; ValueError when there is nothing to draw."""
    if not rows:
        raise ValueError("a figure of beliefs needs at least two turns")
    panels = dict.fromkeys((row.task, row.label) for row in rows)
    charts = [
        _panel([row for row in rows if (row.task, row.label) == panel], size, place % _COLUMNS == 0)
        for place, panel in enumerate(panels)
    ]
    chart: Spec = {"concat": charts, "columns": _COLUMNS, "spacing": 26}
    if title:
        chart["title"] = {"text": title, "anchor": "start", "offset": 12, "color": INK}
    return whole(chart)


def _panel(rows: Sequence[Turn], size: int, has_title: bool) -> Spec:
    colour = COLOURS.get(rows[0].condition, INK)
    look: Spec = {"gridColor": GRID, "domain": False, "ticks": False, "labelPadding": 6}
    shares = {"values": [0, 0.25, 0.5, 0.75, 1], "format": "%", "title": "Share right" if has_title else None}
    scale = {"domain": [0, 1]}
    x = {"field": "turn", "type": "ordinal", "axis": {**look, "title": "Turn", "labelAngle": 0}}
    carried = {"x": x, "y": quantity("carried", scale=scale)}
    right = {"x": x, "y": quantity("right", scale=scale, axis={**look, **shares})}
    layers = [
        layer(
            {"type": "rule", "strokeWidth": 2, "strokeCap": "round", "color": colour},
            {"x": x, "y": quantity("low", scale=scale), "y2": {"field": "high"}},
        ),
        layer({"type": "line", "strokeDash": [4, 3], "strokeWidth": 1.5, "color": MUTED}, carried),
        layer({"type": "point", "filled": False, "size": 60, "opacity": 1, "color": MUTED}, carried),
        layer({"type": "line", "strokeWidth": 2, "color": colour}, right),
        layer(
            {"type": "point", "filled": True, "size": 75, "opacity": 1, "color": colour, "shape": "diamond"},
            right,
        ),
    ]
    values = [asdict(row) for row in rows]
    return square(rows[0].label, rows[0].task, size, {"data": {"values": values}, "layer": layers})
