"""The figure of beliefs: how often judges were right after each reply, one panel per task and kind of judges.

The solid line with filled points is of the trials that have the turn, with intervals; the dashed line with hollow
points carries the last belief of every trial forward. Where they part, trials that ended differ from those that went
on.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from analysis.belief_table import MOST_TURNS
from analysis.beliefs import ACCURACY, CARRIED
from analysis.figure import COLOURS, GRID, INK, MUTED, configured
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


def belief_chart(rows: Sequence[Turn], size: int = 220, title: str = "") -> Any:
    """The figure as an altair chart; ValueError when there is nothing to draw."""
    import altair as alt

    if not rows:
        raise ValueError("a figure of beliefs needs at least two turns")
    panels = dict.fromkeys((row.task, row.label) for row in rows)
    charts = [
        _panel([row for row in rows if (row.task, row.label) == panel], size, place % _COLUMNS == 0)
        for place, panel in enumerate(panels)
    ]
    chart = alt.concat(
        *charts,
        columns=_COLUMNS,
        spacing=26,
        background="white",
        padding={"left": 1, "right": 10, "top": 6, "bottom": 4},
    )
    if title:
        chart = chart.properties(title=alt.TitleParams(title, anchor="start", offset=12, color=INK))
    return configured(chart)


def _panel(rows: Sequence[Turn], size: int, has_title: bool) -> Any:
    import altair as alt

    colour = COLOURS.get(rows[0].condition, INK)
    look: dict[str, Any] = {"gridColor": GRID, "domain": False, "ticks": False, "labelPadding": 6}
    y_axis = alt.Axis(
        **look, values=[0, 0.25, 0.5, 0.75, 1], format="%", title="Share right" if has_title else None
    )
    scale = alt.Scale(domain=[0, 1])
    base = alt.Chart(alt.InlineData(values=[asdict(row) for row in rows])).encode(
        x=alt.X("turn:O", axis=alt.Axis(**look, title="Turn", labelAngle=0))
    )
    carried = alt.Y("carried:Q", scale=scale)
    right = alt.Y("right:Q", scale=scale, axis=y_axis)
    layers = [
        base.mark_rule(strokeWidth=2, strokeCap="round", color=colour).encode(
            y=alt.Y("low:Q", scale=scale), y2="high:Q"
        ),
        base.mark_line(strokeDash=[4, 3], strokeWidth=1.5, color=MUTED).encode(y=carried),
        base.mark_point(filled=False, size=60, opacity=1, color=MUTED).encode(y=carried),
        base.mark_line(strokeWidth=2, color=colour).encode(y=right),
        base.mark_point(filled=True, size=75, opacity=1, color=colour, shape="diamond").encode(y=right),
    ]
    return alt.layer(*layers, view=alt.ViewConfig(stroke=None)).properties(
        width=size,
        height=size,
        title=alt.TitleParams(
            textwrap.wrap(rows[0].label, size // 7),
            subtitle=rows[0].task,
            anchor="start",
            fontSize=13,
            color=INK,
            subtitleColor=MUTED,
            offset=6,
        ),
    )
