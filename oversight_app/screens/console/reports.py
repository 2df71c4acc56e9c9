"""The study's reports: those there are, and making one, which goes on while the researcher does something else."""

from functools import partial

import streamlit as st

from oversight_app import watching
from oversight_app.gate import Session
from oversight_app.screens.console import doing, visitor
from oversight_app.screens.console.files import File, listed
from oversight_app.screens.console.table import heading
from oversight_app.screens.plain import exact
from oversight_app.study_folder import folders_in

_EVERY_S = 2.0


def show(session: Session) -> None:
    """The reports to open and to save, the button that makes one, and how far that is."""
    st.html(heading("Reports"))
    here = watching.here()
    making = here.reporting.progress()
    is_made = making is not None and not making.is_over
    files = [
        file
        for path in folders_in(here.folder.reports)
        if (path / "report.html").is_file() and not (making and is_made and making.name == path.name)
        for file in (
            File(f"/reports/{path.name}", f"Report of {path.name}", opens=True),
            File(f"/download/reports/{path.name}", f"report-{path.name}.html", "to save"),
        )
    ]
    st.html(listed(files, none="No report was made yet."))
    doing.button(
        "Make a report now",
        key="report_make",
        act=partial(here.reporting.start, here.folder, here.researcher, session.by),
        disabled=is_made,
    )
    doing.said("report_make")
    if is_made:
        _waited_for()
    elif making is not None and making.error:
        st.html(f'<p class="ov-reminder" role="alert">No report was made. {exact(making.error)}</p>')


@st.fragment(run_every=_EVERY_S)
def _waited_for() -> None:
    visitor.must_be_in()
    here = watching.here()
    making = here.reporting.progress()
    if making is None or making.is_over:
        st.rerun()
    seconds = (here.researcher.clock.now() - making.since).total_seconds()
    st.html(
        f'<p class="ov-small oc-making" role="status">The report is being made, for {seconds:.0f} s so far; '
        "a study of usual size takes under a minute. You can leave this page.</p>"
    )
