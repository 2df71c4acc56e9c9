"""Shortfalls: where a study needs more than it has or has promised, in money, minutes, disk or power.

Each rule compares what is expected of a plan with what stands somewhere else: a cap, the consent text, the free disk,
the goal of the design. It says what, where, and what to do. What is expected is an estimate, and said to be one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from oversight_app.study.cost import assistant_price, cost_usd, dollars
from oversight_app.study.design import Condition
from oversight_app.study.duration import longest
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from oversight_app.study.workload import Workload, assisted

BYTES_PER_TRIAL = 6_000
"""Of the record, for a question with its events. Measured over rehearsals: 4,100, to which behaviour logs come."""
BYTES_PER_TOKEN = 4
TIMES_KEPT = 2
"""A message stands in the events and in the table beside them."""
COPIES = 3
"""The record, an export of it, and a backup."""
TEXTS_MINUTES = 5.0
"""For the pages around the questions: consent, instructions, check, questionnaire."""

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_MINUTES = re.compile(rf"(?i)\b{_NUMBER}\s*(?:-\s*)?(?:min\b|minutes?\b|minuten?\b)")
_HOURS = re.compile(rf"(?i)\b(?:{_NUMBER}|an|one|eine|einer)\s+(?:hours?|stunden?)\b")


def shortfalls(plan: Plan, questions: Mapping[str, Question]) -> list[str]:
    """Every shortfall that the plan alone shows: money and minutes."""
    return [*money(plan, assisted(plan, questions)), *minutes(plan, questions), *replies(plan, questions)]


def money(plan: Plan, per_person: Workload) -> list[str]:
    """Caps that will not last; `per_person` is the assistant's expected work for one."""
    design, caps, price = plan.design, plan.design.assistant.spending, assistant_price(plan)
    n = design.analysis.target_n
    found = []
    for key, cap, needed, of_whom in (
        ("per_study", caps.per_study, cost_usd(per_person.times(n), price), f"{n} people"),
        ("per_participant", caps.per_participant, cost_usd(per_person, price), "one person"),
    ):
        if cap is not None and needed is not None and needed > cap and dollars(needed) != dollars(cap):
            found.append(
                f"assistant.spending.{key} is {dollars(cap)}, but replies to {of_whom} are expected to cost "
                f"{dollars(needed)}: the assistant would fall silent before the end, and who comes later would answer "
                "without it. Raise the cap, lower target_n or max_tokens, or take a cheaper model."
            )
    return found


def minutes(plan: Plan, questions: Mapping[str, Question]) -> list[str]:
    """A consent text that promises a shorter sitting than there may be."""
    promised = promised_minutes(plan.texts.get("consent", ""))
    needed = longest(plan, questions).about_s / 60
    limit_s = plan.design.sitting.limit_s
    if limit_s is not None:
        needed = min(needed, limit_s / 60)
    if promised is None or needed + TEXTS_MINUTES <= promised:
        return []
    return [
        f"texts/consent.md speaks of {promised:g} minutes, but the questions can take {needed:.0f}, and the pages "
        f"around them about {TEXTS_MINUTES:g}: people would agree to less than they are asked for, and be paid for "
        "less. Change the text, or ask fewer questions. `oversight rehearse` says what most people will need."
    ]


def replies(plan: Plan, questions: Mapping[str, Question]) -> list[str]:
    """Replies that may take longer than the question they are about."""
    wait_s = plan.design.assistant.reply_limit_s
    shortest = {
        name: min(limits)
        for name, task in plan.design.tasks.items()
        if (
            limits := [
                limit_s
                for of_form in plan.forms[name].values()
                for slot in of_form
                for question_id in slot.question_ids
                if (limit_s := task.limit_s(questions[question_id].n_words, Condition.HUMAN_WITH_MODEL))
                is not None
            ]
        )
    }
    return [
        f"assistant.reply_limit_s is {wait_s:g}, but questions of tasks.{name} end after {limit_s:g} seconds: a slow "
        "reply could come when its question is over. Lower it to a third of that or less, or give more time."
        for name, limit_s in shortest.items()
        if wait_s >= limit_s
    ]


def promised_minutes(text: str) -> float | None:
    """The longest time that a text names, in minutes; None where it names none.

    >>> promised_minutes("It takes 45 to 60 minutes, or one hour and a half.")
    60.0
    """
    named = [float(found[1].replace(",", ".")) for found in _MINUTES.finditer(text)]
    named += [60 * float((found[1] or "1").replace(",", ".")) for found in _HOURS.finditer(text)]
    return max(named, default=None)


def expected_bytes(plan: Plan, questions: Mapping[str, Question]) -> int:
    """What a whole study will take on disk: target_n people, with an export and a backup beside the record."""
    per_person = longest(plan, questions).n_questions * BYTES_PER_TRIAL
    per_person += assisted(plan, questions).tokens_out * BYTES_PER_TOKEN * TIMES_KEPT
    return round(COPIES * plan.design.analysis.target_n * per_person)


def power(plan: Plan, expected: Sequence[Mapping[str, Any]]) -> list[str]:
    """Tasks whose power is below the goal; `expected` as in `study.registration.registered`. None without a goal."""
    declared = plan.design.analysis
    goal = declared.power_goal
    return [] if goal is None else list(_below(goal, expected))


def _below(goal: float, expected: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for entry in expected:
        points = f"{100 * entry['difference']:.1f} points"
        with_so_many = f"with {entry['participants']} people in task {entry['task']}"
        what_to_do = "`oversight power` says how many people reach it, and what they cost; more questions help as well."
        if entry["simulated"] < goal:
            yield (
                f"analysis.power_goal is {goal:.2f}, but {with_so_many} power is only {entry['simulated']:.2f} for a "
                f"true difference of {points}: the study may well miss what it looks for. {what_to_do}"
            )
        elif entry["tests"] > 1 and entry["simulated_strictest"] < goal:
            yield (
                f"analysis.power_goal is {goal:.2f}, and {with_so_many} it is reached for one test alone "
                f"({entry['simulated']:.2f} for {points}), but not at the strictest of the {entry['tests']} tests of "
                f"the family ({entry['simulated_strictest']:.2f}). Name fewer contrasts in analysis.family, or more "
                f"people in target_n. {what_to_do}"
            )
