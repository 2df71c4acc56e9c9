"""Formulas typeset beside the exact text."""

import re
from html import unescape

import pytest

from oversight_app.screens.formulas import beside, typeset
from tests.screens.fakes import FakeProctor, mounted, open_page, question, texts


def mathml(line: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'data-mathml="([^"]*)"', line)]


def test_a_line_has_the_words_and_the_formulas_set() -> None:
    line = typeset(r"If $x$ is <b> & $$\frac{1}{2}$$, what is 3?")

    half = r'<math .*display="block"><mrow><mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac></mrow></math>'
    assert [bool(re.fullmatch(half, formula)) for formula in mathml(line)] == [False, True]
    assert re.sub(r"<[^>]*>|\u2060", "", line) == "If  is &lt;b&gt; &amp; , what is 3?"


@pytest.mark.parametrize("text", ["It costs $5 and $10.", "Nothing of the kind.", "", "$3.50"])
def test_without_mathematics_there_is_no_line(text: str) -> None:
    assert typeset(text) == ""
    assert beside("<i>words</i>", text) == "<i>words</i>"


@pytest.mark.parametrize(
    "latex",
    [
        r"\norm{x} + 1",
        r"\frac{1}",
        r"x^",
        r"\href{javascript:alert(1)}{x}",
        r"\color{red;background:url(http://x.example)}{x}",
        r"\left( x",
        r"\begin{array}{c} 1",
        r"a & b",
        r"x\text{<script>alert(1)</script>}",
        r"x\text{<img src=x>}",
    ],
)
def test_what_cannot_be_vouched_for_gives_no_line_and_no_error(latex: str) -> None:
    assert mathml(typeset(f"${latex}$")) == []


def test_question_and_options_keep_their_text_and_have_a_line_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = question(2, question=r"What is $x^2$?", options=(r"\frac{1}{2}", "$5 and $6", "1", "2"))
    app = open_page(monkeypatch, FakeProctor(page))
    drawn = texts(app)

    assert 'id="question_2">What is $x^2$?</div>' in drawn
    assert r'id="option_2_0">\frac{1}{2}</span>' in drawn
    assert drawn.count("ov-typeset") == 2
    assert '<span class="ov-unseen">Option A: </span>' in drawn
    assert app.radio(key="answer_2").options[1] == r"B. \$5 and \$6"


def test_a_page_without_formulas_carries_no_script_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def carries(**changes: str) -> bool:
        return "formulas" in mounted(open_page(monkeypatch, FakeProctor(question(2, **changes))))

    assert carries(question="What is $x^2$?")
    assert not carries(question="What costs $5 and $10?")
