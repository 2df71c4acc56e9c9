"""The hash of a bank: what a plan was drawn from, to the byte."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

from oversight_app.study.plan import hash_of
from oversight_app.study.questions import Question


def bank_hash(questions: Iterable[Question]) -> str:
    """64 hex digits over every question and passage, to the byte and in order."""
    return _hash(questions, _QUESTION_FIELDS)


def bank_hashes(questions: Sequence[Question]) -> Iterator[str]:
    """The hash of a bank, and those that earlier releases had of it, which did not know all of its columns."""
    names = _QUESTION_FIELDS
    yield _hash(questions, names)
    for later in _LATER:
        if any(getattr(question, name) is not None for question in questions for name in later):
            return
        names = tuple(name for name in names if name not in later)
        yield _hash(questions, names)


def _hash(questions: Iterable[Question], names: Sequence[str]) -> str:
    # Questions of a passage share the object; its text is hashed once.
    passages: dict[int, str] = {}

    def body(question: Question) -> dict[str, object]:
        passage = question.passage
        if passage is not None and id(passage) not in passages:
            passages[id(passage)] = hash_of(asdict(passage))
        values = {name: getattr(question, name) for name in names}
        return values | {"passage": passages[id(passage)] if passage is not None else ""}

    return hash_of([body(question) for question in questions])


_QUESTION_FIELDS = tuple(name for name in Question.__slots__ if name != "passage")
_LATER = (("expert_accuracy", "novice_accuracy", "context_needed"),)
"""Columns that came with later releases, the last ones first."""
