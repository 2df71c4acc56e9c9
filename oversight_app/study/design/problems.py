"""What is wrong with a design, in words that a researcher who wrote TOML understands."""

from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError


def explain(error: ValidationError, design: type[BaseModel]) -> str:
    """One phrase per wrong key: the key, what was found, what is allowed."""
    # A value that fits neither of two kinds is reported once for each of them.
    return "; ".join(dict.fromkeys(_phrase(problem, design) for problem in error.errors()))


def _phrase(problem: Any, design: type[BaseModel]) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    key, _, branch = where.rpartition(".")
    if branch in ("float", "literal['none']"):
        return f'{key}: found {problem["input"]!r}, allowed are seconds above 0, or "none" where nothing is timed'
    match problem["type"]:
        case "extra_forbidden":
            return f"{where} is not a key of a design{_meant(problem['loc'], design)}"
        case "missing":
            return f"{where} is missing"
        case "value_error":
            # Our own sentences begin with the key, because one may be about several.
            message = str(problem["ctx"]["error"])
            return f"{where}.{message}" if where else message
        case _:
            return f"{where}: found {problem['input']!r}, {_in_toml(problem['msg'])}"


def _meant(location: tuple[Any, ...], design: type[BaseModel]) -> str:
    names = list(_section(location[:-1], design).model_fields)
    near = get_close_matches(str(location[-1]), names, n=1)
    return f" (did you mean {near[0]}?)" if near else f"; allowed here: {', '.join(names)}"


def _section(location: tuple[Any, ...], section: type[BaseModel]) -> type[BaseModel]:
    """The table of the design at this place; the tables of tasks, whose names are free, are all of one kind."""
    for part in location:
        field = section.model_fields.get(str(part))
        if field is not None:
            kinds = (field.annotation, *get_args(field.annotation))
            section = next(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))
    return section


def _in_toml(message: str) -> str:
    """Pydantic's message in the words of a TOML file."""
    words = message[:1].lower() + message[1:]
    for python, toml in (
        (" or instance of TaskDesign", ""),
        (" or instance of Price", ""),
        ("dictionary", "table"),
        ("tuple", "list"),
    ):
        words = words.replace(python, toml)
    return words
