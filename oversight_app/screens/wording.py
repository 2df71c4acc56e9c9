"""The interface's sentences on the screens, in the language of the study that this process serves."""

import re

from oversight_app import running
from oversight_app.screens.plain import exact

_BOLD = re.compile(r"\*\*(.+?)\*\*")


def say(key: str, /, **holes: object) -> str:
    """The sentence of this key with its holes filled, as plain text: whoever puts it into HTML escapes it."""
    return running.words().say(key, **holes)


def say_html(key: str, /, **holes: object) -> str:
    """The sentence as safe HTML; `**words**` are bold."""
    return _BOLD.sub(r"<strong>\1</strong>", exact(say(key, **holes)))


def percent(share: float) -> str:
    """0.42 as a percentage."""
    return say("number.percent", n=round(share * 100))


def decimal(number: str) -> str:
    """A number like "0.5" with the language's own decimal point."""
    return number.replace(".", say("number.decimal"))


def duration(seconds: float) -> str:
    """A length of time in minutes and seconds; what is 0 is not said."""
    minutes, rest = divmod(round(seconds), 60)
    in_minutes, in_seconds = say("number.minutes", n=minutes), say("number.seconds", n=rest)
    if minutes and rest:
        return say("number.minutes_and_seconds", minutes=in_minutes, seconds=in_seconds)
    return in_minutes if minutes else in_seconds
