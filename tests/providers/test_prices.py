"""Whose word counts for a price, and what follows where there is none."""

import pytest

from oversight_app.errors import DesignError
from oversight_app.providers.prices import planned_prices, price_of
from oversight_app.study.design import Price
from tests.builders import make_design

OWN = Price(input=1, output=2)
ALL = Price(input=3, output=4)


@pytest.mark.parametrize(
    ("model", "own", "price"),
    [
        ("openai:gpt", {"openai:gpt": OWN}, OWN),
        ("openai:gpt-2026-11-28", {"openai:gpt": OWN}, OWN),
        ("openai:gpt-20261128", {"openai:gpt": OWN}, OWN),
        ("openai:gpt-2026-11-28", {"openai:gpt": OWN, "openai:gpt-2026-11-28": ALL}, ALL),
        # a longer name is another model
        ("openai:gpt-mini", {"openai:gpt": OWN}, None),
        ("openai:gpt", {"openai:gpt-mini": OWN}, None),
        ("openai_chat:gpt", {"openai:gpt": OWN}, None),
        ("openai:gpt-mini", {"openai:*": ALL, "openai:gpt": OWN}, ALL),
        ("compatible:q@https://host/v1", {"compatible:q@https://host/v1": OWN}, OWN),
        ("compatible:q@http://127.0.0.1:8080/v1", {"compatible:q@http://127.0.0.1:8080/v1": OWN}, OWN),
    ],
)
def test_a_price_belongs_to_a_model_and_its_dated_versions(
    model: str, own: dict[str, Price], price: Price | None
) -> None:
    assert price_of(model, own) == price


@pytest.mark.parametrize("model", ["scripted:demo", "compatible:q@http://127.0.0.1:8080/v1"])
def test_the_script_and_servers_on_this_machine_are_free(model: str) -> None:
    price = price_of(model, {})

    assert price is not None
    assert price.is_free


@pytest.mark.parametrize("model", ["openai:gpt", "anthropic:claude", "compatible:q@http://10.0.0.7:8080/v1"])
def test_what_nobody_knows_is_not_free(model: str) -> None:
    assert price_of(model, {}) is None


def test_the_plan_gets_the_prices_of_the_designs_models_as_far_as_they_are_known() -> None:
    design = make_design(
        assistant={"model": "openai:gpt-2026-11-28"},
        analysis={"primary_model_alone": {"model": "openai:other"}},
        prices={"openai:gpt": {"input": 1, "output": 2}, "openai:unused": {"input": 1, "output": 2}},
    )

    assert planned_prices(design) == {"openai:gpt-2026-11-28": OWN}


def test_a_cap_without_a_price_is_refused_with_what_to_add() -> None:
    design = make_design(assistant={"model": "openai:gpt", "spending": {"per_study": 5}})

    with pytest.raises(DesignError, match=r'nobody knows what openai:gpt costs.*\[prices\."openai:gpt"\]'):
        planned_prices(design)
