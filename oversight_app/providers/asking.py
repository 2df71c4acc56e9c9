"""One question to a model and its whole reply, with patience: for callers to whom nobody reads along."""

from dataclasses import dataclass, replace
from datetime import datetime

from oversight_app.clock import Clock
from oversight_app.errors import ProviderUnavailable
from oversight_app.providers.base import Provider, Reply, Request, collect
from oversight_app.providers.patience import Patience


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply with what surrounded it; `asked_at` is when the attempt began that brought it."""

    reply: Reply
    asked_at: datetime
    attempts: int


def ask(provider: Provider, request: Request, clock: Clock, patience: Patience | None = None) -> Answered:
    """The reply, asked for again while there is time; a reply that broke off is none.

    Raises the last ProviderUnavailable when patience ends, and ProviderConfigError at once; `patience` then says how
    often was tried.
    """
    patience = patience or Patience(clock)

    def attempt(seconds: float) -> tuple[Reply, datetime]:
        asked_at = clock.now()
        reply = collect(provider.reply(replace(request, deadline_s=seconds)))
        if not reply.finish_reason:
            raise ProviderUnavailable("The service broke off before its reply was finished.")
        return reply, asked_at

    reply, asked_at = patience.persist(attempt, request.deadline_s)
    # Some services send halves of surrogate pairs, which no database takes.
    text = reply.text.encode("utf-8", "replace").decode()
    return Answered(replace(reply, text=text), asked_at, patience.attempts)
