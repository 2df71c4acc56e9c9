"""What the clock alone brings about in a sitting: a deadline, the end of a reading phase, a limit, somebody gone.

`due_at` says when something will next be due, `pass_time` what it is. What follows from the record by rule, without any
clock (a failed attention check too many, an assistant that is out of order), is due at once, so that whoever looks next
finds it done.
"""

from datetime import datetime, timedelta

from oversight_app.study.design import Design, Outcome
from oversight_app.study.events import Event, LimitLifted, ParticipantLeft, PassageRead, SittingEnded
from oversight_app.study.sitting import MODEL, Sitting, Stage
from oversight_app.study.trial_actions import abandon, close_due, void


def pass_time(sitting: Sitting, now: datetime, design: Design, *, was_up: bool) -> list[Event]:
    """What time has brought about by now, one thing at a time; nothing before `due_at`.

    `was_up` says whether the server was running at the moment that `due_at` names.
    """
    consequence = _consequence(sitting, now, design)
    if consequence:
        return consequence
    scale = design.answer.confidence
    if sitting.has_open_trial:
        closed = close_due(sitting.trial, now, scale, was_up=was_up)
        if closed is not None:
            return [closed]
    limit_at = _ends_at(sitting, design)
    if limit_at is not None and now >= limit_at:
        if not was_up:
            return [LimitLifted()]
        closing: list[Event] = [abandon(sitting.trial, limit_at, scale)] if sitting.has_open_trial else []
        return [*closing, SittingEnded(Outcome.TIMED_OUT.value)]
    reading_until = _reading_until(sitting)
    if reading_until is not None and now >= reading_until:
        return [PassageRead(sitting.trial.plan.n)]
    left_at = _leaves_at(sitting, design)
    if left_at is None or now < left_at:
        return []
    closing = [abandon(sitting.trial, left_at, scale, was_up=was_up)] if sitting.has_open_trial else []
    return [*closing, ParticipantLeft()]


def due_at(sitting: Sitting, design: Design) -> datetime | None:
    """When `pass_time` will next have something to say; None when never."""
    if _has_consequence(sitting, design):
        return sitting.last_sign_at
    deadline = sitting.trial.deadline_at if sitting.has_open_trial else None
    moments = (deadline, _ends_at(sitting, design), _reading_until(sitting), _leaves_at(sitting, design))
    return min((moment for moment in moments if moment is not None), default=None)


# -- what follows from the record by rule ----------------------------------------------------------


def _has_consequence(sitting: Sitting, design: Design) -> bool:
    if sitting.stage is Stage.ENDED or sitting.kind == MODEL:
        return False
    return _has_failed_checks(sitting, design) or _is_out_of_order(sitting, design)


def _consequence(sitting: Sitting, now: datetime, design: Design) -> list[Event]:
    if not _has_consequence(sitting, design):
        return []
    if _has_failed_checks(sitting, design):
        return [SittingEnded(Outcome.FAILED_CHECKS.value)]
    closed = void(sitting.trial, now, design.answer.confidence)
    if design.assistant.on_outage == "void":
        return [closed]
    return [closed, SittingEnded(Outcome.TECHNICAL_ERROR.value)]


def _has_failed_checks(sitting: Sitting, design: Design) -> bool:
    allowed = design.sitting.attention_failures
    # Noticed between the questions: nobody is sent away in the middle of one.
    return 0 < allowed <= sitting.n_failed_checks and not sitting.has_open_trial


def _is_out_of_order(sitting: Sitting, design: Design) -> bool:
    if design.assistant.on_outage == "retry" or not sitting.has_open_trial:
        return False
    return sitting.trial.n_failures_in_a_row >= design.assistant.outage_failures


# -- moments -----------------------------------------------------------------------------------------


def _ends_at(sitting: Sitting, design: Design) -> datetime | None:
    """The limit of the sitting, while there are questions left that it could cut off."""
    if sitting.stage not in (Stage.REST, Stage.READING, Stage.TRIAL, Stage.FEEDBACK) or sitting.has_left:
        return None
    return sitting.limit_at(design)


def _reading_until(sitting: Sitting) -> datetime | None:
    return sitting.trial.reading_until if sitting.stage is Stage.READING else None


def _leaves_at(sitting: Sitting, design: Design) -> datetime | None:
    """When a participant with a place counts as gone, without a further sign of them.

    Never while a question's clock runs, because somebody may be reading; and a model has all the time in the world.
    """
    if sitting.assigned_at is None or sitting.last_sign_at is None or sitting.kind == MODEL:
        return None
    if sitting.has_left or sitting.stage is Stage.ENDED:
        return None
    if sitting.has_open_trial and sitting.trial.deadline_at is not None:
        return None
    return sitting.last_sign_at + timedelta(seconds=design.sitting.idle_limit_s)
