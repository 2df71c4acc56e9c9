"""The screens of the study as participants meet them: the real ones, with a sitting that nobody sits.

The page is drawn by the same code as for a participant; behind its buttons stands somebody who does nothing, so no
record is touched.
"""

from collections.abc import Callable
from typing import Any, cast

import streamlit as st

from oversight_app import running, watching
from oversight_app.gate import Session
from oversight_app.screens import visit
from oversight_app.screens.console.table import heading, words
from oversight_app.screens.plain import exact
from oversight_app.study.plan import Plan
from oversight_app.study.samples import SOMEBODY, Sample, samples
from oversight_app.study.sitting import Sitting


class Idle:
    """In the proctor's and the replies' place: knows the plan and the page, and does nothing."""

    def __init__(self, plan: Plan, sample: Sample) -> None:
        self.plan = plan
        self._sample = sample

    def page(self, participant_id: str) -> object:
        """The page that is shown already."""
        return self._sample.page

    def sitting(self, participant_id: str) -> Sitting:
        """Nobody's."""
        return Sitting(participant_id)

    def __getattr__(self, verb: str) -> Callable[..., None]:
        if verb.startswith("__"):
            raise AttributeError(verb)
        return lambda *args, **kwargs: None


def show(session: Session) -> None:
    """Every screen, by condition; each opens in a tab of its own."""
    by_condition: dict[str, list[Sample]] = {}
    for sample in _samples():
        by_condition.setdefault(sample.condition, []).append(sample)
    st.html(
        '<p class="ov-small">Each screen opens in a tab of its own, with sample contents. Nothing that is pressed '
        "there is recorded.</p>"
        + "".join(
            heading(words(name) if name else "Everybody") + _list(found)
            for name, found in by_condition.items()
        )
    )


def show_sample(key: str) -> None:
    """One screen, as its participants see it."""
    sample = next((sample for sample in _samples() if sample.key == key), None)
    if sample is None:
        st.html('<p class="oc-out">There is no such screen in this study.</p>')
        return
    idle = cast(Any, Idle(watching.here().researcher.plan, sample))
    # Screens ask the process for its words and its proctor. One researcher at a time looks at one study.
    running.install(idle, idle)
    visit.draw(idle, SOMEBODY, sample.page)
    st.html('<p class="oc-preview">Preview: nothing is recorded</p>')


def _samples() -> tuple[Sample, ...]:
    researcher = watching.here().researcher
    return samples(researcher.plan, researcher.questions, researcher.clock.now())


def _list(found: list[Sample]) -> str:
    return (
        '<ul class="oc-files">'
        + "".join(
            f'<li><a href="?sample={exact(sample.key)}" target="_blank">{exact(words(sample.name))}</a>'
            f' <span class="ov-small">{exact(sample.task)}</span></li>'
            for sample in found
        )
        + "</ul>"
    )
