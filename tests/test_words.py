"""The interface's words: complete in every language, used in full, and never missing in front of a participant."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from oversight_app.errors import DesignError
from oversight_app.words import LANGUAGES, Words, holes_of, read_words
from tests.test_house import parsed, texts_of

CODE = Path(__file__).resolve().parent.parent / "oversight_app"
SCREENS = CODE / "screens"
WORDS = {language: read_words(language) for language in LANGUAGES}
ENGLISH = WORDS["en"].texts
SECTIONS = {key.partition(".")[0] for key in ENGLISH}
SAYING = {"say", "say_html"}
LABELLED = set(
    "button checkbox chat_input html leave_button link_button markdown number_input popover prose radio "
    "segmented_control select_slider selectbox slider text text_area text_input toggle write".split()
)
"""Calls whose first argument a participant reads."""
NAMING = r'(?:aria-label|title|placeholder|alt)="([^"]*)"'
"""Attributes that a participant reads or hears."""


# -- saying ----------------------------------------------------------------------------------------------


def test_a_number_chooses_between_two_sentences() -> None:
    assert WORDS["en"].say("number.minutes", n=1) == "1 minute"
    assert WORDS["en"].say("number.minutes", n=0) == "0 minutes"
    assert WORDS["de"].say("number.minutes", n=2) == "2 Minuten"


def test_what_fills_a_hole_is_never_read_as_a_hole_itself() -> None:
    assert WORDS["en"].say("chat.answered", text="{text} {n}") == "The assistant answered: {text} {n}"


def test_a_hole_can_be_left_for_a_script_in_the_browser() -> None:
    assert WORDS["de"].say("search.n_of", n="{n}", total="{total}") == "{n} von {total}"


def test_what_cannot_be_said_in_german_is_said_in_english_and_logged(unsaid: list[str]) -> None:
    words = Words({"language.code": "de", "rest.progress": "{n} von {of}"})

    assert words.say("rest.progress", n=1, total=2) == "1 of 2 questions done"
    assert words.say("buttons.next") == "Next"
    assert len(unsaid) == 2
    unsaid.clear()


def test_even_a_key_that_nobody_wrote_shows_something(unsaid: list[str]) -> None:
    assert WORDS["en"].say("chat.ask_them_again") == "Ask them again"
    assert WORDS["en"].say("rest.progress", n=1) == "1 of  questions done"
    assert unsaid
    unsaid.clear()


# -- a study's own words -----------------------------------------------------------------------------------


def test_a_studys_own_words_stand_over_the_languages() -> None:
    words = read_words(
        "de", {"consent": {"agree": "Ja, gern"}, "begin": {"minutes": {"one": "Eine Minute."}}}
    )

    assert words.say("consent.agree") == "Ja, gern"
    assert words.say("begin.minutes", n=1) == "Eine Minute."
    assert words.say("consent.refuse") == WORDS["de"].say("consent.refuse")
    assert words.language == "de"


@pytest.mark.parametrize(
    ("own", "says"),
    [
        ({"consent": {"agre": "Yes"}}, "consent.agre is no key of the interface. Did you mean consent.agree"),
        ({"zzz": {"qqqqq": "Yes"}}, "zzz.qqqqq is no key of the interface"),
        ({"rest": {"progress": "{n} done"}}, "rest.progress lacks {total}"),
        ({"begin": {"minutes": {"other": "Some minutes"}}}, "begin.minutes.other lacks {n}"),
        ({"rest": {"progress": "{n} {total} {x}"}}, "rest.progress has {x}, which nothing fills"),
        ({"begin": {"minutes": "{n} minutes"}}, "begin.minutes depends on a number and needs two forms"),
        ({"consent": {"agree": 3}}, "consent.agree is 3"),
        ({"consent": {"agree": " "}}, "consent.agree is empty"),
    ],
)
def test_a_mistake_in_a_studys_own_words_is_named(own: dict[str, object], says: str) -> None:
    with pytest.raises(DesignError, match=r"^texts/interface\.toml: ") as error:
        read_words("en", own)

    assert says in str(error.value)


def test_an_unknown_language_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(DesignError, match=r"'fr'; there are de \(Deutsch\), en \(English\)"):
        read_words("fr")


# -- in a plan -----------------------------------------------------------------------------------------------


def test_words_come_back_from_a_plan_as_they_were() -> None:
    words = read_words("de", {"consent": {"agree": "Ja, gern"}})

    assert Words.from_dict(words.as_dict()) == words


def test_what_an_older_plan_has_no_words_for_is_said_all_the_same() -> None:
    older = read_words("de", {"consent": {"agree": "Ja, gern"}}).as_dict()
    del older["buttons.next"]

    assert Words.from_dict(older).say("buttons.next") == WORDS["de"].say("buttons.next")
    assert Words.from_dict(older).say("consent.agree") == "Ja, gern"
    assert Words.from_dict({}) == WORDS["en"]
    assert Words.from_dict({"language.code": "nl"}).say("buttons.next") == "Next"


# -- complete in every language, and used ----------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    texts = WORDS[language].texts

    assert texts.keys() == ENGLISH.keys()
    assert [
        key for key in ENGLISH if holes_of(texts[key]) != holes_of(ENGLISH[key]) and not key.endswith(".one")
    ] == []
    assert [key for key, text in texts.items() if text != text.strip() or not text] == []
    assert texts["language.code"] == language


def test_whatever_the_code_says_has_words() -> None:
    """A key with a typing error, or a sentence said without what fills its holes, is found here and not by a
    participant who comes by that corner of the page."""
    wrong = [
        f"{path.name}:{call.lineno}: {key} with {sorted(given)}"
        for path in sorted(CODE.rglob("*.py"))
        for call, key, given in said(parsed(path))
        if wanted(key) != given
    ]
    strange = [
        f"{path.name}: {text}"
        for path in sorted(SCREENS.glob("*.py"))
        for text in map(str, (literal.value for literal in texts_of(parsed(path))))
        if looks_like_a_key(text) and wanted(text) is None
    ]

    assert wrong == []
    assert strange == []


def test_every_sentence_is_said_somewhere() -> None:
    """A sentence that nothing says is work for every translator, and a wish of the code that was given up."""
    trees = [parsed(path) for path in CODE.rglob("*.py")]
    used = {str(text.value) for tree in trees for text in texts_of(tree)}
    used |= {key for tree in trees for _, key, _ in said(tree)}

    assert [key for key in ENGLISH if {key, re.sub(r"\.(one|other)$", "", key)}.isdisjoint(used)] == []


def said(tree: ast.Module) -> Iterator[tuple[ast.Call, str, frozenset[str]]]:
    """Every call that names a sentence, with its key and the holes that it fills."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not call.args or any(k.arg is None for k in call.keywords):
            continue
        first = call.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            if name_of(call) in SAYING:
                yield call, first.value, frozenset(str(keyword.arg) for keyword in call.keywords)
            elif name_of(call) == "Reminder":
                yield (
                    call,
                    f"reminders.{first.value}",
                    frozenset(str(keyword.arg) for keyword in call.keywords),
                )


