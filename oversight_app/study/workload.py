"""What a study will ask of its models, before anybody takes part: calls, tokens, money.

An estimate and no promise. Texts are counted in words; how often people ask and how long replies are is assumed, and
said with every figure. Services remember passages and then charge less; that is left out, so the money errs upwards.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oversight_app.errors import BadInput
from oversight_app.study.assignment import trials_alone
from oversight_app.study.cost import assistant_price, cost_usd, dollars, when_listed
from oversight_app.study.design import AssistantDesign, AssistantMode, Condition, Price, Protocol
from oversight_app.study.letters import N_ROTATIONS
from oversight_app.study.methods import (
    Call,
    Item,
    Orders,
    Reads,
    check_prompts_held,
    examples_for,
    method_named,
    parse,
)
from oversight_app.study.methods.played import played
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Passage, Question

TOKENS_PER_WORD = 1.35
MESSAGES_PER_QUESTION = 5
"""Of a participant to the assistant. Bowman et al. 2022 report 10.9 turns with MMLU and 6.3 with QuALITY, both sides
together; five is the more of the two."""
MESSAGE_WORDS = 20
REPLY_TOKENS = 200
"""Of a reply about one question, and of a reasoning about one, where a model does not think first; never more than the
design allows."""
FEW_TOKENS = 8
"""Of a score, or a letter with a percentage."""
_DOES_NOT_THINK = ("", "none")
"""Levels of effort that are not counted as thinking; with any other a reply is counted with its longest."""


@dataclass(frozen=True, slots=True)
class Workload:
    """Calls of one model, with the tokens sent and received."""

    n_calls: float = 0.0
    tokens_in: float = 0.0
    tokens_out: float = 0.0

    @property
    def tokens_cached(self) -> float | None:
        """Left out of the estimate."""
        return None

    @property
    def tokens_cache_written(self) -> float | None:
        """Left out of the estimate."""
        return None

    def times(self, n: float) -> "Workload":
        """So often."""
        return Workload(self.n_calls * n, self.tokens_in * n, self.tokens_out * n)

    def describe(self, price: Price | None) -> str:
        """Calls, tokens and money."""
        money = "free" if price is not None and price.is_free else dollars(cost_usd(self, price))
        tokens = f"{_round(self.tokens_in)} tokens in, {_round(self.tokens_out)} out"
        return f"{_round(self.n_calls)} calls, {tokens}, {money}"


def assisted(plan: Plan, questions: Mapping[str, Question]) -> Workload:
    """The assistant's work for one person: the mean over cells, since each has as many people."""
    count = _Counting()
    loads: list[Workload] = []
    for cell in plan.cells:
        form = dict(zip(cell.conditions, cell.forms, strict=True)).get(Condition.HUMAN_WITH_MODEL)
        if form is None:
            continue
        for task in cell.tasks:
            ids = [question_id for slot in plan.forms[task][form] for question_id in slot.question_ids]
            chats = _mean(_chat(plan, questions[question_id], count) for question_id in ids)
            loads.append(chats.times(plan.design.tasks[task].questions_per_condition))
        loads += [
            _chat(plan, questions[item.question_id], count)
            for item in plan.practice.get(Condition.HUMAN_WITH_MODEL, ())
            if item.task in cell.tasks
        ]
    return _sum(loads).times(1 / len(plan.cells))


