"""What somebody enters in a component of ours: a value, and the number of the change that made it.

A component's state lies in the browser and comes with every run, also long after another tab has changed the record,
and no run can put another state there. So each change has a number (entry.js): a state is news as long as its number is
not the one that this tab has dealt with. The component is told which number that is, so that what it gets back never
undoes a later change.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

_MOST_EDITS = 1_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """What a browser says; its value may be anything."""

    value: object
    edit: int


def entry(key: str) -> Entry | None:
    """What the component with this key last sent; None where it sent nothing, or nothing that a component sends."""
    state: object = st.session_state.get(key)
    said: object = state.get("entered") if isinstance(state, Mapping) else None
    if not isinstance(said, Mapping):
        return None
    edit: object = said.get("edit")
    if type(edit) is not int or not 0 < edit < _MOST_EDITS:
        return None
    return Entry(said.get("value"), edit)


def edit_of(key: str) -> int:
    """The number of the last change in this component; 0 before the first."""
    said = entry(key)
    return said.edit if said else 0
