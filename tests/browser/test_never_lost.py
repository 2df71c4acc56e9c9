"""What a participant has marked, written and handed in survives the page, the line and the server."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from oversight_app.study.events import FeedbackRead
from oversight_app.study.sitting import Stage
from tests.browser.places import Place, Places, serving
from tests.browser.proxy import Proxy
from tests.browser.served import click_option, mark, option, press, settled, wait_for

pytestmark = pytest.mark.browser


# A session is forgotten as soon as its line is cut: every interruption is a long sleep.
FORGETS = "--server.disconnectedSessionTTL=0"


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    with serving(tmp_path_factory.mktemp("never_lost"), FORGETS, task="mmlu", people=20) as made:
        yield made


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Feedback after each question, and an assistant that does not come to an end."""
    answer, assistant = {"feedback": "after_each"}, {"model": "scripted:demo", "words_per_s": 0.2}
    folder = tmp_path_factory.mktemp("slow")
    with serving(folder, FORGETS, task="mmlu", people=30, answer=answer, assistant=assistant) as made:
        yield made


@pytest.fixture
def line(places: Places) -> Iterator[Proxy]:
    with Proxy(places.served.port) as made:
        yield made


def seconds_on_the_clock(page: Page) -> int:
    minutes, seconds = page.locator(".ov-left").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def seconds_in_the_record(place: Place) -> float:
    deadline = place.trial.deadline_at
    assert deadline is not None
    return (deadline - datetime.now(UTC)).total_seconds()


def write(page: Page, text: str, n: int = 1) -> None:
    page.locator(f".st-key-chat_input_{n} textarea").fill(text)
    page.keyboard.press("Enter")


def said(place: Place, n: int = 1) -> list[tuple[str, str]]:
    """Who said what on question `n`, and how it ended; a reply's text is not looked at."""
    trial = place.sitting.trials[n - 1]
    return [(m.speaker.value, m.text if m.begun is None else m.status) for m in trial.messages]


def test_a_reload_shows_the_same_marks_and_the_same_clock(page: Page, places: Places) -> None:
    place = places.take()
    place.open(page)
    mark(page, 1, 2, confidence=3)
    wait_for(lambda: place.trial.draft.confidence == 0.8)

    page.reload()
    settled(page)

    expect(option(page, 1, 2)).to_be_checked()
    expect(page.locator(".st-key-confidence_1 input[type=radio]").nth(3)).to_be_checked()
    assert abs(seconds_on_the_clock(page) - seconds_in_the_record(place)) < 2
    assert place.draft == 2


def test_what_is_written_and_not_sent_outlives_a_reload_and_what_is_sent_does_not_come_back(
    page: Page, places: Places
) -> None:
    place = places.take()
    place.open(page)
    field = page.locator(".st-key-chat_input_1 textarea")
    field.press_sequentially("Which one is")
    page.reload()
    expect(field).to_have_value("Which one is")

    field.press("End")
    field.press_sequentially(" right?")
    field.press("Enter")
    wait_for(lambda: said(place)[:1] == [("participant", "Which one is right?")])
    page.reload()
    settled(page)

    expect(page.locator(".ov-line.is-mine")).to_contain_text("Which one is right?")
    expect(field).to_have_value("")


def test_what_one_person_was_writing_is_not_shown_to_the_next_one_in_the_same_tab(
    page: Page, places: Places
) -> None:
    places.take().open(page)
    page.locator(".st-key-chat_input_1 textarea").press_sequentially("Something of mine")
    kept = "sessionStorage.getItem('oversight_unsent')"
    assert "Something of mine" in page.evaluate(kept)

    places.take().open(page)

    page.wait_for_function(f"{kept} === null")
    expect(page.locator(".st-key-chat_input_1 textarea")).to_have_value("")


# -- the line ------------------------------------------------------------------------------------------


def test_a_mark_made_while_the_line_is_dead_is_kept_once_it_is_back(
    page: Page, places: Places, line: Proxy
) -> None:
    place = places.take()
    place.open(page, url=line.url)
    mark(page, 1, 0)
    wait_for(lambda: place.trial.draft.confidence)
    settled(page)

    line.die()
    click_option(page, 1, 3)
    expect(option(page, 1, 3)).to_be_checked()
    line.mend()

    wait_for(lambda: place.draft == 3)
    settled(page)
    expect(option(page, 1, 3)).to_be_checked()


