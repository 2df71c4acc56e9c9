"""Served studies that the tests of this folder share, with a place for each test."""

from collections.abc import Iterator

import pytest

from tests.browser.places import Places, serving


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Five points of confidence, a chat, and nothing that may be skipped."""
    slow = {"model": "scripted:demo", "words_per_s": 2}
    with serving(tmp_path_factory.mktemp("plain"), task="mmlu", people=120, assistant=slow) as made:
        yield made


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Own answers first, all four probabilities, a reason, a belief after each reply."""
    answer = {
        "sequence": "answer_first",
        "confidence": "distribution",
        "reason": "optional",
        "belief_after_reply": True,
    }
    fast = {"model": "scripted:demo", "words_per_s": 1000}
    with serving(
        tmp_path_factory.mktemp("rich"), task="mmlu", people=60, answer=answer, assistant=fast
    ) as made:
        yield made


@pytest.fixture(scope="session")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Two seconds for each question."""
    with serving(tmp_path_factory.mktemp("hurried"), task="mmlu", people=5, limit_s=2) as made:
        yield made
