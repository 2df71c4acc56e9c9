"""A kill series: the server dies again and again under a participant, and every acknowledged answer is looked for.

An answer counts as acknowledged when the page shows the next question. The SIGKILL comes within a third of a second
after that, sometimes while the next option is being saved; then the server starts again and the page is reloaded.
"""

import tempfile
import time
from pathlib import Path
from random import Random

from playwright.sync_api import Page, expect, sync_playwright

from tests.bench import Figure
from tests.browser.chromium import find_chromium
from tests.browser.served import (
    CHROMIUM_FLAGS,
    Served,
    click_option,
    mark,
    option,
    press,
    walk_to_first_question,
)
from tests.browser.studies import Study, make_study

_QUESTIONS = 10


def run() -> list[Figure]:
    """How many acknowledged answers were lost or changed, and how soon the same page was back."""
    with tempfile.TemporaryDirectory() as room, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        study = make_study(Path(room) / "study", task="mmlu", per_condition=_QUESTIONS)
        served = Served(study.folder)
        served.start()
        try:
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            walk_to_first_question(page, served.url, study.tokens[0], study.check)
            return _series(page, served, study)
        finally:
            served.stop()
            browser.close()


def _series(page: Page, served: Served, study: Study) -> list[Figure]:
    dice = Random(1)
    acknowledged: list[int] = []
    back: list[float] = []
    for n in range(1, 2 * _QUESTIONS):
        choice = dice.randrange(4)
        mark(page, n, choice)
        page.locator(f".st-key-submit_{n} button").click(trial=True)
        press(page, f"submit_{n}")
        if n == _QUESTIONS:
            press(page, "continue")
        expect(page.locator(f"#question_{n + 1}")).to_be_visible()
        acknowledged.append(choice)
        if dice.random() < 0.5:
            click_option(page, n + 1, dice.randrange(4))
        time.sleep(dice.random() / 3)
        served.kill()
        started = time.perf_counter()
        served.start()
        page.reload()
        expect(page.locator(f"#question_{n + 1}")).to_be_visible()
        expect(option(page, n + 1, 0)).to_be_enabled()
        back.append(time.perf_counter() - started)
    trials = served.sitting(study.participants[0]).trials
    recorded = [
        trial.plan.option_order.index(trial.closed.choice) if trial.closed and trial.closed.choice else None
        for trial in trials[: len(acknowledged)]
    ]
    lost = sum(was != now for was, now in zip(acknowledged, recorded, strict=True))
    if lost:
        raise AssertionError(f"{lost} of {len(acknowledged)} acknowledged answers were lost or changed")
    note = f"{len(back)} kills, one after each acknowledged answer"
    return [
        Figure("acknowledged answers lost to SIGKILL", lost, "answers", note),
        Figure("same question on the page again, median", sorted(back)[len(back) // 2], "s", note),
    ]
