"""The purse: whether one more reply may be asked for, for the money that the design allows.

It is asked in the transaction that begins the reply, and counts what the record holds, replies that are being written
included, each with the most that it can cost. So however many people ask at once, in whatever processes, no cap is
passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from oversight_app.providers.base import Request
from oversight_app.store.spending import Spent
from oversight_app.store.store import Record
from oversight_app.study.cost import assistant_price, cost_usd, most_usd
from oversight_app.study.design import Price, SpendingDesign
from oversight_app.study.events import ReplyClosed
from oversight_app.study.plan import Plan
from oversight_app.study.trouble import SPENDING_CAP, Trouble

LEAST_TOKENS = 16
"""Some services take no lower limit for a reply, and write so much where a design allows less."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """The most that each reply can cost, None where nobody knows. `cap`: what keeps them from being asked for."""

    usd: tuple[float | None, ...]
    cap: str = ""

    def refusal(self, n: int, reply_id: str) -> ReplyClosed:
        """The end of a reply that nobody is asked for. The trial goes on, and nothing else is lost."""
        return ReplyClosed(
            n,
            reply_id,
            "",
            "failed",
            finish_reason=SPENDING_CAP,
            error=f"spending cap reached: {self.cap}",
            trouble=Trouble.CAP.value,
        )


class Purse:
    """The money of one plan's assistant. A rehearsal's scripted stand-in needs none: `is_paid` is False."""

    def __init__(self, plan: Plan, *, is_paid: bool = True, caps: SpendingDesign | None = None) -> None:
        """With the prices that the plan was frozen with; `caps` where they are not the plan's."""
        assistant = plan.design.assistant
        self._price = assistant_price(plan) if is_paid else None
        self._caps = caps or assistant.spending

    def reserve(self, record: Record, participant_id: str, requests: Sequence[Request]) -> Reservation:
        """The most that these replies can cost, and whether there is so much left for all of them.

        Of speakers who answer together either all are asked or none: half a debate would argue for one side alone.
        """
        each = tuple(self._most(request) for request in requests)
        known = [usd for usd in each if usd is not None]
        if self._price is None or not known:
            return Reservation(each)
        most = sum(known)
        caps = self._caps
        for name, cap, whose in (
            ("per_participant", caps.per_participant, participant_id),
            ("per_study", caps.per_study, None),
        ):
            if cap is not None and spent_usd(record.spent(whose), self._price) + most > cap:
                return Reservation((None,) * len(each), _says(name, cap))
        return Reservation(each)

    def keeps_from(self, spent: Spent, usd: float) -> str:
        """What keeps a judge from costing so much more; empty where nothing does. Its price is not the assistant's."""
        cap = self._caps.per_study
        is_passed = cap is not None and spent_usd(spent, self._price) + usd > cap
        return _says("per_study", cap) if cap is not None and is_passed else ""

    def _most(self, request: Request) -> float | None:
        texts = (request.system, *(turn.text for turn in request.turns))
        return most_usd(texts, max(request.max_tokens, LEAST_TOKENS), self._price)


def spent_usd(spent: Spent, price: Price | None) -> float:
    """What has been spent, or may have been, as far as prices are known."""
    return (cost_usd(spent, price) or 0.0) + spent.reserved_usd + spent.judges_usd


def _says(name: str, cap: float) -> str:
    return f"assistant.spending.{name} is {cap:g} US dollars"
