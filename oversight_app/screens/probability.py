"""Percentages by slider or number: the confidence in one answer, or one for each of the four options.

One component of ours for both, because Streamlit's slider always has a value, and nothing may be preselected. What is
entered lies in the component's state (see entry), and what an answer would pay is computed in the browser.
"""

from collections.abc import Callable, Sequence

from oversight_app.screens import assets
from oversight_app.screens.entry import edit_of
from oversight_app.screens.marks import Fields, Marks
from oversight_app.screens.wording import percent, say
from oversight_app.study.design import ConfidenceScale
from oversight_app.study.questions import LETTERS


def show(
    fields: Fields,
    marks: Marks,
    on_change: Callable[[], None],
    *,
    label: str,
    pay: dict[str, object] | None = None,
    is_compact: bool = False,
) -> None:
    """The slider, or the four, with what is marked already; `on_change` is called for each change that arrives."""
    is_distribution = fields.scale is ConfidenceScale.DISTRIBUTION
    value = marks.probabilities or (None,) * len(LETTERS) if is_distribution else (marks.confidence,)
    assets.probability(
        key=fields.confidence,
        data={
            "key": fields.confidence,
            "kind": "compact" if is_compact else "distribution" if is_distribution else "percent",
            "rows": _rows(label) if is_distribution else [_only(label)],
            "value": in_percent(value),
            "edit": edit_of(fields.confidence),
            "label": label,
            "hint": say("scale.hint") if not is_distribution and not is_compact else "",
            "sign": say("number.percent", n="").strip(),
            "words": _words(),
            "pay": pay,
        },
        on_entered_change=on_change,
    )


def in_percent(shares: Sequence[float | None]) -> list[int | None]:
    """Probabilities as whole percentages."""
    return [None if share is None else round(share * 100) for share in shares]


def sureness(confidence: float | None, probabilities: Sequence[float] = ()) -> str:
    """How sure somebody was, like "60%", or "A 10%, B 60%, C 20%, D 10%"; empty where that was not asked."""
    if probabilities:
        shares = zip(LETTERS, probabilities, strict=True)
        return ", ".join(
            say("scale.share", letter=letter, percent=percent(share)) for letter, share in shares
        )
    return "" if confidence is None else percent(confidence)


def _only(label: str) -> dict[str, str]:
    return {"letter": "", "slider": label, "field": say("scale.field", label=label), "rest": ""}


def _rows(label: str) -> list[dict[str, str]]:
    return [
        {
            "letter": letter,
            "slider": say("scale.option", letter=letter, label=label),
            "field": say("scale.option_field", letter=letter),
            "rest": say("scale.rest", letter=letter, n="{n}"),
        }
        for letter in LETTERS
    ]


def _words() -> dict[str, str]:
    """What the component says; holes are filled in the browser."""
    return {
        "percent": say("number.percent", n="{n}"),
        "untouched": say("scale.untouched"),
        "not_a_number": say("scale.not_a_number"),
        "none": say("scale.sum_none"),
        "open": say("scale.sum", n="{n}"),
        "over": say("scale.sum", n="{n}"),
        "missing": say("scale.sum_missing"),
        "whole": say("scale.sum_whole"),
    }