def test_a_submit_on_a_dead_line_leaves_the_question_where_it_is_and_can_be_repeated(
    page: Page, places: Places, line: Proxy
) -> None:
    place = places.take()
    place.open(page, url=line.url)
    mark(page, 1, 1)
    wait_for(lambda: place.trial.draft.confidence)

    settled(page)
    line.die()
    page.locator(".st-key-submit_1 button").click()
    line.mend()
    settled(page)

    assert place.sitting.n_closed == 0
    expect(option(page, 1, 1)).to_be_checked()

    press(page, "submit_1")
    wait_for(lambda: place.closed(1) == ("answered", 1))


def test_a_message_written_on_a_dead_line_is_not_lost(page: Page, places: Places, line: Proxy) -> None:
    place = places.take()
    place.open(page, url=line.url)

    line.die()
    write(page, "Which one is right, and why?")
    line.mend()

    field = page.locator(".st-key-chat_input_1 textarea")
    expect(field).to_have_value("Which one is right, and why?")
    assert said(place) == []
    settled(page)

    field.press("Enter")
    wait_for(lambda: said(place)[:1] == [("participant", "Which one is right, and why?")])


def test_a_message_that_the_server_lets_fall_is_put_back_into_the_field(
    page: Page, places: Places, line: Proxy
) -> None:
    place = places.take()
    place.open(page, url=line.url)
    field = page.locator(".st-key-chat_input_1 textarea")
    field.fill("Which one is right, and why?")

    line.swallow()
    field.press("Enter")
    expect(field).to_have_value("")
    expect(field).to_have_value("Which one is right, and why?")
    assert said(place) == []

    field.press("Enter")
    wait_for(lambda: said(place)[:1] == [("participant", "Which one is right, and why?")])
    expect(field).to_have_value("")


def test_what_is_written_while_a_message_is_on_its_way_stays_and_a_late_message_leaves_the_field(
    page: Page, places: Places, line: Proxy
) -> None:
    place = places.take()
    place.open(page, url=line.url)
    field = page.locator(".st-key-chat_input_1 textarea")

    line.delay_s = 1
    write(page, "Which one is right, and why?")
    field.fill("And the second?")
    wait_for(
        lambda: (
            said(place)[:2] == [("participant", "Which one is right, and why?"), ("assistant", "complete")]
        )
    )
    expect(page.locator(".st-key-stop_1")).to_have_count(0)
    expect(field).to_have_value("And the second?")

    line.delay_s = 7
    field.press("Enter")
    expect(field).to_have_value("")
    expect(field).to_have_value("And the second?")
    wait_for(lambda: said(place)[2:3] == [("participant", "And the second?")])
    expect(field).to_have_value("")


def test_a_reply_goes_on_while_the_line_is_cut_and_stands_there_when_it_is_back(
    page: Page, places: Places, line: Proxy
) -> None:
    place = places.take()
    place.open(page, url=line.url)
    write(page, "Which one is right, and why?")
    expect(page.locator(".st-key-stop_1 button")).to_be_visible()

    line.cut()
    expect(option(page, 1, 0)).to_be_disabled()
    wait_for(lambda: said(place)[1:] == [("assistant", "complete")])
    line.mend()

    reply = place.trial.messages[1].text
    expect(page.locator(".ov-line.is-theirs .ov-exact")).to_have_text(reply, timeout=30_000)
    expect(page.locator(".st-key-stop_1")).to_have_count(0)


# -- the server, and a laptop's sleep ----------------------------------------------------------------------


def test_a_server_killed_in_the_middle_of_a_question_loses_nothing(page: Page, places: Places) -> None:
    place = places.take()
    place.open(page)
    question = page.locator("#question_1").inner_text()
    mark(page, 1, 2, confidence=3)
    wait_for(lambda: place.trial.draft.confidence == 0.8)

    places.served.kill()
    places.served.start()
    page.reload()
    settled(page)

    expect(page.locator("#question_1")).to_have_text(question)
    expect(option(page, 1, 2)).to_be_checked()
    assert abs(seconds_on_the_clock(page) - seconds_in_the_record(place)) < 2


