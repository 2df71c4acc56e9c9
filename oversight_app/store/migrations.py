"""The schema, as numbered migrations that are only ever added.

`events` is the record. Everything below it can be rebuilt from events, plan and bank: `sittings`, `trials`, `messages`,
`calls`, `beliefs` and `survey` are projections written in the same transaction as the events they come from. `replies`
holds the running ones, `observations` what stands beside the record.
The views `answers` and `transcripts` let the file explain itself in any SQLite browser.

sqlite_utils, which does the migrating, brings pandas along: a third of a second and 80 MiB that a server over a file of
the present schema does not need. So it is imported where there is something to migrate, and not before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from oversight_app.errors import StoreError
from oversight_app.store.answer_columns import ANSWER_COLUMNS, type_of
from oversight_app.store.chain import BY_RESEARCHERS
from oversight_app.store.database import BUSY_TIMEOUT_S, translated
from oversight_app.store.filling import fill_messages

if TYPE_CHECKING:
    import sqlite_utils

_SET = "study"
_STEPS: dict[str, Callable[[sqlite_utils.Database], None]] = {}


def study(name: str) -> Callable[[Callable[[sqlite_utils.Database], None]], None]:
    """Take the decorated function as the next migration."""

    def take(step: Callable[[sqlite_utils.Database], None]) -> None:
        _STEPS[name] = step

    return take


_READINGS = ("advice_choice_by_model", "advice_reader")
_LATER_COLUMNS = ("initial_response_time_s", "reading_time_s", "min_time_s")


@study(name="001_record")
def _record(db: sqlite_utils.Database) -> None:
    text = dict.fromkeys("stream seq kind version at body prev_hash hash".split(), str)
    db.table("events").create(
        text | {"seq": int, "version": int}, pk=("stream", "seq"), not_null=set(text), strict=True
    )
    db.execute(
        "CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END"
    )
    # The one removal that a study allows is a whole stream; the transaction that does it names the stream here.
    db.table("removals").create({"stream": str, "at": str}, pk="stream", strict=True)
    db.execute(
        "CREATE TRIGGER events_remain BEFORE DELETE ON events "
        "WHEN NOT EXISTS (SELECT 1 FROM removals WHERE stream = old.stream) "
        "BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END"
    )
    db.table("study").create({"study_id": str, "created_at": str}, pk="study_id", strict=True)
    db.table("plans").create({"plan_hash": str, "frozen_at": str, "body": str}, pk="plan_hash", strict=True)


@study(name="002_banks")
def _banks(db: sqlite_utils.Database) -> None:
    passage = dict.fromkeys("passage_hash passage_id text title author source url license".split(), str)
    db.table("passages").create(passage, pk="passage_hash", strict=True)
    question = dict.fromkeys(
        "question_id task bank split subject role text option_a option_b option_c option_d correct_choice "
        "passage_hash key_flag distractor explanation arguments content_hash source imported_at".split(),
        str,
    )
    db.table("questions").create(
        {"rank": int} | question | {"difficult": int, "fixed_order": int, "n_words": int},
        pk="rank",
        strict=True,
    )
    db.table("questions").create_index(["question_id"], unique=True)
    refused = dict.fromkeys(("file", "record", "field", "reason", "source", "at"), str)
    db.table("refused").create(refused | {"record": int}, strict=True)


@study(name="003_sittings")
def _sittings(db: sqlite_utils.Database) -> None:
    sitting = dict.fromkeys(
        (
            "participant_id kind stage cell strand assigned_at started_at ended_at last_sign_at "
            "due_at outcome consent_hash"
        ).split(),
        str,
    )
    numbers = dict.fromkeys("turn n_closed n_comprehension withdrew external_help".split(), int)
    db.table("sittings").create(sitting | numbers, pk="participant_id", strict=True)
    db.table("sittings").create_index(["due_at"])
    trial = {"trial_id": str, "n": int} | {name: type_of(name) for name in ANSWER_COLUMNS}
    db.table("trials").create(trial, pk="trial_id", strict=True)
    db.table("trials").create_index(["participant_id", "n"])
    message = dict.fromkeys(
        "message_id trial_id participant_id at speaker speaker_stance text prompt_hash provider model finish_reason "
        "request_id status error".split(),
        str,
    )
    counts = dict.fromkeys("seq context tokens_in tokens_cached tokens_out attempts".split(), int)
    times = dict.fromkeys(("first_text_s", "total_s"), float)
    db.table("messages").create(message | counts | times, pk=("trial_id", "message_id"), strict=True)
    reply = dict.fromkeys("reply_id participant_id owner lease_until text".split(), str)
    db.table("replies").create(reply | {"n": int, "stop_asked": int}, pk="reply_id", strict=True)
    db.create_view(
        "answers",
        f"select {', '.join(ANSWER_COLUMNS)} from trials where status <> '' order by participant_id, n",
    )
    db.create_view(
        "transcripts",
        "select m.trial_id, m.seq, m.at, m.speaker, m.context, m.status, m.text, t.condition, t.question_id "
        "from messages m join trials t using (trial_id) order by m.trial_id, m.seq",
    )


@study(name="004_people")
def _people(db: sqlite_utils.Database) -> None:
    db.table("invitations").create(
        {"token": str, "participant_id": str, "created_at": str}, pk="token", strict=True
    )
    platform = {"platform_key": str, "participant_id": str, "parameters": str, "created_at": str}
    db.table("platform_ids").create(platform, pk="platform_key", strict=True)
    uptime = {"interval_id": int, "process": str, "started_at": str, "last_beat_at": str}
    db.table("uptime").create(uptime, pk="interval_id", strict=True)


@study(name="005_protocols")
def _protocols(db: sqlite_utils.Database) -> None:
    """Answers before help, reading phases, beliefs, questionnaires, behaviour."""
    trials, sittings = db.table("trials"), db.table("sittings")
    for column in ("min_time_s", "reading_time_s", "initial_response_time_s"):
        trials.add_column(column, float)
    sittings.add_column("keeps_data", int)
    # Events of that name are lifted on reading (`study.events.record`); rows come from events.
    db.execute("UPDATE sittings SET outcome = 'failed_checks' WHERE outcome = 'failed_comprehension'")
    belief = dict.fromkeys("trial_id participant_id at choice".split(), str)
    counts = dict.fromkeys(("seq", "after_message"), int)
    shares = dict.fromkeys("confidence p_a p_b p_c p_d".split(), float)
    db.table("beliefs").create(belief | counts | shares, pk=("trial_id", "seq"), strict=True)
    survey = dict.fromkeys("participant_id item answer".split(), str)
    db.table("survey").create(survey | {"rank": int}, pk=("participant_id", "item"), strict=True)
    # What a browser says it saw; beside the record, never folded into it.
    observation = dict.fromkeys("participant_id trial_id at kind body".split(), str)
    db.table("observations").create({"observation_id": int} | observation, pk="observation_id", strict=True)
    db.table("observations").create_index(["participant_id"])
    db.create_view(
        "answers",
        f"select {', '.join((*ANSWER_COLUMNS, *_LATER_COLUMNS))} from trials where status <> '' "
        "order by participant_id, n",
        replace=True,
    )


@study(name="006_arrivals")
def _arrivals(db: sqlite_utils.Database) -> None:
    """Batches of observations that may come twice; people of platforms who come again with other parameters."""
    observations, people = db.table("observations"), db.table("platform_ids")
    observations.add_column("batch", str)
    observations.create_index(["participant_id", "batch"])
    db.execute("DROP INDEX idx_observations_participant_id")  # the one above begins with it
    people.add_column("latest_parameters", str)
    people.add_column("latest_at", str)


@study(name="007_counters")
def _counters(db: sqlite_utils.Database) -> None:
    """What a service wrote into its cache, and how much a model thought."""
    for column in ("tokens_cache_written", "tokens_reasoning"):
        db.table("messages").add_column(column, int)


@study(name="008_trouble")
def _trouble(db: sqlite_utils.Database) -> None:
    """Why there is no reply, what it can cost at most, and how long it waited for its turn."""
    messages = db.table("messages")
    messages.add_column("trouble", str)
    for column in ("reserved_usd", "queued_s"):
        messages.add_column(column, float)
    # What somebody's replies have cost is asked before each of them.
    messages.create_index(["participant_id"])


@study(name="009_transcripts")
def _transcripts(db: sqlite_utils.Database) -> None:
    """What each reply's model was sent and who it said it was; calls beside the assistant's; simulated judges."""
    messages, trials = db.table("messages"), db.table("trials")
    for column in ("prompt", "model_asked", "model_answered", "visible"):
        messages.add_column(column, str)
    for column in _READINGS:
        trials.add_column(column, str)
    db.table("sittings").add_column("simulated_by", str)
    call = dict.fromkeys(
        "call_id trial_id participant_id asked_at purpose provider model model_answered prompt prompt_hash text status "
        "error finish_reason request_id".split(),
        str,
    )
    counts = dict.fromkeys(
        "tokens_in tokens_cached tokens_out tokens_cache_written tokens_reasoning attempts".split(), int
    )
    db.table("calls").create(call | counts | {"total_s": float}, pk="call_id", strict=True)
    fill_messages(db)
    db.create_view(
        "answers",
        f"select {', '.join((*ANSWER_COLUMNS, *_LATER_COLUMNS, *_READINGS))} from trials where status <> '' "
        "order by participant_id, n",
        replace=True,
    )


@study(name="010_readers")
def _readers(db: sqlite_utils.Database) -> None:
    """What the readers of a bank's own made of its questions."""
    for column in ("expert_accuracy", "novice_accuracy", "context_needed"):
        db.table("questions").add_column(column, float)


