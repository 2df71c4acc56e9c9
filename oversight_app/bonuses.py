"""Bonuses: list who is to be paid what, once for each person, and write the platform's file.

Who is listed is on record before the file is written. Should the command be stopped in between, nobody can be listed a
second time, and the same file is written again from the record.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from oversight_app.clock import Clock
from oversight_app.errors import BadInput, NoPlan
from oversight_app.store import Store
from oversight_app.study.bonus import Bonus, UploadFormat, bonus_of, header, line, must_pay_money
from oversight_app.study.events import STUDY_STREAM, BonusesListed
from oversight_app.study.paying import money


@dataclass(frozen=True, slots=True)
class Listing:
    """One bonus file: its text and people, and who is not in it.

    `without_id` have earned something and lack the platform's ids; `listed_before` and `n_nothing` are counts.
    """

    text: str
    currency: str
    people: tuple[Bonus, ...]
    without_id: tuple[Bonus, ...]
    listed_before: int
    n_nothing: int

    @property
    def total(self) -> Decimal:
        """What the file pays in all."""
        return sum((bonus.total for bonus in self.people), Decimal(0))

    @property
    def sha256(self) -> str:
        """The check sum of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def list_bonuses(
    store: Store,
    upload: UploadFormat,
    *,
    file: str,
    clock: Clock,
    is_dry_run: bool = False,
    may_write: Callable[[str], None] = lambda text: None,
) -> Listing:
    """Everybody who has earned something and was in no file yet; on record when it returns, unless a dry run.

    `may_write` is asked with the file's text before anything is on record, and raises where it cannot be written.
    Raises NoPlan before the plan, and BadInput where the plan has no bonus or pays no money, or `file` is on record.
    """
    plan = store.plan()
    if plan is None:
        raise NoPlan(store.path.parent)
    must_pay_money(plan.design)
    currency = plan.design.answer.currency
    earned = _earned(store)
    links = _links(store)
    with store.write() as record:
        # Asked inside the transaction: another command may have listed people a moment ago.
        before = record.bonuses.listed()
        if file in before.values():
            raise BadInput(
                f"A bonus file {file} is on record already; nothing was changed. "
                "Name another with --out, or write that one with --again."
            )
        owed = [bonus for bonus in earned if bonus.total and bonus.participant_id not in before]
        lines = []
        for bonus in owed:
            who = bonus.participant_id
            token = hashlib.sha256(f"{plan.study_id}/bonus/{who}".encode()).hexdigest()[:32]
            lines.append((bonus, line(upload, bonus, links.get(who, ()), currency, token)))
        written = [(bonus, text) for bonus, text in lines if text is not None]
        listing = Listing(
            text=header(upload) + "".join(text for _, text in written) if written else "",
            currency=currency,
            people=tuple(bonus for bonus, _ in written),
            without_id=tuple(bonus for bonus, text in lines if text is None),
            listed_before=sum(bonus.participant_id in before for bonus in earned),
            n_nothing=sum(not bonus.total for bonus in earned),
        )
        if written and not is_dry_run:
            may_write(listing.text)
            record.bonuses.keep(
                file, header(upload), [(bonus.participant_id, text) for bonus, text in written]
            )
            amounts = {bonus.participant_id: money(bonus.total, currency) for bonus in listing.people}
            draws = {trial: drawn for bonus in listing.people for trial, drawn in bonus.draws.items()}
            event = BonusesListed(file, upload.value, currency, listing.sha256, amounts, draws)
            record.append(STUDY_STREAM, [event], clock.now())
    return listing


def text_of(store: Store, file: str) -> str:
    """An earlier file's text, byte for byte; empty where there was none of that name."""
    with store.write() as record:
        return record.bonuses.text(file)


def _earned(store: Store) -> list[Bonus]:
    plan = store.plan()
    assert plan is not None
    trials: dict[str, list[dict[str, object]]] = {}
    with store.snapshot() as snapshot:
        for row in snapshot.rows("trials"):
            trials.setdefault(row["participant_id"], []).append(row)
        people = sorted(
            (row["participant_id"], row["outcome"])
            for row in snapshot.rows("sittings")
            if row["kind"] == "human"
        )
    found = (bonus_of(who, outcome, trials.get(who, ()), plan.design, plan.dice) for who, outcome in people)
    return [bonus for bonus in found if bonus is not None]


def _links(store: Store) -> dict[str, list[dict[str, str]]]:
    """What people's links said, the latest first."""
    found: dict[str, list[dict[str, str]]] = {}
    with store.snapshot() as snapshot:
        for row in snapshot.rows("platform_ids"):
            said = [row["latest_parameters"], row["parameters"]]
            found[row["participant_id"]] = [json.loads(text) for text in said if text]
    return found
