"""One Chromium a worker, a fresh context a test, and studies that end with their test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import find_chromium
from tests.browser.served import CHROMIUM_FLAGS, Served

LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.fail("there is no Chromium here; `python -m tests.browser.chromium --install` fetches one")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1366, "height": 768})
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def serve() -> Iterator[Callable[[Path], Served]]:
    """Serve the study in a folder until the test ends."""
    started: list[Served] = []

    def start(folder: Path) -> Served:
        served = Served(folder, is_warm=True)
        started.append(served)
        served.start()
        return served

    yield start
    for served in started:
        served.stop()


@pytest.fixture
def empty_folder(tmp_path: Path) -> Path:
    """Where a study shall be made."""
    path = tmp_path / "study"
    path.mkdir()
    return path
