"""The design of the study: chosen, then prepared, then frozen and only to be read."""

import streamlit as st

from oversight_app import watching
from oversight_app.errors import OversightError
from oversight_app.gate import Session
from oversight_app.screens import assets
from oversight_app.screens.console import choosing, doing, inviting, preparing
from oversight_app.screens.console.table import file_shown, heading
from oversight_app.screens.plain import exact


def show(session: Session) -> None:
    """Draw where it stands."""
    if watching.is_frozen():
        name = "frozen"
        _frozen()
    elif watching.preparing().is_made and st.query_params.get(choosing.AGAIN) is None:
        name = "preparing"
        preparing.show(session)
    else:
        name = "choosing"
        choosing.show(session)
    assets.view(key="view", data={"view": name})


def _frozen() -> None:
    here = watching.here()
    plan = here.researcher.plan
    try:
        is_same = here.folder.read_design() == plan.design
        text = here.folder.design_file.read_text(encoding="utf-8-sig")
    except (OversightError, OSError):
        is_same, text = False, ""
    name = "study.toml"
    said = "It cannot be changed any more; for another design make another study."
    if not is_same:
        name, text = "The design, value by value", plan.design.model_dump_json(indent=2)
        said += " The file study.toml has changed since, so what was frozen stands here."
    st.html(heading("Design"))
    doing.said("plan_freeze")
    st.html(
        f'<p class="oc-counted">Frozen on {exact(plan.frozen_at[:16].replace("T", " "))} UTC, '
        f"plan {exact(plan.plan_hash[:12])}. {exact(said)}</p>"
        '<p class="oc-counted">Next, <a href="?view=invite" target="_self">make links for participants</a>. '
        f"{inviting.served(here.folder)}</p>" + file_shown(name, text, is_open=True)
    )
