"""Every block of the documentation is tried, in the order of its page."""

import multiprocessing
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.documentation.blocks import DOCS, ROOT, Block, Reader, blocks_in, blocks_of, changed, patched
from tests.documentation.published import write_published
from tests.documentation.typed import hold, hold_command, typed_in

README, PROMPTS = ROOT / "README.md", ROOT / "oversight_app" / "prompts" / "README.md"
PAGES = [README, *sorted(DOCS.rglob("*.md")), *sorted((ROOT / "questions").rglob("*.md")), PROMPTS]
PLAYED = [page for page in PAGES if any(block.info != ("text",) for block in blocks_of(page))]
TYPED_AS_ROOT = {"docs/deployment.md"}
"""Indented, because no test may type it here: tests/deployment holds it to the program and plays its files."""

DRAWING = re.compile(r"^ {4}oversight_app/\n(?: {4}.*\n)+", re.MULTILINE)
"""The README's drawing of the house, which is no code."""
IN_THE_README = {
    "compatible:NAME@http://127.0.0.1:8080/v1": "scripted:demo",
}
"""The README is played on made-up data, and with the scripted model."""
PLAYED_ELSEWHERE = {
    "serve": "docs/tutorial.md",
    "console": "docs/tutorial.md",
    "rehearse": "docs/tutorial.md",
    "report": "docs/tutorial.md",
    "load": "tests/commands/test_load.py",
}
"""What takes seconds of processor time is played once, there."""


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    """One that only reads: it changes its working directory, and tests of servers and browsers leave threads here."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def read(process: ProcessPoolExecutor, blocks: Iterable[Block], reader: Reader) -> None:
    process.submit(reader.read, list(blocks)).result()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PLAYED, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_works_from_its_first_block_to_its_last(
    page: Path, tmp_path: Path, process: ProcessPoolExecutor
) -> None:
    reader = Reader(tmp_path)
    if page == README:
        write_published(tmp_path)
        reader = Reader(tmp_path, instead=IN_THE_README, passed_over=frozenset(PLAYED_ELSEWHERE))
    read(process, blocks_of(page), reader)


def test_what_is_passed_over_in_the_readme_is_played_elsewhere() -> None:
    for command, place in PLAYED_ELSEWHERE.items():
        text = (ROOT / place).read_text(encoding="utf-8")
        typed = f"\noversight {command} " if place.endswith(".md") else f'"{command}", '
        assert typed in text, f"{place} does not play {command}"
    readme = README.read_text(encoding="utf-8")
    assert [shown for shown in IN_THE_README if shown not in readme] == []


def test_no_block_of_the_documentation_stands_without_saying_what_it_is() -> None:
    assert {README, DOCS / "tutorial.md"} <= set(PLAYED)
    for page in PAGES:
        prose = DRAWING.sub(
            "", re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        )
        is_indented = re.search(r"^ {4}\S", prose, re.M) is not None
        assert is_indented == (page.relative_to(ROOT).as_posix() in TYPED_AS_ROOT), page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_on_a_page_exists_with_its_options(page: Path) -> None:
    """Those in sentences and tables too, which nobody plays."""
    typed = list(typed_in(page.read_text(encoding="utf-8")))

    assert len(typed) > 40 or page != README
    for command in typed:
        hold_command(command.partition(" #")[0].split()[1:], page.name)


@pytest.mark.parametrize("wrong", ["oversight reprot mystudy", "oversight report mystudy --form x"])
def test_a_command_that_does_not_exist_is_found(wrong: str, tmp_path: Path) -> None:
    (test := tmp_path / "test.py").write_text("report")
    with pytest.raises(AssertionError, match="page"):
        hold(wrong, where="page")
    with pytest.raises(AssertionError, match="does not name check"):
        hold("oversight check mystudy", where="page", test=test)


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
        read(process, blocks_in(shown, "page.md"), Reader(tmp_path))

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
