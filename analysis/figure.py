"""The figure of the report: accuracy of each condition with its interval, one panel per task.

Every line is labelled where it stands, so there is no legend; colours are told apart by colour-blind readers and
the three shapes tell conditions apart without colour. Drawn by altair and vl-convert: no browser, no network.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
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


@dataclass(frozen=True, slots=True)
class Shape:
    """Where things stand, in pixels: the scale's width, the height of a line, and the room for labels beside it.

    Without room, labels stand above their lines.
    """

    width: int
    step: int
    label_room: int = 0
    value_room: int = 0


WIDE = Shape(width=430, step=34, label_room=200, value_room=140)
NARROW = Shape(width=305, step=46)


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


def accuracy_chart(rows: Sequence[Line], shape: Shape, title: str = "", subtitle: str = "") -> Any:
    """The figure as an altair chart; ValueError when there is nothing to draw."""
    import altair as alt

    if not rows:
        raise ValueError("a figure needs at least one line")
    panels = list(dict.fromkeys(row.panel for row in rows))
    charts = [
        _panel([row for row in rows if row.panel == panel], panel, shape, is_last=panel == panels[-1])
        for panel in panels
    ]
    chart = alt.vconcat(
        *charts, spacing=14, background="white", padding={"left": 1, "right": 10, "top": 6, "bottom": 4}
    )
    if title:
        said = alt.TitleParams(
            title, subtitle=subtitle, anchor="start", offset=12, color=INK, subtitleColor=MUTED
        )
        chart = chart.properties(title=said)
    return configured(chart)


def configured(chart: Any) -> Any:
    """A chart in the type and greys of the report."""
    return chart.configure(
        font=FONT,
        title={"subtitleFontSize": 12},
        view={"stroke": None},
        axis={
            "labelColor": MUTED,
            "titleColor": MUTED,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
        },
    )


def _panel(rows: Sequence[Line], panel: str, shape: Shape, is_last: bool) -> Any:
    import altair as alt

    values = [{**asdict(row), "place": place, "value": _value(row)} for place, row in enumerate(rows)]
    scale = alt.Scale(domain=[0, 1])
    has_truth = any(row.truth is not None for row in rows)
    axis = alt.Axis(
        values=[0, 0.25, 0.5, 0.75, 1],
        format="%",
        gridColor=GRID,
        domain=False,
        ticks=False,
        labels=is_last,
        labelPadding=6,
        title="Share of right answers" if is_last else None,
        titlePadding=8,
    )
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("place:O", axis=None, scale=alt.Scale(paddingOuter=0.1)),
        color=alt.Color("condition:N", scale=_by_condition(COLOURS), legend=None),
    )
    is_beside = shape.label_room > 0
    below: dict[str, Any] = {} if is_beside else {"yOffset": 7}
    layers = [
        alt.Chart(alt.InlineData(values=[{"chance": CHANCE}]))
        .mark_rule(strokeDash=[3, 4], color="#8b959c")
        .encode(x=alt.X("chance:Q", scale=scale)),
        base.mark_rule(strokeWidth=2.5, strokeCap="round", **below).encode(
            x=alt.X("low:Q", scale=scale), x2="high:Q"
        ),
        base.mark_point(filled=True, size=95, opacity=1, **below).encode(
            x=alt.X("estimate:Q", scale=scale, axis=axis),
            shape=alt.Shape("condition:N", scale=_by_condition(SHAPES), legend=None),
        ),
    ]
    if has_truth:
        tick = base.mark_tick(thickness=2, size=18, opacity=1, **below)
        layers.append(tick.encode(x="truth:Q", color=alt.value(INK)))
    text: dict[str, Any] = {"baseline": "middle", "dy": 0 if is_beside else -11, "fontSize": 13}
    halo: dict[str, Any] = {"stroke": "white", "strokeWidth": 4, "strokeJoin": "round"}
    for extra in ({},) if is_beside else (halo, {}):
        label = base.mark_text(
            align="left", limit=shape.label_room - 12 if is_beside else 180, **text, **extra
        )
        layers.append(label.encode(x=alt.value(-shape.label_room), text="label:N", color=alt.value(INK)))
        value = base.mark_text(align="right", fontWeight="bold", **text, **extra)
        layers.append(value.encode(x=alt.value(shape.width + shape.value_room), text="value:N"))
    return alt.layer(*layers).properties(
        width=shape.width,
        height=shape.step * len(rows),
        title=alt.TitleParams(panel, anchor="start", fontSize=14, color=INK, offset=6),
    )


def _by_condition(look: Mapping[str, str]) -> Any:
    import altair as alt

    return alt.Scale(domain=list(look), range=list(look.values()))


def _value(row: Line) -> str:
    if row.low is None or row.high is None:
        return percent(row.estimate)
    return f"{percent(row.estimate)} ({100 * row.low:.0f}–{100 * row.high:.0f})"


def as_svg(chart: Any) -> str:
    """The chart as an SVG element, without an XML declaration."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(chart.to_dict(validate=False)))


def save(drawn: str, svg: Path, png: Path) -> None:
    """Write a drawn chart as SVG and, at twice its size, as PNG."""
    import vl_convert

    svg.write_text(drawn, encoding="utf-8")
    png.write_bytes(vl_convert.svg_to_png(drawn, scale=2))
