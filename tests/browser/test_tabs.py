"""A study that is open twice: the last one opened works on, the first one is told, and every click counts once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.served import Served, click_option, mark, option, press, settled, turned, wait_for
from tests.browser.studies import Study, make_study

pytestmark = pytest.mark.browser

Serve = Callable[[Path], Served]
BEAT_MS = 30_000
"""A heartbeat, and some time for a busy machine."""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Somebody is at the first of four questions; nothing has been marked."""
    made = make_study(tmp_path / "study", task="mmlu", per_condition=2, limit_s=900)
    made.seat(0)
    return made


@pytest.fixture
def served(study: Study, serve: Serve) -> Served:
    return serve(study.folder)


def open_link(page: Page, served: Served, study: Study) -> Page:
    page.goto(f"{served.url}/go/{study.tokens[0]}")
    expect(page.locator(".st-key-submit_1 button")).to_be_visible()
    wait_for(lambda: tab_id(page))
    settled(page)
    return page


def open_once_more(page: Page, served: Served, study: Study) -> Page:
    """Open the link where another tab is at work, and come back when the server has heard of it."""
    open_link(page, served, study)
    expect(told_that_it_took_over(page)).to_be_visible()
    return page


def tab_id(page: Page) -> str:
    """What the tab calls itself; empty before it has said so."""
    return str(page.evaluate("JSON.parse(sessionStorage.getItem('oversight_tab'))?.id ?? ''"))


def told_that_it_was_taken_over(page: Page) -> Locator:
    return page.locator(".st-key-go_on_here button")


def told_that_it_took_over(page: Page) -> Locator:
    return page.locator(".st-key-took_over")


def draft(served: Served, study: Study) -> str | None:
    return served.sitting(study.participants[0]).trials[0].draft.choice


def n_closed(served: Served, study: Study) -> int:
    return sum(type(item.event).__name__ == "TrialClosed" for item in served.happened(study.participants[0]))


def test_a_click_in_the_first_tab_counts_and_then_it_is_told_that_the_second_goes_on(
    study: Study, served: Served, context: BrowserContext
) -> None:
    first = open_link(context.new_page(), served, study)
    second = open_once_more(context.new_page(), served, study)
    expect(told_that_it_was_taken_over(first)).to_have_count(0)

    click_option(first, 1, 2)

    expect(told_that_it_was_taken_over(first)).to_be_visible()
    expect(first.locator("h1")).to_have_text("You are going on in another tab or on another device")
    wait_for(lambda: draft(served, study))
    marked = draft(served, study)

    # The second works on with it, and its notice goes when it has been read.
    press(second, "took_over_seen")
    expect(told_that_it_took_over(second)).to_have_count(0)
    expect(option(second, 1, 2)).to_be_checked()
    second.locator(".st-key-confidence_1 label[data-testid=stRadioOption]").nth(3).click()
    wait_for(lambda: served.sitting(study.participants[0]).trials[0].draft.confidence == 0.8)
    assert draft(served, study) == marked
    expect(told_that_it_took_over(second)).to_have_count(0)


def test_going_on_in_the_first_tab_takes_it_back(
    study: Study, served: Served, context: BrowserContext
) -> None:
    first = open_link(context.new_page(), served, study)
    second = open_once_more(context.new_page(), served, study)
    click_option(first, 1, 2)

    turned(first, lambda: press(first, "go_on_here"))

    expect(option(first, 1, 2)).to_be_checked()
    expect(told_that_it_took_over(first)).to_have_count(0)
    click_option(second, 1, 1)
    expect(told_that_it_was_taken_over(second)).to_be_visible()
    wait_for(lambda: len(drafts(served, study)) == 2)
    click_option(first, 1, 0)
    expect(option(first, 1, 0)).to_be_checked()
    wait_for(lambda: len(drafts(served, study)) == 3)


def drafts(served: Served, study: Study) -> list[str]:
    return [
        type(i.event).__name__
        for i in served.happened(study.participants[0])
        if "Draft" in type(i.event).__name__
    ]


