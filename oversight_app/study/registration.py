"""The analysis plan as it is registered: what a frozen design declares, in words and as a value for programs.

The same plan and the same expected power give the same text, byte for byte, so its hash can be published beforehand and
checked by anybody. What the text says is compared with what was done by `analysis.departures`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from oversight_app.study.design import Condition, split_model
from oversight_app.study.plan import Plan

SCHEMA = 1

_SIDES = {
    Condition.HUMAN_WITH_MODEL.value: "people with the assistant",
    Condition.HUMAN_ALONE.value: "people alone",
    Condition.MODEL_ALONE.value: "the model alone",
    "advice": "the assistant's own advice on the same questions",
}
_RULES = {
    "external_help": "people who reported help from elsewhere",
    "withdrew": "people who withdrew",
    "failed_attention": "people who failed an attention check",
    "failed_comprehension": "people who needed more than two tries at the comprehension questions",
    "too_fast": "people whose median response time is below the stated limit",
}


def registered(plan: Plan, hashes: tuple[str, str], power: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What is registered, as a value; `hashes` are those of design and plan, `power` one entry per task.

    An entry has `task`, `participants`, `difference`, `accuracy_alone`, `alpha`, `tests`, `closed`, `simulated`,
    `simulated_strictest`, `runs`, `half_width`, `questions`, `passages` and `per_person`; None where unknown.
    """
    design, declared = plan.design, plan.design.analysis
    primary = design.primary_model_alone
    provider, model = split_model(primary.model)
    return {
        "schema": SCHEMA,
        "study_id": plan.study_id,
        "title": design.title,
        "design_hash": hashes[0],
        "plan_hash": hashes[1],
        "frozen_at": plan.frozen_at,
        "hypotheses": [
            {"task": task, "contrast": contrast} for task in design.tasks for contrast in declared.family
        ],
        "analysis": {
            "family": list(declared.family),
            "margin": declared.margin,
            "exclusions": list(declared.exclusions),
            "wmv_panel_size": declared.wmv_panel_size,
            "target_n": declared.target_n,
            **declared.goal,
            "stopping_rule": declared.stopping_rule,
        },
        "assistant": dict(zip(("provider", "model"), design.assistant.provider_and_model, strict=True)),
        "primary_model_alone": {"provider": provider, "model": model, "method": primary.method},
        "power": [dict(entry) for entry in power],
    }


def as_markdown(content: Mapping[str, Any], n_people: int, n_answers: int) -> str:
    """The registration as people read it; `n_people` had begun and `n_answers` were recorded when it was made."""
    declared, primary = content["analysis"], content["primary_model_alone"]
    has_data = bool(n_people or n_answers)
    data = (
        f"When this was registered, {n_people} people had begun and {n_answers} answers were recorded. "
        "It is no registration before data."
        if has_data
        else "When this was registered, nobody had begun and no answer was recorded."
    )
    margin = declared["margin"]
    lines = [
        f"# Registered analysis: {content['title'] or content['study_id']}",
        "",
        f"- Study: `{content['study_id']}`, design and questions frozen at {content['frozen_at']}",
        f"- Design, SHA-256: `{content['design_hash']}`",
        f"- Plan (design, questions, texts, prompts, seed), SHA-256: `{content['plan_hash']}`",
        "",
        data,
        "",
        "## Hypotheses",
        "",
        "The share of right answers differs between",
        "",
        *(
            f"{place}. {_sides(row['contrast'])}, in task {row['task']} (`{row['contrast']}`)"
            for place, row in enumerate(content["hypotheses"], start=1)
        ),
        "",
        f"These {len(content['hypotheses'])} tests are the confirmatory family. Each is two-sided; p is adjusted by "
        "Holm (1979) over the family at 0.05. Everything else is exploratory.",
        "",
        "## Analysis",
        "",
        "Difference of shares; a trial without a choice counts as wrong; abandoned and void trials, practice and "
        "attention checks never enter. Interval and p: two-way cluster jackknife over participants and questions "
        "(passages, where questions share them), with Satterthwaite's degrees of freedom.",
        "",
        f"- Model alone to compare with: {primary['provider']}:{primary['model']}, method {primary['method']}",
        f"- Assistant: {content['assistant']['provider']}:{content['assistant']['model']}",
        "- Margin of equivalence: "
        + (
            "none; no claim of equivalence will be made"
            if margin is None
            else f"{margin:g} (fraction of answers)"
        ),
        f"- Voters in a panel of the weighted majority vote: {declared['wmv_panel_size']}",
        "",
        "## Exclusions",
        "",
        "Whole participants only, without looking at accuracy; every result is given before and after them.",
        "",
        *([f"- `{rule}`: {_RULES.get(rule, rule)}" for rule in declared["exclusions"]] or ["- none"]),
        "",
        "## Sample size",
        "",
        f"{declared['target_n']} participants. Stopping rule: {declared['stopping_rule']}.",
        "",
        *_wanted(declared),
        *[line for entry in content["power"] for line in _power(entry)],
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _wanted(declared: Mapping[str, Any]) -> list[str]:
    """The goal in a sentence, where there is one."""
    if "smallest_difference" not in declared:
        return []
    likely = f", with a power of {declared['power_goal']:.2f}" if "power_goal" in declared else ""
    return [
        f"The smallest difference that matters is {100 * declared['smallest_difference']:.1f} points{likely}.",
        "",
    ]


def _sides(contrast: str) -> str:
    first, _, second = contrast.partition(" - ")
    return f"{_SIDES.get(first, first)} and {_SIDES.get(second, second)}"


def _power(entry: Mapping[str, Any]) -> list[str]:
    passages = f" on {entry['passages']} passages" if entry["passages"] else ""
    strict = (
        f"; {entry['simulated_strictest']:.2f} at Holm's strictest step (0.05/{entry['tests']})"
        if entry["tests"] > 1
        else ""
    )
    closed = "" if entry["closed"] is None else f" ({entry['closed']:.2f} by closed form)"
    width = entry["half_width"]
    reach = (
        ""
        if width is None or width >= 1
        else f" The 95% interval is expected to reach {100 * width:.1f} points to each side."
    )
    return [
        f"- Task {entry['task']}: {entry['participants']} participants, {entry['questions']} questions{passages}, "
        f"{entry['per_person']} for each person. For a true difference of {100 * entry['difference']:.1f} points "
        f"between people with the assistant and people alone ({entry['accuracy_alone']:.1%} right) power is "
        f"{entry['simulated']:.2f} in {entry['runs']:,} simulated studies{closed}{strict}.{reach}"
    ]
