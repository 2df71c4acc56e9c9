"""Nobody is kept out: axe-core looks at every screen of the table, at both sizes, and the time left is told aloud."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.screens import WALKS, Walk, visit
from tests.browser.served import Served, turned
from tests.browser.studies import make_study

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

Serve = Callable[[Path], Served]

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}

# Where a background is no plain colour, axe measures no contrast, and nothing may hide behind that. The one gradient
# here is paper with a shadow at its edge.
UNMEASURED = {"bgGradient", "bgImage", "imgNode", "pseudoContent"}
PLAIN = "document.querySelector('.st-key-marking')?.style.setProperty('background', 'var(--ov-paper)')"

# An option's text lies above the card that colours it and not inside; axe gives up there, so it is measured here.
CONTRAST_OF_OPTIONS = """() => {
  const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
  const colour = (element, name) => getComputedStyle(element)[name].match(/[\\d.]+/g).map(Number)
  const ground = (element) => {
    const own = colour(element, "backgroundColor")
    return own[3] === 0 ? ground(element.parentElement) : own
  }
  return [...document.querySelectorAll(".ov-option > span")].map((text) => {
    const cards = text.closest("[class*=st-key-options_]").querySelectorAll("[data-testid=stRadioOption]")
    const card = cards[Number(text.parentElement.dataset.option)]
    const [low, high] = [light(colour(text, "color")), light(ground(card))].sort((a, b) => a - b)
    return (high + 0.05) / (low + 0.05)
  })
}"""


SHOWS_AT_MOST = """(seconds) => {
  const [minutes, rest] = document.querySelector(".ov-left").textContent.split(":").map(Number)
  return minutes * 60 + rest <= seconds
}"""


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.name)
def test_no_screen_breaks_a_rule_of_wcag_or_is_wider_than_its_window(
    walk: Walk, browser: Browser, tmp_path: Path
) -> None:
    found = {
        f"{screen.name} on a {size}": wrong
        for screen, size, visitor in visit(walk, browser, tmp_path)
        if (wrong := [*broken_rules(visitor.page), *hidden_sideways(visitor.page)])
    }

    assert found == {}


def test_the_time_left_is_told_aloud_at_60_30_and_10_seconds_and_not_in_between(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    """The browser's clock is turned on by hand, while the server's stands almost where it was."""
    study = make_study(tmp_path / "study", task="mmlu", limit_s=200)
    served = serve(study.folder)
    study.seat(0)
    page.clock.install()
    turned(page, lambda: page.goto(f"{served.url}/go/{study.tokens[0]}"))
    said = page.locator(".st-key-timer [aria-live=polite]")
    heard = [said.text_content()]

    for seconds_on in (100, 30, 20, 10, 15, 10, 8):
        left = seconds_left(page)
        page.clock.fast_forward(seconds_on * 1000)
        page.wait_for_function(SHOWS_AT_MOST, arg=left - seconds_on)
        heard.append(said.text_content())

    assert page.locator("[aria-live] .ov-left, [aria-live].ov-left").count() == 0
    assert heard[:3] == [page.locator(".ov-full").text_content()] * 3
    assert [numbers(words) for words in heard[3:]] == [["60"], ["60"], ["30"], ["30"], ["10"]]


def test_limits_shorter_than_a_call_leave_that_call_out(tmp_path: Path, page: Page, serve: Serve) -> None:
    study = make_study(tmp_path / "study", task="mmlu", limit_s=13)
    served = serve(study.folder)
    study.seat(0)
    turned(page, lambda: page.goto(f"{served.url}/go/{study.tokens[0]}"))
    said = page.locator(".st-key-timer [aria-live=polite]")

    expect(said).to_have_text(page.locator(".ov-full").text_content() or "nothing")
    page.wait_for_function(SHOWS_AT_MOST, arg=10)
    assert numbers(said.text_content()) == ["10"]


def seconds_left(page: Page) -> int:
    minutes, seconds = page.locator(".ov-left").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def numbers(said: str | None) -> list[str]:
    return re.findall(r"\d+", said or "")


def broken_rules(page: Page) -> Iterator[str]:
    page.evaluate(PLAIN)
    said: dict[str, Any] = Axe().run(page, options=WCAG).response
    for rule in said["violations"]:
        for node in rule["nodes"]:
            yield f"{rule['id']} ({rule['help']}): {node['target']}"
    for rule in said["incomplete"]:
        for node in rule["nodes"]:
            if {check["data"].get("messageKey") for check in node["any"] if check["data"]} & UNMEASURED:
                yield f"contrast cannot be measured: {node['target']}"
    for contrast in page.evaluate(CONTRAST_OF_OPTIONS):
        if contrast < 4.5:
            yield f"an option's text has a contrast of {contrast:.1f}"


def hidden_sideways(page: Page) -> Iterator[str]:
    hidden = page.evaluate(
        "Math.max(...[document.documentElement, ...document.querySelectorAll('.stMain')]"
        ".map((e) => e.scrollWidth - e.clientWidth))"
    )
    if hidden > 0:
        yield f"{hidden} pixels lie beside the window"
