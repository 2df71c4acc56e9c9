"""From an export to all results: the one place that joins the estimators."""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from analysis.accuracy import accuracies
from analysis.calibration import calibrations
from analysis.cautions import cautions
from analysis.checks import check_cautions, checks, once_more
from analysis.contrasts import contrasts
from analysis.entries import prepare
from analysis.exclusions import left_out_counts, tally
from analysis.load import Export
from analysis.position import positions
from analysis.results import Contrast, Estimate, Results, Rows
from analysis.timing import response_times
from analysis.verdicts import verdicts

LEVEL = 0.95


def analyse(export: Export) -> Results:
    """Everything the export yields: estimates and contrasts on all rows and, where declared, after exclusions."""
    answers, exclusions = prepare(export)
    accounts = [(Rows.ALL, answers.assign(excluded=False))]
    if any(rule.n_participants is not None for rule in exclusions):
        accounts.append((Rows.AFTER_EXCLUSIONS, answers))
    estimates: list[Estimate] = []
    compared: list[Contrast] = []
    checked: list[Contrast] = []
    for rows, own in accounts:
        estimates += accuracies(own, rows, LEVEL) + calibrations(own, rows) + response_times(own, rows)
        compared += contrasts(own, rows, export.manifest, LEVEL)
        is_new = not checked or own["excluded"].any()
        checked += checks(own, rows, LEVEL) if is_new else once_more(checked, rows)
    # Rules for whole participants do not touch a model alone, so this is said once.
    estimates += positions(accounts[0][1])
    tallies = tally(answers)
    return Results(
        made_from=made_from(export),
        verdicts=verdicts(estimates, compared, answers),
        estimates=estimates,
        contrasts=compared + checked,
        exclusions=left_out_counts(tallies) + exclusions,
        warnings=cautions(export, accounts[0][1], compared) + check_cautions(checked),
        answers_by_status=tallies,
    )


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
        "versions": {"python": platform.python_version()}
        | {name: _version(name) for name in ("oversight", "numpy", "pandas", "scipy")},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
