"""What a run in batches came to."""

from dataclasses import dataclass, field

from oversight_app.model_alone.summary import AloneSummary
from oversight_app.study.cost import dollars


@dataclass(slots=True)
class BatchSummary:
    """What a run came to. `alone` counts questions; `n_sent` and the others count requests, those of this run.

    `cost_usd` is None where a price or a counter is not known.
    """

    alone: AloneSummary
    n_sent: int = 0
    n_under_way: int = 0
    """Requests in batches that have not ended."""
    n_replies: int = 0
    n_failed: int = 0
    last_failure: str = ""
    n_untried: int = 0
    cost_usd: float | None = 0.0
    troubles: list[str] = field(default_factory=list)
    """What the researcher has to know of batches that came to nothing, or to less than was sent."""

    @property
    def has_trouble(self) -> bool:
        """Whether something came to nothing."""
        return bool(self.n_failed or self.troubles)

    @property
    def is_whole(self) -> bool:
        """Whether every question has its answer."""
        return not self.alone.n_open

    def describe(self) -> str:
        """The run in a few lines."""
        lines = [self.alone.describe()]
        if self.n_replies:
            if self.cost_usd is None:
                price = f'[prices."{self.alone.model}"] in study.toml, before `oversight plan`, says'
                lines.append(f"{self.n_replies:,} replies came of batches; {price} what they cost.")
            else:
                cost = dollars(self.cost_usd)
                lines.append(
                    f"{self.n_replies:,} replies of batches cost {cost}, half of what single requests do."
                )
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
