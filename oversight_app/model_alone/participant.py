"""Who answers: one model asked by one method with one set of settings, and which trials are its own.

Its participant_id follows from these, so a second run finds the first one's stream and asks only what is open. `sample`
numbers what it answers more than once: repeats, and within each repeat the rotations of the options.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oversight_app.providers import has_temperature
from oversight_app.study.assignment import trials_alone
from oversight_app.study.letters import N_ROTATIONS
from oversight_app.study.methods import Method, Orders
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from oversight_app.study.trial_plan import TrialPlan

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class AloneParticipant:
    """A model as a participant. `effort` is how much it thinks; `is_greedy`: asked for the likeliest words.

    `without` are the ids of questions that its method cannot ask.
    """

    provider: str
    model: str
    method: Method
    effort: str
    is_greedy: bool
    without: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """The method, with what is set of it; the column `method`."""
        return self.method.settings.label(self.method.name)

    @property
    def participant_id(self) -> str:
        """Eight letters and digits."""
        return model_participant_id(self.provider, self.model, self.label)

    @property
    def settings(self) -> dict[str, str]:
        """What the record says of it when it is enrolled."""
        told = {"provider": self.provider, "model": self.model, "method": self.label}
        if self.effort:
            told["effort"] = self.effort
        if not self.is_greedy:
            told["temperature"] = "the provider's default"
        return told

    def trials(
        self, plan: Plan, questions: Mapping[str, Question], *, repeat: int, before: int = 0, known: int = 0
    ) -> tuple[TrialPlan, ...]:
        """The trials of `repeat` repeats, without the first `before` samples; `known` trials are there already."""
        n_orders = N_ROTATIONS if self.method.settings.orders is Orders.ROTATED else 1
        trials: list[TrialPlan] = []
        for sample in range(before + 1, repeat * n_orders + 1):
            trials += trials_alone(
                plan,
                questions,
                self.participant_id,
                sample=sample,
                rotation=(sample - 1) % n_orders,
                first_n=known + len(trials) + 1,
                without=self.without,
            )
        return tuple(trials)


def participant_of(
    plan: Plan, provider: str, name: str, method: Method, *, without: Iterable[str] = ()
) -> AloneParticipant:
    """The participant that this model is when it is asked by this method in this study, `without` some questions."""
    # The assistant's own model answers alone as hard as it thinks in chats: the comparison is of one system.
    assistant = plan.design.assistant
    is_the_assistant = (provider, name) == assistant.provider_and_model
    effort = (assistant.effort or "") if is_the_assistant else ""
    # Models that think refuse a temperature, and some services have none.
    is_greedy = has_temperature(provider) and effort in ("", "none")
    return AloneParticipant(provider, name, method, effort, is_greedy, frozenset(without))


def model_participant_id(provider: str, model: str, method: str) -> str:
    """Eight letters and digits that a model asked by a method always has; people's are drawn by chance."""
    digest = hashlib.sha256("\n".join((provider, model, method)).encode()).digest()
    return "m" + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:7])
