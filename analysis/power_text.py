"""Power curves as text for a terminal and as JSON for a program."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from analysis.budget import Budget
from analysis.power import Layout
from analysis.power_curve import Needed, PowerPoint
from analysis.scenario import Against, Scenario

DESIGNS = {
    "counterbalanced": Layout.COUNTERBALANCED,
    "separate": Layout.DIFFERENT_ITEMS,
    "between": Layout.BETWEEN_PARTICIPANTS,
}
_DESIGN_SAID = {
    Layout.COUNTERBALANCED: "everybody in both conditions, every question in both",
    Layout.DIFFERENT_ITEMS: "everybody in both conditions, on different questions",
    Layout.BETWEEN_PARTICIPANTS: "everybody in one condition, every question in both",
}
_AGAINST_SAID = {Against.HUMAN_ALONE: "people alone", Against.MODEL_ALONE: "the model alone"}


@dataclass(frozen=True, slots=True)
class PowerTable:
    """The curve of one task: the study, what people cost, its points, and what a reader must be told."""

    name: str
    scenario: Scenario
    budget: Budget
    points: Sequence[PowerPoint]
    wanted: float
    runs: int
    seed: int
    remarks: Sequence[str] = ()
    needed: Needed | None = None

    @property
    def title(self) -> str:
        """What the curve is of, in one line."""
        what = f"{self.name}: people with the assistant against {_AGAINST_SAID[self.scenario.against]}"
        return f"{what}, a true difference of {100 * self.scenario.difference:.1f} points"


def as_text(table: PowerTable) -> str:
    """The table as a terminal shows it: what is assumed, the numbers, then what they mean."""
    s, many = table.scenario, table.scenario.tests > 1
    lines = [table.title, *_assumed(table), ""]
    header = [
        "People",
        "Questions",
        "Power",
        "Simulated",
        *(["Holm"] if many else []),
        "Finds",
        "Half-width",
        "df",
    ]
    header += ["Hours", "Cost"]
    rows = [header]
    for point in table.points:
        simulated = f"{point.simulated:.3f} ±{2 * point.simulated_se:.3f}"
        rows.append(
            [
                str(point.participants),
                str(point.questions),
                _number(point.closed, 3),
                simulated,
                *([f"{point.simulated_strictest:.3f}"] if many else []),
                _points(point.detectable),
                _points(point.half_width if point.half_width is None or point.half_width < 1 else None),
                _number(point.df, 1),
                f"{point.hours:,.0f}",
                _money(point.cost, table.budget.currency),
            ]
        )
    widths = [max(len(row[place]) for row in rows) for place in range(len(header))]
    lines += ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines += [
        "",
        f"Power: of a two-sided test at {s.alpha:g}, closed form. Simulated: {table.runs:,} studies analysed with the "
        "report's interval, ± two Monte Carlo errors.",
        f"Finds: the smallest true difference found with power {table.wanted:g}. Half-width: how far the 95% interval "
        "is expected to reach to each side. Both in points, closed form.",
    ]
    if many:
        lines.append(
            f"Holm: simulated power at Holm's strictest step, {s.alpha:g}/{s.tests}: what the study's {s.tests} "
            "confirmatory tests leave this one in the worst case."
        )
    lines.append(_costs(table))
    lines += list(table.remarks)
    return "\n".join(lines + _needed(table))


def _assumed(table: PowerTable) -> list[str]:
    s = table.scenario
    passages = f" on {s.passages} passages" if s.passages else ""
    sds = s.sds
    spreads = (
        f"people {sds.participant_level:g} (in the difference {sds.participant_slope:g}), "
        f"questions {sds.item_level:g} ({sds.item_slope:g})"
    )
    if s.passages:
        spreads += f", passages {sds.passage_level:g} ({sds.passage_slope:g})"
    model = f", the model alone {s.of_model:.1%}" if s.against is Against.MODEL_ALONE else ""
    sizes = list(dict.fromkeys(point.questions for point in table.points))
    several = (
        [f"Below the table, and here, the study with {s.questions} questions is meant."]
        if len(sizes) > 1
        else []
    )
    return [
        *several,
        f"{s.questions} questions{passages}, {s.per_person} per person; {_DESIGN_SAID[s.layout]}.",
        f"Assumed: people alone {s.accuracy:.1%} right, with the assistant {s.assisted:.1%}{model}.",
        f"Assumed standard deviations in logits: {spreads}.",
    ]


def _costs(table: PowerTable) -> str:
    budget = table.budget
    said = f"Hours: {budget.minutes:.0f} minutes a person."
    if budget.per_person is None:
        return f"{said} Cost: unknown until --pay or --pay-per-hour says what people earn."
    if budget.model is None or budget.model_once is None:
        return (
            f"{said} Cost: unknown, because the price of a model is; --model-cost gives it for each person."
        )
    parts = f"{_money(budget.per_person, budget.currency)} a person for pay, bonus and fee"
    model = f"{_money(budget.model, budget.currency)} a person for the assistant"
    once = f", {_money(budget.model_once, budget.currency)} for the model alone" if budget.model_once else ""
    return f"{said} Cost: {parts}, {model}{once}."


def _needed(table: PowerTable) -> list[str]:
    found = table.needed
    if found is None:
        return []
    strict = f" at Holm's strictest step ({table.scenario.tests} tests)" if table.scenario.tests > 1 else ""
    if found.participants is None or found.point is None:
        more = (
            f" With {found.questions} questions, everything else in proportion, there is a number that does."
            if found.questions
            else ""
        )
        return [f"Needed for power {found.wanted:g}{strict}: {found.why}{more}"]
    point = found.point
    cost = "" if point.cost is None else f", {_money(point.cost, table.budget.currency)}"
    return [
        f"Needed for power {found.wanted:g}{strict}: {found.participants} participants (simulated "
        f"{point.simulated_strictest:.3f}; {point.hours:,.0f} hours{cost})."
    ]


def as_json(tables: Sequence[PowerTable]) -> list[dict[str, Any]]:
    """Everything unrounded: fractions, currency, hours; null for what is missing."""
    return [_json(table) for table in tables]


def _json(table: PowerTable) -> dict[str, Any]:
    s = table.scenario
    return {
        "task": table.name,
        "design": next(name for name, layout in DESIGNS.items() if layout is s.layout),
        "against": s.against.value,
        "questions": s.questions,
        "per_person": s.per_person,
        "passages": s.passages,
        "accuracy_alone": s.accuracy,
        "accuracy_with_model": s.assisted,
        "difference": s.difference,
        "sds_logits": asdict(s.sds),
        "alpha": s.alpha,
        "tests": s.tests,
        "wanted_power": table.wanted,
        "runs": table.runs,
        "seed": table.seed,
        "budget": asdict(table.budget),
        "points": [asdict(point) for point in table.points],
        "needed": asdict(table.needed) if table.needed else None,
        "remarks": list(table.remarks),
    }


def _number(value: float | None, digits: int) -> str:
    return "—" if value is None else f"{value:.{digits}f}"


def _points(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.1f}"


def _money(value: float | None, currency: str) -> str:
    return "—" if value is None else f"{value:,.2f} {currency}" if value < 100 else f"{value:,.0f} {currency}"
