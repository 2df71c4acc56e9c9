"""The answers of a study, prepared once for all estimates: scores, clusters and systems.

`prepare` adds to the checked answers what the estimators share. A *system* is what gave the answers of one row of
results: the protocol and assistant in human_with_model, the provider, model and method in model_alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.columns import Condition
from analysis.exclusions import ENTERS, exclude, left_out
from analysis.export import Export
from analysis.results import Counts, Exclusion

ALONE, WITH_MODEL, MODEL = (
    str(Condition.HUMAN_ALONE),
    str(Condition.HUMAN_WITH_MODEL),
    str(Condition.MODEL_ALONE),
)


@dataclass(frozen=True, slots=True)
class System:
    """Who or what stands behind the answers of a row of results; None where it does not apply or is not known."""

    protocol: str | None = None
    assistant: str | None = None
    provider: str | None = None
    model: str | None = None
    method: str | None = None

    def fields(self) -> dict[str, Any]:
        """The five fields as the results contract names them."""
        return asdict(self)

    @property
    def name(self) -> str:
        """The system in a few words, empty where nothing is known."""
        parts = (self.protocol, self.assistant, self.model, self.method)
        return " · ".join(part for part in parts if part)


_FIELDS = [field.name for field in fields(System)]
# What tells two systems of a condition apart; the rest describes. A model's name is no such mark in
# human_with_model: a trial in which nobody asked the assistant may not carry it.
_MARKS: dict[str, tuple[str, ...]] = {
    ALONE: (),
    WITH_MODEL: ("protocol", "assistant"),
    MODEL: ("provider", "model", "method"),
}
_DESCRIBED = {
    ALONE: ("protocol",),
    WITH_MODEL: ("protocol", "assistant", "provider", "model"),
    MODEL: _MARKS[MODEL],
}


def prepare(export: Export) -> tuple[pd.DataFrame, list[Exclusion]]:
    """The answers with everything the estimators need, and what the declared rules removed.

    Added columns: `left_out` (why an answer enters nothing, empty when it enters), `excluded` (bool), `score`
    (1 right, 0 wrong or no choice), `person`, `item` (a question of a task), `passage` (-1 without one) and `cluster`,
    all whole numbers. A cluster is a passage in a task where any passage has more than one question (`by_passage`),
    else a question. `source` is what is known of who or what answered, a `System`. What every number asks for
    (`condition`, `task`, `assistant_mode`, `left_out`, `source`) is categorical.
    """
    answers = export.answers.copy()
    answers["left_out"] = why_left_out(answers)
    excluded, counts = exclude(export, answers)
    answers["excluded"] = excluded
    answers["score"] = answers["correct"].fillna(0.0)
    studies = answers["study_id"].fillna("")
    answers["person"] = pd.factorize(studies + "/" + answers["participant_id"])[0].astype(np.int64)
    answers["item"] = pd.factorize(answers["task"] + "/" + answers["question_id"])[0].astype(np.int64)
    by_passage = answers["task"].isin(tasks_with_shared_passages(answers)) & answers["passage_id"].notna()
    answers["by_passage"] = by_passage
    names = ("q/" + answers["question_id"]).mask(by_passage, "p/" + answers["passage_id"])
    answers["cluster"] = pd.factorize(answers["task"] + "/" + names)[0].astype(np.int64)
    answers["passage"] = pd.factorize(answers["task"] + "/" + answers["passage_id"])[0].astype(np.int64)
    answers["source"] = _sources(answers)
    # Filters compare and copy these thousands of times, and do so much faster with codes than with texts.
    for name in ("condition", "task", "assistant_mode"):
        answers[name] = answers[name].astype("category")
    return answers, counts


def why_left_out(answers: pd.DataFrame) -> pd.Categorical:
    """The reasons of `analysis.exclusions.left_out`, as the column `left_out` holds them."""
    reasons = left_out(answers)
    return pd.Categorical(reasons, categories=[ENTERS, *sorted(set(reasons) - {ENTERS})])


def _sources(answers: pd.DataFrame) -> pd.Categorical:
    """Per answer its `System` as the answer itself names it."""
    named = answers[_FIELDS]
    code = named.groupby(_FIELDS, dropna=False, sort=False).ngroup()
    kinds = named[~code.duplicated()].astype(object)
    found = [System(*values) for values in kinds.where(kinds.notna(), None).itertuples(index=False)]
    return pd.Categorical.from_codes(code, categories=pd.Index(found, dtype=object))


_SHARED = [
    *("condition", "task", "source", "assistant_mode", "left_out", "person", "item", "cluster", "passage"),
    *("by_passage", "excluded", "has_choice", "score"),
]


def narrowed(answers: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Prepared answers with what tells conditions, systems and clusters apart, and the columns named.

    An estimator narrows once: each of its filters then copies 13 columns and not 70, most of them texts. `copy` puts
    columns of one type side by side, which makes filters faster once more.
    """
    return answers[[*_SHARED, *columns]].copy()


