"""Inviting people: each gets a link of their own, which stands for a code that says nothing about them."""

import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

from oversight_app.clock import Clock
from oversight_app.errors import BadInput, NoPlan
from oversight_app.recruits import new_participant_id
from oversight_app.store import Store
from oversight_app.study.events import STUDY_STREAM, ParticipantsInvited

_TOKEN_BYTES = 16


def invite(store: Store, count: int, *, clock: Clock) -> Sequence[str]:
    """Tokens for so many new participants; raises NoPlan before the plan."""
    if not store.is_planned():
        raise NoPlan(store.path.parent)
    taken = set(store.invitations().values())
    invitations: dict[str, str] = {}
    while len(invitations) < count:
        participant_id = new_participant_id()
        if participant_id not in taken:
            taken.add(participant_id)
            invitations[secrets.token_urlsafe(_TOKEN_BYTES)] = participant_id
    at = clock.now()
    with store.write() as record:
        record.invite(invitations, at)
        record.append(STUDY_STREAM, [ParticipantsInvited(count)], at)
    return tuple(invitations)


def checked_url(url: str) -> str:
    """The public address without a slash at its end; raises BadInput for anything that is not one."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise BadInput(
            f"{url!r} is not an address that people can open. Write it like https://study.example.org."
        )
    if parts.path.strip("/"):
        raise BadInput(
            f"{url!r} has a path; a study is served at the top of an address, like https://study.example.org."
        )
    return url.rstrip("/")


def link(url: str, token: str) -> str:
    """What a participant opens."""
    return f"{url}/go/{token}"
