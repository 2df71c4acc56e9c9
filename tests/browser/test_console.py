"""The console in a browser: who gets in, and that it shows what the record says while somebody takes part."""

import re
import sqlite3
import statistics
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from oversight_app.commands.console import PASSWORD
from oversight_app.study.sitting import Stage
from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.served import Served, mark, press, settled, turned
from tests.browser.studies import Study, make_study
from tests.browser.test_accessibility import WCAG

pytestmark = pytest.mark.browser

SECRET = "correct-horse-battery"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Four questions; one person has finished, one stands at the last question, one reads the instructions."""
    made = make_study(
        tmp_path / "study",
        task="mmlu",
        per_condition=2,
        people=6,
        sitting={"max_participants": 5, "reward": 9.0},
    )
    made.seat(0, answered=3)
    made.seat(1, to=Stage.DEBRIEF)
    made.seat(2, to=Stage.INSTRUCTIONS)
    return made


@pytest.fixture
def console(study: Study) -> Iterator[Served]:
    served = Served(study.folder, is_warm=True, door="console", also={PASSWORD: SECRET})
    served.start()
    yield served
    served.stop()


def sign_in(page: Page, console: Served, name: str = "Ada") -> None:
    page.goto(console.url)
    page.locator("input[name=password]").fill(SECRET)
    page.locator("input[name=name]").fill(name)
    page.get_by_role("button", name="Open the console").click()
    expect(page.locator(".oc-funnel")).to_be_visible()
    settled(page)


def figure(page: Page, name: str) -> str:
    """What stands in the figure of this name."""
    part = page.locator(".oc-figures > div").filter(has=page.get_by_text(name, exact=True)).last
    return " ".join(part.inner_text().split())


def asked(study: Study, sql: str) -> Any:
    """What the database itself says."""
    with closing(sqlite3.connect(study.folder / "study.db")) as record:
        return record.execute(sql).fetchone()[0]


def listed(study: Study, sql: str) -> list[Any]:
    """The one column that the database answers with."""
    with closing(sqlite3.connect(study.folder / "study.db")) as record:
        return [row[0] for row in record.execute(sql)]


def test_only_the_password_opens_it(page: Page, console: Served) -> None:
    page.goto(f"{console.url}/?who=x")
    expect(page).to_have_url(f"{console.url}/login")
    for wrong in ("wrong", "wronger"):
        page.locator("input[name=password]").fill(wrong)
        page.get_by_role("button", name="Open the console").click()
        expect(page.get_by_role("alert")).to_have_text("This is not the password.")

    sign_in(page, console)
    press(page, "leave_console")

    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.goto(console.url)
    expect(page).to_have_url(f"{console.url}/login")


def test_the_console_follows_a_participant_to_the_end_and_every_number_is_the_records(
    context: BrowserContext, browser: Browser, study: Study, console: Served, serve: Any
) -> None:
    served: Served = serve(study.folder)
    who = study.participants[0]
    researcher = context.new_page()
    sign_in(researcher, console)
    row = researcher.locator("tr").filter(has_text=who)
    expect(row).to_contain_text("3 of 4")
    expect(row).to_contain_text("away")

    # Another browser: cookies know hosts and no ports.
    person = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    person.goto(f"{served.url}/go/{study.tokens[0]}")
    settled(person)
    expect(row).to_contain_text("connected", timeout=30_000)
    # A line for the participant, and a script that is none.
    researcher.goto(f"{console.url}/?who={who}")
    settled(researcher)
    researcher.locator(".st-key-tell button").first.click()
    researcher.locator(".st-key-tell_text textarea").fill("Nearly done. <script>alert(1)</script>")
    researcher.keyboard.press("Tab")
    settled(researcher)
    press(researcher, "tell_send")
    notice = person.locator(".st-key-notice")
    expect(notice).to_contain_text("Nearly done. <script>alert(1)</script>", timeout=40_000)
    press(person, "notice_read")
    expect(notice).to_have_count(0)

    researcher.goto(console.url)
    mark(person, 4, choice=1)
    turned(person, lambda: press(person, "submit_4"))
    expect(row).to_contain_text("4 of 4", timeout=30_000)
    for _ in range(2):
        turned(person, lambda: press(person, "continue"))
    expect(person.locator(".st-key-completion_code")).to_be_visible()
    expect(row).to_contain_text("completed", timeout=30_000)
    person.context.close()
    served.stop()

    settled(researcher)
    assert same_as_the_record(researcher, study, target=5) == (2, 1, 2)


def same_as_the_record(
    page: Page, study: Study, *, target: int | None, n_questions: int = 4
) -> tuple[int, int, int]:
    """Every number on the page, counted once more in the database's own words; places taken, completed, under way."""
    study_trials = "participant_kind = 'human' AND is_practice = 0 AND status <> ''"
    taken = asked(study, "SELECT count(*) FROM sittings WHERE cell <> '' AND outcome IN ('', 'completed')")
    completed = asked(study, "SELECT count(*) FROM sittings WHERE outcome = 'completed'")
    under_way = asked(study, "SELECT count(*) FROM sittings WHERE outcome = ''")
    # SQLite's own arithmetic with dates is exact to a millisecond only.
    times = listed(study, "SELECT started_at || ' ' || ended_at FROM sittings WHERE outcome = 'completed'")
    durations = [
        (datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds()
        for started, ended in map(str.split, times)
    ]
    n_answers = asked(study, f"SELECT count(*) FROM trials WHERE {study_trials}")
    n_fast = asked(
        study,
        f"SELECT count(*) FROM trials WHERE {study_trials} AND status = 'answered' AND response_time_s < 2",
    )

    assert (
        figure(page, "Places taken")
        == f"Places taken {taken} {f'of {target}' if target else 'no number was set'}"
    )
    assert figure(page, "Page open").endswith(f"of {under_way} under way")
    if durations:
        seconds = statistics.median(durations)
        pay = 9.0 * 3600 / seconds
        assert figure(page, "Completed") == f"Completed {completed} median {seconds / 60:.1f} min"
        assert figure(page, "Pay") == f"Pay {pay:,.2f} {pay:,.2f} USD an hour at 9.00 each"
    else:
        assert figure(page, "Completed") == "Completed 0 nobody yet"
        assert figure(page, "Pay").startswith("Pay –")
    assert figure(page, "Answers under 2 s").startswith(f"Answers under 2 s {n_fast} of {n_answers} closed")
    assert figure(page, "Errors").startswith("Errors 0")
    assert figure(page, "Model cost").endswith(" 0 replies")

    steps = dict(re.findall(r"([a-z ]+?)\s+(\d+)", page.locator(".oc-funnel").inner_text()))
    assert {name.strip(): int(n) for name, n in steps.items()} == {
        "invited": asked(study, "SELECT count(*) FROM invitations"),
        "agreed": asked(study, "SELECT count(*) FROM sittings WHERE consent_hash <> ''"),
        "passed checks": asked(study, "SELECT count(*) FROM sittings WHERE cell <> ''"),
        "began": asked(study, "SELECT count(*) FROM sittings WHERE cell <> ''"),
        "halfway": asked(study, f"SELECT count(*) FROM sittings WHERE n_closed >= {n_questions / 2}"),
        "completed": completed,
    }
    table = page.get_by_role("table", name="People by cell and status")
    statuses = table.locator("th").all_inner_texts()[1:-1]
    cells = table.locator("tbody tr")
    for row in (cells.nth(i).locator("td").all_inner_texts() for i in range(cells.count())):
        name = {"before Begin": "cell = ''", "all": "1"}.get(row[0], f"cell = '{row[0]}'")
        assert int(row[-1]) == asked(study, f"SELECT count(*) FROM sittings WHERE {name}")
        for status, shown in zip(statuses, row[1:-1], strict=True):
            outcome = "" if status == "under way" else status.replace(" ", "_")
            sql = f"SELECT count(*) FROM sittings WHERE {name} AND outcome = '{outcome}'"
            assert int(shown) == asked(study, sql), (row[0], status)
    return taken, completed, under_way


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_every_view_fits_its_screen_and_keeps_nobody_out(
    viewport: Any, browser: Browser, study: Study, console: Served
) -> None:
    context = browser.new_context(viewport=viewport)
    page = context.new_page()
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    sign_in(page, console)
    for address in ("", f"?who={study.participants[0]}", "?view=invite", "?view=preview", "?view=take"):
        page.goto(f"{console.url}/{address}")
        expect(page.locator(".oc-heading").first).to_be_visible()
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        found = Axe().run(page, options=WCAG)
        assert [violation["id"] for violation in found.response["violations"]] == [], address
    context.close()
    assert heard == []


def test_a_preview_is_the_participants_page_and_changes_nothing(
    page: Page, study: Study, console: Served
) -> None:
    sign_in(page, console)
    before = asked(study, "SELECT count(*) FROM events")

    page.goto(f"{console.url}/?sample=question_with_a_reply-human_with_model-mmlu")
    settled(page)
    expect(page.get_by_text("Preview: nothing is recorded")).to_be_visible()
    expect(page.locator(".ov-line")).to_have_count(2)
    n = page.locator("[class*=st-key-submit_]").get_attribute("class") or ""
    press(page, (re.findall(r"submit_\d+", n) or [""])[0])
    settled(page)

    assert asked(study, "SELECT count(*) FROM events") == before