def tasks_with_shared_passages(answers: pd.DataFrame) -> set[str]:
    """Tasks in which any passage has more than one question among the answers that enter."""
    enters = answers[(answers["left_out"] == ENTERS) & answers["passage_id"].notna()]
    questions = enters.groupby(["task", "passage_id"])["question_id"].nunique()
    return {str(task) for task, _ in questions.index[questions > 1]}


def entering(answers: pd.DataFrame) -> pd.DataFrame:
    """The answers that estimates are made from."""
    enters = is_out(answers, ENTERS) & ~answers["excluded"].to_numpy(bool)
    # Most are asked for again from what has been narrowed already; then nothing is copied.
    return answers.copy(deep=False) if enters.all() else answers[enters]


_NO_CODE = -2  # pandas gives -1 to what is missing


def is_out(answers: pd.DataFrame, reason: str) -> npt.NDArray[np.bool_]:
    """Which answers are left out for this reason; with ENTERS, which are not left out."""
    # By codes: every number of a report asks several times, and a comparison of the column takes ten times as long.
    out = answers["left_out"].array
    return np.asarray(out.codes == (out.categories.get_loc(reason) if reason in out.categories else _NO_CODE))


def systems(answers: pd.DataFrame, condition: str) -> Iterator[tuple[System, pd.DataFrame]]:
    """Each system that answered in a condition, with all of its study answers, void and abandoned ones included."""
    own = answers[
        (answers["condition"] == condition)
        & ~answers["left_out"].isin(["practice", "attention_check", "simulated"])
    ]
    source = own["source"].array
    groups: dict[tuple[tuple[bool, str], ...], list[int]] = {}
    for code in np.unique(source.codes):
        marks = (getattr(source.categories[code], name) for name in _MARKS[condition])
        # Systems stand in alphabetical order, where a mark is not known at the end.
        groups.setdefault(tuple((mark is None, mark or "") for mark in marks), []).append(code)
    for _, codes in sorted(groups.items()):
        found = [source.categories[code] for code in codes]
        said = {name: _joined(getattr(one, name) for one in found) for name in _DESCRIBED[condition]}
        yield System(**said), own if len(groups) == 1 else own[np.isin(source.codes, codes)]


def _joined(values: Iterable[str | None]) -> str | None:
    return " + ".join(sorted({value for value in values if value is not None})) or None


def count(rows: pd.DataFrame) -> Counts:
    """What a number rests on and what was left out of it, from all study answers of its condition and system."""
    # Counted in arrays: every number of a report asks, and by way of the table that took a quarter of a small report.
    excluded, enters = rows["excluded"].to_numpy(bool), is_out(rows, ENTERS)
    used = enters & ~excluded
    by_people = used & (rows["condition"] != MODEL).to_numpy(bool)
    passages = pd.unique(rows["passage"].to_numpy()[used])
    return Counts(
        n_answers=int(used.sum()),
        n_participants=len(pd.unique(rows["person"].to_numpy()[by_people])),
        n_questions=len(pd.unique(rows["item"].to_numpy()[used])),
        n_passages=int((passages >= 0).sum()),
        n_excluded=int((excluded & enters).sum()),
        n_void=int(is_out(rows, "void").sum()),
        n_abandoned=int(is_out(rows, "abandoned").sum()),
        n_no_choice=int((used & ~rows["has_choice"].to_numpy(bool)).sum()),
    )
