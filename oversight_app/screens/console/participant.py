"""One participant: where they stand, what can be done for them, what happened, and what was said."""

import secrets
from functools import partial

import streamlit as st

from oversight_app import watching
from oversight_app.gate import Session
from oversight_app.screens.console import conversation, doing, visitor
from oversight_app.screens.console.table import Cell, ago, figures, heading, minutes, table, words
from oversight_app.study.design import Outcome
from oversight_app.study.intervening import ENDS_AS, LONGEST_LINE
from oversight_app.study.overview import Wanted
from oversight_app.study.sitting import Sitting, Stage
from oversight_app.study.timeline import timeline

_PROMISE = "_promise"


def show(participant_id: str, session: Session) -> None:
    """The page of one participant; a name that nobody has says so."""
    sitting = watching.here().researcher.sitting(participant_id)
    st.html('<p class="oc-back"><a href="?view=watch" target="_self">All participants</a></p>')
    if sitting.started_at is None and sitting.stage is not Stage.ENDED:
        st.html('<p class="ov-small">Nobody with this name has agreed to take part.</p>')
        return
    st.html(heading(participant_id))
    _standing(participant_id)
    _acts(sitting, session)
    conversation.show(sitting, session)
    _timeline(participant_id)


@st.fragment(run_every=5.0)
def _standing(participant_id: str) -> None:
    visitor.must_be_in()
    now = watching.here().researcher.clock.now()
    with watching.here().reader.overview() as rows:
        found = [
            p for p in rows.people(Wanted(search=participant_id), now) if p.participant_id == participant_id
        ]
    if not found:
        return
    (person,) = found
    st.html(
        figures(
            [
                (
                    "Place",
                    f"{person.n_closed} of {person.n_trials}",
                    f"cell {person.cell or 'not drawn yet'}",
                ),
                ("At", words(person.stage), f"{minutes(person.minutes_on_page(now))} min on this page"),
                (
                    "Status",
                    words(person.status),
                    "page open" if person.is_connected(now) else "page not open",
                ),
                ("Last sign", ago(person.last_sign_at, now), f"agreed {ago(person.started_at, now)}"),
                ("Flags", str(len(person.flags())) if person.flags() else "none", ", ".join(person.flags())),
            ]
        )
    )


def _acts(sitting: Sitting, session: Session) -> None:
    """Message, end, compensate."""
    researcher, who = watching.here().researcher, sitting.participant_id
    with st.container(key="oc_acts", horizontal=True):
        with st.popover("Message", key="tell"):
            st.html('<p class="ov-small">One calm line on the participant\'s page, within 20 seconds.</p>')
            st.text_area("Message", value=sitting.told, max_chars=LONGEST_LINE, key="tell_text")
            doing.button(
                "Put it on the page",
                key="tell_send",
                act=partial(_tell, who, session.by),
                done="It is there.",
            )
            doing.said("tell_send")
        if sitting.stage is not Stage.ENDED:
            with st.popover("End the sitting", key="stop_sitting"):
                st.html(
                    '<p class="ov-small">The open question is closed as it stands. This cannot be undone.</p>'
                )
                st.selectbox("What the participant is told", ENDS_AS, key="stop_as", format_func=_ending)
                st.text_input("Reason, for the record", key="stop_reason", max_chars=LONGEST_LINE)
                doing.button(
                    "End it now", key="stop_now", act=partial(_stop, who, session.by), done="It has ended."
                )
        with st.popover("Compensate", key="pay"):
            st.session_state.setdefault(_PROMISE, secrets.token_hex(4))
            st.html(
                '<p class="ov-small">On record; <code>oversight bonus</code> lists it once, at the end.</p>'
            )
            st.text_input("Amount", key="pay_amount", placeholder="2.50", max_chars=12)
            st.text_input(
                "Currency", value=researcher.plan.design.sitting.reward_currency, key="pay_currency"
            )
            st.text_input("Reason", key="pay_reason", max_chars=LONGEST_LINE)
            doing.button(
                "Promise it", key="pay_promise", act=partial(_pay, who, session.by), done="It is promised."
            )
            doing.said("pay_promise")
    doing.said("stop_now")  # where the window it was pressed in is gone


def _tell(who: str, by: str) -> None:
    watching.here().researcher.tell(who, str(st.session_state["tell_text"]), by)


def _stop(who: str, by: str) -> None:
    outcome = Outcome(st.session_state["stop_as"])
    watching.here().researcher.stop(who, outcome, str(st.session_state["stop_reason"]), by)


def _pay(who: str, by: str) -> None:
    # The key stays until the promise is on record: a click that comes twice promises once.
    amount, currency, reason = (
        str(st.session_state[key]) for key in ("pay_amount", "pay_currency", "pay_reason")
    )
    watching.here().researcher.compensate(who, st.session_state[_PROMISE], amount, currency, reason, by)
    st.session_state[_PROMISE] = secrets.token_hex(4)
    st.session_state["pay_amount"] = ""


def _ending(outcome: Outcome) -> str:
    return {
        Outcome.TECHNICAL_ERROR: "something went wrong on our side",
        Outcome.TIMED_OUT: "the time is over",
        Outcome.FAILED_CHECKS: "the checks were not passed",
    }[outcome]


def _timeline(participant_id: str) -> None:
    moments = timeline(watching.here().reader.events_of(participant_id))
    st.html(
        heading("What happened")
        + table(
            ["time (UTC)", "question", "what"],
            [
                [
                    f"{moment.at:%Y-%m-%d %H:%M:%S}",
                    Cell("" if moment.n is None else str(moment.n), "number"),
                    moment.what,
                ]
                for moment in moments
            ],
            caption=f"What happened to {participant_id}",
        )
    )
