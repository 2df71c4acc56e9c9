"""How well the rule for strategies agrees with people who coded the same trials by hand: Cohen's kappa.

    kappa = (p_o - p_e)/(1 - p_e),   p_o: share of trials coded alike, p_e: the share that the margins alone give

Cohen (1960); the standard error is the large-sample one of Fleiss, Cohen and Everitt (1969, equation 13). It takes
trials as independent, which those of one participant are not quite.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.entries import WITH_MODEL, System, entering
from analysis.hand_codes import HandCodes
from analysis.jackknife import Floats
from analysis.place import Place
from analysis.results import ALL_TASKS, Estimate, Interval, Role, Rows
from analysis.strategies import RULE, STRATEGIES, StrategyCodes

KAPPA = "kappa"
METHOD = (
    "Fleiss, Cohen and Everitt (1969), normal; trials taken as independent, not validated for small samples or "
    "several trials of one participant"
)
Coder = tuple[str, Mapping[str, Mapping[str, bool | None]]]


def agreements(
    answers: pd.DataFrame,
    codes: Sequence[StrategyCodes],
    sheets: Sequence[HandCodes],
    level: float = 0.95,
) -> list[Estimate]:
    """Kappa per strategy between the rule and each coder, and between coders, over the trials that both coded."""
    by_rule = {row.trial_id: {name: getattr(row, name) for name in STRATEGIES} for row in codes}
    coders: list[Coder] = [("rule", by_rule)]
    coders += [(f"coder_{number}", sheet.codes) for number, sheet in enumerate(sheets, 1)]
    used = entering(answers)
    used = used[used["condition"] == WITH_MODEL]
    place = Place(ALL_TASKS, WITH_MODEL, System(), Rows.ALL)
    found = []
    for (first, mine), (second, others) in combinations(coders, 2):
        for name in STRATEGIES:
            codes_of = (
                used["trial_id"].map({t: row[name] for t, row in who.items()}) for who in (mine, others)
            )
            a, b = codes_of
            both = (a.notna() & b.notna()).to_numpy(bool)
            pairs = pd.crosstab(a[both].astype(bool), b[both].astype(bool))
            table = pairs.reindex(index=[False, True], columns=[False, True], fill_value=0).to_numpy(float)
            note = f"Cohen's kappa of the codes of {_said(first)} and of {_said(second)}, over the trials both coded."
            found.append(
                place.estimate(
                    KAPPA,
                    kappa_interval(table, level),
                    used[both],
                    note,
                    subgroup=f"strategy={name},between={first}+{second}",
                    role=Role.EXPLORATORY,
                )
            )
    return found


def _said(coder: str) -> str:
    return f"rule {RULE}" if coder == "rule" else coder.replace("_", " ")


def kappa_interval(table: Floats, level: float = 0.95) -> Interval:
    """Kappa from a square table of counts, one coder's codes by the other's, with its interval cut at -1 and 1."""
    from scipy.special import ndtri

    n = float(table.sum())
    if n == 0:
        return Interval(level=level, note="No estimate: no trial was coded by both.")
    shares = table / n
    row, column = shares.sum(axis=1), shares.sum(axis=0)
    alike, by_chance = float(np.trace(shares)), float(row @ column)
    if by_chance > 1 - 1e-12:
        return Interval(level=level, note="No estimate: both gave every trial the same code.")
    kappa = (alike - by_chance) / (1 - by_chance)
    diagonal = float((np.diag(shares) * (1 - (row + column) * (1 - kappa)) ** 2).sum())
    apart = shares * (column[:, None] + row[None, :]) ** 2
    beside = (1 - kappa) ** 2 * float(apart.sum() - np.trace(apart))
    variance = (diagonal + beside - (kappa - by_chance * (1 - kappa)) ** 2) / (n * (1 - by_chance) ** 2)
    if variance <= 1e-12:
        return Interval(
            estimate=kappa,
            level=level,
            note="No interval: at complete agreement or disagreement the formula gives none.",
        )
    se = math.sqrt(variance)
    half = float(ndtri((1 + level) / 2)) * se
    return Interval(
        estimate=kappa,
        ci_low=max(-1.0, kappa - half),
        ci_high=min(1.0, kappa + half),
        level=level,
        ci_method=METHOD,
        se=se,
    )


def agreement_lines(estimates: Sequence[Estimate]) -> list[str]:
    """A line for the terminal per kappa: what was coded, by whom, kappa and its interval."""
    lines = []
    for row in estimates:
        if row.metric == KAPPA:
            parts = dict(part.split("=") for part in str(row.subgroup).split(","))
            who = parts["between"].replace("+", " and ").replace("_", " ")
            value = "none" if row.estimate is None else f"{row.estimate:.2f}"
            span = "" if row.ci_low is None else f" ({row.ci_low:.2f} to {row.ci_high:.2f})"
            why = f" {row.note.partition('. ')[0]}." if row.ci_low is None else ""
            lines.append(
                f"Cohen's kappa, {parts['strategy']}, {who}: {value}{span}, {row.n_answers} trials.{why}"
            )
    return lines
