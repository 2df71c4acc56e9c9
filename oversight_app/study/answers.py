"""The answer table: one row per trial, in original letters, with the columns of the export contract.

This is the one place where a folded trial becomes a row; projection, view and export carry it on unchanged. What is
missing is None, never 0, False or "" (design, invariant 7), and what a trial that is still open would say is not said.
"""

from datetime import datetime, timedelta
from typing import TypeAlias

from oversight_app.study.choice_reading import read_choice
from oversight_app.study.design import Condition
from oversight_app.study.events import iso
from oversight_app.study.letters import OptionOrder
from oversight_app.study.plan import Plan
from oversight_app.study.protocols import rules_of
from oversight_app.study.protocols.speech import CRITIC
from oversight_app.study.questions import LETTERS, Question
from oversight_app.study.sitting import Sitting
from oversight_app.study.trial import Message, Speaker, Trial

Cell: TypeAlias = str | int | float | None


def answer_row(sitting: Sitting, trial: Trial, question: Question, plan: Plan) -> dict[str, Cell]:
    """The row of a trial; `status` is "" and the answer empty while it is not closed."""
    closed = trial.closed
    choice = closed.choice if closed else ""
    correct_choice = LETTERS[question.correct]
    probabilities = (closed.probabilities if closed else ()) or (None,) * 4
    confidence = closed.confidence if closed else None
    is_human = trial.plan.condition != Condition.MODEL_ALONE
    response_time = _seconds_between(trial.shown_at, closed.closed_at if closed else None)
    if any(asked.batch_id for asked in trial.asked):
        response_time = None  # how long its batch took says nothing of the model
    return {
        "study_id": plan.study_id,
        "trial_id": trial.plan.trial_id,
        "participant_id": sitting.participant_id,
        "participant_kind": sitting.kind,
        "condition": trial.plan.condition,
        "protocol": trial.plan.protocol,
        **_who(sitting, trial, plan),
        "sample": trial.plan.sample,
        "task": trial.plan.task,
        "bank": question.bank,
        "question_id": question.question_id,
        "passage_id": question.passage_id or None,
        "subject": question.subject or None,
        "form": trial.plan.form or None,
        "cell": sitting.cell or None,
        "block": trial.plan.block,
        "position": trial.plan.position,
        "position_in_block": trial.plan.position_in_block,
        "passage_exposure": trial.plan.passage_exposure,
        "is_practice": int(trial.plan.is_practice),
        "is_attention_check": int(trial.plan.is_attention_check),
        "option_order": trial.plan.option_order,
        "choice": choice or None,
        "correct_choice": correct_choice,
        "correct": int(choice == correct_choice) if choice else None,
        "status": trial.status,
        "confidence": confidence,
        "confidence_scale": plan.design.answer.confidence.value if is_human else None,
        **dict(zip(("p_a", "p_b", "p_c", "p_d"), probabilities, strict=True)),
        "p_source": (closed.p_source if closed else "") or None,
        **_initial(trial),
        "reason": (closed.reason if closed else "") or None,
        "stance": trial.plan.stance or None,
        "manipulated": int(trial.plan.manipulated) if is_assisted(trial) else None,
        **_advice(trial, question),
        **_traffic(trial),
        "time_limit_s": trial.plan.time_limit_s,
        "min_time_s": trial.plan.min_time_s or None,
        "reading_time_s": _reading_time_s(trial),
        "response_time_s": response_time,
        "browser_response_time_s": closed.browser_response_time_s if closed else None,
        "shown_at": iso(trial.shown_at) if trial.shown_at else None,
        "closed_at": iso(closed.closed_at) if closed else None,
        **_advice_by_model(trial),
    }


def _initial(trial: Trial) -> dict[str, Cell]:
    """The answer committed before help was available; a mark that was never committed is none."""
    said = trial.initial
    probabilities = (said.probabilities if said else ()) or (None,) * 4
    return {
        "initial_choice": said.choice if said else None,
        "initial_confidence": said.confidence if said else None,
        **dict(zip(_INITIAL_P, probabilities, strict=True)),
        "initial_response_time_s": _seconds_between(trial.shown_at, trial.initial_at),
    }


_INITIAL_P = ("initial_p_a", "initial_p_b", "initial_p_c", "initial_p_d")


def _reading_time_s(trial: Trial) -> float | None:
    """Seconds for which the passage stood alone: until the question was asked for, or could be seen."""
    return _seconds_between(trial.passage_shown_at, trial.passage_read_at)


def _seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else (end - start).total_seconds()


