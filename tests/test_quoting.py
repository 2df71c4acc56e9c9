"""Quotations held against a passage: what a reader would call exact, nearly, or not there."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oversight_app.quoting import Likeness, quotes

PASSAGE = (
    "It was a bright cold day in April — and the clocks were striking thirteen.",
    "“I won't go,” she said; “not now . . . not ever.” She ran away to the harbour.",
    "He did not love her. The R&R treatment cost $5, they said, on the 12th of May.",
)
WHOLE = " ".join(PASSAGE)
EXACT, NEARLY, NOT_FOUND = Likeness.EXACT, Likeness.NEARLY, Likeness.NOT_FOUND


def likeness(quoted: str, *, besides: tuple[str, ...] = ()) -> Likeness | None:
    """Of one quotation between marks; None where it is not taken for one."""
    found = quotes(f"It says: “{quoted}” there.", PASSAGE, besides)
    return found[0].likeness if found else None


@pytest.mark.parametrize(
    "quoted",
    [
        "the clocks were striking thirteen",
        "It was a Bright Cold Day",
        "it  was a\nbright cold day",
        "a bright cold day,",
        "in April - and the clocks",
        "in April—and the clocks",
        "I won’t go, she said",
        "'I won't go,' she said",
        "not now... not ever",
        "**bright** cold _day_",
        "striking thirteen. I won't go, she said",
        "the R&R treatment cost $5",
        "[T]he clocks were striking",
        "…the clocks were striking thirteen…",
    ],
)
def test_the_same_words_are_exact_however_they_are_set(quoted: str) -> None:
    assert likeness(quoted) is EXACT


@pytest.mark.parametrize(
    "quoted",
    [
        "It was a bright, cold day in early April",
        "the clock was striking thirteen",
        "She ran away into the harbour",
        "I will not go, she said; not now . . . not ever",
    ],
)
def test_other_words_are_not_exact(quoted: str) -> None:
    assert likeness(quoted) in (NEARLY, NOT_FOUND)


@pytest.mark.parametrize(
    "quoted",
    [
        "It was a bright, cold day in early April",
        "the clock was striking thirteen",
        "She ran away into the harbour",
        "She ran awy to the harbor",
    ],
)
def test_a_slip_is_nearly(quoted: str) -> None:
    assert likeness(quoted) is NEARLY


@pytest.mark.parametrize(
    "quoted",
    [
        "He did love her. The R&R treatment",
        "He didn't love anybody at all",
        "they said, on the 13th of May",
        "the clocks were not striking thirteen",
        "I will go, she said; not now . . . not ever",
        "nothing of the sort is written here",
    ],
)
def test_a_turned_sentence_another_number_and_an_invention_are_not_found(quoted: str) -> None:
    assert likeness(quoted) is NOT_FOUND


def test_a_part_of_a_word_is_no_quotation_of_it() -> None:
    assert likeness("he ran away to the harbour") is not EXACT
    assert likeness("bright cold day in Apr") is not EXACT


@pytest.mark.parametrize("quoted", ["no way", "thirteen", "cold day"])
def test_a_word_or_two_in_marks_are_a_manner_of_speaking(quoted: str) -> None:
    assert likeness(quoted) is None


def test_the_parts_beside_an_ellipsis_must_all_be_there_and_in_order() -> None:
    assert likeness("a bright cold day ... were striking thirteen") is EXACT
    assert likeness("a bright cold day […] ran away to the harbour") is EXACT
    assert likeness("She ran away . . . on the 12th of May") is EXACT
    assert likeness("were striking thirteen ... a bright cold day") is NEARLY
    assert likeness("a bright cold day ... never to be seen again") is NOT_FOUND


def test_a_word_beside_an_ellipsis_must_stand_near() -> None:
    far = (
        "I am here.",
        *("Nothing happens in this paragraph at all." for _ in range(20)),
        "He did love her so.",
    )

    (quote,) = quotes('"I ... did love her so"', far)

    assert quote.likeness is NOT_FOUND
    assert likeness("It ... bright cold day in April") is EXACT


def test_the_passages_own_words_come_with_it() -> None:
    (quote,) = quotes('He says "SHE SAID; not now... not ever" once.', PASSAGE)
    (near,) = quotes('He says "the clock was striking thirteen" once.', PASSAGE)
    (parts,) = quotes('"a bright cold day ... on the 12th of May"', PASSAGE)

    assert quote.words == ("she said; “not now . . . not ever",)
    assert near.words == ("the clocks were striking thirteen",)
    assert parts.words == ("a bright cold day", "on the 12th of May")


def test_what_is_quoted_from_the_question_is_not_called_missing() -> None:
    options = ("He hated every one of them", "She ran away to the harbour")

    assert likeness("he hated every one of them.", besides=options) is None
    assert likeness("she ran away to the harbour", besides=options) is EXACT
    assert likeness("he hated every one of us all", besides=options) is NOT_FOUND


def test_a_block_is_one_quotation_and_its_source_line_does_not_spoil_it() -> None:
    block = quotes("> It was a bright cold\n> day in April\n\nSo.", PASSAGE)
    sourced = quotes("> “She ran away to the harbour.” (Chapter 2)", PASSAGE)

    assert [(q.likeness, q.words) for q in block] == [(EXACT, ("It was a bright cold day in April",))]
    assert [q.likeness for q in sourced] == [EXACT]


def test_without_a_passage_there_is_nothing_to_compare_with() -> None:
    assert quotes('"It was a bright cold day"', ()) == ()


# -- whatever the text ----------------------------------------------------------------------------------

_WORDS = WHOLE.split()
_SPACE = st.sampled_from([" ", "  ", "\n", "\u00a0"])


@st.composite
def slices(draw: st.DrawFn) -> tuple[int, int]:
    begin = draw(st.integers(0, len(_WORDS) - 4))
    return begin, draw(st.integers(begin + 4, min(len(_WORDS), begin + 14)))


@given(slices(), _SPACE, st.booleans())
def test_any_words_of_the_passage_are_exact(place: tuple[int, int], space: str, is_loud: bool) -> None:
    assume(sum(any(map(str.isalnum, word)) for word in _WORDS[slice(*place)]) >= 3)
    words = space.join(_WORDS[slice(*place)])
    # Marks of the passage's own dialogue are set as single ones inside a quotation.
    quoted = (words.upper() if is_loud else words).replace("“", "‘").replace("”", "’")

    found = quotes(f"It says “{quoted}” there.", PASSAGE)

    assert [q.likeness for q in found] == [EXACT]
    assert all(part in WHOLE for part in found[0].words)


@given(slices(), slices())
def test_two_pieces_in_order_are_exact_and_turned_round_are_not(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    assume(one[1] <= other[0])
    first, second = (
        " ".join(_WORDS[slice(*place)]).translate({8220: None, 8221: None}) for place in (one, other)
    )

    assert likeness(f"{first} ... {second}") is EXACT
    assert likeness(f"{second} ... {first}") is not EXACT


_PIECES = st.lists(st.sampled_from([*"ab .,…-\n>\"“”'[]", "clocks ", "were striking ", "thirteen ", "not "]))


@given(_PIECES.map("".join))
def test_whatever_a_reply_says_marks_lie_in_it_and_words_in_the_passage(text: str) -> None:
    end = 0
    for quote in quotes(text, PASSAGE):
        assert end <= quote.begin < quote.end <= len(text)
        assert (quote.words == ()) == (quote.likeness is NOT_FOUND)
        assert all(part and part in WHOLE for part in quote.words)
        end = quote.end
