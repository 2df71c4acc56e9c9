"""What participants read besides the questions: texts, and the small files of questions around the study.

    texts/*.md                 consent, instructions, debrief, pledge, ...       Markdown
    texts/comprehension.toml   the check that the instructions were understood    [[question]] text, options, correct
    texts/screening.toml       who may take part                                  [[question]] text, options, eligible
    texts/survey.toml          the questionnaire at the end                       [[item]] key, kind, text, ...
    texts/example.toml         a question to try out in the instructions          text, options, correct, ...

A file that is not there leaves its page out. A wrong one is an error that names the file and the question.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from oversight_app.errors import DesignError
from oversight_app.study.plan import ComprehensionQuestion, ScreeningQuestion, WorkedExample
from oversight_app.study.survey import SurveyItem

MIN_OPTIONS = 2


@dataclass(frozen=True, slots=True)
class Materials:
    """Everything that participants read besides the questions, and the prompts that the assistant reads."""

    texts: Mapping[str, str]
    prompts: Mapping[str, str]
    words: Mapping[str, str] = field(default_factory=dict)
    comprehension: tuple[ComprehensionQuestion, ...] = ()
    screening: tuple[ScreeningQuestion, ...] = ()
    survey: tuple[SurveyItem, ...] = ()
    example: WorkedExample | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Comprehension(_File):
    question: tuple[ComprehensionQuestion, ...] = ()


class _Screening(_File):
    question: tuple[ScreeningQuestion, ...] = ()


class _Survey(_File):
    item: tuple[SurveyItem, ...] = ()


_Model = TypeVar("_Model", bound=BaseModel)


def read_comprehension(toml: str, *, file: str) -> tuple[ComprehensionQuestion, ...]:
    """The check's questions in order; none is a check that everybody passes. Raises DesignError."""
    questions = _read(_Comprehension, toml, file).question
    for number, question in enumerate(questions, start=1):
        _must_be_options(question.options, file, f"question {number}")
        _must_be_an_option("correct", question.correct, question.options, file, f"question {number}")
    return questions


def read_screening(toml: str, *, file: str) -> tuple[ScreeningQuestion, ...]:
    """The questions that decide who may take part, in order. Raises DesignError."""
    questions = _read(_Screening, toml, file).question
    for number, question in enumerate(questions, start=1):
        _must_be_options(question.options, file, f"question {number}")
        if not question.eligible:
            raise DesignError(f"{file}: question {number}: eligible is empty, so nobody could take part.")
        for index in question.eligible:
            _must_be_an_option("eligible", index, question.options, file, f"question {number}")
    return questions


def read_survey(toml: str, *, file: str) -> tuple[SurveyItem, ...]:
    """The study's own items in order. Raises DesignError."""
    items = _read(_Survey, toml, file).item
    keys = [item.key for item in items]
    for key in keys:
        if keys.count(key) > 1:
            raise DesignError(f"{file}: the key {key!r} stands twice; answers are told apart by it.")
    return items


def read_example(toml: str, *, file: str) -> WorkedExample:
    """The question to try out. Raises DesignError."""
    example = _read(WorkedExample, toml, file)
    _must_be_options(example.options, file, "the example")
    _must_be_an_option("correct", example.correct, example.options, file, "the example")
    return example


def _read(model: type[_Model], toml: str, file: str) -> _Model:
    try:
        return model.model_validate(tomllib.loads(toml))
    except tomllib.TOMLDecodeError as error:
        raise DesignError(f"{file} is not valid TOML: {error}.") from None
    except ValidationError as error:
        raise DesignError(f"{file}: {'; '.join(map(_sentence, error.errors()))}.") from None


def _must_be_options(options: tuple[str, ...], file: str, where: str) -> None:
    if len(options) < MIN_OPTIONS:
        raise DesignError(f"{file}: {where} has {len(options)} options, it needs {MIN_OPTIONS} or more.")


def _must_be_an_option(key: str, index: int, options: tuple[str, ...], file: str, where: str) -> None:
    if index not in range(len(options)):
        raise DesignError(
            f"{file}: {where}: {key} is {index}, allowed are 0 to {len(options) - 1} (the options count from 0)."
        )


def _sentence(problem: object) -> str:
    assert isinstance(problem, dict)
    place = [str(part + 1) if isinstance(part, int) else str(part) for part in problem["loc"]]
    if problem["type"] == "value_error":
        return f"{' '.join(place)}: {problem['ctx']['error']}"
    found = "" if problem["type"] == "missing" else f", found {problem['input']!r}"
    return f"{' '.join(place)}: {problem['msg'][:1].lower()}{problem['msg'][1:]}{found}"
