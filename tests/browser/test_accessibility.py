"""Nobody is kept out: axe-core looks at every screen of the table, at both sizes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.screens import WALKS, Walk, visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}

# Where a background is a gradient, axe does not measure contrast. The one here is paper with a shadow at its edge.
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
  const cards = document.querySelectorAll("[class*=st-key-answer_] [data-testid=stRadioOption]")
  return [...document.querySelectorAll(".ov-option > span")].map((text) => {
    const card = cards[Number(text.parentElement.dataset.option)]
    const [low, high] = [light(colour(text, "color")), light(ground(card))].sort((a, b) => a - b)
    return (high + 0.05) / (low + 0.05)
  })
}"""


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.name)
def test_no_screen_breaks_a_rule_of_wcag_or_is_wider_than_its_window(
    walk: Walk, browser: Browser, tmp_path: Path
) -> None:
    found = {
        f"{screen.name} on a {size}": wrong
        for screen, size, page in visit(walk, browser, tmp_path)
        if (wrong := [*broken_rules(page), *hidden_sideways(page)])
    }

    assert found == {}


def broken_rules(page: Page) -> Iterator[str]:
    page.evaluate(PLAIN)
    said: dict[str, Any] = Axe().run(page, options=WCAG).response
    for rule in said["violations"]:
        for node in rule["nodes"]:
            yield f"{rule['id']} ({rule['help']}): {node['target']}"
    for rule in said["incomplete"]:
        for node in rule["nodes"]:
            if rule["id"] == "color-contrast" and "option" not in str(node["target"]):
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
