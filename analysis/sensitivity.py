"""Whether the difference from people alone depends on how it was counted: the same comparison, made otherwise.

Each row is human_with_model - human_alone again, with the same jackknife, on other answers or with other scores; one
row, condition_x_order, is how much that difference differs between the two orders. None was declared, none is tested
for itself: what matters is whether the rows tell one story.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import pandas as pd

from analysis.accuracy import cluster_word, method_name, over_tasks, people_part
from analysis.contrasts import OVER_HUMAN, ByTask
from analysis.coverage import NOT_VALIDATED
from analysis.entries import ALONE, WITH_MODEL, System, count, entering, narrowed, systems
from analysis.exclusions import ENTERS
from analysis.export import Export
from analysis.fixed_effects import in_both, within_questions
from analysis.jackknife import Jackknife, Part, difference_interval, jackknife
from analysis.results import Caution, Contrast, Interval, Role, Rows

PREFIX = "sensitivity="
FIXED_EFFECTS, ORDER = "question_fixed_effects", "condition_x_order"
ALL_ELIGIBLE = "all_eligible_questions"
CHANCE = 0.25


@dataclass(frozen=True, slots=True)
class Check:
    """One other way of counting: its name, what it says in a report, the answers as it counts them, what it needs.

    `applies` says of a task's answers whether the check has a meaning there, `lacks` what the export lacks for it.
    """

    name: str
    said: str
    change: Callable[[pd.DataFrame], pd.DataFrame]
    needs: str | None = None
    lacks: str = ""
    applies: Callable[[pd.DataFrame], bool] = lambda answers: True


def _first_blocks(answers: pd.DataFrame) -> pd.DataFrame:
    study = answers[~answers["left_out"].isin(["practice", "attention_check", "simulated"])]
    first = study.groupby(["person", "task"])["block"].transform("min")
    return study[study["block"] == first]


def _abandoned_wrong(answers: pd.DataFrame) -> pd.DataFrame:
    is_abandoned = answers["left_out"] == "abandoned"
    return answers.assign(
        score=answers["score"].mask(is_abandoned, 0.0),
        left_out=answers["left_out"].mask(is_abandoned, ENTERS),
    )


def _guessed(answers: pd.DataFrame) -> pd.DataFrame:
    return answers.assign(score=answers["score"].mask(~answers["has_choice"], CHANCE))


def _is_marked(answers: pd.DataFrame) -> bool:
    return bool(answers["difficult"].notna().any())


_NO_MARKS = "the export has no questions.csv that marks difficult ones"
CHECKS: tuple[Check, ...] = (
    Check(
        "first_block",
        "First block of each participant only",
        _first_blocks,
        "block",
        "the export has no blocks",
    ),
    Check(
        "first_of_passage",
        "First question of each passage only",
        lambda answers: answers[answers["passage_exposure"] == 1],
        "passage_exposure",
        "the export does not say which question of a passage came first",
        lambda answers: bool(answers["passage_id"].notna().any()),
    ),
    Check(
        "hard_questions",
        "Questions marked as difficult only",
        lambda answers: answers[answers["difficult"] == 1],
        "difficult",
        _NO_MARKS,
        _is_marked,
    ),
    Check(
        "easy_questions",
        "Questions not marked as difficult only",
        lambda answers: answers[answers["difficult"] == 0],
        "difficult",
        _NO_MARKS,
        _is_marked,
    ),
    Check(
        "sound_keys",
        "Without questions whose key is doubtful",
        lambda answers: answers[answers["key_flag"] == 0],
        "key_flag",
        "the export has no questions.csv with key_flag",
    ),
    Check("abandoned_as_wrong", "Abandoned trials counted as wrong", _abandoned_wrong),
    Check("no_choice_as_guess", "Trials without a choice counted as 0.25", _guessed),
    Check(
        "no_outside_help",
        "Without participants who reported outside help",
        lambda answers: answers[answers["outside_help"] != 1],
        "outside_help",
        "the export has no participants.csv with external_help_reported",
    ),
)
SAID = {check.name: check.said for check in CHECKS} | {
    FIXED_EFFECTS: "Within questions (an effect for each question)",
    ORDER: "How much larger the difference is with the assistant first",
    ALL_ELIGIBLE: "For all questions that could have been drawn (1/selection_prob)",
}


def sensitivities(export: Export, answers: pd.DataFrame, rows: Rows, level: float = 0.95) -> list[Contrast]:
    """Every check per task and system, from prepared answers; one without its data is null and says what is lacking."""
    known = with_facts(export, answers)
    if not (known["condition"] == ALONE).any():
        return []
    found = []
    alone = known[known["condition"] == ALONE]
    for system, own in systems(known, WITH_MODEL):
        base = _Base(rows, level, system, list(over_tasks(pd.concat([own, alone]), known)))
        found += [base.row(*made) for made in _within(base)]
        for check in CHECKS:
            found += [base.row(*made) for made in _checked(base, check, known)]
        found += [base.row(*made) for made in _by_order(base)]
    return found


def with_facts(export: Export, answers: pd.DataFrame) -> pd.DataFrame:
    """The answers with what other tables say: `difficult`, `key_flag` (1 doubtful, 0 not) and `outside_help`."""
    known = narrowed(answers, "passage_id", "block", "position", "passage_exposure").assign(
        difficult=float("nan"), key_flag=float("nan"), outside_help=float("nan")
    )
    if export.questions is not None:
        questions = export.questions.dropna(subset=["question_id"]).drop_duplicates(["task", "question_id"])
        questions = questions.set_index(["task", "question_id"])
        place = pd.MultiIndex.from_frame(answers[["task", "question_id"]])
        known["difficult"] = questions["difficult"].reindex(place).to_numpy(float)
        flags = questions["key_flag"].notna().astype("float64")
        known["key_flag"] = flags.reindex(place).to_numpy(float)
    people = export.participants
    if people is not None and {"participant_id", "external_help_reported"} <= set(people):
        helped = people.drop_duplicates("participant_id").set_index("participant_id")[
            "external_help_reported"
        ]
        known["outside_help"] = answers["participant_id"].map(helped)
    return known


# -- the rows --------------------------------------------------------------------------------------

Made = tuple[str, str, Interval, pd.DataFrame]
"""A row in the making: its task, its check, its interval, and the study answers it rests on."""


@dataclass(frozen=True, slots=True)
class _Base:
    """What the rows of one system share; `tasks` are its answers and those of people alone, per task and over all."""

    rows: Rows
    level: float
    system: System
    tasks: Sequence[tuple[str, ByTask]]

    def interval(self, found: Jackknife, items: str) -> Interval:
        return difference_interval(found, method_name(True, items), self.level)

    def row(self, task: str, name: str, interval: Interval, counted: pd.DataFrame) -> Contrast:
        values = asdict(interval)
        if name == ORDER:
            values["note"] = f"{interval.note} {_ORDER_NOTE}".strip()
        return Contrast(
            task=task,
            contrast=OVER_HUMAN,
            metric="accuracy",
            rows=self.rows.value,
            **self.system.fields(),
            subgroup=PREFIX + name,
            **values,
            **asdict(count(counted)),
            role=Role.EXPLORATORY.value,
        )


_ORDER_NOTE = (
    "A difference of differences: with the assistant first less with the assistant second, over participants who had "
    "one condition wholly before the other."
)


def _checked(base: _Base, check: Check, answers: pd.DataFrame) -> Iterator[Made]:
    changed = check.change(answers)
    kept = {str(task) for task, own in answers.groupby("task") if check.applies(own)}
    lacking = {
        str(task)
        for task, own in answers.groupby("task")
        if check.needs is not None and own.loc[own["condition"] != "model_alone", check.needs].isna().all()
    }
    if check.needs == "difficult":
        # A bank without such marks is no lack of the export.
        kept, lacking = (kept, set()) if kept else (set(answers["task"]), lacking)
    for task, before in base.tasks:
        if not set(before) <= kept:
            continue
        if set(before) & lacking:
            interval = Interval(estimate=None, level=base.level, note=f"No estimate: {check.lacks}.")
            yield task, check.name, interval, pd.concat(before.values()).iloc[:0]
            continue
        by_task = {name: changed.loc[changed.index.intersection(own.index)] for name, own in before.items()}
        items = cluster_word(before)
        parts = [part for own in by_task.values() for part in _parts(own, 1 / len(by_task))]
        yield (
            task,
            check.name,
            base.interval(jackknife(parts, items=items), items),
            pd.concat(by_task.values()),
        )


def _parts(own: pd.DataFrame, weight: float) -> list[Part]:
    used = entering(own)
    return [
        people_part(rows, rows["score"].to_numpy(float), sign * weight)
        for sign, rows in ((1, used[used["condition"] == WITH_MODEL]), (-1, used[used["condition"] == ALONE]))
    ]


def _within(base: _Base) -> Iterator[Made]:
    for task, by_task in base.tasks:
        both = {}
        for name, own in by_task.items():
            used = entering(own)
            both[name] = in_both(used, used["condition"] == WITH_MODEL)
        items = cluster_word(by_task)
        interval = base.interval(within_questions(list(both.values()), items), items)
        if interval.ci_method is not None:
            interval = replace(interval, ci_method=f"{interval.ci_method}; {NOT_VALIDATED}")
        yield task, FIXED_EFFECTS, interval, pd.concat(both.values())


def _by_order(base: _Base) -> Iterator[Made]:
    for task, by_task in base.tasks:
        parts, used = [], []
        for own in by_task.values():
            first = _assisted_first(own)
            for is_first, sign in ((1.0, 1), (0.0, -1)):
                rows = own[own["person"].map(first) == is_first]
                parts += _parts(rows, sign / len(by_task))
                used.append(rows)
        items = cluster_word(by_task)
        found = jackknife(parts, items=items)
        if found.estimate is None:
            found = Jackknife(None, reason="not both orders are known, one condition wholly before the other")
        yield task, ORDER, base.interval(found, items), pd.concat(used)


def _assisted_first(own: pd.DataFrame) -> pd.Series:
    """Per person 1 where all assisted trials of a task came before those alone, 0 where after; others are left out."""
    place = own["block"].where(own["block"].notna(), own["position"])
    known = own.assign(place=place).dropna(subset=["place"])
    ends = known.groupby(["person", "condition"])["place"].agg(["min", "max"]).unstack("condition")
    if ends.empty or not {(end, name) for end in ("min", "max") for name in (ALONE, WITH_MODEL)} <= set(
        ends.columns
    ):
        return pd.Series(dtype="float64")
    assisted_first = ends["max", WITH_MODEL] < ends["min", ALONE]
    alone_first = ends["max", ALONE] < ends["min", WITH_MODEL]
    return assisted_first[assisted_first | alone_first].astype("float64")


# -- reasons for care ------------------------------------------------------------------------------


def sensitivity_cautions(compared: Sequence[Contrast], checked: Sequence[Contrast]) -> list[Caution]:
    """Says where the answer within questions is more than one standard error from the answer over all."""
    moved = []
    for row in checked:
        if row.subgroup != PREFIX + FIXED_EFFECTS or row.rows != Rows.ALL or row.estimate is None:
            continue
        for plain in compared:
            if plain.subgroup is not None or plain.key[:-1] != row.key[:-1] or plain.estimate is None:
                continue
            if plain.se is not None and abs(row.estimate - plain.estimate) > plain.se:
                moved.append(f"{row.task}: {row.contrast}")
    if not moved:
        return []
    text = (
        "Within questions the difference is more than one standard error from the difference over all answers: which "
        "questions were answered in which condition matters."
    )
    return [Caution(code="fixed_effects_move", message=text, where=tuple(dict.fromkeys(moved)))]
