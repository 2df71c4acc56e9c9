"""Every block of the documentation is tried, in the order of its page."""

import multiprocessing
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.documentation.blocks import DOCS, ROOT, Block, Reader, blocks_in, blocks_of, changed, patched

PLAYED = [
    page for page in sorted(DOCS.rglob("*.md")) if any(block.info != ("text",) for block in blocks_of(page))
]


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    """One that only reads: it changes its working directory, and tests of servers and browsers leave threads here."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def read(process: ProcessPoolExecutor, blocks: Iterable[Block], folder: Path) -> None:
    process.submit(Reader(folder).read, list(blocks)).result()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PLAYED, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_works_from_its_first_block_to_its_last(
    page: Path, tmp_path: Path, process: ProcessPoolExecutor
) -> None:
    read(process, blocks_of(page), tmp_path)


def test_no_block_of_the_documentation_stands_without_saying_what_it_is() -> None:
    """Indented code is for pages that are read and not played: commands on a machine of one's own."""
    played = {page.relative_to(DOCS).as_posix() for page in PLAYED}

    assert {"tutorial.md"} <= played
    for page in PLAYED:
        prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        assert not re.search(r"^ {4}\S", prose, re.M), page


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        ("```bash\noversight status nowhere\n```\n", "nowhere"),
        ("```bash\nfalse\n```\n", "false"),
        ("```bash refused\ntrue\n```\n", "true"),
        ("```python\nassert 1 == 2\n```\n", ""),
        ("```bash\necho one two\n```\n\n```text said\ntwo one\n```\n", "two one"),
        ("```ruby\n1\n```\n", "ruby"),
    ],
)
def test_a_block_that_does_not_work_is_found(
    shown: str, why: str, tmp_path: Path, process: ProcessPoolExecutor
) -> None:
    with pytest.raises(AssertionError) as told:
        read(process, blocks_in(shown, "page.md"), tmp_path)

    assert why in str(told.value)


def test_a_changed_key_stands_in_its_own_table() -> None:
    toml = 'title = "a"\n\n[one]\n# Why.\nx = 1\nmany = [\n  2,\n]\n\n[two]\nx = 1\n'

    assert changed(toml, "[two]\nx = 5\nnew = 6\n[three]\ny = 7\n") == (
        'title = "a"\n\n[one]\n# Why.\nx = 1\nmany = [\n  2,\n]\n\n[two]\nnew = 6\nx = 5\n\n[three]\ny = 7\n'
    )
    assert changed(toml, "[one]\nmany = [3]\n") == toml.replace("[\n  2,\n]", "[3]")


def test_a_hunk_has_to_fit_at_one_place() -> None:
    assert patched("a\nb\nc\n", " a\n-b\n+x\n+y\n", "page.md") == "a\nx\ny\nc\n"
    for text in ("a\n", "b\nb\n"):
        with pytest.raises(AssertionError, match="not there once"):
            patched(text, "-b\n", "page.md")
