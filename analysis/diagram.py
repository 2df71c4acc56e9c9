"""The reliability diagram: how often answers of each confidence were right, one panel per task and condition.

On the dashed line confidence means what it says; below it people are surer than they are right. Numbers under the
points are counts of answers. Colours and shapes are those of the figure of accuracies, and each panel is named, so
that nothing is told by colour alone.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.figure import COLOURS, GRID, INK, MUTED, SHAPES, configured
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


def reliability_chart(rows: Sequence[Point], columns: int = 3, size: int = 220, title: str = "") -> Any:
    """The diagram as an altair chart, at most `columns` panels wide; ValueError when there is nothing to draw."""
    import altair as alt

    if not rows:
        raise ValueError("a diagram needs at least one point")
    panels = list(dict.fromkeys((row.task, row.label) for row in rows))
    # A task to a line, where its panels fit on one.
    columns = min(columns, max(Counter(task for task, _ in panels).values()))
    charts = [
        _panel([row for row in rows if (row.task, row.label) == panel], size, place % columns == 0)
        for place, panel in enumerate(panels)
    ]
    chart = alt.concat(
        *charts,
        columns=columns,
        spacing=26,
        background="white",
        padding={"left": 1, "right": 10, "top": 6, "bottom": 4},
    )
    if title:
        chart = chart.properties(title=alt.TitleParams(title, anchor="start", offset=12, color=INK))
    return configured(chart)


def _panel(rows: Sequence[Point], size: int, has_title: bool) -> Any:
    import altair as alt

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
    ticks = [0, 0.25, 0.5, 0.75, 1]
    look: dict[str, Any] = {
        "values": ticks,
        "format": "%",
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
    }
    x_axis = alt.Axis(**look, labelPadding=6, title="Confidence", titlePadding=6)
    y_axis = alt.Axis(**look, labelPadding=6, title="Share right" if has_title else None, titlePadding=8)
    x_scale = alt.Scale(domain=[0, 1.03], nice=False)
    y_scale = alt.Scale(domain=[_COUNT_LINE - 0.06, 1.03], nice=False)
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("confidence:Q", scale=x_scale, axis=x_axis)
    )
    ends = alt.InlineData(values=[{"at": 0, "is": 0}, {"at": 1, "is": 1}])
    diagonal = alt.Chart(ends).mark_line(strokeDash=[3, 4], color="#8b959c", strokeWidth=1.5)
    layers = [
        diagonal.encode(x=alt.X("at:Q", scale=x_scale), y=alt.Y("is:Q", scale=y_scale)),
        base.mark_rule(strokeWidth=2, strokeCap="round", color=colour).encode(
            y=alt.Y("low:Q", scale=y_scale), y2="high:Q"
        ),
        base.mark_point(filled=True, size=75, opacity=1, color=colour, shape=shape).encode(
            y=alt.Y("accuracy:Q", scale=y_scale, axis=y_axis)
        ),
        base.mark_text(fontSize=10, color=MUTED, baseline="middle").encode(
            y=alt.Y("count_line:Q", scale=y_scale), text="n:N"
        ),
    ]
    return alt.layer(*layers, view=alt.ViewConfig(stroke=None)).properties(
        width=size,
        height=size,
        title=alt.TitleParams(
            rows[0].label,
            subtitle=rows[0].task,
            anchor="start",
            fontSize=13,
            color=INK,
            subtitleColor=MUTED,
            offset=6,
        ),
    )
