"""Bonuses: list who is to be paid what, each part of it once, and write the platform's file.

A person is owed what the study's rule pays, and what was promised to them at the console. Which parts are listed is on
record before the file is written. Should the command be stopped in between, nothing can be listed a second time, and
the same file is written again from the record.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from oversight_app.clock import Clock
from oversight_app.errors import BadInput, NoPlan
from oversight_app.store import Store
from oversight_app.store.bonuses import BonusLine
from oversight_app.study import paying
from oversight_app.study.bonus import Bonus, UploadFormat, bonus_of, has_rule, header, line, must_pay_money
from oversight_app.study.design import Design
from oversight_app.study.events import STUDY_STREAM, BonusesListed, CompensationGranted
from oversight_app.study.owed import RULE, Owed, owed
from oversight_app.study.paying import money
from oversight_app.study.plan import Plan


@dataclass(frozen=True, slots=True)
class Listing:
    """One bonus file: its text and people, and who is not in it.

    `without_id` are owed something and lack the platform's ids; `in_other_currency` were promised something in another
    currency; `listed_before`, `n_nothing` and `n_under_way` (promised something, and not at an end) are counts.
    """

    text: str
    currency: str
    people: tuple[Owed, ...]
    without_id: tuple[Owed, ...]
    in_other_currency: Mapping[str, tuple[str, ...]]
    listed_before: int
    n_nothing: int
    n_under_way: int

    @property
    def total(self) -> Decimal:
        """What the file pays in all."""
        return sum((person.total for person in self.people), Decimal(0))

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
    currency: str = "",
    is_dry_run: bool = False,
    may_write: Callable[[str], None] = lambda text: None,
) -> Listing:
    """Everybody who is owed something that was in no file yet; on record when it returns, unless a dry run.

    `currency`: that of the file, by default the rule's, or the reward's where no rule pays money. `may_write` is asked
    with the file's text before anything is on record, and raises where it cannot be written. Raises NoPlan before the
    plan, and BadInput where there is neither a rule that pays money nor a promise, or `file` is on record.
    """
    plan = store.plan()
    if plan is None:
        raise NoPlan(store.path.parent)
    promised = _promised(store)
    if not promised:
        must_pay_money(plan.design)
    currency = currency or _currency(plan.design)
    if not paying.is_money(currency):
        raise BadInput(
            f"A bonus file needs a currency such as USD or GBP, found {currency!r}. Nothing was written."
        )
    people = _people(store)
    is_rules = has_rule(plan.design) and plan.design.answer.currency == currency
    earned = _earned(store, plan, people) if is_rules else {}
    links = _links(store)
    with store.write() as record:
        # Asked inside the transaction: another command may have listed people a moment ago.
        if file in record.bonuses.files():
            raise BadInput(
                f"A bonus file {file} is on record already; nothing was changed. "
                "Name another with --out, or write that one with --again."
            )
        before: dict[str, set[str]] = {}
        for who, part in record.bonuses.listed():
            before.setdefault(who, set()).add(part)
        ended = [who for who, outcome in people.items() if outcome]
        found = (
            owed(who, earned.get(who), promised.get(who, ()), before.get(who, ()), currency) for who in ended
        )
        lines = [
            (
                person,
                line(
                    upload,
                    person.participant_id,
                    person.total,
                    links.get(person.participant_id, ()),
                    currency,
                    _token(plan, person),
                ),
            )
            for person in found
            if person is not None
        ]
        written = [(person, text) for person, text in lines if text is not None]
        listing = Listing(
            text=header(upload) + "".join(text for _, text in written) if written else "",
            currency=currency,
            people=tuple(person for person, _ in written),
            without_id=tuple(person for person, text in lines if text is None),
            in_other_currency=_in_other_currency(ended, promised, before, currency),
            listed_before=sum(who in before for who in ended),
            n_nothing=sum(not bonus.total for bonus in earned.values()),
            n_under_way=sum(not outcome for who, outcome in people.items() if who in promised),
        )
        if written and not is_dry_run:
            may_write(listing.text)
            kept = [BonusLine(person.participant_id, text, person.parts) for person, text in written]
            record.bonuses.keep(file, header(upload), kept)
            record.append(STUDY_STREAM, [_event(file, upload, listing)], clock.now())
    return listing


def _event(file: str, upload: UploadFormat, listing: Listing) -> BonusesListed:
    return BonusesListed(
        file,
        upload.value,
        listing.currency,
        listing.sha256,
        amounts={person.participant_id: money(person.total, listing.currency) for person in listing.people},
        draws={
            trial: drawn
            for person in listing.people
            if person.bonus
            for trial, drawn in person.bonus.draws.items()
        },
        promises={
            person.participant_id: " ".join(promise.key for promise in person.promises)
            for person in listing.people
            if person.promises
        },
    )


def _token(plan: Plan, person: Owed) -> str:
    """What tells a platform that this payment is this one: the same whenever the same parts are paid."""
    parts = "".join(f"/{part}" for part in person.parts if part != RULE)
    paid = "" if person.bonus or not parts else "/promised"
    name = f"{plan.study_id}/bonus/{person.participant_id}{paid}{parts}"
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _currency(design: Design) -> str:
    answer = design.answer
    return (
        answer.currency
        if has_rule(design) and paying.is_money(answer.currency)
        else design.sitting.reward_currency
    )


def _in_other_currency(
    people: Sequence[str],
    promised: Mapping[str, Sequence[CompensationGranted]],
    before: Mapping[str, set[str]],
    currency: str,
) -> dict[str, tuple[str, ...]]:
    """Who is owed a promise in each other currency."""
    found: dict[str, list[str]] = {}
    for who in people:
        for promise in promised.get(who, ()):
            if promise.currency != currency and promise.key not in before.get(who, ()):
                found.setdefault(promise.currency, []).append(who)
    return {other: tuple(dict.fromkeys(names)) for other, names in sorted(found.items())}


def text_of(store: Store, file: str) -> str:
    """An earlier file's text, byte for byte; empty where there was none of that name."""
    with store.write() as record:
        return record.bonuses.text(file)


