import html
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_app.study.passages import n_words, paragraphs
from oversight_app.study.questions import Passage, Question
from questions.importers import builtin, quality

# What layout is made of, more often than chance would bring it.
layout = st.text(st.sampled_from(list(" \n\t\r.,;!?'\"()[]“”—…abcXYZ019&\u0085\xa0")), max_size=80)


def without_space(text: str) -> str:
    return "".join(text.split())


def real_passages(shared_data: Path) -> list[Passage]:
    found = [*quality.read(shared_data / "quality_50_stories"), *quality.read(shared_data / "quality")]
    by_text = {
        item.passage.text: item.passage for item in found if isinstance(item, Question) and item.passage
    }
    return list(by_text.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a line\nand the next", ["a line and the next"], id="a single line end is a space"),
        pytest.param("One.\n\nTwo.\n \t\n\n Three.", ["One.", "Two.", "Three."], id="a blank line is a paragraph"),
        pytest.param("One.\r\n\r\nTwo\r\nmore.", ["One.", "Two more."], id="Windows line ends"),
        pytest.param("\n            Slate indents.\n\n         So\n", ["Slate indents.", "So"], id="no indentation"),
        pytest.param("Xenophon's\nAnabasis\n. Her hair", ["Xenophon's Anabasis. Her hair"], id="italics and a point"),
        pytest.param('the\nTimes\n, "and"\nso\n," he', ['the Times, "and" so," he'], id="italics and a comma"),
        pytest.param('He said, "\nNo\n!" and\nhe\n\'s right', ['He said, "No!" and he\'s right'], id="in quotes"),
        pytest.param("(\nsee\n) there", ["(see) there"], id="italics in brackets"),
        pytest.param("of the New York Times , that", ["of the New York Times, that"], id="a space left by a tag"),
        pytest.param("with countless\n\n places", ["with countless places"], id="a break inside a sentence"),
        pytest.param("nothing ...\n\n with one man", ["nothing ... with one man"], id="an ellipsis may go on"),
        pytest.param("It was\n\nAnabasis\n\n, he said", ["It was", "Anabasis, he said"], id="stray punctuation"),
        pytest.param("He ended.\n\nthen again", ["He ended.", "then again"], id="a full stop ends a sentence"),
        pytest.param('"He ended."\n\nthen', ['"He ended."', "then"], id="so does one before a quote"),
        pytest.param("three ranges:\n\na) high", ["three ranges:", "a) high"], id="a colon stands before a list"),
        pytest.param("Title\n\nThe story", ["Title", "The story"], id="a capital begins a paragraph"),
        pytest.param("The end.\n\n* * *\n\nthen", ["The end.", "* * *", "then"], id="an ornament stays alone"),
        pytest.param("R&amp;R &amp;amp; AT&T", ["R&R &amp; AT&T"], id="entities are unescaped once"),
        pytest.param("black&white &copy &notit", ["black&white &copy &notit"], id="an ampersand is not an entity"),
        pytest.param("a\n.30 slug . . . then\n... more", ["a .30 slug . . . then ... more"], id="dots"),
        pytest.param("lost \u0085 letters", ["lost \u0085 letters"], id="C1 characters stay"),
        pytest.param("", [], id="nothing"),
        pytest.param(" \n\n \xa0 \n", [], id="white space alone"),
    ],
)  # fmt: skip
def test_a_passage_is_unwrapped_for_reading(text: str, expected: list[str]) -> None:
    assert list(paragraphs(text)) == expected


@given(layout)
def test_unwrapping_loses_adds_and_moves_no_character(text: str) -> None:
    assert without_space("".join(paragraphs(text))) == without_space(text)


@given(st.text())
def test_no_paragraph_is_empty_or_holds_a_line_end(text: str) -> None:
    found = paragraphs(text)

    assert all(piece and piece == piece.strip(" \t\n\r") for piece in found)
    assert not any("\n" in piece or "\r" in piece for piece in found)


@given(st.lists(st.from_regex(r"[A-Z][a-z]{1,8}( [a-z]{1,8}){0,5}\.", fullmatch=True), max_size=5))
def test_a_text_that_is_laid_out_well_stays_as_it_is(sentences: list[str]) -> None:
    assert list(paragraphs("\n\n".join(sentences))) == sentences


def test_real_passages_keep_every_word_and_lose_their_ragged_layout(shared_data: Path) -> None:
    for passage in real_passages(shared_data):
        found = paragraphs(passage.text)

        plain = html.unescape(passage.text) if "&amp;" in passage.text else passage.text
        assert without_space("".join(found)) == without_space(plain), passage.title
        assert not [piece for piece in found if piece[0] in " \t" or "  " in piece], passage.title
        # No punctuation stands alone behind a space; points of an ellipsis and ".38" are no such thing.
        assert not [piece for piece in found if re.search(r"\w [,;?!](?= )", piece)], passage.title


def test_the_real_sentence_that_a_line_break_cut_is_whole_again(shared_data: Path) -> None:
    story = next(passage for passage in real_passages(shared_data) if passage.passage_id == "52845")

    found = paragraphs(story.text)

    assert any(
        "Every man's mind is a universe with countless places in which he can hide" in piece
        for piece in found
    )
    assert not any(
        "&amp;" in piece for passage in real_passages(shared_data) for piece in paragraphs(passage.text)
    )


def test_slate_paragraphs_are_not_indented_into_code_blocks(shared_data: Path) -> None:
    indented = [
        passage for passage in real_passages(shared_data) if re.search(r"\n[ \t]*\n {4,}\S", passage.text)
    ]

    assert len(indented) >= 9
    assert all(not piece.startswith(" ") for passage in indented for piece in paragraphs(passage.text))


def test_the_built_in_stories_are_laid_out_well_already() -> None:
    with builtin.folder() as folder:
        found = [item for item in builtin.read(folder) if isinstance(item, Question) and item.passage]

    for text in {question.passage.text for question in found if question.passage}:
        assert list(paragraphs(text)) == [piece.strip() for piece in text.split("\n\n") if piece.strip()]


def test_words_are_counted_as_a_reader_counts_them() -> None:
    assert n_words("Don't stop — it's 5 o'clock\n. . . Now!") == 6
