"""From the name of a model to the batches of its service; not every service has them."""

import os
from collections.abc import Mapping

from oversight_app.clock import Clock
from oversight_app.errors import BadInput
from oversight_app.providers.anthropic_batch import AnthropicBatches
from oversight_app.providers.anthropic_service import AnthropicProvider
from oversight_app.providers.batches import Batches
from oversight_app.providers.openai_batch import OpenAIBatches
from oversight_app.providers.openai_service import OpenAIChatProvider, OpenAIProvider
from oversight_app.providers.registry import check_provider, provider_for
from oversight_app.study.design import split_model

WITH_BATCHES = ("openai", "openai_chat", "anthropic")


def must_have_batches(model: str) -> None:
    """Raise BadInput for a model, PROVIDER:NAME[@BASE_URL], whose service takes no batches."""
    provider, _ = split_model(model)
    if provider not in WITH_BATCHES:
        raise BadInput(
            f"{model!r} cannot be asked in batches: only openai:NAME, openai_chat:NAME and anthropic:NAME have a batch "
            "service. Leave --batch out to ask it request by request."
        )


def batches_for(model: str, *, clock: Clock, environment: Mapping[str, str] | None = None) -> Batches:
    """The batches of PROVIDER:NAME; raises BadInput where there are none, ProviderConfigError for a missing key."""
    environment = os.environ if environment is None else environment
    must_have_batches(model)
    check_provider(model, environment)
    provider, name = provider_for(model, clock=clock, environment=environment)
    if isinstance(provider, AnthropicProvider):
        return AnthropicBatches(provider, name, clock)
    assert isinstance(provider, OpenAIProvider | OpenAIChatProvider)
    return OpenAIBatches(provider, name, clock)
