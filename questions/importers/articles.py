"""The text of an article that was published as a web page.

QuALITY's un-stripped files hold whole XHTML documents. A parser reads them; no pattern is trusted with tags.
"""

import warnings

from bs4 import BeautifulSoup, Comment, Doctype, XMLParsedAsHTMLWarning
from bs4.element import NavigableString, PageElement, ProcessingInstruction, Tag

_BLOCKS = frozenset(
    """address article blockquote body center dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr li main ol p pre section
    table tr ul""".split()
)
_BREAK = "\x00"  # cannot occur in a parsed document
_SILENT = frozenset(["head", "script", "style", "title"])


def article_text(article: str) -> str:
    """The article as text: as it is where its HTML was stripped already, else what a browser would show of it.

    Blocks (paragraphs, headings, list entries) and `<br>` become blank lines, and line ends inside a block stay, as in
    the authors' own stripped files; unwrapping for display then meets one kind of text only.
    """
    start = article.lstrip()[:200].lower()
    if not start.startswith(("<!doctype", "<?xml", "<html", "<body", "<div", "<p", "<h", "<!--")):
        return article
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", XMLParsedAsHTMLWarning
        )  # XHTML that begins with <?xml reads well as HTML
        soup = BeautifulSoup(article, "lxml")
    pieces: list[str] = []
    _walk(soup, pieces)
    blocks = (
        "\n".join(filter(None, map(str.strip, block.split("\n")))) for block in "".join(pieces).split(_BREAK)
    )
    return "\n\n".join(filter(None, blocks)) + "\n"


def _walk(element: PageElement, pieces: list[str]) -> None:
    match element:
        case Comment() | Doctype() | ProcessingInstruction():
            return
        case NavigableString():
            pieces.append(str(element))
        case Tag(name="br"):
            pieces.append(_BREAK)
        case Tag() if element.name not in _SILENT:
            edge = _BREAK if element.name in _BLOCKS else ""
            pieces.append(edge)
            for child in element.children:
                _walk(child, pieces)
            pieces.append(edge)
        case _:
            return
