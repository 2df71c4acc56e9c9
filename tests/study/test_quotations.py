"""Where a text quotes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_app.study.quotations import MAX_LENGTH, quotations


def found(text: str) -> list[str]:
    return [span.text for span in quotations(text)]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('He says "it was cold" there.', ["it was cold"]),
        ("He says “it was cold” there.", ["it was cold"]),
        ("Er sagt „es war kalt“ dort, und „nass”.", ["es war kalt", "nass"]),
        ("Il dit « il fait froid » ici.", ["il fait froid"]),
        ("Er sagt »es war kalt« dort.", ["es war kalt"]),
        ('*"it was cold"* and ("wet")', ["it was cold", "wet"]),
        ('It says:\n\n"One."\n"Two."', ["One.", "Two."]),
        ("“He said “no” to me” and “went”", ["He said “no” to me", "went"]),
        ('"It didn\'t," she said, "ever."', ["It didn't,", "ever."]),
        ('"One line\nand the next" it says', ["One line\nand the next"]),
        ("“One paragraph.\n\n“And the next.” The end", ["One paragraph.", "And the next."]),
        ("“One paragraph.\n\nAnd the next.” The end", ["One paragraph.\n\nAnd the next."]),
        ("> It was cold\n> and wet.\n\nSo it says.", ["It was cold\nand wet."]),
        ("It says:\n> It was cold\nSo.", ["It was cold"]),
        (">It was\n>>cold", ["It was\ncold"]),
    ],
)
def test_quotations_are_seen(text: str, quoted: list[str]) -> None:
    assert found(text) == quoted


@pytest.mark.parametrize(
    "text",
    [
        "It's the boys' 'own' dogs'",
        'a 5" pipe and a 6" pipe',
        '"it never closes',
        'it was never opened"',
        "”the wrong way round“",
        '""',
        '" "',
        "x > y and y > z",
        '"' + "far " * MAX_LENGTH + '"',
    ],
)
def test_other_marks_quote_nothing(text: str) -> None:
    assert found(text) == []


def test_a_mark_that_never_closes_does_not_swallow_the_next_quotation() -> None:
    assert found('It says "it was. Then it says "it was cold".') == ["it was cold"]
    assert found("A 6“ pipe. “It was cold”") == ["It was cold"]


def test_a_block_keeps_the_quotations_inside_it() -> None:
    (block,) = quotations("> “It was cold.” (Chapter 2)")

    assert block.text == "“It was cold.” (Chapter 2)"
    assert [inner.text for inner in block.inner] == ["It was cold."]


@given(st.text(st.sampled_from(list("ab \n>.,\"“”„«»'")), max_size=80))
def test_quotations_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    end = 0
    for span in quotations(text):
        assert end <= span.begin < span.end <= len(text)
        assert span.text.strip()
        assert set(span.text) <= set(text)
        end = span.end
        for inner in span.inner:
            assert span.begin <= inner.begin < inner.end <= span.end
