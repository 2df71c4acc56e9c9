import pytest

from oversight_app.errors import BadInput, ProviderConfigError
from oversight_app.providers.batching import batches_for
from tests.builders import make_clock

KEYS = {"OPENAI_API_KEY": "sk-1", "ANTHROPIC_API_KEY": "sk-2"}


@pytest.mark.parametrize("model", ["openai:m", "openai_chat:m", "anthropic:m"])
def test_the_services_with_batches_are_known(model: str) -> None:
    batches = batches_for(model, clock=make_clock(), environment=KEYS)

    assert f"{batches.name}:{batches.model}" == model


@pytest.mark.parametrize("model", ["scripted:demo", "compatible:m@http://127.0.0.1:1/v1"])
def test_a_model_without_batches_is_refused_with_those_that_have_them(model: str) -> None:
    with pytest.raises(BadInput, match="only openai:NAME, openai_chat:NAME and anthropic:NAME"):
        batches_for(model, clock=make_clock(), environment=KEYS)


def test_a_missing_key_is_found_before_anything_is_sent() -> None:
    with pytest.raises(ProviderConfigError, match="Set OPENAI_API_KEY"):
        batches_for("openai:m", clock=make_clock(), environment={})
