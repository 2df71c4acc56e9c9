"""Prices and caps in study.toml."""

import pytest

from oversight_app.errors import DesignError
from oversight_app.study.design import Price, read_design

SMALL = 'title = "A study"\n[tasks.mmlu]\nquestions_per_condition = 4\n'


def test_prices_and_caps_are_read() -> None:
    design = read_design(
        SMALL
        + "[assistant]\nmax_parallel = 4\n[assistant.spending]\nper_study = 50\nper_participant = 2\n"
        + '[prices."openai:gpt"]\ninput = 2.5\ncached = 0.25\noutput = 10\n'
    )

    assert design.prices == {"openai:gpt": Price(input=2.5, cached=0.25, output=10)}
    assert design.assistant.max_parallel == 4
    assert (design.assistant.spending.per_study, design.assistant.spending.per_participant) == (50, 2)


def test_without_a_word_there_is_no_cap_and_32_replies_at_a_time() -> None:
    design = read_design(SMALL)

    assert not design.assistant.spending.has_cap
    assert design.assistant.max_parallel == 32


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("[assistant]\nmax_parallel = 0", ["assistant.max_parallel: found 0", "equal to 1"]),
        ("[assistant.spending]\nper_study = 0", ["assistant.spending.per_study: found 0"]),
        ("[assistant.spending]\nper_person = 1", ["assistant.spending.per_person is not a key"]),
        ('[prices."openai:gpt"]\ninput = 1', ["prices.openai:gpt.output is missing"]),
        (
            '[prices."openai:gpt"]\ninput = 1\noutput = 1\nas_of = "2026-11"',
            ["prices.openai:gpt.as_of is not a key"],
        ),
        ('[prices."openai:gpt"]\ninput = -1\noutput = 1', ["prices.openai:gpt.input: found -1"]),
        (
            '[prices."openai:gpt"]\ninput = 1\noutput = 1\ncache = 1',
            ["prices.openai:gpt.cache is not a key", "did you mean cached?"],
        ),
        ('[prices."openai:gpt"]\ninput = inf\noutput = 1', ["prices.openai:gpt.input: found inf"]),
        ('[prices]\n"openai:gpt" = 3', ["prices.openai:gpt: found 3", "table"]),
        ("[prices.gpt]\ninput = 1\noutput = 1", ["prices: ", "found 'gpt'", "PROVIDER:NAME"]),
        (
            '[prices."anthropic:claude"]\ninput = 1\noutput = 1',
            ['prices."anthropic:claude".cache_written is missing'],
        ),
    ],
)
def test_a_mistake_in_them_is_named(section: str, says: list[str]) -> None:
    with pytest.raises(DesignError) as refused:
        read_design(SMALL + section)

    assert all(words in str(refused.value) for words in says), str(refused.value)
