"""A simulated participant's way through a sitting: one page after another, by what a browser can do.

`walk` is a sitting as a generator: it does one thing, and yields how many seconds pass before the next. Whoever drives
it lets the time pass in between. What goes on at a question, and how long a page is looked at, is each kind of walker's
own: a person by rule (`visitor`), or a model (`judge`).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import assert_never

from oversight_app.proctor import Proctor
from oversight_app.study.page import (
    BeginPage,
    ComprehensionPage,
    ConsentPage,
    DebriefPage,
    EndPage,
    FeedbackPage,
    InstructionsPage,
    QuestionPage,
    ReadingPage,
    RestPage,
    ScreeningPage,
    SurveyPage,
)
from oversight_app.study.survey import Answer


class Walker(ABC):
    """One simulated participant on the way from the link to the end page."""

    def __init__(self, proctor: Proctor, participant_id: str) -> None:
        """Somebody about to open the link of this participant."""
        self._proctor = proctor
        self._id = participant_id

    @abstractmethod
    def takes(self, least_s: float, most_s: float) -> float:
        """How long a page is looked at that a person leaves after so many seconds."""

    @abstractmethod
    def reads(self, page: ReadingPage) -> float:
        """How long the passage is read before the question is asked for."""

    @abstractmethod
    def work_on(self, page: QuestionPage) -> Iterator[float]:
        """One question, from first sight to the answer or past the deadline."""

    @abstractmethod
    def survey(self, page: SurveyPage) -> dict[str, Answer]:
        """What is answered to the questionnaire."""

    def comprehension(self, page: ComprehensionPage) -> tuple[int, ...]:
        """What is answered to the check; by default what is right."""
        return tuple(question.correct for question in self._proctor.plan.comprehension)

    def leaves_on(self, n: int) -> bool:
        """Whether the walker is gone when question `n` is on the page."""
        return False

    def leave(self) -> Iterator[float]:
        """How the walker goes; by default without a word."""
        return iter(())

    def walk(self) -> Iterator[float]:
        """From the link to the end page, or to where this walker leaves."""
        while True:
            page = self._proctor.page(self._id)
            match page:
                case ConsentPage():
                    yield self.takes(20, 60)
                    self._proctor.give_consent(self._id, agreed=True)
                case InstructionsPage():
                    yield self.takes(30, 120)
                    self._proctor.finish_instructions(self._id)
                case ComprehensionPage():
                    yield self.takes(15, 60)
                    self._proctor.answer_comprehension(self._id, self.comprehension(page))
                case BeginPage():
                    yield self.takes(3, 20)
                    self._proctor.begin(self._id, pledged=True)
                case RestPage():
                    yield self.takes(2, 15)
                    self._proctor.go_on(self._id)
                case QuestionPage() if self.leaves_on(page.n):
                    yield from self.leave()
                    return
                case QuestionPage():
                    yield from self.work_on(page)
                case ScreeningPage():
                    yield self.takes(10, 40)
                    eligible = tuple(question.eligible[0] for question in self._proctor.plan.screening)
                    self._proctor.answer_screening(self._id, eligible)
                case ReadingPage():
                    yield self.reads(page)
                    self._proctor.read_passage(self._id, page.n)
                case SurveyPage():
                    yield self.takes(20, 90)
                    self._proctor.answer_survey(self._id, self.survey(page))
                case FeedbackPage():
                    yield self.takes(2, 10)
                    self._proctor.read_feedback(self._id, page.n)
                case DebriefPage():
                    yield self.takes(10, 60)
                    self._proctor.finish(self._id)
                case EndPage():
                    return
                case _:
                    assert_never(page)
