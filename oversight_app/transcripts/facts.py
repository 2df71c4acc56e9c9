"""What is said beside a reply: model, times, tokens, how it ended. The same words for text and page."""

from collections.abc import Iterator

from oversight_app.study.account import Account
from oversight_app.study.events import AdviceRead, ModelAsked
from oversight_app.study.letters import OptionOrder
from oversight_app.study.trial import Message

QUIET = ("sent", "complete")
"""What a message's status need not say."""


def facts_of(reply: Message) -> str:
    """Who was asked, when it answered, what it took and how it ended; empty for a person's message."""
    return "; ".join(_facts(reply))


def error_of(reply: Message) -> str:
    """What went wrong; empty where nothing did."""
    return reply.closed.error if reply.closed else ""


def outcome_of(account: Account) -> str:
    """The key, the answer, and what the assistant was told, in a line."""
    said = [
        f"Right: {account.key}.",
        f"Answered: {account.answer or 'nothing'} ({account.trial.status or 'still open'}).",
    ]
    if account.initial:
        said.append(f"Answered first, without help: {account.initial}.")
    if len(account.stance) == 1:
        said.append(f"The assistant was to argue for {account.stance}.")
    elif account.stance:
        said.append(f"The speakers were to argue for {' and '.join(account.stance)}.")
    return " ".join(said)


def asked_of(account: Account, asked: ModelAsked) -> str:
    """A call beside the assistant's replies: for what, to whom, and what came of it."""
    said = f"{asked.purpose} by {asked.provider}:{asked.model}"
    if isinstance(asked, AdviceRead):
        order = OptionOrder(account.trial.plan.option_order)
        return f"{said}: {order.displayed(asked.choice) if asked.choice else asked.reading}"
    return f"{said} ({asked.status}): {asked.text or asked.error}"


def _facts(reply: Message) -> Iterator[str]:
    begun, closed = reply.begun, reply.closed
    if begun is None:
        return
    asked = f"{begun.provider}:{begun.model}"
    answered = closed.model_answered if closed else ""
    yield f"{asked}, answered by {answered}" if answered and answered != begun.model else asked
    if closed is None:
        return
    times = [
        f"{seconds:.2f} s to {what}"
        for seconds, what in ((closed.first_text_s, "the first text"), (closed.total_s, "the end"))
        if seconds is not None
    ]
    if times:
        yield ", ".join(times)
    tokens = [
        f"{n:,} {what}"
        for n, what in (
            (closed.tokens_in, "tokens in"),
            (closed.tokens_cached, "of them cached"),
            (closed.tokens_out, "tokens out"),
            (closed.tokens_reasoning, "of them thinking"),
        )
        if n is not None
    ]
    if tokens:
        yield ", ".join(tokens)
    if closed.finish_reason:
        yield f"ended with {closed.finish_reason}"
    if closed.attempts > 1:
        yield f"{closed.attempts} attempts"
