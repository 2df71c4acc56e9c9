"""One choice of a design: what is asked, what it means for the study, what may be answered, and when it is asked.

A choice is a value without a screen: the terminal draws it, and a page can draw the same one. Its key is the place of
the answer in study.toml, but for a few ("platform", "log") that stand for others; `writing` knows those.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from oversight_app.errors import BadInput

Value = str | int | float | bool | tuple[str, ...] | None
"""An answer; None leaves the key out of study.toml."""
Answers = Mapping[str, Value]

NONE = "none"


@dataclass(frozen=True, slots=True)
class Option:
    """One allowed answer: a short word, what it means, and what study.toml says for it where that is another word."""

    word: str
    meaning: str
    value: str | bool | None = None

    @property
    def stored(self) -> str | bool:
        """What study.toml says."""
        return self.word if self.value is None else self.value


YES_NO = (Option("yes", "yes", True), Option("no", "no", False))


@dataclass(frozen=True, slots=True)
class Number:
    """A number between two bounds; `is_whole` for counts, `may_be_none` where there may be none at all."""

    least: float
    most: float
    is_whole: bool = True
    may_be_none: bool = False
    decimals: int = 6
    """Digits behind the point: two of an amount that is paid out."""

    @property
    def described(self) -> str:
        """What may be answered, in words."""
        kind = "a whole number" if self.is_whole else "a number"
        if not self.is_whole and self.decimals == 2:
            kind += " with at most two decimals"
        return f"{kind} from {self.least:.12g} to {self.most:.12g}" + (
            f", or {NONE}" if self.may_be_none else ""
        )


@dataclass(frozen=True, slots=True)
class Text:
    """A line of one's own; `allowed` says in words what `is_allowed` holds to, an empty line where `may_be_empty`."""

    allowed: str = "a line of text"
    is_allowed: Callable[[str], bool] = bool
    may_be_empty: bool = False


def always(_: Answers) -> bool:
    """Of a choice that every study has."""
    return True


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice; what may be answered is `options` (one of them, or several with `is_many`), a Number or a Text."""

    key: str
    question: str
    meaning: str
    allowed: tuple[Option, ...] | Number | Text
    default: Value
    why: str
    """The reason for the default."""
    comment: str
    """One line above the key in study.toml."""
    is_asked: Callable[[Answers], bool] = always
    is_many: bool = False
    may_be_empty: bool = False
    depends: Callable[[Answers], Value] | None = None
    """The default where it follows from answers before it."""

    def suggested(self, answers: Answers) -> Value:
        """The default, given the answers before it."""
        return self.depends(answers) if self.depends else self.default

    @property
    def options(self) -> tuple[Option, ...]:
        """The allowed answers where they are a closed list."""
        return self.allowed if isinstance(self.allowed, tuple) else ()

    def shown(self, value: Value) -> str:
        """An answer in the words in which it is given."""
        if value is None or value == () or value == "":
            return NONE
        if isinstance(value, tuple):
            return ", ".join(self.shown(item) for item in value)
        for option in self.options:
            if option.stored == value and type(option.stored) is type(value):
                return option.word
        # All digits that somebody can type: what is shown is read again.
        return f"{value:.15g}" if isinstance(value, float) else str(value)

    def read(self, text: str) -> Value:
        """The answer that a line means; raises BadInput that says what is allowed."""
        text = text.strip()
        match self.allowed:
            case Number() as number:
                return _read_number(text, number)
            case Text() as wanted:
                return _read_text(text, wanted)
            case options:
                words = [word.strip() for word in text.split(",") if word.strip()]
                if self.is_many:
                    found = () if words == [NONE] else tuple(_option(word, options) for word in words)
                    if not found and not self.may_be_empty:
                        raise BadInput("Choose at least one.")
                    # In the order of the list, so that the same answers make the same file.
                    return tuple(str(o.stored) for o in options if o in found)
                return _option(text, options).stored


def _option(word: str, options: tuple[Option, ...]) -> Option:
    for n, option in enumerate(options, 1):
        if word.lower() in (option.word, str(n)):
            return option
    allowed = ", ".join(option.word for option in options)
    raise BadInput(f"Found {word!r}; allowed are {allowed}, or the number before it.")


def _read_number(text: str, wanted: Number) -> Value:
    if wanted.may_be_none and text.lower() in (NONE, ""):
        return None
    allowed = f"allowed is {wanted.described}"
    try:
        # A comma is a decimal point in half of the world, and never groups the small numbers asked for here.
        value: int | float = int(text) if wanted.is_whole else float(text.replace(",", "."))
    except ValueError:
        raise BadInput(f"Found {text!r}; {allowed}.") from None
    if not wanted.least <= value <= wanted.most or round(value, wanted.decimals) != value:
        raise BadInput(f"Found {text!r}; {allowed}.")
    return value


def _read_text(text: str, wanted: Text) -> Value:
    if wanted.may_be_empty and text.lower() in (NONE, ""):
        return None
    if not text or not text.isprintable() or not wanted.is_allowed(text):
        raise BadInput(f"Found {text!r}; allowed is {wanted.allowed}.")
    return text
