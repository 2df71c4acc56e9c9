"""The study that a console watches: its researcher's verbs, its counts, and who is let in.

As `running` is for the participants' server, this is what routes, lifespan and screens of the console share. It reads
by connections that can change nothing, in a process of its own, so the participants' server does not wait for it.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from oversight_app.clock import SystemClock
from oversight_app.errors import StudyStateError
from oversight_app.gate import Gate, Session
from oversight_app.overview import overview_of
from oversight_app.reporting import Reporting
from oversight_app.researcher import Researcher
from oversight_app.store import Store
from oversight_app.study.overview import Overview
from oversight_app.study_folder import StudyFolder


@dataclass(frozen=True, slots=True)
class Watching:
    """What the process holds open. `public_url` is where participants reach the study, empty when nobody said."""

    folder: StudyFolder
    researcher: Researcher
    reader: Store
    gate: Gate
    public_url: str = ""
    reporting: Reporting = field(default_factory=Reporting)


_watching: Watching | None = None


def open_study(folder: Path, password: str, *, public_url: str = "") -> None:
    """Watch the study in this folder; raises what is wrong with it, an OversightError."""
    opened = StudyFolder.open(folder)
    store, clock = opened.open_store(), SystemClock()
    try:
        researcher = Researcher(store, clock, watches_uptime=True)
    except BaseException:
        store.close()
        raise
    install(Watching(opened, researcher, store.for_reading(), Gate(password, clock), public_url))


def install(watching: Watching) -> None:
    """Watch with these."""
    global _watching
    _watching = watching


def close() -> None:
    """Let go of the study."""
    global _watching
    if _watching is not None:
        _watching.reporting.close()
        _watching.reader.close()
        _watching.researcher.store.close()
        _watching = None


def here() -> Watching:
    """What this process watches."""
    if _watching is None:
        raise StudyStateError("no study is open in this process; start it with `oversight console STUDY`")
    return _watching


def overview() -> Overview:
    """The study in numbers, as it stands now."""
    watching = here()
    return overview_of(watching.reader, watching.researcher.plan, watching.researcher.clock.now())


def session(cookie: str) -> Session | None:
    """Who is in with this cookie."""
    return here().gate.session(cookie) if cookie else None


def cookie_name() -> str:
    """The cookie of this study's console; the participants' is another one."""
    return "oversight_console_" + re.sub(r"[^A-Za-z0-9_-]", "_", here().researcher.plan.study_id)
