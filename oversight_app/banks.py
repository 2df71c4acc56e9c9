"""Bringing questions into a study: load them from files, decide what may enter, save it in one go.

What was good enters although something beside it was broken, and the summary names every record that did not; under
`strict` one refused record keeps everything out. The same file may be imported again at any time before the plan: a
question that reads as before is kept once, and what was learnt meanwhile (a flag from MMLU-Redux, a mended argument) is
taken over. A question that reads differently under the same id is refused, because answers are compared by id.
"""

import difflib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from oversight_app.errors import BankError, StudyStateError
from oversight_app.store import Store
from oversight_app.study.admission import Admission
from oversight_app.study.questions import Question, Refused, Role
from questions.importers import builtin, mmlu, mmlu_redux, quality, table

KINDS = ("mmlu", "quality", "table", "builtin")
_N_NAMED = 3  # refusals that a message spells out; `bank check --json` has them all


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import brought: `n_new` questions, `n_known` that were there already, flags and roles over both.

    `refused` are the records that did not enter, `unmatched` the MMLU-Redux rows that speak of no question here.
    """

    source: str
    n_new: int
    n_known: int
    by_task: dict[str, int]
    by_role: dict[str, int]
    flags: dict[str, int]
    refused: tuple[Refused, ...]
    unmatched: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def brought_nothing(self) -> bool:
        """Whether every record was refused."""
        return not self.by_task

    def describe(self) -> str:
        """The summary as a few lines of text, with the first refusals spelt out."""
        n = self.n_new + self.n_known
        known = f", {self.n_known:,} of them there already" if self.n_known else ""
        questions = "question" if n == 1 else "questions"
        lines = [
            f"{n:,} {questions} from {self.source}{known}: {_counts(self.by_task)} ({_counts(self.by_role)})."
        ]
        if self.flags:
            lines.append(f"Doubtful keys: {_counts(self.flags)}.")
        if self.refused:
            records = "record" if len(self.refused) == 1 else "records"
            lines.append(f"{len(self.refused):,} {records} refused: {_named(self.refused)}.")
        if self.unmatched:
            lines.append(
                f"{len(self.unmatched):,} MMLU-Redux rows match no question: {_named(self.unmatched)}."
            )
        return "\n".join([*lines, *self.notes])


@dataclass(frozen=True, slots=True)
class BankCheck:
    """What stands in a study's bank.

    `n_fixed_order` counts questions with an option that refers to others, `n_repeated` those that repeat the content of
    an earlier one.
    """

    n_questions: int
    by_task: dict[str, int]
    by_role: dict[str, int]
    flags: dict[str, int]
    n_passages: int
    n_fixed_order: int
    n_repeated: int
    refused: tuple[Refused, ...]

    def to_json(self) -> dict[str, object]:
        """The check as `oversight bank check --json` prints it."""
        return {
            "questions": self.n_questions,
            "by_task": self.by_task,
            "by_role": self.by_role,
            "flags": self.flags,
            "passages": self.n_passages,
            "fixed_order": self.n_fixed_order,
            "repeated": self.n_repeated,
            "refused": [
                {"file": item.file, "record": item.record, "field": item.field, "reason": item.reason}
                for item in self.refused
            ],
        }


def import_bank(
    store: Store,
    kind: str,
    source: Path | None = None,
    *,
    splits: Collection[str] | None = None,
    subjects: Collection[str] | None = None,
    redux: Path | None = None,
    strict: bool = False,
    at: datetime,
) -> ImportSummary:
    """Read a bank and save what is good of it; `source` is not needed for builtin.

    `redux` lays MMLU-Redux over the MMLU questions of this import and of earlier ones. Raises StudyStateError once the
    plan is frozen; BankError for a source that is missing, holds nothing, or lacks a split or subject that was asked
    for, and under `strict` for any refused record. After an error the study is as it was.
    """
    if store.is_planned():
        raise StudyStateError(
            "The plan of this study is frozen, and its banks with it. Make a new study to use other questions."
        )
    if redux is not None and kind != "mmlu":
        raise BankError(f"MMLU-Redux speaks of MMLU questions; leave --redux out when importing {kind}.")
    importer, opened, name = _importer(kind, source)
    with opened as path:
        found = list(importer.read(path, splits=splits, subjects=subjects))
        notes = _asked_for(importer, path, found, splits, subjects)
    admission = Admission(store.questions())
    for item in found:
        admission.take(item)
    unmatched: tuple[Refused, ...] = ()
    if redux is not None:
        unmatched = _overlay(admission, redux)
        if unmatched and not any(question.split == "test" for question in admission.known.values()):
            notes.append("MMLU-Redux judges questions of MMLU's test split, and none of these is there.")
    if strict and admission.refused:
        raise BankError(
            f"Nothing was imported from {name}: {len(admission.refused):,} records refused under --strict. "
            f"{_named(admission.refused)}. Mend them, or leave --strict out to import the others."
        )
    store.save_questions(admission.changed(), admission.refused, source=name, at=at)
    brought = admission.brought()
    if kind == "mmlu" and brought and not any(question.role is Role.EXAMPLE for question in brought):
        notes.append(f"No dev split was found in or beside {source}: these questions come without examples.")
    return ImportSummary(
        source=name,
        n_new=admission.n_new,
        n_known=len(brought) - admission.n_new,
        by_task=dict(Counter(question.task for question in brought)),
        by_role=_by_role(brought),
        flags=_flags(brought),
        refused=tuple(admission.refused),
        unmatched=unmatched,
        notes=tuple(notes),
    )


def check_bank(store: Store) -> BankCheck:
    """What stands in the bank of a study, for `oversight bank check`."""
    questions = store.questions()
    return BankCheck(
        n_questions=len(questions),
        by_task=dict(Counter(question.task for question in questions)),
        by_role=_by_role(questions),
        flags=_flags(questions),
        n_passages=len({question.passage_id for question in questions if question.passage}),
        n_fixed_order=sum(question.fixed_order for question in questions),
        n_repeated=len(questions) - len({question.content_hash for question in questions}),
        refused=tuple(store.refused()),
    )


def practice_questions() -> list[Question]:
    """The built-in practice items, MMLU-style ones first, for studies whose own banks hold none."""
    with builtin.folder() as path:
        found = list(builtin.read(path))
    return [item for item in found if isinstance(item, Question) and item.role is Role.PRACTICE]


def attention_checks(language: str) -> list[Question]:
    """The built-in instructed questions in this language, for studies whose own banks hold none."""
    with builtin.folder() as path:
        found = list(builtin.read_attention(path, language))
    return [item for item in found if isinstance(item, Question)]


# -- loading ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Importer:
    read: Callable[..., Iterator[Question | Refused]]
    expected: str
    split_named: Callable[[str], str] = str
    subject_named: Callable[[str], str] = str


_IMPORTERS = {
    "mmlu": _Importer(mmlu.read, mmlu.EXPECTED, mmlu.split_named, mmlu.subject_named),
    "quality": _Importer(quality.read, quality.EXPECTED, quality.split_named),
    "table": _Importer(table.read, table.EXPECTED),
    "builtin": _Importer(builtin.read, builtin.EXPECTED, mmlu.split_named, mmlu.subject_named),
}


def _importer(kind: str, source: Path | None) -> tuple[_Importer, AbstractContextManager[Path], str]:
    """The importer, its source, and the source's name in the record: no whole path, which may hold a person's name."""
    if kind not in _IMPORTERS:
        raise BankError(f"There is no bank of the kind {kind!r}; there are {', '.join(KINDS)}.")
    importer = _IMPORTERS[kind]
    if kind == "builtin" and source is None:
        return importer, builtin.folder(), "builtin"
    if source is None:
        raise BankError(f"No source given for {kind}; expected is {importer.expected}.")
    if not source.exists():
        raise BankError(f"{source} does not exist; expected is {importer.expected}.")
    return importer, nullcontext(source), f"{kind}:{source.resolve().name}"


def _asked_for(
    importer: _Importer,
    path: Path,
    found: Sequence[Question | Refused],
    splits: Collection[str] | None,
    subjects: Collection[str] | None,
) -> list[str]:
    """Notes on what was asked for and did not come; a BankError where nothing explains its absence."""
    questions = [item for item in found if isinstance(item, Question)]
    lacking: list[str] = []
    apart: list[str] = []
    everything: list[Question] | None = None
    for what, asked, named in (
        ("split", splits, importer.split_named),
        ("subject", subjects, importer.subject_named),
    ):
        here = {getattr(question, what) for question in questions}
        for word in asked or ():
            if named(word) in here:
                continue
            if everything is None:
                everything = [item for item in importer.read(path) if isinstance(item, Question)]
            there = sorted({getattr(question, what) for question in everything} - {""})
            if named(word) in there:
                apart.append(f"{what} {word!r}")
                continue
            close = difflib.get_close_matches(named(word), there, n=1)
            hint = f" Did you mean {close[0]}?" if close else f" There are: {', '.join(there) or 'none'}."
            lacking.append(f"No question of the {what} {word!r} in {path}.{hint}")
    if apart and not lacking:
        lacking.append(
            f"No question in {path} is of {' and '.join(apart)} as well as of what else was asked for."
        )
    if not found and not lacking:
        raise BankError(f"No question found in {path}; expected is {importer.expected}.")
    if lacking and len(questions) == len(found):
        raise BankError(" ".join(lacking))
    return lacking


def _overlay(admission: Admission, redux: Path) -> tuple[Refused, ...]:
    """Flags what MMLU-Redux doubts, and returns its rows that match no question."""
    if not redux.exists():
        raise BankError(f"{redux} does not exist; expected is {mmlu_redux.EXPECTED}.")
    targets = [question for question in admission.known.values() if question.bank == "mmlu"]
    found = list(mmlu_redux.read(redux))
    if not found:
        raise BankError(f"No MMLU-Redux row found in {redux}; expected is {mmlu_redux.EXPECTED}.")
    subjects = {question.subject for question in targets}
    rows = [row for row in found if isinstance(row, mmlu_redux.Verdict) and row.subject in subjects]
    overlay = mmlu_redux.overlay(targets, rows)
    admission.flag(overlay.flags)
    admission.refused += [row for row in found if isinstance(row, Refused)]
    return overlay.unmatched


# -- telling ---------------------------------------------------------------------------------------


def _by_role(questions: Iterable[Question]) -> dict[str, int]:
    return dict(Counter(question.role.value for question in questions))


def _flags(questions: Iterable[Question]) -> dict[str, int]:
    return dict(Counter(question.key_flag for question in questions if question.key_flag))


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counts.items()) or "none"


def _named(refused: Sequence[Refused]) -> str:
    shown = [
        f"{item.file} record {item.record}: {item.reason}" if item.record else f"{item.file}: {item.reason}"
        for item in refused[:_N_NAMED]
    ]
    rest = len(refused) - len(shown)
    return "; ".join(shown) + (f"; and {rest:,} more" if rest else "")
