"""The best of n reasonings, then the answer: the paper's best-of-20.

Bowman et al. 2022 sample twenty reasonings, keep the one that a preference model scores best, and ask for the answer
after it. Here a score is a number from 0 to 100 that is asked for in words: of the model named as `scorer`, or of the
model itself. Among equal scores the first counts. A score that cannot be read is missing and never the best; where all
are missing, the first reasoning is kept, and the answer says so.
"""

from collections.abc import Mapping
from dataclasses import replace

from oversight_app.study.design.method import DEFAULTS, Settings
from oversight_app.study.events import AloneAsked
from oversight_app.study.methods.letter import letter_answer, letter_calls
from oversight_app.study.methods.method import Call, Item, Reads
from oversight_app.study.methods.reasoning import (
    ANSWER_PROMPT,
    NOTHING_REASONED,
    PROMPT,
    after,
    opening,
    reasoned,
    reasoning_call,
    reasoning_part,
)
from oversight_app.study.methods.wording import asked, examples
from oversight_app.study.model_answer import ModelAnswer
from oversight_app.study.stated import read_score
from oversight_app.study.transcript import Line

SCORE_PROMPT = "best_of_n_score"
NO_SCORE = "no score of a reasoning could be read, so the first reasoning was kept"


class BestOfN:
    """n reasonings at once, the score of each, and one answer."""

    name = "best_of_n"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.n = settings.n or DEFAULTS[self.name]["n"]
        self.shots = settings.shots or 0
        self.prompts: tuple[str, ...] = (PROMPT, SCORE_PROMPT, ANSWER_PROMPT)
        if self.shots:
            self.prompts += ("zero_shot",)
        scorer = settings.scorer or "the model itself"
        self.manner = f"Of {self.n} reasonings to each question the one was kept that {scorer} scored best."

    def calls(self, item: Item, told: Mapping[str, AloneAsked]) -> tuple[Call, ...]:
        """The reasonings that are missing, and the scores of those that are there; then the answer and its samples."""
        before = self._before(item)
        waiting = tuple(
            reasoning_call(k, before, self.settings, is_sampled=True)
            for k in self._all
            if reasoning_part(k) not in told
        )
        waiting += tuple(
            self._score_call(item, k, reasoning)
            for k in self._all
            if _score_part(k) not in told and (reasoning := reasoned(told, k))
        )
        if waiting:
            return waiting
        best = self.best(told)
        if best is None:
            return ()
        return letter_calls(ANSWER_PROMPT, after(item, before, reasoned(told, best)), told, self.settings)

    def answer(self, item: Item, told: Mapping[str, AloneAsked]) -> ModelAnswer:
        """The letter after the best reasoning, as sure as its probability among the four there."""
        if self.best(told) is None:
            return NOTHING_REASONED
        answer = letter_answer(item, told, self.settings)
        return answer if self._scores(told) else replace(answer, remark=NO_SCORE)

    def best(self, told: Mapping[str, AloneAsked]) -> int | None:
        """Which reasoning is kept, from 1; None where no reasoning says a word."""
        if scores := self._scores(told):
            return max(scores, key=lambda k: (scores[k], -k))
        return next((k for k in self._all if reasoned(told, k)), None)

    def _scores(self, told: Mapping[str, AloneAsked]) -> dict[int, float]:
        """The scores that could be read, by reasoning."""
        read = {k: read_score(told[_score_part(k)].text) for k in self._all if _score_part(k) in told}
        return {k: score for k, score in read.items() if score is not None}

    def _score_call(self, item: Item, k: int, reasoning: str) -> Call:
        return Call(
            _score_part(k),
            SCORE_PROMPT,
            asked(item, SCORE_PROMPT, reasoning=reasoning.strip()),
            Reads.TEXT,
            purpose="score",
            asks=self.settings.scorer,
        )

    def _before(self, item: Item) -> tuple[Line, ...]:
        return (*examples(item, "zero_shot", self.shots), *opening(item))

    @property
    def _all(self) -> range:
        return range(1, self.n + 1)


def _score_part(k: int) -> str:
    return f"score/{k}"
