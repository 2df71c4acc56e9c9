"""Whatever a page points to is there: pages, headings, pictures, and the files in the drawing of the house."""

import re
from pathlib import Path

import pytest

from tests.documentation.blocks import DOCS, ROOT
from tests.documentation.test_blocks import DRAWING, PAGES, README

_LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def links(page: Path) -> list[str]:
    """Where a page leads to within the checkout, as it is written there."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    return [link for pair in _LINK.findall(text) for link in pair if link and ":" not in link]


def anchors(page: Path) -> set[str]:
    """What forges call a page's headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_is_reached_from_the_readme() -> None:
    reached, left = set[Path](), [README]
    while left:
        page = left.pop()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            left += [
                (page.parent / link.partition("#")[0]).resolve() for link in links(page) if link[0] != "#"
            ]

    assert set(PAGES) - reached - set((ROOT / "questions" / "builtin").rglob("*.md")) == set()


def test_every_picture_is_on_a_page() -> None:
    shown = {
        (page.parent / link).resolve() for page in PAGES for link in links(page) if link.endswith(".png")
    }

    assert {path.resolve() for path in DOCS.rglob("*.png")} - shown == set()
    assert len(shown) > 100


def test_what_the_drawing_of_the_house_names_is_there() -> None:
    (house,) = DRAWING.findall(README.read_text(encoding="utf-8"))
    drawn = set(re.findall(r"[a-z_]+(?:\.py|/)", house))
    top = ROOT / "oversight_app"

    assert len(drawn) > 60
    places = (ROOT, ROOT / "questions", ROOT / "tests", top, top / "study")
    assert [name for name in drawn if not any((place / name).exists() for place in places)] == []
