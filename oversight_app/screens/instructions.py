"""Instructions: one text per part of the study, on one page."""

from collections.abc import Callable

from oversight_app.screens import acting
from oversight_app.screens.frame import prose, reading
from oversight_app.screens.plain import from_markdown
from oversight_app.study.page import InstructionsPage


def show(page: InstructionsPage, finish: Callable[[], None]) -> None:
    """All parts, then one button."""
    with reading("Instructions", "How it works"):
        for part in page.parts:
            prose(from_markdown(part))
        acting.button("Continue", key="continue", act=finish, type="primary")
        acting.reminder("continue")
