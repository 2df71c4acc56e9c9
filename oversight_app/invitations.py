"""Inviting people: by a link of their own, which stands for a code that says nothing about them, or by a platform."""

import secrets
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from oversight_app.clock import Clock
from oversight_app.errors import BadInput, NoPlan
from oversight_app.recruits import new_participant_id
from oversight_app.store import Store
from oversight_app.study.design import ENDINGS, Outcome
from oversight_app.study.events import STUDY_STREAM, ParticipantsInvited
from oversight_app.study.plan import Plan
from oversight_app.study.platforms import PLATFORMS

_TOKEN_BYTES = 16


MOST_AT_ONCE = 100_000


def invite(store: Store, count: int, *, clock: Clock, by: str = "") -> Sequence[str]:
    """Tokens for so many new participants, on record with who made them; raises NoPlan before the plan."""
    if not 1 <= count <= MOST_AT_ONCE:
        raise BadInput(f"Between 1 and {MOST_AT_ONCE:,} links are made at once, found {count:,}.")
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
        record.append(STUDY_STREAM, [ParticipantsInvited(count, by)], at)
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


# -- people from platforms -------------------------------------------------------------------------

_WHAT_TO_DO = {
    Outcome.COMPLETED: "pay",
    Outcome.SCREENED_OUT: "screen out, with the reward you announced for that",
    Outcome.FAILED_CHECKS: "look at it; platforms forbid to reject anybody for a comprehension check",
    Outcome.TIMED_OUT: "look at it, and pay for the time",
    Outcome.TECHNICAL_ERROR: "pay: it was the study's fault",
    Outcome.NO_CONSENT: "ask to return it; nothing was answered",
    Outcome.STUDY_FULL: "ask to return it; no question was shown",
    Outcome.WITHDREW: "look at it; leaving is everybody's right",
}


# Prolific's words for what a code makes happen there; its page of a study's completion codes offers them.
_REVIEW, _RETURN = "Manually review", "Request return"
_AT_PROLIFIC = {
    Outcome.COMPLETED: "Automatically approve, or Manually review",
    # Prolific takes one code with this action in a study.
    Outcome.SCREENED_OUT: "Fixed screen-out payment",
    Outcome.FAILED_CHECKS: _REVIEW,
    Outcome.TIMED_OUT: _REVIEW,
    Outcome.TECHNICAL_ERROR: "Automatically approve",
    Outcome.NO_CONSENT: _RETURN,
    Outcome.STUDY_FULL: _RETURN,
    Outcome.WITHDREW: _REVIEW,
}


def recruiting(plan: Plan, url: str) -> str:
    """What to enter at a recruiting platform: the link to paste, and a code for each way in which a sitting ends."""
    return "\n".join([*_links(plan, url), "", *_codes(plan)])


def _links(plan: Plan, url: str) -> Iterator[str]:
    yield "Links to paste. People are known by the id that their platform puts in, and nobody needs another link."
    for platform in PLATFORMS:
        added = f"; {platform.name} adds {_listed((platform.person, *platform.others))} by itself"
        yield f"  {platform.name}, {platform.field}{added if platform.adds_them else ''}:"
        yield f"    {platform.link(url)}"
        if platform.name == "MTurk":
            yield "  MTurk, the whole question for its API or command line:"
            yield f"    {_external_question(platform.link(url))}"
    if own := plan.design.sitting.person_parameter:
        yield f"  any other platform, by your sitting.person_parameter ({own}):"
        yield f"    {url}/join?{own}=ID"
    yield "Test a link before you publish: open it with an id of your own in the place of each placeholder, for example"
    yield f"    {url}/join?participant_label=TEST"
    yield "  MTurk previews with assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE, which enrols nobody."
    if not url.startswith("https://"):
        yield "  MTurk shows no address that begins with http://; serve the study over https."


def _external_question(link: str) -> str:
    """MTurk's ExternalQuestion, by its published schema of 2006-07-14."""
    schema = (
        "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd"
    )
    return (
        f'<ExternalQuestion xmlns="{schema}"><ExternalURL>{escape(link)}</ExternalURL>'
        "<FrameHeight>0</FrameHeight></ExternalQuestion>"
    )


def _codes(plan: Plan) -> Iterator[str]:
    yield "Codes to enter there, one for each way in which a sitting can end; what to do, and the action at Prolific:"
    width = max(len(plan.code(outcome)) for outcome in ENDINGS)
    for outcome in ENDINGS:
        what = f"{_WHAT_TO_DO[outcome]} (Prolific: {_AT_PROLIFIC[outcome]})"
        yield f"  {outcome:<16} {plan.code(outcome):<{width}}  {what}"
    addresses = _addresses(plan)
    for url, outcomes in addresses.items():
        who = "Everybody" if len(addresses) == 1 else f"After {_listed(outcomes)} everybody"
        yield f"{who} is sent {f'to {url}' if url else 'nowhere and takes the code along by hand'}."


def _addresses(plan: Plan) -> dict[str, list[str]]:
    """Outcomes by where they send people; `{code}` stands for each one's own."""
    found: dict[str, list[str]] = {}
    for outcome in ENDINGS:
        own = plan.design.outcomes.get(outcome)
        found.setdefault((own.url if own else "") or plan.design.sitting.completion_url, []).append(outcome)
    return found


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1]
