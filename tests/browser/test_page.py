"""The page as a browser lays it out: exact texts, everything in sight, nothing from anywhere else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PHONE
from tests.browser.served import Served, press, settled, turned
from tests.browser.studies import make_study
from tests.builders import make_question

pytestmark = pytest.mark.browser

Serve = Callable[[Path], Served]


COLOURS = """() => [...document.querySelectorAll("body *")].map((element) => {
  const { color, backgroundColor, borderColor, colorScheme } = getComputedStyle(element)
  return [color, backgroundColor, borderColor, colorScheme].join(" ")
})"""


def test_a_dark_system_changes_nothing_of_what_participants_see(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    served = serve(make_study(tmp_path / "study", task="mmlu").folder)
    page.goto(served.url)
    settled(page)
    in_light = page.evaluate(COLOURS)

    page.emulate_media(color_scheme="dark")
    page.reload()
    settled(page)

    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert page.evaluate(COLOURS) == in_light


WINDOWS = {
    "a laptop": (1366, 768),
    "a laptop at 125 %": (1093, 614),
    "an old laptop": (1280, 720),
    "a tablet on its side": (1024, 768),
    "a large screen": (1920, 1080),
}
NARROW = {"a phone": (390, 844), "a laptop at 200 %": (683, 384), "320 pixels (WCAG 1.4.10)": (320, 256)}
PARTS = [
    "#question_1",
    *(f"#option_1_{i}" for i in range(4)),
    ".ov-clock",
    ".ov-passage",
    ".st-key-search_1 input",
    ".st-key-confidence_1 label",
    ".st-key-submit_1 button",
    ".st-key-chat_log_1",
    ".st-key-chat_input_1 textarea",
]


def test_everything_is_in_sight_on_every_screen_and_a_pane_away_on_small_ones(
    tmp_path: Path, context: BrowserContext, serve: Serve
) -> None:
    study = make_study(tmp_path / "study")
    served = serve(study.folder)
    study.seat(0)
    hosts: set[str] = set()
    context.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    turned(page, lambda: page.goto(f"{served.url}/go/{study.tokens[0]}"))

    page.locator(".st-key-submit_1 button").click(trial=True)  # a new page's button wakes after a moment
    for window, (width, height) in WINDOWS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert [part for part in PARTS if not is_in_sight(page, part)] == [], window
        assert page_overflow(page) == (0, 0), window
        chat = page.locator(".st-key-chat_log_1").bounding_box()
        assert chat is not None
        assert chat["height"] >= 250, window
        assert chat["width"] >= 280, window

    for window, (width, height) in NARROW.items():
        page.set_viewport_size({"width": width, "height": height})
        seen = set()
        for pane in ("passage", "chat", "question"):
            page.locator(f".ov-panes button[data-pane={pane}]").click()
            seen |= {part for part in PARTS if can_be_brought_into_sight(page, part)}
            assert page_overflow(page) == (0, 0), window
        assert seen == set(PARTS), window

    assert hosts == {f"127.0.0.1:{served.port}"}
    assert problems == []


def test_one_thumb_is_enough_on_a_phone(tmp_path: Path, page: Page, serve: Serve) -> None:
    """Targets of 44 pixels, the panes' switch at the foot of the page, no field that makes the phone zoom in, and none
    that the keyboard hides."""
    study = make_study(tmp_path / "study", answer={"skip": True})
    served = serve(study.folder)
    study.seat(0)
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    turned(page, lambda: page.goto(f"{served.url}/go/{study.tokens[0]}"))

    for pane in ("passage", "chat", "question"):
        switch = page.locator(f".ov-panes button[data-pane={pane}]")
        box = switch.bounding_box()
        assert box is not None
        assert box["y"] > 0.9 * PHONE["height"]
        switch.click()
        assert page.evaluate(TOO_SMALL) == [], pane

    page.locator(".ov-panes button[data-pane=passage]").click()
    page.locator(".ov-passage").evaluate("(e) => e.scrollTo(0, 700)")
    page.locator(".ov-panes button[data-pane=question]").click()
    expect(page.locator(".ov-passage")).to_be_hidden()
    page.locator(".ov-panes button[data-pane=passage]").click()
    assert page.locator(".ov-passage").evaluate("(e) => e.scrollTop") == 700

    page.locator(".ov-panes button[data-pane=chat]").click()
    viewport = page.locator("meta[name=viewport]").get_attribute("content") or ""
    assert "interactive-widget=resizes-content" in viewport
    page.set_viewport_size({"width": PHONE["width"], "height": 420})  # what a keyboard leaves
    page.locator(".st-key-chat_input_1 textarea").focus()
    assert is_in_sight(page, ".st-key-chat_input_1 textarea")
    assert page_overflow(page) == (0, 0)


TOO_SMALL = """() => [...document.querySelectorAll("button, textarea, input, label[data-testid=stRadioOption]")]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.type !== "radio" && !e.closest(".ov-unseen"))
  .map((e) => [e, e.closest("[data-testid=stChatInput]") ?? e])
  .filter(([e, target]) => target.getBoundingClientRect().height < 44 ||
    (e.matches("input, textarea") && parseFloat(getComputedStyle(e).fontSize) < 16))
  .map(([e]) => `${e.className} ${e.textContent}`)"""


@pytest.mark.parametrize("is_long", [False, True], ids=["short", "long"])
def test_question_and_answer_fit_their_panel_however_long_they_are(
    tmp_path: Path, page: Page, serve: Serve, is_long: bool
) -> None:
    """What is long scrolls within the panel, and the way to answer stays in sight."""
    words = "a landowner who had notice of the prior interest cannot prevail here, " * (60 if is_long else 1)
    options = tuple(f"{word} {words[: 800 if is_long else 20]}" for word in ("Yes", "No", "Perhaps", "Never"))
    questions = [make_question(f"test/{i}", text=f"{words} {i}?", options=options) for i in range(2)]
    study = make_study(tmp_path / "study", task="mmlu", questions=questions)
    served = serve(study.folder)
    study.seat(0)
    study.seat(1, answered=1)

    for who, n in ((0, 1), (1, 2)):
        turned(page, lambda who=who: page.goto(f"{served.url}/go/{study.tokens[who]}"))  # type: ignore[misc]
        page.locator(f".st-key-submit_{n} button").click(trial=True)
        for width, height in (*WINDOWS.values(), NARROW["a phone"]):
            page.set_viewport_size({"width": width, "height": height})
            for part in (f".st-key-confidence_{n} label", f".st-key-submit_{n} button"):
                assert is_in_sight(page, part), (part, width, height)
            assert can_be_brought_into_sight(page, f"#option_{n}_3")
            assert page_overflow(page) == (0, 0)


def is_in_sight(page: Page, part: str) -> bool:
    """Whether a point of it is not covered or cut off, where it stands."""
    return bool(page.locator(part).first.evaluate(IN_SIGHT))


def can_be_brought_into_sight(page: Page, part: str) -> bool:
    """The same, once its own panel was scrolled to it."""
    element = page.locator(part).first
    if not element.is_visible():
        return False
    element.evaluate("(e) => e.scrollIntoView({ block: 'nearest' })")
    return bool(element.evaluate(IN_SIGHT))


IN_SIGHT = """(element) => {
  const { left, top, width, height } = element.getBoundingClientRect()
  const at = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, 12))
  return element.contains(at)
}"""


def test_an_unknown_link_and_a_visitor_without_one_get_a_calm_page(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    served = serve(make_study(tmp_path / "study", task="mmlu").folder)

    answer = page.goto(f"{served.url}/go/nonsense")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", name="This link is not known")).to_be_visible()

    page.goto(served.url)
    expect(page.get_by_role("heading", name="Please open your personal link")).to_be_visible()


def test_each_page_to_read_begins_at_its_top(tmp_path: Path, page: Page, serve: Serve) -> None:
    study = make_study(tmp_path / "study", task="mmlu")
    served = serve(study.folder)
    page.set_viewport_size({"width": 390, "height": 500})
    page.goto(f"{served.url}/go/{study.tokens[0]}")

    press(page, "consent")

    heading = page.get_by_role("heading", name="How the study works")
    expect(heading).to_be_in_viewport()
    expect(heading).to_be_focused()

    # The second half of a double click must not fall on the check.
    page.locator(".st-key-continue button").dblclick(delay=40)
    heading = page.get_by_role("heading", name="A short check")
    expect(heading).to_be_focused()
    assert page.locator(".ov-reminder").count() == 0

    # Failed again, the check looks as before: its top has to come into sight, or the click seems to have done nothing.
    for attempts_left in (2, 1):
        for i, right in enumerate(study.check, start=1):
            page.locator(f".st-key-comprehension_{i} label[data-testid=stRadioOption]").nth(
                (right + 1) % 2
            ).click()
        page.wait_for_timeout(800)  # an attempt sooner than that would be a double click
        press(page, "continue")
        left = page.get_by_text(f"you have {attempts_left} attempt")
        expect(left).to_be_in_viewport()


def page_overflow(page: Page) -> tuple[int, int]:
    """By how many pixels the page could be scrolled, across and down."""
    across, down = page.evaluate(
        "(() => { const m = document.querySelector('.stMain');"
        " return [Math.max(document.documentElement.scrollWidth - innerWidth, m.scrollWidth - m.clientWidth),"
        " m.scrollHeight - m.clientHeight] })()"
    )
    return across, down
