"""The ways to answer beside options and five points, in a browser: by mouse and keyboard, over reloads and tabs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from oversight_app.screens import assets, pay
from oversight_app.screens.wording import percent
from oversight_app.study import paying, scoring
from oversight_app.study.design import ScoringRule
from oversight_app.study.letters import OptionOrder
from oversight_app.study.page import Pay
from oversight_app.study.questions import LETTERS
from oversight_app.study.sitting import Stage
from oversight_app.study.trial import Trial
from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.served import Served, click_option, option, press, settled, turned, wait_for
from tests.browser.studies import make_study
from tests.browser.test_page import page_overflow
from tests.screens.fakes import FakeProctor, open_page, question

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

Serve = Callable[[Path], Served]
PAID = {"scoring_rule": "quadratic", "prize": 0.5, "currency": "USD"}


class Sitting:
    """Somebody at question 1 of a study of their own."""

    def __init__(
        self, page: Page, serve: Serve, room: Path, *, to: Stage = Stage.TRIAL, **design: Any
    ) -> None:
        """Take a seat in front of this page."""
        self.page = page
        self.study = make_study(room / "study", **({"task": "mmlu"} | design))
        self.who = self.study.seat(0, to=to)
        self.served = serve(self.study.folder)
        self.open(page)

    def open(self, page: Page) -> None:
        """Open the link, in this tab or another."""
        page.goto(f"{self.served.url}/go/{self.study.tokens[0]}")
        settled(page)

    @property
    def trial(self) -> Trial:
        """What the record says of the question."""
        return self.served.sitting(self.who).trials[0]

    def has_closed(self) -> bool:
        """Whether the question has been answered, or its time is over."""
        return self.trial.closed is not None

    def displayed(self, letter: str) -> int:
        """Where an option stands on the page."""
        return LETTERS.index(OptionOrder(self.trial.plan.option_order).displayed(letter))

    def shares(self) -> list[float | None]:
        """The probabilities of the draft from the top of the page."""
        draft = self.trial.draft.probabilities
        order = self.trial.plan.option_order
        return [draft[LETTERS.index(letter)] for letter in order] if draft else []


def slider(page: Page, row: int = 0, key: str = "confidence_1") -> Any:
    return page.locator(f".st-key-{key} input[type=range]").nth(row)


def number(page: Page, row: int = 0, key: str = "confidence_1") -> Any:
    return page.locator(f".st-key-{key} .ov-number input").nth(row)


def ask(page: Page) -> None:
    page.locator(".st-key-chat_input_1 textarea").fill("Which one, and why?")
    page.keyboard.press("Enter")
    expect(page.locator(".ov-line.is-theirs .ov-exact")).not_to_be_empty(timeout=30_000)
    expect(page.locator(".st-key-stop_1")).to_have_count(0, timeout=30_000)


# -- one percentage ------------------------------------------------------------------------------------------


def test_a_slider_is_empty_until_it_is_touched_and_takes_mouse_arrows_and_digits(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    sat = Sitting(page, serve, tmp_path, answer={"confidence": "percent"})
    expect(slider(page)).to_have_attribute("aria-valuetext", "not marked yet")
    expect(number(page)).to_have_value("")
    assert slider(page).evaluate("(e) => e.classList.contains('is-untouched')")

    box = slider(page).bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2)
    wait_for(lambda: sat.trial.draft.confidence is not None)
    by_mouse = sat.trial.draft.confidence or 0.0
    assert by_mouse == pytest.approx(0.8, abs=0.03)
    expect(number(page)).to_have_value(str(round(100 * by_mouse)))
    expect(slider(page)).not_to_have_class("is-untouched")

    slider(page).focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    wait_for(lambda: sat.trial.draft.confidence == pytest.approx(by_mouse - 0.03))

    number(page).fill("61")
    click_option(page, 1, 2)
    wait_for(lambda: sat.trial.draft.confidence == 0.61 and sat.trial.draft.choice)
    page.reload()
    settled(page)
    expect(number(page)).to_have_value("61")
    expect(option(page, 1, 2)).to_be_checked()

    number(page).fill("161")
    expect(page.get_by_text("Please enter a whole number from 0 to 100.")).to_be_visible()
    wait_for(lambda: sat.trial.draft.confidence is None)


def test_a_click_exactly_where_an_untouched_slider_waits_marks_it(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    sat = Sitting(page, serve, tmp_path, answer={"confidence": "percent"})

    slider(page).focus()
    slider(page).evaluate("(e) => e.click()")

    wait_for(lambda: sat.trial.draft.confidence == 0.25)


def test_what_is_typed_and_submitted_in_one_breath_is_the_answer(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    sat = Sitting(page, serve, tmp_path, answer={"confidence": "percent", "reason": "required"})
    click_option(page, 1, 1)
    expect(option(page, 1, 1)).to_be_checked()
    page.locator(".st-key-reason_1 textarea").fill("It is nearest.")
    number(page).fill("77")

    page.locator(".st-key-submit_1 button").click()

    wait_for(sat.has_closed)
    closed = sat.trial.closed
    assert closed is not None
    assert (closed.status, closed.confidence, closed.reason) == ("answered", 0.77, "It is nearest.")


def test_what_is_being_typed_at_the_deadline_is_not_lost(tmp_path: Path, page: Page, serve: Serve) -> None:
    sat = Sitting(page, serve, tmp_path, limit_s=9, answer={"confidence": "percent", "reason": "optional"})
    click_option(page, 1, 1)
    number(page).fill("77")
    page.locator(".st-key-reason_1 textarea").press_sequentially("It is nea", delay=5)

    expect(page.locator(".st-key-continue button")).to_be_visible(timeout=20_000)
    closed = sat.trial.closed
    assert closed is not None
    assert (closed.status, closed.confidence, closed.reason) == ("timed_out", 0.77, "It is nea")


def test_two_tabs_take_over_percentages_and_none_writes_its_old_one_back(
    tmp_path: Path, context: BrowserContext, serve: Serve
) -> None:
    first, second = context.new_page(), context.new_page()
    sat = Sitting(first, serve, tmp_path, answer={"confidence": "percent"})
    number(first).fill("60")
    number(first).blur()
    wait_for(lambda: sat.trial.draft.confidence == 0.6)

    sat.open(second)
    expect(number(second)).to_have_value("60")
    number(second).fill("80")
    number(second).blur()
    wait_for(lambda: sat.trial.draft.confidence == 0.8)
    sat.open(first)

    expect(number(first)).to_have_value("80")
    assert sat.trial.draft.confidence == 0.8


# -- four of them -------------------------------------------------------------------------------------------


def test_a_distribution_is_filled_by_hand_and_by_rest_and_nothing_is_evened_out(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    sat = Sitting(page, serve, tmp_path, answer={"confidence": "distribution", **PAID})
    click_option(page, 1, 1)
    total = page.locator(".ov-sum")
    expect(total).to_have_text("The four have to add up to 100.")

    number(page, 1).fill("60")
    number(page, 0).fill("10")
    page.keyboard.press("Tab")
    expect(total).to_have_text("Adds up to 70 of 100")
    wait_for(lambda: sat.shares() == [0.1, 0.6, None, None])
    press(page, "submit_1")
    expect(page.get_by_role("alert")).to_contain_text("now they add up to 70")

    page.get_by_role("button", name="Give the remaining 30 to C").click()
    expect(slider(page, 2)).to_be_focused()
    wait_for(lambda: sat.shares() == [0.1, 0.6, 0.3, None])
    # Nothing was said of D, and nothing is put there.
    expect(total).to_have_text("Adds up to 100; what is empty needs a 0.")
    expect(page.locator(".ov-pays").nth(1)).to_be_empty()
    press(page, "submit_1")
    expect(page.get_by_role("alert")).to_contain_text("please enter 0 for the answers that have none")

    page.get_by_role("button", name="Give the remaining 0 to D").click()
    expect(total).to_have_text("Adds up to 100")
    expect(page.locator(".ov-pays").nth(1)).to_have_text("0.44 USD")
    press(page, "submit_1")
    wait_for(sat.has_closed)
    closed = sat.trial.closed
    assert closed is not None
    assert sat.displayed(closed.choice) == 1
    assert [closed.probabilities[LETTERS.index(x)] for x in sat.trial.plan.option_order] == [0.1, 0.6, 0.3, 0]
    assert closed.confidence == 0.6


def test_a_distribution_goes_without_a_mouse(tmp_path: Path, page: Page, serve: Serve) -> None:
    sat = Sitting(page, serve, tmp_path, answer={"confidence": "distribution"})

    slider(page, 0).focus()
    page.keyboard.press("End")
    page.keyboard.press("PageDown")
    page.keyboard.press("Tab")
    expect(number(page, 0)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Give the remaining 10 to A")).to_be_focused()
    page.keyboard.press("Tab")
    expect(slider(page, 1)).to_be_focused()
    page.keyboard.press("Home")

    wait_for(lambda: sat.shares() == [0.9, 0.0, None, None])


def test_all_of_a_full_page_is_within_reach_on_both_sizes(tmp_path: Path, page: Page, serve: Serve) -> None:
    answer = {"confidence": "distribution", "reason": "required", "skip": True, "belief_after_reply": True}
    Sitting(page, serve, tmp_path, task="quality", answer=answer | PAID)

    for size in (LAPTOP, PHONE):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        assert page_overflow(page) == (0, 0)
        for control in (slider(page, 3), number(page, 3), page.locator(".st-key-reason_1 textarea")):
            control.scroll_into_view_if_needed()
            expect(control).to_be_in_viewport(ratio=1)
        expect(page.locator(".st-key-submit_1 button")).to_be_in_viewport(ratio=1)
        expect(page.locator(".st-key-skip_1 button")).to_be_in_viewport(ratio=1)
        panel = page.locator(".st-key-handing").evaluate("(e) => e.scrollWidth - e.clientWidth")
        assert panel == 0


# -- what it would pay -------------------------------------------------------------------------------------


def test_the_browser_computes_what_the_record_will(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same formulas stand in two languages, and a participant has been promised what the first of them says."""
    open_page(monkeypatch, FakeProctor(question(), language="de"))
    grid = [
        (a, b, c, 100 - a - b - c) for a in PERCENTS for b in PERCENTS for c in PERCENTS if a + b + c <= 100
    ]
    cases = [
        (Pay(rule, prize, currency, is_lottery), [p / 100 for p in shares])
        for rule in (ScoringRule.QUADRATIC, ScoringRule.LOG, ScoringRule.SPHERICAL)
        for prize, currency, is_lottery in (
            (0.5, "EUR", False),
            (250.0, "Punkte", False),
            (50.0, "JPY", False),
            (0.5, "EUR", True),
        )
        for shares in grid
    ]
    given = [
        [pay.in_browser(paid, is_practice=False, is_distribution=True), shares] for paid, shares in cases
    ]
    script = (Path(assets.__file__).parent / "scoring.js").read_text(encoding="utf-8")
    page = browser.new_page()

    said = page.evaluate(
        f"(cases) => {{ {script}\n return cases.map(([pay, p]) => p.map((_, k) => "
        "[score(pay.rule, p, k), amount(score(pay.rule, p, k), pay)])) }",
        given,
    )
    spread = page.evaluate(f"() => {{ {script}\n return [0, 0.25, 0.6, 1].map(spread) }}")
    page.close()

    for (paid, shares), outcomes in zip(cases, said, strict=True):
        for right, (share, words) in enumerate(outcomes):
            expected = scoring.score(paid.rule, shares, right)
            assert share == pytest.approx(expected, abs=1e-12)
            promised = (
                percent(paying.percent(expected) / 100) if paid.is_lottery else pay.amount(paid, expected)
            )
            assert words == promised, (paid.rule, shares, right)
    for confidence, row in zip((0, 0.25, 0.6, 1), spread, strict=True):
        assert row == pytest.approx(scoring.spread(confidence, 0))


