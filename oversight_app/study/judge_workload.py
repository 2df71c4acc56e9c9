"""What judges will ask of models before they begin, and the most that one question can cost.

A judge pays for two: its own calls, and the assistant's replies to it. The estimate assumes what that of people assumes
(`workload`); the most counts bytes as `cost` does, with every reply as long as the design allows. Services that
remember passages charge less, which is left out of both.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from oversight_app.study.cost import BYTES_PER_TOKEN, assistant_price, cost_usd, dollars
from oversight_app.study.design import Condition, Price, Protocol, Sequence
from oversight_app.study.judging import ANSWER_PERCENT, MESSAGE, MESSAGE_TOKENS, PERCENT_TOKENS
from oversight_app.study.plan import Plan
from oversight_app.study.protocols import PROTOCOLS
from oversight_app.study.questions import Question
from oversight_app.study.workload import MESSAGE_WORDS, REPLY_TOKENS, TOKENS_PER_WORD, Workload

SPEAKER_PROMPT = "chat_assigned"
"""The longest of the prompts that speakers have, near enough."""


@dataclass(frozen=True, slots=True)
class Share:
    """The work of one question, or of one judge: the judge's own calls, and the replies to it."""

    own: Workload
    replies: Workload

    def __add__(self, other: "Share") -> "Share":
        return Share(_sum((self.own, other.own)), _sum((self.replies, other.replies)))

    def times(self, n: float) -> "Share":
        """So often."""
        return Share(self.own.times(n), self.replies.times(n))


_NOTHING = Share(Workload(), Workload())


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How long things are, in tokens: a text that is sent, a reply, and a judge's message."""

    of_text: Callable[[str], float]
    reply: float
    message: float


def judged(plan: Plan, questions: Mapping[str, Question], n_messages: int) -> Share:
    """The work that one judge makes: the mean over cells. It may write `n_messages` in each assisted question."""
    sizes = _expected(plan)
    whole = _NOTHING
    for cell in plan.cells:
        for condition, form in zip(cell.conditions, cell.forms, strict=True):
            is_assisted = condition == Condition.HUMAN_WITH_MODEL
            for task in cell.tasks:
                ids = [i for slot in plan.forms[task][form] for i in slot.question_ids]
                works = [_work(plan, questions[i], n_messages, sizes, is_assisted=is_assisted) for i in ids]
                whole += _mean(works).times(plan.design.tasks[task].questions_per_condition)
            whole += _total(
                _work(plan, questions[item.question_id], n_messages, sizes, is_assisted=is_assisted)
                for item in plan.practice.get(condition, ())
                if item.task in cell.tasks
            )
    checks = [_work(plan, questions[i], 0, sizes, is_assisted=False) for i in plan.attention]
    n_checks = plan.design.sitting.attention_checks if checks else 0
    return whole.times(1 / len(plan.cells)) + (_mean(checks).times(n_checks) if checks else _NOTHING)


def most_of_a_question_usd(
    plan: Plan, questions: Iterable[Question], price: Price | None, n_messages: int
) -> float:
    """The most that any of these questions can cost with a judge of this price; what nobody knows counts nothing."""
    sizes = _Sizes(
        lambda text: len(text.encode()) / BYTES_PER_TOKEN, plan.design.assistant.max_tokens, MESSAGE_TOKENS
    )
    works = (
        _work(plan, question, n_messages, sizes, is_assisted=True, is_at_most=True) for question in questions
    )
    return max(
        (
            (cost_usd(work.own, price) or 0.0) + (cost_usd(work.replies, assistant_price(plan)) or 0.0)
            for work in works
        ),
        default=0.0,
    )


