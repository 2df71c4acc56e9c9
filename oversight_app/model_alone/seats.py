"""Whom the calls of a run go to: the model that answers, and others that its method asks, a scorer for example."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass

from oversight_app.clock import Clock
from oversight_app.model_alone.participant import AloneParticipant
from oversight_app.providers import check_provider, has_temperature, provider_for
from oversight_app.providers.base import Provider
from oversight_app.providers.pacer import Pacer
from oversight_app.study.methods import Method
from oversight_app.study.plan import Plan

FindProvider = Callable[[str], tuple[Provider, str]]
"""From PROVIDER:NAME[@BASE_URL] to the provider, and the name to ask it for."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A model that is asked: `model` is what the researcher calls it, `who` what the record does."""

    model: str
    provider: Provider
    who: AloneParticipant
    pacer: Pacer


class Seats:
    """The models of a run. Those of one service share its pace; the limits told are for the first one's service."""

    def __init__(
        self,
        plan: Plan,
        method: Method,
        clock: Clock,
        find: FindProvider,
        is_stopping: Callable[[], bool],
    ) -> None:
        """Nobody is asked yet."""
        self._plan, self._method, self._clock, self._find = plan, method, clock, find
        self._is_stopping = is_stopping
        self._seats: dict[str, Seat] = {}
        self._pacers: dict[int, Pacer] = {}
        self._lock = threading.Lock()

    def of(self, model: str, *, rpm: int | None = None, tpm: int | None = None) -> Seat:
        """The seat of a model; raises what `provider_for` and `check_provider` do."""
        with self._lock:
            if model not in self._seats:
                provider, name = self._find(model)
                pacer = self._pacers.setdefault(
                    id(provider), Pacer(self._clock, rpm=rpm, tpm=tpm, is_stopping=self._is_stopping)
                )
                who = participant_of(self._plan, provider.name, name, self._method)
                self._seats[model] = Seat(model, provider, who, pacer)
            return self._seats[model]


def registered(clock: Clock) -> FindProvider:
    """The providers of this release, with the keys in this process's environment."""

    def find(model: str) -> tuple[Provider, str]:
        check_provider(model, os.environ)
        return provider_for(model, clock=clock)

    return find


def participant_of(plan: Plan, provider: str, name: str, method: Method) -> AloneParticipant:
    """The participant that this model is when it is asked by this method in this study."""
    # The assistant's own model answers alone as hard as it thinks in chats: the comparison is of one system.
    assistant = plan.design.assistant
    is_the_assistant = (provider, name) == assistant.provider_and_model
    effort = (assistant.effort or "") if is_the_assistant else ""
    # Models that think refuse a temperature, and some services have none.
    is_greedy = has_temperature(provider) and effort in ("", "none")
    return AloneParticipant(provider, name, method, effort, is_greedy)