PERCENTS = (0, 1, 2, 5, 10, 25, 33, 50, 90, 100)


def test_the_preview_follows_the_slider_also_while_the_server_is_away(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    sat = Sitting(page, serve, tmp_path, answer={"confidence": "percent", **PAID})
    preview = page.locator(".st-key-confidence_1 .ov-pay")
    expect(preview).to_have_text("Pays up to 0.50 USD, by how sure you are.")
    sat.served.kill()

    number(page).fill("60")

    expect(preview).to_have_text("Pays 0.45 USD if right, 0.21 USD if wrong.")
    sat.served.start()
    wait_for(lambda: sat.trial.draft.confidence == 0.6, seconds=40)


# -- the own answer first -----------------------------------------------------------------------------------


def test_a_first_answer_stays_and_the_final_one_is_marked_anew(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    sat = Sitting(page, serve, tmp_path, answer={"confidence": "percent", "sequence": "answer_first"})
    assert page.locator(".st-key-chat_input_1").count() == 0
    click_option(page, 1, 1)
    number(page, key="initial_confidence_1").fill("60")
    number(page, key="initial_confidence_1").blur()
    wait_for(lambda: (sat.trial.draft.confidence, bool(sat.trial.draft.choice)) == (0.6, True))
    page.reload()
    settled(page)
    expect(number(page, key="initial_confidence_1")).to_have_value("60")

    button = page.locator(".st-key-initial_submit_1 button")
    button.click(trial=True)
    box = button.bounding_box()
    assert box is not None
    for _ in range(2):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    expect(page.locator(".st-key-chat_input_1")).to_be_visible()
    expect(page.get_by_text("Your first answer: B, 60%")).to_be_visible()
    expect(page.locator("h1")).to_be_focused()
    assert page.locator(".st-key-answer_1 input:checked").count() == 0
    expect(number(page)).to_have_value("")
    initial = sat.trial.initial
    assert initial is not None
    assert initial.browser_response_time_s is not None
    assert initial.browser_response_time_s > 0
    assert not sat.has_closed()

    page.reload()
    settled(page)
    expect(page.get_by_text("Your first answer: B, 60%")).to_be_visible()
    click_option(page, 1, 3)
    number(page).fill("80")
    press(page, "submit_1")
    wait_for(sat.has_closed)
    closed = sat.trial.closed
    assert closed is not None
    assert (sat.displayed(closed.choice), closed.confidence) == (3, 0.8)
    assert closed.browser_response_time_s is not None
    assert closed.browser_response_time_s > initial.browser_response_time_s


def test_a_tab_left_at_the_first_answer_does_not_touch_the_final_one(
    tmp_path: Path, context: BrowserContext, serve: Serve
) -> None:
    first, second = context.new_page(), context.new_page()
    sat = Sitting(first, serve, tmp_path, answer={"confidence": "five_points", "sequence": "answer_first"})
    sat.open(second)
    click_option(second, 1, 0)
    second.locator(".st-key-initial_confidence_1 label[data-testid=stRadioOption]").nth(2).click()
    press(second, "initial_submit_1")
    wait_for(lambda: sat.trial.initial is not None)

    click_option(first, 1, 3)

    expect(first.locator(".st-key-initial_submit_1")).to_have_count(0)
    assert sat.trial.draft.choice == ""
    assert sat.trial.initial is not None
    assert sat.displayed(sat.trial.initial.choice) == 0


# -- a belief after a reply -----------------------------------------------------------------------------------


def test_a_belief_is_noted_by_keyboard_and_never_stands_in_the_way(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    answer = {"confidence": "five_points", "belief_after_reply": True}
    sat = Sitting(page, serve, tmp_path, answer=answer)
    ask(page)
    row = page.locator(".st-key-belief_1")
    letters = row.locator("[class*=st-key-belief_answer_] input[type=radio]")
    expect(letters).to_have_count(4)

    letters.first.focus()
    page.keyboard.press("ArrowDown")
    expect(letters.nth(1)).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(row.get_by_role("button", name="Note this")).to_be_focused()
    page.keyboard.press("Enter")

    expect(row).to_contain_text("Noted: B, 25%")
    (belief,) = sat.trial.beliefs
    assert (sat.displayed(belief.choice), belief.confidence) == (1, 0.25)

    ask_again = page.locator(".st-key-chat_input_1 textarea")
    ask_again.fill("And why not the others?")
    page.keyboard.press("Enter")
    expect(letters).to_have_count(4, timeout=30_000)
    assert letters.locator(":scope:checked").count() == 0
    click_option(page, 1, 2)
    page.locator(".st-key-confidence_1 label[data-testid=stRadioOption]").nth(2).click()
    press(page, "submit_1")
    wait_for(sat.has_closed)
    assert len(sat.trial.beliefs) == 1


# -- time -----------------------------------------------------------------------------------------------------


def test_the_button_says_from_when_on_it_counts_and_wakes_without_a_run(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    tasks = {"mmlu": {"questions_per_condition": 1, "min_time_s": 8, "practice_per_condition": 0}}
    sat = Sitting(page, serve, tmp_path, tasks=tasks, answer={"confidence": "none"})
    after = "(e) => getComputedStyle(e, '::after').content"
    label = page.locator(".st-key-submit_1 button p")
    assert "(in " in label.evaluate(after)
    click_option(page, 1, 1)
    expect(option(page, 1, 1)).to_be_checked()
    press(page, "submit_1")
    expect(page.get_by_role("alert")).to_contain_text("You can submit in ")
    assert not sat.has_closed()

    page.wait_for_function("() => document.documentElement.dataset.early === undefined")
    assert "(in " not in label.evaluate(after)
    press(page, "submit_1")
    wait_for(sat.has_closed)


def test_after_the_time_to_read_the_question_comes_by_itself(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    tasks = {"quality": {"questions_per_condition": 1, "reading_s": 8, "practice_per_condition": 0}}
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    sat = Sitting(page, serve, tmp_path, to=Stage.READING, task="quality", tasks=tasks)
    expect(page.locator(".ov-passage")).to_be_visible()
    assert page.locator(".st-key-submit_1").count() == 0
    assert page_overflow(page) == (0, 0)
    page.locator(".st-key-search_1 input").fill("the")
    expect(page.locator(".ov-hits")).to_contain_text("1 of ")
    expect(page.locator(".st-key-next button")).to_be_in_viewport(ratio=1)

    expect(page.locator(".st-key-submit_1 button")).to_be_visible(timeout=20_000)
    trial = sat.trial
    assert trial.reading_until is not None
    assert trial.shown_at is not None
    assert trial.shown_at >= trial.reading_until


def test_who_has_read_enough_asks_for_the_question(tmp_path: Path, page: Page, serve: Serve) -> None:
    tasks = {"quality": {"questions_per_condition": 1, "reading_s": 300, "practice_per_condition": 0}}
    sat = Sitting(page, serve, tmp_path, to=Stage.READING, task="quality", tasks=tasks)

    turned(page, lambda: press(page, "next"))

    expect(page.locator(".st-key-submit_1 button")).to_be_visible()
    expect(page.locator(".ov-passage")).to_be_visible()
    assert sat.trial.shown_at is not None


def test_the_end_of_the_whole_study_is_counted_down_and_announced(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    sitting = {"limit_s": 14}
    sat = Sitting(page, serve, tmp_path, to=Stage.REST, answer={"confidence": "none"}, sitting=sitting)
    turned(page, lambda: press(page, "continue"))
    expect(page.locator(".ov-whose")).to_have_text("for the whole study")
    expect(page.locator(".ov-timer [aria-live]")).to_have_text("Question 1 of 2, for the whole study")
    expect(page.get_by_text("This clock is that of the whole study.")).to_be_visible()
    click_option(page, 1, 2)

    expect(page.locator(".ov-timer [aria-live]")).to_have_text("10 seconds left", timeout=10_000)
    expect(page.get_by_role("heading", name="The time for the study is over")).to_be_visible(timeout=25_000)
    closed = sat.trial.closed
    assert closed is not None
    assert sat.displayed(closed.choice) == 2
