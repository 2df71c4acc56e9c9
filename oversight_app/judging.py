"""Judges: a model takes part in a study in the participants' place, as often as asked, and is marked as simulated.

They walk the whole road through the proctor, in the study's own record: consent, cells, trials, the study's assistant
and its deadlines are those of people. They hold places of their own kind and take none from people, and the analysis
leaves them out where people answered, too. A judge's id follows from model and number, so a run that was stopped goes
on with the sittings that it began; a question that was open meanwhile is closed by its clock, like anybody's.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from oversight_app.clock import Clock
from oversight_app.errors import BadInput, NoPlan, StudyStateError
from oversight_app.judge import Judge
from oversight_app.judge_calls import Mind
from oversight_app.proctor import Proctor
from oversight_app.projections import planned_questions
from oversight_app.providers import check_provider, price_of, provider_for
from oversight_app.providers.base import Provider
from oversight_app.purse import Purse, spent_usd
from oversight_app.replies import Replies
from oversight_app.store import Store
from oversight_app.study.cost import assistant_price
from oversight_app.study.design import Price, SpendingDesign, split_model
from oversight_app.study.design.assistant import check_model
from oversight_app.study.judge_workload import judges_expected, most_of_a_question_usd
from oversight_app.study.judging import ANSWER, ANSWER_PERCENT, MESSAGE
from oversight_app.study.plan import Plan
from oversight_app.study.sitting import Stage

KIND = "simulated"
GIVE_UP_AFTER = 3
"""So many calls in a row that fail for good mean that the service is down, and the run ends."""
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(slots=True)
class JudgeSummary:
    """What a run came to. `n_over` counts the judges whose sittings are over, those of earlier runs included."""

    model: str
    n_judges: int
    n_over: int = 0
    n_answered: int = 0
    n_unreadable: int = 0
    n_void: int = 0
    last_error: str = ""
    has_broken_off: bool = False
    """Whether the service was down, so that the run ended before its time."""
    cap: str = ""
    """What ended the run, where the study's money is spent."""

    def describe(self) -> str:
        """The run in a few lines."""
        lines = [
            f"{self.model} answered {self.n_answered:,} questions; {self.n_over} of {self.n_judges} judges are through."
        ]
        if self.n_unreadable:
            lines.append(
                f"{self.n_unreadable} answers could not be read; they are recorded as skipped or unreadable."
            )
        if self.n_void:
            lines.append(f"{self.n_void} questions are void because the service failed: {self.last_error}")
        if self.cap:
            lines.append(
                f"What is left of the study's money is not enough for another question: {self.cap}. "
                "The same command goes on once the cap is raised: --cap AMOUNT, in US dollars, with all that is spent."
            )
        elif self.n_over < self.n_judges:
            lines.append("The same command goes on with the others.")
        return "\n".join(lines)


def let_judge(
    store: Store,
    model: str,
    n_judges: int,
    *,
    clock: Clock,
    n_messages: int = 1,
    limit: int | None = None,
    provider: Provider | None = None,
    assistant: Provider | None = None,
    cap: float | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> JudgeSummary:
    """Let a model, PROVIDER:NAME[@BASE_URL], take part as so many participants; `limit` questions at most in this run.

    `assistant` answers its messages, by default the design's; `cap` takes the place of the design's for the study.
    Raises NoPlan before there is a plan, and ProviderConfigError when a service will never answer.
    """
    plan = _plan_of(store)
    if missing := [name for name in (MESSAGE, ANSWER, ANSWER_PERCENT) if name not in plan.prompts]:
        raise StudyStateError(
            f"The plan of this study holds no prompt {missing[0]}: it was frozen by an earlier release. "
            "Make a new study folder with `oversight init`, plan that one, and let the judges take part there."
        )
    if provider is None:
        check_provider(model, os.environ)
        provider, name = provider_for(model, clock=clock)
    else:
        name = split_model(model)[1]
    second = None
    if assistant is None:
        for asked in plan.design.assistant.models:
            check_provider(asked, os.environ)
        assistant, *others = (provider_for(asked, clock=clock)[0] for asked in plan.design.assistant.models)
        second = others[0] if others else None
    settings = {"judge": f"{provider.name}:{name}", "messages": str(n_messages)}
    proctor = Proctor(store, clock, kind=KIND, settings=settings)
    caps = _caps(plan, cap)
    price = _price_of(plan, model)
    mind = Mind(
        provider,
        name,
        n_messages,
        price,
        Purse(plan, caps=caps),
        most_of_a_question_usd(plan, proctor.questions.values(), price, n_messages),
    )
    summary = JudgeSummary(model, n_judges)
    with closing(
        Replies(proctor, assistant, second=second, inline=True, is_live=True, paced=False, caps=caps)
    ) as replies:
        for number in range(1, n_judges + 1):
            judge_id = judge_participant_id(provider.name, name, n_messages, number)
            if not _has_stopped(mind, limit, store):
                _walk(Judge(proctor, replies, judge_id, mind, clock), mind, clock, limit, store)
            summary.n_over += proctor.sitting(judge_id).stage is Stage.ENDED
            on_progress(summary.n_over, n_judges)
    summary.n_answered, summary.n_unreadable = mind.n_answered, mind.n_unreadable
    summary.n_void, summary.last_error = mind.n_void, mind.last_error
    summary.has_broken_off = mind.failures >= GIVE_UP_AFTER
    summary.cap = mind.cap if summary.n_over < n_judges else ""
    return summary


def expected(
    store: Store, model: str, n_judges: int, *, n_messages: int = 1, cap: float | None = None
) -> list[str]:
    """What to expect of calls, tokens and money, before the judges begin; raises NoPlan before there is a plan."""
    plan = _plan_of(store)
    try:
        check_model(model)
    except ValueError as error:
        raise BadInput(f"There is no such judge: {error}.") from None
    return judges_expected(
        plan,
        planned_questions(plan, store.questions()),
        model,
        _price_of(plan, model),
        n_judges=n_judges,
        n_messages=n_messages,
        cap=_caps(plan, cap).per_study,
        spent_usd=spent_usd(store.spent(), assistant_price(plan)),
    )


def _plan_of(store: Store) -> Plan:
    plan = store.plan()
    if plan is None:
        raise NoPlan(store.path.parent)
    return plan


def _price_of(plan: Plan, model: str) -> Price | None:
    return price_of(model, plan.design.prices | plan.prices)


def _caps(plan: Plan, cap: float | None) -> SpendingDesign:
    spending = plan.design.assistant.spending
    return spending if cap is None else spending.model_copy(update={"per_study": cap})


def judge_participant_id(provider: str, model: str, n_messages: int, number: int) -> str:
    """Eight letters and digits that a model's judge with this number always has; people's are drawn by chance."""
    named = "\n".join(("judge", provider, model, str(n_messages), str(number)))
    digest = hashlib.sha256(named.encode()).digest()
    return "j" + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:7])


def _walk(judge: Judge, mind: Mind, clock: Clock, limit: int | None, store: Store) -> None:
    """As far as this judge comes; it is left between two questions, before the clock of the next one starts."""
    for wait in judge.walk():
        if wait:
            clock.sleep(wait)
        if _has_stopped(mind, limit, store):
            return


def _has_stopped(mind: Mind, limit: int | None, store: Store) -> bool:
    if mind.failures >= GIVE_UP_AFTER or (limit is not None and mind.n_done >= limit):
        return True
    if not mind.cap and not mind.is_in_question and mind.question_usd and mind.purse is not None:
        mind.cap = mind.purse.keeps_from(store.spent(), mind.question_usd)
    return bool(mind.cap)
