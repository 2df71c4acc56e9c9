"""Whom the calls of a run go to: the model that answers, and others that its method asks, a scorer for example."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass

from oversight_app.clock import Clock
from oversight_app.providers import check_provider, provider_for
from oversight_app.providers.base import Provider
from oversight_app.providers.pacer import Pacer
from oversight_app.study.design import split_model

FindProvider = Callable[[str], tuple[Provider, str]]
"""From PROVIDER:NAME[@BASE_URL] to the provider, and the name to ask it for."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A model that is asked, by its name at its provider, at the pace of that."""

    provider: Provider
    name: str
    pacer: Pacer


class Seats:
    """The models of a run. Those of one service share its pace; the limits told are for the first one's service."""

    def __init__(self, clock: Clock, find: FindProvider, is_stopping: Callable[[], bool]) -> None:
        """Nobody is asked yet."""
        self._clock, self._find, self._is_stopping = clock, find, is_stopping
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
                self._seats[model] = Seat(provider, name, pacer)
            return self._seats[model]


def registered(clock: Clock) -> FindProvider:
    """The providers of this release, with the keys in this process's environment."""

    def find(model: str) -> tuple[Provider, str]:
        check_provider(model, os.environ)
        return provider_for(model, clock=clock)

    return find


def given(model: str, provider: Provider, scorer: Provider | None) -> FindProvider:
    """These providers, and no others: one for the model that answers, the other for whatever else its method asks."""

    def find(asked: str) -> tuple[Provider, str]:
        return provider if asked == model or scorer is None else scorer, split_model(asked)[1]

    return find
