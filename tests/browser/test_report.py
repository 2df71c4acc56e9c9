"""The report in a browser: nothing wider than a phone, and what is folded on a screen is open on paper."""

import pytest
from playwright.sync_api import Page

from analysis.report import write_report
from analysis.simulate import simulate
from tests.analysis.builders import write_export
from tests.browser.conftest import LAPTOP, PHONE

_WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
_OPEN = "document.querySelectorAll('details').forEach(part => part.open = true)"
_HEIGHT = "document.documentElement.scrollHeight"
_SHOWN = "[...document.querySelectorAll('details table')].filter(table => table.checkVisibility()).length"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    export = write_export(
        folder / "export", simulate(2, 12, 20, tasks=("mmlu", "quality")), title="A study", is_rehearsal=True
    )
    return write_report(export, folder / "report").page.as_uri()


def test_no_part_of_the_report_is_wider_than_a_phone(report: str, page: Page) -> None:
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.goto(report)
    page.evaluate(_OPEN)

    wide, room = page.evaluate(_WIDTHS)

    assert wide <= room


def test_the_verdict_the_figure_and_the_first_reason_for_care_fit_on_the_first_screen(
    report: str, page: Page
) -> None:
    page.set_viewport_size({"width": LAPTOP["width"], "height": LAPTOP["height"]})
    page.goto(report)

    for part in (".card", ".first figure", ".caution"):
        box = page.locator(part).last.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= LAPTOP["height"], part
    assert page.evaluate(_HEIGHT) < 8 * LAPTOP["height"]


def test_what_is_folded_on_a_screen_is_open_on_paper(report: str, page: Page) -> None:
    page.goto(report)
    assert page.evaluate(_SHOWN) == 0

    page.emulate_media(media="print")

    assert page.evaluate(_SHOWN) == page.locator("details table").count() > 5
