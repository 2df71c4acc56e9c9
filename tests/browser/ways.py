"""A visitor with a link before a browser, and the steps that lead them from screen to screen.

Keys and classes lead the way, never words, so that any language will do. A step is a function of the visitor; the ones
that need to be told something first return it: `press_on("consent")` is the step of consenting.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from playwright.sync_api import Page, expect

from oversight_app.store import Store
from oversight_app.study.letters import OptionOrder
from oversight_app.study.questions import LETTERS
from oversight_app.study.sitting import Stage
from tests.browser.served import Served, click_option, mark, option, press, settled, turned
from tests.browser.studies import Study


@dataclass(frozen=True)
class Visitor:
    """Somebody with a link of this study."""

    page: Page
    served: Served
    study: Study
    who: int

    @property
    def link(self) -> str:
        """What was sent to them."""
        return f"{self.served.url}/go/{self.study.tokens[self.who]}"

    @property
    def participant_id(self) -> str:
        """How the record names them."""
        return self.study.participants[self.who]


Step: TypeAlias = Callable[[Visitor], object]


# -- before and after the questions ---------------------------------------------------------------------


def open_link(visitor: Visitor) -> None:
    """Open the link, and see the page that is due."""
    turned(visitor.page, lambda: visitor.page.goto(visitor.link))


def seat(*, to: Stage = Stage.TRIAL, answered: int = 0) -> Step:
    """Stand at this stage already, and open the link: what comes before is another walk's business."""

    def step(visitor: Visitor) -> None:
        visitor.study.seat(visitor.who, to=to, answered=answered)
        open_link(visitor)

    return step


def press_on(key: str) -> Step:
    """Press the button that leads to the next page."""
    return lambda visitor: turned(visitor.page, lambda: press(visitor.page, key))


def pass_screening(visitor: Visitor) -> None:
    """Answer what decides who may take part so that one may."""
    for i in (1, 2):
        option = visitor.page.locator(f".st-key-screening_{i} label[data-testid=stRadioOption]").first
        option.click()
        expect(option.locator("input")).to_be_checked()
    press_on("continue")(visitor)


def pass_check(visitor: Visitor) -> None:
    """Answer the check about the instructions, all right."""
    _answer_check(visitor, visitor.study.check)


def fail_check(visitor: Visitor) -> None:
    """Answer it all wrong."""
    _answer_check(visitor, [(right + 1) % 2 for right in visitor.study.check])


def _answer_check(visitor: Visitor, answers: list[int]) -> None:
    for i, at in enumerate(answers, start=1):
        option = visitor.page.locator(f".st-key-comprehension_{i} label[data-testid=stRadioOption]").nth(at)
        option.click()
        expect(option.locator("input")).to_be_checked()
    visitor.page.wait_for_timeout(800)  # an attempt sooner than that would be a double click
    press_on("continue")(visitor)


def go_on_in_another_tab(visitor: Visitor) -> None:
    """Open the link in another tab as well, and wait until that one knows that it took over."""
    other = visitor.page.context.new_page()
    other.goto(visitor.link)
    expect(other.locator(".st-key-took_over")).to_be_visible()
    visitor.page.bring_to_front()


def learn_of_it_here(visitor: Visitor) -> None:
    """A tab that was taken over learns so at what is done in it next, and lets that take its course before."""
    press(visitor.page, "pause")
    expect(visitor.page.locator(".st-key-go_on_here")).to_be_visible(timeout=30_000)


def try_example(visitor: Visitor) -> None:
    """Mark a wrong option of the example in the instructions."""
    option = visitor.page.locator(".st-key-example label[data-testid=stRadioOption]").first
    option.click()
    expect(visitor.page.locator(".st-key-trial_run .ov-note")).to_be_visible()
    visitor.page.locator(".st-key-trial_run").scroll_into_view_if_needed()


def take_the_last_place(visitor: Visitor) -> None:
    """Somebody else begins."""
    visitor.study.seat(0)


def ask_to_leave(visitor: Visitor) -> None:
    """Open the little window that asks whether one really wants to."""
    visitor.page.locator(".st-key-leave button").click()


def stay(visitor: Visitor) -> None:
    """Close it again."""
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.locator(".st-key-withdraw")).to_have_count(0)


def forget_the_visitor(visitor: Visitor) -> None:
    """Come back without the cookie."""
    visitor.page.context.clear_cookies()
    visitor.page.reload()


def open_nonsense(visitor: Visitor) -> None:
    """Open a link that nobody was sent."""
    visitor.page.goto(f"{visitor.served.url}/go/nonsense")


# -- on a question --------------------------------------------------------------------------------------


def answer(n: int) -> Step:
    """Mark the right option and a confidence, and submit."""
    return lambda visitor: _submit(visitor, n, _place_of_key(visitor))


def answer_wrongly(n: int) -> Step:
    """Mark another option, and submit."""
    return lambda visitor: _submit(visitor, n, (_place_of_key(visitor) + 1) % 4)


