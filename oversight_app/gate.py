"""The gate of the console: one password, tried in constant time, and the sessions of those who knew it.

After ten wrong tries nobody gets in for a quarter of an hour, with whatever password: a machine that guesses has a
thousand tries a day, and the researcher who is in already stays in. Sessions live in the process; a restart ends them.
"""

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from oversight_app.clock import Clock
from oversight_app.errors import BadInput
from oversight_app.study.enrolment import signed

TRIES = 10
LOCKED_FOR = timedelta(minutes=15)
LASTS = timedelta(hours=12)
"""A working day; whoever forgot to leave is out by the next morning."""
LEAST_LENGTH = 12
_TOKEN_BYTES = 32
_MOST_SESSIONS = 100


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is in. `by` is the name under which their acts go on record."""

    by: str
    until: datetime


class Refused(BadInput):
    """Nobody is let in by this try."""


class Gate:
    """One process's gate."""

    def __init__(self, password: str, clock: Clock) -> None:
        """With the password that opens it."""
        self._digest = _digest(password)
        self._clock = clock
        self._lock = threading.Lock()
        self._n_wrong = 0
        self._locked_until: datetime | None = None
        self._sessions: dict[bytes, Session] = {}

    def enter(self, password: str, name: str) -> str:
        """The token of a new session; raises Refused for a wrong password, and for any while the gate is locked."""
        now = self._clock.now()
        is_right = hmac.compare_digest(_digest(password), self._digest)
        with self._lock:
            if self._locked_until is not None and now < self._locked_until:
                minutes = -(-(self._locked_until - now).total_seconds() // 60)
                raise Refused(f"Too many wrong passwords. The next try counts in {minutes:.0f} minutes.")
            if not is_right:
                self._n_wrong += 1
                if self._n_wrong >= TRIES:
                    self._n_wrong, self._locked_until = 0, now + LOCKED_FOR
                raise Refused("This is not the password.")
            self._n_wrong, self._locked_until = 0, None
            token = secrets.token_urlsafe(_TOKEN_BYTES)
            self._sessions = dict(list(self._sessions.items())[-_MOST_SESSIONS + 1 :])
            self._sessions[_digest(token)] = Session(signed(name), now + LASTS)
            return token

    def session(self, token: str) -> Session | None:
        """Who is in with this token; None for a stranger, and for one whose time is over."""
        with self._lock:
            session = self._sessions.get(_digest(token))
        return session if session is not None and self._clock.now() < session.until else None

    def leave(self, token: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(_digest(token), None)


def checked_password(password: str) -> str:
    """A password of the researcher's own; raises BadInput for one that is soon guessed."""
    if len(password) < LEAST_LENGTH:
        raise BadInput(
            f"OVERSIGHT_CONSOLE_PASSWORD has {len(password)} characters, found fewer than {LEAST_LENGTH}. "
            "Choose a longer one, or unset it to have one made."
        )
    return password


def new_password() -> str:
    """A password that nobody guesses: 96 random bits."""
    return secrets.token_urlsafe(12)


def _digest(secret: str) -> bytes:
    # Whatever its length, what is compared has 32 bytes; and a session's token is nowhere in memory.
    return hashlib.sha256(secret.encode("utf-8", errors="surrogatepass")).digest()
