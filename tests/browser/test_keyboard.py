"""A whole study without a mouse: every part within reach, in a sensible order, always in sight, and never a trap."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import FloatRect, Page, expect

from tests.browser.conftest import PHONE
from tests.browser.served import Served, option, settled, turned
from tests.browser.studies import make_study

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

Serve = Callable[[Path], Served]

WHERE = """() => {
  const keys = []
  for (let e = document.activeElement; e; e = e.parentElement)
    for (const name of e.classList) if (name.startsWith("st-key-")) keys.push(name.slice(7))
  const key = keys.find((key) => !["top", "sheet", "bar", "foot"].includes(key))
  return key ?? document.activeElement.tagName.toLowerCase()
}"""
CARD = """() => {
  const focused = document.activeElement
  const card = focused.closest("label, [data-testid=stChatInput], [data-baseweb]") ?? focused
  const { x, y, width, height } = card.getBoundingClientRect()
  return { x, y, width, height }
}"""


def where(page: Page) -> str:
    """The key of what has the focus, or the element's name where it has no key."""
    found: str = page.evaluate(WHERE)
    return found


def tab_to(page: Page, key: str, *, at_most: int = 30) -> list[str]:
    """Press Tab until this has the focus; says what was passed, itself included."""
    passed: list[str] = []
    for _ in range(at_most):
        page.keyboard.press("Tab")
        passed.append(where(page))
        if passed[-1] == key:
            return passed
    raise AssertionError(f"Tab does not lead to {key}, only to {passed}")


def enter(page: Page, key: str) -> None:
    """Go to a button by Tab, press it by Enter, and begin the next page at its heading."""
    tab_to(page, key)
    assert focus_can_be_seen(page), key
    turned(page, lambda: page.keyboard.press("Enter"))
    expect(page.locator("h1")).to_be_focused()


def choose(page: Page, key: str, index: int) -> None:
    """Go to a group of options by Tab, and down to one of them by arrows."""
    tab_to(page, key)
    assert focus_can_be_seen(page), key
    page.keyboard.press("Space")
    for _ in range(index):
        page.keyboard.press("ArrowDown")
    chosen = page.locator(f".st-key-{key} input[type=radio]").nth(index)
    expect(chosen).to_be_checked()
    settled(page)
    expect(chosen).to_be_focused()  # also after the run that saved it


def focus_can_be_seen(page: Page) -> bool:
    """Whether what has the focus lies in the window, and looks otherwise than without it."""
    box: FloatRect = page.evaluate(CARD)
    window = page.viewport_size
    assert window is not None
    if box["y"] < 0 or box["y"] + min(box["height"], 20) > window["height"]:
        return False
    around: FloatRect = {
        "x": max(box["x"] - 4, 0),
        "y": max(box["y"] - 4, 0),
        "width": min(box["width"] + 8, window["width"]),
        "height": min(box["height"] + 8, window["height"]),
    }
    with_focus = picture(page, around)
    page.evaluate("(window.focusedBefore = document.activeElement).blur()")
    without = picture(page, around)
    page.evaluate("window.focusedBefore.focus({ focusVisible: true, preventScroll: true })")
    return ImageChops.difference(with_focus, without).getbbox() is not None


def picture(page: Page, clip: FloatRect) -> Image.Image:
    shot = page.screenshot(clip=clip, animations="disabled", caret="hide")
    return Image.open(BytesIO(shot)).convert("RGB")


def test_a_whole_study_is_done_by_keyboard_alone(tmp_path: Path, page: Page, serve: Serve) -> None:
    study = make_study(tmp_path / "study")
    served = serve(study.folder)
    turned(page, lambda: page.goto(f"{served.url}/go/{study.tokens[0]}"))

    enter(page, "consent")
    enter(page, "continue")
    for i, right in enumerate(study.check, start=1):
        choose(page, f"comprehension_{i}", right)
    page.wait_for_timeout(800)  # an attempt sooner than that would be a double click
    enter(page, "continue")
    enter(page, "begin")
    enter(page, "continue")

    tab_to(page, "search_1")
    assert focus_can_be_seen(page)
    page.keyboard.type("the")
    page.keyboard.press("Enter")
    expect(page.locator(".ov-hits")).to_contain_text("2")
    tab_to(page, "passage_1")
    assert focus_can_be_seen(page)
    before = page.locator(".ov-passage").evaluate("(e) => e.scrollTop")
    page.keyboard.press("PageDown")
    page.wait_for_function(
        "(before) => document.querySelector('.ov-passage').scrollTop > before + 100", arg=before
    )
    choose(page, "answer_1", 2)
    choose(page, "confidence_1", 3)
    tab_to(page, "chat_input_1")
    assert focus_can_be_seen(page)
    page.keyboard.type("Which one, and why?")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-stop_1 button")).to_be_visible()
    page.keyboard.type("And what")  # what is typed while a reply runs stays, and so does the focus
    page.keyboard.press("Shift+Tab")
    assert where(page) == "stop_1"
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-stop_1")).to_have_count(0)
    expect(page.locator(".st-key-chat_input_1 textarea")).to_be_focused()
    page.keyboard.type(" else?")
    page.keyboard.press("Enter")
    expect(page.locator(".ov-line.is-mine").last).to_contain_text("And what else?")
    expect(page.locator(".st-key-stop_1")).to_have_count(0, timeout=60_000)
    expect(option(page, 1, 2)).to_be_checked()
    while where(page) != "submit_1":
        page.keyboard.press("Shift+Tab")
    turned(page, lambda: page.keyboard.press("Enter"))

    enter(page, "continue")
    choose(page, "answer_2", 0)
    choose(page, "confidence_2", 1)
    page.wait_for_timeout(800)  # an answer sooner than that would be a double click
    enter(page, "submit_2")
    choose(page, "survey_help_web_search", 0)
    enter(page, "continue")
    enter(page, "continue")
    expect(page.locator(".st-key-completion_code")).to_be_visible()
    assert served.sitting(study.participants[0]).n_closed == 2


def test_tab_passes_every_part_of_a_question_in_the_order_of_its_columns_and_comes_round(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    study = make_study(tmp_path / "study")
    served = serve(study.folder)
    study.seat(0)
    turned(page, lambda: page.goto(f"{served.url}/go/{study.tokens[0]}"))

    first_round = tab_to(page, "chat_input_1")
    wanted = ["leave", "search_1", "passage_1", "answer_1", "confidence_1", "submit_1", "chat_input_1"]
    assert [key for key in first_round if key in wanted] == wanted
    assert "pause" in first_round
    unseen = []
    page.keyboard.press("Tab")  # out of the page, and round again
    for key in first_round:
        page.keyboard.press("Tab")
        unseen += [] if focus_can_be_seen(page) else [key]
    assert where(page) == "chat_input_1"
    assert unseen == []

    # What opens is the next to be reached, and Escape leads back to where it was opened.
    tab_to(page, "leave")
    page.keyboard.press("Enter")
    expect(page.locator("[data-testid=stPopoverBody]")).to_be_focused()
    expect(page.locator(".st-key-withdraw button")).to_be_visible()
    tab_to(page, "withdraw", at_most=4)
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-withdraw")).to_have_count(0)
    assert where(page) == "leave"

    # A button that locks itself passes the focus on.
    while where(page) != "pause":
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-pause button")).to_be_disabled()
    assert where(page) == "leave"

    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    tab_to(page, "panes")
    assert focus_can_be_seen(page)
    page.keyboard.press("Enter")
    expect(page.locator(".ov-passage")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    assert where(page) == "passage_1"
