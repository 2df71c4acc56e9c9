r"""Mathematics written in LaTeX, found in question and option texts.

It stands between `$...$`, `$$...$$`, `\(...\)` or `\[...\]`; or a whole text is one formula without any of these, as
many options of MMLU are: `\frac{1}{256}`.

A dollar is money far more often than mathematics, so a doubt decides against the formula: somebody who reads the source
has lost little, somebody who reads "5 and" set as a product of variables is misled. Two dollars are a pair only where
they hug what stands between them, no figure follows the second, and there is no English between them.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in a text: `text[begin:end]` with its delimiters, and what stands between them."""

    begin: int
    end: int
    latex: str
    is_display: bool = False


_DELIMITED = re.compile(
    r"(?P<escaped>\\\\|\\\$)"
    r"|\$\$(?P<displayed>[^$]+?)\$\$"
    r"|\\\[(?P<brackets>.+?)\\\]"
    r"|\\\((?P<parentheses>.+?)\\\)"
    r"|(?P<dollar>\$)",
    re.DOTALL,
)
# A dollar that follows a letter or figure belongs to it: US$, 5$. What follows the second must not go on with it: $100.
_BETWEEN_DOLLARS = re.compile(
    r"(?<![\w$\\])\$((?:[^$\\\n]|\\[^\n])+)\$(?![\d$])(?!(?!(?:st|nd|rd|th|s)\b)[A-Za-z])"
)
_LONGEST_BETWEEN_DOLLARS = 400

_COMMAND = re.compile(r"\\(?:[A-Za-z]+\*?|.)")
# Words stand in mathematics too, but only where LaTeX is told so.
_WORDS_IN_PLACE = re.compile(
    r"\\(?:text(?:rm|bf|it|sf|tt)?|mathrm|mathbf|mathcal|mathbb|mathsf|mathit|operatorname|mbox|begin|end)\*?\s*\{[^{}]*\}"
)
_RUN_OF_LETTERS = re.compile(r"[^\W\d_]+")
_LETTERS_TOGETHER = 3
"""Products like abc, names like sin; longer runs are English unless all of them are capitals, as points of a figure."""
_POINTS_TOGETHER = 6
_SHORT_WORDS = frozenset("an and are as at be by for if in is no not of on or per so the to was we".split())

# A formula that nothing marks must say so itself.
_SAYS_SO = re.compile(
    r"\\(?:[dtc]?frac|sqrt|d?binom|overline|hat|vec|cdot|times|div|infty|pi|leq?|geq?|neq?|cup|cap|in|pm|alpha|beta|sum"
    r"|int|lim|log|ln|sin|cos|tan)(?![A-Za-z])"
)
_AT_AN_END = re.compile(r"^\s*[=<>*/^_&]|[-+*/=<>^_&]\s*$")
_HAS_SUBSTANCE = re.compile(r"[\w\\]")


def formulas(text: str) -> tuple[Formula, ...]:
    r"""The formulas of a text in their order; empty where there is none, or no certainty.

    "If $x$ is $5 \cdot 2$, ..." -> x, 5 \cdot 2        "between $5 and $10" -> nothing
    """
    found: list[Formula] = []
    at = 0
    while match := _DELIMITED.search(text, at):
        formula = None if match["escaped"] else _formula(text, match)
        if formula is not None:
            found.append(formula)
        at = formula.end if formula is not None else match.start() + (2 if match["escaped"] else 1)
    if not found and _is_bare(text):
        begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
        return (Formula(begin, end, text[begin:end]),)
    return tuple(found)


def _formula(text: str, match: re.Match[str]) -> Formula | None:
    if not match["dollar"]:
        latex = match["displayed"] or match["brackets"] or match["parentheses"] or ""
        is_display = not match["parentheses"]
        return Formula(match.start(), match.end(), latex, is_display) if _is_mathematics(latex) else None
    between = _BETWEEN_DOLLARS.match(text, match.start())
    if between is None or len(between[1]) > _LONGEST_BETWEEN_DOLLARS:
        return None
    latex = between[1]
    # "$ 15 \%$" is written so by some; without a command, white space at an end means that two prices are there.
    if latex != latex.strip() and "\\" not in latex:
        return None
    if _AT_AN_END.search(latex) or not _is_mathematics(latex):
        return None
    return Formula(between.start(), between.end(), latex)


def _is_bare(text: str) -> bool:
    return (
        "$" not in text and "\n" not in text.strip() and bool(_SAYS_SO.search(text)) and _is_mathematics(text)
    )


def _is_mathematics(latex: str) -> bool:
    """Whether this reads as mathematics: something in it, its braces in order, and no English."""
    return bool(_HAS_SUBSTANCE.search(latex)) and _has_its_braces(latex) and not _has_english(latex)


def _has_its_braces(latex: str) -> bool:
    depth = 0
    for brace in re.findall(r"\\.|[{}]", latex):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if depth < 0:
            return False
    return depth == 0


def _has_english(latex: str) -> bool:
    bare = _COMMAND.sub(" ", _WORDS_IN_PLACE.sub(" ", latex))
    for letters in _RUN_OF_LETTERS.findall(bare):
        if letters.lower() in _SHORT_WORDS:
            return True
        if len(letters) > _LETTERS_TOGETHER and not (letters.isupper() and len(letters) <= _POINTS_TOGETHER):
            return True
    return False
