"""Which versions of a model answered alone and stood behind the assistant, as the service named them in its replies.

A service may serve another version under the same name from one day to the next. Then people with the assistant are
compared with another system, however alike the names that were asked for.
"""

from collections.abc import Sequence

import pandas as pd

from analysis.contrasts import comparator
from analysis.entries import MODEL, WITH_MODEL, systems
from analysis.export import Export
from analysis.results import Caution

ALONE_PURPOSES = ("answer", "reasoning", "score", "sample", "belief")
CODE = "versions_differ"


def version_cautions(export: Export, answers: pd.DataFrame) -> list[Caution]:
    """Says where the two were served by different versions; needs model_calls.csv."""
    calls = export.model_calls
    if calls is None:
        return []
    chosen, _ = comparator(answers, export.manifest.primary_model_alone)
    alone = [frame for system, frame in systems(answers, MODEL) if chosen is None or system == chosen]
    assisted = answers[answers["condition"] == WITH_MODEL]
    served = _served(calls, assisted, ("reply",))
    served_alone = _served(calls, pd.concat(alone), ALONE_PURPOSES) if alone else []
    if not served or not served_alone or served == served_alone:
        return []
    text = (
        "The model that answered alone and the assistant were served by different versions: "
        f"{_said(served_alone)} alone, {_said(served)} with people. Their comparison is one of two systems."
    )
    return [Caution(code=CODE, message=text)]


def _served(calls: pd.DataFrame, answers: pd.DataFrame, purposes: Sequence[str]) -> list[str]:
    own = calls[calls["trial_id"].isin(answers["trial_id"].dropna()) & calls["purpose"].isin(list(purposes))]
    return sorted({str(name) for name in own["model_answered"].dropna()})


def _said(names: Sequence[str]) -> str:
    return " and ".join(names)
