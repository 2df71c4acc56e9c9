"""The check that the instructions were understood. The keys are not here; the proctor knows them."""

from collections.abc import Callable

from oversight_app.screens import acting, choices
from oversight_app.screens.frame import prose, reading
from oversight_app.screens.plain import exact
from oversight_app.screens.wording import say, say_html
from oversight_app.study.page import ComprehensionPage


def show(page: ComprehensionPage, answer: Callable[[tuple[int, ...]], None]) -> None:
    """Every question, nothing preselected, one button."""
    heading = say("comprehension.heading") if page.attempt == 1 else say("comprehension.heading_again")
    with reading("check", heading, attempt=page.attempt):
        if page.attempt == 1:
            prose(f"<p>{say_html('comprehension.opening')}</p>")
        else:
            _explain(page)
        for i, (text, options) in enumerate(page.questions, start=1):
            choices.ask(f"comprehension_{i}", text, options)
        acting.button(
            say("buttons.continue"), key="continue", act=lambda: answer(_marked(page)), type="primary"
        )
        acting.reminder("continue")


def _explain(page: ComprehensionPage) -> None:
    hints = "".join(f"<li>{exact(hint)}</li>" for hint in page.hints)
    prose(
        '<div class="ov-note" role="status"><p>'
        f"<strong>{say_html('comprehension.not_yet')}</strong> "
        f"{say_html('comprehension.attempts_left', n=page.attempts_left)}</p>"
        f"{f'<ul>{hints}</ul>' if hints else ''}</div>"
    )


def _marked(page: ComprehensionPage) -> tuple[int, ...]:
    return choices.all_marked(
        (f"comprehension_{i}", len(options)) for i, (_, options) in enumerate(page.questions, start=1)
    )
