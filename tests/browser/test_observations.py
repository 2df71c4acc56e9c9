"""What a browser sees beside the answers: it comes out in the export, once, and holds nothing that somebody wrote."""

import csv
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from oversight_app.clock import SystemClock
from oversight_app.export import export_study
from oversight_app.store import Store
from oversight_app.study.design import LogDesign
from oversight_app.study.sitting import Stage
from tests.browser.served import Served, mark, press, settled, wait_for
from tests.browser.studies import Study, make_study

pytestmark = pytest.mark.browser

Serve = Callable[[Path], Served]

SECRET = "wombat-4711"
KINDS = tuple(LogDesign.model_fields)

# A tab goes out of sight and comes back: a headless browser has only tabs that are in sight.
GO_AWAY = """() => {
  window.dispatchEvent(new Event("blur"))
  Object.defineProperty(document, "hidden", { value: true, configurable: true })
  document.dispatchEvent(new Event("visibilitychange"))
}"""
COME_BACK = """() => {
  delete document.hidden
  document.dispatchEvent(new Event("visibilitychange"))
  window.dispatchEvent(new Event("focus"))
}"""


def exported(served: Served, kind: str = "") -> list[dict[str, Any]]:
    """The rows of an export's observations.csv, of all kinds or one, with the body read."""
    with tempfile.TemporaryDirectory() as folder, Store.open(served.folder / "study.db") as store:
        paths = export_study(store, Path(folder) / "export", at=SystemClock().now())
        with paths.tables["observations"].open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    return [row | json.loads(row["body"]) for row in rows if not kind or row["kind"] == kind]


def open_question(page: Page, served: Served, study: Study) -> str:
    participant_id = study.seat(0)
    page.goto(f"{served.url}/go/{study.tokens[0]}")
    expect(page.locator(".st-key-submit_1 button")).to_be_visible()
    page.wait_for_function("() => document.documentElement.watch?.listening")
    settled(page)
    return participant_id


def hear_posts(page: Page) -> list[str]:
    """Everything that the page sends by the way of observations."""
    said: list[str] = []
    page.on("request", lambda r: said.append(r.post_data or "") if r.url.endswith("/observed") else None)
    return said


def test_what_a_participant_does_comes_out_in_the_export(tmp_path: Path, page: Page, serve: Serve) -> None:
    study = make_study(tmp_path / "study")
    served = serve(study.folder)
    posts = hear_posts(page)
    participant_id = open_question(page, served, study)
    page.wait_for_function("() => document.documentElement.watch.scroll")

    mark(page, 1, 0, confidence=1)
    mark(page, 1, 2, confidence=4)
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#question_1'))")
    page.keyboard.press("Control+c")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.st-key-work'))")
    page.keyboard.press("Control+c")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#question_1'))")
    page.keyboard.press("Control+c")
    field = page.locator(".st-key-chat_input_1 textarea")
    field.click()
    page.keyboard.press("Control+v")
    page.keyboard.type(f" {SECRET}x")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    page.locator(".st-key-search_1 input").fill("the")
    expect(page.locator(".ov-hits")).to_contain_text("1 of ")
    page.locator(".ov-passage").evaluate("(passage) => passage.scrollTo(0, passage.scrollHeight)")
    wait_for(lambda: page.evaluate("document.documentElement.watch.scroll?.furthest") == 1)
    wait_for(lambda: page.evaluate("document.documentElement.watch.open.some((seen) => seen.term)"))
    page.evaluate(GO_AWAY)
    page.evaluate(COME_BACK)
    press(page, "submit_1")
    rest = page.locator(".st-key-continue button")
    expect(rest).to_be_visible()
    page.close()
    wait_for(lambda: "focus" in [row["what"] for row in exported(served, "focus")])

    rows = exported(served)
    trial = served.sitting(participant_id).trials[0].plan
    assert {row["kind"] for row in rows} == set(KINDS)
    assert {(row["participant_id"], row["trial_id"], row["phase"]) for row in rows} == {
        (participant_id, trial.trial_id, "question")
    }
    assert all(0 <= row["ms"] < 120_000 for row in rows)

    marks = [
        (row["mark"], row.get("choice", row.get("confidence"))) for row in rows if row["kind"] == "choices"
    ]
    first, second = trial.option_order[0], trial.option_order[2]
    assert marks == [("answer", first), ("confidence", 0.42), ("answer", second), ("confidence", 1.0)]

    question = len(served_question(served, trial.question_id))
    one, several, again, paste = [
        (row["what"], row["parts"], row["length"]) for row in rows if row["kind"] == "clipboard"
    ]
    assert one == again == ("copy", ["question"], question)
    assert several[1] == ["question", "options"]
    assert several[2] > question
    assert paste == ("paste", ["chat"], question)

    (typing,) = [row for row in rows if row["kind"] == "typing" and row["field"] == "chat"]
    assert (typing["keys"], typing["deletions"], typing["pastes"]) == (len(SECRET) + 2, 1, 1)
    assert typing["length"] == question + len(SECRET) + 1
    assert typing["ms"] <= typing["until_ms"]

    assert [(row["term"], row["hits"] > 0) for row in rows if row["kind"] == "search"] == [("the", True)]
    shares = [row["furthest"] for row in rows if row["kind"] == "scroll"]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 1
    assert shares[-1] == 1
    assert [row["what"] for row in rows if row["kind"] == "focus"] == ["blur", "hidden", "visible", "focus"]

    everything = "\n".join(posts) + json.dumps(rows)
    assert posts
    assert SECRET not in everything
    assert served_question(served, trial.question_id) not in everything


