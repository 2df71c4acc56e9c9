"""The power curve as a figure in the report's style: closed form as a line, simulation as points with their error."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.figure import CONFIG, GRID, INK, MUTED, as_svg
from analysis.power_curve import PowerPoint

_COLOURS = ("#0a6a94", "#a65300", "#56616a", "#7a3e8e", "#2f7d4f")
_SHAPES = ("circle", "square", "diamond", "triangle-up", "triangle-down")


def power_chart(points: Sequence[PowerPoint], wanted: float, title: str, subtitle: str) -> Any:
    """The figure as an altair chart; one line per number of questions, labelled where it ends."""
    import altair as alt

    if not points:
        raise ValueError("a figure needs at least one point")
    rows = [
        {
            "participants": point.participants,
            "questions": f"{point.questions} questions",
            "closed": point.closed,
            "simulated": point.simulated,
            "low": max(0.0, point.simulated - 2 * point.simulated_se),
            "high": min(1.0, point.simulated + 2 * point.simulated_se),
        }
        for point in points
    ]
    names = list(dict.fromkeys(f"{point.questions} questions" for point in points))
    last = max(point.participants for point in points)
    x = alt.X(
        "participants:Q",
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(
            gridColor=GRID, domainColor=GRID, ticks=False, labelPadding=6, titlePadding=8, tickMinStep=1
        ),
        title="Participants",
    )
    y_axis = alt.Axis(
        values=[0, 0.2, 0.4, 0.6, 0.8, 1], gridColor=GRID, domain=False, ticks=False, labelPadding=6
    )
    y = alt.Y("closed:Q", scale=alt.Scale(domain=[0, 1]), axis=y_axis, title="Power")
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=x,
        color=alt.Color(
            "questions:N", scale=alt.Scale(domain=names, range=_cycle(_COLOURS, names)), legend=None
        ),
    )
    shape = alt.Shape("questions:N", scale=alt.Scale(domain=names, range=_cycle(_SHAPES, names)), legend=None)
    ends = [row for row in rows if row["participants"] == last]
    layers = [
        alt.Chart(alt.InlineData(values=[{"wanted": wanted}]))
        .mark_rule(strokeDash=[3, 4], color="#8b959c")
        .encode(y="wanted:Q"),
        base.mark_line(strokeWidth=2, interpolate="monotone").encode(y=y),
        base.mark_rule(strokeWidth=2, strokeCap="round").encode(y="low:Q", y2="high:Q"),
        base.mark_point(filled=True, size=60, opacity=1).encode(y="simulated:Q", shape=shape),
    ]
    if len(names) > 1:
        layers.append(
            alt.Chart(alt.InlineData(values=ends))
            .mark_text(align="left", dx=9, fontSize=12, color=INK)
            .encode(x="participants:Q", y="simulated:Q", text="questions:N")
        )
    said = alt.TitleParams(
        title, subtitle=subtitle, anchor="start", offset=12, color=INK, subtitleColor=MUTED
    )
    room = {"left": 1, "right": 12, "top": 6, "bottom": 4}
    chart = alt.layer(*layers).properties(width=480, height=260, title=said, background="white", padding=room)
    return chart.configure(**CONFIG)


def _cycle(values: Sequence[str], names: Sequence[str]) -> list[str]:
    return [values[place % len(values)] for place in range(len(names))]


def save_chart(chart: Any, path: Path) -> None:
    """Write the figure as its name ends: .svg or .png; ValueError for any other ending."""
    match path.suffix.lower():
        case ".svg":
            path.write_text(as_svg(chart.to_dict(validate=False)), encoding="utf-8")
        case ".png":
            chart.save(str(path), format="png", scale_factor=2)
        case ending:
            raise ValueError(f"found a name that ends in {ending!r}, allowed are .svg and .png")
