"""Every block of the documentation is tried, in the order of its page."""

import re
from pathlib import Path

import pytest

from tests.documentation.blocks import DOCS, ROOT, Reader, blocks_in, blocks_of, changed

PLAYED = [
    page for page in sorted(DOCS.rglob("*.md")) if any(block.info != ("text",) for block in blocks_of(page))
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PLAYED, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_works_from_its_first_block_to_its_last(page: Path, tmp_path: Path) -> None:
    Reader(tmp_path).read(blocks_of(page))


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
def test_a_block_that_does_not_work_is_found(shown: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError) as told:
        Reader(tmp_path).read(blocks_in(shown, "page.md"))

    assert why in str(told.value)


def test_a_changed_key_stands_in_its_own_table() -> None:
    toml = 'title = "a"\n\n[one]\n# Why.\nx = 1\nmany = [\n  2,\n]\n\n[two]\nx = 1\n'

    assert changed(toml, "[two]\nx = 5\nnew = 6\n[three]\ny = 7\n") == (
        'title = "a"\n\n[one]\n# Why.\nx = 1\nmany = [\n  2,\n]\n\n[two]\nnew = 6\nx = 5\n\n[three]\ny = 7\n'
    )
    assert changed(toml, "[one]\nmany = [3]\n") == toml.replace("[\n  2,\n]", "[3]")
