"""What a run of a model alone came to."""

from collections import Counter
from dataclasses import dataclass, field

from oversight_app.study.position_bias import PositionBias


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
    n_in_batches: int = 0
    """Questions that a live run left alone because a batch with them is under way."""
    last_error: str = ""
    last_empty: str = ""
    """Why the last reply without a word had none; such a reply is unreadable."""
    compared: str = ""
    """The model and method that the plan compares people with, where this is another."""
    notes: list[str] = field(default_factory=list)
    """How the method came to its answers, and what it could not ask."""
    remarks: Counter[str] = field(default_factory=Counter)
    """What is to be said of single answers of this run, and of how many."""
    position_bias: PositionBias | None = None
    """Of all answers in the record, where options were rotated."""

    @property
    def n_open(self) -> int:
        """Questions without an answer in the record."""
        return self.n_trials - self.n_before - self.n_answered - self.n_unreadable

    def describe(self) -> str:
        """The run in a few lines."""
        lines = [
            f"{self.model} ({self.method}) answered {self.n_answered + self.n_unreadable} of {self.n_trials} questions"
            + (f", {self.n_before} were answered before." if self.n_before else ".")
        ]
        if self.n_unreadable:
            lines.append(
                f"{self.n_unreadable} replies could not be read as an option; they are recorded as unreadable."
                + (f" The last one that was empty: {self.last_empty}." if self.last_empty else "")
            )
        lines += self.notes
        lines += [
            f"In {n} question{'' if n == 1 else 's'}: {remark}." for remark, n in self.remarks.most_common()
        ]
        if self.position_bias is not None:
            lines += self.position_bias.describe()
        if self.n_failed:
            lines.append(f"{self.n_failed} got no reply: {self.last_error}")
        if self.compared:
            lines.append(
                f"The plan compares people with {self.compared}; these answers will stand beside that comparison and "
                "not in it."
            )
        if self.n_in_batches:
            lines.append(
                f"{self.n_in_batches} are in a batch that is under way, and were not asked; --batch reads its replies."
            )
        if self.n_open:
            lines.append(f"{self.n_open} are still open; the same command asks only those.")
        return "\n".join(lines)
