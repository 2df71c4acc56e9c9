"""Which texts may travel with a public data set, read from the bank's name and from what a passage says of its licence.

Only what is known to be free is free: a bank or a licence that this file does not know keeps its text at home, and the
question is published by id and hash. This is no legal advice; the folder's README names what was taken for free.
"""

import re
from collections.abc import Collection

BANKS = {
    "mmlu": "MMLU, Hendrycks et al. 2021, MIT licence",
    "quality": "QuALITY, Pang et al. 2022, CC BY 4.0 (each passage has a licence of its own)",
    "builtin": "written for oversight, MIT licence",
}
"""Banks whose questions and options may be passed on, with whom to name for them."""

_FREE = re.compile(
    r"public domain|\bcc0\b|\bcc[- ]by\b|creativecommons\.org/(?:licenses/by|publicdomain)|creative commons attribution"
    r"|\bmit licen[cs]e|for the use of anyone anywhere|open american national corpus|\boanc\b|\bopen anc\b",
    re.IGNORECASE,
)
_BOUND = re.compile(r"\bnc\b|non-?commercial|\bnd\b|no-?deriv|all rights reserved", re.IGNORECASE)
_NAMED_BY = re.compile(r"by-(?:nc|nd)", re.IGNORECASE)


def may_pass_on_question(bank: str | None, also: Collection[str] = ()) -> bool:
    """Whether the texts of a bank's questions may be published; `also` names banks that the researcher vouches for."""
    return bank in BANKS or bank in also


def may_pass_on_passage(licence: str | None, bank: str | None, also: Collection[str] = ()) -> bool:
    """Whether a passage may be published, by the licence that it came with."""
    if bank == "builtin" or bank in also:
        return True
    # Project Gutenberg's terms go on for pages, and name what they do not allow; their first sentence decides.
    stated = (licence or "")[:400]
    return bool(_FREE.search(stated)) and not _BOUND.search(stated) and not _NAMED_BY.search(stated)
