"""What the comparisons that a study was made for say, in words.

One verdict per task, system and comparison. It says "more often" or "less often" only where the test at 5% does,
adjusted by Holm for contrasts of the declared family; otherwise that the study does not settle the question, which
is not the same as no difference.
"""

from collections.abc import Sequence

import pandas as pd

from analysis.columns import ParticipantKind
from analysis.contrasts import OVER_ADVICE, OVER_HUMAN, OVER_MODEL, headlines
from analysis.entries import ALONE, MODEL, WITH_MODEL, entering
from analysis.results import ALL_TASKS, Contrast, Estimate, Verdict
from analysis.words import p_phrase, percent, points, points_range, task_name

HIGHER, LOWER, NOT_SHOWN, UNDEFINED = "higher", "lower", "not_shown", "undefined"


def verdicts(
    estimates: Sequence[Estimate], contrasts: Sequence[Contrast], answers: pd.DataFrame
) -> list[Verdict]:
    """A verdict for every accuracy contrast per task; the headline ones are those the study was made for."""
    headline = headlines(answers)
    found = []
    chosen = [row for row in contrasts if row.metric == "accuracy" and row.task != ALL_TASKS]
    n_systems = len({(row.protocol, row.assistant) for row in chosen})
    people = who(answers)
    for row in chosen:
        found.append(
            Verdict(
                task=row.task,
                contrast=row.contrast,
                rows=row.rows,
                protocol=row.protocol,
                assistant=row.assistant,
                is_headline=row.contrast in (OVER_HUMAN, headline(row)),
                finding=finding(row),
                sentence=_sentence(row, estimates, people, names_system=n_systems > 1),
            )
        )
    return found


def who(answers: pd.DataFrame) -> str:
    """What to call the participants: people, unless all of them are simulated."""
    used = entering(answers)
    kinds = set(used.loc[used["condition"] != MODEL, "participant_kind"])
    return "simulated participants" if kinds == {str(ParticipantKind.SIMULATED)} else "people"


def finding(row: Contrast) -> str:
    """higher, lower, not_shown (the test does not reject) or undefined (there is no test)."""
    p = row.p_adjusted if row.p_adjusted is not None else row.p
    if row.estimate is None or p is None:
        return UNDEFINED
    if p >= 1 - row.level:
        return NOT_SHOWN
    return HIGHER if row.estimate > 0 else LOWER


_BASELINES = {OVER_HUMAN: "{people} alone", OVER_MODEL: "the model alone", OVER_ADVICE: "its advice"}
_ALWAYS = "always taking its last advice would have been"


def _sentence(row: Contrast, estimates: Sequence[Estimate], people: str, names_system: bool) -> str:
    system = f" ({', '.join(filter(None, (row.protocol, row.assistant)))})" if names_system else ""
    subject = f"On {task_name(row.task)}{system}, {_where(row, estimates)}{people} with the assistant"
    baseline = _BASELINES[row.contrast].format(people=people)
    if row.estimate is None:
        return f"{subject} cannot be compared with {baseline}: {row.note.removeprefix('No estimate: ')}"
    numbers = f"{_levels(row, estimates)}a difference of {points(row.estimate)} percentage points"
    if row.ci_low is None or row.ci_high is None or row.p is None:
        return f"{subject} against {baseline}: {numbers}. {row.note}"
    p = p_phrase(row.p if row.p_adjusted is None else row.p_adjusted, row.p_adjusted is not None)
    numbers += f" ({row.level:.0%} interval {points_range(row.ci_low, row.ci_high)}; {p})."
    than = _ALWAYS if row.contrast == OVER_ADVICE else baseline
    match finding(row):
        case "higher":
            return f"{subject} were right more often than {than}: {numbers}"
        case "lower":
            return f"{subject} were right less often than {than}: {numbers}"
    if row.ci_low > 0 or row.ci_high < 0:
        numbers += " The interval alone leaves zero out, but not once the other comparisons are allowed for."
    return f"{subject} were right {_direction(row)} {than}, but the study does not settle the question: {numbers}"


_PAIRED = {OVER_MODEL: "whose question the model alone answered", OVER_ADVICE: "with advice"}


def _where(row: Contrast, estimates: Sequence[Estimate]) -> str:
    """Which trials a paired comparison speaks of, where some have no partner to be compared with."""
    n_all = _n_answers(row, estimates)
    if row.contrast not in _PAIRED or not 0 < row.n_answers < n_all:
        return ""
    return f"in the {row.n_answers:,} of {n_all:,} trials {_PAIRED[row.contrast]}, "


def _direction(row: Contrast) -> str:
    """The direction of an estimate that no test confirms, as it is printed: a difference of 0.0 has none."""
    if row.estimate is None or points(row.estimate) == "0.0":
        return "as often as"
    return "more often than" if row.estimate > 0 else "less often than"


def _levels(row: Contrast, estimates: Sequence[Estimate]) -> str:
    """The two accuracies that a contrast sets against each other; the paired baseline is on the same questions."""
    own = _accuracy(row, estimates, WITH_MODEL)
    if own is None or row.estimate is None:
        return ""
    if row.contrast == OVER_HUMAN:
        other = _accuracy(row, estimates, ALONE)
        return f"{percent(own)} against {percent(other)}, " if other is not None else ""
    if row.n_answers != _n_answers(row, estimates):
        return ""
    same = "on the same questions" if row.contrast == OVER_MODEL else "on the same trials"
    return f"{percent(own)} against {percent(own - row.estimate)} {same}, "


def _match(row: Contrast, estimates: Sequence[Estimate], condition: str) -> Estimate | None:
    for item in estimates:
        if (item.task, item.condition, item.metric, item.rows) == (
            row.task,
            condition,
            row.metric,
            row.rows,
        ) and (condition != WITH_MODEL or (item.protocol, item.assistant) == (row.protocol, row.assistant)):
            return item
    return None


def _accuracy(row: Contrast, estimates: Sequence[Estimate], condition: str) -> float | None:
    match = _match(row, estimates, condition)
    return match.estimate if match else None


def _n_answers(row: Contrast, estimates: Sequence[Estimate]) -> int:
    match = _match(row, estimates, WITH_MODEL)
    return match.n_answers if match else 0
