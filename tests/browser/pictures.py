"""The README's pictures, taken of the product itself: `python -m tests.browser.pictures` writes docs/pictures."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from analysis.report import write_report
from oversight_app.clock import SystemClock
from oversight_app.export import export_study
from oversight_app.model_alone import answer_alone
from oversight_app.rehearsal import rehearse
from oversight_app.study_folder import StudyFolder
from tests.browser.chromium import find_chromium
from tests.browser.served import CHROMIUM_FLAGS, Served, mark, walk_to_first_question
from tests.browser.studies import make_study

_PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
_SIZES = {"question": (1366, 768), "phone": (390, 844)}


def main() -> None:
    """Take all of them."""
    _PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as room, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        try:
            _question(browser, Path(room))
            _report(browser, Path(room))
        finally:
            browser.close()


def _question(browser: Browser, room: Path) -> None:
    """A story, a marked option and a question to the assistant, on a laptop and on a phone."""
    study = make_study(room / "asked", limit_s=300)
    served = Served(study.folder)
    served.start()
    try:
        for token, (name, (width, height)) in zip(study.tokens, _SIZES.items(), strict=False):
            page = browser.new_page(viewport={"width": width, "height": height})
            walk_to_first_question(page, served.url, token, study.check)
            if name == "phone":
                page.screenshot(path=_PICTURES / f"{name}.png")
                continue
            box = page.locator(".st-key-chat_input_1 textarea")
            box.fill("What do you think, and why?")
            box.press("Enter")
            stop = page.locator(".st-key-stop_1 button")
            expect(stop).to_be_visible()
            expect(stop).to_have_count(0, timeout=60_000)
            mark(page, 1, choice=1, confidence=3)
            page.mouse.move(0, 0)
            page.screenshot(path=_PICTURES / f"{name}.png")
    finally:
        served.stop()


def _report(browser: Browser, room: Path) -> None:
    """The first page of the report of a rehearsed study, with a model alone beside it."""
    clock = SystemClock()
    study = make_study(room / "rehearsed", task="mmlu", per_condition=20, limit_s=120)
    copy = StudyFolder.open(rehearse(study.folder, 40, 7).folder)
    with copy.open_store() as store:
        answer_alone(store, "scripted:demo", clock=clock)
        export = export_study(store, at=clock.now())
    report = write_report(export.folder, room / "report")
    page = browser.new_page(viewport={"width": 1100, "height": 1080})
    page.goto(report.page.as_uri())
    page.screenshot(path=_PICTURES / "report.png")


if __name__ == "__main__":
    main()
