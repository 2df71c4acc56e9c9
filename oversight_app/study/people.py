"""Simulated people for rehearsals: how each kind knows, asks, believes, takes its time and gives up.

Knowing follows the generator of the planning simulations: alone (x = -1/2) or with the assistant (x = +1/2) a person is
right by their own lights with probability expit(MEAN + level + u + s x + v + t x), where u and s are the person's level
and slope and v and t the question's. What the assistant adds is behaviour: a person who has read advice takes it, right
or wrong, as often as their kind does. There is no other effect of the assistant, so that the true accuracy of each
condition can be computed (`study/truth.py`).

Everything is a rule over values; the dice come in as an argument. Options are indices 0-3 as displayed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp
from random import Random

from oversight_app.study.design import FIVE_POINTS, ConfidenceScale
from oversight_app.study.scoring import spread

MEAN = 0.3
PERSON_LEVEL_SD, PERSON_SLOPE_SD = 0.6, 0.4
ITEM_LEVEL_SD, ITEM_SLOPE_SD = 1.0, 0.8
CHANCE = 0.25
DRAFTED_SHARE = 0.5
"""Of the questions that a slow person lets time out: the share with a draft, which then is the answer."""
LEAVES_BETWEEN = (0.25, 0.75)
"""Who leaves half-way does so within this part of the sitting, each moment as likely as another."""

FIRST_MESSAGE = "Which option do you think is right, and why?"
SECOND_MESSAGE = "What speaks against the other options?"


@dataclass(frozen=True, slots=True)
class Manner:
    """One kind of people. `level` is in logits; all others are probabilities.

    `asks_once` and `asks_twice` are the shares of assisted questions with one and with two messages, `takes_advice` the
    share of advice read that becomes the answer, `lapses` the share of timed questions that run out, `skips` that of
    questions left out where that is allowed, `overlooks` that of attention checks answered at will.
    """

    name: str
    share: float
    level: float = 0.0
    asks_once: float = 0.5
    asks_twice: float = 0.3
    takes_advice: float = 0.5
    lapses: float = 0.0
    skips: float = 0.0
    overlooks: float = 0.0
    is_guessing: bool = False
    is_leaving: bool = False

    @property
    def follows(self) -> float:
        """The share of assisted questions whose answer is the assistant's."""
        return (self.asks_once + self.asks_twice) * self.takes_advice


MANNERS = (
    Manner("knowledgeable", 0.25, level=1.2, asks_once=0.4, asks_twice=0.1, takes_advice=0.3),
    Manner(
        *("guessing", 0.15),
        is_guessing=True,
        asks_once=0.5,
        asks_twice=0.2,
        takes_advice=0.6,
        skips=0.1,
        overlooks=0.2,
    ),
    Manner("deferring", 0.25, level=-0.2, asks_once=0.7, asks_twice=0.3, takes_advice=0.9),
    Manner("sceptical", 0.20, level=0.3, asks_once=0.4, asks_twice=0.3, takes_advice=0.1),
    Manner("slow", 0.10, lapses=0.25),
    Manner("leaving", 0.05, is_leaving=True),
)


def with_dropout(share: float, manners: tuple[Manner, ...] = MANNERS) -> tuple[Manner, ...]:
    """The kinds with this share of people who leave; the others stay in proportion to each other."""
    others = sum(manner.share for manner in manners if not manner.is_leaving)
    leaving = sum(manner.share for manner in manners if manner.is_leaving)
    return tuple(
        replace(
            manner,
            share=manner.share * share / leaving
            if manner.is_leaving
            else manner.share * (1 - share) / others,
        )
        for manner in manners
    )


@dataclass(frozen=True, slots=True)
class Item:
    """A question as simulated people find it, in logits."""

    level: float
    slope: float


@dataclass(frozen=True, slots=True)
class Person:
    """One simulated person. `leaves_at` is the part of the sitting after which they are gone, None for never."""

    manner: Manner
    level: float
    slope: float
    leaves_at: float | None = None
    withdraws: bool = False
    """Whether leaving means pressing the button, or just closing the tab."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a person brings to a question before any advice. `seconds` is when the answer stands, from first sight."""

    own_choice: int
    own_probability: float
    n_messages: int
    seconds: float
    lets_it_lapse: bool = False
    leaves_a_draft: bool = True
    skips: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answers in the end."""

    choice: int
    confidence: float | None


def draw_person(dice: Random, manners: tuple[Manner, ...] = MANNERS) -> Person:
    """A person of a kind drawn by the kinds' shares."""
    (manner,) = dice.choices(manners, weights=[manner.share for manner in manners])
    return Person(
        manner,
        dice.gauss(0, PERSON_LEVEL_SD),
        dice.gauss(0, PERSON_SLOPE_SD),
        dice.uniform(*LEAVES_BETWEEN) if manner.is_leaving else None,
        dice.random() < 0.5,
    )


