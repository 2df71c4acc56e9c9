"""MMLU in the authors' layout and in the layouts of the data hubs.

- original: `{dev,val,test}/SUBJECT_{dev,val,test}.csv`, no header, question, four options, key as a letter
- hub CSV: the header `question,choice0..choice3,answer` or `question,A,B,C,D,answer`, or none; key 0-3
- hub rows (JSON Lines, or one JSON list): `question`, `subject`, `choices`, `answer` 0-3

MMLU has no ids of its own, and question texts recur, so the id is split, subject and place: `val/anatomy:3` is the
third record of the subject in that split, whether it comes from the subject's own file or from rows of all subjects
(broken records count, so that one mended later finds its place free). Equal data in another layout thus has equal ids.
A broken line of hub rows that no longer tells its subject counts for the subject of the line before.

The five dev questions of each subject are what models are shown as examples; they come with every import, as
`Role.EXAMPLE`, and never become study questions.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from oversight_app.study.questions import LETTERS, Question, Refused, Role
from questions.importers.reading import (
    Record,
    admitted,
    csv_records,
    files_in,
    four_texts,
    json_records,
    key_from_zero,
    label,
    word_in_name,
)

SPLITS = {"dev": "dev", "val": "val", "validation": "val", "test": "test", "practice": "practice"}
ALWAYS = frozenset({"dev", "practice"})
EXPECTED = (
    "a folder with dev/, val/ and test/ of SUBJECT_SPLIT.csv files, single such files, "
    "or hub rows such as validation.jsonl"
)

_ROLES = {"dev": Role.EXAMPLE, "practice": Role.PRACTICE}
_ORDER = tuple(dict.fromkeys(SPLITS.values()))
# The 99,842 auxiliary training questions come from other benchmarks and lie in the same archive.
_NOT_MMLU = "auxiliary_train"
_NO_SUBJECT = "no subject, neither in the record nor in the file's name; call the file SUBJECT_SPLIT"
_OPTION_COLUMNS = (tuple(LETTERS), ("choice0", "choice1", "choice2", "choice3"))


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    name: str
    split: str
    subject: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A record on its way: texts and key as found, or the reason why not."""

    record: int
    subject: str
    texts: tuple[str, ...] = ()
    key: object = None
    reason: str = ""


def read(
    path: Path, *, splits: Collection[str] | None = None, subjects: Collection[str] | None = None
) -> Iterator[Question | Refused]:
    """The questions of a folder or file, dev and practice splits always among them where they can be found.

    Dev files are looked for beside the source too, so that `data/val` brings `data/dev`.
    """
    wanted = None if splits is None else {split_named(split) for split in splits} | ALWAYS
    only = None if subjects is None else {subject_named(subject) for subject in subjects}
    files = [_file(found, path, wanted) for found in files_in(path) if _NOT_MMLU not in found.parts]
    files += _examples_beside(path, files)
    for file in sorted(files, key=lambda file: (_ORDER.index(file.split) if file.split else -1, file.name)):
        if not file.split:
            reason = "cannot tell the split from the name; call it SUBJECT_val.csv, or put it in a folder named val"
            yield Refused(file.name, 0, reason)
        elif wanted is None or file.split in wanted:
            yield from _questions(file, only)


def split_named(word: str) -> str:
    """The authors' name of a split: validation is val. Other words stay as they are."""
    return SPLITS.get(word.strip().lower(), word.strip().lower())


def subject_named(word: str) -> str:
    """The authors' spelling of a subject: `college physics` is college_physics."""
    return "_".join(word.split())


# -- files -----------------------------------------------------------------------------------------


def _file(path: Path, root: Path, wanted: Collection[str] | None = None) -> _File:
    split = split_named(word_in_name(path, SPLITS))
    asked = set(wanted or ()) - ALWAYS
    if not split and path == root and len(asked) == 1:
        split = asked.pop()  # a single file called as one likes, and one split named for it
    stem = path.name.removesuffix(path.suffix)
    words = stem.split("_")
    subject = "_".join(words[:-1]) if words[-1].lower() in SPLITS else stem
    is_subject = path.suffix == ".csv" or len(words) > 1
    return _File(path, label(path, root), split, subject if is_subject else "")