@study(name="011_belief_source")
def _belief_source(db: sqlite_utils.Database) -> None:
    """Where the numbers of a belief come from; until now all were asked for on the page."""
    db.table("beliefs").add_column("p_source", str)
    db.execute("UPDATE beliefs SET p_source = 'elicited' WHERE confidence IS NOT NULL OR p_a IS NOT NULL")


@study(name="012_judge_costs")
def _judge_costs(db: sqlite_utils.Database) -> None:
    """What a judge's calls cost; of those before, nobody has said it."""
    db.table("calls").add_column("cost_usd", float)


@study(name="013_batches")
def _batches(db: sqlite_utils.Database) -> None:
    """Calls that were part of a batch."""
    db.table("calls").add_column("batch_id", str)


@study(name="014_console")
def _console(db: sqlite_utils.Database) -> None:
    """What researchers do while a study runs, and who has its page open."""
    db.execute(f"CREATE INDEX events_by_researchers ON events (kind, at) WHERE {BY_RESEARCHERS}")
    # Written every few seconds and true for as long; beside the record, as `uptime` is.
    db.table("connections").create({"participant_id": str, "seen_at": str}, pk="participant_id", strict=True)


@study(name="015_bonuses")
def _bonuses(db: sqlite_utils.Database) -> None:
    """Who was listed in which bonus file: one line a person for good, with its platform ids."""
    columns = {"participant_id": str, "file": str, "header": str, "rank": int, "line": str}
    db.table("bonuses").create(columns, pk="participant_id", strict=True)


