"""One press, one page: double clicks, impatient clicks on a slow line, back and forward, clicks beside a reply.

Two tabs and two devices have a file of their own, `test_tabs.py`.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from playwright.sync_api import Locator, Page, expect

from oversight_app.study.events import ContextReset, InitialAnswered, NextAsked, SurveyAnswered, TrialClosed
from oversight_app.study.sitting import Stage
from tests.browser.places import Place, Places, serving
from tests.browser.proxy import Proxy
from tests.browser.served import click_option, mark, option, press, settled, turned, wait_for

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Own answers first, feedback after each question, and skipping allowed: every kind of button there is."""
    answer = {"sequence": "answer_first", "feedback": "after_each", "skip": True}
    with serving(tmp_path_factory.mktemp("doubled"), task="mmlu", people=30, answer=answer) as made:
        yield made


@pytest.fixture
def line(places: Places) -> Iterator[Proxy]:
    with Proxy(places.served.port) as made:
        yield made


def click_twice(page: Page, at: Locator, *, apart_ms: int, as_one: bool) -> None:
    """Two clicks of a real mouse at one place. `as_one`: the browser calls them a double click, as it does for a mouse;
    the taps of a finger it counts one by one."""
    at.click(trial=True)  # a button that has only just come takes no clicks yet
    box = at.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for count in (1, 2 if as_one else 1):
        page.mouse.down(click_count=count)
        page.mouse.up(click_count=count)
        if count == 1 and apart_ms:
            page.wait_for_timeout(apart_ms)


def mark_initial(page: Page, n: int) -> None:
    click_option(page, n, 0)
    expect(page.locator(f".st-key-initial_answer_{n} input").nth(0)).to_be_checked()
    page.locator(f".st-key-initial_confidence_{n} label[data-testid=stRadioOption]").nth(1).click()
    expect(page.locator(f".st-key-initial_confidence_{n} input").nth(1)).to_be_checked()


def mark_check(page: Page, check: list[int]) -> None:
    for i, right in enumerate(check, start=1):
        page.locator(f".st-key-comprehension_{i} label[data-testid=stRadioOption]").nth(right).click()
        expect(page.locator(f".st-key-comprehension_{i} input").nth(right)).to_be_checked()


def has_been_read(place: Place) -> bool:
    """An answer sooner than that would be a double click on the page before."""
    since = place.trial.initial_at or place.trial.shown_at
    return since is not None and datetime.now(UTC) - since > timedelta(seconds=0.8)


THE_WAY = (
    ("consent", Stage.INSTRUCTIONS),
    ("continue", Stage.COMPREHENSION),
    ("continue", Stage.READY),
    ("begin", Stage.REST),
    ("continue", Stage.TRIAL),
    ("initial_submit_1", Stage.TRIAL),
    ("submit_1", Stage.FEEDBACK),
    ("next", Stage.REST),
    ("continue", Stage.TRIAL),
    ("skip_2", Stage.FEEDBACK),
    ("next", Stage.SURVEY),
    ("continue", Stage.DEBRIEF),
    ("continue", Stage.ENDED),
)
"""Every button from the link to the code, and where it leads."""


@pytest.mark.parametrize(
    ("apart_ms", "as_one", "delay_s"),
    [(20, True, 0.0), (60, False, 0.0), (200, False, 0.15)],
    ids=["mouse", "finger", "finger far away"],
)
def test_a_double_click_on_any_button_turns_one_page(
    apart_ms: int, as_one: bool, delay_s: float, page: Page, places: Places, line: Proxy
) -> None:
    place = places.take(to=Stage.CONSENT)
    line.delay_s = delay_s
    place.open(page, url=line.url)
    came_to = []

    for key, stage in THE_WAY:
        if place.sitting.stage is Stage.COMPREHENSION:
            mark_check(page, places.study.check)
        elif key == "initial_submit_1":
            mark_initial(page, 1)
        elif key == "submit_1":
            mark(page, 1, 2)
        if stage in (Stage.TRIAL, Stage.FEEDBACK) and key != "continue":
            wait_for(lambda: has_been_read(place))
        at = page.locator(f".st-key-{key} button")
        turned(page, partial(click_twice, page, at, apart_ms=apart_ms, as_one=as_one))
        came_to.append(place.sitting.stage)

    assert came_to == [stage for _, stage in THE_WAY]
    assert place.sitting.outcome == "completed"
    assert [place.closed(n) for n in (1, 2)] == [("answered", 2), ("skipped", None)]
    once = Counter(type(item.event).__name__ for item in place.happened(InitialAnswered, SurveyAnswered))
    assert once == {"InitialAnswered": 1, "SurveyAnswered": 1}
    assert len(place.happened(TrialClosed)) == len(place.happened(NextAsked)) == 2


