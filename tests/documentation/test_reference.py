"""The reference says what the code says."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from oversight_app.study.design import read_design
from tests.documentation.reference import PAGES, REFERENCE


def made(name: str) -> str:
    """A page as the code has it, from a thread: beside a browser's driver the parser counts its depth wrongly."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(PAGES[name]).result()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_reference_is_what_the_code_says_today(name: str) -> None:
    """After a change of a command, key or column: python -m tests.documentation.reference"""
    assert (REFERENCE / name).read_text(encoding="utf-8") == made(name)


def test_every_key_of_a_design_is_explained() -> None:
    rows = [line for line in made("design.md").splitlines() if line.startswith("| `")]

    assert len(rows) > 80
    assert [row for row in rows if row.endswith("|  |")] == []


def test_the_reference_names_the_keys_by_which_a_design_is_read() -> None:
    page = made("design.md")

    for table in ("tasks.NAME", "assistant.spending", "analysis.primary_model_alone", "outcomes.NAME"):
        assert f"\n## [{table}]\n" in page
    design = read_design('title = "One"\n[tasks.mmlu]\nquestions_per_condition = 3\n')
    assert f"| `n_contexts` | whole number, at least 2, at most 5 | `{design.assistant.n_contexts}` |" in page
