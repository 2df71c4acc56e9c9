"""What an export is of: manifest.json, as far as plan, people and files say it."""

import hashlib
import platform
from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from analysis.columns import SCHEMA, Table
from oversight_app.study.design import AssistantMode, Outcome, Protocol, split_model
from oversight_app.study.events import AnalysisRegistered, Happened, PlanFrozen, iso
from oversight_app.study.plan import Plan
from oversight_app.study.submissions import GIVING_BACK

Row = Mapping[str, Any]


def file_of(table: Table) -> str:
    """The name of a table\'s file."""
    return f"{table.value}.csv"


def sha256_of(path: Path) -> str:
    """64 hex digits over a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest_of(plan: Plan, at: datetime, frozen: PlanFrozen | None) -> dict[str, Any]:
    """What an export is of, as far as the plan says it."""
    design, assistant = plan.design, plan.design.assistant
    provider, model = assistant.provider_and_model
    primary = design.analysis.primary_model_alone
    primary_provider, primary_model = split_model(primary.model) if primary else (provider, model)
    return {
        "schema": SCHEMA,
        "study_id": plan.study_id,
        "title": design.title,
        "exported_at": iso(at),
        "versions": {"oversight": version_of_tool(), "python": platform.python_version()},
        "design": design.design,
        "design_hash": frozen.design_hash if frozen else plan.design_hash,
        "plan_hash": frozen.plan_hash if frozen else plan.plan_hash,
        "frozen_at": plan.frozen_at,
        "seed": design.seed,
        "is_demo": design.design == "demo",
        "pilot_only": plan.pilot_only,
        "pass_question": assistant.pass_question,
        "told_reliability": design.told_reliability,
        "assistant": {
            "provider": provider,
            "model": model,
            "second_model": assistant.second_model or None,
            "protocol": assistant.protocol.value,
            **assistant.rules_in_force,
        },
        "assistant_mode": assistant.mode.value,
        "prices_usd_per_million_tokens": {
            ":".join(split_model(name)): price.model_dump(exclude_none=True)
            for name, price in plan.prices.items()
        },
        "spending_caps_usd": assistant.spending.model_dump(exclude_none=True),
        "selection": plan.selection.about() | {"statement": plan.selection.statement}
        if plan.selection
        else None,
        "language": design.language,
        "answer": {
            "sequence": design.answer.sequence.value,
            "confidence_scale": design.answer.confidence.value,
            "scoring_rule": design.answer.scoring_rule.value,
            "binarised": design.answer.binarised,
            "prize": design.answer.prize or None,
            "currency": design.answer.currency if design.answer.prize else None,
            "belief_after_reply": design.answer.belief_after_reply,
            "reason": design.answer.reason,
            "skip": design.answer.skip,
            "feedback": design.answer.feedback.value,
        },
        "logged": [kind for kind, is_on in design.log if is_on],
        # A model that says what it thinks has an error share too, but nobody declared it.
        # Of two sides in a debate one is wrong, which says nothing of an assistant.
        "declared_error_share": assistant.error_share
        if assistant.mode is AssistantMode.ASSIGNED and assistant.protocol is not Protocol.DEBATE
        else None,
        "primary_model_alone": {
            "provider": primary_provider,
            "model": primary_model,
            "method": primary.method if primary else "zero_shot",
        },
        "analysis": {
            "family": list(design.analysis.family),
            "exclusions": list(design.analysis.exclusions),
            "margin": design.analysis.margin,
            "wmv_panel_size": design.analysis.wmv_panel_size,
            "target_n": design.analysis.target_n,
            **design.analysis.goal,
            "stopping_rule": design.analysis.stopping_rule,
        },
    }


def registration_of(events: Iterable[Happened]) -> dict[str, Any] | None:
    """What was registered, the first time, with its hash and time and how much data there was; None without one."""
    for item in events:
        if isinstance(item.event, AnalysisRegistered):
            said = item.event
            return {
                "registered_at": iso(item.at),
                "sha256": said.sha256,
                "n_people": said.n_people,
                "n_answers": said.n_answers,
            } | dict(said.registered)
    return None


def counts_of(people: Iterable[Row], n_invited: int, n_deleted: int) -> dict[str, int]:
    """How many people came how far."""
    everybody = [row for row in people if row["participant_kind"] != "model"]
    # Simulated participants beside people are not counted as people; a study of simulated ones only is counted by them.
    people = [row for row in everybody if row["participant_kind"] == "human"] or everybody
    return {
        "invited": n_invited,
        "agreed_to_take_part": sum(row["consent_hash"] is not None for row in people),
        "began": sum(row["cell"] is not None for row in people),
        "completed": sum(row["outcome"] == Outcome.COMPLETED for row in people),
        "deleted": n_deleted,
        "withdrew": sum(row["outcome"] == Outcome.WITHDREW for row in people),
        "closed_trials": sum(row["n_closed"] for row in people),
        # As far as the platform's export was read; these people may have answered here all the same.
        **{
            f"{status.name.lower()}_at_platform": sum(row["platform_status"] == status for row in people)
            for status in GIVING_BACK
        },
    }


def version_of_tool() -> str | None:
    """The release that is installed."""
    try:
        return version("oversight")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return None
