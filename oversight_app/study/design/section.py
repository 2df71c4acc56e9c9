"""What every section of a design has in common."""

from pydantic import BaseModel, ConfigDict

LONGEST_S = 366 * 24 * 3600.0
"""No time in a design is longer than a year, so that every deadline is a date."""


class Section(BaseModel):
    """A table of study.toml: an unknown key is an error, and nothing changes after reading."""

    # TOML has inf and nan; no quantity of a design is either.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, allow_inf_nan=False)
