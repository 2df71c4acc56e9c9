"""Where a study stands: how many people are where, and what has been answered. Reads projections, changes nothing."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Self

from oversight_app.purse import spent_usd
from oversight_app.store import Store
from oversight_app.study.cost import assistant_price, dollars, when_listed
from oversight_app.study.enrolment import enrolment_of
from oversight_app.study.plan import Plan


@dataclass(frozen=True, slots=True)
class Spending:
    """What the assistant's replies and judges have cost, in US dollars: None where the replies' price is not known.

    `n_uncounted` replies were stopped, broke off or are being written, and stand with the most that they can cost.
    `judges_usd` is the part of the judges' own calls, as far as their price is known.
    """

    usd: float | None = None
    per_study: float | None = None
    per_participant: float | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    n_replies: int = 0
    n_uncounted: int = 0
    judges_usd: float = 0.0
    n_judge_calls: int = 0
    listed: str = ""
    """Of when the prices were, where the plan has them from the services' lists."""

    @classmethod
    def of(cls, store: Store, plan: Plan | None) -> Self:
        """As the record has it, with the plan's prices."""
        if plan is None:
            return cls()
        used, caps = store.spent(), plan.design.assistant.spending
        price = assistant_price(plan)
        return cls(
            None if price is None else spent_usd(used, price),
            caps.per_study,
            caps.per_participant,
            used.tokens_in,
            used.tokens_out,
            used.n_counted + used.n_uncounted,
            used.n_uncounted,
            used.judges_usd,
            used.n_judge_calls,
            when_listed(*(plan.prices.get(model) for model in plan.design.assistant.models)).strip(),
        )

    def describe(self) -> str:
        """One line; empty where there is nothing to say."""
        n = self.n_replies + self.n_judge_calls
        if not n or (self.usd == 0 and self.per_study is None):
            return ""
        of = f" of {dollars(self.per_study)}" if self.per_study is not None else ""
        replies = "1 reply" if self.n_replies == 1 else f"{self.n_replies:,} replies"
        tokens = f"{self.tokens_in:,} tokens in, {self.tokens_out:,} out"
        uncounted = f"; {self.n_uncounted:,} without a count, at their most" if self.n_uncounted else ""
        listed = f", {self.listed}" if self.listed else ""
        if not self.n_judge_calls:
            return f"spent on replies to people: {dollars(self.usd)}{of} ({replies}, {tokens}{uncounted}{listed})"
        judges = f"{dollars(self.judges_usd)} of it by judges in {self.n_judge_calls:,} calls of their own"
        spent = f"{dollars(self.usd)}{of} ({replies}, {tokens}{uncounted}; {judges}{listed})"
        return f"spent on replies and judges: {spent}"


