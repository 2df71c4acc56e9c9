"""A running study in numbers, read from one moment of the record; nothing is changed by it."""

import shutil
from datetime import datetime

from oversight_app.status import Spending
from oversight_app.store import Store
from oversight_app.study.enrolment import enrolment_of
from oversight_app.study.overview import Overview
from oversight_app.study.plan import Plan


def overview_of(store: Store, plan: Plan, now: datetime) -> Overview:
    """Count what the record's projections hold at this moment."""
    sitting = plan.design.sitting
    enrolment = enrolment_of(store.by_researchers(), sitting.max_participants)
    spending = Spending.of(store, plan)
    with store.overview() as rows:
        return Overview(
            at=now,
            enrolment=enrolment,
            n_places=store.n_places_taken(rows.kind),
            n_connected=rows.n_connected(now),
            cells=rows.cells(),
            funnel=rows.funnel(),
            pace=rows.pace(),
            flags=rows.flags(),
            latency=rows.latency(),
            troubles=rows.troubles(),
            disk_free_bytes=shutil.disk_usage(store.path.parent).free,
            record_bytes=store.path.stat().st_size,
            reward=sitting.reward,
            reward_currency=sitting.reward_currency if sitting.reward else "",
            model_usd=spending.usd,
            n_replies=spending.n_replies,
        )
