"""What the clock alone brings about in a sitting: a deadline, the end of a reading phase, a limit, somebody gone.

`due_at` says when something will next be due, `pass_time` what it is. What follows from the record by rule, without any
clock (a failed attention check too many, an assistant that is out of order), is due at once, so that whoever looks next
finds it done.
"""

from datetime import datetime, timedelta
from enum import Enum, auto

from oversight_app.study.design import ConfidenceScale, Design, Outcome
from oversight_app.study.events import Event, LimitLifted, ParticipantLeft, PassageRead, SittingEnded
from oversight_app.study.sitting import MODEL, Sitting, Stage
from oversight_app.study.trial_actions import abandon, close_due, void


def pass_time(sitting: Sitting, now: datetime, design: Design, *, was_up: bool) -> list[Event]:
    """What time has brought about by now, one thing at a time, the earliest first; nothing before `due_at`.

    `was_up` says whether the server was running at the moment that `due_at` names. Because things come in their order,
    it does not matter how late somebody looks: what has happened by then is the same.
    """
    if (since := _overdue_since(sitting, design)) is not None:
        return _consequence(sitting, since, design)
    due = [(moment, what) for moment, what in _moments(sitting, design) if moment <= now]
    if not due:
        return []
    # At one moment the first in the list counts: a question that the sitting's limit cuts off has its draft as answer.
    moment, what = min(due, key=lambda each: each[0])
    scale = design.answer.confidence
    match what:
        case _Due.DEADLINE:
            closed = close_due(sitting.trial, now, scale, was_up=was_up)
            assert closed is not None  # its moment has come
            return [closed]
        case _Due.LIMIT:
            if not was_up:
                return [LimitLifted()]
            return [*_closing(sitting, moment, scale), SittingEnded(Outcome.TIMED_OUT.value)]
        case _Due.READ:
            return [PassageRead(sitting.trial.plan.n)]
        case _Due.GONE:
            return [*_closing(sitting, moment, scale, was_up=was_up), ParticipantLeft()]


def due_at(sitting: Sitting, design: Design) -> datetime | None:
    """When `pass_time` will next have something to say; None when never."""
    if (since := _overdue_since(sitting, design)) is not None:
        return since
    return min((moment for moment, _ in _moments(sitting, design)), default=None)


def _closing(sitting: Sitting, at: datetime, scale: ConfidenceScale, *, was_up: bool = True) -> list[Event]:
    """The close of the question that is open, if one is."""
    return [abandon(sitting.trial, at, scale, was_up=was_up)] if sitting.has_open_trial else []


# -- what follows from the record by rule ----------------------------------------------------------


def _overdue_since(sitting: Sitting, design: Design) -> datetime | None:
    """Since when something follows from the record, whatever the clock says; None where nothing does."""
    if sitting.stage is Stage.ENDED or sitting.kind == MODEL:
        return None
    if _has_failed_checks(sitting, design):
        return sitting.last_sign_at
    return _out_of_order_since(sitting, design)


def _consequence(sitting: Sitting, since: datetime, design: Design) -> list[Event]:
    if _has_failed_checks(sitting, design):
        return [SittingEnded(Outcome.FAILED_CHECKS.value)]
    closed = void(sitting.trial, since, design.answer.confidence)
    if design.assistant.on_outage == "void":
        return [closed]
    return [closed, SittingEnded(Outcome.TECHNICAL_ERROR.value)]


def _has_failed_checks(sitting: Sitting, design: Design) -> bool:
    allowed = design.sitting.attention_failures
    # Noticed between the questions: nobody is sent away in the middle of one.
    if not allowed or sitting.has_open_trial or sitting.last_sign_at is None:
        return False
    # A check that ran out is failed when its participant is there to go on; who does not come back has left.
    closed_at = [trial.closed.closed_at for trial in sitting.trials if trial.failed_check and trial.closed]
    return sum(at <= sitting.last_sign_at for at in closed_at) >= allowed


def _out_of_order_since(sitting: Sitting, design: Design) -> datetime | None:
    """When the assistant failed once too often in the open question."""
    if design.assistant.on_outage == "retry" or not sitting.has_open_trial:
        return None
    failures = sitting.trial.failures_in_a_row
    return failures[0].closed_at if len(failures) >= design.assistant.outage_failures else None


# -- moments -----------------------------------------------------------------------------------------


class _Due(Enum):
    """What a moment brings, in the order that counts where two fall together."""

    DEADLINE = auto()
    LIMIT = auto()
    READ = auto()
    GONE = auto()


def _moments(sitting: Sitting, design: Design) -> list[tuple[datetime, _Due]]:
    """Everything that the clock will bring about from where the sitting stands."""
    moments = (
        (sitting.trial.deadline_at if sitting.has_open_trial else None, _Due.DEADLINE),
        (_ends_at(sitting, design), _Due.LIMIT),
        (sitting.trial.reading_until if sitting.stage is Stage.READING else None, _Due.READ),
        (_leaves_at(sitting, design), _Due.GONE),
    )
    return [(moment, what) for moment, what in moments if moment is not None]


def _ends_at(sitting: Sitting, design: Design) -> datetime | None:
    """The limit of the sitting, while there are questions left that it could cut off."""
    if sitting.stage not in (Stage.REST, Stage.READING, Stage.TRIAL, Stage.FEEDBACK) or sitting.has_left:
        return None
    if sitting.stage is Stage.FEEDBACK and sitting.current == len(sitting.trials) - 1:
        return None
    return sitting.limit_at(design)


def _leaves_at(sitting: Sitting, design: Design) -> datetime | None:
    """When a participant with a place counts as gone, without a further sign of them.

    Never while a question's clock or a reading phase runs, because somebody may be reading; and a model has all the
    time in the world.
    """
    if sitting.assigned_at is None or sitting.last_sign_at is None or sitting.kind == MODEL:
        return None
    if sitting.has_left or sitting.stage is Stage.ENDED:
        return None
    if sitting.has_open_trial and sitting.trial.deadline_at is not None:
        return None
    if sitting.stage is Stage.READING and sitting.trial.reading_until is not None:
        return None
    return sitting.last_sign_at + timedelta(seconds=design.sitting.idle_limit_s)
