"""One study that could be run: how participants, questions and conditions meet, and what the world may be like.

Everything that power depends on stands in a `Scenario`. The closed form (`analysis.power`) and the simulation
(`analysis.replication`) both take it, so that they speak of the same study.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np

from analysis.power import DEFAULT_SDS, Layout, Precision, Sds, expected_precision, precision_of

ALONE_ACCURACY = 0.471
"""Of people alone in the generator of `analysis.simulate`: mean 0.3, effect 0.9 logits; a test says so."""
DIFFERENCE = 0.169
"""The difference in accuracy in the same generator."""
MANY = 10**9
"""As many participants as nobody has: what is left of the variance then is due to the questions."""


class Against(StrEnum):
    """Whom people with the assistant are compared with."""

    HUMAN_ALONE = "human_alone"
    MODEL_ALONE = "model_alone"


class ScenarioError(ValueError):
    """A study that cannot be; the message says which number, what was found and what is allowed."""


@dataclass(frozen=True)
class Scenario:
    """A study with `participants`, who answer `per_person` of `questions` each, both conditions together.

    `passages` is given where questions share them: then condition goes by passage, and passages are the clusters.
    `accuracy` is that of people alone and `difference` what is added to it, or to the model alone: fractions. The model
    alone is right or wrong once per question, independently of how hard people find it. `tests` is the number of
    confirmatory tests of the study: Holm's strictest step tests at alpha / tests.
    """

    participants: int
    questions: int
    per_person: int
    passages: int | None = None
    layout: Layout = Layout.COUNTERBALANCED
    against: Against = Against.HUMAN_ALONE
    accuracy: float = ALONE_ACCURACY
    difference: float = DIFFERENCE
    sds: Sds = DEFAULT_SDS
    alpha: float = 0.05
    tests: int = 1
    added: float = DIFFERENCE
    """What the assistant adds to people's accuracy, where they are compared with the model alone."""

    def __post_init__(self) -> None:
        between = self.layout is Layout.BETWEEN_PARTICIPANTS
        _within("participants", self.participants, 4 if between else 2, MANY)
        least = 4 if self.layout is Layout.DIFFERENT_ITEMS else 2
        _within("questions", self.questions, least, 100_000)
        _within("questions per person", self.per_person, 1 if between else 2, self.questions)
        if self.passages is not None:
            _within("passages", self.passages, least, self.questions)
        for name in ("participant_level", "participant_slope", "item_level", "item_slope"):
            _within(name, getattr(self.sds, name), 0, 10)
        _inside("accuracy", self.accuracy)
        _inside("alpha", self.alpha)
        _within("tests", self.tests, 1, 1000)
        if not -1 < self.difference < 1:
            raise ScenarioError(f"difference: found {self.difference:g}, allowed is above -1 and below 1.")
        _inside(
            "accuracy with the assistant", self.assisted, f" (alone {self.accuracy:g}, plus what is added)"
        )
        if self.against is Against.MODEL_ALONE:
            _inside("accuracy of the model alone", self.of_model, f" (with the assistant {self.assisted:g})")

    @property
    def assisted(self) -> float:
        """The accuracy of people with the assistant."""
        return self.accuracy + (self.difference if self.against is Against.HUMAN_ALONE else self.added)

    @property
    def of_model(self) -> float:
        """The accuracy of the model alone."""
        return self.assisted - self.difference

    @property
    def clusters(self) -> int:
        """What questions vary over: passages where they share them."""
        return self.passages or self.questions

    @property
    def met(self) -> int:
        """Questions that somebody answers: two people in a row have the same, the next two may have others."""
        return min(self.questions, (self.participants + 1) // 2 * self.per_person)

    @property
    def n_answers(self) -> int:
        """Answers of all people in both conditions."""
        return self.participants * self.per_person

    @cached_property
    def logits(self) -> tuple[float, float]:
        """The logits without and with the assistant at which the mean person and question stand."""
        sd = _sd(self.sds, self.passages is not None)
        return _logit_of(self.accuracy, sd), _logit_of(self.assisted, sd)

    @cached_property
    def g(self) -> float:
        """The mean of p(1 - p) over people and questions of both conditions; passages left out, as in `plan`."""
        sd = _sd(self.sds, has_passages=False)
        means = []
        for accuracy in (self.accuracy, self.assisted):
            p = _spread(_logit_of(accuracy, sd), sd)
            means.append(float(_WEIGHTS @ (p * (1 - p))))
        return (means[0] + means[1]) / 2

    @property
    def precision(self) -> Precision | None:
        """What the closed form expects of the interval; None where there is nothing to compare over."""
        if self.against is Against.HUMAN_ALONE:
            return expected_precision(
                *(self.layout, self.participants, self.met, self.n_answers, self.passages),
                sds=self.sds,
                g=self.g,
            )
        return self._over_model()

    def _over_model(self) -> Precision:
        """As `expected_precision`, for people with the assistant against a model that answered each question once."""
        s, g = self.sds, self.g
        nested, between = self.layout is Layout.DIFFERENT_ITEMS, self.layout is Layout.BETWEEN_PARTICIPANTS
        people = self.participants / (2 if between else 1)
        share = 2 if nested else 1
        questions = self.met / share
        clusters = (self.passages or self.met) / share
        a = self.of_model
        person = g**2 * (s.participant_level**2 + s.participant_slope**2 / 4) / people
        question = (g**2 * (s.item_level**2 + s.item_slope**2 / 4) + a * (1 - a)) / questions
        if self.passages is not None:
            question += g**2 * (s.passage_level**2 + s.passage_slope**2 / 4) / clusters
        answer = g / (self.n_answers / 2)
        return precision_of((person, question, answer), (people, clusters), (people, clusters), 0.95)

    def at(self, participants: int) -> "Scenario":
        """The same study with another number of participants."""
        return replace(self, participants=participants)


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ScenarioError(f"{name}: found {value:g}, allowed is {low:g} to {high:g}.")


def _inside(name: str, value: float, where: str = "") -> None:
    if not 0 < value < 1:
        raise ScenarioError(f"{name}: found {value:g}{where}, allowed is above 0 and below 1.")


# -- means over normal spreads ---------------------------------------------------------------------

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(60)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


def _sd(s: Sds, has_passages: bool) -> float:
    variance = s.participant_level**2 + s.item_level**2 + (s.participant_slope**2 + s.item_slope**2) / 4
    if has_passages:
        variance += s.passage_level**2 + s.passage_slope**2 / 4
    return float(np.sqrt(variance))


def _spread(logit: float, sd: float) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-(logit + sd * _NODES))))


def _logit_of(accuracy: float, sd: float) -> float:
    """The logit around which a normal spread has this mean accuracy, by bisection."""
    low, high = -60.0, 60.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _WEIGHTS @ _spread(middle, sd) < accuracy else (low, middle)
    return (low + high) / 2
