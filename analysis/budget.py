"""What a study of a given size costs and how long it takes: people's time, their pay, the model's replies.

Nothing is guessed: a part that nobody stated is missing, and so is the total.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """What one person takes: minutes, pay in `currency`, bonus, a platform's share of both, and the model's replies.

    `pay` is for the whole sitting, or `pay_per_hour` for its minutes; `fee` is a share, 0.3 for 30%; `model` is what
    the assistant's replies to one person cost, and `model_once` what is paid once, as for the model alone.
    """

    minutes: float
    pay: float | None = None
    pay_per_hour: float | None = None
    bonus: float = 0.0
    fee: float = 0.0
    model: float | None = 0.0
    model_once: float | None = 0.0
    currency: str = "USD"

    @property
    def per_person(self) -> float | None:
        """Pay, bonus and the platform's share for one person; None where no pay was stated."""
        pay = self.pay
        if pay is None and self.pay_per_hour is not None:
            pay = self.pay_per_hour * self.minutes / 60
        return None if pay is None else (pay + self.bonus) * (1 + self.fee)

    def people(self, participants: int) -> float | None:
        """Everything paid to and for people."""
        return None if self.per_person is None else self.per_person * participants

    def models(self, participants: int) -> float | None:
        """Everything paid for replies; None where a price is not known."""
        if self.model is None or self.model_once is None:
            return None
        return self.model * participants + self.model_once

    def total(self, participants: int) -> float | None:
        """Both together; None where either is not known."""
        people, models = self.people(participants), self.models(participants)
        return None if people is None or models is None else people + models

    def hours(self, participants: int) -> float:
        """Hours that people spend in all."""
        return self.minutes * participants / 60
