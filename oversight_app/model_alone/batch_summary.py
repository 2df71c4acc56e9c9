"""What a run in batches came to."""

from dataclasses import dataclass, field

from oversight_app.model_alone.summary import AloneSummary


@dataclass(slots=True)
class BatchSummary:
    """What a run came to. `alone` counts questions, and calls with their money; the others count requests."""

    alone: AloneSummary
    n_sent: int = 0
    n_under_way: int = 0
    """Requests in batches that have not ended."""
    n_failed: int = 0
    last_failure: str = ""
    troubles: list[str] = field(default_factory=list)
    """What the researcher has to know of batches that came to nothing, or to less than was sent."""

    @property
    def has_fallen_short(self) -> bool:
        """Whether something came to nothing, or questions are open for which nothing is under way."""
        is_short = self.alone.n_here + self.alone.n_elsewhere < self.alone.n_wanted
        return bool(self.n_failed or self.troubles) or (is_short and not self.n_under_way)

    def describe(self) -> str:
        """The run in a few lines."""
        lines = [self.alone.describe()]
        if self.alone.usage.n_calls:
            lines.append(f"By batch, at half the price of single requests: {self.alone.usage.describe()}.")
        if self.n_failed:
            lines.append(
                f"Requests answered with an error: {self.n_failed:,}; the next run sends them again. The last one: "
                f"{self.last_failure}"
            )
        lines += self.troubles
        if self.n_under_way:
            lines.append(
                f"{self.n_under_way:,} requests are under way; the same command reads what comes of them."
            )
        return "\n".join(lines)
