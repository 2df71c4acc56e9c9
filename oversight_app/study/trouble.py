"""What became of a reply that did not come: a closed set, small enough that each has words for the participant.

Which of them it is, is decided in one place (`providers.classify`), from the error or from the reason that the model
gave for its end. The participant reads one calm sentence; what exactly happened stands beside it in the record, as
`error`.
"""

from enum import StrEnum


class Trouble(StrEnum):
    """Why there is no reply, or only half of one. No trouble at all is the empty text."""

    BUSY = "busy"
    """The service asks to wait or is out of order, or no turn came in time."""
    UNREACHABLE = "unreachable"
    """The server does not answer, or the line broke."""
    LATE = "late"
    """A reply was begun and did not come to its end in time."""
    TOO_LONG = "too_long"
    """The model cannot hold so long a conversation."""
    REFUSED = "refused"
    """The model, or its service, did not want to reply."""
    NOTHING_SAID = "nothing_said"
    """The reply ended without a word."""
    UNAVAILABLE = "unavailable"
    """The settings cannot work: no key, a wrong one, an unknown model, no money."""
    CAP = "cap"
    """The money that the design allows is spent; nobody was asked."""


UNBILLED = (Trouble.BUSY, Trouble.UNREACHABLE, Trouble.TOO_LONG, Trouble.UNAVAILABLE, Trouble.CAP)
"""A reply that failed in one of these ways, before its first word, costs nothing: the service had not begun it."""

LASTING = (Trouble.CAP, Trouble.TOO_LONG, Trouble.REFUSED)
"""The same question would come to the same end, so nobody is offered to ask it again."""

SPENDING_CAP = "spending_cap"
"""The finish reason of a reply that nobody was asked for. The assistant is not out of order, so it needs one."""
