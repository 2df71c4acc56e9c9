"""The comprehension check, read from texts/comprehension.toml; a wrong one is an error that names the question."""

import tomllib

from pydantic import BaseModel, ConfigDict, ValidationError

from oversight_app.errors import DesignError
from oversight_app.study.plan import ComprehensionQuestion

MIN_OPTIONS = 2


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    question: tuple[ComprehensionQuestion, ...] = ()


def read_comprehension(
    toml: str, *, file: str = "texts/comprehension.toml"
) -> tuple[ComprehensionQuestion, ...]:
    """The check's questions in order; none is a check that everybody passes. Raises DesignError."""
    try:
        read = _File.model_validate(tomllib.loads(toml))
    except tomllib.TOMLDecodeError as error:
        raise DesignError(f"{file} is not valid TOML: {error}.") from None
    except ValidationError as error:
        raise DesignError(f"{file}: {'; '.join(map(_sentence, error.errors()))}.") from None
    for number, question in enumerate(read.question, start=1):
        n = len(question.options)
        if n < MIN_OPTIONS:
            raise DesignError(f"{file}: question {number} has {n} options, it needs {MIN_OPTIONS} or more.")
        if question.correct not in range(n):
            raise DesignError(
                f"{file}: question {number}: correct is {question.correct}, allowed are 0 to {n - 1} "
                "(the options count from 0)."
            )
    return read.question


def _sentence(problem: object) -> str:
    assert isinstance(problem, dict)
    place = [str(part + 1) if isinstance(part, int) else str(part) for part in problem["loc"]]
    found = "" if problem["type"] == "missing" else f", found {problem['input']!r}"
    return f"{' '.join(place)}: {problem['msg'][:1].lower()}{problem['msg'][1:]}{found}"
