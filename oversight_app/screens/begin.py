"""The last page before the place is taken."""

from collections.abc import Callable

from oversight_app.screens import acting
from oversight_app.screens.frame import prose, reading
from oversight_app.screens.wording import say, say_html
from oversight_app.study.page import BeginPage


def show(page: BeginPage, begin: Callable[[], None]) -> None:
    """What is ahead, and the button that starts it."""
    with reading("questions", say("begin.heading")):
        prose(
            f"<p>{say_html('begin.questions', n=page.n_questions)} {say_html('begin.minutes', n=page.minutes)}</p>"
            f"<p>{say_html('begin.saved')}</p>"
        )
        acting.button(say("begin.begin"), key="begin", act=begin, type="primary")
        acting.reminder("begin")
