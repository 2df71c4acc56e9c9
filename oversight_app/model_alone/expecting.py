"""What a run would ask, before it asks: questions, calls, tokens, money. Nobody is asked and nothing is written.

Each question that is open is played through, with replies of the usual length where there are none yet, so that every
call of a method is counted with the words that it would carry.
"""

from datetime import datetime

from oversight_app.errors import NoPlan
from oversight_app.model_alone.asking import Items
from oversight_app.model_alone.batch_record import in_batches
from oversight_app.model_alone.participant import AloneParticipant, participant_of
from oversight_app.model_alone.record import AloneRecord
from oversight_app.projections import planned_questions
from oversight_app.providers.prices import price_of
from oversight_app.store import Store
from oversight_app.study.cost import at_share
from oversight_app.study.design import AssistantDesign, split_model
from oversight_app.study.methods import (
    Call,
    Reads,
    check_prompts_held,
    examples_for,
    method_named,
    parse,
    told_in,
)
from oversight_app.study.methods.played import placeholder, played
from oversight_app.study.workload import REPLY_TOKENS, TOKENS_PER_WORD, Workload

_USUAL_REPLY = " word" * round(REPLY_TOKENS / TOKENS_PER_WORD)


def expected_alone(
    store: Store,
    model: str,
    *,
    method: str,
    limit: int | None,
    repeat: int,
    now: datetime,
    price_share: float = 1.0,
) -> str:
    """The run in a few lines; `now` stands in for the moment at which it would begin. Raises as `answer_alone` does.

    `price_share` is what part of the usual price is asked, one half in batches.
    """
    plan = store.plan()
    if plan is None:
        raise NoPlan(store.path.parent)
    how = method_named(*parse(method))
    check_prompts_held(plan, how)
    bank = store.questions()
    examples = examples_for(plan, bank, how.shots)
    who = participant_of(plan, *split_model(model), how, without=examples.left_out)
    items = Items(plan, planned_questions(plan, bank), examples)
    trials = AloneRecord(store, items, who, repeat=repeat, now=now).trials
    wanted = [trial for trial in trials if trial.closed is None]
    n_closed = len(trials) - len(wanted)
    away = in_batches(store, who.participant_id)
    n_away = sum(trial.plan.n in away for trial in wanted)
    wanted = [trial for trial in wanted if trial.plan.n not in away][:limit]
    loads: dict[str, Workload] = {}
    for trial in wanted:
        for step in played(how, items.of(trial.plan), _supposed, told_in(trial)):
            if not step.is_recorded:
                asked = step.call.asks or model
                load = loads.get(asked, Workload())
                loads[asked] = _with(load, step.call, who, plan.design.assistant)
    lines = [
        f"{model} ({who.label}) would be asked {len(wanted):,} of {len(trials):,} questions"
        + (f"; {n_closed:,} are answered" if n_closed else "")
        + (f"; {n_away:,} are in a batch that is under way." if n_away else ".")
    ]
    for asked, load in loads.items():
        price = at_share(plan.prices.get(asked) or price_of(asked, plan.design.prices), price_share)
        lines.append(f"Expected of {asked}: {load.describe(price)}.")
        if price is None:
            lines.append(
                f'The price of {asked} is unknown: [prices."{asked}"] in study.toml names it, in US dollars per '
                "million tokens."
            )
    return "\n".join(
        [
            *lines,
            f"An estimate: {TOKENS_PER_WORD:g} tokens a word, {REPLY_TOKENS} tokens in a reply of more than a letter, "
            "caches left out. Nobody was asked, and nothing was written.",
        ]
    )


def _supposed(call: Call) -> str:
    return placeholder(call) + ("" if call.reads is Reads.LETTER else _USUAL_REPLY)


def _with(load: Workload, call: Call, who: AloneParticipant, assistant: AssistantDesign) -> Workload:
    """One call more."""
    words = sum(len(turn.text.split()) for turn in call.turns)
    longest = call.max_tokens or assistant.max_tokens
    if who.effort not in ("", "none") and not call.asks:
        written = longest  # thinking is written too
    else:
        written = 1 if call.reads is Reads.LETTER else min(longest, REPLY_TOKENS)
    return Workload(load.n_calls + 1, load.tokens_in + TOKENS_PER_WORD * words, load.tokens_out + written)
