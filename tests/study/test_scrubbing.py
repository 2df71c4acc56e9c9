"""What names or reaches somebody is taken out of free text; numbers of a question stay."""

import pytest

from oversight_app.study.scrubbing import Scrubber


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("write to ann.b+c@mail.example.org!", "write to [email]!"),
        ("ann (at) example.org", "[email]"),
        ("see https://example.org/me?x=1 now", "see [url] now"),
        ("www.example.org and example.com/ann", "[url] and [url]"),
        ("ask @ann_b", "ask [handle]"),
        ("call +49 (0)170 123-4567 or 555-123-4567", "call [phone] or [phone]"),
        ("from 192.168.0.17", "from [ip]"),
        ("I am 5f0c0ffee5f0c0ffee5f0c0f", "I am [id]"),
        ("worker A1B2C3D4E5F6G7", "worker [id]"),
        ("lab code Kiwi-7788, also KIWI-7788", "lab code [id], also [id]"),
        ("label hidden9 here", "label [id] here"),
    ],
)
def test_it_is_replaced_by_what_it_was(text: str, left: str) -> None:
    assert Scrubber(["kiwi-7788", "HIDDEN9", "a"]).clean(text) == left


@pytest.mark.parametrize(
    "text",
    ["I took B because a > b.", "in 1914-1918 it was 0.00012345678", "2 + 2 = 4, not 12,000", "e.g. this"],
)
def test_ordinary_words_and_numbers_stay(text: str) -> None:
    assert Scrubber([]).clean(text) == text
