"""Doubts: what would spoil a study that can be frozen as it is, said before anybody is paid.

Each rule looks at the plan alone, and says which key or file it is about, what comes of it, and what to do.
"""

from collections.abc import Callable, Iterator

from oversight_app.study.design import ConfidenceScale, Outcome, Protocol, ScoringRule, Sequence
from oversight_app.study.paying import is_money
from oversight_app.study.plan import Plan

_KNOWN_TEXTS = (
    *("consent", "instructions", "debrief", "pledge"),
    *(
        "instructions_mmlu",
        "instructions_quality",
        "instructions_human_with_model",
        "instructions_answer_first",
    ),
    *("instructions_distribution", "instructions_confidence", "instructions_pay", "instructions_practice"),
    *("instructions_advice", "instructions_consultancy", "instructions_debate", "instructions_critique"),
    *("instructions_cross_examination", "instructions_lottery"),
)
_FAIR_CHECKS = 2


def doubts(plan: Plan) -> list[str]:
    """Every doubt about a plan, in words for its researcher."""
    return [doubt for rule in _RULES for doubt in rule(plan)]


def _selected(plan: Plan) -> Iterator[str]:
    if plan.selection is not None:
        yield plan.selection.statement


def _reading(plan: Plan) -> Iterator[str]:
    for name, task in plan.design.tasks.items():
        slots = [slot for of_form in plan.forms[name].values() for slot in of_form]
        if task.reading_s and not any(slot.passage_id for slot in slots):
            yield (
                f"tasks.{name}.reading_s is {task.reading_s:g}, but its questions have no passage to read, so there "
                "is no reading phase. Take the line out."
            )


def _explained(plan: Plan) -> Iterator[str]:
    """Whether participants are told how to answer in the ways that nobody guesses."""
    answer, protocol = plan.design.answer, plan.design.assistant.protocol
    needed = {
        "instructions_answer_first": answer.sequence is Sequence.ANSWER_FIRST,
        "instructions_distribution": answer.confidence is ConfidenceScale.DISTRIBUTION,
        "instructions_lottery" if answer.binarised else "instructions_pay": (
            answer.scoring_rule is not ScoringRule.NONE
        ),
        f"instructions_{protocol.value}": protocol is not Protocol.CHAT,
    }
    for name, is_needed in needed.items():
        if is_needed and not plan.texts.get(name, "").strip():
            yield (
                f"texts/{name}.md is missing or empty, and the design needs it: nobody is told how this is meant. "
                "`oversight init` writes one into a new study; copy it from there."
            )


def _texts(plan: Plan) -> Iterator[str]:
    known = {*_KNOWN_TEXTS, *(f"instructions_{task}" for task in plan.design.tasks)}
    for name, text in plan.texts.items():
        if name not in known:
            yield (
                f"texts/{name}.md is shown nowhere. Texts have these names: {', '.join(sorted(known))}; rename it, or "
                "take it out."
            )
        elif not text.strip() and name == "pledge":
            yield "texts/pledge.md is empty, so nobody is asked for a promise. Write one, or take the file out."


def _beliefs(plan: Plan) -> Iterator[str]:
    answer = plan.design.answer
    if answer.belief_after_reply and answer.confidence is ConfidenceScale.DISTRIBUTION:
        yield (
            "answer.belief_after_reply asks for a whole distribution after each reply, while the clock runs. People "
            'may stop asking because of it; confidence = "percent" is quicker.'
        )


def _checks(plan: Plan) -> Iterator[str]:
    sitting, exclusions = plan.design.sitting, plan.design.analysis.exclusions
    if 0 < sitting.attention_checks < _FAIR_CHECKS:
        yield (
            "sitting.attention_checks is 1. Recruitment platforms want two in a study of more than five minutes before "
            "anything follows from them; ask for two or more."
        )
    if "failed_attention" in exclusions and not sitting.attention_checks:
        yield (
            'analysis.exclusions has "failed_attention", but sitting.attention_checks is 0, so it leaves nobody out. '
            "Ask for two checks or more, or take the rule out."
        )


def _screening(plan: Plan) -> Iterator[str]:
    for number, question in enumerate(plan.screening, start=1):
        if set(question.eligible) == set(range(len(question.options))):
            yield (
                f"texts/screening.toml: question {number} lets everybody in, whatever they answer. Take the options "
                "that do not belong to the study out of `eligible`."
            )


def _places(plan: Plan) -> Iterator[str]:
    places, wanted = plan.design.sitting.max_participants, plan.design.analysis.target_n
    if places is not None and places < wanted:
        yield (
            f"sitting.max_participants is {places}, below analysis.target_n ({wanted}): the study will be full before "
            "as many have completed as were declared."
        )


def _endings(plan: Plan) -> Iterator[str]:
    url = plan.design.sitting.completion_url
    if url and "{code}" not in url:
        yield (
            "sitting.completion_url has no {code}, so every ending leads to the same address: where it carries the "
            "code of who has completed, whoever was screened out or withdrew hands that in too. Write {code} in its "
            "place."
        )
    ends_early = {
        Outcome.SCREENED_OUT: bool(plan.screening),
        Outcome.TIMED_OUT: plan.design.sitting.limit_s is not None,
        Outcome.TECHNICAL_ERROR: plan.design.assistant.on_outage == "end",
        Outcome.STUDY_FULL: plan.design.sitting.max_participants is not None,
    }
    # A code by hand is one that a platform knows; then it has to know the others that people may bring.
    known = {outcome for outcome, own in plan.design.outcomes.items() if own.code}
    unknown = [outcome.value for outcome, may_come in ends_early.items() if may_come and outcome not in known]
    if plan.design.sitting.completion_code and unknown:
        yield (
            f"sitting.completion_code is one of your platform's, but people may also end as {', '.join(unknown)}, and "
            "those codes are drawn. Enter them at the platform too, or give your own under [outcomes]."
        )


def _bonus(plan: Plan) -> Iterator[str]:
    answer, bonus = plan.design.answer, plan.design.bonus
    if (bonus.flat or bonus.per_correct) and not is_money(answer.currency):
        yield (
            f"[bonus] pays, but in answer.currency = {answer.currency!r}, which is no money: `oversight bonus` will "
            "write no file. Give a currency such as USD or GBP."
        )
    if bonus.at_most is not None and bonus.flat > bonus.at_most:
        yield (
            f"bonus.flat is {bonus.flat} and participants are told so, but bonus.at_most is {bonus.at_most}: nobody "
            "can get it. Raise the cap, or lower the flat bonus."
        )


_RULES: tuple[Callable[[Plan], Iterator[str]], ...] = (
    _selected,
    _reading,
    _explained,
    _texts,
    _beliefs,
    _checks,
    _screening,
    _places,
    _endings,
    _bonus,
)
