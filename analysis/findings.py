"""From an export to all results: the one place that joins the estimators."""

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from analysis.accuracy import accuracies
from analysis.agreement import agreements
from analysis.asking import nothing_asked
from analysis.associations import associations
from analysis.attrition import attrition
from analysis.beliefs import beliefs
from analysis.calibration import calibrations
from analysis.cautions import cautions
from analysis.checks import check_cautions, checks, once_more
from analysis.coding import strategy_codes, strategy_shares, with_codes
from analysis.complementarity import complementarities
from analysis.contrasts import DEFAULT_FAMILY, contrasts, headlines
from analysis.deference import deferences
from analysis.departures import departures
from analysis.dialogue import dialogues
from analysis.entries import prepare
from analysis.equivalence import equivalences
from analysis.exclusions import left_out_counts, tally
from analysis.export import Export
from analysis.gap import gaps
from analysis.hand_codes import HandCodes
from analysis.individuals import individuals
from analysis.outliers import outliers, removal
from analysis.paper import estimates_without_outliers, table_1
from analysis.position import positions
from analysis.protocols import protocols
from analysis.reliability import reliabilities
from analysis.reliance import reliances
from analysis.results import Contrast, Estimate, Results, Rows
from analysis.revision import changes, revisions
from analysis.scoring import scores
from analysis.selection_weights import weighted_by_selection
from analysis.sensitivity import sensitivities, sensitivity_cautions
from analysis.standing import standings
from analysis.subjects import subjects
from analysis.timing import response_times
from analysis.verdicts import verdicts
from analysis.versions import version_cautions
from analysis.weighted_majority import PANEL_SIZE, weighted_majorities

LEVEL = 0.95


def analyse(
    export: Export, wmv_panel_size: int | None = None, hand_codes: Sequence[HandCodes] = ()
) -> Results:
    """Everything the export yields: estimates and contrasts on all rows and, where declared, after exclusions.

    `wmv_panel_size` is the number of voters in a panel of the weighted majority vote where questions have different
    voters; None takes the declared one, else 5. `hand_codes` are coders' sheets, to hold the rule for
    strategies against.
    """
    answers, exclusions = prepare(export)
    codes = strategy_codes(answers, export.said)
    answers = with_codes(answers, codes)
    panel_size = wmv_panel_size or export.manifest.wmv_panel_size or PANEL_SIZE
    accounts = [(Rows.ALL, answers.assign(excluded=False))]
    if any(rule.n_participants is not None for rule in exclusions):
        accounts.append((Rows.AFTER_EXCLUSIONS, answers))
    estimates: list[Estimate] = []
    compared: list[Contrast] = []
    further: list[Contrast] = []
    checked: list[Contrast] = []
    between: list[Contrast] = []
    for rows, own in accounts:
        estimates += accuracies(own, rows, LEVEL) + calibrations(own, rows) + response_times(own, rows)
        estimates += weighted_majorities(own, rows, panel_size, LEVEL)
        estimates += dialogues(own, rows, LEVEL) + individuals(own, rows, LEVEL)
        estimates += scores(own, rows, LEVEL) + reliabilities(own, rows, LEVEL)
        family = export.manifest.family if export.manifest.family is not None else DEFAULT_FAMILY
        baselines = contrasts(own, rows, export.manifest, LEVEL)
        baselines, pairs = protocols(own, rows, baselines, family, LEVEL)
        estimates += beliefs(export.beliefs, own, rows, LEVEL)
        compared += baselines
        between += pairs
        further += deferences(own, rows, LEVEL) + sensitivities(export, own, rows, LEVEL)
        further += subjects(own, rows, LEVEL)
        weighted, over_all = weighted_by_selection(export, own, rows, LEVEL)
        estimates += weighted
        further += over_all
        estimates += gaps(own, rows, export.manifest, estimates, LEVEL) + nothing_asked(own, rows, LEVEL)
        followed, beyond_base = reliances(own, rows, LEVEL)
        estimates += followed + revisions(own, rows, LEVEL)
        further += beyond_base
        estimates += strategy_shares(own, rows, LEVEL) + associations(own, rows, LEVEL)
        is_new = not checked or own["excluded"].any()
        checked += checks(own, rows, LEVEL) if is_new else once_more(checked, rows)
    baseline = headlines(answers)
    joint = complementarities(compared, baseline)
    further += equivalences(compared, export.manifest.margin)
    estimates += agreements(accounts[0][1], codes, hand_codes, LEVEL)
    # Rules for whole participants do not touch a model alone, so this is said once.
    estimates += positions(accounts[0][1])
    found = outliers(accounts[0][1])
    estimates += estimates_without_outliers(accounts[0][1], estimates, found, panel_size, LEVEL)
    tallies = tally(answers)
    return Results(
        made_from=made_from(export),
        verdicts=verdicts(estimates, compared, answers) + standings(compared, joint, baseline, answers),
        estimates=estimates,
        contrasts=compared + joint + between + further + checked,
        exclusions=left_out_counts(tallies) + exclusions + removal(accounts[0][1], found),
        warnings=cautions(export, accounts[0][1], compared, between)
        + check_cautions(checked)
        + sensitivity_cautions(compared, further)
        + version_cautions(export, answers),
        answers_by_status=tallies,
        table1=table_1(accounts[0][1], estimates),
        changes=changes(accounts[0][1], export.messages),
        attrition=attrition(export.participants),
        strategy_codes=codes,
        departures=departures(export, answers, exclusions, compared, wmv_panel_size),
    )


_PACKAGES = ("oversight", "numpy", "pandas", "scipy", "vl-convert-python")
"""What the numbers and figures depend on."""


def made_from(export: Export) -> dict[str, Any]:
    """What the results were made from: the study, the files with their SHA-256, the versions."""
    manifest = export.manifest
    return {
        "source": export.source,
        "study_id": manifest.text("study_id"),
        "title": manifest.text("title"),
        "design_hash": manifest.text("design_hash"),
        "plan_hash": manifest.text("plan_hash"),
        "seed": manifest.raw.get("seed"),
        "is_demo": manifest.flag("is_demo"),
        "is_rehearsal": manifest.flag("is_rehearsal"),
        "n_answer_rows": len(export.answers),
        "files": dict(export.files),
        "stream_heads": dict(manifest.mapping("stream_heads")),
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