def read_advice(trial: Trial, question: Question) -> tuple[str, ...]:
    """The options that were stood for, reply by reply, as original letters; "" where none can be read.

    A critic stands for nothing, so what it says is left out.
    """
    order = OptionOrder(trial.plan.option_order)
    shown = order.shown(question.options)
    letters = [read_choice(message.text, shown) for message in advising(trial)]
    return tuple(order.original(letter) if letter else "" for letter in letters)


def _last_stated(trial: Trial, stated: tuple[str, ...]) -> str:
    """What each speaker that named an option stood for last; empty where they differ."""
    last: dict[str, str] = {}
    for message, letter in zip(advising(trial), stated, strict=True):
        if letter:
            last[message.voice] = letter
    return last.popitem()[1] if len(set(last.values())) == 1 else ""


def _who(sitting: Sitting, trial: Trial, plan: Plan) -> dict[str, Cell]:
    if trial.plan.condition == Condition.MODEL_ALONE:
        provider, model = sitting.settings.get("provider"), sitting.settings.get("model")
        method = sitting.settings.get("method")
        return {
            "assistant": None,
            "assistant_mode": None,
            "provider": provider,
            "model": model,
            "method": method,
        }
    if trial.plan.condition == Condition.HUMAN_ALONE:
        return dict.fromkeys(("assistant", "assistant_mode", "provider", "model", "method"))
    provider, model = plan.design.assistant.provider_and_model
    return {
        "assistant": plan.design.assistant.model,
        "assistant_mode": trial.plan.assistant_mode,
        "provider": provider,
        "model": model,
        "method": None,
    }


def is_assisted(trial: Trial) -> bool:
    """Whether there was an assistant; an attention check has none, whatever the block around it."""
    return trial.plan.condition == Condition.HUMAN_WITH_MODEL and not trial.plan.is_attention_check


def _advice(trial: Trial, question: Question) -> dict[str, Cell]:
    if not is_assisted(trial):
        return dict.fromkeys(
            ("first_advice_choice", "advice_choice", "advice_correct", "advice_status", "advice_source")
        )
    read = read_advice(trial, question)
    stated = [letter for letter in read if letter]
    is_asked = rules_of(trial).speaks_first or any(m.speaker is Speaker.PARTICIPANT for m in trial.messages)
    if not is_asked:
        status = "none_asked"
    elif not any(message.text for message in _replies(trial)):
        status = "none_given"
    else:
        status = "stated" if stated else "unreadable"
    last = _last_stated(trial, read) or None
    return {
        "first_advice_choice": stated[0] if stated else None,
        "advice_choice": last,
        "advice_correct": None if last is None else int(last == LETTERS[question.correct]),
        "advice_status": status,
        "advice_source": "rule" if stated else None,
    }


def _advice_by_model(trial: Trial) -> dict[str, Cell]:
    """The last reading of the advice by a model; the rule's stands beside it."""
    read = trial.advice_readings[-1] if trial.advice_readings else None
    return {
        "advice_choice_by_model": (read.choice or None) if read else None,
        "advice_reader": f"{read.provider}:{read.model}" if read else None,
    }


def _traffic(trial: Trial) -> dict[str, Cell]:
    if not is_assisted(trial):
        return dict.fromkeys(("n_messages", "n_replies", "n_replies_failed", "n_resets", "assistant_wait_s"))
    replies = _replies(trial)
    return {
        "n_messages": sum(message.speaker is Speaker.PARTICIPANT for message in trial.messages),
        "n_replies": sum(bool(message.text) for message in replies),
        "n_replies_failed": sum(message.status in ("failed", "interrupted") for message in replies),
        "n_resets": trial.n_resets,
        "assistant_wait_s": _wait_s(replies),
    }


def _wait_s(replies: list[Message]) -> float | None:
    """How long somebody was being waited for; the time of replies that were written at once is counted once."""
    waits = sorted(
        (m.at, m.closed.total_s) for m in replies if m.closed is not None and m.closed.total_s is not None
    )
    if not waits:
        return None
    waited, until = 0.0, waits[0][0]
    for begun, seconds in waits:
        ended = begun + timedelta(seconds=seconds)
        waited += seconds if begun >= until else max(0.0, (ended - until).total_seconds())
        until = max(until, ended)
    return waited


def advising(trial: Trial) -> list[Message]:
    """The replies in which there may be advice: those that say something. A critic stands for nothing."""
    return [message for message in _replies(trial) if message.text and message.voice != CRITIC]


def _replies(trial: Trial) -> list[Message]:
    return [message for message in trial.as_spoken if message.speaker is Speaker.ASSISTANT]
