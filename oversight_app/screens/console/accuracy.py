"""Accuracy, hidden until enrolment closes: whoever sees results come in decides differently when to stop."""

from functools import partial

import streamlit as st

from oversight_app import watching
from oversight_app.gate import Session
from oversight_app.screens.console import doing, visitor
from oversight_app.screens.console.table import Cell, heading, table, words

_WARNING = (
    "Accuracy is hidden while enrolment is not closed, so that what is seen cannot decide when to stop. Looking now "
    "goes on the study's record with your name, and the report can name it."
)


def show(session: Session) -> None:
    """The figures where they may be seen, else what looking means and the button that does it."""
    researcher = watching.here().researcher
    st.html(heading("Accuracy"))
    if not researcher.enrolment().shows_accuracy:
        st.html(f'<p class="ov-small oc-hidden">{_WARNING}</p>')
        doing.button(
            "Show accuracy, on record",
            key="accuracy_show",
            act=partial(researcher.look, "console", session.by),
        )
        return
    _counted()


@st.fragment(run_every=30.0)
def _counted() -> None:
    visitor.must_be_in()
    with watching.here().reader.overview() as rows:
        found = rows.accuracy()
    st.html(
        table(
            ["task", "condition", "right", "of", "accuracy"],
            [
                [
                    row.task,
                    words(row.condition),
                    Cell(f"{row.n_correct:,}", "number"),
                    Cell(f"{row.n_trials:,}", "number"),
                    Cell(f"{100 * row.share:.1f} %", "number"),
                ]
                for row in found
            ],
            caption="Accuracy by task and condition",
        )
        if found
        else '<p class="ov-small">No answer counts yet.</p>'
    )
    st.html('<p class="ov-small">Counts only, without exclusions or intervals: those are in the report.</p>')
