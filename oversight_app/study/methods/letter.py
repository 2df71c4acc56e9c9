"""A letter at the end of a method, and how likely each of the four was.

Its probabilities are those of the log-probabilities where the service gives them. Where it gives none that say enough,
and `samples` is set, the same is asked so many times more, sampled, and each letter has its share of those replies
that can be read. The choice is always that of the first reply, which takes the likeliest word.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from oversight_app.study.choice_reading import read_choice
from oversight_app.study.design.method import Settings
from oversight_app.study.events import AloneAsked
from oversight_app.study.letters import OptionOrder
from oversight_app.study.methods.method import Call, Item, Reads
from oversight_app.study.model_answer import ModelAnswer, answered, shares_of
from oversight_app.study.questions import LETTERS
from oversight_app.study.transcript import Line

NOT_SURE = (
    "the service gave no log-probabilities that say how likely the answer was, so it has no confidence; set samples=10 "
    "to have answers sampled, or use the method verbal_confidence"
)
"""What is remarked where there is no probability and could be one."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Probabilities by displayed letter, and where they come from; both empty where they are not known."""

    of: Mapping[str, float]
    source: str


def letter_calls(
    prompt: str,
    turns: tuple[Line, ...],
    told: Mapping[str, AloneAsked],
    settings: Settings,
    *,
    part: str = "answer",
    among: str = LETTERS,
) -> tuple[Call, ...]:
    """The call for the letter, and after it those samples that are wanted and not there yet."""
    if part not in told:
        return (Call(part, prompt, turns, Reads.LETTER, purpose=part, among=among),)
    if _logged(told[part], among):
        return ()
    return tuple(
        Call(name, prompt, turns, Reads.LETTER, purpose="sample", is_sampled=True, among=among)
        for name in _samples(settings)
        if name not in told
    )


def letter_answer(item: Item, told: Mapping[str, AloneAsked], settings: Settings) -> ModelAnswer:
    """The answer that the call "answer" and its samples make."""
    order = item.trial.option_order
    shown = OptionOrder(order).shown(item.question.options)
    shares = letter_shares(told, settings, shown)
    answer = answered(read_choice(told["answer"].text, shown), shares.of, shares.source, order)
    return replace(answer, remark=unsure(answer, settings))


def letter_shares(
    told: Mapping[str, AloneAsked],
    settings: Settings,
    options_shown: Iterable[str],
    *,
    part: str = "answer",
    among: str = LETTERS,
) -> Shares:
    """How likely each letter was, by what was said in the call `part` and in its samples."""
    if logged := _logged(told[part], among):
        return Shares(logged, "logprob")
    shown = tuple(options_shown)
    shares = shares_among((read_choice(told[name].text, shown) for name in _samples(settings)), among)
    return Shares(shares, "samples" if shares else "")


def shares_among(letters: Iterable[str], among: str = LETTERS) -> dict[str, float]:
    """Each letter's share of those that could be read; empty where none could."""
    counts = Counter(letter for letter in letters if letter and letter in among)
    return {letter: counts[letter] / counts.total() for letter in among} if counts else {}


def unsure(answer: ModelAnswer, settings: Settings) -> str:
    """`NOT_SURE` where that is so."""
    return NOT_SURE if answer.choice and answer.confidence is None and not settings.samples else ""


def _logged(said: AloneAsked, among: str) -> dict[str, float]:
    return shares_of(said.log_probabilities, said.least_log_probability, among)


def _samples(settings: Settings) -> tuple[str, ...]:
    return tuple(f"sample/{k}" for k in range(1, (settings.samples or 0) + 1))
