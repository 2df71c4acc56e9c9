"""The results contract: typed rows, one per number that a study yields, and the JSON they are written as.

A row says what it is (task, condition or contrast, metric, which rows entered, whose system), the number with its
interval, how the interval was made, what it rests on and what was left out. A number that cannot be had is null and
the row's `note` says why; NaN never leaves this package. Fractions, not percent; nothing is rounded here.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

SCHEMA = 1
ALL_TASKS = "all"


class Rows(StrEnum):
    """Which answers entered."""

    ALL = "all"
    AFTER_EXCLUSIONS = "after_exclusions"
    PAPER_OUTLIERS_REMOVED = "paper_outliers_removed"  # beside the paper's numbers only (analysis.outliers)


class Role(StrEnum):
    """What a number was meant for before the data were seen."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    EXPLORATORY = "exploratory"
    AS_IN_PAPER = "as_in_paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A number, its confidence interval and how that was made; `note` says why anything is missing."""

    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    level: float = 0.95
    ci_method: str | None = None
    se: float | None = None
    df: float | None = None
    p: float | None = None
    is_guarded: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a number rests on, and what was left out beside it."""

    n_answers: int = 0
    n_participants: int = 0
    n_questions: int = 0
    n_passages: int = 0
    n_excluded: int = 0
    n_void: int = 0
    n_abandoned: int = 0
    n_no_choice: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    task: str
    metric: str
    rows: str = Rows.ALL.value
    protocol: str | None = None
    assistant: str | None = None
    provider: str | None = None
    model: str | None = None
    method: str | None = None
    subgroup: str | None = None
    estimate: float | None
    ci_low: float | None = None
    ci_high: float | None = None
    level: float = 0.95
    ci_method: str | None = None
    se: float | None = None
    df: float | None = None
    is_guarded: bool = False  # the larger one-way variance was used (analysis.jackknife)
    n_answers: int = 0
    n_participants: int = 0
    n_questions: int = 0
    n_passages: int = 0
    n_excluded: int = 0
    n_void: int = 0
    n_abandoned: int = 0
    n_no_choice: int = 0
    role: str = Role.SECONDARY.value
    note: str = ""

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{item.name} is {value}; a number that cannot be had is None with a note")
        if (self.estimate is None or self.ci_low is None or self.ci_high is None) and not self.note:
            raise ValueError(f"{self.task} {self.metric}: a missing number needs a note that says why")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate(_Row):
    """One number about one condition.

    `estimate` and its interval are fractions (accuracy, shares, calibration errors), seconds (`response_time_s`),
    nats (`log_score`), or counts; the `note` of rarer metrics says what they are. The estimand is the mean over the
    participants and questions that could have been drawn, for all tasks together with equal weight for each; a model
    alone is one fixed system. Source: the answers with `rows` "all", or those that the declared exclusions leave;
    `n_...` say how many entered and how many did not. `se` is on the scale of the estimate; `ci_method` says how the
    interval was made, and where that was not validated. What cannot be had is None, and `note` says why.
    """

    condition: str

    @property
    def key(self) -> tuple[str | None, ...]:
        """What tells this row from every other estimate."""
        return (self.task, self.condition, self.metric, self.rows, *_system(self), self.subgroup)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast(_Row):
    """One comparison of two conditions, or of a condition with a baseline on the same trials.

    `estimate` is the difference of the two in the metric's unit, a fraction for accuracy (0.05 is 5 points). Against
    `model_alone` answers are paired by question, against `advice` by trial (`analysis.contrasts`). `p` tests
    `null_value` against `alternative`; `p_adjusted` allows for the declared `family` (Holm), or for all subjects of a
    task (Benjamini and Hochberg). The other fields are those of an Estimate.
    """

    contrast: str
    p: float | None = None
    p_adjusted: float | None = None
    family: str | None = None
    alternative: str = "two-sided"
    null_value: float = 0.0
    margin: float | None = None

    @property
    def key(self) -> tuple[str | None, ...]:
        """What tells this row from every other contrast."""
        return (self.task, self.contrast, self.metric, self.rows, *_system(self), self.subgroup)


def _system(row: _Row) -> tuple[str | None, ...]:
    return (row.protocol, row.assistant, row.provider, row.model, row.method)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many answers of one task, condition and status enter, or why they do not; all tallies add up to all rows."""

    task: str
    condition: str
    status: str
    left_out: str
    n_answers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """What one rule took out; `n_participants` and `n_answers` are None when the rule could not be applied."""

    rule: str
    declared: bool
    n_participants: int | None
    n_answers: int | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attrition:
    """What became of everybody assigned to one cell; the outcomes add up to `n_assigned` (analysis.attrition)."""

    cell: str
    n_assigned: int
    n_completed: int
    n_withdrew: int
    n_ended_otherwise: int
    n_not_ended: int
    n_without_a_closed_trial: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Where the study departs from its registration (analysis.departures); `registered` is None without one."""

    kind: str
    registered: str | None
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """A reason to read a number with care; `where` names the tasks, conditions or contrasts concerned."""

    code: str
    message: str
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An answer that changed between right and wrong, or between two wrong options, with the trial's last message.

    Written to tables/changes.csv only: messages are people's words, and results.json is made to be handed on.
    """

    task: str | None
    trial_id: str | None
    participant_id: str | None
    question_id: str | None
    kind: str | None
    initial_choice: str | None
    choice: str | None
    correct_choice: str | None
    advice_choice: str | None
    message_seq: int | None = None
    message_speaker: str | None = None
    message_at: str | None = None
    message_text: str | None = None

    @property
    def place(self) -> tuple[str | None, ...]:
        """Where it stands in the table."""
        return (self.task, self.participant_id, self.question_id, self.trial_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a contrast that the study was made for says, in one word and in one sentence."""

    task: str
    contrast: str
    rows: str
    protocol: str | None
    assistant: str | None
    is_headline: bool
    finding: str  # higher | lower | not_shown | undefined; of both baselines together: analysis.standing
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCell:
    """One cell of the paper's Table 1: this study's number beside the published one, and whose rule made it.

    `rule` is "as in the paper", or "our rule" with the reason in `why`; None where there is no number.
    """

    task: str
    line: str
    metric: str
    rows: str
    condition: str | None = None
    protocol: str | None = None
    assistant: str | None = None
    provider: str | None = None
    model: str | None = None
    method: str | None = None
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    published: float | None = None
    rule: str | None = None
    why: str = ""
    role: str = Role.AS_IN_PAPER.value
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Everything a study yields, in the order in which a report tells it."""

    made_from: dict[str, Any]
    verdicts: Sequence[Verdict] = ()
    estimates: Sequence[Estimate] = ()
    contrasts: Sequence[Contrast] = ()
    exclusions: Sequence[Exclusion] = ()
    warnings: Sequence[Caution] = ()
    answers_by_status: Sequence[Tally] = ()
    table1: Sequence[PaperCell] = ()
    changes: Sequence[Change] = ()
    attrition: Sequence[Attrition] = ()
    departures: Sequence[Departure] = ()
    strategy_codes: Sequence[Any] = ()  # StrategyCodes of assisted trials, in tables/ only
    schema: int = field(default=SCHEMA)

    def __post_init__(self) -> None:
        for rows in (self.estimates, self.contrasts):
            _refuse_doubles(row.key for row in rows)


def _refuse_doubles(keys: Iterable[tuple[str | None, ...]]) -> None:
    seen: set[tuple[str | None, ...]] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"two results share the key {key}")
        seen.add(key)


