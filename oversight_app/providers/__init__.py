"""Model services. One verb: `reply(request)` yields pieces of text and ends with one `Reply`."""

from oversight_app.providers.abilities import has_grammar, has_temperature, unhonoured
from oversight_app.providers.prices import planned_prices, price_of
from oversight_app.providers.registry import check_provider, prepare, provider_for, sends_key_in_clear

__all__ = [
    "check_provider",
    "has_grammar",
    "has_temperature",
    "planned_prices",
    "prepare",
    "price_of",
    "provider_for",
    "sends_key_in_clear",
    "unhonoured",
]
