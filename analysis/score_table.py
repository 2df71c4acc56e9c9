"""The report's table of what confidence is worth: one line per task, condition and system."""

from analysis.coverage import span_of
from analysis.reliability import ECE, ECE_CALIBRATED, ECE_CALIBRATED_HIGH, RELIABILITY, RESOLUTION
from analysis.results import Estimate, Rows
from analysis.scoring import AUROC, BRIER4, LOG_SCORE, OVERCONFIDENCE
from analysis.tables import DisplayTable, Tables, account
from analysis.words import MINUS, MISSING, decimal, percent, percent_range, points, points_range, task_name

_CAPTION = "Whether confidence means what it says, over answers with both; in brackets 95% intervals."
_NOTE = (
    "Over-confidence: mean confidence less share right, in points; 0 is best. Brier score of all four options: 0 to 2, "
    f"0 is best, 0.75 is what 25% on each earns; log score in nats: 0 is best, {MINUS}1.39 is what 25% on each earns. "
    "AUROC: how often a right answer is surer than a wrong one; 50% is no better than chance. Expected calibration "
    "error (ten bins, weighted by answers): above 0 even for a perfectly calibrated person, on average by the next "
    "number and in 95 of 100 cases by less than the last. Reliability and resolution are parts of the Brier score of "
    "the chosen option (Murphy 1973); reliability is best at 0, resolution the larger the better. These intervals are "
    "made like those of accuracy. Those of over-confidence and AUROC held the truth in "
    f"{span_of((OVERCONFIDENCE, AUROC))} of simulated studies; for the other scores it was not simulated how often "
    "they do."
)


def score_table(tables: Tables) -> DisplayTable | None:
    """Scores of confidence; None where nobody gave a confidence."""
    by_place: dict[tuple[str, str], dict[str, Estimate]] = {}
    for row in tables.results.estimates:
        if row.rows in (Rows.ALL, Rows.AFTER_EXCLUSIONS) and row.subgroup is None:
            place = task_name(row.task), tables.label(row) + account(row)
            by_place.setdefault(place, {})[row.metric] = row
    rated = {place: found for place, found in by_place.items() if OVERCONFIDENCE in found}
    if not rated:
        return None
    table = DisplayTable(_CAPTION, [], [], notes=[_NOTE])
    table.header = [
        *("Condition", "Over-confidence", "Brier, four options", "Log score", "AUROC"),
        *("Expected calibration error", "Same, if calibrated", "Reliability", "Resolution"),
    ]
    for place, found in sorted(rated.items(), key=lambda item: item[0][0]):
        over, area = found[OVERCONFIDENCE], found[AUROC]
        table.rows.append(
            [
                *place,
                points(over.estimate) + _brackets(points_range(over.ci_low, over.ci_high)),
                _with_range(found[BRIER4]),
                _with_range(found[LOG_SCORE]),
                percent(area.estimate) + _brackets(percent_range(area.ci_low, area.ci_high)),
                percent(found[ECE].estimate),
                f"{percent(found[ECE_CALIBRATED].estimate)}, {percent(found[ECE_CALIBRATED_HIGH].estimate)}",
                *(decimal(found[metric].estimate, 3) for metric in (RELIABILITY, RESOLUTION)),
            ]
        )
    return table.folded


def _with_range(row: Estimate) -> str:
    span = MISSING if row.ci_low is None else f"{decimal(row.ci_low)} to {decimal(row.ci_high)}"
    return decimal(row.estimate) + _brackets(span)


def _brackets(span: str) -> str:
    return "" if span == MISSING else f" ({span})"