@dataclass(frozen=True)
class Click:
    """One kind of click: at which stage, what is done before, what is clicked, and what must then be on record."""

    name: str
    at: str
    counts: Callable[[Place], object]
    stage: Stage = Stage.TRIAL
    answered: int = 0
    before: Callable[[Page], object] = settled


def ask_first(page: Page) -> None:
    write(page, "Which one is right, and why?")
    expect(page.locator(".st-key-stop_1 button")).to_be_visible()


def mark_help(page: Page) -> None:
    yes = page.locator(".st-key-survey_help_web_search label[data-testid=stRadioOption]").nth(1)
    yes.click()
    expect(yes.locator("input")).to_be_checked()
    settled(page)


CLICKS = (
    Click("option", ".st-key-answer_1 input[value='2']", lambda place: place.draft == 2),
    Click(
        "confidence",
        ".st-key-confidence_1 input[value='3']",
        lambda place: place.trial.draft.confidence == 0.8,
    ),
    Click(
        "submit",
        ".st-key-submit_1 button",
        lambda place: place.closed(1) == ("answered", 1),
        before=lambda page: mark(page, 1, 1),
    ),
    Click(
        "chat input",
        "[data-testid=stChatInputSubmitButton]",
        lambda place: said(place)[:1] == [("participant", "Which one?")],
        before=lambda page: page.locator(".st-key-chat_input_1 textarea").fill("Which one?"),
    ),
    Click(
        "stop",
        ".st-key-stop_1 button",
        # A reply ends with its server, but not with a tab's session.
        lambda place: said(place)[1][1] in ("stopped", "interrupted"),
        before=ask_first,
    ),
    Click("pause", ".st-key-pause button", lambda place: place.trial.pause_after),
    Click("next", ".st-key-next button", lambda place: place.happened(FeedbackRead), Stage.FEEDBACK, 1),
    Click(
        "continue",
        ".st-key-continue button",
        lambda place: place.sitting.stage is Stage.COMPREHENSION,
        Stage.INSTRUCTIONS,
    ),
    Click(
        "survey",
        ".st-key-continue button",
        lambda place: place.sitting.external_help,
        Stage.SURVEY,
        2,
        mark_help,
    ),
)

# The first moment in which a person could click: the line was away and is back, and the thing is not locked any more.
AT_FIRST_CHANCE = """(selector) => {
  let wasAway = false
  const trying = setInterval(() => {
    const isThere = document.querySelector("[data-testid=stApp]").dataset.testConnectionState === "CONNECTED"
    wasAway ||= !isThere
    const at = document.querySelector(selector)
    if (!wasAway || !isThere || !at || at.disabled) return
    clearInterval(trying)
    at.click()
  }, 5)
}"""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("cause", ["a restart of the server", "a sleep past the session's life"])
def test_after_a_break_the_first_click_of_every_kind_counts(
    cause: str, browser: Browser, slow: Places
) -> None:
    tabs = [(click, slow.take(to=click.stage, answered=click.answered), new_tab(browser)) for click in CLICKS]
    with Proxy(slow.served.port) as line:
        is_restart = cause == "a restart of the server"
        interrupt, mend = (slow.served.kill, slow.served.start) if is_restart else (line.cut, line.mend)
        for click, place, page in tabs:
            place.open(page, url=line.url)
            click.before(page)
            page.evaluate(AT_FIRST_CHANCE, click.at)

        interrupt()
        for _, _, page in tabs:
            expect(page.locator("[data-testid=stApp][data-test-connection-state=CONNECTED]")).to_have_count(0)
        mend()

        # Streamlit's page tries again after longer and longer times, up to half a minute.
        with suppress(AssertionError):
            wait_for(lambda: not lost(tabs), seconds=90)
        assert lost(tabs) == []
        for _, _, page in tabs:
            page.context.close()


def lost(tabs: list[tuple[Click, Place, Page]]) -> list[str]:
    """Whose click does not count, and what happened last according to the record."""
    return [f"{click.name}: {recorded(place)}" for click, place, _ in tabs if not click.counts(place)]


def recorded(place: Place) -> str:
    return ", ".join(type(item.event).__name__ for item in place.happened()[-4:])


def new_tab(browser: Browser) -> Page:
    """Of another person: with cookies of their own."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(20_000)
    return context.new_page()
