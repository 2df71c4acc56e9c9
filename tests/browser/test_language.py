"""What Streamlit says by itself, in our words: also when no run of the page can help any more."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from oversight_app.words import read_words
from tests.browser.served import Served, walk_to_first_question
from tests.browser.studies import make_study


def test_a_lost_connection_is_told_in_the_words_of_the_language(
    page: Page, serve: Callable[[Path], Served], tmp_path: Path
) -> None:
    study = make_study(tmp_path / "study")
    served = serve(study.folder)
    say = read_words("en").say
    walk_to_first_question(page, served.url, study.tokens[0], study.check)

    served.kill()

    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text(say("page.connection_lost"), timeout=30_000)
    shown = dialog.locator("h2 + div").evaluate("box => getComputedStyle(box, '::after').content")
    assert shown == f'"{say("page.disconnected")}"'
    expect(page.locator("html")).to_have_attribute("lang", "en")
