"""What every test may rely on: the real data when it is there, no keys, the same dice on every run."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

_SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

# The same examples on every run and machine: a red test can be repeated, and a slow core is not a failure.
settings.register_profile("house", derandomize=True, deadline=None, database=None)
settings.load_profile("house")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the real MMLU and QuALITY files, which no checkout contains."""
    if not _SHARED_DATA.is_dir():
        pytest.skip(
            "the real MMLU and QuALITY files are not there: no folder ../shared/data beside the checkout"
        )
    return _SHARED_DATA


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own keys never reach a test, so no test can spend their money."""
    for name in (
        "OVERSIGHT_COMPATIBLE_API_KEY",
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "OPENAI_BASE_URL",
        "ANTHROPIC_BASE_URL",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _same_main_module() -> Iterator[None]:
    """A screen under test makes itself the main module, which every process that is started later would run again."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture(autouse=True)
def unsaid() -> Iterator[list[str]]:
    """What the interface had no words for. A participant reads English then; a test fails, unless it empties this."""
    found: list[str] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    handler, log = Listening(), logging.getLogger("oversight.words")
    log.addHandler(handler)
    yield found
    log.removeHandler(handler)
    assert found == []


def pytest_report_header() -> str:
    """Say at the top of the run whether the real files take part."""
    if _SHARED_DATA.is_dir():
        return "real data: ../shared/data is there, the real MMLU and QuALITY files take part"
    return "real data: no ../shared/data beside the checkout, tests on the real files are skipped"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it again at the end, where a passing run is read."""
    if not _SHARED_DATA.is_dir():
        terminalreporter.write_line(
            "The real MMLU and QuALITY files took no part: there is no folder ../shared/data beside the checkout.",
            yellow=True,
        )