def served_question(served: Served, question_id: str) -> str:
    with Store.open(served.folder / "study.db") as store:
        return next(q.text for q in store.questions() if q.question_id == question_id)


@pytest.mark.parametrize("off", [(), ("focus", "typing"), KINDS], ids=["none off", "two off", "all off"])
def test_what_is_switched_off_does_not_even_leave_the_browser(
    tmp_path: Path, page: Page, serve: Serve, off: tuple[str, ...]
) -> None:
    study = make_study(tmp_path / "study", log=dict.fromkeys(off, False))
    served = serve(study.folder)
    posts = hear_posts(page)
    study.seat(0)
    page.goto(f"{served.url}/go/{study.tokens[0]}")
    expect(page.locator(".st-key-submit_1 button")).to_be_visible()
    if len(off) < len(KINDS):
        page.wait_for_function("() => document.documentElement.watch?.listening")
    settled(page)

    mark(page, 1, 1)
    page.locator(".st-key-chat_input_1 textarea").fill("Which one?")
    page.locator("#question_1").click(click_count=3)
    page.keyboard.press("Control+c")
    page.evaluate(GO_AWAY)
    page.close()

    wanted = {"focus", "clipboard", "choices", "typing"} - set(off)
    wait_for(lambda: wanted <= {row["kind"] for row in exported(served)})
    assert {row["kind"] for row in exported(served)}.isdisjoint(off)
    assert not any(f'"kind":"{kind}"' in post for kind in off for post in posts)
    assert bool(posts) == bool(wanted)


