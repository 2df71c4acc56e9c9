"""Time that one can believe: what is due is closed with every tab shut, and two clocks say the same of an answer.

The reading phase, the least time and the end of the whole sitting are watched in `test_protocols.py`.
"""

import csv
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from oversight_app.clock import SystemClock
from oversight_app.export import export_study
from oversight_app.proctor import Proctor
from oversight_app.store import Store
from oversight_app.study.events import NextAsked, TrialClosed
from oversight_app.study.sitting import Stage
from tests.browser.places import Place, Places, serving
from tests.browser.proxy import Proxy
from tests.browser.served import click_option, mark, press, settled, turned, wait_for
from tests.builders import make_question

pytestmark = pytest.mark.browser

NEAR_S = 3.0
"""Between the two measures on one machine, however busy it is."""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Short questions with a limit of their own each, by their length."""
    task = {
        "questions_per_condition": 1,
        "time_limit_s": 60,
        "extra_s_per_100_words": 600,
        "practice_per_condition": 0,
    }
    texts = {"short": "Which one follows?", "long": "word " * 150 + "Which one follows?"}
    questions = [make_question(f"time/{name}", text=text) for name, text in texts.items()]
    folder = tmp_path_factory.mktemp("time")
    with serving(folder, task="mmlu", tasks={"mmlu": task}, questions=questions, people=20) as made:
        yield made


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Five seconds for each question."""
    with serving(tmp_path_factory.mktemp("hurried"), task="mmlu", limit_s=5, people=10) as made:
        yield made


def both_times(place: Place, n: int = 1) -> tuple[float, float | None]:
    """How long question `n` took, by the server and by the browser, as the export says it."""
    with Store.open(place.served.folder / "study.db") as store:
        export = export_study(store, at=SystemClock().now())
    with (export.folder / "answers.csv").open(encoding="utf-8", newline="") as answers:
        rows = [row for row in csv.DictReader(answers) if row["participant_id"] == place.participant_id]
    browsers = rows[n - 1]["browser_response_time_s"]
    return float(rows[n - 1]["response_time_s"]), float(browsers) if browsers else None


# -- deadlines -----------------------------------------------------------------------------------------


def test_with_every_tab_shut_the_draft_becomes_the_answer_within_a_second_of_the_deadline(
    hurried: Places,
) -> None:
    people = [hurried.take() for _ in range(4)]
    with Store.open(hurried.study.folder / "study.db") as store:
        proctor = Proctor(store, SystemClock())
        for place in people:
            proctor.page(place.participant_id)
            proctor.save_draft(place.participant_id, 1, 2, None)

    wait_for(lambda: all(place.closed(1) == ("timed_out", 2) for place in people))

    for place in people:
        (closing,) = place.happened(TrialClosed)
        trial = place.sitting.trials[0]
        assert trial.deadline_at is not None
        assert trial.closed is not None
        assert timedelta(0) <= closing.at - trial.deadline_at <= timedelta(seconds=1)
        assert trial.closed.closed_at == trial.deadline_at


def test_with_the_page_open_it_turns_by_itself_and_what_is_marked_counts(page: Page, hurried: Places) -> None:
    place = hurried.take()
    place.open(page)

    turned(page, lambda: click_option(page, 1, 1))

    expect(page.locator(".st-key-continue button")).to_be_visible()
    assert place.closed(1) == ("timed_out", 1)
    closed = place.sitting.trials[0].closed
    assert closed is not None
    assert (closed.confidence, closed.browser_response_time_s) == (None, None)


def is_long(page: Page, n: int) -> bool:
    return "word" in page.locator(f"#question_{n}").inner_text()


def seconds_left(page: Page) -> int:
    minutes, seconds = page.locator(".ov-left").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def test_each_question_has_the_time_that_its_length_deserves(page: Page, places: Places) -> None:
    place = places.take()
    place.open(page)
    on_the_clock = {is_long(page, 1): seconds_left(page)}
    answer(page)
    turned(page, lambda: press(page, "continue"))
    on_the_clock[is_long(page, 2)] = seconds_left(page)

    # One minute for everybody, and six seconds for each word above a hundred, those of the options included.
    assert 60 - NEAR_S <= on_the_clock[False] <= 60
    assert 60 + 53 * 6 - NEAR_S <= on_the_clock[True] <= 60 + 80 * 6


