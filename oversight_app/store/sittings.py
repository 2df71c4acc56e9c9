"""Projections: sittings, trials, messages, calls, beliefs and questionnaires as rows, written beside their events.

They answer what the sweeper, assignment, status and export ask without replaying anybody's sitting, and can be made
again from the events at any time.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache

from oversight_app.study.answers import Cell
from oversight_app.study.design import Outcome
from oversight_app.study.events import JudgeAsked, iso
from oversight_app.study.sitting import Sitting
from oversight_app.study.submissions import GIVING_BACK
from oversight_app.study.survey import Answer
from oversight_app.study.trial import Message, Trial, stance_of

_AWAY = tuple(outcome for outcome in Outcome if outcome is not Outcome.COMPLETED)
_HOLDS_PLACE = (
    f"cell <> '' AND outcome NOT IN ({', '.join(repr(outcome.value) for outcome in _AWAY)}) "
    f"AND coalesce(platform_status, '') NOT IN ({', '.join(repr(status.value) for status in GIVING_BACK)})"
)


def save_sitting(
    connection: sqlite3.Connection, sitting: Sitting, due_at: datetime | None, strand: str | None = None
) -> None:
    """Insert or update a sitting; `strand` is given once, when the participant is assigned."""
    connection.execute(
        "INSERT INTO sittings (participant_id, kind, stage, cell, strand, turn, assigned_at, started_at, ended_at, "
        "last_sign_at, due_at, outcome, consent_hash, n_closed, n_comprehension, withdrew, external_help, keeps_data, "
        "simulated_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (participant_id) DO UPDATE SET kind = excluded.kind, stage = excluded.stage, "
        "cell = excluded.cell, strand = coalesce(excluded.strand, strand), turn = excluded.turn, "
        "assigned_at = excluded.assigned_at, started_at = excluded.started_at, ended_at = excluded.ended_at, "
        "last_sign_at = excluded.last_sign_at, due_at = excluded.due_at, outcome = excluded.outcome, "
        "consent_hash = excluded.consent_hash, n_closed = excluded.n_closed, "
        "n_comprehension = excluded.n_comprehension, withdrew = excluded.withdrew, "
        "external_help = excluded.external_help, keeps_data = excluded.keeps_data, "
        "simulated_by = excluded.simulated_by",
        (
            sitting.participant_id,
            sitting.kind,
            sitting.stage.value,
            sitting.cell,
            strand,
            sitting.turn,
            _time(sitting.assigned_at),
            _time(sitting.started_at),
            _time(sitting.ended_at),
            _time(sitting.last_sign_at),
            _time(due_at),
            sitting.outcome,
            sitting.consent_hash,
            sitting.n_closed,
            sitting.n_comprehension,
            int(sitting.outcome == Outcome.WITHDREW),
            None if sitting.external_help is None else int(sitting.external_help),
            None if sitting.keeps_data is None else int(sitting.keeps_data),
            sitting.settings.get("judge"),
        ),
    )


def save_platform_status(connection: sqlite3.Connection, participant_id: str, status: str) -> None:
    """Keep what has become of a participant at their platform; their sitting is there."""
    connection.execute(
        "UPDATE sittings SET platform_status = ? WHERE participant_id = ?", (status, participant_id)
    )


def save_trials(connection: sqlite3.Connection, rows: Iterable[tuple[int, Mapping[str, Cell]]]) -> None:
    """Insert or replace trials, each with its number n in the sitting."""
    for n, row in rows:
        connection.execute(_insertion(tuple(row)), (n, *row.values()))


@cache
def _insertion(names: tuple[str, ...]) -> str:
    return (
        f"INSERT OR REPLACE INTO trials (n, {', '.join(names)}) VALUES ({', '.join('?' * (len(names) + 1))})"
    )


def save_message(connection: sqlite3.Connection, participant_id: str, trial: Trial, message: Message) -> None:
    """Insert or update one message of a trial."""
    begun, closed = message.begun, message.closed
    seq = next(i for i, other in enumerate(trial.messages, start=1) if other.message_id == message.message_id)
    connection.execute(
        "INSERT OR REPLACE INTO messages (message_id, trial_id, participant_id, at, speaker, speaker_stance, text, "
        "prompt_hash, provider, model, finish_reason, request_id, status, error, seq, context, tokens_in, "
        "tokens_cached, tokens_out, tokens_cache_written, tokens_reasoning, attempts, first_text_s, total_s, trouble, "
        "reserved_usd, queued_s, prompt, model_asked, model_answered, visible) "
        f"VALUES ({', '.join('?' * 31)})",
        (
            message.message_id,
            trial.plan.trial_id,
            participant_id,
            iso(message.at),
            message.voice,
            (stance_of(begun, trial) or None) if begun else None,
            message.text,
            begun.prompt_hash if begun else None,
            begun.provider if begun else None,
            ((closed.model_answered if closed else "") or begun.model) if begun else None,
            (closed.finish_reason or None) if closed else None,
            (closed.request_id or None) if closed else None,
            message.status,
            (closed.error or None) if closed else None,
            seq,
            message.context,
            closed.tokens_in if closed else None,
            closed.tokens_cached if closed else None,
            closed.tokens_out if closed else None,
            closed.tokens_cache_written if closed else None,
            closed.tokens_reasoning if closed else None,
            closed.attempts if closed else None,
            closed.first_text_s if closed else None,
            closed.total_s if closed else None,
            message.trouble or None,
            begun.reserved_usd if begun else None,
            closed.queued_s if closed else None,
            (begun.prompt or None) if begun else None,
            begun.model if begun else None,
            (closed.model_answered or None) if closed else None,
            (" ".join(begun.visible) or None) if begun else None,
        ),
    )


def save_call(connection: sqlite3.Connection, participant_id: str, trial: Trial) -> None:
    """Insert the call that a model was asked last about a trial, beside the assistant's replies."""
    asked = trial.asked[-1]
    trial_id = trial.plan.trial_id
    row = {
        "call_id": f"{trial_id}/{len(trial.asked)}",
        "trial_id": trial_id,
        "participant_id": participant_id,
        "asked_at": iso(asked.asked_at),
        "purpose": asked.purpose,
        "provider": asked.provider,
        "model": asked.model,
        "model_answered": asked.model_answered or None,
        "prompt": asked.prompt,
        "prompt_hash": asked.prompt_hash or None,
        "text": asked.text or None,
        "status": asked.status,
        "error": asked.error or None,
        "finish_reason": asked.finish_reason or None,
        "request_id": asked.request_id or None,
        "tokens_in": asked.tokens_in,
        "tokens_cached": asked.tokens_cached,
        "tokens_out": asked.tokens_out,
        "tokens_cache_written": asked.tokens_cache_written,
        "tokens_reasoning": asked.tokens_reasoning,
        "attempts": asked.attempts,
        "total_s": asked.total_s,
        "batch_id": asked.batch_id or None,
        "cost_usd": asked.cost_usd if isinstance(asked, JudgeAsked) else None,
    }
    connection.execute(
        f"INSERT OR REPLACE INTO calls ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
        tuple(row.values()),
    )


