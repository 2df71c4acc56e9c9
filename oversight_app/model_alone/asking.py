"""From a call of a method to a request, and from a reply to what the record keeps of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from oversight_app.model_alone.participant import AloneParticipant
from oversight_app.providers import has_temperature
from oversight_app.providers.asking import Answered
from oversight_app.providers.base import Request, Scene, Turn
from oversight_app.providers.classify import without_words
from oversight_app.providers.pacer import Unanswered
from oversight_app.study.design import Design, split_model
from oversight_app.study.events import AloneAsked
from oversight_app.study.letters import OptionOrder
from oversight_app.study.methods import Call, Examples, Item, Reads
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question, folded
from oversight_app.study.trial_plan import TrialPlan

CALL_LIMIT_S = 120.0
"""For one call, retries included, from the moment that it is first sent."""


@dataclass(frozen=True, slots=True)
class Items:
    """The questions of a run, by id, and the examples that are shown with them."""

    plan: Plan
    questions: Mapping[str, Question]
    examples: Examples

    def of(self, trial: TrialPlan) -> Item:
        """The question of a trial as a method takes it."""
        question_id = trial.question_id
        return Item(self.plan, trial, self.questions[question_id], self.examples.of_question(question_id))


def request_for(
    call: Call, item: Item, who: AloneParticipant, design: Design, stances: Mapping[str, str]
) -> Request:
    """What this call asks a service for; `stances` are what the scripted model plays, by trial_id."""
    order = OptionOrder(item.trial.option_order)
    shown = order.shown(item.question.options)
    reads_letter = call.reads is Reads.LETTER
    _, model, effort, is_greedy = _asked(call, who)
    is_reasoned = effort not in ("", "none")
    # A model that thinks before its letter needs the room for that which it has in chats.
    most = 1 if reads_letter and not is_reasoned else call.max_tokens or design.assistant.max_tokens
    temperature = who.method.settings.temperature if call.is_sampled else (0.0 if is_greedy else None)
    prefix = item.prefix
    # The same play for the answer, whatever came before it; reasonings and scores differ from one to the next.
    dice = item.trial.trial_id if call.part == "answer" else f"{item.trial.trial_id}/{call.part}"
    return Request(
        model=model,
        system="",
        turns=tuple(Turn(line.role, line.text) for line in call.turns),
        max_tokens=most,
        deadline_s=CALL_LIMIT_S,
        temperature=temperature,
        letters=reads_letter,
        effort=effort,
        grammar=f"root ::= [{call.among}]" if reads_letter and who.method.settings.forced else "",
        prefix=prefix if prefix and call.turns[0].text.startswith(prefix) else "",
        scene=Scene(
            question=folded(item.question.text),
            options=(shown[0], shown[1], shown[2], shown[3]),
            stance=order.displayed(stances[item.trial.trial_id]),
            dice=f"{design.seed}/{dice}",
            arguments=order.shown(item.question.arguments) if item.question.arguments else (),
            part=call.prompt,
        ),
    )


def asked_of(
    call: Call, item: Item, who: AloneParticipant, request: Request, answered: Answered, ended_at: datetime
) -> AloneAsked:
    """What the record keeps of a call that has ended with a reply."""
    reply = answered.reply
    provider, model, _, _ = _asked(call, who)
    return AloneAsked(
        item.trial.n,
        call.purpose,
        provider,
        model,
        call.prompt,
        request.prompt_hash,
        answered.asked_at,
        reply.text,
        "complete" if reply.text else "failed",
        finish_reason=reply.finish_reason,
        tokens_in=reply.usage.tokens_in,
        tokens_cached=reply.usage.tokens_cached,
        tokens_out=reply.usage.tokens_out,
        tokens_cache_written=reply.usage.tokens_cache_written,
        tokens_reasoning=reply.usage.tokens_reasoning,
        total_s=(ended_at - answered.asked_at).total_seconds(),
        request_id=reply.request_id,
        model_answered=reply.model,
        attempts=answered.attempts,
        error="" if reply.text else without_words(reply.finish_reason),
        part=call.part,
        log_probabilities=dict(reply.log_probabilities or {}),
        least_log_probability=reply.least_log_probability,
    )


def failed_of(
    call: Call,
    item: Item,
    who: AloneParticipant,
    request: Request,
    unanswered: Unanswered,
    ended_at: datetime,
) -> AloneAsked:
    """What the record keeps of a call without a reply: it has no finish reason, and the next run makes it again."""
    provider, model, _, _ = _asked(call, who)
    return AloneAsked(
        item.trial.n,
        call.purpose,
        provider,
        model,
        call.prompt,
        request.prompt_hash,
        unanswered.asked_at,
        "",
        "failed",
        total_s=(ended_at - unanswered.asked_at).total_seconds(),
        request_id=unanswered.error.request_id,
        attempts=unanswered.attempts,
        error=str(unanswered.error),
        part=call.part,
    )


def _asked(call: Call, who: AloneParticipant) -> tuple[str, str, str, bool]:
    """Provider, model, effort, and whether the likeliest words are asked for: of who answers, or of who scores."""
    if not call.asks:
        return who.provider, who.model, who.effort, who.is_greedy
    provider, model = split_model(call.asks)
    return provider, model, "", has_temperature(provider)