def _people(store: Store) -> dict[str, str]:
    """How each person's sitting ended; empty while it is under way."""
    with store.snapshot() as snapshot:
        rows = sorted(
            (row["participant_id"], row["outcome"])
            for row in snapshot.rows("sittings")
            if row["kind"] == "human"
        )
    return dict(rows)


def _earned(store: Store, plan: Plan, people: Mapping[str, str]) -> dict[str, Bonus]:
    """What the rule pays each person who has come to an end for which it pays."""
    trials: dict[str, list[dict[str, object]]] = {}
    with store.snapshot() as snapshot:
        for row in snapshot.rows("trials"):
            trials.setdefault(row["participant_id"], []).append(row)
    found = {
        who: bonus_of(who, outcome, trials.get(who, ()), plan.design, plan.dice)
        for who, outcome in people.items()
    }
    return {who: bonus for who, bonus in found.items() if bonus is not None}


def _promised(store: Store) -> dict[str, list[CompensationGranted]]:
    """What was promised to each person at the console, the oldest first."""
    found: dict[str, list[CompensationGranted]] = {}
    for item in store.by_researchers(CompensationGranted.__name__):
        if isinstance(item.event, CompensationGranted):
            found.setdefault(item.stream, []).append(item.event)
    return found


def _links(store: Store) -> dict[str, list[dict[str, str]]]:
    """What people's links said, the latest first."""
    found: dict[str, list[dict[str, str]]] = {}
    with store.snapshot() as snapshot:
        for row in snapshot.rows("platform_ids"):
            said = [row["latest_parameters"], row["parameters"]]
            found[row["participant_id"]] = [json.loads(text) for text in said if text]
    return found
