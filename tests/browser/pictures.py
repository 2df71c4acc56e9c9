"""Pictures of the product, taken of the product itself: `python -m tests.browser.pictures` writes docs/pictures.

Every screen of the table (`screens.py`) is taken at both sizes, and docs/screens.md shows them in order; three more are
the README's, and the console is the tutorial's: `python -m tests.browser.pictures console` takes that one alone. A
picture that looks as before is left as it is: the clock is set to a full minute, what chance draws is fixed in the
table, and a few pixels at the edge of a letter do not count.
"""

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, expect, sync_playwright

from analysis.report import write_report
from oversight_app.clock import SystemClock
from oversight_app.commands.console import PASSWORD
from oversight_app.export import export_study
from oversight_app.model_alone import answer_alone
from oversight_app.rehearsal import rehearse
from oversight_app.study.sitting import Stage
from oversight_app.study_folder import StudyFolder
from tests.browser.chromium import find_chromium
from tests.browser.screens import WALKS, Screen, visit
from tests.browser.served import CHROMIUM_FLAGS, Served, settled
from tests.browser.studies import make_study

DOCS = Path(__file__).resolve().parents[2] / "docs"
PICTURES = DOCS / "pictures"
OF_README = {("asked", "laptop"): "question.png", ("question", "phone"): "phone.png"}
WIDTHS = {"laptop": 600, "phone": 170}

_OPEN = "a-password-for-a-picture"
_COLOURS = 128  # fewer, and rare ones are lost: the orange of the present hit
_VISIBLE = 24  # of 255
_FEW_PIXELS = 120

# The bar counts from what is left now, and draws itself with the next tick; a run of the page may yet set it anew.
_SET_CLOCK = """async () => {
  await document.fonts.ready
  const bar = document.querySelector(".ov-timer")?.bar
  if (!bar || bar.from.remaining === null) return
  const isNearlyOver = bar.root.dataset.state === "last"
  const remaining = isNearlyOver ? 6900 : 60000 * Math.max(1, Math.floor(bar.data.total_ms / 60000) - 1)
  for (let i = 0; i < 10; i++) {
    const from = Object.assign(bar.from, { remaining, steady: performance.now(), wall: Date.now() })
    await new Promise((drawn) => setTimeout(drawn, 300))
    if (bar.from === from) return
  }
}"""


def main(*only: str) -> None:
    """Take all of them, or the console alone."""
    with tempfile.TemporaryDirectory() as room, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        try:
            _keep(_console(browser, Path(room)), PICTURES / "console.png")
            if only == ("console",):
                return
            for walk in WALKS:
                for screen, size, visitor in visit(walk, browser, Path(room)):
                    picture = _taken(visitor.page)
                    _keep(picture, PICTURES / "screens" / file_name(screen, size))
                    if of_readme := OF_README.get((screen.name, size)):
                        _keep(picture, PICTURES / of_readme)
            _keep(_report(browser, Path(room)), PICTURES / "report.png")
        finally:
            browser.close()
    for path in (PICTURES / "screens").iterdir():
        if path.name not in file_names():
            path.unlink()
    (DOCS / "screens.md").write_text(page_of_screens(), encoding="utf-8")


def file_name(screen: Screen, size: str) -> str:
    """Where the picture of a screen is kept."""
    return f"{screen.name}-{size}.png"


def file_names() -> set[str]:
    """Of every screen at every size."""
    return {file_name(screen, size) for walk in WALKS for screen in walk.screens for size in screen.sizes}


def page_of_screens() -> str:
    """Markdown that shows every screen, in the order in which one meets them."""
    lines = [
        "# Every screen",
        "",
        "What participants see, at 1366 × 768 and at 390 × 844. Made by `python -m tests.browser.pictures` from the",
        "table in `tests/browser/screens.py`; a test holds this page and its pictures to that table.",
    ]
    for walk in WALKS:
        lines += ["", f"## {walk.name}"]
        for screen in walk.screens:
            shown = sorted(screen.sizes, key=list(WIDTHS).index)
            lines += ["", screen.says, "", *(_picture(screen, size) for size in shown)]
    return "\n".join(lines) + "\n"


def _picture(screen: Screen, size: str) -> str:
    alt = f"{screen.name.replace('_', ' ')}, on a {size}"
    return f'<img src="pictures/screens/{file_name(screen, size)}" alt="{alt}" width="{WIDTHS[size]}">'


def _taken(page: Page) -> Image.Image:
    page.evaluate(_SET_CLOCK)
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def _keep(picture: Image.Image, path: Path) -> None:
    """Write it, smaller by a palette, unless what is there already looks the same."""
    if path.exists() and _look_alike(picture, Image.open(path).convert("RGB")):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    reduced = picture.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    reduced.save(path, optimize=True)


def _look_alike(one: Image.Image, other: Image.Image) -> bool:
    if one.size != other.size:
        return False
    by_how_much = ImageChops.difference(one, other).convert("L")
    return sum(by_how_much.histogram()[_VISIBLE:]) <= _FEW_PIXELS


def _report(browser: Browser, room: Path) -> Image.Image:
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
    return _taken(page)


def _console(browser: Browser, room: Path) -> Image.Image:
    """The console of a study in which some have finished, one is at a question, and one reads the instructions."""
    study = make_study(
        room / "watched",
        task="mmlu",
        per_condition=2,
        people=6,
        sitting={"max_participants": 5, "reward": 9.0},
    )
    study.seat(0, answered=3)
    study.seat(1, to=Stage.DEBRIEF)
    study.seat(2, to=Stage.INSTRUCTIONS)
    served = Served(study.folder, door="console", also={PASSWORD: _OPEN})
    served.start()
    try:
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        page.goto(served.url)
        page.locator("input[name=password]").fill(_OPEN)
        page.locator("input[name=name]").fill("Ada")
        page.get_by_role("button", name="Open the console").click()
        expect(page.locator(".oc-funnel")).to_be_visible()
        settled(page)
        return _taken(page)
    finally:
        served.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
