"""What a model's tokens cost, and how much of that a study may spend."""

from pydantic import Field

from oversight_app.study.design.section import Section


class Price(Section):
    """US dollars per million tokens, by what became of them; all that is thought counts as `output`."""

    input: float = Field(ge=0)
    """Tokens sent that the service reads anew."""
    output: float = Field(ge=0)
    """Tokens received, thinking included."""
    cached: float | None = Field(default=None, ge=0)
    """Tokens sent that the service had in its cache; left out: as `input`, which no service charges more than."""
    cache_written: float | None = Field(default=None, ge=0)
    """Tokens sent that the service put into its cache; left out: as `input`."""

    @property
    def is_free(self) -> bool:
        """Whether nothing costs anything."""
        return not any((self.input, self.output, self.cached, self.cache_written))


class ListPrice(Price):
    """What a service's own list said; a study's prices are its own word and bear no date."""

    as_of: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    """The last month for which that is known, YYYY-MM."""


class SpendingDesign(Section):
    """The most that the assistant's replies to people may cost, in US dollars; left out: there is no cap."""

    per_study: float | None = Field(default=None, gt=0)
    """By all people together."""
    per_participant: float | None = Field(default=None, gt=0)
    """By one person."""

    @property
    def has_cap(self) -> bool:
        """Whether there is one."""
        return self.per_study is not None or self.per_participant is not None
