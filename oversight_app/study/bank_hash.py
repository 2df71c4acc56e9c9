"""The hash of a bank: what a plan was drawn from, to the byte."""

from collections.abc import Iterable
from dataclasses import asdict

from oversight_app.study.plan import hash_of
from oversight_app.study.questions import Question


def bank_hash(questions: Iterable[Question]) -> str:
    """64 hex digits over every question and passage, to the byte and in order."""
    # Questions of a passage share the object; its text is hashed once.
    passages: dict[int, str] = {}

    def body(question: Question) -> dict[str, object]:
        passage = question.passage
        if passage is not None and id(passage) not in passages:
            passages[id(passage)] = hash_of(asdict(passage))
        values = {name: getattr(question, name) for name in _QUESTION_FIELDS}
        return values | {"passage": passages[id(passage)] if passage is not None else ""}

    return hash_of([body(question) for question in questions])


_QUESTION_FIELDS = tuple(name for name in Question.__slots__ if name != "passage")
