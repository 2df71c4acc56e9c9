import subprocess
import sys
from datetime import UTC, datetime

import pytest

from oversight_app.clock import SimulatedClock
from oversight_app.errors import BadInput, ProviderConfigError
from oversight_app.providers import check_provider, provider_for, sends_key_in_clear
from oversight_app.providers.anthropic_service import AnthropicProvider
from oversight_app.providers.compatible import CompatibleProvider
from oversight_app.providers.openai_service import OpenAIChatProvider, OpenAIProvider
from oversight_app.providers.scripted import ScriptedProvider

CLOCK = SimulatedClock(datetime(2026, 11, 20, tzinfo=UTC))
LOCAL = "compatible:qwen@http://127.0.0.1:8080/v1"


def test_the_scripted_assistant_needs_nothing() -> None:
    provider, name = provider_for("scripted:demo", clock=CLOCK, environment={})

    assert isinstance(provider, ScriptedProvider)
    assert name == "demo"
    check_provider("scripted:demo", {})


def test_a_compatible_server_has_one_client_per_process() -> None:
    first, name = provider_for(LOCAL, clock=CLOCK, environment={})
    second, other = provider_for(
        "compatible:org/llama:8b@http://127.0.0.1:8080/v1/", clock=CLOCK, environment={}
    )

    assert isinstance(first, CompatibleProvider)
    assert first is second
    assert (name, other) == ("qwen", "org/llama:8b")


@pytest.mark.parametrize("model", ["gemini:pro", "OpenAI:x", "openai:", "demo", "scripted:", "", ":x"])
def test_a_provider_that_is_not_in_this_release_is_refused_with_what_is_allowed(model: str) -> None:
    with pytest.raises(BadInput, match=r"allowed are scripted:NAME, openai:NAME, .*compatible:NAME@BASE_URL"):
        provider_for(model, clock=CLOCK, environment={})


def test_a_compatible_server_without_an_address_is_refused() -> None:
    with pytest.raises(BadInput, match="compatible:NAME@BASE_URL"):
        check_provider("compatible:qwen", {})


@pytest.mark.parametrize(
    "address", ["localhost:8080", "ftp://host/v1", "http://", "http://host:99999/v1", "http://[1/v1"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ProviderConfigError, match="not an address"):
        provider_for(f"compatible:qwen@{address}", clock=CLOCK, environment={})


@pytest.mark.parametrize("address", ["https://me:secret@host/v1", "https://host/v1?key=secret"])
def test_a_secret_in_the_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(ProviderConfigError, match="OVERSIGHT_COMPATIBLE_API_KEY") as raised:
        check_provider(f"compatible:qwen@{address}", {})

    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "llama.localhost"])
def test_a_server_on_this_machine_needs_no_key(host: str) -> None:
    check_provider(f"compatible:qwen@http://{host}:8080/v1", {})


@pytest.mark.parametrize("environment", [{}, {"OPENAI_API_KEY": " "}])
def test_a_missing_key_is_named_before_anybody_is_paid(environment: dict[str, str]) -> None:
    with pytest.raises(ProviderConfigError, match="Set OVERSIGHT_COMPATIBLE_API_KEY"):
        check_provider("compatible:qwen@https://models.example.org/v1", environment)


def test_the_key_of_another_service_is_never_sent_to_a_server_that_a_design_names() -> None:
    with pytest.raises(ProviderConfigError, match="needs a key"):
        check_provider("compatible:qwen@https://models.example.org/v1", {"OPENAI_API_KEY": "k"})


def test_a_key_of_its_own_is_enough() -> None:
    check_provider("compatible:qwen@https://models.example.org/v1", {"OVERSIGHT_COMPATIBLE_API_KEY": "k"})


@pytest.mark.parametrize(
    ("address", "key", "is_clear"),
    [
        ("http://10.0.0.7:8000/v1", "k", True),
        ("http://10.0.0.7:8000/v1", "none", False),
        ("https://models.example.org/v1", "k", False),
        ("http://127.0.0.1:8000/v1", "k", False),
    ],
)
def test_a_key_that_would_travel_in_clear_is_noticed(address: str, key: str, is_clear: bool) -> None:
    environment = {"OVERSIGHT_COMPATIBLE_API_KEY": key}

    assert sends_key_in_clear(f"compatible:qwen@{address}", environment) is is_clear


