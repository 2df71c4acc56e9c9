"""Questions and passages as rows, and back."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import astuple

from oversight_app.study.questions import LETTERS, Passage, Question, Refused, Role

_QUESTION = (
    "question_id task bank split subject role text option_a option_b option_c option_d correct_choice passage_hash "
    "key_flag distractor explanation arguments content_hash difficult fixed_order n_words source imported_at "
    "expert_accuracy novice_accuracy context_needed"
).split()


def passage_hash(passage: Passage) -> str:
    """One passage id may name two editions of a text; the hash tells them apart."""
    return hashlib.sha256(json.dumps(astuple(passage), ensure_ascii=False).encode()).hexdigest()


def save(connection: sqlite3.Connection, questions: Iterable[Question], *, source: str, at: str) -> None:
    """Insert questions in order; one whose id is known already is replaced."""
    hashes: dict[int, str] = {}
    passages: dict[str, Passage] = {}

    def hash_once(passage: Passage | None) -> str | None:
        if passage is None:
            return None
        # Questions of one passage share the object; hashing a 30 kB text once per question would cost seconds.
        if id(passage) not in hashes:
            hashes[id(passage)] = passage_hash(passage)
            passages[hashes[id(passage)]] = passage
        return hashes[id(passage)]

    rows = [
        (
            question.question_id,
            question.task,
            question.bank,
            question.split,
            question.subject,
            question.role.value,
            question.text,
            *question.options,
            LETTERS[question.correct],
            hash_once(question.passage),
            question.key_flag,
            None if question.distractor is None else LETTERS[question.distractor],
            question.explanation,
            None if question.arguments is None else json.dumps(question.arguments, ensure_ascii=False),
            question.content_hash,
            None if question.difficult is None else int(question.difficult),
            int(question.fixed_order),
            question.n_words,
            source,
            at,
            question.expert_accuracy,
            question.novice_accuracy,
            question.context_needed,
        )
        for question in questions
    ]
    connection.executemany(
        "INSERT OR IGNORE INTO passages (passage_hash, passage_id, text, title, author, source, url, license) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(key, *astuple(passage)) for key, passage in passages.items()],
    )
    # A known question keeps its rank: forms are drawn in that order, so the same content must give the same plan.
    updates = ", ".join(f"{name} = excluded.{name}" for name in _QUESTION[1:])
    connection.executemany(
        f"INSERT INTO questions ({', '.join(_QUESTION)}) VALUES ({', '.join('?' * len(_QUESTION))}) "
        f"ON CONFLICT (question_id) DO UPDATE SET {updates}",
        rows,
    )


def save_refused(connection: sqlite3.Connection, refused: Sequence[Refused], *, source: str, at: str) -> None:
    """Remember the refusals of an import; those of an earlier import of the same source are forgotten."""
    connection.execute("DELETE FROM refused WHERE source = ?", (source,))
    connection.executemany(
        "INSERT INTO refused (file, record, field, reason, source, at) VALUES (?, ?, ?, ?, ?, ?)",
        [(item.file, item.record, item.field, item.reason, source, at) for item in refused],
    )


def questions(connection: sqlite3.Connection) -> list[Question]:
    """All questions in the order of their import."""
    passages = {
        row["passage_hash"]: Passage(
            row["passage_id"],
            row["text"],
            row["title"],
            row["author"],
            row["source"],
            row["url"],
            row["license"],
        )
        for row in connection.execute("SELECT * FROM passages")
    }
    return [
        Question(
            question_id=row["question_id"],
            task=row["task"],
            bank=row["bank"],
            split=row["split"],
            subject=row["subject"],
            text=row["text"],
            options=(row["option_a"], row["option_b"], row["option_c"], row["option_d"]),
            correct=LETTERS.index(row["correct_choice"]),
            role=Role(row["role"]),
            passage=passages[row["passage_hash"]] if row["passage_hash"] else None,
            difficult=None if row["difficult"] is None else bool(row["difficult"]),
            key_flag=row["key_flag"],
            distractor=None if row["distractor"] is None else LETTERS.index(row["distractor"]),
            explanation=row["explanation"],
            arguments=_four(row["arguments"]),
            expert_accuracy=row["expert_accuracy"],
            novice_accuracy=row["novice_accuracy"],
            context_needed=row["context_needed"],
        )
        for row in connection.execute("SELECT * FROM questions ORDER BY rank")
    ]


def refused(connection: sqlite3.Connection) -> list[Refused]:
    """All refusals of the imports so far."""
    rows = connection.execute("SELECT file, record, reason, field FROM refused ORDER BY source, file, record")
    return [Refused(row["file"], row["record"], row["reason"], row["field"]) for row in rows]


def _four(arguments: str | None) -> tuple[str, str, str, str] | None:
    if arguments is None:
        return None
    a, b, c, d = json.loads(arguments)
    return a, b, c, d
