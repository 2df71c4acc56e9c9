"""A study served by a real server process, and the browser that visits it.

Every server stands on a loopback port of its own over a folder of its own; whoever starts one here ends that one.
A page is only pressed and looked at when it is `settled`: while the next page is being drawn, parts of the one before
still stand.
"""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import Locator, Page, expect

from oversight_app.clock import SystemClock
from oversight_app.commands.server import free_port, server_command, server_environment
from oversight_app.proctor import Proctor
from oversight_app.store import Store
from oversight_app.study.events import Happened
from oversight_app.study.sitting import Sitting
from tests.browser.warm import WarmProcess

HOST = "127.0.0.1"
# Every window would load two pages of Chromium's own for its address line: a quarter of what a test's first page
# costs. What Playwright turns off with the same flag has to be named again.
_LEFT_OUT = (
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,AimEnabled,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,AvoidCorsURLLoaderRestartOnRedirect,DestroyProfileOnBrowserClose,"
    "HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,"
    "PaintHolding,PreconnectToSearch,ThirdPartyStoragePartitioning"
)
CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    f"--disable-component-update --disable-sync --disable-features={_LEFT_OUT}"
).split()

T = TypeVar("T")

# Two cores may be busy with everything else while a page is waited for.
expect.set_options(timeout=15_000)


def first_port() -> int:
    # A server that was killed comes back on its port; a worker beside this one must not have taken it in between, and
    # workers' process ids are neighbours. A hundred ports each, below those that clients get.
    return 20_000 + os.getpid() * 37 % 120 * 100


@dataclass
class Served:
    """A study folder and the process that serves it."""

    folder: Path
    port: int = field(default_factory=lambda: free_port(HOST, start=first_port()))
    process: subprocess.Popen[bytes] | WarmProcess | None = None
    settings: tuple[str, ...] = ()
    """Flags of Streamlit that differ from the product's own."""
    public_url: str = ""
    """Where participants reach it, when something stands in front."""
    is_warm: bool = False
    """Whether the process has its libraries already, where its start is not what is looked at."""
    door: str = "app"
    """What is served: the participants' page, or the researcher's console."""
    also: Mapping[str, str] = field(default_factory=dict)
    """What the process has to know besides."""

    @property
    def url(self) -> str:
        """Where participants find it."""
        return f"http://{HOST}:{self.port}"

    @property
    def _log(self) -> Path:
        return self.folder / ("server.log" if self.door == "app" else f"{self.door}.log")

    def start(self) -> None:
        """Serve, and come back when it answers."""
        command = [*server_command(HOST, self.port, door=self.door), *self.settings]
        environment = server_environment(self.folder, self.public_url, os.environ) | dict(self.also)
        log = self._log
        if self.is_warm:
            self.process = WarmProcess(command, environment, log)
        else:
            with log.open("ab") as written:
                self.process = subprocess.Popen(command, env=environment, stdout=written, stderr=written)
        wait_for(self._answers, seconds=60)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as its owner would."""
        self._end(signal.SIGTERM)

    def sitting(self, participant_id: str) -> Sitting:
        """What the record says of a participant, read beside the server."""
        with Store.open(self.folder / "study.db") as store:
            return Proctor(store, SystemClock()).sitting(participant_id)

    def happened(self, participant_id: str) -> list[Happened]:
        """The participant's record, event by event."""
        with Store.open(self.folder / "study.db") as store:
            return list(store.events_of(participant_id))

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=20)
        self.process = None

    def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            log = self._log.read_text(encoding="utf-8", errors="replace")
            raise AssertionError(f"the server ended at once:\n{log[-3000:]}")
        return answers(f"{self.url}/health")


def answers(url: str) -> bool:
    """Whether a server is there and says that all is well."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_for(condition: Callable[[], T], *, seconds: float = 15) -> T:
    """What the condition returns once it is true."""
    end = time.monotonic() + seconds
    while True:
        asked_at = time.monotonic()
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"did not become true within {seconds:g} s")
        # Some conditions export a whole study, and what is waited for needs the core more than they do.
        time.sleep(max(0.05, 2 * (time.monotonic() - asked_at)))


# -- what a participant does on the page ---------------------------------------------------------------

STANDS = (
    "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
    ":not(:has([data-testid=stSkeleton]))"
)


def settled(page: Page) -> None:
    """Come back when the page stands: the connection is up, no run is drawing, no part is still on its way."""
    expect(page.locator(STANDS)).to_be_visible()


def turned(page: Page, act: Callable[[], object]) -> None:
    """Do what leads to another page, and come back when that one stands."""
    before = page.evaluate(_WHICH_PAGE)
    act()
    page.wait_for_function(f"(before) => {_WHICH_PAGE} !== before", arg=before)
    settled(page)


_WHICH_PAGE = "document.documentElement.dataset.page"


def press(page: Page, key: str) -> None:
    """Click the button with this key, on a page that stands; again where it was taken for half of a double click."""
    button = page.locator(f".st-key-{key} button")
    expect(button).to_be_visible()
    settled(page)
    before = page.evaluate(_REFUSED)
    button.click()
    if page.evaluate(_REFUSED) != before:
        page.wait_for_timeout(500)
        button.click()


_REFUSED = "document.documentElement.dataset.nRefused"


def option(page: Page, n: int, index: int) -> Locator:
    """The radio button of an option."""
    return page.locator(f".st-key-answer_{n} input[type=radio]").nth(index)


def click_option(page: Page, n: int, index: int) -> None:
    """Click on an option's text, wherever the click then lands: on the text or on the card below it."""
    settled(page)
    text = page.locator(f".st-key-options_{n} .ov-exact").nth(index)
    text.evaluate(_COMES_TO_REST)
    box = text.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + min(box["width"], 40) / 2, box["y"] + box["height"] / 2)


_COMES_TO_REST = """async (element) => {
    const frame = () => new Promise(requestAnimationFrame)
    const place = () => JSON.stringify(element.getBoundingClientRect())
    for (let before = ""; before !== place(); ) { before = place(); await frame(); await frame() }
}"""
"""A page moves its parts for a moment after it is drawn, and who clicks by place must not be early."""


def mark(page: Page, n: int, choice: int, confidence: int = 2) -> None:
    """Choose an option by its text and a confidence by its label."""
    click_option(page, n, choice)
    expect(option(page, n, choice)).to_be_checked()
    page.locator(f".st-key-confidence_{n} label[data-testid=stRadioOption]").nth(confidence).click()
    expect(page.locator(f".st-key-confidence_{n} input[type=radio]").nth(confidence)).to_be_checked()


def walk_to_first_question(page: Page, url: str, token: str, check: list[int]) -> None:
    """From the link to question 1; `check` holds the right answers of the comprehension check."""
    page.goto(f"{url}/go/{token}")
    press(page, "consent")
    press(page, "continue")
    for i, answer in enumerate(check, start=1):
        page.locator(f".st-key-comprehension_{i} label[data-testid=stRadioOption]").nth(answer).click()
        expect(page.locator(f".st-key-comprehension_{i} input[type=radio]").nth(answer)).to_be_checked()
    press(page, "continue")
    press(page, "begin")
    press(page, "continue")
    expect(page.locator(".st-key-submit_1 button")).to_be_visible()