@study(name="016_platform_status")
def _platform_status(db: sqlite_utils.Database) -> None:
    """What has become of people at their platform, as its latest uploaded file says."""
    db.table("sittings").add_column("platform_status", str)


@study(name="017_bonus_parts")
def _bonus_parts(db: sqlite_utils.Database) -> None:
    """Promises are listed, too: a person may stand in several files, and each part of what they are owed in one."""
    db.table("bonuses").transform(pk=("participant_id", "file"), strict=True)
    columns = {"participant_id": str, "part": str, "file": str}
    db.table("bonus_parts").create(columns, pk=("participant_id", "part"), strict=True)
    db.execute("INSERT INTO bonus_parts SELECT participant_id, '', file FROM bonuses")


def migrate(path: Path, *, known_as: Path | None = None) -> None:
    """Bring the file to the present schema; several processes may try at once, one does it.

    Raises StoreError for another program's file and for a later release's, and leaves both as they are. `known_as` is
    the file that a message should name, where this one is a copy in the making.
    """
    with translated(known_as or path):
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)
        try:
            if not _is_current(connection, known_as or path):
                _apply(connection)
        finally:
            connection.close()


def _apply(connection: sqlite3.Connection) -> None:
    from sqlite_utils import Database, Migrations

    db = Database(connection, execute_plugins=False)
    migrations = Migrations(_SET)
    for name, step in _STEPS.items():
        migrations(name=name)(step)
    db.enable_wal()
    # The migrations' own transactions start as reads and would fail at once beside another process.
    db.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(db)
        db.commit()
    except BaseException:
        db.rollback()
        raise


def _is_current(connection: sqlite3.Connection, path: Path) -> bool:
    return applied_steps(connection, path) == _STEPS.keys()


def step_names() -> tuple[str, ...]:
    """Every migration there is, in order."""
    return tuple(_STEPS)


def applied_steps(connection: sqlite3.Connection, path: Path) -> set[str]:
    """The migrations that a file has seen; found out by reading alone, so that no writer is waited for."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    applied: set[str] = set()
    if "_sqlite_migrations" in tables:
        rows = connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", (_SET,))
        applied = {name for (name,) in rows}
    if not applied and tables:
        raise StoreError(
            f"{path} is another program's database, not the record of a study; nothing was changed. "
            "Choose the folder that `oversight init` made."
        )
    if later := applied - _STEPS.keys():
        raise StoreError(
            f"{path} was written by a later release of this tool (it knows {', '.join(sorted(later))}); "
            "nothing was changed. Install that release to go on."
        )
    return applied
