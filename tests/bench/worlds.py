"""Simulated studies with confidence, an answer of one's own first, and advice, for what is not a plain mean.

Participants and questions are those of `analysis.replication`. On top of them, per answer with the assistant:
confidence as in `analysis.simulate` (the chance to be right, with noise, as the nearest of five levels), an initial
answer that is right as often as one alone, advice that is right in 70% of trials by lot, and whether a person who
disagrees follows it, which varies over people and questions and is rarer on easy questions.
"""

from dataclasses import dataclass

import numpy as np

from analysis.jackknife import Codes, Floats
from analysis.replication import Crossing
from analysis.scenario import Scenario
from analysis.simulate import CONFIDENCES
from analysis.sums import Clusters

ADVICE_ACCURACY = 0.7
FOLLOWS, FOLLOWS_SD_PERSON, FOLLOWS_SD_ITEM, FOLLOWS_BY_EASE = 0.2, 0.8, 0.5, -0.5


@dataclass(frozen=True, slots=True)
class World:
    """The answers with the assistant of one study, one entry an answer, and the scores of people alone."""

    right: Floats
    confidence: Floats
    is_certain: Floats
    """The chance that the answer is right: what confidence would be without noise and levels."""
    initial_right: Floats
    advice_right: Floats
    follows: Floats
    person: Codes
    item: Codes
    alone: tuple[Floats, Codes, Codes]

    def clusters(self, own: np.ndarray | None = None, items: str = "question") -> Clusters:
        """The clusters of all answers, or of those that a mask leaves."""
        person, item = (
            np.unique(codes if own is None else codes[own], return_inverse=True)[1].astype(np.int64)
            for codes in (self.person, self.item)
        )
        return Clusters(person, item, items)


def draw(scenario: Scenario, crossing: Crossing, rng: np.random.Generator) -> World:
    """One study of a scenario."""
    s, (low, high) = scenario.sds, scenario.logits
    n_people, n_items = crossing.assisted.shape
    spreads = (s.participant_level, s.participant_slope, FOLLOWS_SD_PERSON)
    level, slope, yields = np.array(spreads)[:, None] * rng.normal(size=(3, n_people))
    spreads = (s.item_level, s.item_slope, FOLLOWS_SD_ITEM)
    ease, helped, draws_in = np.array(spreads)[:, None] * rng.normal(size=(3, n_items))
    if scenario.passages is not None:
        ease += rng.normal(0, s.passage_level, scenario.passages)[crossing.cluster]
        helped += rng.normal(0, s.passage_slope, scenario.passages)[crossing.cluster]

    def chance(mask: np.ndarray, x: float) -> tuple[Floats, Codes, Codes]:
        person, item = np.nonzero(mask)
        logit = (
            (low + high) / 2
            + (high - low) * x
            + level[person]
            + ease[item]
            + x * (slope[person] + helped[item])
        )
        return _expit(logit), person.astype(np.int64), item.astype(np.int64)

    p, person, item = chance(crossing.assisted, 0.5)
    before, _, _ = chance(crossing.assisted, -0.5)
    p_alone, person_alone, item_alone = chance(crossing.alone, -0.5)
    tendency = FOLLOWS + yields[person] + draws_in[item] + FOLLOWS_BY_EASE * ease[item]
    return World(
        _drawn(rng, p),
        felt(p, rng),
        p,
        _drawn(rng, before),
        _drawn(rng, np.full(p.shape, ADVICE_ACCURACY)),
        _drawn(rng, _expit(tendency)),
        person,
        crossing.cluster[item].astype(np.int64),
        (_drawn(rng, p_alone), person_alone, crossing.cluster[item_alone].astype(np.int64)),
    )


def population(scenario: Scenario, n: int, seed: int) -> World:
    """Answers of `n` people to one question each, all of them new: the population that every estimand speaks of."""
    rng = np.random.default_rng(seed)
    s, (low, high) = scenario.sds, scenario.logits
    has_passages = scenario.passages is not None
    level, slope, yields, draws_in = (
        rng.normal(0, sd, n)
        for sd in (s.participant_level, s.participant_slope, FOLLOWS_SD_PERSON, FOLLOWS_SD_ITEM)
    )
    ease = rng.normal(0, np.hypot(s.item_level, s.passage_level if has_passages else 0), n)
    helped = rng.normal(0, np.hypot(s.item_slope, s.passage_slope if has_passages else 0), n)
    p, before = (
        _expit((low + high) / 2 + (high - low) * x + level + ease + x * (slope + helped)) for x in (0.5, -0.5)
    )
    each = np.arange(n, dtype=np.int64)
    return World(
        _drawn(rng, p),
        felt(p, rng),
        p,
        _drawn(rng, before),
        _drawn(rng, np.full(n, ADVICE_ACCURACY)),
        _drawn(rng, _expit(FOLLOWS + yields + draws_in + FOLLOWS_BY_EASE * ease)),
        each,
        each,
        (_drawn(rng, before), each, each),
    )


def felt(p: Floats, rng: np.random.Generator) -> Floats:
    """Confidence as one of five levels."""
    noisy = np.clip(p + rng.normal(0, 0.15, p.shape), 0, 1)
    return np.asarray(np.array(CONFIDENCES)[np.abs(noisy[:, None] - np.array(CONFIDENCES)).argmin(axis=1)])


def _expit(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))


def _drawn(rng: np.random.Generator, p: Floats) -> Floats:
    return (rng.random(p.shape) < p).astype(np.float64)