def save_belief(connection: sqlite3.Connection, participant_id: str, trial: Trial, at: datetime) -> None:
    """Insert the belief that a participant stated last in a trial."""
    belief = trial.beliefs[-1]
    after = next(i for i, m in enumerate(trial.messages, start=1) if m.message_id == belief.reply_id)
    connection.execute(
        "INSERT OR REPLACE INTO beliefs (trial_id, participant_id, at, seq, after_message, choice, confidence, "
        "p_a, p_b, p_c, p_d, p_source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(trial.plan.trial_id, participant_id, iso(at), len(trial.beliefs), after),
            *(belief.choice, belief.confidence, *(belief.probabilities or (None,) * 4)),
            # Before there were judges that state beliefs, whoever did was asked.
            (belief.p_source or "elicited")
            if belief.confidence is not None or belief.probabilities
            else None,
        ),
    )


def save_survey(connection: sqlite3.Connection, participant_id: str, answers: Mapping[str, Answer]) -> None:
    """Insert a questionnaire, one row an item; what was not answered is a row without an answer."""
    connection.executemany(
        "INSERT OR REPLACE INTO survey (participant_id, rank, item, answer) VALUES (?, ?, ?, ?)",
        [
            (participant_id, rank, item, None if answer is None else _as_text(answer))
            for rank, (item, answer) in enumerate(answers.items(), start=1)
        ],
    )


def _as_text(answer: str | float) -> str:
    """A number to its last digit, and without a point where it has none."""
    if isinstance(answer, str):
        return answer
    return str(int(answer)) if answer == int(answer) else repr(answer)


def forget(connection: sqlite3.Connection) -> None:
    """Empty the projections, to make them again."""
    for table in ("sittings", "trials", "messages", "calls", "beliefs", "survey"):
        connection.execute(f"DELETE FROM {table}")


def people_by_cell(connection: sqlite3.Connection, kind: str) -> Counter[str]:
    """How many people of a kind have completed or are active, per cell."""
    rows = connection.execute(
        f"SELECT cell, count(*) AS n FROM sittings WHERE kind = ? AND {_HOLDS_PLACE} GROUP BY cell", (kind,)
    )
    return Counter({row["cell"]: row["n"] for row in rows})


def n_places_taken(connection: sqlite3.Connection, kind: str) -> int:
    """How many places people of a kind hold: those who have completed, and those on their way."""
    row = connection.execute(
        f"SELECT count(*) AS n FROM sittings WHERE kind = ? AND {_HOLDS_PLACE}", (kind,)
    ).fetchone()
    return int(row["n"])


def turns_taken(connection: sqlite3.Connection, kind: str, strand: str) -> set[int]:
    """The turns of a strand held by people who have completed or are active."""
    rows = connection.execute(
        f"SELECT turn FROM sittings WHERE kind = ? AND strand = ? AND {_HOLDS_PLACE}", (kind, strand)
    )
    return {row["turn"] for row in rows}


def n_arrivals(connection: sqlite3.Connection, kind: str) -> int:
    """How many people of a kind were ever assigned, those deleted since included: draws are numbered by arrival."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM sittings WHERE kind = :kind AND cell <> '') + "
        "(SELECT count(*) FROM events WHERE stream = 'study' AND kind = 'ParticipantDeleted' "
        "AND json_extract(body, '$.participant_kind') = :kind AND json_extract(body, '$.was_assigned')) AS n",
        {"kind": kind},
    ).fetchone()
    return int(row["n"])


def due(connection: sqlite3.Connection, now: datetime) -> list[str]:
    """Participants for whom time has brought something about, the longest overdue first."""
    rows = connection.execute(
        "SELECT participant_id FROM sittings WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at",
        (iso(now),),
    )
    return [row["participant_id"] for row in rows]


def _time(at: datetime | None) -> str | None:
    return None if at is None else iso(at)
