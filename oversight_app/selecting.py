"""Selecting questions for a plan by what was known of them before. Load, decide, save.

Earlier answers (exports or bare answers.csv, read by the doors) are matched to the bank, `study.shortlist` says how
likely each eligible question shall be drawn, and both files of the selection are written
whole or not at all. Who wants other questions runs the command again before `oversight plan`.
"""

import csv
import hashlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from random import Random

from analysis.columns import guarded
from oversight_app.earlier_answers import EarlierResults, Matched, match
from oversight_app.errors import BadInput, StudyStateError
from oversight_app.planning import with_builtin
from oversight_app.study.design import Design
from oversight_app.study.events import iso
from oversight_app.study.forms import usable
from oversight_app.study.gap import Answerer, Parts, parted
from oversight_app.study.questions import Question
from oversight_app.study.selection import COLUMNS, Selection, TaskSelection
from oversight_app.study.shortlist import Rule, Shortlist, figure_of
from oversight_app.study_folder import StudyFolder


def select(
    folder: StudyFolder, results: Sequence[EarlierResults], rule: Rule, *, at: datetime
) -> tuple[Selection, list[str]]:
    """Make the selection of a study, write its two files, and return it with notes on what was left unused.

    Raises StudyStateError once the plan is frozen, BadInput for results that are not of this bank or have no answers of
    a model alone, BankError where fewer questions are eligible than the design wants. Then nothing was written.
    """
    design = folder.read_design()
    with folder.open_store() as store:
        plan = store.plan()
        if plan is not None:
            raise StudyStateError(
                f"The plan of this study was frozen at {plan.frozen_at}, and its questions were drawn then: it is too "
                "late to select. Make a new study with `oversight init`, import the banks, and select before "
                "`oversight plan`."
            )
        bank = with_builtin(store.questions(), design)
    matched = match(results, bank, design, model=rule.model, method=rule.method)
    selection = decide(bank, design, matched, rule, at=at)
    _write(folder, selection)
    return selection, list(matched.notes)


# -- deciding ------------------------------------------------------------------------------------------


def decide(
    bank: Sequence[Question], design: Design, matched: Matched, rule: Rule, *, at: datetime
) -> Selection:
    """The selection that these make; raises BadInput where there is nothing to select by."""
    if unknown := [task for task in rule.tasks if task not in design.tasks]:
        raise BadInput(f"--task {unknown[0]}: study.toml has the tasks {', '.join(design.tasks)}.")
    seed = design.seed if rule.seed is None else rule.seed
    parts = {
        by: parted(matched.answers_of(by), rule.calibration, Random(f"{seed}/selection/{by}"))
        for by in Answerer
    }
    tasks: dict[str, TaskSelection] = {}
    rows: list[dict[str, object]] = []
    before: set[str] = set()
    for task, task_design in design.tasks.items():
        pool, left_out = usable(bank, task, task_design)
        # A copy under an earlier task may be drawn there; nobody meets one twice, so it could not be drawn here.
        fresh = [question for question in pool if question.content_hash not in before]
        left_out["copy under an earlier task"] = len(pool) - len(fresh)
        before |= {question.content_hash for question in pool}
        if task in rule.tasks or (not rule.tasks and _speaks_of(task, fresh, parts, rule)):
            made = Shortlist(task, task_design, fresh, left_out, parts, rule)
            tasks[task] = made.described()
            rows += made.rows()
    applied = {name for made in tasks.values() for name in made.filters}
    if idle := rule.filters.keys() - applied:
        raise BadInput(
            f"No question of the tasks {', '.join(rule.tasks or design.tasks)} has a figure for the filter "
            f"{sorted(idle)[0]}; QuALITY's official files have them, and tables that give the column."
        )
    if not tasks:
        raise BadInput(
            f"There is nothing to select by for the tasks {', '.join(design.tasks)}: give --results with answers of a "
            "model alone, or filters (--difficult, --min-expert, ...) that the bank has figures for."
        )
    text = _table(rows)
    return Selection(
        made_at=iso(at),
        seed=seed,
        oversample=rule.oversample,
        calibration=rule.calibration,
        model=matched.model,
        method=matched.method,
        simulated_people=matched.simulated_people,
        sources=matched.sources,
        tasks=tasks,
        csv_sha256=hashlib.sha256(text.encode()).hexdigest(),
        csv=text,
    )


def _speaks_of(task: str, pool: Sequence[Question], parts: Mapping[Answerer, Parts], rule: Rule) -> bool:
    ids = {question.question_id for question in pool}
    if ids & parts[Answerer.MODEL].calibration.keys():
        return True
    return not parts[Answerer.MODEL].calibration and any(
        figure_of(question, name) is not None for name in rule.filters for question in pool
    )


# -- saving --------------------------------------------------------------------------------------------


def _table(rows: Sequence[Mapping[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {name: guarded(cell) if isinstance(cell, str) else cell for name, cell in row.items()}
        )
    return text.getvalue()


def _write(folder: StudyFolder, selection: Selection) -> None:
    """Both files or none: each is written beside and then put in its place."""
    about = json.dumps(selection.about(), indent=2, ensure_ascii=False) + "\n"
    places = {folder.selection: selection.csv, folder.selection.with_suffix(".json"): about}
    try:
        for path, text in places.items():
            _beside(path).write_text(text, encoding="utf-8", newline="\n")
        for path in places:
            os.replace(_beside(path), path)
    except OSError as error:
        for path in places:
            _beside(path).unlink(missing_ok=True)
        raise BadInput(f"{folder.selection} cannot be written: {error.strerror or error}.") from None


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")