def as_json(results: Results) -> str:
    """The results as text: stable order, null for what is missing."""
    rows = {
        "schema": results.schema,
        "made_from": results.made_from,
        "verdicts": [in_contract_order(row) for row in results.verdicts],
        "estimates": [in_contract_order(row) for row in results.estimates],
        "contrasts": [in_contract_order(row) for row in results.contrasts],
        "exclusions": [in_contract_order(row) for row in results.exclusions],
        "warnings": [in_contract_order(row) for row in results.warnings],
        "answers_by_status": [in_contract_order(row) for row in results.answers_by_status],
        "table1": [in_contract_order(row) for row in results.table1],
        "attrition": [in_contract_order(row) for row in results.attrition],
        "departures": [in_contract_order(row) for row in results.departures],
    }
    return json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(results: Results, path: Path) -> None:
    """Write `results.json`."""
    path.write_text(as_json(results), encoding="utf-8")


def in_contract_order(row: Any) -> dict[str, Any]:
    """A row of results as a dictionary whose keys stand as in the contract: what it is first, the note last."""
    return {name: getattr(row, name) for name in contract_order(type(row))}


def contract_order(kind: type) -> tuple[str, ...]:
    """The names of a row's fields as they stand in the contract."""
    return _CONTRACT_ORDER.get(kind) or tuple(item.name for item in fields(kind))


def _ordered(kind: type[Estimate] | type[Contrast]) -> tuple[str, ...]:
    names = [item.name for item in fields(kind)]
    what = "condition" if kind is Estimate else "contrast"
    tests = [
        name for name in ("p", "p_adjusted", "family", "alternative", "null_value", "margin") if name in names
    ]
    last = ["role", "note"]
    rest = [name for name in names if name not in ("task", what, *tests, *last)]
    return ("task", what, *rest, *tests, *last)


_CONTRACT_ORDER: dict[type, tuple[str, ...]] = {kind: _ordered(kind) for kind in (Estimate, Contrast)}
