"""A reply's text, its quotations marked by what the passage says of them.

The text stays as it is, character for character: a mark lies around the words, and the button behind them has no text
of its own, only a name, and a word that the style sheet shows. A press on it is the passage search's business (its
script hears of every click).
"""

import re

from oversight_app.quoting import Likeness, Quote, quotes
from oversight_app.screens.plain import exact
from oversight_app.screens.wording import say

_BETWEEN_PARTS = " … "
# What closes a quotation, and the point or comma behind it, which must not begin a line.
_CLOSING = re.compile(r"[”“»«\"]?[.,;:!?)]*")


def with_marks(text: str, passage: tuple[str, ...], besides: tuple[str, ...]) -> str:
    """HTML of a whole reply; without a passage, or without quotations, just its text."""
    pieces: list[str] = []
    at = 0
    for quote in quotes(text, passage, besides):
        closing = _CLOSING.match(text, quote.end)
        end = closing.end() if closing else quote.end
        pieces += [
            exact(text[at : quote.begin]),
            f'<mark class="ov-quote is-{quote.likeness}">{exact(text[quote.begin : quote.end])}</mark>',
            exact(text[quote.end : end]),
            _button(quote, text[quote.begin : quote.end]),
        ]
        at = end
    return "".join(pieces) + exact(text[at:])


def _button(quote: Quote, quoted: str) -> str:
    mark, meaning = _mark(quote.likeness)
    words = _BETWEEN_PARTS.join(quote.words) or " ".join(quoted.split())
    return (
        f'<button type="button" class="ov-quote-mark is-{quote.likeness}" data-likeness="{quote.likeness}" '
        f'data-words="{exact(words)}" data-mark="{exact(mark)}" title="{exact(meaning)}" '
        f'aria-label="{exact(say("chat.quote", mark=mark, words=" ".join(quoted.split())))}"></button>'
    )


def _mark(likeness: Likeness) -> tuple[str, str]:
    """The word beside a quotation, and the sentence that explains it."""
    match likeness:
        case Likeness.EXACT:
            return say("chat.quote_exact"), say("chat.quote_exact_help")
        case Likeness.NEARLY:
            return say("chat.quote_nearly"), say("chat.quote_nearly_help")
        case Likeness.NOT_FOUND:
            return say("chat.quote_not_found"), say("chat.quote_not_found_help")
