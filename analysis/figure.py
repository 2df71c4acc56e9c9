"""The figure of the report: accuracy of each condition with its interval, one panel per task.

Every line is labelled where it stands, so there is no legend; colours are told apart by colour-blind readers and
the three shapes tell conditions apart without colour. Drawn by altair and vl-convert: no browser, no network.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from analysis.columns import Condition
from analysis.results import Estimate
from analysis.words import percent

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
INK, MUTED, GRID = "#1d2429", "#56616a", "#e3e7ea"
COLOURS = {
    str(Condition.HUMAN_ALONE): "#56616a",
    str(Condition.HUMAN_WITH_MODEL): "#0a6a94",
    str(Condition.MODEL_ALONE): "#a65300",
}
SHAPES = {
    str(Condition.HUMAN_ALONE): "circle",
    str(Condition.HUMAN_WITH_MODEL): "diamond",
    str(Condition.MODEL_ALONE): "square",
}
CHANCE = 0.25
STEP = 46
"""Height of one line with its label, in pixels."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the figure; `truth` is known for simulated participants only."""

    panel: str
    label: str
    condition: str
    estimate: float
    low: float | None
    high: float | None
    truth: float | None = None


def lines(
    estimates: Sequence[Estimate],
    panel_name: Callable[[str], str],
    label: Callable[[Estimate], str],
    truth: Callable[[str, str], float | None],
) -> list[Line]:
    """The accuracies to draw, in the order given; a row without an estimate has nothing to draw."""
    return [
        Line(
            panel_name(row.task),
            label(row),
            row.condition,
            row.estimate,
            row.ci_low,
            row.ci_high,
            truth(row.task, row.condition),
        )
        for row in estimates
        if row.estimate is not None
    ]


def accuracy_chart(rows: Sequence[Line], width: int, title: str = "") -> Any:
    """The figure as an altair chart, `width` pixels wide; ValueError when there is nothing to draw."""
    import altair as alt

    if not rows:
        raise ValueError("a figure needs at least one line")
    panels = list(dict.fromkeys(row.panel for row in rows))
    charts = [
        _panel([row for row in rows if row.panel == panel], panel, width, is_last=panel == panels[-1])
        for panel in panels
    ]
    chart = alt.vconcat(
        *charts, spacing=14, background="white", padding={"left": 8, "right": 16, "top": 6, "bottom": 4}
    )
    if title:
        chart = chart.properties(
            title=alt.TitleParams(title, anchor="start", fontSize=15, color=INK, offset=10)
        )
    return (
        chart.configure(font=FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=MUTED, titleColor=MUTED, labelFontSize=12, titleFontSize=12, titleFontWeight="normal"
        )
    )


def _panel(rows: Sequence[Line], panel: str, width: int, is_last: bool) -> Any:
    import altair as alt

    conditions = list(COLOURS)
    values = [
        {
            "place": place,
            "label": row.label,
            "condition": row.condition,
            "estimate": row.estimate,
            "low": row.low,
            "high": row.high,
            "truth": row.truth,
            "value": _value(row),
        }
        for place, row in enumerate(rows)
    ]
    axis = alt.Axis(
        values=[0, 0.25, 0.5, 0.75, 1],
        format="%",
        grid=True,
        gridColor=GRID,
        domain=False,
        ticks=False,
        labels=is_last,
        labelPadding=6,
        title="Right answers (dashed: guessing among four options)" if is_last else None,
        titlePadding=8,
    )
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("place:O", axis=None, scale=alt.Scale(paddingOuter=0.1)),
        color=alt.Color(
            "condition:N", scale=alt.Scale(domain=conditions, range=list(COLOURS.values())), legend=None
        ),
    )
    x = alt.X("estimate:Q", scale=alt.Scale(domain=[0, 1]), axis=axis)
    text: dict[str, Any] = {"baseline": "middle", "dy": -11, "fontSize": 13}
    layers = [
        alt.Chart(alt.InlineData(values=[{"chance": CHANCE}]))
        .mark_rule(strokeDash=[3, 4], color="#8b959c")
        .encode(x=alt.X("chance:Q", scale=alt.Scale(domain=[0, 1]))),
        base.mark_rule(strokeWidth=2.5, yOffset=7, strokeCap="round").encode(
            x=alt.X("low:Q", scale=alt.Scale(domain=[0, 1])), x2="high:Q"
        ),
        base.mark_point(filled=True, size=95, opacity=1, yOffset=7).encode(
            x=x,
            shape=alt.Shape(
                "condition:N", scale=alt.Scale(domain=conditions, range=list(SHAPES.values())), legend=None
            ),
        ),
        base.mark_text(align="left", limit=width - 120, **text).encode(
            x=alt.value(0), text="label:N", color=alt.value(INK)
        ),
        base.mark_text(align="right", fontWeight="bold", **text).encode(x=alt.value(width), text="value:N"),
    ]
    if any(row.truth is not None for row in rows):
        layers.append(
            base.mark_tick(color=INK, thickness=2, size=16, yOffset=7).encode(
                x="truth:Q", color=alt.value(INK)
            )
        )
    return alt.layer(*layers).properties(
        width=width,
        height=STEP * len(rows),
        title=alt.TitleParams(panel, anchor="start", fontSize=14, color=INK, offset=6),
    )


def _value(row: Line) -> str:
    if row.low is None or row.high is None:
        return percent(row.estimate)
    return f"{percent(row.estimate)} ({100 * row.low:.0f}–{100 * row.high:.0f})"


def as_svg(chart: Any) -> str:
    """The chart as an SVG element, without an XML declaration."""
    text = StringIO()
    chart.save(text, format="svg")
    return text.getvalue()


def save(chart: Any, svg: Path, png: Path) -> None:
    """Write the chart as SVG and, at twice its size, as PNG."""
    svg.write_text(as_svg(chart), encoding="utf-8")
    chart.save(str(png), format="png", scale_factor=2)
