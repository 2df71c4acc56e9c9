"""Handing in: the buttons that commit a first answer, submit the final one, or skip the question.

Whether an answer is whole, early or late, the proctor decides, and reminds; the page says beforehand what is needed.
"""

from functools import partial

from oversight_app.proctor import Proctor
from oversight_app.screens import acting, timer
from oversight_app.screens.marks import Marks, Save, fields_of, marked
from oversight_app.screens.wording import say
from oversight_app.study.page import QuestionPage


def saving(page: QuestionPage, participant_id: str, proctor: Proctor) -> Save:
    """How a draft of this page is saved."""

    def save(marks: Marks) -> None:
        proctor.save_draft(
            participant_id,
            page.n,
            marks.choice,
            marks.confidence,
            probabilities=marks.probabilities,
            reason=marks.reason,
            is_initial=page.awaits_initial,
        )

    return save


def buttons(page: QuestionPage, participant_id: str, proctor: Proctor) -> None:
    """What ends this question, or its first half."""
    if page.awaits_initial:
        key, label, act = f"initial_submit_{page.n}", say("question.commit"), _commit
    else:
        key, label, act = f"submit_{page.n}", say("question.submit"), _submit
    acting.button(label, key=key, act=partial(act, page, participant_id, proctor), type="primary")
    if page.may_skip:
        acting.button(
            say("question.skip"),
            key=f"skip_{page.n}",
            act=partial(_skip, page, participant_id, proctor),
            type="tertiary",
        )
    acting.reminder(key)


def _commit(page: QuestionPage, participant_id: str, proctor: Proctor) -> None:
    marks = marked(fields_of(page))
    proctor.commit_initial(
        participant_id,
        page.n,
        marks.choice,
        marks.confidence,
        probabilities=marks.probabilities,
        browser_response_time_s=timer.response_time_s(page.n, "initial_submit"),
    )


def _submit(page: QuestionPage, participant_id: str, proctor: Proctor) -> None:
    marks = marked(fields_of(page))
    proctor.submit(
        participant_id,
        page.n,
        marks.choice,
        marks.confidence,
        probabilities=marks.probabilities,
        reason=marks.reason,
        browser_response_time_s=timer.response_time_s(page.n, "submit"),
    )


def _skip(page: QuestionPage, participant_id: str, proctor: Proctor) -> None:
    proctor.skip(participant_id, page.n, browser_response_time_s=timer.response_time_s(page.n, "skip"))
