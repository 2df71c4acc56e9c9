"""The eyes of the question and the reading page: what is noted of behaviour, where the study notes anything."""

from oversight_app.screens import assets
from oversight_app.study.observations import whose
from oversight_app.study.page import QuestionPage, ReadingPage


def show(page: QuestionPage | ReadingPage, participant_id: str) -> None:
    """One constant key: the component stays mounted from the passage to its question, and to the next one."""
    if not page.logs:
        return
    is_reading = isinstance(page, ReadingPage)
    assets.watch(
        key="watch",
        data={
            "whose": whose(participant_id),
            "n": page.n,
            "phase": "reading" if is_reading else "question",
            "shown_ms": page.total_ms - page.remaining_ms if is_reading else page.shown_ms,
            "logs": list(page.logs),
        },
    )
