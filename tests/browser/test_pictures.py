"""The page of screens shows what there is: no screen without a picture, no picture of a screen that is gone."""

from PIL import Image

from tests.browser.pictures import DOCS, PICTURES, file_names, page_of_screens
from tests.browser.screens import SIZES

MOST_BYTES = 4_000_000


def test_every_screen_of_the_table_has_its_pictures_and_its_place_on_the_page() -> None:
    """After a change of the table: python -m tests.browser.pictures"""
    kept = {path.name: path for path in (PICTURES / "screens").iterdir()}

    assert set(kept) == file_names()
    assert (DOCS / "screens.md").read_text(encoding="utf-8") == page_of_screens()
    for name, path in kept.items():
        size = SIZES[name.removesuffix(".png").rpartition("-")[2]]
        with Image.open(path) as picture:
            assert picture.size == (size["width"], size["height"]), name


def test_the_pictures_stay_small_enough_to_be_cloned() -> None:
    assert sum(path.stat().st_size for path in PICTURES.rglob("*.png")) < MOST_BYTES
