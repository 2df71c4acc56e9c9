"""QuALITY: long passages with questions, from the authors' files or from hub rows.

- official JSON Lines: one line is one article and the questions one writer wrote on it, so an article comes on several
  lines; labels count from 1. A line is official when it holds `questions`.
- hub rows (JSON Lines or one JSON list): one row is one question with its article repeated; `answer` or `gold_label`
  counts from 0. A row is a hub row when `question` is a text.

Only `gold_label` is the key, never `writer_label` (they differ in about one question of ten). The authors withhold the
keys of the test split for good; those questions are refused, each with that reason.

A reader's vote for the most misleading option counts unless it fell on the key or on the reader's own answer; the
option with most votes becomes `distractor`, and a tie names none.

Readers with time (`validation`) and without (`speed_validation`) answered each question of the official files, and the
former said how much of the passage it takes; the shares of right answers and the mean of that are kept. A speed answer
that ran out of time (-1) is a wrong one.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from oversight_app.study.questions import Passage, Question, Refused, Role
from questions.importers.articles import article_text
from questions.importers.reading import (
    SUFFIXES,
    Record,
    admitted,
    files_in,
    four_texts,
    json_kind,
    json_records,
    key_from_one,
    key_from_zero,
    label,
    word_in_name,
)

SPLITS = {
    "train": "train",
    "dev": "dev",
    "val": "dev",
    "validation": "dev",
    "test": "test",
    "practice": "practice",
}
EXPECTED = (
    "QuALITY's JSON Lines, such as QuALITY.v1.0.1.htmlstripped.dev, or a folder of them, or hub rows as JSON"
)

_SUFFIXES = (*SUFFIXES[1:], ".train", ".dev", ".test")
_WITHHELD = (
    "no gold_label: the authors withhold the keys of the test split, so it can be shown but never scored"
)


@dataclass(slots=True)
class _Reading:
    """One file being read: its articles by id as they stand there, and as the Passage that their questions share."""

    name: str
    split: str
    passages: dict[str, Passage] = field(default_factory=dict)
    articles: dict[str, str] = field(default_factory=dict)
    n_of_passage: Counter[str] = field(default_factory=Counter)

    @property
    def role(self) -> Role:
        return Role.PRACTICE if self.split == "practice" else Role.STUDY

    def passage_of(self, article_id: str, article: str, line: Mapping[str, Any]) -> Passage | str:
        """The one Passage of this article, or why the line contradicts an earlier one."""
        known = self.articles.setdefault(article_id, article)
        if known != article:
            return f"article {article_id} has another text than on an earlier line"
        if article_id not in self.passages:
            about = {name: _text(line, name) for name in ("title", "author", "source", "url", "license")}
            self.passages[article_id] = Passage(article_id, article_text(article), **about)
        return self.passages[article_id]


def read(
    path: Path, *, splits: Collection[str] | None = None, subjects: Collection[str] | None = None
) -> Iterator[Question | Refused]:
    """The questions of a file or folder, each with its passage. QuALITY has no subjects: naming some finds nothing.

    Where a folder holds a split with and without HTML, as the authors' archive does, the stripped file is read.
    """
    if subjects is not None:
        return
    wanted = None if splits is None else {split_named(split) for split in splits}
    files = files_in(path, _SUFFIXES)
    stripped = {file.name for file in files if "htmlstripped" in file.name}
    for file in files:
        is_double = file.suffix and file.with_suffix(f".htmlstripped{file.suffix}").name in stripped
        split = SPLITS.get(word_in_name(file, SPLITS), "")
        if not split and path == file and wanted and len(wanted) == 1:
            split = min(wanted)  # a single file called as one likes, and one split named for it
        if not is_double and (wanted is None or split in wanted):
            yield from _questions(file, label(file, path), split)


def split_named(word: str) -> str:
    """The authors' name of a split: validation is dev. Other words stay as they are."""
    return SPLITS.get(word.strip().lower(), word.strip().lower())


# -- records ---------------------------------------------------------------------------------------


def _questions(file: Path, name: str, split: str) -> Iterator[Question | Refused]:
    records = list(json_records(file.read_bytes()))
    if reason := _wrong_base(records):
        yield Refused(name, 0, reason, "gold_label")
        return
    reading = _Reading(name, split)
    for record in records:
        line = record.value
        if record.reason:
            yield Refused(name, record.number, record.reason)
        elif isinstance(line.get("questions"), list):
            yield from _official(reading, record.number, line)
        elif isinstance(line.get("question"), str):
            yield _hub(reading, record.number, line)
        else:
            found = ", ".join(line)
            reason = f"neither an official line (with questions) nor a hub row (with question); found {found}"
            yield Refused(name, record.number, reason)


def _wrong_base(records: list[Record]) -> str:
    """Why the labels of the file cannot be what its layout says; '' when they can."""
    lines = [record.value for record in records if not record.reason]
    asked = [item for line in lines for item in _list(line.get("questions")) if isinstance(item, dict)]
    official = {str(item.get("gold_label")) for item in asked}
    hub = {str(_hub_key(line)) for line in lines if isinstance(line.get("question"), str)}
    if "0" in official and "4" not in official:
        return "the gold labels seem to run from 0 to 3; in the official layout they run from 1 to 4"
    if "4" in hub and "0" not in hub:
        return "the answers seem to run from 1 to 4; in rows with one question each they run from 0 to 3"
    return ""


