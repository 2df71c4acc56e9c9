"""Instructions: one text per part of the study, on one page, and a question to try out."""

from collections.abc import Callable

from oversight_app.screens import acting, example
from oversight_app.screens.frame import prose, reading
from oversight_app.screens.plain import from_markdown, titled
from oversight_app.screens.wording import say
from oversight_app.study.page import InstructionsPage


def show(page: InstructionsPage, finish: Callable[[], None]) -> None:
    """All parts, the example, then one button."""
    heading, first = titled(page.parts[0] if page.parts else "", say("instructions.heading"))
    with reading("instructions", heading):
        for part in (first, *page.parts[1:]):
            prose(from_markdown(part))
        if page.example is not None:
            example.show(page.example)
        acting.button(say("buttons.continue"), key="continue", act=finish, type="primary")
        acting.reminder("continue")
