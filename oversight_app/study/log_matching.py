"""Which question of the plan a logged sample is about, in which order its options stood, and what was answered.

A sample is matched by the publisher's id, else by the text of the question, and in both cases by the texts of its four
options: letters are carried over by text, so another order of the options does no harm, and an id that has come to
stand for something else does not go unnoticed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oversight_app.study.letters import OptionOrder
from oversight_app.study.logged import Defect, LoggedAnswer, shortened
from oversight_app.study.model_answer import ModelAnswer, read_answer, shares_of
from oversight_app.study.questions import LETTERS, N_OPTIONS, Question, folded
from oversight_app.study.trial import TrialStatus


@dataclass(frozen=True, slots=True)
class Match:
    """A question of the plan, and the original letters of its options in the order in which they were shown."""

    question: Question
    option_order: str
    by_id: bool
    lacks_passage: bool
    """The log says what was sent, and the question's passage is not in it word for word."""


class Matcher:
    """The questions of a plan, to be found again."""

    def __init__(self, questions: Iterable[Question]) -> None:
        """`questions` are those that the plan has for the study itself."""
        self._by_id: dict[str, Question] = {}
        self._by_options: dict[tuple[str, ...], list[Question]] = defaultdict(list)
        for question in questions:
            self._by_id[question.question_id] = question
            self._by_options[_key(question.options)].append(question)

    def find(self, answer: LoggedAnswer) -> Match | Defect | None:
        """The question that a sample is about; None when it is about none of the plan."""
        if len(answer.options) != N_OPTIONS:
            return None
        key = _key(answer.options)
        named = next((self._by_id[name] for name in answer.question_ids if name in self._by_id), None)
        if named is not None and _key(named.options) == key:
            return _matched(named, answer, by_id=True)
        found = self._by_text(key, answer)
        if len(found) == 1:
            return _matched(found[0], answer, by_id=False)
        if len(found) > 1:
            names = ", ".join(question.question_id for question in found[:3])
            return Defect(
                answer.record,
                "question",
                f"a text that {len(found)} questions of the plan have ({names})",
                "one question",
            )
        if named is not None:
            return Defect(
                answer.record,
                "choices",
                shortened(" | ".join(answer.options)),
                f"the options of {named.question_id}, whose id this sample has: "
                + shortened(" | ".join(named.options)),
            )
        return None

    def _by_text(self, key: tuple[str, ...], answer: LoggedAnswer) -> list[Question]:
        """The questions with these options whose text is the sample's, or, failing that, stands in it."""
        same_options = self._by_options.get(key, [])
        text = folded(answer.text)
        found = [question for question in same_options if folded(question.text) == text]
        if not found:
            # Some logs have passage and question in one text; of texts that stand in each other the longest was meant.
            found = [question for question in same_options if folded(question.text) in text]
            longest = max((len(folded(question.text)) for question in found), default=0)
            found = [question for question in found if len(folded(question.text)) == longest]
        if len(found) > 1:
            told = folded(f"{answer.text}\n{answer.told}")
            found = [q for q in found if q.passage is not None and folded(q.passage.text) in told] or found
        return found


def _key(options: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(folded(option) for option in options))


def _matched(question: Question, answer: LoggedAnswer, *, by_id: bool) -> Match | Defect:
    shown: Sequence[str] = answer.options
    if answer.asked:
        lettered = options_lettered_in(answer.told, question)
        if lettered is None and answer.must_be_lettered:
            return Defect(
                answer.record,
                "prompt",
                f"{shortened(answer.told[-200:])!r} at its end",
                "the four options behind the letters A to D, to know which letter stood for which",
            )
        shown = lettered or shown
    told = folded(f"{answer.text}\n{answer.told}")
    return Match(
        question,
        order_of(shown, question),
        by_id,
        lacks_passage=bool(answer.asked)
        and question.passage is not None
        and folded(question.passage.text) not in told,
    )


def order_of(shown: Sequence[str], question: Question) -> str:
    """The original letters of the options as they were shown; of two that read the same the first comes first."""
    left = [(letter, folded(option)) for letter, option in zip(LETTERS, question.options, strict=True)]
    letters = ""
    for option in shown:
        entry = next(entry for entry in left if entry[1] == folded(option))
        left.remove(entry)
        letters += entry[0]
    return letters


def options_lettered_in(prompt: str, question: Question) -> tuple[str, ...] | None:
    """The question's options by the letters A-D that a prompt puts before them; None where it does not do so.

    Examples of the same prompt come before the question, so only what follows its text counts.
    """
    text, asked = folded(prompt), folded(question.text)
    tail = text[text.rfind(asked) + len(asked) :] if asked in text else text
    options = [folded(option) for option in question.options]
    shown: list[str] = []
    for letter in LETTERS:
        behind = [
            option
            for option in options
            if re.search(rf"(?<!\w){letter}\s?[.):\]]\s?{re.escape(option)}(?=\s|$)", tail)
        ]
        if not behind:
            return None
        # "2 of them" begins with "2": the longer option was meant.
        shown.append(max(behind, key=len))
    return tuple(shown) if sorted(shown) == sorted(options) else None


def answer_of(answer: LoggedAnswer, match: Match) -> ModelAnswer:
    """What was answered, in original letters: by the likeliest letter, or as the reply is read by this tool's rule."""
    if not answer.is_likelihood:
        return read_answer(answer.reply, answer.log_probabilities, match.option_order, match.question)
    shares = shares_of(answer.log_probabilities)
    likeliest = [letter for letter in shares if shares[letter] == max(shares.values())]
    if len(likeliest) != 1:
        # Two letters that are likeliest are no answer, and neither is one of three.
        return ModelAnswer(TrialStatus.UNREADABLE)
    order = OptionOrder(match.option_order)
    return ModelAnswer(
        TrialStatus.ANSWERED,
        order.original(likeliest[0]),
        shares[likeliest[0]],
        tuple(shares[order.displayed(letter)] for letter in LETTERS),
        "logprob",
    )
