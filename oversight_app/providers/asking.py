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

    def once(seconds: float) -> tuple[Reply, datetime]:
        asked_at = clock.now()
        return attempt(provider, replace(request, deadline_s=seconds)), asked_at

    reply, asked_at = patience.persist(once, request.deadline_s)
    return Answered(reply, asked_at, patience.attempts)


def attempt(provider: Provider, request: Request) -> Reply:
    """One attempt, to a whole reply; raises ProviderUnavailable or ProviderConfigError."""
    reply = collect(provider.reply(request))
    if not reply.finish_reason:
        raise ProviderUnavailable("The service broke off before its reply was finished.")
    # Some services send halves of surrogate pairs, which no database takes.
    text = reply.text.encode("utf-8", "replace").decode()
    return reply if text == reply.text else replace(reply, text=text)