def test_submitting_in_the_first_tab_counts_once_and_the_second_goes_on_from_there(
    study: Study, served: Served, context: BrowserContext
) -> None:
    first = open_link(context.new_page(), served, study)
    mark(first, 1, 2)
    second = open_once_more(context.new_page(), served, study)
    expect(option(second, 1, 2)).to_be_checked()

    first.locator(".st-key-submit_1 button").click()

    expect(told_that_it_was_taken_over(first)).to_be_visible()
    wait_for(lambda: n_closed(served, study) == 1)
    # The next question is not shown in a tab in which nobody works: its clock has not begun.
    assert served.sitting(study.participants[0]).trials[1].shown_at is None
    turned(second, lambda: second.locator(".st-key-submit_1 button").click())
    expect(second.locator(".st-key-submit_2 button")).to_be_visible()
    assert n_closed(served, study) == 1


def test_a_second_device_takes_over_and_the_first_learns_of_it_without_a_click(
    study: Study, served: Served, context: BrowserContext, browser: Browser
) -> None:
    first = open_link(context.new_page(), served, study)
    mark(first, 1, 1)
    elsewhere = browser.new_context(viewport={"width": 390, "height": 844})

    phone = open_once_more(elsewhere.new_page(), served, study)

    expect(option(phone, 1, 1)).to_be_checked()
    expect(told_that_it_was_taken_over(first)).to_be_visible(timeout=BEAT_MS)
    elsewhere.close()


def test_one_tab_alone_hears_nothing_of_it_on_a_reload_or_a_restart(
    study: Study, served: Served, context: BrowserContext
) -> None:
    page = open_link(context.new_page(), served, study)
    before = tab_id(page)

    page.reload()
    expect(page.locator(".st-key-submit_1 button")).to_be_visible()
    click_option(page, 1, 2)
    wait_for(lambda: draft(served, study))
    assert tab_id(page) == before
    assert_told_nothing(page)

    n_drafts = len(drafts(served, study))
    served.kill()
    served.start()
    settled(page)
    click_option(page, 1, 3)
    wait_for(lambda: len(drafts(served, study)) > n_drafts)
    settled(page)
    assert_told_nothing(page)


def assert_told_nothing(page: Page) -> None:
    settled(page)
    expect(told_that_it_was_taken_over(page)).to_have_count(0)
    expect(told_that_it_took_over(page)).to_have_count(0)


def test_after_a_restart_the_tab_that_took_over_stays_in_charge_and_is_told_nothing_anew(
    study: Study, served: Served, context: BrowserContext
) -> None:
    first = open_link(context.new_page(), served, study)
    second = open_once_more(context.new_page(), served, study)
    press(second, "took_over_seen")
    click_option(first, 1, 2)
    expect(told_that_it_was_taken_over(first)).to_be_visible()

    served.kill()
    served.start()

    n_drafts = len(drafts(served, study))
    settled(second)
    click_option(second, 1, 1)
    wait_for(lambda: len(drafts(served, study)) > n_drafts)
    assert_told_nothing(second)
    expect(told_that_it_was_taken_over(first)).to_be_visible(timeout=BEAT_MS)


def test_a_duplicated_tab_is_a_second_one(study: Study, served: Served, context: BrowserContext) -> None:
    """It begins with a copy of everything that the first one keeps, its name too."""
    first = open_link(context.new_page(), served, study)

    with context.expect_page() as opened:
        first.evaluate("void window.open('/')")
    second = opened.value
    expect(second.locator(".st-key-submit_1 button")).to_be_visible()
    wait_for(lambda: tab_id(second) not in ("", tab_id(first)))

    expect(told_that_it_took_over(second)).to_be_visible()
    click_option(first, 1, 2)
    expect(told_that_it_was_taken_over(first)).to_be_visible()


def test_a_tab_that_was_taken_over_stays_so_on_a_reload_and_is_back_when_the_link_is_opened_in_it(
    study: Study, served: Served, context: BrowserContext
) -> None:
    first = open_link(context.new_page(), served, study)
    open_once_more(context.new_page(), served, study)
    click_option(first, 1, 2)
    expect(told_that_it_was_taken_over(first)).to_be_visible()

    first.reload()
    expect(told_that_it_was_taken_over(first)).to_be_visible()

    open_once_more(first, served, study)
    expect(option(first, 1, 2)).to_be_checked()