def judges_expected(
    plan: Plan,
    questions: Mapping[str, Question],
    model: str,
    price: Price | None,
    *,
    n_judges: int,
    n_messages: int,
    cap: float | None,
    spent_usd: float,
) -> list[str]:
    """What to expect of calls, tokens and money, in a few lines. `cap` is the study's, in US dollars; None: none."""
    work = judged(plan, questions, n_messages).times(n_judges)
    of_assistant = assistant_price(plan)
    lines = [f"Expected of {model} as {n_judges:,} judges: {work.own.describe(price)}."]
    if work.replies.n_calls:
        lines.append(
            f"Expected of {plan.design.assistant.model} replying to them: {work.replies.describe(of_assistant)}."
        )
    lines.append(
        f"  (an estimate for all of them, without what earlier runs have done: {n_messages} messages at most in each "
        f"assisted question, {TOKENS_PER_WORD:g} tokens a word, caches and thinking left out)"
    )
    lines += [
        f'The price of {name} is unknown, so what it costs is not counted: [prices."{name}"] in study.toml names it, '
        "in US dollars per million tokens, before the plan is frozen."
        for name, its in ((model, price), (plan.design.assistant.model, of_assistant))
        if its is None
    ]
    if cap is not None:
        needed = (cost_usd(work.own, price) or 0.0) + (cost_usd(work.replies, of_assistant) or 0.0)
        left = max(0.0, cap - spent_usd)
        lines.append(
            f"Spending cap: {dollars(cap)} for the study, of which {dollars(spent_usd)} are spent; no question is "
            "begun that could pass it."
            + (f" {dollars(left)} are less than the {dollars(needed)} expected." if needed > left else "")
        )
    return lines


def _expected(plan: Plan) -> _Sizes:
    return _Sizes(
        lambda text: TOKENS_PER_WORD * len(text.split()),
        min(plan.design.assistant.max_tokens, REPLY_TOKENS),
        TOKENS_PER_WORD * MESSAGE_WORDS,
    )


def _work(
    plan: Plan,
    question: Question,
    n_messages: int,
    sizes: _Sizes,
    *,
    is_assisted: bool,
    is_at_most: bool = False,
) -> Share:
    """One question: what the judge is asked, at each moment with what was said until then, and what is replied."""
    passage = question.passage.text if question.passage else ""
    fixed = sizes.of_text("\n".join((passage, question.text, *question.options)))
    asking, prompt = (sizes.of_text(plan.prompts.get(name, "")) for name in (ANSWER_PERCENT, MESSAGE))
    speaking = sizes.of_text(plan.prompts.get(SPEAKER_PROMPT, ""))
    has_beliefs = plan.design.answer.belief_after_reply
    own: list[Workload] = []
    replies: list[Workload] = []
    said = 0.0

    def reply(n: int) -> None:
        nonlocal said
        replies.extend(Workload(1, fixed + speaking + said, sizes.reply) for _ in range(n))
        said += n * sizes.reply
        if n and has_beliefs:
            own.append(Workload(1, fixed + asking + said, PERCENT_TOKENS))

    if is_assisted:
        if plan.design.answer.sequence is Sequence.ANSWER_FIRST:
            own.append(Workload(1, fixed + asking, PERCENT_TOKENS))
        opening, after_each, most = _replies(plan, n_messages)
        reply(opening)
        for _ in range(most):
            own.append(Workload(1, fixed + prompt + said, sizes.message))
            said += sizes.message
            reply(after_each)
    own.append(Workload(1, fixed + asking + said, PERCENT_TOKENS))
    if is_at_most:
        # A service that gives no letters' probabilities is asked once more in words.
        own = [call.times(2) if call.tokens_out == PERCENT_TOKENS else call for call in own]
    return Share(_sum(own), _sum(replies))


def _replies(plan: Plan, n_messages: int) -> tuple[int, int, int]:
    """How many speak before the judge writes, how many after each message, and how often it can write."""
    assistant = plan.design.assistant
    is_written_in = PROTOCOLS[assistant.protocol].is_written_in(assistant)
    n = n_messages if is_written_in else 0
    match assistant.protocol:
        case Protocol.DEBATE if not assistant.judge_asks:
            return 2 * assistant.rounds, 0, 0
        case Protocol.DEBATE:
            return 2, 2, min(n, assistant.rounds - 1)
        case Protocol.CRITIQUE:
            return 2, 0, 0
        case Protocol.ADVICE:
            return 1, 0, 0
        case Protocol.CONSULTANCY:
            return 1, 1, n
        case Protocol.CROSS_EXAMINATION:
            return 0, assistant.n_contexts, n
        case _:
            return 0, 1, n


def _sum(loads: Iterable[Workload]) -> Workload:
    loads = list(loads)
    return Workload(
        sum(load.n_calls for load in loads),
        sum(load.tokens_in for load in loads),
        sum(load.tokens_out for load in loads),
    )


def _total(shares: Iterable[Share]) -> Share:
    whole = _NOTHING
    for share in shares:
        whole += share
    return whole


def _mean(shares: list[Share]) -> Share:
    return _total(shares).times(1 / len(shares))
