"""What a model costs: the study's own word first, then the table beside this file, else nobody knows.

Only a server on this machine is free without anybody having said so. The table is data, `prices.toml`: list prices of
the services themselves, each with the month of which it was. A model at another address is not theirs to price.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from oversight_app.errors import DesignError
from oversight_app.providers.address import is_loopback
from oversight_app.study.design import Design, ListPrice, Price

_DATE = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2})$")
_FREE = Price(input=0.0, output=0.0)
_LISTED_AS = {"openai_chat": "openai"}
"""Providers that are another way to the same service, with one price list."""


def price_of(model: str, own: Mapping[str, Price]) -> Price | None:
    """The price of a model, PROVIDER:NAME[@BASE_URL], with a study's own prices first; None where it is not known."""
    provider, _, rest = model.partition(":")
    for prices, whose in ((own, provider), (_table(), _LISTED_AS.get(provider, provider))):
        for name in (rest, _DATE.sub("", rest), "*"):
            if price := prices.get(f"{whose}:{name}"):
                return price
    is_here = provider == "compatible" and is_loopback(rest.partition("@")[2])
    return _FREE if is_here else None


def planned_prices(design: Design) -> dict[str, Price]:
    """The prices of a design's models, as far as they are known; raises DesignError for a cap that cannot be kept."""
    models = dict.fromkeys((*design.assistant.models, *design.primary_model_alone.models))
    prices = {model: price for model in models if (price := price_of(model, design.prices)) is not None}
    assistant = design.assistant
    unknown = [model for model in assistant.models if model not in prices]
    if assistant.spending.has_cap and unknown:
        raise DesignError(
            f"study.toml: assistant.spending sets a cap, but nobody knows what {unknown[0]} costs, so it could "
            f'not be kept. Add [prices."{unknown[0]}"] with input and output in US dollars per million tokens, or '
            "take the cap out."
        )
    return prices


@cache
def _table() -> Mapping[str, Price]:
    text = files("oversight_app").joinpath("providers", "prices.toml").read_text(encoding="utf-8")
    return {
        name: (ListPrice if "as_of" in price else Price).model_validate(price)
        for name, price in tomllib.loads(text)["prices"].items()
    }
