"""What people are paid beside the reward: from the design, so that it is frozen before anybody answers."""

from decimal import Decimal

from pydantic import Field

from oversight_app.study.design.section import Section


class BonusDesign(Section):
    """Amounts in `answer.currency`, beside what a scoring rule pays for each question."""

    flat: Decimal = Field(default=Decimal(0), ge=0, le=1_000_000, decimal_places=2)
    """For everybody who completes the study."""
    per_correct: Decimal = Field(default=Decimal(0), ge=0, le=1_000_000, decimal_places=2)
    """For each right answer to a study question."""
    at_most: Decimal | None = Field(default=None, gt=0, le=1_000_000, decimal_places=2)
    """Nobody gets more than this, all parts together. Left out: no limit."""