def _official(reading: _Reading, number: int, line: Mapping[str, Any]) -> Iterator[Question | Refused]:
    article_id, article = _text(line, "article_id"), line.get("article")
    if not article_id or not isinstance(article, str) or not article.strip():
        what = "article_id" if not article_id else "article"
        yield Refused(reading.name, number, f"the line has no {what}", what)
        return
    passage = reading.passage_of(article_id, article, line)
    if isinstance(passage, str):
        yield Refused(reading.name, number, passage, "article")
        return
    for place, item in enumerate(line["questions"], start=1):
        if isinstance(item, dict):
            yield _official_question(reading, number, place, item, passage)
        else:
            reason = f"question {place} is {json_kind(item)}, an object is expected"
            yield Refused(reading.name, number, reason, "questions")


def _official_question(
    reading: _Reading, number: int, place: int, item: Mapping[str, Any], passage: Passage
) -> Question | Refused:
    question_id = _text(item, "question_unique_id")
    called = question_id or f"question {place}"
    if not question_id:
        return Refused(reading.name, number, f"{called} has no question_unique_id", "question_unique_id")
    if item.get("gold_label") is None:
        return Refused(reading.name, number, f"{called}: {_WITHHELD}", "gold_label")
    correct = key_from_one(item["gold_label"])
    if isinstance(correct, str):
        return Refused(reading.name, number, f"{called}: {correct}", "gold_label")
    readers = _list(item.get("validation"))
    found = _question(
        reading,
        number,
        question_id,
        item,
        correct,
        passage,
        _misleading(readers, correct),
        item.get("difficult"),
    )
    if isinstance(found, Refused):
        return found
    gold = correct + 1
    answers, hasty = (
        _numbers(readers, "untimed_answer"),
        _numbers(item.get("speed_validation"), "speed_answer"),
    )
    return replace(
        found,
        expert_accuracy=_mean([answer == gold for answer in answers]),
        novice_accuracy=_mean([answer == gold for answer in hasty]),
        context_needed=_mean(_numbers(readers, "untimed_eval2_context")),
    )


def _hub(reading: _Reading, number: int, row: Mapping[str, Any]) -> Question | Refused:
    article = row.get("article")
    if not isinstance(article, str) or not article.strip():
        return Refused(reading.name, number, "the row has no article", "article")
    # Some copies dropped the article ids; the text itself is then the only thing that tells articles apart.
    digest = hashlib.sha256(article.encode("utf-8", "replace")).hexdigest()
    article_id = _text(row, "article_id") or f"text-{digest[:12]}"
    passage = reading.passage_of(article_id, article, row)
    if isinstance(passage, str):
        return Refused(reading.name, number, passage, "article")
    reading.n_of_passage[article_id] += 1
    question_id = _text(row, "question_unique_id") or f"{article_id}:{reading.n_of_passage[article_id]}"
    if _hub_key(row) is None:
        return Refused(reading.name, number, f"{question_id}: {_WITHHELD}", "gold_label")
    correct = key_from_zero(_hub_key(row))
    if isinstance(correct, str):
        return Refused(reading.name, number, f"{question_id}: {correct}", "gold_label")
    difficult = row.get("difficult", row.get("hard"))
    return _question(reading, number, question_id, row, correct, passage, None, difficult)


def _question(
    reading: _Reading,
    number: int,
    question_id: str,
    item: Mapping[str, Any],
    correct: int,
    passage: Passage,
    distractor: int | None,
    difficult: object,
) -> Question | Refused:
    text, options = item.get("question"), four_texts(item.get("options"), "options")
    if not isinstance(text, str):
        return Refused(reading.name, number, f"{question_id}: the question is {json_kind(text)}", "question")
    if isinstance(options, str):
        return Refused(reading.name, number, f"{question_id}: {options}", "options")
    question = Question(
        question_id=question_id,
        task="quality",
        bank="quality",
        split=reading.split,
        subject="",
        text=text,
        options=options,
        correct=correct,
        role=reading.role,
        passage=passage,
        difficult=bool(difficult) if difficult in (0, 1) else None,
        distractor=distractor,
    )
    return admitted(question, reading.name, number)


def _misleading(votes: list[Any], correct: int) -> int | None:
    """The wrong option (0-3) most readers found most tempting; None without votes or with a tie at the top."""
    counted: Counter[int] = Counter()
    for vote in votes:
        best = key_from_one(vote.get("untimed_best_distractor")) if isinstance(vote, dict) else ""
        if isinstance(best, int) and best not in (correct, key_from_one(vote.get("untimed_answer"))):
            counted[best] += 1
    top = counted.most_common(2)
    if not top or (len(top) > 1 and top[0][1] == top[1][1]):
        return None
    return top[0][0]


def _numbers(votes: object, name: str) -> list[int]:
    """What the readers gave under this name; a vote without it is left out."""
    values = [vote.get(name) for vote in _list(votes) if isinstance(vote, dict)]
    return [value for value in values if isinstance(value, int) and not isinstance(value, bool)]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _hub_key(row: Mapping[str, Any]) -> object:
    return row.get("answer", row.get("gold_label"))


def _text(row: Mapping[str, Any], name: str) -> str:
    """The value as text; numbers are meant where copies turned ids into them. Empty when it is missing."""
    value = row.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
