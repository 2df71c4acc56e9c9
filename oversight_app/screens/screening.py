"""The questions that decide who may take part. Which answers may is not here; the proctor knows."""

from collections.abc import Callable

from oversight_app.screens import acting, choices
from oversight_app.screens.frame import prose, reading
from oversight_app.screens.wording import say, say_html
from oversight_app.study.page import ScreeningPage


def show(page: ScreeningPage, answer: Callable[[tuple[int, ...]], None]) -> None:
    """Every question, nothing preselected, one button."""
    with reading("consent", say("screening.heading")):
        prose(f"<p>{say_html('screening.opening')}</p>")
        for i, (text, options) in enumerate(page.questions, start=1):
            choices.ask(f"screening_{i}", text, options)
        acting.button(
            say("buttons.continue"), key="continue", act=lambda: answer(_marked(page)), type="primary"
        )
        acting.reminder("continue")


def _marked(page: ScreeningPage) -> tuple[int, ...]:
    return choices.all_marked(
        (f"screening_{i}", len(options)) for i, (_, options) in enumerate(page.questions, start=1)
    )
