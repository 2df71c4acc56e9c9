"""The question page in a real browser on loopback: how long a participant waits at each step."""

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.bench import Figure
from tests.browser.chromium import find_chromium
from tests.browser.served import CHROMIUM_FLAGS, Served, mark, press, walk_to_first_question
from tests.browser.studies import Study, make_study

_QUESTIONS = 12
_REPEATS = 7

# All of these run in the page, from the click to what answers it, so that the driver's own way costs nothing.
_UNTIL_SHOWN = """([button, wanted]) => new Promise((done) => {
  const from = performance.now()
  new MutationObserver((_, watch) => {
    if (!document.querySelector(wanted)) return
    watch.disconnect()
    requestAnimationFrame(() => done(performance.now() - from))
  }).observe(document.body, { childList: true, subtree: true, attributes: true })
  document.querySelector(button).click()
})"""
# A run may be over before the page says that it began, so the last message from the server counts.
_NOTE_MESSAGES = """const Plain = WebSocket
window.WebSocket = class extends Plain {
  constructor(...given) {
    super(...given)
    this.addEventListener("message", () => { window.lastMessageAt = performance.now() })
  }
}"""
_UNTIL_QUIET = """([button]) => new Promise((done) => {
  const from = performance.now()
  const look = () => {
    const last = window.lastMessageAt
    if (last > from && performance.now() - last > 300) done(last - from)
    else setTimeout(look, 20)
  }
  document.querySelector(button).click()
  look()
})"""
_PAINTED = """() => new Promise((done) => {
  const look = () => {
    if (document.querySelector(".ov-question")) requestAnimationFrame(() => done(performance.now()))
    else setTimeout(look, 5)
  }
  look()
})"""


def run() -> list[Figure]:
    """First paint cold and warm with a 5,000-word passage, autosave, and submit to the next question."""
    with tempfile.TemporaryDirectory() as room, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        try:
            return [
                *_served(make_study(Path(room) / "story"), lambda study, url: _paint(browser, study, url)),
                *_served(
                    make_study(Path(room) / "facts", task="mmlu", per_condition=_QUESTIONS),
                    lambda study, url: _steps(browser, study, url),
                ),
            ]
        finally:
            browser.close()


def _served(study: Study, measure: Callable[[Study, str], list[Figure]]) -> list[Figure]:
    served = Served(study.folder)
    served.start()
    try:
        return measure(study, served.url)
    finally:
        served.stop()


def _paint(browser: Browser, study: Study, url: str) -> list[Figure]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    walk_to_first_question(page, url, study.tokens[0], study.check)
    (cookie,) = [cookie for cookie in context.cookies() if cookie["name"].startswith("oversight_")]
    warm = []
    for _ in range(_REPEATS):
        page.reload(wait_until="commit")
        warm.append(page.evaluate(_PAINTED))
    cold = []
    for _ in range(_REPEATS):
        fresh = browser.new_context(viewport={"width": 1366, "height": 768})
        fresh.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": url}])
        visit = fresh.new_page()
        visit.goto(url, wait_until="commit")
        cold.append(visit.evaluate(_PAINTED))
        fresh.close()
    context.close()
    return [
        *_figures("question page with a story, first visit", cold),
        *_figures("question page with a story, reload", warm),
    ]


def _steps(browser: Browser, study: Study, url: str) -> list[Figure]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.add_init_script(_NOTE_MESSAGES)
    page = context.new_page()
    walk_to_first_question(page, url, study.tokens[0], study.check)
    saves: list[float] = []
    turns: list[float] = []
    for n in range(1, 2 * _QUESTIONS):
        saves.append(_choose(page, n))
        mark(page, n, 1)
        page.locator(f".st-key-submit_{n} button").click(trial=True)
        if n == _QUESTIONS:  # a resting page comes between the two conditions
            press(page, f"submit_{n}")
            press(page, "continue")
            expect(page.locator(f"#question_{n + 1}")).to_be_visible()
            continue
        turns.append(page.evaluate(_UNTIL_SHOWN, [f".st-key-submit_{n} button", f"#question_{n + 1}"]))
    context.close()
    return [
        *_figures("autosave, click to acknowledged", saves),
        *_figures("submit to the next question", turns),
    ]


def _choose(page: Page, n: int) -> float:
    """Milliseconds from the click on an option until the last message of the run that saved it."""
    first = f".st-key-answer_{n} label[data-testid=stRadioOption]"
    expect(page.locator(first).first).to_be_visible()
    return float(page.evaluate(_UNTIL_QUIET, [first]))


def _figures(name: str, milliseconds: list[float]) -> list[Figure]:
    ordered = sorted(milliseconds)
    note = f"n = {len(ordered)}, one participant, loopback, headless Chromium"
    return [
        Figure(f"{name}, median", statistics.median(ordered), "ms", note),
        Figure(f"{name}, slowest", ordered[-1], "ms", note),
    ]
