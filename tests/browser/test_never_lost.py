"""What a participant has marked survives the page, the server and their own haste."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.served import Served, click_option, mark, option, press, wait_for, walk_to_first_question
from tests.browser.studies import make_study

pytestmark = pytest.mark.browser

Serve = Callable[[Path], Served]


def seconds_on_the_clock(page: Page) -> int:
    minutes, seconds = page.locator(".ov-left").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def seconds_in_the_record(served: Served, participant_id: str) -> float:
    deadline = served.sitting(participant_id).trial.deadline_at
    assert deadline is not None
    return (deadline - datetime.now(UTC)).total_seconds()


def test_a_server_killed_in_the_middle_of_a_question_loses_nothing(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    study = make_study(tmp_path / "study")
    served = serve(study.folder)
    walk_to_first_question(page, served.url, study.tokens[0], study.check)
    question = page.locator("#question_1").inner_text()
    mark(page, 1, 2, confidence=3)
    wait_for(lambda: served.sitting(study.participants[0]).trial.draft.confidence == 0.8)

    served.kill()
    served.start()
    page.reload()

    expect(page.locator("#question_1")).to_have_text(question)
    expect(option(page, 1, 2)).to_be_checked()
    expect(page.locator(".st-key-confidence_1 input[type=radio]").nth(3)).to_be_checked()
    expect(page.locator(".ov-left")).not_to_be_empty()
    assert abs(seconds_on_the_clock(page) - seconds_in_the_record(served, study.participants[0])) < 2


def test_a_tab_left_open_over_a_restart_goes_on(tmp_path: Path, page: Page, serve: Serve) -> None:
    """While the server is away the marks are locked; then the tab finds its way back by itself. A click in the very
    moment of reconnecting may not take, which one sees, so the click is repeated here until it is marked."""
    study = make_study(tmp_path / "study", task="mmlu")
    served = serve(study.folder)
    walk_to_first_question(page, served.url, study.tokens[0], study.check)
    mark(page, 1, 0)
    wait_for(lambda: served.sitting(study.participants[0]).trial.draft.confidence == 0.6)

    served.kill()
    expect(option(page, 1, 3)).to_be_disabled()
    said = page.locator("section[role=dialog] > h2 + div")
    assert "goes on by itself" in said.evaluate("(e) => getComputedStyle(e, '::after').content")
    assert said.inner_text() == ""  # Streamlit's own words are for developers
    served.start()
    expect(option(page, 1, 1)).to_be_enabled(timeout=30_000)

    def is_saved() -> bool:
        click_option(page, 1, 1)
        trial = served.sitting(study.participants[0]).trial
        return trial.draft.choice == trial.plan.option_order[1]

    wait_for(is_saved, seconds=30)
    expect(option(page, 1, 1)).to_be_checked()


def test_a_double_click_on_submit_does_not_answer_the_next_question(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    study = make_study(tmp_path / "study", task="mmlu")
    served = serve(study.folder)
    walk_to_first_question(page, served.url, study.tokens[0], study.check)
    mark(page, 1, 1)
    page.locator(".st-key-submit_1 button").click(trial=True)
    button = page.locator(".st-key-submit_1 button").bounding_box()
    assert button is not None

    x, y = button["x"] + button["width"] / 2, button["y"] + button["height"] / 2
    page.mouse.click(x, y)
    page.mouse.click(x, y)

    wait_for(lambda: served.sitting(study.participants[0]).n_closed == 1)
    press(page, "continue")
    expect(page.locator(".st-key-submit_2 button")).to_be_visible()
    sitting = served.sitting(study.participants[0])
    closed = sitting.trials[0].closed
    assert sitting.n_closed == 1
    assert closed is not None
    assert closed.browser_response_time_s is not None
    assert 0 < closed.browser_response_time_s < 60


def test_at_the_deadline_the_page_turns_by_itself_and_the_mark_counts(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    study = make_study(tmp_path / "study", task="mmlu", limit_s=4)
    served = serve(study.folder)
    walk_to_first_question(page, served.url, study.tokens[0], study.check)

    click_option(page, 1, 1)

    expect(page.locator(".st-key-continue button")).to_be_visible(timeout=15_000)
    closed = served.sitting(study.participants[0]).trials[0].closed
    assert closed is not None
    assert (closed.status, closed.confidence) == ("timed_out", None)


def test_a_reply_is_written_while_one_goes_on_marking(tmp_path: Path, page: Page, serve: Serve) -> None:
    study = make_study(tmp_path / "study", task="mmlu")
    served = serve(study.folder)
    walk_to_first_question(page, served.url, study.tokens[0], study.check)

    page.locator(".st-key-chat_input_1 textarea").fill("Which one is right, and why?")
    page.keyboard.press("Enter")
    expect(page.locator(".ov-line.is-mine")).to_contain_text("Which one is right, and why?")
    mark(page, 1, 3)

    wait_for(
        lambda: [m.status for m in served.sitting(study.participants[0]).trial.messages][1:] == ["complete"]
    )
    reply = served.sitting(study.participants[0]).trial.messages[1].text
    expect(page.locator(".ov-line.is-theirs .ov-exact")).to_have_text(reply)
    expect(page.locator(".st-key-stop_1")).to_have_count(0)
    expect(option(page, 1, 3)).to_be_checked()
