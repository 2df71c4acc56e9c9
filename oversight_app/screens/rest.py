"""The page between questions. Nothing is timed here."""

from collections.abc import Callable

from oversight_app.screens import acting
from oversight_app.screens.frame import prose, reading
from oversight_app.screens.plain import exact, from_markdown
from oversight_app.screens.wording import duration, say, say_html
from oversight_app.study.design import Condition
from oversight_app.study.page import RestPage

_REASONS = {
    "time_out": ("rest.time_out_heading", "rest.time_out"),
    "time_out_no_answer": ("rest.time_out_heading", "rest.time_out_no_answer"),
    "void": ("rest.void_heading", "rest.void"),
    "pause": ("rest.pause_heading", "rest.pause"),
    "break": ("rest.break_heading", "rest.break"),
}
"""What became of the question before, or why there is a rest: as a heading, and as a sentence."""

_LONG_S = 300


def show(page: RestPage, go_on: Callable[[], None]) -> None:
    """What became of the question before, what comes next, and the button that goes on."""
    with reading("questions", _heading(page)):
        for text in page.briefing:
            prose(from_markdown(text))
        prose(
            _why(page) + (_ahead(page) if page.is_block_start else "") + _study_left(page) + _progress(page)
        )
        label = say("rest.go_on_text") if page.reading_s else say("rest.go_on")
        acting.button(label, key="continue", act=go_on, type="primary")
        acting.reminder("continue")


def _heading(page: RestPage) -> str:
    if not page.is_block_start:
        heading, _ = _REASONS.get(page.reason, ("rest.heading", ""))
        return say(heading)
    if page.is_practice:
        return say("rest.first_practice") if page.n_answered == 0 else say("rest.more_practice")
    return say("rest.first_questions") if page.n_answered == 0 else say("rest.next_part")


def _why(page: RestPage) -> str:
    if not page.reason:
        return ""
    heading, why = (say(key) for key in _REASONS[page.reason])
    # At the start of a block the heading is the block's, so what happened has to be said in the text.
    is_untold = page.is_block_start and page.reason not in ("pause", "break")
    return f"<p>{exact(say('rest.what_happened', heading=heading, why=why) if is_untold else why)}</p>"


def _ahead(page: RestPage) -> str:
    n = page.n_in_block
    is_alone = page.condition != Condition.HUMAN_WITH_MODEL
    paragraphs = [[_what(page), say_html("rest.alone" if is_alone else "rest.with_assistant", n=n)]]
    first = [say_html("rest.answer_first", n=n)] if page.is_answer_first else []
    counts = [say_html("rest.practice_does_not_count")] if page.is_practice else []
    shown = [say_html("rest.feedback", n=n)] if page.shows_feedback else []
    reading = [say_html("rest.reading", n=n, time=duration(page.reading_s))] if page.reading_s else []
    paragraphs += [first, counts + shown, reading, _limit(page)]
    return "".join(f"<p>{' '.join(sentences)}</p>" for sentences in paragraphs if sentences)


def _what(page: RestPage) -> str:
    if page.is_practice:
        key = "rest.next_practice_about_text" if page.has_passage else "rest.next_practice"
    else:
        key = "rest.next_questions_about_text" if page.has_passage else "rest.next_questions"
    return say_html(key, n=page.n_in_block)


def _limit(page: RestPage) -> list[str]:
    if page.time_limit_s is None:
        return [say_html("rest.no_limit")]
    most = say_html("rest.limit", n=page.n_in_block, time=duration(page.time_limit_s))
    return [most, say_html("rest.clock")]


def _study_left(page: RestPage) -> str:
    """What is left of the limit for the whole sitting; whole minutes, while it is long."""
    left = page.sitting_left_s
    if left is None:
        return ""
    rounded = left // 60 * 60 if left >= _LONG_S else left
    return f"<p>{say_html('rest.study_left', time=duration(rounded))}</p>"


def _progress(page: RestPage) -> str:
    if page.n_total == 0:
        return ""
    share = page.n_answered / page.n_total
    return (
        f'<p class="ov-small">{say_html("rest.progress", n=page.n_answered, total=page.n_total)}</p>'
        f'<div class="ov-progress" aria-hidden="true"><span style="width:{share:.1%}"></span></div>'
    )
