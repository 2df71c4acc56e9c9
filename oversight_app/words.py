"""What the interface says, as values: one file a language beside the code, and a study's own wording over it.

A sentence is known by its key, `section.name` as in `languages/en.toml`, and has named holes, `{n}`. A sentence that
depends on a number is two, `section.name.one` and `section.name.other`, and the hole `n` chooses. Planning reads the
words once and freezes them into the plan as a plain dict; a running study reads them from there. Who writes a study's
own wording hears of every mistake; a participant never does: what cannot be said in their words is said in English,
and the log has the rest.
"""

import difflib
import logging
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

from oversight_app.errors import DesignError

_LOG = logging.getLogger("oversight.words")
_FOLDER = files("oversight_app").joinpath("languages")
_HOLE = re.compile(r"\{([a-z_]+)\}")
_FORMS = ("one", "other")

LANGUAGES = tuple(
    sorted(entry.name.removesuffix(".toml") for entry in _FOLDER.iterdir() if entry.name.endswith(".toml"))
)
"""The languages there are, by the code that a design names them with."""

ENGLISH = "en"


@dataclass(frozen=True)
class Words:
    """Every sentence of the interface by its key, in one language."""

    texts: Mapping[str, str]

    @classmethod
    def from_dict(cls, texts: Mapping[str, str]) -> Self:
        """The words of a plan. What an older plan has no words for comes from its language's file, or from English."""
        code = texts.get("language.code", ENGLISH)
        return cls({**_file(code if code in LANGUAGES else ENGLISH), **texts})

    def as_dict(self) -> dict[str, str]:
        """The words as a plan keeps them."""
        return dict(self.texts)

    @property
    def language(self) -> str:
        """The language's code, as a page's `lang` says it."""
        return self.texts["language.code"]

    def say(self, key: str, /, **holes: object) -> str:
        """The sentence of this key with its holes filled: `say("rest.progress", n=3, total=20)`.

        Plain text. A hole may be filled with its own name, `n="{n}"`, where a script in the browser fills it later.
        """
        sentence = _sentence(self.texts, key, holes)
        if sentence is None or not holes_of(sentence) <= holes.keys():
            _LOG.error("%s cannot be said in %s with %s", key, self.language, sorted(holes))
            sentence = _sentence(_file(ENGLISH), key, holes) or _last_resort(key)
        return _HOLE.sub(lambda hole: str(holes.get(hole[1], "")), sentence)


def read_words(
    language: str, own: Mapping[str, object] | None = None, *, file: str = "texts/interface.toml"
) -> Words:
    """The words of a language, with a study's own (the tables of its interface.toml) over them; raises DesignError."""
    if language not in LANGUAGES:
        there_are = ", ".join(f"{code} ({_file(code)['language.name']})" for code in LANGUAGES)
        raise DesignError(f"There is no interface language {language!r}; there are {there_are}.")
    known = _file(language)
    ours = dict(_flat(own or {}, file))
    for key, sentence in ours.items():
        _check(key, sentence, known, file)
    return Words({**known, **ours})


def holes_of(sentence: str) -> frozenset[str]:
    """The names in braces."""
    return frozenset(_HOLE.findall(sentence))


@cache
def _file(language: str) -> Mapping[str, str]:
    name = f"{language}.toml"
    return dict(_flat(tomllib.loads(_FOLDER.joinpath(name).read_text(encoding="utf-8")), name))


# -- saying ----------------------------------------------------------------------------------------------


def _sentence(texts: Mapping[str, str], key: str, holes: Mapping[str, object]) -> str | None:
    return texts.get(key) or texts.get(f"{key}.{'one' if holes.get('n') == 1 else 'other'}")


def _last_resort(key: str) -> str:
    """A key that nobody wrote a sentence for, as words: better than a button with nothing on it."""
    return key.rpartition(".")[2].replace("_", " ").capitalize()


# -- reading ---------------------------------------------------------------------------------------------


def _flat(tables: Mapping[str, object], file: str, inside: str = "") -> Iterator[tuple[str, str]]:
    """`{"consent": {"agree": "Yes"}}` as `("consent.agree", "Yes")`."""
    for name, value in tables.items():
        key = f"{inside}{name}"
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, Mapping):
            yield from _flat(value, file, f"{key}.")
        else:
            raise DesignError(f"{file}: {key} is {value!r}; it has to be a sentence in quotes.")


def _check(key: str, sentence: str, known: Mapping[str, str], file: str) -> None:
    """Whether a study's own sentence can stand for the one in the language's file."""
    if key not in known:
        if f"{key}.other" in known:
            raise DesignError(
                f"{file}: {key} depends on a number and needs two forms: "
                f'{key.rpartition(".")[2]} = {{ one = "...", other = "..." }}.'
            )
        near = difflib.get_close_matches(key, known, n=3, cutoff=0.6)
        hint = (
            f" Did you mean {' or '.join(near)}?" if near else " The keys are those of the language's file."
        )
        raise DesignError(f"{file}: {key} is no key of the interface.{hint}")
    if not sentence.strip():
        raise DesignError(f"{file}: {key} is empty; it has to say something.")
    holes, wanted = holes_of(sentence), holes_of(known[key])
    if missing := wanted - holes:
        raise DesignError(
            f"{file}: {key} lacks {_braced(missing)}; without it the page cannot say {known[key]!r}."
        )
    allowed = wanted | ({"n"} if key.rpartition(".")[2] in _FORMS else frozenset())
    if strange := holes - allowed:
        raise DesignError(
            f"{file}: {key} has {_braced(strange)}, which nothing fills; "
            f"it may have {_braced(allowed) if allowed else 'no names in braces'}."
        )


def _braced(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
