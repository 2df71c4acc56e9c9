"""A trial as plain text."""

from collections.abc import Iterator

from oversight_app.study.account import Account, Entry
from oversight_app.study.events import iso
from oversight_app.study.sent import Rebuilt
from oversight_app.transcripts.facts import QUIET, asked_of, error_of, facts_of, outcome_of


def as_text(account: Account, *, sent: bool = False) -> str:
    """The account; with `sent`, what each reply's model was sent, in full, stands before its reply."""
    plan = account.trial.plan
    lines = [
        f"Trial {plan.trial_id}: {plan.task}, {plan.condition}, question {account.question.question_id}",
        f"Participant {account.participant_id} ({account.participant_kind}), protocol {plan.protocol}",
        "",
        account.question.text.strip(),
        *(f"  {letter}. {text}" for letter, text in account.options),
        "",
        outcome_of(account),
    ]
    for entry in account.entries:
        lines += _entry(entry, sent=sent)
    for call in account.calls:
        lines.append("")
        if sent:
            lines += _sent(call.sent)
        lines.append(f"[{iso(call.asked.asked_at)}] {asked_of(account, call.asked)}")
    return "\n".join(line.rstrip() for line in lines)


def _entry(entry: Entry, *, sent: bool) -> Iterator[str]:
    message = entry.message
    if entry.forgets:
        yield from ("", "-- the assistant forgets what was said before --")
    yield ""
    if sent and entry.sent is not None:
        yield from _sent(entry.sent)
    status = "" if message.status in QUIET else f" ({message.status})"
    stance = f" for {entry.stance}" if entry.stance and entry.speaker != "assistant" else ""
    yield f"[{iso(message.at)}] {entry.speaker}{stance}{status}:"
    yield message.text
    if facts := facts_of(message):
        yield f"  ({facts})"
    if error := error_of(message):
        yield f"  Error: {error}"


def _sent(rebuilt: Rebuilt) -> Iterator[str]:
    if rebuilt.sent is None:
        yield f"  | What was sent cannot be shown. {rebuilt.why}"
        return
    yield f"  | Sent from the prompt {rebuilt.prompt}, as its hash {rebuilt.sent.prompt_hash[:12]} says:"
    parts = [("system", rebuilt.sent.system)] if rebuilt.sent.system else []
    parts += [(turn.role, turn.text) for turn in rebuilt.sent.turns]
    for role, text in parts:
        yield f"  | {role}:"
        yield from (f"  |   {line}" for line in text.split("\n"))