def _examples_beside(path: Path, files: Sequence[_File]) -> list[_File]:
    """The dev files of the same subjects, where the source itself holds none."""
    if any(file.split == "dev" for file in files):
        return []
    beside = [path.parent] if path.is_dir() else [path.parent, path.parent.parent]
    folders = [folder / "dev" for folder in beside if (folder / "dev").is_dir()]
    candidates = [found for folder in folders for found in files_in(folder)]
    if path.is_file():
        candidates += [found for found in sorted(path.parent.glob("*dev*")) if found.suffix == path.suffix]
    subjects = {file.subject for file in files}
    dev = {found: _file(found, found.parent.parent) for found in candidates}
    return [file for file in dev.values() if file.split == "dev" and file.subject in subjects]


# -- records ---------------------------------------------------------------------------------------


def _questions(file: _File, only: Collection[str] | None) -> Iterator[Question | Refused]:
    rows = list(_rows(file))
    keys = {str(row.key).strip() for row in rows if not row.reason}
    if "4" in keys and "0" not in keys:
        yield Refused(
            file.name, 0, "the keys seem to run from 1 to 4; in this layout they run from 0 to 3", "answer"
        )
        return
    numbers: Counter[str] = Counter()
    subject = next((row.subject for row in rows if row.subject), "")
    for row in rows:
        subject = row.subject or subject
        numbers[subject] += 1
        if only is None or subject in only:
            yield _question(file, row, subject, numbers[subject])


def _question(file: _File, row: _Row, subject: str, number: int) -> Question | Refused:
    if row.reason:
        return Refused(file.name, row.record, row.reason)
    correct = key_from_zero(row.key)
    if isinstance(correct, str):
        return Refused(file.name, row.record, correct, "answer")
    text, a, b, c, d = row.texts
    question = Question(
        question_id=f"{file.split}/{subject}:{number}",
        task="mmlu",
        bank="mmlu",
        split=file.split,
        subject=subject,
        text=text,
        options=(a, b, c, d),
        correct=correct,
        role=_ROLES.get(file.split, Role.STUDY),
    )
    return admitted(question, file.name, row.record)


def _rows(file: _File) -> Iterator[_Row]:
    data = file.path.read_bytes()
    if file.path.suffix == ".csv":
        yield from _csv_rows(data, file.subject)
    else:
        yield from (_hub_row(record, file.subject) for record in json_records(data))


def _csv_rows(data: bytes, subject: str) -> Iterator[_Row]:
    header = next(csv_records(data), None)
    columns = [cell.strip() for cell in header.value] if header and not header.reason else []
    if not {"question", "answer"} <= set(columns):
        if not subject:
            yield _Row(0, "", reason=_NO_SUBJECT)
            return
        for record in csv_records(data, width=6):
            if record.reason:
                yield _Row(record.number, subject, reason=record.reason)
            else:
                yield _Row(record.number, subject, tuple(record.value[:5]), record.value[5])
        return
    options = next((names for names in _OPTION_COLUMNS if set(names) <= set(columns)), None)
    if options is None:
        shown = ", ".join(columns)
        reason = f"the header names no options: A, B, C, D or choice0 to choice3 are expected, found {shown}"
        yield _Row(0, subject, reason=reason)
        return
    places = [columns.index(name) for name in ("question", *options)]
    key, own = columns.index("answer"), columns.index("subject") if "subject" in columns else -1
    if own < 0 and not subject:
        yield _Row(0, "", reason=_NO_SUBJECT)
        return
    for record in csv_records(data):
        number = record.number - 1  # the header is no record
        if record.reason:
            yield _Row(number, subject if own < 0 else "", reason=record.reason)
        elif number:
            named = subject_named(record.value[own]) if own >= 0 else subject
            texts = tuple(record.value[place] for place in places)
            yield _Row(number, named, texts, record.value[key], "" if named else _NO_SUBJECT)


def _hub_row(record: Record, subject: str) -> _Row:
    if record.reason:
        return _Row(record.number, subject, reason=record.reason)
    row = record.value
    named = subject_named(row["subject"]) if isinstance(row.get("subject"), str) else subject
    if not named:
        return _Row(record.number, "", reason=_NO_SUBJECT)
    missing = [name for name in ("question", "choices", "answer") if name not in row]
    if missing:
        found = ", ".join(row)
        return _Row(record.number, named, reason=f"no {' and no '.join(missing)}; the row has {found}")
    if not isinstance(row["question"], str):
        return _Row(record.number, named, reason="the question is not text")
    choices = four_texts(row["choices"], "choices")
    if isinstance(choices, str):
        return _Row(record.number, named, reason=choices)
    return _Row(record.number, named, (row["question"], *choices), row["answer"])
