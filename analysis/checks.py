"""The main comparison by three other methods, printed beside it: a mixed model, a bootstrap, a randomisation test.

They are checks and not alternatives to choose from: the interval that counts is the jackknife's (`analysis.contrasts`),
which was measured to hold its level in every design and size tried. Each check is a contrast row of its own with
`subgroup` check=...; the mixed model also gives its log-odds and its spreads, the figures that planning asks for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import pandas as pd

from analysis.accuracy import cluster_word, over_tasks
from analysis.bootstrap import bootstrap
from analysis.contrasts import OVER_HUMAN
from analysis.crossing import Crossing, cross
from analysis.entries import ALONE, WITH_MODEL, System, count, entering, narrowed, systems
from analysis.mixed_model import METHOD, SPREADS, mixed_model, spread_names
from analysis.randomisation import randomisation
from analysis.results import ALL_TASKS, Caution, Contrast, Interval, Role, Rows

MIXED_MODEL, BOOTSTRAP, RANDOMISATION = "check=mixed_model", "check=bootstrap", "check=randomisation"
CHECKS = (MIXED_MODEL, BOOTSTRAP, RANDOMISATION)
LOG_ODDS = "accuracy_log_odds"

_SPREAD_NOTE = "Standard deviation in logits, of the mixed model; no interval."
_UNTOLD = (
    "No estimate: the design cannot tell this spread, because nobody, or nothing, was in both conditions."
)
_LITTLE_TRIED = "This interval was simulated for such a design with 20 participants only."
_NOT_TRIED = "This interval was not simulated for passages or several tasks."


def checks(answers: pd.DataFrame, rows: Rows, level: float = 0.95) -> list[Contrast]:
    """People with the assistant against people alone, by each check, per task and system, and over tasks.

    From prepared answers (`analysis.entries.prepare`). The mixed model is fitted per task only.
    """
    answers = narrowed(answers, "question_id", "passage_id")
    alone = answers[answers["condition"] == ALONE]
    found: list[Contrast] = []
    for system, own in systems(answers, WITH_MODEL):
        for task, assisted in over_tasks(own, answers):
            both = {
                name: pd.concat([alone[alone["task"] == name], rows_of]) for name, rows_of in assisted.items()
            }
            found += _Comparison(task, rows, level, system, both).rows()
    return found


def once_more(found: Sequence[Contrast], rows: Rows) -> list[Contrast]:
    """The same checks for an account that left nobody out: its answers are the same, so its numbers are."""
    return [replace(row, rows=rows.value) for row in found]


@dataclass(frozen=True, slots=True)
class _Comparison:
    task: str
    account: Rows
    level: float
    system: System
    both: Mapping[str, pd.DataFrame]

    def rows(self) -> Iterator[Contrast]:
        """The rows of every check."""
        used = {name: entering(own) for name, own in self.both.items()}
        empty = [
            f"{condition} in {name}"
            for name, own in used.items()
            for condition in (ALONE, WITH_MODEL)
            if not (own["condition"] == condition).any()
        ]
        if empty:
            note = f"No estimate: there are no answers of {', '.join(empty)}."
            yield from (
                self.row(check, Interval(estimate=None, level=self.level, note=note))
                for check in CHECKS
                if check != MIXED_MODEL or self.task != ALL_TASKS
            )
            return
        crossed = cross(used)
        if self.task != ALL_TASKS:
            yield from self.of_mixed_model(crossed[self.task])
        items = cluster_word(self.both)
        clusters = f"participants x {_plural(items)}"
        drawn = bootstrap(crossed, clusters, self.level)
        if drawn.ci_method and ("passage" in items or self.task == ALL_TASKS):
            drawn = replace(drawn, note=f"{drawn.note} {_NOT_TRIED}")
        yield self.row(BOOTSTRAP, drawn)
        yield self.row(RANDOMISATION, randomisation(crossed, self.level))

    def of_mixed_model(self, crossing: Crossing) -> Iterator[Contrast]:
        """Difference, log-odds and spreads."""
        items = cluster_word(self.both)
        model = mixed_model(crossing, items, self.level)
        where = f"{METHOD}, participants x {items}s"
        is_little_tried = items == "passage" or not crossing.answered.all(axis=0).any()
        difference, effect = (
            replace(
                interval,
                ci_method=f"{where}, {scale}" if interval.ci_method else None,
                note=interval.note or (_LITTLE_TRIED if is_little_tried else ""),
            )
            for interval, scale in (
                (model.difference, "marginal difference by the delta method"),
                (model.log_odds, "log-odds for a given participant and " + items),
            )
        )
        yield self.row(MIXED_MODEL, difference)
        yield self.row(MIXED_MODEL, effect, LOG_ODDS)
        untold = f"No estimate: {model.reason}." if model.reason else _UNTOLD
        for name, sd in zip(spread_names(items == "passage"), model.spreads, strict=True):
            note = untold if sd is None else _SPREAD_NOTE
            yield self.row(MIXED_MODEL, Interval(estimate=sd, level=self.level, note=note), name)

    def row(self, check: str, interval: Interval, metric: str = "accuracy") -> Contrast:
        """A contrast row with what the study and the account say of it."""
        return Contrast(
            task=self.task,
            contrast=OVER_HUMAN,
            metric=metric,
            rows=self.account.value,
            **self.system.fields(),
            subgroup=check,
            **asdict(interval),
            **asdict(count(pd.concat(self.both.values()))),
            role=Role.EXPLORATORY.value,
        )


def _plural(items: str) -> str:
    return items.replace(" or ", "s or ") + "s"


# -- reasons for care ------------------------------------------------------------------------------


def check_cautions(found: Sequence[Contrast]) -> list[Caution]:
    """What a reader of the checks must know of their fits: spreads at 0, and models that could not be fitted."""
    ours = [row for row in found if row.subgroup == MIXED_MODEL and row.rows == Rows.ALL]
    singular = [row.task for row in ours if row.metric in SPREADS and row.estimate == 0]
    unfitted = [
        f"{row.task}: {row.note}" for row in ours if row.metric == LOG_ODDS and "separation" in row.note
    ]
    said = []
    if singular:
        text = (
            "The mixed model, a check, found that a spread between participants or questions is 0 (a singular fit). "
            "That is common in small studies; its interval may be too narrow. The main interval does not rest on it."
        )
        said.append(Caution(code="singular_mixed_model", message=text, where=tuple(dict.fromkeys(singular))))
    if unfitted:
        text = "The mixed model, a check, has no estimate because of separation."
        said.append(Caution(code="separation", message=text, where=tuple(dict.fromkeys(unfitted))))
    return said
