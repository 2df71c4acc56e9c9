"""Recruiting platforms: how their links say who comes, and what a researcher enters there.

A link is words from outside: only known parameters are read, and a link that is torn, doubled or not filled in names
nobody. What names a person is kept apart from the study's own codes; see `recruits`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LONGEST = 200
"""Characters of one value; the ids of every known platform are far shorter."""
_LONGEST_TOGETHER = 2000
"""Bytes of all values: they have to fit into a cookie."""

_PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE"


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform: the parameter that names a person, those beside it, and what stands in the link for each.

    `adds_them` says that the platform puts its parameters behind whatever link it was given.
    """

    name: str
    person: str
    others: tuple[str, ...]
    field: str
    """Where the researcher pastes the link."""
    adds_them: bool = False
    placeholder: str = "{}"

    def link(self, address: str) -> str:
        """The link to paste, with the platform's own placeholders."""
        if self.adds_them:
            return f"{address}/join"
        filled = (f"{name}={self.placeholder.replace('{}', name)}" for name in (self.person, *self.others))
        return f"{address}/join?{'&'.join(filled)}"


PLATFORMS = (
    Platform(
        name="Prolific",
        person="PROLIFIC_PID",
        others=("STUDY_ID", "SESSION_ID"),
        field="the URL of your study",
        placeholder="{{%{}%}}",
    ),
    Platform(
        name="MTurk",
        person="workerId",
        others=("assignmentId", "hitId", "turkSubmitTo"),
        field="the ExternalURL of an ExternalQuestion",
        adds_them=True,
    ),
    Platform(
        name="CloudResearch Connect",
        person="participantId",
        others=("assignmentId", "projectId"),
        field="the project link",
        adds_them=True,
    ),
    Platform(
        name="your own list",
        person="participant_label",
        others=(),
        field="a link for each person",
        placeholder="LABEL",
    ),
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who came from a platform: `person` is who they are there, as `parameter=value`."""

    person: str
    parameters: Mapping[str, str]


def read_arrival(given: Iterable[tuple[str, str]], person_parameter: str = "") -> Arrival | None:
    """Who comes with these parameters of a link; None where they name nobody.

    `person_parameter` is the one by which a design's own platform names a person; it comes before all others.
    """
    people = (
        *((person_parameter,) if person_parameter else ()),
        *(platform.person for platform in PLATFORMS),
    )
    known = {*people, *(name for platform in PLATFORMS for name in platform.others)}
    parameters: dict[str, str] = {}
    for name, value in given:
        value = value.strip()
        if name not in known or not value:
            continue
        # The same twice does no harm: a platform may add what the researcher has written into the link already.
        if not _is_filled_in(value) or parameters.setdefault(name, value) != value:
            return None
    person = next((name for name in people if name in parameters), None)
    n_bytes = sum(len(value.encode(errors="replace")) for value in parameters.values())
    if person is None or n_bytes > _LONGEST_TOGETHER or is_preview(parameters.items()):
        return None
    return Arrival(f"{person}={parameters[person]}", parameters)


def is_preview(given: Iterable[tuple[str, str]]) -> bool:
    """Whether this is MTurk's preview, for workers who have not accepted the task."""
    return ("assignmentId", _PREVIEW) in {(name, value.strip()) for name, value in given}


def mturk_address(parameters: Mapping[str, str]) -> str:
    """Where MTurk wants the form of a task to go; empty without one, or with one that is not MTurk's."""
    address = parameters.get("turkSubmitTo", "").rstrip("/")
    return f"{address}/mturk/externalSubmit" if address in _MTURK else ""


_MTURK = ("https://www.mturk.com", "https://workersandbox.mturk.com")


def _is_filled_in(value: str) -> bool:
    """Whether this may be somebody's id, and is no placeholder that nobody has filled in."""
    return len(value) <= LONGEST and value.isprintable() and not {"{", "}"} & set(value)
