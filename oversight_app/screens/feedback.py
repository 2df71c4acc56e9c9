"""The right answer to the question just closed, where the design shows it."""

from collections.abc import Callable

from oversight_app.screens import acting
from oversight_app.screens.frame import prose, reading
from oversight_app.screens.plain import exact, length_class
from oversight_app.study.page import FeedbackPage
from oversight_app.study.questions import LETTERS


def show(page: FeedbackPage, read: Callable[[], None]) -> None:
    """What was right, what was chosen, why, and on."""
    with reading("Questions", _heading(page)):
        prose(
            (f'<p class="ov-small">{exact("Practice question")}</p>' if page.is_practice else "")
            + f'<div class="ov-asked{length_class(page.question)}">{exact(page.question)}</div>'
            + "".join(_option(page, i, text) for i, text in enumerate(page.options))
        )
        if page.explanation:
            prose(f'<div class="ov-note"><p class="ov-exact">{exact(page.explanation)}</p></div>')
        acting.button("Next", key="next", act=read, type="primary")
        acting.reminder("next")


def _heading(page: FeedbackPage) -> str:
    if page.choice is None:
        return "You gave no answer"
    outcome = "right" if page.choice == page.correct else "not right"
    return (
        f"The time was over; your answer was {outcome}" if page.is_timed_out else f"Your answer was {outcome}"
    )


def _option(page: FeedbackPage, index: int, text: str) -> str:
    is_right, is_chosen = index == page.correct, index == page.choice
    marks = [word for word, holds in (("right answer", is_right), ("your answer", is_chosen)) if holds]
    kind = " is-right" if is_right else " is-wrong" if is_chosen else ""
    return (
        f'<div class="ov-shown{kind}"><span class="ov-letter">{LETTERS[index]}</span>'
        f'<span class="ov-exact">{exact(text)}</span><span class="ov-mark">{", ".join(marks)}</span></div>'
    )
