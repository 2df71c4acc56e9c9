"""What a run of a model alone has come to, while it goes on and at its end."""

from collections import Counter
from dataclasses import dataclass, field

from oversight_app.study.cost import cost_usd, dollars
from oversight_app.study.design import Price
from oversight_app.study.events import AloneAsked
from oversight_app.study.model_answer import ModelAnswer
from oversight_app.study.position_bias import PositionBias
from oversight_app.study.trial import TrialStatus


@dataclass(slots=True)
class Usage:
    """Calls of this run with their tokens and money. What a service does not say, and what nobody knows, is counted."""

    n_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    n_uncounted: int = 0
    """Replies whose tokens the service did not say."""
    usd: float = 0.0
    n_unpriced: int = 0
    """Replies whose cost is not known."""

    def add(self, asked: AloneAsked, price: Price | None) -> None:
        """One call more; one that got no reply cost nothing that anybody can say."""
        self.n_calls += 1
        if not asked.finish_reason:
            return
        if asked.tokens_in is None or asked.tokens_out is None:
            self.n_uncounted += 1
        self.tokens_in += asked.tokens_in or 0
        self.tokens_out += asked.tokens_out or 0
        cost = cost_usd(asked, price)
        if cost is None:
            self.n_unpriced += 1
        else:
            self.usd += cost

    @property
    def cost(self) -> str:
        """The money, as far as it is known."""
        if not self.n_unpriced:
            return dollars(self.usd)
        return f"at least {dollars(self.usd)}" if self.usd else "an unknown amount"

    def describe(self) -> str:
        """Calls, tokens and money in one line."""
        tokens = f"{self.tokens_in:,} tokens in, {self.tokens_out:,} out"
        if self.n_uncounted:
            tokens += f" (without {self.n_uncounted:,} replies that did not count theirs)"
        return f"{self.n_calls:,} calls, {tokens}, {self.cost}"


@dataclass(slots=True)
class AloneSummary:
    """What a run came to. `n_failed` questions got no reply, `n_open` are still to be asked, those included."""

    participant_id: str
    model: str
    method: str
    n_trials: int
    n_before: int = 0
    n_answered: int = 0
    n_unreadable: int = 0
    n_failed: int = 0
    n_elsewhere: int = 0
    """Answered meanwhile by another run of the same model."""
    n_wanted: int = 0
    """Questions that this run set out to ask."""
    n_in_batches: int = 0
    """Open ones that it left alone, because they are in a batch that is under way."""
    last_error: str = ""
    last_empty: str = ""
    """Why the last reply without a word had none; such a reply is unreadable."""
    compared: str = ""
    """The model and method that the plan compares people with, where this is another."""
    elapsed_s: float = 0.0
    usage: Usage = field(default_factory=Usage)
    was_stopped: bool = False
    """The researcher stopped it."""
    notes: list[str] = field(default_factory=list)
    """How the method came to its answers, and what it could not ask."""
    remarks: Counter[str] = field(default_factory=Counter)
    """What is to be said of single answers of this run, and of how many."""
    position_bias: PositionBias | None = None
    """Of all answers in the record, where options were rotated."""

    @property
    def n_open(self) -> int:
        """Questions without an answer in the record."""
        return self.n_trials - self.n_before - self.n_here - self.n_elsewhere

    @property
    def n_here(self) -> int:
        """Questions that this run closed."""
        return self.n_answered + self.n_unreadable

    @property
    def n_done(self) -> int:
        """Questions that need no further waiting: closed, or without a reply in this run."""
        return self.n_trials - self.n_open + self.n_failed

    @property
    def per_s(self) -> float | None:
        """Questions a second; None before there is one."""
        n = self.n_here + self.n_failed
        return n / self.elapsed_s if n and self.elapsed_s > 0 else None

    @property
    def left_s(self) -> float | None:
        """Seconds until this run has asked all, if it goes on like this; None before that can be said."""
        if not self.per_s:
            return None
        return max(0, self.n_wanted - self.n_here - self.n_failed - self.n_elsewhere) / self.per_s

    @property
    def has_fallen_short(self) -> bool:
        """Whether questions are open that this run should have closed."""
        return self.was_stopped or self.n_here + self.n_elsewhere < self.n_wanted

    @property
    def pace(self) -> str:
        """How fast it goes, what it cost so far and how long it will take, for somebody who watches."""
        told = [f"{rate(self.per_s)} questions/s"] if self.per_s else []
        told.append(self.usage.cost)
        if self.left_s is not None:
            told.append(f"{spelled(self.left_s)} left")
        return ", ".join(told)

    def count(self, answer: ModelAnswer) -> None:
        """A question was closed."""
        self.n_answered += answer.status is TrialStatus.ANSWERED
        self.n_unreadable += answer.status is TrialStatus.UNREADABLE
        self.remarks.update([answer.remark] if answer.remark else [])

    def describe(self) -> str:
        """The run in a few lines."""
        lines = [
            f"{self.model} ({self.method}) answered {self.n_here:,} of {self.n_trials:,} questions"
            + (f", {self.n_before:,} were answered before." if self.n_before else ".")
        ]
        if self.n_elsewhere:
            lines.append(f"Another run answered {self.n_elsewhere:,} at the same time.")
        if self.n_unreadable:
            lines.append(
                f"{self.n_unreadable:,} replies could not be read as an option; they are recorded as unreadable."
                + (f" The last one that was empty: {self.last_empty}." if self.last_empty else "")
            )
        lines += self.notes
        lines += [
            f"In {n} question{'' if n == 1 else 's'}: {remark}." for remark, n in self.remarks.most_common()
        ]
        if self.position_bias is not None:
            lines += self.position_bias.describe()
        if self.n_failed:
            lines.append(f"{self.n_failed:,} got no reply: {self.last_error}")
        if self.compared:
            lines.append(
                f"The plan compares people with {self.compared}; these answers will stand beside that comparison and "
                "not in it."
            )
        if self.usage.n_calls and self.per_s:
            lines.append(f"{self.usage.describe()}; {rate(self.per_s)} questions a second.")
        if self.n_in_batches:
            lines.append(
                f"{self.n_in_batches:,} are in a batch that is under way and were not asked; --batch reads its replies."
            )
        if self.n_open:
            lines.append(f"{self.n_open:,} are still open; the same command asks only those.")
        return "\n".join(lines)


def rate(per_s: float) -> str:
    """A rate as one reads it: 412, 3.1, 0.05."""
    return f"{per_s:,.0f}" if per_s >= 10 else f"{per_s:.2g}"


def spelled(seconds: float) -> str:
    """A time as one waits for it: 40 s, 12 min, 2 h 5 min."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
