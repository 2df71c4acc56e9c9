"""Who came, how it ended, and what was promised beside the study's own rule: a table to pay people by."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from oversight_app.store import Store
from oversight_app.study.design import Outcome
from oversight_app.study.events import CompensationGranted
from oversight_app.study.plan import Plan
from oversight_app.study.platforms import PLATFORMS

COLUMNS = (
    "participant_id",
    "platform",
    "platform_id",
    "outcome",
    "code",
    "minutes",
    "reward",
    "reward_currency",
    "compensation",
    "compensation_currency",
    "compensation_reason",
    "bonus_file",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the beginning of a formula."""


def rows(store: Store, plan: Plan) -> Iterator[dict[str, str]]:
    """One row a person, and one more for each promise after the first."""
    promised: dict[str, list[CompensationGranted]] = {}
    for item in store.by_researchers(CompensationGranted.__name__):
        if isinstance(item.event, CompensationGranted):
            promised.setdefault(item.stream, []).append(item.event)
    with store.overview() as counts:
        people, files = list(counts.payments()), counts.bonus_files()
    for person in people:
        who, outcome = str(person["participant_id"]), str(person["outcome"] or "")
        platform, platform_id = _platform(person["parameters"], plan.design.sitting.person_parameter)
        reward = plan.design.sitting.reward if outcome == Outcome.COMPLETED else None
        row = {
            "participant_id": who,
            "platform": platform,
            "platform_id": platform_id,
            "outcome": outcome,
            "code": plan.code(outcome) if outcome and outcome != Outcome.LEFT else "",
            "minutes": _minutes(person["started_at"], person["ended_at"]),
            "reward": f"{Decimal(str(reward)):.2f}" if reward else "",
            "reward_currency": plan.design.sitting.reward_currency if reward else "",
        }
        first, *others = [
            _promise(event) | {"bonus_file": files.get((who, event.key), "")}
            for event in promised.get(who, ())
        ] or [{}]
        yield row | first
        # The reward stands once, so that nobody is paid it twice who adds the columns up.
        yield from (row | {"reward": "", "reward_currency": ""} | other for other in others)


def as_csv(store: Store, plan: Plan) -> str:
    """The table as CSV. What people or platforms wrote is text in a spreadsheet, too, and no formula."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for row in rows(store, plan):
        writer.writerow({name: _as_text(value) for name, value in row.items()})
    return text.getvalue()


def _as_text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _promise(event: CompensationGranted) -> dict[str, str]:
    return {
        "compensation": event.amount,
        "compensation_currency": event.currency,
        "compensation_reason": event.reason,
    }


def _platform(parameters: object, own_parameter: str) -> tuple[str, str]:
    """A platform's name and what it calls the person; empty for whoever came by a link of ours."""
    if not isinstance(parameters, str):
        return "", ""
    given = json.loads(parameters)
    for platform in PLATFORMS:
        if platform.person in given:
            return platform.name, str(given[platform.person])
    return ("other", str(given[own_parameter])) if own_parameter in given else ("", "")


def _minutes(started_at: object, ended_at: object) -> str:
    if not isinstance(started_at, str) or not isinstance(ended_at, str):
        return ""
    lasted = datetime.fromisoformat(ended_at) - datetime.fromisoformat(started_at)
    return f"{lasted.total_seconds() / 60:.1f}"
