"""Which of the bank's questions the plan shall draw, by what was known of them before."""

import csv
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oversight_app.commands.terminal import command, study_argument, warn

if TYPE_CHECKING:
    from oversight_app.earlier_answers import EarlierResults
    from oversight_app.study.selection import Selection, TaskSelection

_SHARE = click.FloatRange(0, 1)


@click.command(short_help="Let plan draw questions from the gap.")
@study_argument
@click.option(
    "--results",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="EXPORT",
    help="Earlier answers of a model alone, and of people: an export or an answers.csv. May be repeated.",
)
@click.option("--task", "tasks", multiple=True, metavar="TASK", help="Only this task. May be repeated.")
@click.option("--model", default="", metavar="MODEL", help="Whose answers choose, where there are several.")
@click.option("--method", default="", metavar="METHOD", help="By which method it was asked.")
@click.option(
    "--oversample",
    type=click.FloatRange(1, 1000),
    default=5.0,
    show_default=True,
    help="How many times as likely as one without a gap a question with the whole gap is; 1: all alike.",
)
@click.option(
    "--human-weight",
    type=_SHARE,
    default=0.5,
    show_default=True,
    help="How much people's accuracy counts beside the model's; 0 where they answered few of the questions.",
)
@click.option(
    "--calibration",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.5,
    show_default=True,
    help="Share of people, and of the model's runs, whose answers choose; the others say what to expect.",
)
@click.option("--seed", type=int, help="For parting them.  [default: the design's]")
@click.option("--difficult", is_flag=True, help="Only questions that the bank marks as difficult.")
@click.option("--min-expert", type=_SHARE, help="Only where so many of the bank's own experts are right.")
@click.option("--max-novice", type=_SHARE, help="Only where at most so many of its hasty readers are.")
@click.option(
    "--min-context",
    type=click.FloatRange(1, 4),
    help="Only questions that take so much of the passage (1 a sentence .. 4 most of it).",
)
def select(study: Path, results: tuple[Path, ...], **options: Any) -> None:
    """Select questions that experts get right and model and people alone get wrong, each with a known probability.

    Comes before `oversight plan`, which draws by it. Writes selection.csv and selection.json into the study.

    \b
    Example: oversight select mystudy --results calibration/exports/20260105T090000Z
    Example: oversight select mystudy --task quality --min-expert 1 --max-novice 0.5 --min-context 1.5
    """
    from oversight_app.clock import SystemClock
    from oversight_app.selecting import select as select_for
    from oversight_app.study.shortlist import Rule
    from oversight_app.study_folder import StudyFolder

    folder = StudyFolder.open(study)
    earlier = [_read(path) for path in results]
    found, notes = select_for(folder, earlier, Rule(**options), at=SystemClock().now())
    for line in notes:
        click.echo(line)
    for name, task in found.tasks.items():
        for line in _described(name, task, found):
            click.echo(line)
    warn(found.statement)
    click.echo(f"Wrote {folder.selection}. Now: {command('plan', study)}")


def _read(path: Path) -> "EarlierResults":
    from analysis.errors import ExportError
    from analysis.export import load
    from oversight_app.earlier_answers import EarlierResults
    from oversight_app.errors import BadInput

    try:
        export = load(path)
    except ExportError as error:
        raise BadInput(str(error)) from error
    rows: list[dict[str, object]] = [
        {
            str(name): None if isinstance(value, float) and math.isnan(value) else value
            for name, value in row.items()
        }
        for row in export.answers.to_dict("records")
    ]
    answers = "answers.csv" if path.is_dir() else path.name
    return EarlierResults(
        name=export.source,
        sha256=export.files[answers],
        rows=rows,
        content_hashes=_content_hashes(path / "questions.csv", export.manifest.is_guarded)
        if path.is_dir()
        else {},
        study_id=export.manifest.text("study_id") or "",
        is_rehearsal=bool(export.manifest.flag("is_rehearsal")),
        is_changed=answers in export.changed,
    )


def _content_hashes(path: Path, is_guarded: bool) -> dict[str, str]:
    """By question_id, what each question of an export reads as; empty where its questions did not come along."""
    from analysis.columns import unguarded
    from oversight_app.errors import BadInput

    if not path.is_file():
        return {}
    read = unguarded if is_guarded else str
    limit = csv.field_size_limit(2**31 - 1)  # a passage may be longer than the reader expects of a cell
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            return {read(row["question_id"]): row["content_hash"] for row in rows if row["content_hash"]}
    except (csv.Error, KeyError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path} is not the questions.csv of an export ({error!r}). Export the study again."
        ) from None
    finally:
        csv.field_size_limit(limit)


def _described(name: str, task: "TaskSelection", selection: "Selection") -> list[str]:
    left_out = ", ".join(f"{reason}: {n:,}" for reason, n in task.left_out.items())
    lines = [
        f"{name}: {task.n_drawn:,} of {task.n_eligible:,} eligible questions will be drawn, each with a probability "
        f"from {task.smallest_prob:.2g} to {task.largest_prob:.2g}. Left out: {left_out or 'none'}.",
        f"  gap = {_gap(task)}; {_by_size(selection.oversample)}",
    ]
    for item in task.expected:
        fresh = (
            f"{item.chosen_fresh:.1%} by held-out ones, which is what to expect"
            if item.chosen_fresh is not None
            else "nothing is held out to say what fresh ones will be (each question was answered by one run)"
        )
        lines.append(
            f"  {item.by} alone: {item.eligible:.1%} right on eligible questions; on those to be drawn "
            f"{item.chosen_by_calibration:.1%} by the answers that choose, {fresh} ({item.n_questions:,} questions)"
        )
    lines.append(
        f"  weighted back to all eligible questions, the draw is worth {task.effective_n:.0f} drawn alike"
    )
    return lines


def _by_size(oversample: float) -> str:
    if oversample == 1:
        return "all are as likely, whatever their gap (--oversample 1)"
    return f"with the whole gap {oversample:g} times as likely as without"


def _gap(task: "TaskSelection") -> str:
    experts = {
        "bank": "the bank's own experts",
        "key": "the key, taken as right",
        "": "none, where the key is doubtful",
    }
    sources = ", ".join(f"{experts[source]} {n:,}" for source, n in sorted(task.expert_sources.items()))
    people = {"pilot": "people alone", "bank": "the bank's hasty readers", "": ""}[task.human_source]
    low = [
        f"{weight:g} x {who}"
        for who, weight in (("the model alone", task.model_weight), (people, task.human_weight))
        if weight
    ]
    return f"experts ({sources}) - {' - '.join(low)}" if low else "unknown, so all are alike"
