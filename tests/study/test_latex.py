"""Mathematics is found where it is, and money never taken for it."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_app.study.latex import formulas


def found(text: str) -> list[str]:
    return [formula.latex for formula in formulas(text)]


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        (r"Let $x$ be $\frac{1}{2}$.", ["x", r"\frac{1}{2}"]),
        (r"Simplify: $$\sqrt{\frac{1}{729}}$$", [r"\sqrt{\frac{1}{729}}"]),
        (r"Evaluate the sum\[\frac{1}{2} + \cdots \]", [r"\frac{1}{2} + \cdots "]),
        (r"where \(a \le b\) holds", [r"a \le b"]),
        (r"at an $x\%$ rate, $\$300$ grow to $\$9600$", [r"x\%", r"\$300", r"\$9600"]),
        (r"the points $(1,5),$ $(2,3),$ and $(3,1)$", ["(1,5),", "(2,3),", "(3,1)"]),
        (r"the $n$th term, the $x$- and $y$-intercepts", ["n", "x", "y"]),
        (r"The tip is $ 15 \%$ of the bill", [r" 15 \%"]),
        (r"In $ABCD$, $abc = 180$ and $50^\text{th}$", ["ABCD", "abc = 180", r"50^\text{th}"]),
        (r"-\frac{1}{256}", [r"-\frac{1}{256}"]),
        (r"  (-\infty,-1)\cup (1,\infty)  ", [r"(-\infty,-1)\cup (1,\infty)"]),
        ("is $12$ a multiple of $1200$?", ["12", "1200"]),
    ],
)
def test_latex_is_found(text: str, latex: list[str]) -> None:
    assert found(text) == latex


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $10.",
        "$3.50",
        "US$ 5 and A$ 7, US$5 to US$7",
        "the set of data $79.88, $21.88, $29.88",
        "between $5-$10, or $5/$10, or $5,$10",
        "5$ and 10$ each",
        "a loss of $14 on Monday and a profit of $18",
        "$14 + $18 = $32",
        "($35,095, $45,005)",
        "It is \\$5 to \\$10.",
        "$1 million-$2 million",
        "ticker $AAPL and $GOOG",
        "$",
        "$$",
        "$$$$",
        "$ $",
        "x \\in A, for all x",
        "C:\\temp\\files",
        r"\texttt{a + b} and more words",
        r"\frac{\sqrt{2465}{9}",
        "if (a[0] \\(not code\\) here)",
    ],
)
def test_money_code_and_prose_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_a_formula_beside_a_price_is_found_and_the_price_is_not() -> None:
    assert found(r"For $5 you get $x^2$, for $10 and $20 more.") == ["x^2"]


def test_displayed_formulas_say_so() -> None:
    assert [f.is_display for f in formulas(r"$$x$$, \[y\], \(z\), $w$")] == [True, True, False, False]


@given(st.text("ab $\\{}()[]0159.,^_frac\n", max_size=60))
def test_formulas_stand_in_the_text_one_after_the_other(text: str) -> None:
    end = 0
    for formula in formulas(text):
        assert end <= formula.begin < formula.end <= len(text)
        assert formula.latex in text[formula.begin : formula.end]
        end = formula.end


_AMOUNT = st.from_regex(r"\$(?:\d{1,3}(?:,\d{3})*|\d+)(?:\.\d\d)?", fullmatch=True)
_BETWEEN = st.sampled_from(
    [" and ", " to ", ", ", " - ", "-", "/", ". If it costs ", " + ", "; ", " (", ") "]
)


@given(st.lists(st.tuples(_AMOUNT, _BETWEEN), min_size=1, max_size=6))
def test_amounts_of_money_are_never_a_formula(pieces: list[tuple[str, str]]) -> None:
    text = "It costs " + "".join(amount + between for amount, between in pieces)

    assert found(text) == []
    assert re.search(r"\$\d", text)


def test_in_the_real_mmlu_only_questions_with_latex_are_recognised(shared_data: Path) -> None:
    """All 15,858 records, in 451 of which two dollars are money. Found were read one by one: none is money or prose."""
    recognised: Counter[str] = Counter()
    for path in sorted((shared_data / "mmlu" / "data").rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for record in csv.reader(file):
                recognised[path.stem.rpartition("_")[0]] += any(formulas(cell) for cell in record[:5])

    assert {subject: n for subject, n in recognised.items() if n} == {
        "high_school_mathematics": 169,
        "machine_learning": 9,
        "econometrics": 11,
    }