def test_what_was_seen_while_the_server_was_away_comes_when_it_is_back_and_only_once(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    study = make_study(tmp_path / "study")
    served = serve(study.folder)
    open_question(page, served, study)
    mark(page, 1, 0)
    page.evaluate(GO_AWAY)
    wait_for(lambda: exported(served, "choices"))

    served.kill()
    page.evaluate(COME_BACK)
    page.evaluate(GO_AWAY)
    page.evaluate(COME_BACK)
    served.start()

    def seen() -> list[str]:
        return [row["what"] for row in exported(served, "focus")]

    wait_for(lambda: len(seen()) >= 8, seconds=40)
    wait_for(lambda: page.evaluate("document.documentElement.watch.packed.length") == 0, seconds=40)
    there_and_back = ["blur", "hidden", "visible", "focus"]
    assert seen() == there_and_back * 2
    assert len(exported(served, "choices")) == 2


def test_the_passage_that_stands_alone_is_watched_too(tmp_path: Path, page: Page, serve: Serve) -> None:
    study = make_study(
        tmp_path / "study",
        tasks={
            "quality": {"questions_per_condition": 1, "practice_per_condition": 0, "reading_s": 60},
        },
    )
    served = serve(study.folder)
    study.seat(0, to=Stage.READING)
    page.goto(f"{served.url}/go/{study.tokens[0]}")
    page.wait_for_function("() => document.documentElement.watch?.scroll")
    page.locator(".ov-passage").evaluate("(passage) => passage.scrollTo(0, 4000)")
    wait_for(lambda: page.evaluate("document.documentElement.watch.open.length") >= 2)

    press(page, "next")
    expect(page.locator(".st-key-submit_1 button")).to_be_visible()
    page.wait_for_function("() => document.documentElement.watch.phase === 'question'")
    settled(page)
    mark(page, 1, 0)
    page.close()

    rows = wait_for(lambda: exported(served, "choices") and exported(served))
    assert {row["phase"] for row in rows if row["kind"] == "scroll"} >= {"reading"}
    assert {row["phase"] for row in rows if row["kind"] == "choices"} == {"question"}
    assert {row["trial_id"] for row in rows} == {
        served.sitting(study.participants[0]).trials[0].plan.trial_id
    }


def test_sliders_are_seen_by_hand_and_by_key_and_an_untouched_one_is_not(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    study = make_study(tmp_path / "study", task="mmlu", answer={"confidence": "distribution"})
    served = serve(study.folder)
    participant_id = open_question(page, served, study)
    rows = page.locator(".st-key-confidence_1 .ov-share")
    page.wait_for_function("() => document.querySelectorAll('.st-key-confidence_1 .ov-share').length === 4")

    rows.nth(1).locator("[type=range]").focus()
    page.keyboard.press("ArrowRight")
    wait_for(lambda: len(page.evaluate("document.documentElement.watch.open")) >= 1)
    rows.nth(3).locator("[type=text]").fill("60")
    page.keyboard.press("Tab")
    box = rows.nth(0).locator("[type=range]").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait_for(lambda: len(page.evaluate("document.documentElement.watch.open")) >= 3)
    page.evaluate(GO_AWAY)

    choices = wait_for(lambda: exported(served, "choices"))
    order = served.sitting(participant_id).trials[0].plan.option_order
    said = [(row["mark"], row["choice"], row["confidence"]) for row in choices]
    assert said[:2] == [("confidence", order[1], 0.26), ("confidence", order[3], 0.6)]
    assert said[2][:2] == ("confidence", order[0])
    assert 0.45 <= said[2][2] <= 0.55
    assert len(said) == 3


def test_first_answers_beliefs_and_reasons_are_seen_under_their_own_names(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    protocol = {"sequence": "answer_first", "belief_after_reply": True, "reason": "optional"}
    study = make_study(tmp_path / "study", task="mmlu", answer={"confidence": "five_points"} | protocol)
    served = serve(study.folder)
    study.seat(0)
    page.goto(f"{served.url}/go/{study.tokens[0]}")
    page.wait_for_function("() => document.documentElement.watch?.listening")
    settled(page)

    page.locator(".st-key-options_1 .ov-exact").nth(1).click()
    page.locator(".st-key-initial_confidence_1 label").nth(3 + 1).click()
    press(page, "initial_submit_1")
    page.locator(".st-key-chat_input_1 textarea").fill("Why?")
    page.keyboard.press("Enter")
    page.locator("[class*=st-key-belief_answer_] [data-testid=stRadioOption]").nth(2).click()
    page.locator("[class*=st-key-belief_confidence_] [data-testid=stRadioOption]").nth(0).click()
    page.locator(".ov-reason textarea").click()
    page.keyboard.type(SECRET)
    mark(page, 1, 0, confidence=4)
    page.evaluate(GO_AWAY)

    wait_for(lambda: exported(served, "choices"))
    order = served.sitting(study.participants[0]).trials[0].plan.option_order
    said = [(row["mark"], row.get("choice", row.get("confidence"))) for row in exported(served, "choices")]
    assert said == [
        ("initial_answer", order[1]),
        ("initial_confidence", 0.8),
        ("belief", order[2]),
        ("belief_confidence", 0.25),
        ("answer", order[0]),
        ("confidence", 1.0),
    ]
    typed = {row["field"]: row["length"] for row in exported(served, "typing")}
    assert typed == {"chat": len("Why?"), "reason": len(SECRET)}


def test_two_tabs_of_one_person_are_both_seen(
    tmp_path: Path, page: Page, context: BrowserContext, serve: Serve
) -> None:
    study = make_study(tmp_path / "study", task="mmlu")
    served = serve(study.folder)
    open_question(page, served, study)
    mark(page, 1, 0)
    other = context.new_page()
    other.goto(f"{served.url}/go/{study.tokens[0]}")
    other.wait_for_function("() => document.documentElement.watch?.listening")
    settled(other)
    mark(other, 1, 1)

    page.close()
    other.close()

    order = served.sitting(study.participants[0]).trials[0].plan.option_order
    choices = wait_for(
        lambda: (
            [row for row in exported(served, "choices") if row["mark"] == "answer"][1:]
            and exported(served, "choices")
        )
    )
    assert {row["choice"] for row in choices if row["mark"] == "answer"} == {order[0], order[1]}
