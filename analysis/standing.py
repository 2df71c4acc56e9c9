"""Where people with the assistant stand between the two baselines, in one word and one sentence from a fixed table.

The word follows from the findings of the two comparisons (at 5%, Holm-adjusted where confirmatory) and from the joint
test of both (`analysis.complementarity`). Nothing else is ever said, and what a test does not show is called not
settled, never no difference.
"""

from collections.abc import Callable, Sequence

import pandas as pd

from analysis.complementarity import COMPLEMENTARITY, is_claimed
from analysis.contrasts import OVER_ADVICE, OVER_HUMAN
from analysis.results import ALL_TASKS, Contrast, Verdict
from analysis.verdicts import HIGHER, LOWER, NOT_SHOWN, UNDEFINED, finding, who
from analysis.words import p_phrase, points, points_range, task_name

BEATS_BOTH, NOT_SETTLED = "beats_both", "not_settled"

TABLE: dict[tuple[str, str], tuple[str, str]] = {
    (HIGHER, HIGHER): (
        NOT_SETTLED,
        "were right more often than each of the two, but the joint test does not settle that they beat both",
    ),
    (HIGHER, NOT_SHOWN): (
        "beats_human_only",
        "were right more often than {human}; against {other} the study does not settle the question",
    ),
    (HIGHER, LOWER): (
        "beats_human_only",
        "were right more often than {human} and less often than {other}",
    ),
    (NOT_SHOWN, HIGHER): (
        "beats_model_only",
        "were right more often than {other}; against {human} the study does not settle the question",
    ),
    (LOWER, HIGHER): (
        "beats_model_only",
        "were right more often than {other} and less often than {human}",
    ),
    (LOWER, LOWER): ("worse_than_both", "were right less often than {human} and less often than {other}"),
    (LOWER, NOT_SHOWN): (
        "worse_than_human",
        "were right less often than {human}; against {other} the study does not settle the question",
    ),
    (NOT_SHOWN, LOWER): (
        "worse_than_model",
        "were right less often than {other}; against {human} the study does not settle the question",
    ),
    (NOT_SHOWN, NOT_SHOWN): (
        NOT_SETTLED,
        "are not shown to be better or worse than {human} or {other}: the study does not settle either question",
    ),
}
"""(against people alone, against the model or its advice) -> the word and the sentence; the joint test comes first."""

_UNCORRECTED = (
    " This joint test needs no correction for being two; each comparison by itself is corrected for all confirmatory "
    "ones, and not settled by that stricter measure."
)
_BOTH = "were right more often than the better of {human} and {other}"


def standings(
    compared: Sequence[Contrast],
    joint: Sequence[Contrast],
    baseline: Callable[[Contrast], str],
    answers: pd.DataFrame,
) -> list[Verdict]:
    """One verdict per task and system, from its two comparisons and their joint row."""
    people = who(answers)
    n_systems = len({(row.protocol, row.assistant) for row in joint})
    found = []
    for row in joint:
        if row.task == ALL_TASKS:
            continue
        over_human, over_baseline = (_partner(compared, row, name) for name in (OVER_HUMAN, baseline(row)))
        word, said = _standing(row, over_human, over_baseline)
        other = "its advice" if baseline(row) == OVER_ADVICE else "the model alone"
        system = f" ({', '.join(filter(None, (row.protocol, row.assistant)))})" if n_systems > 1 else ""
        subject = f"On {task_name(row.task)}{system}, {people} with the assistant"
        sentence = f"{subject} {said.format(human=f'{people} alone', other=other)}{_numbers(row, word)}"
        if word == BEATS_BOTH and NOT_SHOWN in (finding(over_human), finding(over_baseline)):
            sentence += _UNCORRECTED
        found.append(
            Verdict(
                task=row.task,
                contrast=COMPLEMENTARITY,
                rows=row.rows,
                protocol=row.protocol,
                assistant=row.assistant,
                is_headline=False,
                finding=word,
                sentence=sentence,
            )
        )
    return found


def _partner(compared: Sequence[Contrast], joint: Contrast, name: str) -> Contrast:
    same = ("task", "metric", "rows", "subgroup", "protocol", "assistant", "provider", "model")
    return next(
        row
        for row in compared
        if row.contrast == name and all(getattr(row, key) == getattr(joint, key) for key in same)
    )


def _standing(joint: Contrast, over_human: Contrast, over_baseline: Contrast) -> tuple[str, str]:
    if is_claimed(joint):
        return BEATS_BOTH, _BOTH
    findings = finding(over_human), finding(over_baseline)
    if UNDEFINED in findings:
        return UNDEFINED, "cannot be set against {human} and {other} together"
    return TABLE[findings]


def _numbers(row: Contrast, word: str) -> str:
    if row.estimate is None or word == UNDEFINED:
        return f": {row.note.removeprefix('No estimate: ').removeprefix('No interval: ')}"
    if row.ci_low is None or row.ci_high is None or row.p is None:
        return "."
    return (
        f": {points(row.estimate)} points against the better of the two ({row.level:.0%} interval "
        f"{points_range(row.ci_low, row.ci_high)}; one-sided {p_phrase(row.p, False).removeprefix('unadjusted ')} "
        "for both at once, where 0.025 is needed)."
    )