# -- services with an address of their own ----------------------------------------------------------

SERVICES = [
    ("openai", "OPENAI_API_KEY", "OPENAI_BASE_URL", OpenAIProvider),
    ("openai_chat", "OPENAI_API_KEY", "OPENAI_BASE_URL", OpenAIChatProvider),
    ("anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", AnthropicProvider),
]


@pytest.mark.parametrize(("kind", "key", "address", "expected"), SERVICES)
def test_a_service_is_known_by_name_and_its_address_by_the_environment(
    kind: str, key: str, address: str, expected: type[OpenAIProvider]
) -> None:
    plain, name = provider_for(f"{kind}:big-5", clock=CLOCK, environment={key: "k"})
    again, _ = provider_for(f"{kind}:other", clock=CLOCK, environment={key: "k"})
    elsewhere, _ = provider_for(
        f"{kind}:big-5", clock=CLOCK, environment={key: "k", address: "http://127.0.0.1:9/v1"}
    )

    assert isinstance(plain, expected)
    assert isinstance(elsewhere, expected)
    assert (plain.name, name) == (kind, "big-5")
    assert plain is again
    assert (plain.service.base_url, elsewhere.service.base_url) == ("", "http://127.0.0.1:9/v1")
    assert (plain.service.is_local, elsewhere.service.is_local) == (False, True)


@pytest.mark.parametrize(("kind", "key", "address", "expected"), SERVICES)
def test_the_key_of_a_service_is_its_own_and_is_named_when_it_is_missing(
    kind: str, key: str, address: str, expected: type
) -> None:
    others = {"OVERSIGHT_COMPATIBLE_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY"} - {key}

    with pytest.raises(ProviderConfigError, match=f"Set {key} in the environment"):
        check_provider(f"{kind}:big-5", dict.fromkeys(others, "k") | {key: " "})
    check_provider(f"{kind}:big-5", {key: "k"})


@pytest.mark.parametrize(("kind", "key", "address", "expected"), SERVICES)
def test_a_design_cannot_send_the_key_of_a_service_elsewhere(
    kind: str, key: str, address: str, expected: type
) -> None:
    with pytest.raises(BadInput, match=rf"names an address.*{address}"):
        provider_for(f"{kind}:big-5@https://elsewhere.example.org/v1", clock=CLOCK, environment={key: "k"})


@pytest.mark.parametrize(("kind", "key", "address", "expected"), SERVICES)
def test_an_address_in_the_environment_is_held_to_the_same_rules(
    kind: str, key: str, address: str, expected: type
) -> None:
    with pytest.raises(ProviderConfigError, match="not an address"):
        check_provider(f"{kind}:big-5", {key: "k", address: "nowhere"})
    assert sends_key_in_clear(f"{kind}:big-5", {key: "k", address: "http://10.0.0.7/v1"})


@pytest.mark.parametrize("key", ["k\u00e9y", "two\nlines"])
def test_what_cannot_travel_as_a_key_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(ProviderConfigError, match="ANTHROPIC_API_KEY") as raised:
        check_provider("anthropic:big-5", {"ANTHROPIC_API_KEY": key})

    assert key not in str(raised.value)


def test_no_sdk_is_imported_before_a_model_is_asked() -> None:
    code = (
        "import sys\n"
        "from oversight_app.clock import SystemClock\n"
        "from oversight_app.providers import check_provider, provider_for\n"
        "keys = {'OPENAI_API_KEY': 'k', 'ANTHROPIC_API_KEY': 'k'}\n"
        "for model in ('openai:x', 'openai_chat:x', 'anthropic:x', 'compatible:x@http://127.0.0.1:9/v1'):\n"
        "    check_provider(model, keys)\n"
        "    provider_for(model, clock=SystemClock(), environment=keys)\n"
        "print(*sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert {"anthropic", "httpx2", "openai"} & set(done.stdout.split()) == set()
