from collections.abc import Iterator

import pytest
import streamlit as st

from oversight_app.screens import choices


@pytest.fixture(autouse=True)
def _nothing_marked() -> Iterator[None]:
    st.session_state.clear()
    yield
    st.session_state.clear()


@pytest.mark.parametrize("forged", ["FORGED", "0", -1, 3, 1.0, True, None, [0]])
def test_what_no_option_says_is_as_if_nothing_was_marked(forged: object) -> None:
    st.session_state["question"] = forged

    assert choices.marked("question", 3) is None


def test_a_mark_is_the_options_index() -> None:
    st.session_state["question"] = 2

    assert choices.marked("question", 3) == 2


def test_where_something_is_missing_there_are_fewer_answers_than_questions() -> None:
    st.session_state["first"] = 0

    assert choices.all_marked([("first", 2), ("second", 2)]) == (0,)


def test_a_question_for_the_eye_is_exact_and_its_name_reads_the_same() -> None:
    text = "Is $5 < *10*?"

    assert "Is $5 &lt; *10*?" in choices.asked(text)
    assert choices.named(text).replace("\\", "").replace("\u2060", "") == text
