"""What participants are told of each thing that can go wrong with a service."""

import pytest

from oversight_app.errors import ProviderConfigError, ProviderError, ProviderUnavailable
from oversight_app.providers.classify import trouble_of, trouble_without_words
from oversight_app.study.trouble import Trouble
from tests.providers.attempts import attempt, make_request, provider_of
from tests.providers.misbehaving import misbehaving_server
from tests.providers.streams import DIALECTS, Dialect
from tests.providers.test_classify import cases

TROUBLES = {
    "429": Trouble.BUSY,
    "500": Trouble.BUSY,
    "529": Trouble.BUSY,
    "error-first": Trouble.BUSY,
    "401": Trouble.UNAVAILABLE,
    "402": Trouble.UNAVAILABLE,
    "404": Trouble.UNAVAILABLE,
    "400": Trouble.UNAVAILABLE,
    "429-quota": Trouble.UNAVAILABLE,
    "200-html": Trouble.UNAVAILABLE,
    "400-long": Trouble.TOO_LONG,
    "dropped": Trouble.UNREACHABLE,
    "closed": Trouble.UNREACHABLE,
    "no-headers": Trouble.LATE,
    "silent-at-once": Trouble.LATE,
    "200-nothing": Trouble.NOTHING_SAID,
}


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS.keys())
def test_every_failure_has_one_of_few_names(dialect: Dialect) -> None:
    of_the_dialect = cases(dialect)
    with misbehaving_server({name: of_the_dialect[name].behaviour for name in TROUBLES}) as server:
        provider = provider_of(dialect.name, server.url)
        provider.prepare()
        found = {}
        for name in TROUBLES:
            error = attempt(provider, make_request(name, of_the_dialect[name].deadline_s)).error
            assert isinstance(error, ProviderError), name
            found[name] = trouble_of(error)

    assert found == TROUBLES


def test_without_a_key_the_assistant_is_not_available() -> None:
    with misbehaving_server({}) as server:
        error = attempt(provider_of("openai", server.url, key=""), make_request("x")).error

    assert isinstance(error, ProviderConfigError)
    assert trouble_of(error) is Trouble.UNAVAILABLE
    assert server.bodies == []


def test_an_error_that_nobody_named_is_what_its_kind_mostly_is() -> None:
    assert trouble_of(ProviderConfigError("no key")) is Trouble.UNAVAILABLE
    assert trouble_of(ProviderUnavailable("gone")) is Trouble.UNREACHABLE


@pytest.mark.parametrize(
    ("finish_reason", "trouble"),
    [
        ("refusal", Trouble.REFUSED),
        ("content_filter", Trouble.REFUSED),
        ("invalid_prompt", Trouble.REFUSED),
        ("model_context_window_exceeded", Trouble.TOO_LONG),
        ("length", Trouble.NOTHING_SAID),
        ("stop", Trouble.NOTHING_SAID),
    ],
)
def test_a_reply_without_a_word_has_one_too(finish_reason: str, trouble: Trouble) -> None:
    assert trouble_without_words(finish_reason) is trouble
