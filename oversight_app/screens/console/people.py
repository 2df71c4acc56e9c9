"""The table of participants, a page at a time, and what it is narrowed to."""

import streamlit as st

from oversight_app import watching
from oversight_app.screens.console.table import Cell, ago, heading, minutes, seconds, table, words
from oversight_app.study.design import Outcome
from oversight_app.study.overview import UNDER_WAY, Overview, Person, Wanted
from oversight_app.study.submissions import GIVING_BACK

_ALL = "all"
_STATUSES = (_ALL, UNDER_WAY, "connected", *(outcome.value for outcome in Outcome))
_KEYS = ("people_status", "people_cell", "people_search")
_PAGE = "people_page"


def filters() -> None:
    """What the table is narrowed to."""
    cells = [_ALL, *(cell.name for cell in watching.here().researcher.plan.cells)]
    st.html(heading("Participants"))
    with st.container(key="oc_filters", horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Status", _STATUSES, key=_KEYS[0], format_func=words, on_change=_first_page)
        st.selectbox("Cell", cells, key=_KEYS[1], on_change=_first_page)
        st.text_input("Participant", key=_KEYS[2], max_chars=40, on_change=_first_page)


def show(seen: Overview) -> None:
    """The page of the table, with the way to the others."""
    wanted = _wanted()
    with watching.here().reader.overview() as rows:
        n = rows.n_people(wanted, seen.at)
        n_pages = max(1, -(-n // wanted.per_page))
        if wanted.page > n_pages:
            st.session_state[_PAGE] = n_pages
            wanted = _wanted()
        found = rows.people(wanted, seen.at)
    is_told = any(person.platform_status for person in found)
    st.html(
        table(
            [
                "participant",
                "cell",
                "place",
                "at",
                "min on page",
                "status",
                *(["at their platform"] if is_told else []),
                "connection",
                "median answer",
                "flags",
            ],
            [_row(person, seen, is_told=is_told) for person in found],
            caption=f"{n} participants, page {wanted.page} of {n_pages}",
        )
        if found
        else '<p class="ov-small">Nobody yet.</p>'
    )
    with st.container(key="oc_pages", horizontal=True, vertical_alignment="center"):
        st.button("Earlier page", key="people_before", on_click=_turn, args=(-1,), disabled=wanted.page == 1)
        st.html(f'<p class="ov-small">{n:,} people, page {wanted.page:,} of {n_pages:,}</p>')
        st.button("Next page", key="people_after", on_click=_turn, args=(1,), disabled=wanted.page >= n_pages)


def _row(person: Person, seen: Overview, *, is_told: bool) -> list[Cell | str]:
    place = f"{person.n_closed} of {person.n_trials}" if person.n_trials else "–"
    is_here = person.is_connected(seen.at)
    flags = ", ".join(person.flags())
    return [
        Cell(person.participant_id, "id", f"?who={person.participant_id}"),
        Cell(person.cell or "–", "soft"),
        Cell(place, "number"),
        words(person.stage),
        Cell(minutes(person.minutes_on_page(seen.at)), "number"),
        Cell(words(person.status), "good" if person.outcome == Outcome.COMPLETED else ""),
        *([_at_platform(person.platform_status)] if is_told else []),
        Cell("connected", "good") if is_here else Cell(f"away, {ago(person.last_sign_at, seen.at)}", "soft"),
        Cell(seconds(person.median_response_s), "number"),
        Cell(flags, "bad" if flags else ""),
    ]


def _at_platform(status: str) -> Cell:
    """In the platform's word; what gives the place back stands out."""
    return Cell(words(status).lower() or "–", "bad" if status in GIVING_BACK else "soft")


def _wanted() -> Wanted:
    status, cell, search = (str(st.session_state.get(key) or "") for key in _KEYS)
    is_connected = status == "connected"
    return Wanted(
        status="" if status == _ALL or is_connected else status,
        cell="" if cell == _ALL else cell,
        search=search.strip(),
        connected_only=is_connected,
        page=int(st.session_state.get(_PAGE, 1)),
    )


def _first_page() -> None:
    st.session_state[_PAGE] = 1


def _turn(by: int) -> None:
    st.session_state[_PAGE] = max(1, int(st.session_state.get(_PAGE, 1)) + by)
