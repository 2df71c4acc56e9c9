"""The reliability diagram: how often answers of each confidence were right, one panel per task and condition.

On the dashed line confidence means what it says; below it people are surer than they are right. Numbers under the
points are counts of answers. Colours and shapes are those of the figure of accuracies, and each panel is named, so
that nothing is told by colour alone.
"""

import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analysis.figure import COLOURS, GRID, INK, MUTED, SHAPES, Spec, layer, name, quantity, whole
from analysis.reliability import BIN_ACCURACY, BIN_CONFIDENCE
from analysis.results import Estimate, Rows

_COUNT_LINE = -0.09
"""Where counts stand, below the share of 0."""


@dataclass(frozen=True, slots=True)
class Point:
    """One bin of one panel."""

    task: str
    label: str
    condition: str
    confidence: float
    accuracy: float
    low: float | None
    high: float | None
    n: int


def points(
    estimates: Sequence[Estimate], task_name: Callable[[str], str], label: Callable[[Estimate], str]
) -> list[Point]:
    """The bins to draw, on all rows, task by task."""
    own = [row for row in estimates if row.rows == Rows.ALL]
    sure = {row.key[:2] + row.key[3:]: row.estimate for row in own if row.metric == BIN_CONFIDENCE}
    found = [
        Point(
            *(task_name(row.task), label(row), row.condition, x, row.estimate, row.ci_low, row.ci_high),
            n=row.n_answers,
        )
        for row in own
        if row.metric == BIN_ACCURACY and row.estimate is not None
        if (x := sure.get(row.key[:2] + row.key[3:])) is not None
    ]
    panels = list(dict.fromkeys((point.task, point.label) for point in found))
    return sorted(found, key=lambda point: (point.task, panels.index((point.task, point.label))))


def reliability_chart(rows: Sequence[Point], columns: int = 3, size: int = 220, title: str = "") -> Spec:
    """The diagram as a Vega-Lite specification, at most `columns` panels wide; ValueError with nothing to draw."""
    if not rows:
        raise ValueError("a diagram needs at least one point")
    panels = list(dict.fromkeys((row.task, row.label) for row in rows))
    # A task to a line, where its panels fit on one.
    columns = min(columns, max(Counter(task for task, _ in panels).values()))
    charts = [
        _panel([row for row in rows if (row.task, row.label) == panel], size, place % columns == 0)
        for place, panel in enumerate(panels)
    ]
    chart: Spec = {"concat": charts, "columns": columns, "spacing": 26}
    if title:
        chart["title"] = {"text": title, "anchor": "start", "offset": 12, "color": INK}
    return whole(chart)


def _panel(rows: Sequence[Point], size: int, has_title: bool) -> Spec:
    values = [
        {
            "confidence": row.confidence,
            "accuracy": row.accuracy,
            "low": row.low,
            "high": row.high,
            "n": f"{row.n:,}" if row.n < 1000 else f"{row.n / 1000:.1f}k",
            "count_line": _COUNT_LINE,
        }
        for row in rows
    ]
    colour, shape = COLOURS.get(rows[0].condition, INK), SHAPES.get(rows[0].condition, "circle")
    look: Spec = {
        "values": [0, 0.25, 0.5, 0.75, 1],
        "format": "%",
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
    }
    x_axis = {**look, "title": "Confidence", "titlePadding": 6}
    y_axis = {**look, "title": "Share right" if has_title else None, "titlePadding": 8}
    x_scale = {"domain": [0, 1.03], "nice": False}
    y_scale = {"domain": [_COUNT_LINE - 0.06, 1.03], "nice": False}
    x = quantity("confidence", scale=x_scale, axis=x_axis)
    diagonal = layer(
        {"type": "line", "strokeDash": [3, 4], "color": "#8b959c", "strokeWidth": 1.5},
        {"x": quantity("at", scale=x_scale), "y": quantity("is", scale=y_scale)},
    )
    layers = [
        {"data": {"values": [{"at": 0, "is": 0}, {"at": 1, "is": 1}]}, **diagonal},
        layer(
            {"type": "rule", "strokeWidth": 2, "strokeCap": "round", "color": colour},
            {"x": x, "y": quantity("low", scale=y_scale), "y2": {"field": "high"}},
        ),
        layer(
            {"type": "point", "filled": True, "size": 75, "opacity": 1, "color": colour, "shape": shape},
            {"x": x, "y": quantity("accuracy", scale=y_scale, axis=y_axis)},
        ),
        layer(
            {"type": "text", "fontSize": 10, "color": MUTED, "baseline": "middle"},
            {"x": x, "y": quantity("count_line", scale=y_scale), "text": name("n")},
        ),
    ]
    return square(rows[0].label, rows[0].task, size, {"data": {"values": values}, "layer": layers})


def square(label: str, task: str, size: int, drawn: Spec) -> Spec:
    """A square panel of `size` pixels with its name, and its task below."""
    title = {
        "text": textwrap.wrap(label, size // 7),  # a model's long name must not push the panels apart
        "limit": size + 20,
        "subtitle": task,
        "anchor": "start",
        "fontSize": 13,
        "color": INK,
        "subtitleColor": MUTED,
        "offset": 6,
    }
    return {"view": {"stroke": None}, "width": size, "height": size, "title": title, **drawn}
