"""Downloads: exports, payments, links, and the reports."""

from functools import partial

import streamlit as st

from oversight_app import watching
from oversight_app.clock import stamp
from oversight_app.export import export_study
from oversight_app.gate import Session
from oversight_app.screens.console import doing, reports
from oversight_app.screens.console.files import LINKS, File, listed
from oversight_app.screens.console.table import heading
from oversight_app.study.enrolment import EnrolmentState
from oversight_app.study_folder import folders_in


def show(session: Session) -> None:
    """What there is to take along, and the buttons that make an export and a report of this moment."""
    here = watching.here()
    links = "" if here.public_url else " (tokens only; start the console with --url to have whole links)"
    people = [
        File("/download/payments.csv", "payments.csv", "who is to be paid what, by their platform's name"),
        File(LINKS, "links.csv", f"every invitation{links}; whoever has a link takes its place"),
    ]
    st.html(heading("People") + listed(people))
    exports = [
        File(f"/download/exports/{path.name}.zip", f"{path.name}.zip")
        for path in folders_in(here.folder.exports)
    ]
    st.html(heading("Exports") + listed(exports, none="No export was made yet."))
    if here.researcher.enrolment().state is not EnrolmentState.CLOSED:
        st.html(
            '<p class="ov-small">An export holds everybody\'s answers with their keys, and a report what they come to. '
            "Making one before enrolment is closed goes on record as a look at accuracy.</p>"
        )
    doing.button(
        "Make an export now", key="export_make", act=partial(_export, session.by), done="The export is made."
    )
    doing.said("export_make")
    reports.show(session)


def _export(by: str) -> None:
    here = watching.here()
    at = here.researcher.clock.now()
    out = here.folder.exports / stamp(at)
    if out.exists():
        return  # the second half of a double click
    here.researcher.look("export", by)
    export_study(here.researcher.store, out, at=at)
