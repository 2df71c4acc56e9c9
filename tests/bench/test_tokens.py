"""How late words are, as the benchmark of a hundred chats sees them."""

import pytest

from tests.bench.tokens import Looked


def test_a_word_is_as_late_as_when_it_was_first_seen() -> None:
    looked = Looked()

    looked.look(["<h1>Question 1 of 2</h1>", "<p>0:1000 1:1500 </p>"], 2.0)
    looked.look(["<h1>Question 1 of 2</h1>", "<p>0:1000 1:1500 </p>"], 3.0)
    looked.look(["<h1>Question 1 of 2</h1>", "<p>0:1000 1:1500 2:3500 </p>"], 4.0)

    assert looked.delays == pytest.approx({0: 1.0, 1: 0.5, 2: 0.5})


def test_words_are_found_again_where_the_reply_has_moved_to_another_text() -> None:
    looked = Looked()

    looked.look(["<p>0:1000 </p>"], 2.0)
    looked.look(["<div>mine</div><p>0:1000 1:2000 </p>"], 3.0)

    assert looked.delays == pytest.approx({0: 1.0, 1: 1.0})
