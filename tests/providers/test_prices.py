"""Whose word counts for a price, and what follows where there is none."""

import tomllib
from importlib.resources import files

import pytest

from oversight_app.errors import DesignError
from oversight_app.providers.prices import planned_prices, price_of
from oversight_app.study.cost import when_listed
from oversight_app.study.design import ListPrice, Price
from tests.builders import make_design

TABLE = tomllib.loads(
    files("oversight_app").joinpath("providers", "prices.toml").read_text(encoding="utf-8")
)["prices"]
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


@pytest.mark.parametrize("model", [name for name in TABLE if not name.startswith("scripted:")])
def test_a_list_price_says_of_when_it_was_and_is_whole(model: str) -> None:
    price = price_of(model, {})

    assert isinstance(price, ListPrice)
    assert when_listed(price) == f" at list prices of {price.as_of}"
    assert 0 < price.input < price.output
    assert price.cached is None or price.cached < price.input
    if model.startswith("anthropic:"):  # for an hour, as the passage is kept
        assert price.cache_written == 2 * price.input


@pytest.mark.parametrize(
    ("model", "listed"),
    [
        ("openai:gpt-4o-2024-11-20", "openai:gpt-4o"),
        ("openai_chat:gpt-4o-mini", "openai:gpt-4o-mini"),
        ("openai_chat:gpt-4.1-mini-2025-04-14", "openai:gpt-4.1-mini"),
        ("anthropic:claude-haiku-4-5-20251001", "anthropic:claude-haiku-4-5"),
        ("anthropic:claude-sonnet-4-20250514", "anthropic:claude-sonnet-4"),
    ],
)
def test_a_list_price_is_that_of_its_dated_versions_however_the_service_is_asked(
    model: str, listed: str
) -> None:
    assert price_of(model, {}) == ListPrice.model_validate(TABLE[listed])


def test_a_dated_version_that_costs_something_else_stands_for_itself() -> None:
    first, later = price_of("openai:gpt-4o-2024-05-13", {}), price_of("openai:gpt-4o-2024-08-06", {})

    assert first is not None
    assert later is not None
    assert (first.input, later.input) == (5, 2.5)


@pytest.mark.parametrize(
    "model",
    [
        "openai:gpt-4o-audio-preview",
        "openai:gpt-5.9",
        "openai:gpt-5-chat-latest",
        "anthropic:claude-opus-9",
        "anthropic:gpt-4o",
        "compatible:gpt-4o@https://host/v1",
        "openai:gpt-4o@https://host/v1",
    ],
)
def test_a_name_that_only_looks_like_a_listed_one_and_another_address_have_no_price(model: str) -> None:
    assert price_of(model, {}) is None


def test_what_a_study_says_comes_before_the_list_and_bears_no_date() -> None:
    price = price_of("openai:gpt-4o-2024-11-20", {"openai:gpt-4o": OWN})

    assert price == OWN
    assert when_listed(price) == ""


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
