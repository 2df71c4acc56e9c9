"""A researcher at the console, two participants in browsers of their own: a study made, people invited and watched, the
answers exported and reported.

At each stage the numbers on the console are counted once more in the database's own words.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from oversight_app.commands.console import PASSWORD
from oversight_app.commands.server import free_port
from oversight_app.study_folder import StudyFolder
from tests.browser.served import HOST, Served, mark, press, settled, turned
from tests.browser.studies import Study
from tests.browser.test_console import SECRET, asked, listed, same_as_the_record
from tests.browser.test_designing import consented, enter, frozen, number

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

N_QUESTIONS = 2
FORMULA = '=HYPERLINK("http://evil.example","paid")'


@pytest.fixture
def served(empty_folder: Path) -> Iterator[Served]:
    """The participants' page, to be started when there is a plan."""
    made = Served(empty_folder, is_warm=True)
    yield made
    made.stop()


@pytest.fixture
def console(empty_folder: Path, served: Served) -> Iterator[Served]:
    # Nobody listens at the participants' port yet, so it still counts as free.
    started = Served(
        empty_folder,
        port=free_port(HOST, start=served.port + 1),
        is_warm=True,
        door="console",
        public_url=served.url,
        also={PASSWORD: SECRET},
    )
    started.start()
    yield started
    started.stop()


def test_a_researcher_makes_a_study_invites_watches_two_finish_closes_exports_and_opens_the_report(
    context: BrowserContext, browser: Browser, served: Served, console: Served
) -> None:
    researcher = context.new_page()
    study = made(researcher, console)
    served.start()
    researcher.goto(console.url)
    assert agreed(researcher, study) == (0, 0, 0)

    links = invited(researcher, console, 2)
    tokens = listed(study, "SELECT token FROM invitations")
    assert sorted(links) == sorted(f"{served.url}/go/{token}" for token in tokens)
    researcher.goto(console.url)
    settled(researcher)
    assert agreed(researcher, study) == (0, 0, 0)

    # Paused, a newcomer is asked to come again; opened, the same link leads in.
    press(researcher, "enrolment_pause")
    expect(researcher.get_by_text("Enrolment is paused.")).to_be_visible()
    people = [browser.new_context().new_page() for _ in links]
    first, second = people
    first.goto(links[0])
    settled(first)
    press(first, "consent")
    expect(first.get_by_text("takes no new participants just now")).to_be_visible()
    press(researcher, "enrolment_open")
    expect(researcher.get_by_text("Enrolment is open.")).to_be_visible()

    for person, link in zip(people, links, strict=True):
        begun(person, link, study.check)
    expect(researcher.locator(".oc-figures")).to_contain_text("2 under way", timeout=30_000)
    assert agreed(researcher, study) == (2, 0, 2)

    finished(first, choice=0)
    expect(completed(researcher)).to_have_text("1", timeout=30_000)
    assert agreed(researcher, study) == (2, 1, 1)

    finished(second, choice=2)
    expect(completed(researcher)).to_have_text("2", timeout=30_000)
    for person in people:
        person.context.close()
    assert agreed(researcher, study) == (2, 2, 0)

    who = asked(study, "SELECT min(participant_id) FROM sittings")
    compensated(researcher, console, who)
    researcher.goto(console.url)
    press(researcher, "enrolment_close")
    expect(researcher.get_by_text("Enrolment is closed.")).to_be_visible()
    assert accuracy(researcher) == counted_right(study)

    exported(researcher, console, study)
    payments(researcher, who)
    reported(researcher, study)


def made(page: Page, console: Served) -> Study:
    """Choose at the console: one question alone and one with the assistant, the rest as suggested; and freeze it."""
    enter(page, console)
    page.locator(".st-key-design_tasks_quality label").click()
    expect(page.locator(".st-key-design_tasks_quality_time_limit_s")).to_have_count(0)
    number(page, "tasks_mmlu_questions_per_condition", "1")
    number(page, "sitting_reward", "9")
    expect(page.locator(".oc-would")).to_contain_text("One person answers 2 mmlu questions.")
    press(page, "design_make")
    press(page, "bank_builtin")
    expect(page.get_by_text("questions from builtin")).to_be_visible()
    consented(page)
    frozen(page)
    with StudyFolder.open(console.folder).open_store() as store:
        plan = store.plan()
    assert plan is not None
    return Study(console.folder, (), (), [question.correct for question in plan.comprehension])


def completed(page: Page) -> Locator:
    """The figure that says how many have finished, which moves by itself."""
    return page.locator(".oc-figures > div").filter(has_text="Completed").locator("dd").first


def agreed(page: Page, study: Study) -> tuple[int, int, int]:
    # The page is still while its numbers are read: it counts anew by itself.
    page.reload()
    expect(page.locator(".oc-funnel")).to_be_visible()
    settled(page)
    return same_as_the_record(page, study, target=None, n_questions=N_QUESTIONS)


def invited(page: Page, console: Served, count: int) -> list[str]:
    """Make links at the console; what stands there to copy, and the file says the same."""
    page.goto(f"{console.url}/?view=invite")
    settled(page)
    page.locator(".st-key-invite_count input").fill(str(count))
    page.keyboard.press("Tab")
    settled(page)
    press(page, "invite_make")
    code = page.locator("[data-testid=stCode] code")
    expect(code).to_be_visible()
    shown = code.inner_text().split()
    with page.expect_download() as saved:
        page.get_by_role("link", name="links.csv").click()
    rows = list(csv.DictReader(io.StringIO(saved.value.path().read_text(encoding="utf-8"))))
    assert [row["link"] for row in rows] == shown
    return shown


