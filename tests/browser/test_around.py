"""What stands around the questions, as somebody comes by it: before, after, and on the way out."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from oversight_app.study.events import PledgeGiven, ScreeningAnswered, SurveyAnswered
from oversight_app.study.sitting import Stage
from tests.browser.served import Served, mark, option, press, settled, turned
from tests.browser.studies import make_study
from tests.builders import make_question

pytestmark = pytest.mark.browser

Serve = Callable[[Path], Served]

SCREENING = """
[[question]]
text = "Do you read English without effort?"
options = ["Yes", "No"]
eligible = [0]
"""
URL = "https://platform.example/complete?cc={code}"


def choose(page: Page, key: str, index: int) -> None:
    """Mark an option of a question on a reading page."""
    options = page.locator(f".st-key-{key} label[data-testid=stRadioOption]")
    options.nth(index).click()
    expect(options.nth(index).locator("input")).to_be_checked()


def go_on(page: Page, key: str = "continue") -> None:
    turned(page, lambda: press(page, key))


def test_the_way_from_the_link_to_the_code_with_everything_a_paid_study_has(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    study = make_study(
        tmp_path / "study",
        ready_made="recommended",
        task="mmlu",
        texts={"screening.toml": SCREENING},
        sitting={"completion_url": URL, "completion_code": "DONE1", "attention_checks": 1},
    )
    served = serve(study.folder)
    me = study.participants[0]
    page.goto(f"{served.url}/go/{study.tokens[0]}")

    go_on(page, "consent")
    choose(page, "screening_1", 0)
    go_on(page)
    choose(page, "example", 0)
    expect(page.locator(".st-key-trial_run .ov-note")).to_contain_text("That is not right.")
    n_events = len(served.happened(me))
    choose(page, "example", 1)
    expect(page.locator(".st-key-trial_run .ov-note")).to_contain_text("That is right.")
    assert len(served.happened(me)) == n_events

    go_on(page)
    for i, right in enumerate(study.check, start=1):
        choose(page, f"comprehension_{i}", (right + 1) % 3 if i == 1 else right)
    page.wait_for_timeout(800)  # an attempt sooner than that would be a double click
    go_on(page)
    expect(page.locator(".ov-note li")).to_have_count(1)
    for i, right in enumerate(study.check, start=1):
        choose(page, f"comprehension_{i}", right)
    page.wait_for_timeout(800)
    go_on(page)

    press(page, "begin")
    expect(page.locator(".ov-reminder")).to_have_text("Please tick the promise before you begin.")
    page.locator(".st-key-pledge label").click()
    go_on(page, "begin")
    for n in (1, 2, 3):
        while page.locator(f".st-key-submit_{n}").count() == 0:
            go_on(page)
        mark(page, n, 1)
        page.wait_for_timeout(800)
        go_on(page, f"submit_{n}")

    remarks = page.locator(".st-key-survey_remarks textarea")
    remarks.fill("It cost me")
    choose(page, "survey_difficulty", 3)
    choose(page, "survey_help_seen_before", 1)
    page.wait_for_timeout(500)
    page.reload()
    expect(remarks).to_have_value("It cost me")
    expect(page.locator(".st-key-survey_difficulty input").nth(3)).to_be_checked()
    remarks.fill("It cost me $5 of *thought*.")
    go_on(page)  # what was typed last has not been sent by itself
    go_on(page)

    expect(page.locator(".st-key-completion_code")).to_have_text("DONE1")
    link = page.get_by_role("link", name="Hand in the code")
    expect(link).to_have_attribute("href", "https://platform.example/complete?cc=DONE1")
    happened = [item.event for item in served.happened(me)]
    assert ScreeningAnswered((0,), True) in happened
    assert any(isinstance(event, PledgeGiven) for event in happened)
    (said,) = [event for event in happened if isinstance(event, SurveyAnswered)]
    assert (said.answers["difficulty"], said.answers["reliance"]) == (4, None)
    assert said.answers["remarks"] == "It cost me $5 of *thought*."
    assert (said.answers["help_seen_before"], said.external_help) == ("yes", True)
    assert sum(trial.plan.is_attention_check for trial in served.sitting(me).trials) == 1


def test_leaving_from_a_question_with_a_wish_for_the_answers_so_far(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    study = make_study(tmp_path / "study", task="mmlu", sitting={"completion_url": URL})
    me = study.seat(0)
    served = serve(study.folder)
    page.goto(f"{served.url}/go/{study.tokens[0]}")
    page.locator(".st-key-leave button").first.click()
    expect(page.locator(".st-key-withdraw button")).to_be_visible()

    choose(page, "leave_data", 1)
    expect(page.locator(".st-key-withdraw button")).to_be_visible()
    assert served.sitting(me).stage is Stage.TRIAL
    turned(page, lambda: page.locator(".st-key-withdraw button").click())

    expect(page.locator("h1")).to_have_text("You have left the study")
    expect(page.locator(".st-key-sheet")).to_contain_text("You asked us not to use your answers.")
    expect(page.locator(".st-key-sheet")).to_contain_text(f"kept under the name {me}")
    expect(page.get_by_role("link", name="Back to where you came from")).to_be_visible()
    assert served.sitting(me).keeps_data is False


def test_the_instructions_open_over_a_question_and_touch_nothing_of_it(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    study = make_study(tmp_path / "study", task="mmlu")
    study.seat(0)
    served = serve(study.folder)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{served.url}/go/{study.tokens[0]}")
    mark(page, 1, 2)

    page.get_by_role("button", name="Instructions").click()

    briefing = page.locator(".ov-briefing")
    expect(briefing).to_contain_text("How the study works")
    assert briefing.evaluate(
        "(e) => e.scrollHeight > e.clientHeight && e.getBoundingClientRect().right <= innerWidth"
    )
    page.keyboard.press("Escape")
    expect(briefing).to_have_count(0)
    expect(option(page, 1, 2)).to_be_checked()
    expect(page.locator(".ov-left")).not_to_be_empty()


def test_who_may_not_take_part_is_told_so_and_has_a_code_for_it(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    study = make_study(
        tmp_path / "study",
        task="mmlu",
        texts={"screening.toml": SCREENING},
        sitting={"completion_url": URL},
        outcomes={"screened_out": {"code": "OUT1"}},
    )
    served = serve(study.folder)
    page.goto(f"{served.url}/go/{study.tokens[0]}")
    go_on(page, "consent")
    choose(page, "screening_1", 1)

    go_on(page)

    expect(page.locator("h1")).to_have_text("This study is not for you")
    expect(page.locator(".st-key-completion_code")).to_have_text("OUT1")
    link = page.get_by_role("link", name="Back to where you came from")
    expect(link).to_have_attribute("href", "https://platform.example/complete?cc=OUT1")


# -- in German -----------------------------------------------------------------------------------------------

ENGLISH = re.compile(
    r"\b(the|and|you|your|please|with|of|this|that|are|what|question|answer|press|enter|apply|send|skip|close|loading)\b",
    re.IGNORECASE,
)
_READ = """() => {
  const named = [...document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")]
    .filter((e) => !e.closest("[aria-hidden=true], script, style"))
    .flatMap((e) => ["aria-label", "title", "placeholder", "alt"].map((name) => e.getAttribute(name)))
  return [document.title, document.body.innerText, ...named].filter(Boolean)
}"""


def english_on(page: Page) -> list[str]:
    """Whatever can be read or heard on this page that has an English word in it."""
    settled(page)
    return [text for text in page.evaluate(_READ) if ENGLISH.search(text)]


def test_nobody_in_a_german_study_reads_an_english_sentence(tmp_path: Path, page: Page, serve: Serve) -> None:
    questions = [
        make_question(
            f"test/anatomie:{i}",
            text=f"Welche Zahl kommt nach {i}?",
            options=(f"{i + 1}", f"{i + 2}", f"{i + 3}", f"{i + 4}"),
            explanation="So wird gezählt.",
        )
        for i in range(4)
    ]
    study = make_study(
        tmp_path / "study",
        ready_made="recommended",
        language="de",
        task="mmlu",
        questions=questions,
        texts={
            "screening.toml": SCREENING.replace(
                "Do you read English without effort?", "Lesen Sie Deutsch?"
            ).replace('["Yes", "No"]', '["Ja", "Nein"]')
        },
        answer={"feedback": "after_each", "reason": "optional"},
        sitting={"attention_checks": 1, "comprehension_attempts": 2},
    )
    served = serve(study.folder)
    page.goto(f"{served.url}/go/{study.tokens[0]}")
    read = [*walk_in_german(page, study.check)]

    assert [texts for texts in read if texts] == []
    assert len(read) > 15
    expect(page.locator(".st-key-completion_code")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")


def walk_in_german(page: Page, check: list[int]) -> Iterator[list[str]]:
    """What is English on each page of the way, with its reminders and with what opens over it."""
    yield english_on(page)
    go_on(page, "consent")
    press(page, "continue")
    expect(page.locator(".ov-reminder")).to_be_visible()
    yield english_on(page)
    choose(page, "screening_1", 0)
    go_on(page)
    choose(page, "example", 0)
    expect(page.locator(".st-key-trial_run .ov-note")).to_be_visible()
    yield english_on(page)
    yield from english_behind(page, page.locator(".st-key-leave button").first)
    go_on(page)
    for wrong in (1, 0):
        for i, right in enumerate(check, start=1):
            choose(page, f"comprehension_{i}", (right + wrong) % 3)
        yield english_on(page)
        page.wait_for_timeout(800)  # an attempt sooner than that would be a double click
        go_on(page)
    press(page, "begin")
    expect(page.locator(".ov-reminder")).to_be_visible()
    yield english_on(page)
    page.locator(".st-key-pledge label").click()
    go_on(page, "begin")
    yield english_on(page)
    for n in (1, 2, 3):
        while page.locator(f".st-key-submit_{n}").count() == 0:
            yield english_on(page)
            go_on(page, "next" if page.locator(".st-key-next").count() else "continue")
        if n == 1:
            press(page, "submit_1")
            expect(page.locator(".ov-reminder")).to_be_visible()
            yield from english_behind(page, page.locator(".st-key-briefing button").first)
        mark(page, n, 1)
        yield english_on(page)
        page.wait_for_timeout(800)
        go_on(page, f"submit_{n}")
    while page.locator(".st-key-survey_remarks").count() == 0:
        yield english_on(page)
        go_on(page, "next" if page.locator(".st-key-next").count() else "continue")
    page.locator(".st-key-survey_remarks textarea").press_sequentially("Gut.")
    yield english_on(page)
    go_on(page)
    yield english_on(page)
    go_on(page)
    yield english_on(page)


def english_behind(page: Page, button: Locator) -> Iterator[list[str]]:
    """What is English in what this button opens."""
    button.click()
    expect(page.locator("[data-testid=stPopoverBody]")).to_be_visible()
    yield english_on(page)
    page.keyboard.press("Escape")
    expect(page.locator("[data-testid=stPopoverBody]")).to_have_count(0)
