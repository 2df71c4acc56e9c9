"""What a participant was led to believe is saved, and whether the record has it.

Something counts as acknowledged when the page that follows it has arrived whole: a mark, a message, an answer with the
browser's time, a question with its clock. What was on its way when a server died may be on record or not; either is
right, but nothing else is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from oversight_app.study.questions import LETTERS
from oversight_app.study.sitting import Sitting
from oversight_app.study.trial import Speaker, Trial

Marks: TypeAlias = tuple[int | None, float | None]
"""The option marked, counted from the top, and the confidence."""
_NOTHING: Marks = (None, None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was handed in: the marks, and the milliseconds that the browser counted."""

    marks: Marks
    milliseconds: int


@dataclass
class Ledger:
    """One participant's."""

    shown: set[int] = field(default_factory=set)
    """The questions that stood on the page, with their clocks running."""
    drafts: dict[int, Marks] = field(default_factory=dict)
    underway: dict[int, list[Marks]] = field(default_factory=dict)
    """Marks sent and not acknowledged."""
    handed_in: dict[int, Answer] = field(default_factory=dict)
    answers: dict[int, Answer] = field(default_factory=dict)
    said: list[tuple[int, str]] = field(default_factory=list)
    n_replies: dict[int, int] = field(default_factory=dict)
    """How many replies of the assistant were read to their end, by question."""

    def sees(self, n: int) -> None:
        """Question `n` is on the page; so what was handed in before it has been taken."""
        self.shown.add(n)
        self.moves_on(before=n)

    def moves_on(self, *, before: int | None = None) -> None:
        """The page of the question handed in has gone; with `before`, of those before this one."""
        taken = [n for n in self.handed_in if before is None or n < before]
        for n in taken:
            self.answers[n] = self.handed_in.pop(n)

    def marks(self, n: int, marks: Marks) -> None:
        """These marks are being sent."""
        self.underway.setdefault(n, []).append(marks)

    def has_marked(self, n: int, marks: Marks) -> None:
        """These marks are acknowledged."""
        self.drafts[n] = marks
        self.underway.pop(n, None)

    def hands_in(self, n: int, marks: Marks, milliseconds: int) -> None:
        """Submit was pressed."""
        self.handed_in[n] = Answer(marks, milliseconds)

    @property
    def n_acknowledged(self) -> int:
        """How many things are acknowledged."""
        parts = (self.shown, self.drafts, self.answers, self.said)
        return sum(len(part) for part in parts) + sum(self.n_replies.values())


def missing(ledger: Ledger, sitting: Sitting) -> list[str]:
    """What was acknowledged and is not on record as it was; one sentence each."""
    trials = {trial.plan.n: trial for trial in sitting.trials}
    found: list[str] = []
    for n in sorted(ledger.shown):
        if n not in trials or trials[n].shown_at is None:
            found.append(f"question {n} was shown, and the record does not say when")
    for n, answer in ledger.answers.items():
        if otherwise := _differs(trials.get(n), answer):
            found.append(f"question {n}: {answer} was acknowledged, {otherwise} is on record")
    for n in ledger.drafts.keys() - ledger.answers.keys() - ledger.handed_in.keys():
        allowed = [ledger.drafts[n], *ledger.underway.get(n, [])]
        recorded = _draft(trials.get(n))
        if recorded not in allowed:
            found.append(f"question {n}: the draft {ledger.drafts[n]} became {recorded}")
    return [*found, *_silenced(ledger, trials.values())]


def _differs(trial: Trial | None, answer: Answer) -> str:
    closed = trial.closed if trial else None
    if trial is None or closed is None:
        return "nothing"
    recorded = Answer(
        (_index(trial, closed.choice), closed.confidence), round(1000 * (closed.browser_response_time_s or 0))
    )
    return "" if recorded == answer and closed.status == "answered" else f"{closed.status}: {recorded}"


def _draft(trial: Trial | None) -> Marks:
    return (_index(trial, trial.draft.choice), trial.draft.confidence) if trial else _NOTHING


def _index(trial: Trial, letter: str) -> int | None:
    """Where the option with this original letter stood on the page."""
    return trial.plan.option_order.index(letter) if letter in tuple(LETTERS) else None


def _silenced(ledger: Ledger, trials: Iterable[Trial]) -> list[str]:
    found = []
    said = {(t.plan.n, m.text) for t in trials for m in t.messages if m.speaker is Speaker.PARTICIPANT}
    found += [
        f"question {n}: the message {text!r} is gone" for n, text in ledger.said if (n, text) not in said
    ]
    for trial in trials:
        replies = sum(
            m.speaker is Speaker.ASSISTANT and not m.is_running and bool(m.text) for m in trial.messages
        )
        if replies < ledger.n_replies.get(trial.plan.n, 0):
            found.append(f"question {trial.plan.n}: a reply that was read is gone")
    return found