def wanted(key: str) -> frozenset[str] | None:
    """The holes of a sentence, `n` included where it has two forms; None for a key that there is not."""
    if f"{key}.other" in ENGLISH:
        return holes_of(ENGLISH[f"{key}.other"]) | {"n"}
    return holes_of(ENGLISH[key]) if key in ENGLISH else None


def looks_like_a_key(text: str) -> bool:
    is_file = text.endswith((".css", ".html", ".js", ".toml"))
    return (
        re.fullmatch(r"[a-z_]+\.[a-z_.]+", text) is not None
        and text.partition(".")[0] in SECTIONS
        and not is_file
    )


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


# -- nothing beside the files ------------------------------------------------------------------------------------


def test_no_screen_has_a_sentence_of_its_own() -> None:
    """What stands in the code is in no language file, and a German participant meets it in English."""
    in_python = [
        f"{path.name}:{line}: {text}"
        for path in sorted(SCREENS.glob("*.py"))
        if path.name != "assets.py"  # hands scripts and styles to the browser, and says nothing itself
        for line, text in read_by_a_participant(parsed(path))
    ]
    beside_it = [
        f"{path.name}: {text}"
        for kind, find in (("*.html", in_html), ("*.js", in_script), ("*.css", in_style))
        for path in sorted(SCREENS.glob(kind))
        for text in find(path.read_text(encoding="utf-8"))
    ]

    assert in_python == []
    assert beside_it == []


def in_html(source: str) -> list[str]:
    source = re.sub(r"<(style|svg).*?</\1>|<!.*?>", "", source, flags=re.DOTALL)
    shown = re.findall(r">([^<]+)", source) + re.findall(NAMING, source)
    return [text for text in shown if re.search(r"[A-Za-z]", re.sub(r"\$\w+", "", text))]


def in_script(source: str) -> list[str]:
    """Sentences and capitalised words in quotes, what a value is compared with (a key's name) left out."""
    source = re.sub(r"//.*|[!=]== \"\w+\"", "", source)
    texts = [re.sub(r"\$\{[^}]*\}", "0", text[1:-1]) for text in re.findall(r"\"[^\"\n]*\"|`[^`]*`", source)]
    return [
        text
        for text in texts
        if re.search(r"\w [a-z]|^[A-Z][a-z]", text) and not re.search(r"[.\[#:>=/<]", text)
    ]


def in_style(source: str) -> list[str]:
    return re.findall(r"content: \"([^\"]*[A-Za-z][^\"]*)\"", source)


def read_by_a_participant(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Literals that are, or hold, words of a language: text in HTML, names in its attributes, labels, sentences."""
    labels = {
        id(call.args[0])
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and call.args and name_of(call) in LABELLED
    }
    logged = {
        id(part)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and name_of(call) in {"exception", "error", "warning", "info", "debug"}
        for part in ast.walk(call)
    }
    for node, text in literals(tree):
        if id(node) in logged:
            continue
        without_tags = re.sub(r"<style>.*|<[^>]*>|&\w+;", " ", text, flags=re.DOTALL)
        names = re.findall(NAMING, text)
        is_html = "<" in text
        words = r"[A-Za-z]{2,}" if is_html or id(node) in labels else r"[A-Za-z]{2,}[,;:]? [a-z]"
        if re.search(words, without_tags) or any(re.search(r"[A-Za-z]", name) for name in names):
            yield node.lineno, text


def literals(tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    """Strings, docstrings left out; in an f-string a `0` stands for what is filled in."""
    said_of_a_name = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    plain = {id(node): node for node in texts_of(tree) if id(node) not in said_of_a_name}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "0" for part in node.values]
            yield node, "".join(map(str, parts))
            for part in node.values:
                plain.pop(id(part), None)
    for node in plain.values():
        yield node, str(node.value)
