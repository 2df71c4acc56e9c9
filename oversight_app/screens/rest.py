"""The page between questions. Nothing is timed here."""

from collections.abc import Callable

from oversight_app.screens import acting
from oversight_app.screens.frame import prose, reading
from oversight_app.study.design import Condition
from oversight_app.study.page import RestPage

_HEADINGS = {
    "time_out": "The time for that question is over",
    "time_out_no_answer": "The time for that question is over",
    "void": "That question does not count",
    "pause": "You are pausing",
}
_WHY = {
    "time_out": "What you had marked by then is your answer.",
    "time_out_no_answer": "Nothing was marked by then, so it stays without an answer.",
    "void": "Something on our side went wrong while it was open. This is not your fault, and you lose nothing by it.",
    "pause": "Take the time you need; no clock is running.",
}


def show(page: RestPage, go_on: Callable[[], None]) -> None:
    """What became of the question before, what comes next, and the button that goes on."""
    heading = _block_heading(page) if page.is_block_start else _HEADINGS.get(page.reason, "A rest")
    with reading("Questions", heading):
        prose(_why(page) + (_ahead(page) if page.is_block_start else "") + _progress(page))
        acting.button("Show the next question", key="continue", act=go_on, type="primary")
        acting.reminder("continue")


def _why(page: RestPage) -> str:
    if not page.reason:
        return ""
    # At the start of a block the heading is the block's, so what happened has to be said in the text.
    opening = f"{_HEADINGS[page.reason]}. " if page.is_block_start and page.reason != "pause" else ""
    return f"<p>{opening}{_WHY[page.reason]}</p>"


def _block_heading(page: RestPage) -> str:
    if page.is_practice:
        return "First, some practice" if page.n_answered == 0 else "Some practice with something new"
    return "Now the questions that count" if page.n_answered == 0 else "The next part"


def _ahead(page: RestPage) -> str:
    n = page.n_in_block
    kind = "practice question" if page.is_practice else "question"
    about = " about a longer text" if page.has_passage else ""
    what = f"<p>Next: <strong>{n} {kind}{'' if n == 1 else 's'}</strong>{about}, {_with_whom(page)}.</p>"
    counts = "Practice does not count. " if page.is_practice else ""
    shown = (
        f"After {'it' if n == 1 else 'each of them'} you see the right answer." if page.shows_feedback else ""
    )
    return what + (f"<p>{counts}{shown}</p>" if counts or shown else "") + _limit(page)


def _with_whom(page: RestPage) -> str:
    if page.condition == Condition.HUMAN_WITH_MODEL:
        return "<strong>with the assistant</strong> at your side"
    return "<strong>on your own</strong>"


def _limit(page: RestPage) -> str:
    if page.time_limit_s is None:
        return "<p>There is no time limit.</p>"
    minutes, seconds = divmod(round(page.time_limit_s), 60)
    parts = [f"{minutes} minute{'' if minutes == 1 else 's'}"] if minutes else []
    parts += [f"{seconds} second{'' if seconds == 1 else 's'}"] if seconds else []
    which = "it" if page.n_in_block == 1 else "the first of them"
    return (
        f"<p>You have up to <strong>{' '.join(parts)}</strong> for {which}. "
        "The clock starts when the question appears.</p>"
    )


def _progress(page: RestPage) -> str:
    if page.n_total == 0:
        return ""
    share = page.n_answered / page.n_total
    return (
        f'<p class="ov-small">{page.n_answered} of {page.n_total} questions done</p>'
        f'<div class="ov-progress" aria-hidden="true"><span style="width:{share:.1%}"></span></div>'
    )
