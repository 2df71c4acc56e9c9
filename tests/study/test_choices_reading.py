"""Choosing again: the answers are read out of the file that they made, and out of no other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_app.study.choices import CHOICES, answers_in, asked, study_toml
from tests.study.test_choices import BY_KEY, lines_for, written


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({}, optional={choice.key: lines_for(choice) for choice in CHOICES}))
def test_whatever_was_answered_is_read_back_and_makes_the_same_file(lines: dict[str, str]) -> None:
    answers = asked({key: BY_KEY[key].read(line) for key, line in lines.items()})
    toml = study_toml(CHOICES, answers, seed=2022)
    found = answers_in(toml, CHOICES)

    assert found is not None
    assert study_toml(CHOICES, found, seed=2022) == toml


def test_the_answers_are_those_that_were_given() -> None:
    found = answers_in(
        written(tasks=("mmlu",), tasks__mmlu__time_limit_s=None, platform="prolific", log=("focus",)), CHOICES
    )

    assert found is not None
    assert found["tasks"] == ("mmlu",)
    assert (found["tasks.mmlu.time_limit_s"], found["platform"], found["log"]) == (
        None,
        "prolific",
        ("focus",),
    )
    assert "tasks.quality.time_limit_s" not in found


@pytest.mark.parametrize(
    "edited",
    [
        written() + "\n# a note of mine\n",
        written().replace("seed = 1", 'seed = "one"'),
        written().replace("[analysis]", '[analysis]\nalpha = "x"'),
        written().replace("target_n = 40", "target_n = 0"),
        written().replace("[tasks.mmlu]", "[tasks.own]"),
        "tasks = 3\n",
        "not toml",
        "",
    ],
)
def test_a_file_that_somebody_has_edited_is_none_of_them(edited: str) -> None:
    assert answers_in(edited, CHOICES) is None