def test_a_second_press_on_a_slow_line_waits_for_the_page_that_the_first_one_brings(
    page: Page, places: Places, line: Proxy
) -> None:
    """Seconds apart it is no double click; but nobody has seen the debrief that it would end."""
    place = places.take(to=Stage.SURVEY, answered=2)
    place.open(page, url=line.url)
    line.delay_s = 0.5

    turned(
        page, lambda: click_twice(page, page.locator(".st-key-continue button"), apart_ms=700, as_one=False)
    )

    line.delay_s = 0.0
    assert place.sitting.stage is Stage.DEBRIEF
    turned(page, lambda: press(page, "continue"))
    assert place.sitting.outcome == "completed"


def test_a_press_that_the_page_answers_with_a_reminder_can_be_repeated_at_once(
    page: Page, places: Places
) -> None:
    place = places.take()
    place.open(page)
    wait_for(lambda: has_been_read(place))

    press(page, "initial_submit_1")
    expect(page.locator(".ov-reminder")).to_be_visible()
    mark_initial(page, 1)
    press(page, "initial_submit_1")

    wait_for(lambda: place.trial.initial is not None)
    assert len(place.happened(InitialAnswered)) == 1


def test_back_leaves_and_forward_returns_to_the_same_question_with_its_marks(
    page: Page, places: Places
) -> None:
    place = places.take()
    page.goto("about:blank")
    place.open(page)
    mark_initial(page, 1)
    wait_for(lambda: place.trial.draft.confidence)
    before = place.happened()

    page.go_back()
    expect(page.locator("[data-testid=stApp]")).to_have_count(0)
    page.go_forward()
    settled(page)

    expect(page.locator(".st-key-initial_answer_1 input").nth(0)).to_be_checked()
    assert place.happened() == before


# -- while the assistant writes ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """The assistant takes a word a second: what is tested here has happened long before it ends."""
    assistant = {"model": "scripted:demo", "words_per_s": 1}
    with serving(tmp_path_factory.mktemp("slow"), task="mmlu", people=10, assistant=assistant) as made:
        yield made


def ask(page: Page, place: Place) -> None:
    field = page.locator(".st-key-chat_input_1 textarea")
    field.fill("Which one is right, and why?")
    field.press("Enter")
    wait_for(lambda: statuses(place) == ["sent", "running"])
    expect(page.locator(".st-key-stop_1 button")).to_be_visible()


def statuses(place: Place) -> list[str]:
    return [message.status for message in place.sitting.trials[0].messages]


def test_marking_and_submitting_do_not_wait_for_the_reply(page: Page, slow: Places) -> None:
    place = slow.take()
    place.open(page)
    ask(page, place)

    mark(page, 1, 3)
    wait_for(lambda: place.draft == 3 and place.trial.draft.confidence == 0.6)
    assert statuses(place)[1] == "running"
    expect(option(page, 1, 3)).to_be_checked()

    turned(page, lambda: press(page, "submit_1"))

    assert place.closed(1) == ("answered", 3)
    wait_for(lambda: statuses(place)[1] == "stopped")


def test_a_stop_clicked_twice_stops_once_and_a_reset_clicked_twice_forgets_once(
    page: Page, slow: Places
) -> None:
    place = slow.take()
    place.open(page)
    ask(page, place)

    click_twice(page, page.locator(".st-key-stop_1 button"), apart_ms=40, as_one=False)
    wait_for(lambda: statuses(place) == ["sent", "stopped"])
    reset = page.locator(".st-key-reset_1 button:visible")
    expect(reset).to_be_enabled()
    click_twice(page, reset, apart_ms=40, as_one=False)

    wait_for(lambda: place.trial.n_resets)
    settled(page)
    expect(reset).to_be_disabled()
    assert len(place.happened(ContextReset)) == 1
