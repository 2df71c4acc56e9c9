"""The study this process serves: its one Proctor and Replies, and who stands behind a cookie.

Routes, lifespan and screens live in different worlds (a web framework, an event loop, scripts run again and again);
this module is what they share. It holds the doors to the record and no truth of its own: kill the process, start
another, and nothing is missing.
"""

import base64
import json
import logging
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from oversight_app.clock import SystemClock
from oversight_app.errors import StudyStateError
from oversight_app.presence import Connections, Presence
from oversight_app.proctor import Proctor
from oversight_app.providers import prepare, provider_for
from oversight_app.replies import Replies
from oversight_app.study.platforms import Arrival, read_arrival
from oversight_app.study_folder import StudyFolder
from oversight_app.words import Words

_LOG = logging.getLogger("oversight")
_SWEEP_EVERY_S = 0.25
"""So much later than its deadline, at most, and as long as the closing takes, a trial is closed with all tabs shut."""
_PLATFORM = "j."
"""Begins the cookie of somebody who came from a recruiting platform; invitation tokens have no dot."""


@dataclass(frozen=True, slots=True)
class Running:
    """What the process holds open. `public_url` is where participants reach it, empty when nobody said."""

    proctor: Proctor
    replies: Replies
    public_url: str = ""
    words: Words = field(default_factory=lambda: Words.from_dict({}))
    """What the interface says: the plan's words, read once."""
    presence: Presence = field(default_factory=lambda: Presence(SystemClock().now()))
    """In which of their tabs people are working."""
    jottings: dict[str, dict[str, object]] = field(default_factory=dict)
    """What people have on a page that they have not handed in, by participant and field."""


connections = Connections()
_known: dict[str, str] = {}
"""Who stands behind which cookie; that never changes, and the sweeper asks all the time."""
_running: Running | None = None
_stopping = threading.Event()
_sweeper: threading.Thread | None = None


# -- opening and closing ---------------------------------------------------------------------------


def open_study(folder: Path, *, public_url: str = "") -> None:
    """Open the study in this folder and start sweeping it; raises what is wrong with it, an OversightError."""
    store = StudyFolder.open(folder).open_store()
    clock = SystemClock()
    try:
        opened = Proctor(store, clock, watches_uptime=True)
        assistant = opened.plan.design.assistant
        provider, _ = provider_for(assistant.model, clock=clock)
        second = provider_for(assistant.second_model, clock=clock)[0] if assistant.second_model else None
    except BaseException:
        store.close()
        raise
    install(opened, Replies(opened, provider, second=second), public_url=public_url)
    _start_sweeper()
    # Beside everything else: the server answers at once, and the SDK is there before the first message is.
    for asked in filter(None, (provider, second)):
        threading.Thread(target=prepare, args=(asked,), name="preparing", daemon=True).start()


def install(proctor: Proctor, replies: Replies, *, public_url: str = "") -> None:
    """Serve with these."""
    global _running
    # A plan frozen before the interface had languages has no words of its own.
    words = Words.from_dict(getattr(proctor.plan, "words", {}))
    _running = Running(proctor, replies, public_url, words)


def close() -> None:
    """Stop sweeping, keep what is half written, and let go of the study."""
    global _running, _sweeper
    _stopping.set()
    if _sweeper is not None:
        _sweeper.join(timeout=5)
        _sweeper = None
    if _running is not None:
        _running.replies.close()
        _running.proctor.store.close()
        _running = None


def _start_sweeper() -> None:
    global _sweeper
    _stopping.clear()
    _sweep()  # what came due while no server ran is closed before the first visitor comes
    _sweeper = threading.Thread(target=_keep_sweeping, name="sweeper", daemon=True)
    _sweeper.start()


def _keep_sweeping() -> None:
    while not _stopping.wait(_SWEEP_EVERY_S):
        _sweep()


def _sweep() -> None:
    """Close what is due, also when every tab is closed."""
    try:
        proctor().sweep(present)
        replies().sweep()
    except Exception:
        # The next second may go better; a sweeper that dies would leave trials open for good.
        _LOG.exception("the sweep failed and will be tried again")


def present() -> list[str]:
    """The participants who hold a connection to this process."""
    found = []
    for cookie in connections.cookies():
        who = _known.get(cookie) or participant_behind(cookie)
        if who is not None:
            _known[cookie] = who
            found.append(who)
    return found


# -- what the doors and screens ask for --------------------------------------------------------------


def proctor() -> Proctor:
    """The process's one Proctor."""
    return _open().proctor


def replies() -> Replies:
    """The process's one Replies."""
    return _open().replies


def words() -> Words:
    """What the interface says; English where no study is open, so that trouble can always be told."""
    return Words.from_dict({}) if _running is None else _running.words


def presence() -> Presence:
    """In which of their tabs the participants of this process are working."""
    return _open().presence


def jottings(participant_id: str) -> dict[str, object]:
    """What a participant has on pages that are not handed in yet, to be read and changed."""
    return _open().jottings.setdefault(participant_id, {})


def study_id() -> str:
    """The id of the study being served."""
    return proctor().plan.study_id


def public_url() -> str:
    """Where participants reach this process, without a slash at its end; empty when nobody said."""
    return _open().public_url


def is_public_https() -> bool:
    """Whether participants come over https, so that cookies may never travel without it."""
    return public_url().lower().startswith("https://")


def _open() -> Running:
    if _running is None:
        raise StudyStateError("no study is open in this process; start it with `oversight serve STUDY`")
    return _running


# -- who is visiting -----------------------------------------------------------------------------------


def cookie_name() -> str:
    """The cookie of this study; two studies on one host do not mix their visitors up."""
    return "oversight_" + re.sub(r"[^A-Za-z0-9_-]", "_", study_id())


def arrival(given: Iterable[tuple[str, str]]) -> Arrival | None:
    """Who comes from a platform with these parameters of a link; None where they name nobody."""
    return read_arrival(given, proctor().plan.design.sitting.person_parameter)


def platform_cookie(arrived: Arrival) -> str:
    """The cookie of a visitor who came from a platform. It is their link once more, and no secret."""
    text = json.dumps(dict(arrived.parameters), ensure_ascii=False, separators=(",", ":"))
    return _PLATFORM + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def participant_behind(cookie: str) -> str | None:
    """The participant with this cookie; None for anything that is not one of ours."""
    if not cookie.startswith(_PLATFORM):
        return proctor().participant_of(cookie) if cookie else None
    return proctor().participant_from_platform(_parameters(cookie))


def _parameters(cookie: str) -> dict[str, str]:
    packed = cookie.removeprefix(_PLATFORM)
    try:
        given = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    except (ValueError, RecursionError):  # a cookie is whatever a browser sends
        return {}
    if not isinstance(given, dict) or not all(
        isinstance(part, str) for pair in given.items() for part in pair
    ):
        return {}
    return given