def alone(plan: Plan, questions: Mapping[str, Question]) -> dict[str, Workload]:
    """The work of answering every question of the plan alone by the declared method, by model: who answers, who scores.

    Every call of the method is counted, with replies of the usual length where later calls repeat them. `questions` are
    the whole bank, by id, as examples are found there. Raises BadInput where the method cannot be asked at all.
    """
    assistant, primary = plan.design.assistant, plan.design.primary_model_alone
    method = method_named(*parse(primary.method))
    check_prompts_held(plan, method)
    examples = examples_for(plan, questions.values(), method.shots)
    is_thinking = primary.model == assistant.model and (assistant.effort or "") not in _DOES_NOT_THINK
    n_orders = N_ROTATIONS if method.settings.orders is Orders.ROTATED else 1
    count = _Counting()
    loads: dict[str, list[Workload]] = {primary.model: []}
    for rotation in range(n_orders):
        for trial in trials_alone(plan, questions, "", rotation=rotation, without=examples.left_out):
            question = questions[trial.question_id]
            item = Item(plan, trial, question, examples.of_question(question.question_id))
            for step in played(method, item, _usual):
                asked = step.call.asks or primary.model
                sent = TOKENS_PER_WORD * sum(count.words(turn.text) for turn in step.call.turns)
                written = written_by(step.call, assistant, is_thinking=is_thinking and not step.call.asks)
                loads.setdefault(asked, []).append(Workload(1, sent, written))
    return {model: _sum(of_model) for model, of_model in loads.items()}


def written_by(call: Call, assistant: AssistantDesign, *, is_thinking: bool) -> int:
    """How many tokens the reply to a call of a method is counted with."""
    longest = call.max_tokens or assistant.max_tokens
    if is_thinking:
        return longest
    if call.reads is Reads.LETTER:
        return 1
    return min(longest, REPLY_TOKENS if call.purpose == "reasoning" else FEW_TOKENS)


def _usual(call: Call) -> str:
    """A reply of the usual length, so that what repeats it is counted with it."""
    return "A" if call.reads is Reads.LETTER else _REASONING if call.purpose == "reasoning" else "50"


_REASONING = " ".join(["word"] * round(REPLY_TOKENS / TOKENS_PER_WORD))


def expectations(plan: Plan, questions: Mapping[str, Question]) -> list[str]:
    """What to expect of calls, tokens and money, in a few lines."""
    design = plan.design
    assistant, primary = design.assistant.model, design.primary_model_alone
    per_person = assisted(plan, questions)
    of_alone, left_out = _alone(plan, questions)
    price = assistant_price(plan)
    lines = [
        f"Expected of {assistant} as the assistant: {per_person.describe(price)} per person; for "
        f"{design.analysis.target_n} people {per_person.times(design.analysis.target_n).describe(price)}.",
        f"  (an estimate: {_assumed(design.assistant)}, "
        f"{TOKENS_PER_WORD:g} tokens a word, caches left out, thinking only where assistant.effort asks for it)",
        *(
            f"Expected of {model} {'alone' if model == primary.model else 'as its scorer'} ({primary.method}): "
            f"{load.describe(plan.prices.get(model))}."
            for model, load in of_alone.items()
        ),
        *([f"{primary.model} alone ({primary.method}): {left_out}"] if left_out else []),
    ]
    lines += [
        f'What {model} costs is reckoned{listed}; until the plan is frozen, [prices."{model}"] in study.toml '
        "overrides them."
        for model in dict.fromkeys((*design.assistant.models, *of_alone))
        if (listed := when_listed(plan.prices.get(model)))
    ]
    prices = {assistant: price} | {model: plan.prices.get(model) for model in of_alone if model != assistant}
    unknown = [model for model, its in prices.items() if its is None]
    lines += [
        f'The price of {model} is unknown: [prices."{model}"] in study.toml names it, in US dollars per million tokens.'
        for model in unknown
    ]
    return lines + _caps(plan, per_person)


def _alone(plan: Plan, questions: Mapping[str, Question]) -> tuple[Mapping[str, Workload], str]:
    """The work of who answers alone, by model, and which questions the declared method cannot be asked, if any."""
    primary = plan.design.primary_model_alone
    if primary.is_imported:
        return {}, "Nothing to expect; its answers are to be imported from the logs of another tool."
    try:
        shots = method_named(*parse(primary.method)).shots
        return alone(plan, questions), examples_for(plan, questions.values(), shots).describe()
    except BadInput as error:
        return {}, str(error)