def draw_item(dice: Random) -> Item:
    """How hard a question is, and how much harder or easier beside an assistant."""
    return Item(dice.gauss(0, ITEM_LEVEL_SD), dice.gauss(0, ITEM_SLOPE_SD))


def leaves_on(person: Person, n_trials: int) -> int | None:
    """The trial, from 1, that a leaving person sees and does not answer."""
    return None if person.leaves_at is None else int(person.leaves_at * n_trials) + 1


def probability_right(person: Person, item: Item, *, is_assisted: bool) -> float:
    """How likely a person is right by their own lights; who guesses is right by chance."""
    if person.manner.is_guessing:
        return CHANCE
    x = 0.5 if is_assisted else -0.5
    return expit(MEAN + person.manner.level + person.level + person.slope * x + item.level + item.slope * x)


def heeds(person: Person, dice: Random) -> bool:
    """Whether a person does what an attention check asks for."""
    return dice.random() >= person.manner.overlooks


def intend(
    person: Person,
    item: Item,
    key: int,
    *,
    is_assisted: bool,
    limit_s: float | None,
    dice: Random,
    may_skip: bool = False,
) -> Intent:
    """What a person makes of a question alone: an answer of their own, whom to ask, and how long it takes."""
    p = probability_right(person, item, is_assisted=is_assisted)
    is_right = dice.random() < p
    wrong = dice.choice([choice for choice in range(4) if choice != key])
    asks = dice.random()
    n_messages = (asks < person.manner.asks_once + person.manner.asks_twice) + (
        asks < person.manner.asks_twice
    )
    part = dice.uniform(0.15, 0.85)
    lapses, drafts = dice.random() < person.manner.lapses, dice.random() < DRAFTED_SHARE
    return Intent(
        own_choice=key if is_right else wrong,
        own_probability=p,
        n_messages=n_messages if is_assisted else 0,
        # Nobody but the slow ever runs out of time: what else a limit does to answers is not simulated.
        seconds=part * limit_s if limit_s is not None else 20 + 100 * part,
        lets_it_lapse=lapses and limit_s is not None,
        leaves_a_draft=drafts,
        skips=may_skip and dice.random() < person.manner.skips,
    )


def answer(
    person: Person, intent: Intent, key: int, advice: int | None, scale: ConfidenceScale, dice: Random
) -> Answer:
    """The answer after the advice that was read, if any: the assistant's or one's own, and how sure one is of it."""
    takes = dice.random() < person.manner.takes_advice and advice is not None
    choice = advice if takes and advice is not None else intent.own_choice
    trust = 0.5 + 0.4 * person.manner.takes_advice if takes else intent.own_probability
    # People feel a little of whether they are right beyond what they know.
    felt = trust + (0.1 if choice == key else -0.1) + dice.gauss(0, 0.12)
    return Answer(choice, on_scale(felt, scale))


def expit(logit: float) -> float:
    """The probability that a logit stands for."""
    return 1 / (1 + exp(-logit))


def on_page(said: Answer, scale: ConfidenceScale) -> tuple[float | None, tuple[float, ...]]:
    """Confidence and probabilities as the page's scale asks for them; a distribution in whole percents."""
    if scale is not ConfidenceScale.DISTRIBUTION or said.confidence is None:
        return said.confidence, ()
    return None, in_percents(spread(said.confidence, said.choice), said.choice)


def in_percents(shares: Sequence[float], choice: int) -> tuple[float, ...]:
    """Four shares in whole percents, as a page takes them; what rounding leaves over goes to the choice."""
    percents = [round(100 * share) for share in shares]
    percents[choice] += 100 - sum(percents)
    return tuple(percent / 100 for percent in percents)


def on_scale(felt: float, scale: ConfidenceScale) -> float | None:
    """A feeling of certainty as the scale of the page can say it."""
    match scale:
        case ConfidenceScale.FIVE_POINTS:
            return min(FIVE_POINTS, key=lambda point: abs(point - felt))
        case ConfidenceScale.PERCENT | ConfidenceScale.DISTRIBUTION:
            return round(min(1.0, max(0.0, felt)), 2)
        case ConfidenceScale.NONE:
            return None
