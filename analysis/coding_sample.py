"""A sample of trials for people to code by hand, blind to what the rule found and to whether the answer was right."""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.columns import guarded
from analysis.entries import WITH_MODEL, entering, prepare
from analysis.errors import ExportError
from analysis.export import Export
from analysis.hand_codes import RULE_COLUMN, TRIAL
from analysis.messages import PARTICIPANT, Message, conversations
from analysis.strategies import RULE, RULE_TEXT, STRATEGIES

SHEET, GUIDE = "coding_sample.csv", "coding_guide.txt"
LONGEST_REPLY = 2000
COLUMNS = (TRIAL, "task", "conversation", *STRATEGIES, "remark", RULE_COLUMN)


@dataclass(frozen=True, slots=True)
class CodingSample:
    """The files of a sample, not written yet: the sheet, and what coders are told."""

    n_trials: int
    n_wanted: int
    sheet: str

    @property
    def guide(self) -> str:
        """How to code, in the words of the published rule."""
        parts = (f"{name}\n{RULE_TEXT[name]}\n" for name in STRATEGIES)
        return (
            f"How to code coding_sample.csv (rule {RULE})\n\n"
            "Each row is a trial. Read its conversation, and write under each strategy 1 where the participant did\n"
            "it anywhere in the trial, 0 where not, nothing where you cannot tell. Code what the participant wrote,\n"
            "not the replies. Work alone; do not look at the report first. Leave the other columns as they are.\n\n"
            + "\n".join(parts)
        )

    def check(self, folder: Path) -> None:
        """Raise ExportError where a sheet stands there already that somebody may have filled."""
        path = folder / SHEET
        if path.exists() and path.read_bytes() != self.sheet.encode():
            raise ExportError(
                f"{path} is there already and differs from the new sample: somebody may have coded in it. "
                "Nothing was written. Rename it, or give another folder."
            )

    def write(self, folder: Path) -> Path:
        """Write the sheet and the guide into a folder that is there."""
        self.check(folder)
        (folder / SHEET).write_bytes(self.sheet.encode())
        (folder / GUIDE).write_text(self.guide, encoding="utf-8")
        return folder / SHEET


def codable(export: Export) -> list[tuple[str, str]]:
    """Trial and task of every assisted trial that enters and in which the participant wrote."""
    answers, _ = prepare(export)
    used = entering(answers.assign(excluded=False))
    used = used[used["condition"] == WITH_MODEL]
    pairs = zip(used["trial_id"].astype(str), used["task"].astype(str), strict=True)
    return sorted(pair for pair in pairs if (export.said or {}).get(pair[0]))


def draw(export: Export, path: Path, n: int) -> CodingSample:
    """Draw `n` trials at random, seeded by the study, from an export folder.

    A larger sample of the same study holds the smaller one, whatever the order of rows. Raises ExportError for an
    export without messages.
    """
    trials = codable(export)
    if not trials:
        raise ExportError(
            f"{export.source}: there is no trial to code. A sample needs assisted trials in which participants wrote, "
            "and messages.csv beside answers.csv; give the folder that an export wrote."
        )
    salt = f"{export.manifest.text('study_id')}/{export.manifest.raw.get('seed')}/coding sample/"
    trials.sort(key=lambda pair: hashlib.sha256((salt + pair[0]).encode()).digest())
    chosen = trials[:n]
    said = conversations(
        path / "messages.csv", {trial for trial, _ in chosen}, is_guarded=export.manifest.is_guarded
    )
    return CodingSample(len(chosen), n, _sheet(chosen, said))


def _sheet(chosen: Sequence[tuple[str, str]], said: Mapping[str, Sequence[Message]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for trial, task in chosen:
        told = {TRIAL: guarded(trial), "task": task, "conversation": _told(said[trial]), RULE_COLUMN: RULE}
        writer.writerow(told)
    # Spreadsheets take a file for UTF-8 only if it says so.
    return "\ufeff" + text.getvalue()


def _told(messages: Sequence[Message]) -> str:
    lines: list[str] = []
    context = messages[0].context
    for message in messages:
        if message.context != context:
            lines.append("--- reset: the assistant forgot what stands above ---")
            context = message.context
        text = message.text
        if message.speaker != PARTICIPANT and len(text) > LONGEST_REPLY:
            text = f"{text[:LONGEST_REPLY]} [... cut]"
        lines.append(f"[{message.seq}] {message.speaker}: {text}")
    return "\n".join(lines)
