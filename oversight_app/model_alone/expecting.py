"""What a run would ask, before it asks: questions, calls, tokens, money. Nobody is asked and nothing is written."""

from datetime import datetime

from oversight_app.errors import NoPlan
from oversight_app.model_alone.asking import Items
from oversight_app.model_alone.participant import participant_of
from oversight_app.model_alone.record import AloneRecord
from oversight_app.projections import planned_questions
from oversight_app.providers.prices import price_of
from oversight_app.store import Store
from oversight_app.study.design import PrimaryModel, split_model
from oversight_app.study.methods import examples_for, method_named, parse
from oversight_app.study.workload import TOKENS_PER_WORD, alone


def expected_alone(
    store: Store, model: str, *, method: str, limit: int | None, repeat: int, now: datetime
) -> str:
    """The run in a few lines; `now` stands in for the moment at which it would begin. Raises as `answer_alone` does."""
    plan = store.plan()
    if plan is None:
        raise NoPlan(store.path.parent)
    how = method_named(*parse(method))
    bank = store.questions()
    examples = examples_for(plan, bank, how.shots)
    who = participant_of(plan, *split_model(model), how, without=examples.left_out)
    questions = planned_questions(plan, bank)
    trials = AloneRecord(store, Items(plan, questions, examples), who, repeat=repeat, now=now).trials
    n_open = sum(trial.closed is None for trial in trials)
    n_wanted = n_open if limit is None else min(limit, n_open)
    n_questions = len(who.trials(plan, questions, repeat=1))
    load = alone(plan, questions, PrimaryModel(model=model, method=who.label)).times(n_wanted / n_questions)
    price = plan.prices.get(model) or price_of(model, plan.design.prices)
    lines = [
        f"{model} ({who.label}) would be asked {n_wanted:,} of {len(trials):,} questions"
        + (f"; {len(trials) - n_open:,} are answered." if n_open < len(trials) else "."),
        f"Expected: {load.describe(price)} (an estimate: {TOKENS_PER_WORD:g} tokens a word, caches left out).",
    ]
    if price is None:
        lines.append(
            f'The price of {model} is unknown: [prices."{model}"] in study.toml names it, in US dollars per million '
            "tokens."
        )
    return "\n".join([*lines, "Nobody was asked, and nothing was written."])
