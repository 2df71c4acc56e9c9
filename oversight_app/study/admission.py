"""Which of the questions that an import brings may enter a bank, and as what.

Answers are compared by question_id and passages are joined by passage_id, so within a bank one id reads one way. The
same question again, perhaps from another layout, is the same question; another text or key under a known id stays out.
"""

from collections.abc import Sequence
from dataclasses import replace

from oversight_app.study.questions import Passage, Question, Refused, folded

DOUBLED_KEY = "doubled_key"


class Admission:
    """An import on its way: `known` holds the bank's questions by id as they will stand, `refused` what stays out."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self._before = {question.question_id: question for question in questions}
        self._passages = {question.passage_id: question.passage for question in questions if question.passage}
        self._brought: dict[str, None] = {}
        self.known = dict(self._before)
        self.refused: list[Refused] = []

    @property
    def n_new(self) -> int:
        """How many questions the bank gains."""
        return len(self.known) - len(self._before)

    def brought(self) -> list[Question]:
        """The questions that this import named, in its order."""
        return [self.known[question_id] for question_id in self._brought]

    def changed(self) -> list[Question]:
        """The questions to be saved: new ones, and old ones that now say more."""
        return [
            question
            for question_id, question in self.known.items()
            if self._before.get(question_id) != question
        ]

    def take(self, item: Question | Refused) -> None:
        """Let a question in, or note why not."""
        if isinstance(item, Refused):
            self.refused.append(item)
            return
        question = self._with_known_passage(item)
        if isinstance(question, Refused):
            self.refused.append(question)
            return
        before = self.known.get(question.question_id)
        if before and not _reads_the_same(before, question):
            self.refused.append(_conflict(question, "is taken by a question with another text or key"))
            return
        flag = DOUBLED_KEY if question.has_doubled_key else before.key_flag if before else ""
        self.known[question.question_id] = replace(question, key_flag=flag) if flag else question
        self._brought[question.question_id] = None

    def flag(self, flags: dict[str, str]) -> None:
        """Mark doubtful keys; a doubled key stays marked as that, because the plan leaves it out."""
        for question_id, flag in flags.items():
            question = self.known[question_id]
            if question.key_flag != DOUBLED_KEY:
                self.known[question_id] = replace(question, key_flag=flag)

    def _with_known_passage(self, question: Question) -> Question | Refused:
        """The question with the bank's own copy of its passage: one id is one text, whichever layout it came in."""
        if question.passage is None:
            return question
        passage = self._passages.setdefault(question.passage_id, question.passage)
        if passage is question.passage:
            return question
        if not _is_same_text(passage, question.passage):
            return _conflict(
                question, f"has a passage {question.passage_id!r} that is there with another text"
            )
        return replace(question, passage=passage)


def _is_same_text(one: Passage, other: Passage) -> bool:
    return one.text == other.text or folded(one.text) == folded(other.text)


def _reads_the_same(one: Question, other: Question) -> bool:
    return (
        one.correct == other.correct
        and one.passage_id == other.passage_id
        and folded(one.text) == folded(other.text)
        and [*map(folded, one.options)] == [*map(folded, other.options)]
    )


def _conflict(question: Question, what: str) -> Refused:
    # The question no longer knows its file and record; its id finds both.
    return Refused(question.bank, 0, f"question_id {question.question_id!r} {what}", "question_id")
