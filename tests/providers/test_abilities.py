"""A setting that a service cannot honour is said before the study is frozen."""

import pytest

from oversight_app.providers import has_temperature, unhonoured
from oversight_app.providers.abilities import ABILITIES
from oversight_app.study.design import PROVIDERS


def test_every_provider_says_what_it_can_do() -> None:
    assert ABILITIES.keys() == set(PROVIDERS)


@pytest.mark.parametrize(
    ("model", "temperature", "effort", "said"),
    [
        ("anthropic:claude", 0.7, "", ["assistant.temperature: found 0.7", "anthropic", "Take the line out"]),
        (
            "anthropic:claude",
            None,
            "minimal",
            ['assistant.effort: found "minimal"', "low, medium, high, xhigh, max"],
        ),
        ("anthropic:claude", None, "none", ['assistant.effort: found "none"', "low, medium"]),
        ("compatible:q@http://host/v1", None, "low", ['assistant.effort: found "low"', "Take the line out"]),
        ("scripted:demo", None, "low", ['assistant.effort: found "low"', "no such setting"]),
    ],
)
def test_each_problem_says_where_what_and_what_to_do(
    model: str, temperature: float | None, effort: str, said: list[str]
) -> None:
    (problem,) = unhonoured(model, temperature=temperature, effort=effort)

    assert all(part in problem for part in said)


@pytest.mark.parametrize(
    ("model", "temperature", "effort"),
    [
        ("openai:o", 0.0, "none"),
        ("openai_chat:o", None, "minimal"),
        ("anthropic:claude", None, "max"),
        ("compatible:q@http://host/v1", 1.0, ""),
        ("scripted:demo", None, ""),
    ],
)
def test_what_can_be_honoured_is_no_problem(model: str, temperature: float | None, effort: str) -> None:
    assert unhonoured(model, temperature=temperature, effort=effort) == []


def test_two_problems_are_two_sentences() -> None:
    assert len(unhonoured("anthropic:claude", temperature=1.0, effort="none")) == 2


def test_which_services_can_be_told_a_temperature() -> None:
    assert [name for name in PROVIDERS if not has_temperature(name)] == ["anthropic"]
