"""Each way of giving help, as a participant meets it: who speaks, in whose name, and whether one can write."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.served import Served, mark, press, settled, turned
from tests.browser.studies import make_study

FAST = {"model": "scripted:demo", "words_per_s": 200}
Serve = Callable[[Path], Served]


def names(page: Page) -> list[str]:
    return page.locator(".ov-line .ov-who").all_inner_texts()


def opened(tmp_path: Path, page: Page, serve: Serve, **assistant: Any) -> tuple[Served, str]:
    study = make_study(tmp_path / "study", assistant=FAST | assistant)
    served = serve(study.folder)
    study.seat(0)
    turned(page, lambda: page.goto(f"{served.url}/go/{study.tokens[0]}"))
    return served, study.participants[0]


def quiet(page: Page, n_lines: int) -> None:
    """Wait until so many have spoken, and nobody speaks."""
    expect(page.locator(".ov-line")).to_have_count(n_lines, timeout=60_000)
    expect(page.locator(".st-key-stop_1")).to_have_count(0, timeout=60_000)


def ask(page: Page, text: str) -> None:
    page.locator(".st-key-chat_input_1 textarea").fill(text)
    page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("assistant", "wanted"),
    [
        ({"protocol": "advice", "advice": "evidence"}, ["Assistant"]),
        ({"protocol": "critique"}, ["Assistant", "Critic"]),
        (
            {"protocol": "debate", "rounds": 2, "judge_asks": False},
            ["Assistant 1", "Assistant 2", "Assistant 1", "Assistant 2"],
        ),
    ],
    ids=["advice", "critique", "static debate"],
)
def test_who_is_only_read_speaks_unasked_and_there_is_nothing_to_write_in(
    tmp_path: Path, page: Page, serve: Serve, assistant: dict[str, Any], wanted: list[str]
) -> None:
    served, me = opened(tmp_path, page, serve, **assistant)

    quiet(page, len(wanted))
    assert names(page) == wanted
    expect(page.locator(".st-key-chat_input_1")).to_have_count(0)
    expect(page.locator(".st-key-reset_1")).to_have_count(0)

    page.reload()
    quiet(page, len(wanted))
    mark(page, 1, 1)
    turned(page, lambda: press(page, "submit_1"))
    assert served.sitting(me).n_closed == 1


def test_a_consultant_opens_and_is_then_asked(tmp_path: Path, page: Page, serve: Serve) -> None:
    opened(tmp_path, page, serve, protocol="consultancy")

    quiet(page, 1)
    ask(page, "Where does the story say so?")
    quiet(page, 3)

    assert names(page) == ["Assistant", "You", "Assistant"]
    expect(page.locator(".st-key-reset_1")).to_have_count(1)


def test_both_sides_of_a_debate_answer_what_is_asked_between_two_rounds(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    opened(tmp_path, page, serve, protocol="debate", rounds=2)

    quiet(page, 2)
    ask(page, "Which line says so?")
    quiet(page, 5)

    assert names(page) == ["Assistant 1", "Assistant 2", "You", "Assistant 1", "Assistant 2"]
    expect(page.locator(".st-key-chat_input_1 textarea")).to_be_disabled()


def test_the_same_question_to_three_contexts_shows_whether_they_agree(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    opened(tmp_path, page, serve, protocol="cross_examination")

    ask(page, "Which option is right?")
    quiet(page, 4)

    assert names(page) == ["You", "Assistant 1", "Assistant 2", "Assistant 3"]
    expect(page.locator(".ov-named")).to_contain_text("Each time it names")


def test_what_contexts_answer_stands_side_by_side_where_two_can_be_read_and_else_under_one_another(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    opened(tmp_path, page, serve, protocol="cross_examination", n_contexts=2)
    page.set_viewport_size({"width": 1366, "height": 768})

    ask(page, "Which option is right?")
    quiet(page, 3)
    expect(page.locator(".ov-named")).to_be_visible()  # it comes once every reply is known to be whole
    settled(page)
    first, second = boxes(page, ".ov-columns > .ov-line")
    (named,) = boxes(page, ".ov-named")
    assert first["y"] == second["y"]
    assert first["width"] == pytest.approx(second["width"], abs=1)
    assert first["x"] + first["width"] < second["x"]
    assert first["width"] > 200
    assert named["y"] >= first["y"] + first["height"]

    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".ov-panes button[data-pane=chat]").click()
    expect(page.locator(".ov-named")).to_be_visible()
    first, second = boxes(page, ".ov-columns > .ov-line")
    (named,) = boxes(page, ".ov-named")
    assert first["x"] == second["x"]
    assert first["y"] + first["height"] <= second["y"]
    assert named["y"] >= second["y"] + second["height"]


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    """Where they are on the page, in the order in which they are read out."""
    found: list[dict[str, float]] = page.locator(selector).evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().toJSON())"
    )
    return found
