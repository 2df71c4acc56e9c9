"""A real llama.cpp server for the tests of this folder, started when the first of them asks for it."""

import importlib.util
from collections.abc import Iterator

import pytest

from tests.providers.llama_server import llama_server


@pytest.fixture(scope="session")
def llama_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a llama.cpp server with random weights."""
    missing = [name for name in ("xllamacpp", "gguf", "tokenizers") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"no real llama.cpp server to test against: {', '.join(missing)} not installed")
    with llama_server(tmp_path_factory.mktemp("llama")) as base_url:
        yield base_url
