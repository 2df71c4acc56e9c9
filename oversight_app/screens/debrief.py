"""The debrief: what the study was about, and the click that ends it."""

from collections.abc import Callable

from oversight_app.screens import acting
from oversight_app.screens.frame import prose, reading
from oversight_app.screens.plain import from_markdown, titled
from oversight_app.screens.wording import say
from oversight_app.study.page import DebriefPage


def show(page: DebriefPage, finish: Callable[[], None]) -> None:
    """The text, and the end."""
    heading, text = titled(page.text, say("debrief.heading"))
    with reading("end", heading):
        prose(from_markdown(text))
        acting.button(say("debrief.finish"), key="continue", act=finish, type="primary")
        acting.reminder("continue")
