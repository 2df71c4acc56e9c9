"""Mathematics in LaTeX, typeset in a line of its own beside the exact text and never in its place.

MathML is what browsers set and screen readers read, but Streamlit's cleaning of HTML takes it out. So it travels in an
attribute, and a small script (formulas.js) puts it where it belongs; a browser that knows no MathML shows no line.
"""

from functools import lru_cache
from xml.etree import ElementTree

from oversight_app.screens import assets
from oversight_app.screens.plain import exact
from oversight_app.screens.wording import say
from oversight_app.study.latex import Formula, formulas

# What the converter makes of ordinary formulas, with the number of parts that each has to have. Whatever else it makes
# (links, colours, a command that it does not know, half a fraction) is no formula that we can vouch for.
_PARTS = {
    "mfrac": 2,
    "mroot": 2,
    "msub": 2,
    "msup": 2,
    "mover": 2,
    "munder": 2,
    "msubsup": 3,
    "munderover": 3,
}
_ELEMENTS = {
    *_PARTS,
    *"math|mrow|mi|mn|mo|mtext|mspace|mstyle|msqrt|mtable|mtr|mtd|mpadded|mphantom".split("|"),
}
_ATTRIBUTES = frozenset(
    "display|stretchy|accent|minsize|maxsize|fence|form|scriptlevel|displaystyle|linethickness|height|depth|width"
    "|mathvariant|movablelimits".split("|")
)
_JOINER = "\u2060"
_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"


def typeset(text: str, *, letter: str = "") -> str:
    """HTML of the line with the text's formulas set; empty where there is none. `letter` names an option aloud."""
    body = _line(text)
    if not body:
        return ""
    spoken = (
        f'<span class="ov-unseen">{exact(say("formulas.option", letter=letter))} </span>' if letter else ""
    )
    return f'<span class="ov-typeset">{spoken}{body}</span>'


def beside(words: str, text: str, *, letter: str = "") -> str:
    """These words (HTML of the text), with the line below them where there is one."""
    line = typeset(text, letter=letter)
    return f'<span class="ov-both">{words}{line}</span>' if line else words


def fill(*texts: str) -> None:
    """Mount the script that sets the formulas, where these texts have any."""
    if any(map(_line, texts)):
        assets.formulas(key="formulas", data={})


@lru_cache(maxsize=4096)
def _line(text: str) -> str:
    pieces: list[str] = []
    at = 0
    for formula in formulas(text):
        mathml = _mathml(formula)
        if not mathml:
            return ""  # a line with a hole in it says something else than the text
        pieces.append(exact(text[at : formula.begin]))
        pieces.append(f'<span class="ov-formula" data-mathml="{exact(mathml)}"></span>')
        at = formula.end
        if not text[at : at + 1].isspace():
            pieces.append(_JOINER)  # or a line could begin with the point behind the formula
    return "".join(pieces) + exact(text[at:]) if pieces else ""


def _mathml(formula: Formula) -> str:
    """The formula as MathML; empty where the converter, or we, cannot make sense of it."""
    # Imported here: it reads a table of symbols, and most studies have no formula.
    from latex2mathml.converter import convert

    try:
        mathml = convert(formula.latex.strip(), display="block" if formula.is_display else "inline")
        root = ElementTree.fromstring(mathml)
    except Exception:
        return ""  # whatever it stumbles over, the exact text is there
    return mathml if all(map(_is_sound, root.iter())) else ""


def _is_sound(element: ElementTree.Element) -> bool:
    name = element.tag.removeprefix(_NAMESPACE)
    return (
        name in _ELEMENTS
        and len(element) == _PARTS.get(name, len(element))
        and _ATTRIBUTES.issuperset(element.attrib)
        and "\\" not in (element.text or "")
    )
