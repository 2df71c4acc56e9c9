"""The figure of the report: accuracy of each condition with its interval, one panel per task.

Every line is labelled where it stands, so there is no legend; colours are told apart by colour-blind readers and
the three shapes tell conditions apart without colour. Figures are Vega-Lite specifications, drawn by vl-convert: no
browser, no network. They are written out as they are: making them through altair took longer than drawing them.
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
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
ROOM = {"left": 1, "right": 10, "top": 6, "bottom": 4}
"""Around a figure, in pixels."""

Spec = dict[str, Any]
"""A Vega-Lite specification, or a part of one."""


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


def accuracy_chart(rows: Sequence[Line], shape: Shape, title: str = "", subtitle: str = "") -> Spec:
    """The figure as a Vega-Lite specification; ValueError when there is nothing to draw."""
    if not rows:
        raise ValueError("a figure needs at least one line")
    panels = list(dict.fromkeys(row.panel for row in rows))
    charts = [
        _panel([row for row in rows if row.panel == panel], panel, shape, is_last=panel == panels[-1])
        for panel in panels
    ]
    chart: Spec = {"vconcat": charts, "spacing": 14}
    if title:
        chart["title"] = {
            "text": title,
            "subtitle": subtitle,
            "anchor": "start",
            "offset": 12,
            "color": INK,
            "subtitleColor": MUTED,
        }
    return whole(chart)


CONFIG: Spec = {
    "font": FONT,
    "title": {"subtitleFontSize": 12},
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
}
"""The type and greys of the report."""


def whole(chart: Spec) -> Spec:
    """A specification that can be drawn, in the type and greys of the report."""
    return {"$schema": SCHEMA, "background": "white", "padding": ROOM, "config": CONFIG, **chart}


def layer(mark: Spec, encoding: Spec) -> Spec:
    """Marks of one kind, drawn over the marks of the layers before."""
    return {"mark": mark, "encoding": encoding}


def quantity(field: str, **more: Any) -> Spec:
    """A channel that shows a number."""
    return {"field": field, "type": "quantitative", **more}


def name(field: str, **more: Any) -> Spec:
    """A channel that shows a name."""
    return {"field": field, "type": "nominal", **more}


def _panel(rows: Sequence[Line], panel: str, shape: Shape, is_last: bool) -> Spec:
    values = [{**asdict(row), "place": place, "value": _value(row)} for place, row in enumerate(rows)]
    scale = {"domain": [0, 1]}
    axis = {
        "values": [0, 0.25, 0.5, 0.75, 1],
        "format": "%",
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
        "labels": is_last,
        "labelPadding": 6,
        "title": "Share of right answers" if is_last else None,
        "titlePadding": 8,
    }
    line = {"field": "place", "type": "ordinal", "axis": None, "scale": {"paddingOuter": 0.1}}
    coloured = {"y": line, "color": name("condition", scale=_by_condition(COLOURS), legend=None)}
    inked = {"y": line, "color": {"value": INK}}
    shaped = name("condition", scale=_by_condition(SHAPES), legend=None)
    is_beside = shape.label_room > 0
    below: Spec = {} if is_beside else {"yOffset": 7}
    chance = layer(
        {"type": "rule", "strokeDash": [3, 4], "color": "#8b959c"}, {"x": quantity("chance", scale=scale)}
    )
    layers = [
        {"data": {"values": [{"chance": CHANCE}]}, **chance},
        layer(
            {"type": "rule", "strokeWidth": 2.5, "strokeCap": "round", **below},
            {**coloured, "x": quantity("low", scale=scale), "x2": {"field": "high"}},
        ),
        layer(
            {"type": "point", "filled": True, "size": 95, "opacity": 1, **below},
            {**coloured, "x": quantity("estimate", scale=scale, axis=axis), "shape": shaped},
        ),
    ]
    if any(row.truth is not None for row in rows):
        tick = {"type": "tick", "thickness": 2, "size": 18, "opacity": 1, **below}
        layers.append(layer(tick, {**inked, "x": quantity("truth")}))
    text = {"type": "text", "baseline": "middle", "dy": 0 if is_beside else -11, "fontSize": 13}
    halo = {"stroke": "white", "strokeWidth": 4, "strokeJoin": "round"}
    limit = shape.label_room - 12 if is_beside else 180
    for extra in ({},) if is_beside else (halo, {}):
        label = {**text, "align": "left", "limit": limit, **extra}
        layers.append(layer(label, {**inked, "x": {"value": -shape.label_room}, "text": name("label")}))
        value = {**text, "align": "right", "fontWeight": "bold", **extra}
        right = {"value": shape.width + shape.value_room}
        layers.append(layer(value, {**coloured, "x": right, "text": name("value")}))
    return {
        "data": {"values": values},
        "layer": layers,
        "width": shape.width,
        "height": shape.step * len(rows),
        "title": {"text": panel, "anchor": "start", "fontSize": 14, "color": INK, "offset": 6},
    }


def _by_condition(look: Mapping[str, str]) -> Spec:
    return {"domain": list(look), "range": list(look.values())}


def _value(row: Line) -> str:
    if row.low is None or row.high is None:
        return percent(row.estimate)
    return f"{percent(row.estimate)} ({100 * row.low:.0f}–{100 * row.high:.0f})"


def as_svg(chart: Spec) -> str:
    """The drawn specification as an SVG element, without an XML declaration."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(chart))


def save(drawn: str, svg: Path, png: Path) -> None:
    """Write a drawn chart as SVG and, at twice its size, as PNG."""
    import vl_convert

    svg.write_text(drawn, encoding="utf-8")
    png.write_bytes(vl_convert.svg_to_png(drawn, scale=2))
