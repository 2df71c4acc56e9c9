"""Only what is known to be free is passed on."""

import pytest

from oversight_app.study.licences import may_pass_on_passage, may_pass_on_question


@pytest.mark.parametrize(
    ("licence", "is_free"),
    [
        ("This eBook is for the use of anyone anywhere in the United States and most other parts", True),
        ("CC BY-SA 4.0", True),
        ("https://creativecommons.org/licenses/by/4.0/", True),
        ("Public domain", True),
        ("CC BY-NC 4.0", False),
        ("https://creativecommons.org/licenses/by-nd/4.0/", False),
        ("All rights reserved", False),
        ("with the kind permission of the author", False),
        ("", False),
        (None, False),
    ],
)
def test_a_passage_is_free_where_its_licence_says_so(licence: str | None, is_free: bool) -> None:
    assert may_pass_on_passage(licence, "quality") == is_free


def test_questions_are_free_by_their_bank_or_by_the_researchers_word() -> None:
    assert may_pass_on_question("mmlu")
    assert may_pass_on_question("quality")
    assert not may_pass_on_question("table")
    assert not may_pass_on_question(None)
    assert may_pass_on_question("table", also=("table",))
    assert may_pass_on_passage(None, "table", also=("table",))