def begun(person: Page, link: str, check: list[int]) -> None:
    """From the link to the first question: agree, read, pass the check, promise to work alone, and begin."""
    person.goto(link)
    settled(person)
    turned(person, lambda: press(person, "consent"))
    turned(person, lambda: press(person, "continue"))
    for i, answer in enumerate(check, start=1):
        person.locator(f".st-key-comprehension_{i} label[data-testid=stRadioOption]").nth(answer).click()
        expect(person.locator(f".st-key-comprehension_{i} input[type=radio]").nth(answer)).to_be_checked()
    turned(person, lambda: press(person, "continue"))
    person.locator(".st-key-pledge label").click()
    expect(person.locator(".st-key-pledge input")).to_be_checked()
    turned(person, lambda: press(person, "begin"))


def finished(person: Page, *, choice: int) -> None:
    """Give this answer to every question, practice and its feedback included, and leave with the code."""
    submit = person.locator("[class*=st-key-submit_]")
    while person.locator(".st-key-completion_code").count() == 0:
        if submit.count():
            (n,) = re.findall(r"st-key-submit_(\d+)", submit.get_attribute("class") or "")
            mark(person, int(n), choice=choice)
            key = f"submit_{n}"
        else:
            key = "next" if person.locator(".st-key-next").count() else "continue"
        turned(person, partial(press, person, key))
    expect(person.locator(".st-key-completion_code")).to_be_visible()


def compensated(page: Page, console: Served, who: str) -> None:
    """Promise somebody money, for a reason that a spreadsheet would take for a formula."""
    page.goto(f"{console.url}/?who={who}")
    settled(page)
    page.locator(".st-key-pay button").first.click()
    page.locator(".st-key-pay_amount input").fill("2.50")
    page.locator(".st-key-pay_reason input").fill(FORMULA)
    page.keyboard.press("Tab")
    settled(page)
    press(page, "pay_promise")
    expect(page.get_by_text("It is promised.")).to_be_visible()


def accuracy(page: Page) -> set[tuple[str, int, int]]:
    """What the console says of each condition: how many right, of how many."""
    rows = page.get_by_role("table", name="Accuracy by task and condition").locator("tbody tr")
    expect(rows.first).to_be_visible()
    cells = [rows.nth(i).locator("td").all_inner_texts() for i in range(rows.count())]
    return {(cell[1], int(cell[2]), int(cell[3])) for cell in cells}


def counted_right(study: Study) -> set[tuple[str, int, int]]:
    return {
        (condition.replace("_", " "), n_correct(study, condition), n_trials(study, condition))
        for condition in listed(study, "SELECT DISTINCT condition FROM trials")
    }


def n_correct(study: Study, condition: str) -> int:
    where = f"condition = '{condition}' AND is_practice = 0"
    return int(asked(study, f"SELECT sum(correct) FROM trials WHERE {where}") or 0)


def n_trials(study: Study, condition: str) -> int:
    where = f"condition = '{condition}' AND is_practice = 0 AND status <> ''"
    return int(asked(study, f"SELECT count(*) FROM trials WHERE {where}"))


def exported(page: Page, console: Served, study: Study) -> None:
    """Make an export at the console and take it along: every answer is in it."""
    page.goto(f"{console.url}/?view=take")
    settled(page)
    press(page, "export_make")
    expect(page.get_by_text("The export is made.")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name=".zip").first.click()
    with zipfile.ZipFile(saved.value.path()) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/answers.csv")]
        rows = list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8"))))
    assert len(rows) == asked(study, "SELECT count(*) FROM trials WHERE status <> ''")
    assert {row["participant_id"] for row in rows} == set(
        listed(study, "SELECT participant_id FROM sittings")
    )


def payments(page: Page, who: str) -> None:
    """No cell of the file of payments is a formula."""
    with page.expect_download() as saved:
        page.get_by_role("link", name="payments.csv").click()
    rows = list(csv.DictReader(io.StringIO(saved.value.path().read_text(encoding="utf-8"))))
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t"))]
    (row,) = [row for row in rows if row["participant_id"] == who]
    assert row["compensation_reason"] == f"'{FORMULA}"


def reported(page: Page, study: Study) -> None:
    """Make the report at the console, follow it, and read it in a tab of its own."""
    press(page, "report_make")
    link = page.get_by_role("link", name="Report of")
    expect(link).to_be_visible(timeout=90_000)
    with page.context.expect_page() as opened:
        link.click()
    report = opened.value
    expect(report.locator("h1")).to_be_visible()
    assert report.evaluate("document.body.scrollWidth - innerWidth") <= 0
    assert report.evaluate("self.origin") == "null", "nothing in it speaks in the console's name"
    (results,) = study.folder.glob("reports/*/results.json")
    found = json.loads(results.read_text(encoding="utf-8"))
    assert found["made_from"]["n_answer_rows"] == asked(
        study, "SELECT count(*) FROM trials WHERE status <> ''"
    )
    shares = {
        row["condition"]: row["estimate"]
        for row in found["estimates"]
        if (row["metric"], row["rows"]) == ("accuracy", "all")
    }
    assert shares == {
        condition: pytest.approx(n_correct(study, condition) / n_trials(study, condition))
        for condition in listed(study, "SELECT DISTINCT condition FROM trials")
    }
