"""The study of a console: prepared until its plan is frozen, watched from then on; and who is let in.

As `running` is for the participants' server, this is what routes, lifespan and screens of the console share. It watches
by connections that can change nothing, in a process of its own, so the participants' server does not wait for it.
"""

import re
import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path

from oversight_app.clock import Clock, SystemClock
from oversight_app.errors import StudyStateError
from oversight_app.gate import Gate, Session
from oversight_app.overview import overview_of
from oversight_app.preparing import NOTHING_FORESEEN, Foresight, Preparing
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
    cookie: str = ""
    """Its name, where people came in before there was a study to name it after."""


@dataclass(frozen=True, slots=True)
class Designing:
    """The same before the plan is frozen."""

    preparing: Preparing
    gate: Gate
    public_url: str = ""
    # Nobody is signed out when the study gets its name. Two consoles on one machine keep their sessions apart.
    cookie: str = field(default_factory=lambda: f"oversight_console_{secrets.token_hex(4)}")


_here: Watching | Designing | None = None
_turning = threading.Lock()


def open_study(
    folder: Path, password: str, *, public_url: str = "", foresight: Foresight = NOTHING_FORESEEN
) -> None:
    """Watch the study in this folder, or prepare one there; raises what is wrong with it, an OversightError."""
    clock = SystemClock()
    gate, preparing = Gate(password, clock), Preparing(folder, clock, foresight)
    if preparing.is_made:
        opened = StudyFolder.open(folder)
        if preparing.is_frozen:
            install(_watching(opened, clock, gate, public_url))
            return
    else:
        preparing.folder.must_be_free()
    install(Designing(preparing, gate, public_url))


def _watching(
    folder: StudyFolder, clock: Clock, gate: Gate, public_url: str, *, cookie: str = ""
) -> Watching:
    store = folder.open_store()
    try:
        researcher = Researcher(store, clock, watches_uptime=True)
    except BaseException:
        store.close()
        raise
    return Watching(folder, researcher, store.for_reading(), gate, public_url, cookie=cookie)


def install(here: Watching | Designing) -> None:
    """Work with these."""
    global _here
    _here = here


def close() -> None:
    """Let go of the study."""
    global _here
    if isinstance(_here, Watching):
        _here.reporting.close()
        _here.reader.close()
        _here.researcher.store.close()
    _here = None


def is_frozen() -> bool:
    """Whether there is a plan; from the moment there is one, by whomever it was frozen, the study is watched."""
    if isinstance(_here, Watching):
        return True
    with _turning:
        here = _either()
        if isinstance(here, Designing) and here.preparing.is_frozen:
            folder = StudyFolder.open(here.preparing.folder.path)
            install(_watching(folder, SystemClock(), here.gate, here.public_url, cookie=here.cookie))
    return isinstance(_here, Watching)


def here() -> Watching:
    """What this process watches."""
    found = _either()
    if isinstance(found, Watching):
        return found
    raise StudyStateError("this study has no plan yet, so there is nothing to watch; freeze one")


def preparing() -> Preparing:
    """What this process prepares."""
    found = _either()
    if isinstance(found, Designing):
        return found.preparing
    raise StudyStateError("The plan of this study is frozen; nothing was changed.")


def gate() -> Gate:
    """Who is let in."""
    return _either().gate


def title() -> str:
    """What the console stands over: the study's title, as far as there is one."""
    found = _either()
    if isinstance(found, Watching):
        return found.researcher.plan.design.title
    return found.preparing.title


def overview() -> Overview:
    """The study in numbers, as it stands now."""
    watching = here()
    return overview_of(watching.reader, watching.researcher.plan, watching.researcher.clock.now())


def session(cookie: str) -> Session | None:
    """Who is in with this cookie."""
    return gate().session(cookie) if cookie else None


def cookie_name() -> str:
    """The cookie of this study's console; the participants' is another one."""
    found = _either()
    if found.cookie or isinstance(found, Designing):
        return found.cookie
    return "oversight_console_" + re.sub(r"[^A-Za-z0-9_-]", "_", found.researcher.plan.study_id)


def _either() -> Watching | Designing:
    if _here is None:
        raise StudyStateError("no study is open in this process; start it with `oversight console STUDY`")
    return _here
