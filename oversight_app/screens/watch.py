"""The eyes of the question and the reading page: what is noted of behaviour, where the study notes anything."""

from oversight_app.screens import assets
from oversight_app.study.observations import whose
from oversight_app.study.page import QuestionPage, ReadingPage


def show(page: QuestionPage | ReadingPage, participant_id: str) -> None:
    """One constant key: the component stays mounted from the passage to its question, and to the next one."""
    if not page.logs:
        return
    if isinstance(page, ReadingPage):
        phase, shown_ms = "reading", page.total_ms - page.remaining_ms
    else:
        phase, shown_ms = "question", page.shown_ms
    about = {"whose": whose(participant_id), "n": page.n, "phase": phase, "shown_ms": shown_ms}
    assets.watch(key="watch", data=about | {"logs": list(page.logs)})
