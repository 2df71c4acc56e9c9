"""Which answers enter, and what was left out, counted.

Two steps that are never mixed. `left_out` gives every answer that no estimate uses its reason: practice, attention
checks, abandoned and void trials, and simulated participants beside real ones. `exclude` then applies the rules that
a study declared before data; each removes whole participants, none looks at accuracy, and each counts what it took.
Every result is given before and after them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.columns import Condition, ParticipantKind, Status
from analysis.export import Export
from analysis.results import Exclusion, Tally

ENTERS = ""
MODEL_ALONE = str(Condition.MODEL_ALONE)


def left_out(answers: pd.DataFrame) -> pd.Series:
    """Why each answer enters no estimate; the empty text for those that enter.

    Reasons: practice, attention_check, abandoned, void, simulated (only where real participants answered as well).
    """
    reason = pd.Series(ENTERS, index=answers.index, dtype="str")
    by_people = answers["condition"] != MODEL_ALONE
    simulated = by_people & (answers["participant_kind"] == ParticipantKind.SIMULATED)
    has_humans = (by_people & (answers["participant_kind"] == ParticipantKind.HUMAN)).any()
    # The first reason counts: a void practice trial is practice.
    for name, applies in (
        ("practice", answers["is_practice"] == 1),
        ("attention_check", answers["is_attention_check"] == 1),
        ("simulated", simulated & bool(has_humans)),
        ("abandoned", answers["status"] == Status.ABANDONED),
        ("void", answers["status"] == Status.VOID),
    ):
        reason = reason.mask((reason == ENTERS) & applies, name)
    return reason


def tally(answers: pd.DataFrame) -> list[Tally]:
    """Count every row of the export once; needs the column `left_out`."""
    keys = ["task", "condition", "status", "left_out"]
    rows = answers[keys].astype("str").fillna({"status": "no status, no choice"})
    counts = rows.groupby(keys, sort=True).size().reset_index(name="n_answers")
    return [Tally(**{str(name): value for name, value in row.items()}) for row in counts.to_dict("records")]


# -- rules for whole participants --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a rule may look at: a participant's trials (attention checks included) and the participants table."""

    answers: pd.DataFrame
    participants: pd.DataFrame | None


class NotApplicable(Exception):
    """The export lacks what a rule needs; the message says what."""


Rule = Callable[[Evidence, Mapping[str, Any]], set[str]]


def failed_attention(evidence: Evidence, settings: Mapping[str, Any]) -> set[str]:
    """Participants who failed more attention checks than `max_failed` (0 unless told).

    A check without a choice is failed; one that was abandoned or void is neither failed nor passed.
    """
    allowed = float(settings.get("max_failed", 0))
    people = evidence.participants
    if people is not None and "n_attention_failed" in people and people["n_attention_failed"].notna().any():
        return _ids(people[people["n_attention_failed"] > allowed])
    closed = ~evidence.answers["status"].isin([Status.ABANDONED, Status.VOID])
    checks = evidence.answers[closed & (evidence.answers["is_attention_check"] == 1)]
    if checks.empty:
        raise NotApplicable("the export has no attention checks")
    failed = (checks["correct"].fillna(0.0) == 0).groupby(checks["participant_id"]).sum()
    return {str(name) for name in failed.index[failed > allowed]}


def failed_comprehension(evidence: Evidence, settings: Mapping[str, Any]) -> set[str]:
    """Participants who needed more than `max_attempts` tries (2 unless told) at the comprehension questions."""
    people = _participants(evidence, "comprehension_attempts")
    return _ids(people[people["comprehension_attempts"] > float(settings.get("max_attempts", 2))])


def too_fast(evidence: Evidence, settings: Mapping[str, Any]) -> set[str]:
    """Participants whose median response time over study trials is below `min_median_s`."""
    if "min_median_s" not in settings:
        raise NotApplicable("the rule needs min_median_s")
    trials = evidence.answers[(evidence.answers["left_out"] == ENTERS) & evidence.answers["has_choice"]]
    if trials["response_time_s"].isna().all():
        raise NotApplicable("the export has no response times")
    medians = trials.groupby("participant_id")["response_time_s"].median()
    return {str(name) for name in medians.index[medians < float(settings["min_median_s"])]}


def external_help(evidence: Evidence, settings: Mapping[str, Any]) -> set[str]:
    """Participants who reported help from elsewhere."""
    people = _participants(evidence, "external_help_reported")
    return _ids(people[people["external_help_reported"] == 1])


def withdrew(evidence: Evidence, settings: Mapping[str, Any]) -> set[str]:
    """Participants who withdrew."""
    people = _participants(evidence, "withdrew")
    return _ids(people[people["withdrew"] == 1])


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (failed_attention, failed_comprehension, too_fast, external_help, withdrew)
}


def _participants(evidence: Evidence, column: str) -> pd.DataFrame:
    if evidence.participants is None or column not in evidence.participants:
        raise NotApplicable(f"the export has no participants.csv with {column}")
    return evidence.participants


def _ids(people: pd.DataFrame) -> set[str]:
    return {str(name) for name in people["participant_id"]}


def exclude(export: Export, answers: pd.DataFrame) -> tuple[pd.Series, list[Exclusion]]:
    """Apply the declared rules: which answers they take out of the estimates, and a count per rule.

    `answers` needs the column `left_out`. A participant removed by two rules is counted by both.
    """
    excluded = pd.Series(False, index=answers.index)
    by_people = answers["condition"] != MODEL_ALONE
    evidence = Evidence(answers[by_people], export.participants)
    counts: list[Exclusion] = []
    for name, settings in export.manifest.exclusions:
        try:
            ids = _rule(name)(evidence, settings)
        except NotApplicable as error:
            note = f"Not applied: {error}."
            counts.append(Exclusion(rule=name, declared=True, n_participants=None, n_answers=None, note=note))
            continue
        removed = by_people & answers["participant_id"].isin(ids)
        enters = removed & (answers["left_out"] == ENTERS)
        excluded |= removed
        counts.append(
            Exclusion(
                rule=name,
                declared=True,
                n_participants=int(answers.loc[removed, "participant_id"].nunique()),
                n_answers=int(enters.sum()),
                note=_said(settings),
            )
        )
    return excluded, counts


def _rule(name: str) -> Rule:
    if name not in RULES:
        raise NotApplicable(f"no rule has this name; known are {', '.join(RULES)}")
    return RULES[name]


def _said(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in settings.items())


def left_out_counts(tallies: Sequence[Tally]) -> list[Exclusion]:
    """The answers that no estimate uses, as rows of `exclusions`: one per reason."""
    totals: dict[str, int] = {}
    for row in tallies:
        if row.left_out != ENTERS:
            totals[row.left_out] = totals.get(row.left_out, 0) + row.n_answers
    return [
        Exclusion(
            rule=reason,
            declared=False,
            n_participants=None,
            n_answers=n,
            note="Trials, not participants; always out.",
        )
        for reason, n in totals.items()
    ]
