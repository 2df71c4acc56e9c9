"""A study made in the console from nothing: chosen, filled, frozen, and somebody invited who can then take part."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from oversight_app.commands.console import PASSWORD
from oversight_app.study_folder import StudyFolder
from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.served import Served, press, settled
from tests.browser.test_accessibility import WCAG
from tests.browser.test_console import SECRET

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PUBLIC = "https://study.example.org"


@pytest.fixture
def console(empty_folder: Path) -> Iterator[Served]:
    served = Served(empty_folder, is_warm=True, door="console", public_url=PUBLIC, also={PASSWORD: SECRET})
    served.start()
    yield served
    served.stop()


def enter(page: Page, console: Served) -> None:
    """Sign in; before there is a plan, whatever is asked for leads to the design."""
    page.goto(console.url)
    page.locator("input[name=password]").fill(SECRET)
    page.locator("input[name=name]").fill("Ada")
    page.get_by_role("button", name="Open the console").click()
    expect(page.locator(".oc-would")).to_be_visible()
    settled(page)


def number(page: Page, key: str, value: str) -> None:
    page.locator(f".st-key-design_{key} input").fill(value)
    page.keyboard.press("Tab")
    settled(page)


def chosen_small(page: Page) -> None:
    """Two exam questions in each condition for three people, and the rest as suggested."""
    page.locator(".st-key-design_tasks_quality label").click()
    expect(page.locator(".st-key-design_tasks_quality_time_limit_s")).to_have_count(0)
    number(page, "tasks_mmlu_questions_per_condition", "2")
    number(page, "analysis_target_n", "3")
    expect(page.locator(".oc-would")).to_contain_text("One person answers 4 mmlu questions.")


def consented(page: Page) -> None:
    """Fill in what the consent text leaves open."""
    body = page.locator(".st-key-text_body_consent textarea")
    filled = body.input_value().replace("[FILL IN:", "Ada, ada@example.org (").replace("payment]", "payment)")
    body.fill(filled)
    press(page, "text_save")
    expect(page.get_by_text("texts/consent.md is saved.")).to_be_visible()


def frozen(page: Page) -> None:
    page.locator(".st-key-plan_freeze_ask button").first.click()
    expect(page.get_by_text("cannot be changed afterwards")).to_be_visible()
    press(page, "plan_freeze")
    expect(page.get_by_text("It cannot be changed any more")).to_be_visible()
    settled(page)


def test_a_study_is_made_filled_frozen_and_people_invited_without_a_terminal(
    context: BrowserContext, empty_folder: Path, console: Served, browser: Browser, serve: Any
) -> None:
    page = context.new_page()
    enter(page, console)
    chosen_small(page)
    page.reload()
    expect(page.locator(".st-key-design_analysis_target_n input")).to_have_value("3")
    settled(page)
    assert not (empty_folder / "study.toml").exists()

    press(page, "design_make")
    expect(page.get_by_text("Prepare the study")).to_be_visible()
    expect(page.locator(".oc-found.is-bad")).to_contain_text("the banks have 0")
    press(page, "bank_builtin")
    expect(page.get_by_text("questions from builtin")).to_be_visible()
    expect(page.locator(".oc-found.is-bad")).to_have_count(0)
    settled(page)
    consented(page)
    frozen(page)
    expect(page.locator(".oc-file pre")).to_contain_text("questions_per_condition = 2")

    page.get_by_role("link", name="make links for participants").click()
    settled(page)
    press(page, "invite_make")
    code = page.locator("[data-testid=stCode] code")
    expect(code).to_be_visible()
    links = code.inner_text().split()
    with StudyFolder.open(empty_folder).open_store() as store:
        plan, tokens = store.plan(), list(store.invitations())
    assert sorted(links) == sorted(f"{PUBLIC}/go/{token}" for token in tokens)
    assert plan is not None
    assert plan.design.analysis.target_n == 3
    page.goto(f"{console.url}/?view=watch")
    expect(page.locator(".oc-funnel")).to_contain_text("10")

    served: Served = serve(empty_folder)
    person = browser.new_context().new_page()
    person.goto(f"{served.url}/go/{tokens[0]}")
    settled(person)
    expect(person.get_by_text("ada@example.org")).to_be_visible()
    person.context.close()


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_each_of_its_pages_fits_its_screen_and_keeps_nobody_out(
    viewport: Any, browser: Browser, empty_folder: Path, console: Served
) -> None:
    context = browser.new_context(viewport=viewport)
    context.set_default_timeout(15_000)
    page = context.new_page()
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    enter(page, console)
    keeps_nobody_out(page)
    # Two answers that do not fit, and one that is none.
    page.locator(".st-key-design_assistant_mode label[data-testid=stRadioOption]").nth(1).click()
    expect(page.locator(".oc-would.is-unfit")).to_contain_text("no opinion of its own")
    keeps_nobody_out(page)
    page.locator(".st-key-design_assistant_mode label[data-testid=stRadioOption]").nth(0).click()
    expect(page.locator(".oc-would.is-unfit")).to_have_count(0)
    chosen_small(page)
    press(page, "design_make")
    expect(page.get_by_text("Prepare the study")).to_be_visible()
    keeps_nobody_out(page)
    press(page, "bank_builtin")
    expect(page.get_by_text("questions from builtin")).to_be_visible()
    keeps_nobody_out(page)
    frozen(page)
    keeps_nobody_out(page)
    context.close()
    assert heard == []


def keeps_nobody_out(page: Page) -> None:
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    found = Axe().run(page, options=WCAG)
    assert [violation["id"] for violation in found.response["violations"]] == []
