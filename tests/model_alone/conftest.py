from collections.abc import Iterator
from pathlib import Path

import pytest

from oversight_app.prompts import load_prompts
from oversight_app.store import Store
from tests.builders import make_plan, make_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The builders' study, with the tool's own prompts."""
    with make_store(tmp_path, make_plan(prompts=load_prompts())) as made:
        yield made
