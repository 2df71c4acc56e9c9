"""Which two choices do not fit together, said before anything is written."""

from collections.abc import Iterator
from dataclasses import dataclass

from oversight_app.study.choices.assistant import is_scripted
from oversight_app.study.choices.choice import Answers, Value


@dataclass(frozen=True, slots=True)
class Misfit:
    """Two choices that do not fit, by their keys, and a sentence that says why and what would."""

    keys: tuple[str, str]
    sentence: str


def misfits(answers: Answers) -> tuple[Misfit, ...]:
    """Every two choices that do not fit, of answers to the choices that are asked; empty where all fit."""
    return tuple(_misfits(answers))


def _misfits(answers: Answers) -> Iterator[Misfit]:
    mode, protocol = answers.get("assistant.mode"), answers.get("assistant.protocol")
    if is_scripted(answers) and mode not in (None, "assigned"):
        yield Misfit(
            ("assistant.model", "assistant.mode"),
            f"The scripted assistant has no opinion of its own, so it cannot be {mode}: "
            "name a real model, or choose assigned.",
        )
    if mode in ("sandbagged", "sycophantic") and protocol != "chat":
        yield Misfit(
            ("assistant.protocol", "assistant.mode"),
            f"An assistant can be {mode} in a chat only, and help is given by {protocol}: "
            "choose chat, or assigned or as_is.",
        )
    family = answers.get("analysis.family")
    if protocol == "debate" and isinstance(family, tuple) and "human_with_model - advice" in family:
        yield Misfit(
            ("assistant.protocol", "analysis.family"),
            "The two sides of a debate argue for two answers, so there is no one advice to compare people with: "
            "choose another kind of help, or leave advice out of the comparisons.",
        )
    per_condition = _number(answers.get("tasks.quality.questions_per_condition"))
    per_passage = _number(answers.get("tasks.quality.questions_per_passage"))
    if per_passage and per_condition % per_passage:
        yield Misfit(
            ("tasks.quality.questions_per_condition", "tasks.quality.questions_per_passage"),
            f"{per_condition:g} questions cannot be shared out over stories with {per_passage:g} questions each: "
            f"choose a multiple of {per_passage:g}.",
        )
    rotated = answers.get("tasks.quality.rotate_over")
    if rotated is not None and _number(rotated) < per_passage:
        yield Misfit(
            ("tasks.quality.questions_per_passage", "tasks.quality.rotate_over"),
            f"A person cannot answer {per_passage:g} questions of a story that has only {_number(rotated):g} in use: "
            f"let at least {per_passage:g} take turns.",
        )
    if answers.get("answer.prize") == 0:
        yield Misfit(
            ("answer.scoring_rule", "answer.prize"),
            f"The {answers.get('answer.scoring_rule')} rule has nothing to pay with a prize of 0: "
            "choose a prize, or no rule.",
        )
    checks = _number(answers.get("sitting.attention_checks"))
    failures = _number(answers.get("sitting.attention_failures"))
    if failures > checks:
        yield Misfit(
            ("sitting.attention_checks", "sitting.attention_failures"),
            f"Nobody can fail {failures:g} attention checks where there are {checks:g}: "
            "choose more checks, or fewer failures.",
        )


def _number(value: Value) -> float:
    return value if isinstance(value, int | float) else 0
