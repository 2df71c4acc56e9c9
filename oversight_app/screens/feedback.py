"""The right answer to the question just closed, where the design shows it, and what that answer pays."""

from collections.abc import Callable

from oversight_app.screens import acting, pay
from oversight_app.screens.formulas import beside, fill, typeset
from oversight_app.screens.frame import prose, reading
from oversight_app.screens.plain import exact, length_class
from oversight_app.screens.wording import say, say_html
from oversight_app.study.page import FeedbackPage
from oversight_app.study.questions import LETTERS


def show(page: FeedbackPage, read: Callable[[], None]) -> None:
    """What was right, what was chosen, why, and on."""
    with reading("questions", _heading(page)):
        prose(
            (f'<p class="ov-small">{say_html("feedback.practice")}</p>' if page.is_practice else "")
            + f'<div class="ov-asked{length_class(page.question)}">{exact(page.question)}</div>'
            + typeset(page.question)
            + "".join(_option(page, i, text) for i, text in enumerate(page.options))
        )
        if page.explanation:
            note = f'<div class="ov-note"><p class="ov-exact">{exact(page.explanation)}</p></div>'
            prose(note + typeset(page.explanation))
        if page.pay is not None:
            words = pay.earned(page.pay, page.earned, is_practice=page.is_practice)
            prose(f'<p class="ov-earned">{exact(words)}</p>')
        fill(page.question, *page.options, page.explanation)
        acting.button(say("buttons.next"), key="next", act=read, type="primary")
        acting.reminder("next")


def _heading(page: FeedbackPage) -> str:
    if page.choice is None:
        return say("feedback.no_answer")
    if page.is_timed_out:
        return (
            say("feedback.time_out_right")
            if page.choice == page.correct
            else say("feedback.time_out_not_right")
        )
    return say("feedback.right") if page.choice == page.correct else say("feedback.not_right")


def _option(page: FeedbackPage, index: int, text: str) -> str:
    is_right, is_chosen = index == page.correct, index == page.choice
    kind = " is-right" if is_right else " is-wrong" if is_chosen else ""
    words = f'<span class="ov-exact">{exact(text)}</span>'
    return (
        f'<div class="ov-shown{kind}"><span class="ov-letter">{LETTERS[index]}</span>'
        f'{beside(words, text)}<span class="ov-mark">{_mark(is_right, is_chosen)}</span></div>'
    )


def _mark(is_right: bool, is_chosen: bool) -> str:
    if is_right and is_chosen:
        return say_html("feedback.right_and_yours")
    if is_right:
        return say_html("feedback.right_answer")
    return say_html("feedback.your_answer") if is_chosen else ""