def test_a_pause_between_questions_is_nobodys_time(page: Page, places: Places) -> None:
    place = places.take()
    place.open(page)
    press(page, "pause")
    wait_for(lambda: place.trial.pause_after)
    mark(page, 1, 0)

    turned(page, lambda: press(page, "submit_1"))
    assert place.sitting.stage is Stage.REST
    assert place.sitting.trials[1].shown_at is None
    page.wait_for_timeout(1500)
    turned(page, lambda: press(page, "continue"))

    (went_on,) = place.happened(NextAsked)[1:]
    trial = place.sitting.trials[1]
    assert trial.shown_at is not None
    assert trial.deadline_at is not None
    assert trial.plan.time_limit_s is not None
    assert trial.shown_at >= went_on.at
    assert trial.deadline_at == trial.shown_at + timedelta(seconds=trial.plan.time_limit_s)
    assert place.sitting.rested_s >= 1.5


# -- two measures of one answer --------------------------------------------------------------------------


def answer(page: Page) -> None:
    mark(page, 1, 1)
    turned(page, lambda: press(page, "submit_1"))


def test_browser_and_server_differ_by_no_more_than_the_line_explains(page: Page, places: Places) -> None:
    place = places.take(to=Stage.REST)
    with Proxy(places.served.port) as line:
        place.open(page, url=line.url)
        line.delay_s = 0.4
        turned(page, lambda: press(page, "continue"))
        answer(page)

    by_server, by_browser = both_times(place)
    assert by_browser is not None
    there_and_back = 2 * 0.4
    assert there_and_back <= by_server - by_browser <= there_and_back + NEAR_S


def test_a_reload_takes_nothing_away_from_either_measure(page: Page, places: Places) -> None:
    place = places.take()
    place.open(page)
    page.wait_for_timeout(2000)
    page.reload()
    settled(page)
    answer(page)

    by_server, by_browser = both_times(place)
    assert by_browser is not None
    assert by_browser >= 2.0
    assert 0 <= by_server - by_browser <= NEAR_S


# The clocks of a page, to be set: the steady one stands still for so long, the other is off by so much.
CLOCKS = """
  window.stood = 0
  window.off = OFF
  const steady = performance.now.bind(performance), wall = Date.now.bind(Date)
  performance.now = () => steady() - window.stood
  Date.now = () => wall() + window.off
"""
SET_AN_HOUR_ON = """() => {
  window.said = []
  const left = document.querySelector(".ov-left")
  new MutationObserver(() => window.said.push(left.textContent)).observe(left, { childList: true })
  window.off = 3600 * 1000
}"""
THREE_DAYS_MS = 3 * 24 * 3600 * 1000


def test_a_clock_that_is_wrong_by_days_changes_nothing(context: BrowserContext, places: Places) -> None:
    context.add_init_script(CLOCKS.replace("OFF", str(-THREE_DAYS_MS)))
    page = context.new_page()
    place = places.take()
    place.open(page)

    answer(page)

    by_server, by_browser = both_times(place)
    assert by_browser is not None
    assert 0 <= by_server - by_browser <= NEAR_S


def test_a_clock_that_is_set_in_between_ends_no_question_and_leaves_no_wrong_measure(
    context: BrowserContext, places: Places
) -> None:
    context.add_init_script(CLOCKS.replace("OFF", "0"))
    page = context.new_page()
    place = places.take()
    place.open(page)

    page.evaluate(SET_AN_HOUR_ON)
    page.wait_for_function("window.said.includes('0:00')")
    # The page asks, and the server says how much time there is.
    expect(page.locator(".ov-left")).not_to_have_text("0:00")
    assert place.trial.is_open
    answer(page)

    by_server, by_browser = both_times(place)
    assert by_server < 60
    assert by_browser is None


def test_a_sleep_counts_although_the_steady_clock_stands_still(
    context: BrowserContext, places: Places
) -> None:
    context.add_init_script(CLOCKS.replace("OFF", "0"))
    page = context.new_page()
    place = places.take()
    place.open(page)

    page.wait_for_timeout(2000)
    page.evaluate("window.stood = 2000")
    answer(page)

    by_server, by_browser = both_times(place)
    assert by_browser is not None
    assert by_browser >= 2.0
    assert 0 <= by_server - by_browser <= NEAR_S


def test_another_device_that_comes_late_does_not_know_how_long_it_took(
    page: Page, context: BrowserContext, places: Places
) -> None:
    place = places.take()
    with Store.open(place.served.folder / "study.db") as store:
        Proctor(store, SystemClock()).page(place.participant_id)  # elsewhere
    shown_at = place.trial.shown_at
    assert shown_at is not None
    wait_for(lambda: SystemClock().now() - shown_at > timedelta(seconds=5.5))
    place.open(page)

    answer(page)

    by_server, by_browser = both_times(place)
    assert by_server >= 5.5
    assert by_browser is None
