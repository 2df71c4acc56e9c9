"""A participant's first visit over a slow line, through the documented nginx: how long, and how many bytes.

The configuration is the file that the documentation hands out, with ports and folders of this run in it. The line is
Chromium's own emulation of 1.5 Mbit/s with 40 ms there and back; nothing is in the browser's cache, and nginx has
nothing in its own.
"""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, expect, sync_playwright

from oversight_app.study.sitting import Stage
from tests.bench import Figure
from tests.bench.studies import served
from tests.browser.chromium import find_chromium
from tests.browser.served import CHROMIUM_FLAGS
from tests.browser.studies import make_study
from tests.deployment.nginx import install_nginx, running_nginx

_BITS_PER_S = 1_500_000
_LATENCY_MS = 40
_VISITS = 3


def run() -> list[Figure]:
    """Time and bytes of a first visit that begins at the consent, of one that begins at a question, and of a reload."""
    if not install_nginx():
        print("nginx is not installed and cannot be installed here, so the first visit is not measured.")
        return []
    begins: list[_Sent] = []
    questions: list[_Sent] = []
    reloads: list[_Sent] = []
    with tempfile.TemporaryDirectory() as room, sync_playwright() as playwright:
        study = make_study(Path(room) / "study", people=2 * _VISITS)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        try:
            with served(study) as server:
                for who in range(0, 2 * _VISITS, 2):
                    study.seat(who + 1, to=Stage.TRIAL)
                    with running_nginx(Path(room) / f"consent{who}", [server.port]) as nginx:
                        begins += _visit(
                            browser, f"{nginx.url}/go/{study.tokens[who]}", ".st-key-consent button"
                        )
                    with running_nginx(Path(room) / f"question{who}", [server.port]) as nginx:
                        link = f"{nginx.url}/go/{study.tokens[who + 1]}"
                        first, again = _visit(browser, link, ".st-key-submit_1 button", reloads=True)
                        questions.append(first)
                        reloads.append(again)
        finally:
            browser.close()
    note = f"{_BITS_PER_S / 1e6:g} Mbit/s, {_LATENCY_MS} ms"
    return [
        *_figures("first visit, to the consent", begins, f"{note}; nothing cached anywhere"),
        *_figures(
            "first visit, to a question about a story, with chat",
            questions,
            f"{note}; nothing cached anywhere",
        ),
        *_figures("the same question after a reload", reloads, note),
    ]


# -- the visit -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sent:
    """What came over the line until a page stood, and how long it took."""

    seconds: float
    kib: float
    n_requests: int


class _Line:
    """Counts what comes over the line of one page."""

    def __init__(self, network: CDPSession) -> None:
        network.on("Network.loadingFinished", self._loaded)
        network.on("Network.webSocketFrameReceived", self._framed)
        self._begin()

    def _begin(self) -> None:
        self._started, self._n_bytes, self._n_requests = time.perf_counter(), 0, 0

    def ends(self) -> _Sent:
        """What came since the last end, or since the beginning."""
        sent = _Sent(time.perf_counter() - self._started, self._n_bytes / 1024, self._n_requests)
        self._begin()
        return sent

    def _loaded(self, event: dict[str, Any]) -> None:
        self._n_bytes += round(event["encodedDataLength"])
        self._n_requests += 1

    def _framed(self, event: dict[str, Any]) -> None:
        # Binary frames are told in base64.
        self._n_bytes += len(event["response"]["payloadData"]) * 3 // 4


def _visit(browser: Browser, link: str, until: str, *, reloads: bool = False) -> list[_Sent]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    try:
        page = context.new_page()
        line = _Line(_slow(page))
        page.goto(link, wait_until="commit", timeout=90_000)
        expect(page.locator(until)).to_be_visible(timeout=90_000)
        sent = [line.ends()]
        if reloads:
            page.reload(wait_until="commit", timeout=90_000)
            expect(page.locator(until)).to_be_visible(timeout=90_000)
            sent.append(line.ends())
        return sent
    finally:
        context.close()


def _figures(name: str, visits: list[_Sent], note: str) -> list[Figure]:
    middle = sorted(visits, key=lambda visit: visit.seconds)[len(visits) // 2]
    return [
        Figure(f"{name}: time", middle.seconds, "s", f"{note}; median of {len(visits)}"),
        Figure(f"{name}: sent", middle.kib, "KiB", f"{middle.n_requests} requests and the websocket"),
    ]


def _slow(page: Page) -> CDPSession:
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": _LATENCY_MS,
            "downloadThroughput": _BITS_PER_S / 8,
            "uploadThroughput": _BITS_PER_S / 8,
        },
    )
    return network
