"""A trial as JSON lines, for a program: the trial, then each message, then each other call to a model."""

from dataclasses import asdict
from typing import Any

from oversight_app.study.account import Account, Call, Entry
from oversight_app.study.events import canonical
from oversight_app.study.sent import Rebuilt


def as_json_lines(account: Account, *, sent: bool = False) -> str:
    """One object a line, `what` says which; letters as displayed, and `option_order` leads back to the original ones.

    The calls beside the assistant's replies stand as they were recorded, in original letters.
    """
    objects = [_trial(account)]
    objects += [_message(entry, sent=sent) for entry in account.entries]
    objects += [_call(call, sent=sent) for call in account.calls]
    return "\n".join(canonical(each) for each in objects)


def _trial(account: Account) -> dict[str, Any]:
    plan, trial = account.trial.plan, account.trial
    return {
        "what": "trial",
        "trial_id": plan.trial_id,
        "participant_id": account.participant_id,
        "participant_kind": account.participant_kind,
        "task": plan.task,
        "condition": plan.condition,
        "protocol": plan.protocol,
        "question_id": account.question.question_id,
        "question": account.question.text,
        "options": dict(account.options),
        "option_order": plan.option_order,
        "correct": account.key,
        "choice": account.answer or None,
        "initial_choice": account.initial or None,
        "stance": account.stance or None,
        "status": trial.status or None,
        "shown_at": trial.shown_at,
        "closed_at": trial.closed.closed_at if trial.closed else None,
    }


def _message(entry: Entry, *, sent: bool) -> dict[str, Any]:
    message = entry.message
    begun, closed = message.begun, message.closed
    said: dict[str, Any] = {
        "what": "message",
        "message_id": message.message_id,
        "at": message.at,
        "speaker": entry.speaker,
        "context": message.context,
        "status": message.status,
        "text": message.text,
    }
    if begun is not None:
        said |= {
            "stance": entry.stance or None,
            "provider": begun.provider,
            "model": begun.model,
            "prompt": begun.prompt or (entry.sent.prompt if entry.sent else "") or None,
            "prompt_hash": begun.prompt_hash,
            "visible": list(begun.visible),
        }
    if closed is not None:
        names = (
            "model_answered finish_reason request_id error attempts first_text_s total_s tokens_in tokens_cached "
            "tokens_out tokens_cache_written tokens_reasoning"
        ).split()
        said |= {name: None if (value := getattr(closed, name)) == "" else value for name in names}
    if sent and entry.sent is not None:
        said["sent"] = _sent(entry.sent)
    return said


def _call(call: Call, *, sent: bool) -> dict[str, Any]:
    said = {"what": "call", **asdict(call.asked)}
    return said | {"sent": _sent(call.sent)} if sent else said


def _sent(rebuilt: Rebuilt) -> dict[str, Any]:
    if rebuilt.sent is None:
        return {"why_not": rebuilt.why}
    return {
        "system": rebuilt.sent.system,
        "turns": [{"role": turn.role, "text": turn.text} for turn in rebuilt.sent.turns],
    }