def _caps(plan: Plan, per_person: Workload) -> list[str]:
    """The caps, each beside what is expected where it will not last."""
    design, caps = plan.design, plan.design.assistant.spending
    price = assistant_price(plan)
    expected = cost_usd(per_person, price)
    in_all = cost_usd(per_person.times(design.analysis.target_n), price)
    return [
        f"Spending cap: {dollars(cap)} {of}; then the assistant answers no more, and people go on without it."
        + (f" That is less than the {dollars(needed)} expected." if _is_more(needed, cap) else "")
        for cap, of, needed in (
            (caps.per_study, "for the study", in_all),
            (caps.per_participant, "for each person", expected),
        )
        if cap is not None
    ]


def _is_more(needed: float | None, cap: float) -> bool:
    """Whether more is expected than a cap allows, and not only in digits that nobody reads."""
    return needed is not None and needed > cap and dollars(needed) != dollars(cap)


class _Counting:
    """Counts words, each text once: a method may send a passage forty times."""

    def __init__(self) -> None:
        self._of_passage: dict[Passage, int] = {}
        self._of_text: dict[str, int] = {}

    def words(self, text: str) -> int:
        if text not in self._of_text:
            self._of_text[text] = len(text.split())
        return self._of_text[text]

    def of(self, question: Question, *, is_asked: bool) -> int:
        """Words of a question with its passage; of the passage alone where the model is not given the question."""
        passage = question.passage
        if passage is not None and passage not in self._of_passage:
            self._of_passage[passage] = self.words(passage.text)
        n_passage = self._of_passage[passage] if passage is not None else 0
        return n_passage + (question.n_words if is_asked else 0)


def _chat(plan: Plan, question: Question, count: _Counting) -> Workload:
    """One question's chat: everything that was said goes along with each message."""
    assistant, n = plan.design.assistant, replies_per_question(plan.design.assistant)
    is_thinking = (assistant.effort or "") not in _DOES_NOT_THINK
    reply = assistant.max_tokens if is_thinking else min(assistant.max_tokens, REPLY_TOKENS)
    prompt = plan.prompts.get("chat_assigned" if assistant.mode is AssistantMode.ASSIGNED else "chat", "")
    fixed = TOKENS_PER_WORD * (count.words(prompt) + count.of(question, is_asked=assistant.pass_question))
    written = TOKENS_PER_WORD * MESSAGE_WORDS
    # With the k-th message go k - 1 replies (without what was thought) and k messages.
    heard = min(assistant.max_tokens, REPLY_TOKENS)
    return Workload(n, n * fixed + n * (n + 1) / 2 * written + n * (n - 1) / 2 * heard, n * reply)


def replies_per_question(assistant: AssistantDesign) -> int:
    """How many replies one assisted question takes: as the protocol says, and where people ask, so many messages."""
    match assistant.protocol:
        case Protocol.ADVICE:
            return 1
        case Protocol.CRITIQUE:
            return 2
        case Protocol.DEBATE:
            return 2 * assistant.rounds
        case Protocol.CONSULTANCY:
            return 1 + MESSAGES_PER_QUESTION
        case Protocol.CROSS_EXAMINATION:
            return assistant.n_contexts * MESSAGES_PER_QUESTION
        case _:
            return MESSAGES_PER_QUESTION


def _assumed(assistant: AssistantDesign) -> str:
    if assistant.protocol is Protocol.CHAT:
        return f"{MESSAGES_PER_QUESTION} messages to the assistant in each assisted question"
    return f"{replies_per_question(assistant)} replies in each assisted question"


def _mean(loads: Iterable[Workload]) -> Workload:
    loads = list(loads)
    return _sum(loads).times(1 / len(loads))


def _sum(loads: Iterable[Workload]) -> Workload:
    loads = list(loads)
    return Workload(
        sum(load.n_calls for load in loads),
        sum(load.tokens_in for load in loads),
        sum(load.tokens_out for load in loads),
    )


def _round(number: float) -> str:
    """A number as an estimate is said: two digits and their size."""
    if number < 100:
        return f"{number:.0f}"
    size = 10 ** (len(str(int(number))) - 2)
    return f"{round(number / size) * size:,}"
