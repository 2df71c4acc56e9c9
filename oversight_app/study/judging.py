"""A model in a participant's place: what it is told of the page, and how its words become what a page takes.

A judge knows what is on the page and nothing else: passage, question, options in the order shown, the chat's lines,
also those that the assistant has forgotten. Letters are the displayed ones throughout; the proctor maps them back, as
it does for people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from oversight_app.study.choice_reading import read_choice
from oversight_app.study.design import ConfidenceScale
from oversight_app.study.model_answer import shares_of
from oversight_app.study.page import QuestionPage
from oversight_app.study.people import Answer, in_percents, on_page, on_scale
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS, folded
from oversight_app.study.stated import read_stated
from oversight_app.study.transcript import fill
from oversight_app.study.trial import Speaker

MESSAGE, ANSWER, ANSWER_PERCENT = "judge_message", "judge_answer", "judge_answer_percent"
"""The prompts; the first two are also the purposes of calls."""
MESSAGE_TOKENS, PERCENT_TOKENS = 300, 24
"""The longest that a message, and an answer in words, may be."""
BELIEF = "judge_belief"
"""The purpose of a call that asks after a reply what the judge holds to be right, in the words of an answer."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer as the page takes it: an option counted from the top, and how sure the judge is on the page's scale."""

    choice: int
    confidence: float | None
    probabilities: tuple[float, ...] = ()
    p_source: str = ""
    """Where the numbers come from: logprob, or stated in words; empty where nobody has said."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a judge knows: the passage's paragraphs, the question, options in the order shown, the lines of the chat.

    A line is (who wrote it, as the record names them, and its text).
    """

    passage: tuple[str, ...]
    question: str
    options: tuple[str, ...]
    lines: tuple[tuple[str, str], ...] = ()

    @classmethod
    def on(cls, page: QuestionPage) -> Self:
        """What this page shows."""
        lines = page.chat.lines if page.chat else ()
        return cls(
            page.passage,
            page.question,
            page.options,
            tuple(
                (Speaker.PARTICIPANT if line.is_participant else line.speaker, line.text)
                for line in lines
                if line.text
            ),
        )


def ask_judge(plan: Plan, shown: Shown, prompt: str, *, n_left: int = 0) -> str:
    """The text that asks a judge for a message or an answer, with what the page shows filled in."""
    filling = {
        "passage": passage_of(shown.passage),
        "question": shown.question.strip(),
        "options": "\n".join(
            f"{letter}. {folded(option)}" for letter, option in zip(LETTERS, shown.options, strict=True)
        ),
        "chat": "\n\n".join(f"{_name(speaker)}: {text}" for speaker, text in shown.lines),
        "n_left": str(n_left),
    }
    return fill(plan.prompts[prompt], filling, name=prompt).strip()


def _name(speaker: str) -> str:
    """Who says a line, as people read it on their page: You, Assistant, Assistant 1, Critic."""
    return "You" if speaker == Speaker.PARTICIPANT else speaker.replace("_", " ").capitalize()


def passage_of(passage: tuple[str, ...]) -> str:
    """A page's passage as models are given it; empty without one."""
    text = "\n\n".join(passage)
    return f"Passage:\n\n{text}" if text else ""


def is_sure_asked(page: QuestionPage) -> bool:
    """Whether the page asks how sure an answer is."""
    return page.confidence_scale is not ConfidenceScale.NONE


def judged_by_letter(
    text: str, log_probabilities: Mapping[str, float] | None, page: QuestionPage
) -> Judged | None:
    """The answer in one letter, as sure as its probability among the four; None where it cannot be read.

    None, too, where the page asks how sure the judge is and the service did not give all four log-probabilities.
    """
    letter = read_choice(text, page.options)
    if not letter:
        return None
    choice = LETTERS.index(letter)
    if not is_sure_asked(page):
        return Judged(choice, None)
    shares = shares_of(log_probabilities or {})
    if not shares:
        return None
    if page.confidence_scale is ConfidenceScale.DISTRIBUTION:
        return Judged(choice, None, in_percents([shares[each] for each in LETTERS], choice))
    return Judged(choice, on_scale(shares[letter], page.confidence_scale))


def judged_by_words(text: str, page: QuestionPage) -> Judged | None:
    """The answer in "LETTER PERCENT%": strictly first, then any words with one readable option and a percentage.

    judged_by_words("B 70%", ...) is B at 0.7; so is "I think the answer is B. About 70 percent."; None where one of the
    two is missing.
    """
    stated = read_stated(text, page.options)
    if not stated.letter or stated.probability is None:
        return None
    choice = LETTERS.index(stated.letter)
    said = Answer(choice, on_scale(stated.probability, page.confidence_scale))
    confidence, probabilities = on_page(said, page.confidence_scale)
    return Judged(choice, confidence, probabilities)