def _submit(visitor: Visitor, n: int, choice: int) -> None:
    mark(visitor.page, n, choice)
    press_on(f"submit_{n}")(visitor)


def _place_of_key(visitor: Visitor) -> int:
    plan = visitor.served.sitting(visitor.participant_id).trial.plan
    with Store.open(visitor.served.folder / "study.db") as store:
        (question,) = [question for question in store.questions() if question.question_id == plan.question_id]
    return LETTERS.index(OptionOrder(plan.option_order).displayed(LETTERS[question.correct]))


def submit_unmarked(n: int) -> Step:
    """Submit before anything is marked."""
    return lambda visitor: press(visitor.page, f"submit_{n}")


def mark_some(n: int) -> Step:
    """Mark the second option and the fourth confidence."""
    return lambda visitor: mark(visitor.page, n, choice=1, confidence=3)


def search(n: int) -> Step:
    """Search the passage for a frequent word, and go on to the second hit."""

    def step(visitor: Visitor) -> None:
        visitor.page.locator(f".st-key-search_{n} input").fill("the")
        visitor.page.keyboard.press("Enter")

    return step


def ask(n: int) -> Step:
    """Ask the assistant, and wait for the whole reply."""

    def step(visitor: Visitor) -> None:
        visitor.page.locator(f".st-key-chat_input_{n} textarea").fill("What do you think, and why?")
        visitor.page.keyboard.press("Enter")
        expect(visitor.page.locator(".ov-line.is-theirs .ov-exact")).not_to_be_empty(timeout=30_000)
        expect(visitor.page.locator(f".st-key-stop_{n}")).to_have_count(0, timeout=60_000)

    return step


def ask_in_vain(n: int) -> Step:
    """Ask an assistant that is out of order, and be told so."""

    def step(visitor: Visitor) -> None:
        visitor.page.locator(f".st-key-chat_input_{n} textarea").fill("What do you think, and why?")
        visitor.page.keyboard.press("Enter")
        expect(visitor.page.locator(f".st-key-ask_again_{n}")).to_be_visible(timeout=60_000)

    return step


def ask_again_in_vain(n: int) -> Step:
    """Ask it once more; it has failed too often then, and the question is left out."""
    return lambda visitor: turned(visitor.page, lambda: press(visitor.page, f"ask_again_{n}"))


def put(text: str) -> Step:
    """Put a question to whoever answers on question 1."""

    def step(visitor: Visitor) -> None:
        visitor.page.locator(".st-key-chat_input_1 textarea").fill(text)
        visitor.page.keyboard.press("Enter")

    return step


def hear(n_lines: int) -> Step:
    """Wait until so much has been said on question 1, and nobody speaks any more."""

    def step(visitor: Visitor) -> None:
        expect(visitor.page.locator(".ov-line")).to_have_count(n_lines, timeout=60_000)
        expect(visitor.page.locator(".st-key-stop_1")).to_have_count(0, timeout=60_000)

    return step


def show_pane(name: str) -> Step:
    """On a phone, bring this part of the question page into sight."""
    return lambda visitor: visitor.page.locator(f".ov-panes button[data-pane={name}]").click()


def commit_first(n: int) -> Step:
    """Give an answer of one's own, after which the assistant comes."""

    def step(visitor: Visitor) -> None:
        click_option(visitor.page, n, 1)
        confidence = visitor.page.locator(f".st-key-initial_confidence_{n} label[data-testid=stRadioOption]")
        confidence.nth(1).click()
        expect(confidence.nth(1).locator("input")).to_be_checked()
        press_on(f"initial_submit_{n}")(visitor)

    return step


def enter_percentages(n: int, *percentages: int) -> Step:
    """Enter one number, or one for each option, from the top."""

    def step(visitor: Visitor) -> None:
        for i, percentage in enumerate(percentages):
            visitor.page.locator(f".st-key-confidence_{n} .ov-number input").nth(i).fill(str(percentage))
        click_option(visitor.page, n, 1)
        expect(option(visitor.page, n, 1)).to_be_checked()
        settled(visitor.page)

    return step


def pause_after_this(visitor: Visitor) -> None:
    """Ask for a pause after the present question."""
    press(visitor.page, "pause")
    expect(visitor.page.locator(".st-key-pause button")).to_be_disabled()


def let_time_run_out(visitor: Visitor) -> None:
    """Wait for the deadline, and the page that follows by itself."""
    turned(visitor.page, lambda: None)


# -- what should not happen -----------------------------------------------------------------------------


def kill_the_server(visitor: Visitor) -> None:
    """The server goes away, as in a power cut."""
    visitor.served.kill()


def spoil_the_record(visitor: Visitor) -> None:
    """The server comes back and finds no table where it kept the events."""
    visitor.served.start()
    with sqlite3.connect(visitor.served.folder / "study.db") as record:
        record.execute("ALTER TABLE events RENAME TO lost")
    visitor.page.reload()
