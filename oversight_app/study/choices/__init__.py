"""The choices of a design, for whoever does not want to write study.toml by hand.

One list that the terminal walks through; each answer is checked on its own (`Choice.read`), all
together by `misfits`, and written by `study_toml`.
"""

from oversight_app.study.choices.answering import ANSWERING
from oversight_app.study.choices.around import AROUND
from oversight_app.study.choices.assistant import ASSISTANT
from oversight_app.study.choices.choice import Answers, Choice, Number, Option, Text, Value
from oversight_app.study.choices.fitting import Misfit, misfits
from oversight_app.study.choices.outlook import outlook
from oversight_app.study.choices.people import PEOPLE
from oversight_app.study.choices.reading import answers_in
from oversight_app.study.choices.writing import study_toml

CHOICES = PEOPLE + ASSISTANT + ANSWERING + AROUND
"""Every choice, in the order in which it is asked."""


def asked(answers: Answers) -> dict[str, Value]:
    """The answers to the choices that are asked, given these; those without an answer have the default."""
    kept: dict[str, Value] = {}
    for choice in CHOICES:
        if choice.is_asked(kept):
            kept[choice.key] = answers.get(choice.key, choice.suggested(kept))
    return kept


__all__ = [
    "ANSWERING",
    "AROUND",
    "ASSISTANT",
    "CHOICES",
    "PEOPLE",
    "Answers",
    "Choice",
    "Misfit",
    "Number",
    "Option",
    "Text",
    "Value",
    "answers_in",
    "asked",
    "misfits",
    "outlook",
    "study_toml",
]