@dataclass(frozen=True, slots=True)
class Status:
    """Counts by stage, outcome and cell for each kind of participant; `outcome` is empty while people are under way.

    `n_places` are taken by people who have completed or are on their way, of `max_places` where there is a number.
    `n_withheld` people withdrew and do not let their data be used, `n_deleted` were deleted.
    `platform` counts people by what their platform's file says of them.
    `troubles` counts replies that failed or broke off.
    """

    study_id: str
    plan_hash: str
    pilot_only: bool | None
    n_questions: int
    n_invited: int
    n_places: int = 0
    max_places: int | None = None
    n_withheld: int = 0
    n_deleted: int = 0
    platform: dict[str, int] = field(default_factory=dict)
    by_stage: dict[str, dict[str, int]] = field(default_factory=dict)
    by_outcome: dict[str, dict[str, int]] = field(default_factory=dict)
    by_cell: dict[str, dict[str, int]] = field(default_factory=dict)
    answers: dict[str, dict[str, int]] = field(default_factory=dict)
    spending: Spending = Spending()
    troubles: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """The status as `oversight status --json` prints it."""
        return {
            "study_id": self.study_id,
            "planned": bool(self.plan_hash),
            "plan_hash": self.plan_hash or None,
            "pilot_only": self.pilot_only,
            "questions": self.n_questions,
            "invited": self.n_invited,
            "places": {"taken": self.n_places, "of": self.max_places},
            "withheld": self.n_withheld,
            "deleted": self.n_deleted,
            "platform": self.platform,
            "by_stage": self.by_stage,
            "by_outcome": self.by_outcome,
            "by_cell": self.by_cell,
            "answers": self.answers,
            "spending": asdict(self.spending),
            "troubles": self.troubles,
        }

    def describe(self) -> str:
        """The status as a few lines of text."""
        plan = f"plan {self.plan_hash[:12]}" if self.plan_hash else "no plan yet"
        pilot = ", pilot only" if self.pilot_only else ""
        lines = [
            f"Study {self.study_id}: {plan}{pilot}; {self.n_questions:,} questions; {self.n_invited:,} invited."
        ]
        if self.max_places is not None:
            lines.append(f"places: {self.n_places:,} of {self.max_places:,} taken")
        if self.n_withheld:
            lines.append(f"withdrew and keep their data back: {self.n_withheld:,}")
        if self.n_deleted:
            lines.append(f"deleted from the record: {self.n_deleted:,}")
        if self.platform:
            lines.append(f"at Prolific, by its latest file: {_counts(self.platform)}")
        for kind in self.by_stage:
            lines.append(f"{kind}: {sum(self.by_stage[kind].values()):,}")
            lines.append(f"  at: {_counts(self.by_stage[kind])}")
            lines.append(f"  ended: {_counts(self.by_outcome.get(kind, {}))}")
            if kind in self.by_cell:
                lines.append(f"  cells: {_counts(self.by_cell[kind])}")
        lines += [f"answers, {name}: {_counts(counts)}" for name, counts in self.answers.items()]
        if self.troubles:
            lines.append(f"replies that failed or broke off: {_counts(self.troubles)}")
        if spending := self.spending.describe():
            lines.append(spending)
        return "\n".join(lines)


def status_of(store: Store) -> Status:
    """Count what the record holds."""
    plan, frozen = store.plan(), store.frozen()
    stages: dict[str, Counter[str]] = {}
    outcomes: dict[str, Counter[str]] = {}
    cells: dict[str, Counter[str]] = {}
    platform: Counter[str] = Counter()
    n_withheld = 0
    for row in store.rows("sittings"):
        kind = row["kind"]
        n_withheld += row["keeps_data"] == 0
        if row["platform_status"]:
            platform[row["platform_status"]] += 1
        stages.setdefault(kind, Counter())[row["stage"]] += 1
        if row["outcome"]:
            outcomes.setdefault(kind, Counter())[row["outcome"]] += 1
        if row["cell"]:
            cells.setdefault(kind, Counter())[row["cell"]] += 1
    with store.snapshot() as record:
        n_deleted = record.n_deleted()
    answers: dict[str, Counter[str]] = {}
    for row in store.rows("answers"):
        if not row["is_practice"]:
            answers.setdefault(row["condition"], Counter())[row["status"]] += 1
    return Status(
        study_id=store.study_id(),
        plan_hash=frozen.plan_hash if frozen else plan.plan_hash if plan else "",
        pilot_only=plan.pilot_only if plan else None,
        n_questions=len(store.questions()),
        n_invited=len(store.invitations()),
        n_places=store.n_places_taken(),
        max_places=_places(store, plan) if plan else None,
        n_withheld=n_withheld,
        n_deleted=n_deleted,
        platform=dict(sorted(platform.items())),
        by_stage=_plain(stages),
        by_outcome=_plain(outcomes),
        by_cell=_plain(cells),
        answers=_plain(answers),
        spending=Spending.of(store, plan),
        troubles={row["trouble"]: row["n"] for row in store.rows("troubles")},
    )


def _places(store: Store, plan: Plan) -> int | None:
    """As planned, or raised since."""
    return enrolment_of(store.by_researchers(), plan.design.sitting.max_participants).target


def _plain(counts: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {name: dict(sorted(counter.items())) for name, counter in sorted(counts.items())}


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counts.items()) or "none"
