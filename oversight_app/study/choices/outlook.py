"""What a study would look like, from its design alone: questions, time, precision, cost. No bank is needed."""

from collections.abc import Callable, Iterator

from oversight_app.study.cells import FORMS
from oversight_app.study.design import HUMAN_CONDITIONS, Condition, Design

HalfWidth = Callable[[str, int, int, int, int | None], float | None]
"""`analysis.power.expected_half_width`: (layout, participants, items, answers, passages)."""

_ENOUGH_PASSAGES = 20
"""Below so many passages a study is a pilot (design, section 10)."""


def outlook(design: Design, layout: str, half_width: HalfWidth) -> tuple[str, ...]:
    """Lines that say what a person answers, how long it takes at most, how precise it will be and what it may cost."""
    return tuple(_lines(design, layout, half_width))


def _lines(design: Design, layout: str, half_width: HalfWidth) -> Iterator[str]:
    n_conditions = len(HUMAN_CONDITIONS) if design.conditions.allocation == "within" else 1
    each = {name: task.questions_per_condition * n_conditions for name, task in design.tasks.items()}
    is_split = design.conditions.tasks == "between"
    counts = (" or " if is_split else " and ").join(f"{n} {name}" for name, n in each.items())
    yield f"One person answers {counts} questions."
    limits = {
        name: ((task.limit_s(100, Condition.HUMAN_ALONE) or 0.0) + task.reading_s)
        * (each[name] + task.practice_per_condition * n_conditions)
        for name, task in design.tasks.items()
    }
    longest = (max if is_split else sum)(limits.values())
    untimed = [name for name, task in design.tasks.items() if task.time_limit_s == "none"]
    grows = any(task.extra_s_per_100_words for name, task in design.tasks.items() if name not in untimed)
    yield (
        f"If every limit is used up, that takes {longest / 60:.0f} minutes with practice, "
        "without breaks and attention checks"
        + (", and a little more for long questions" if grows else "")
        + (f"; {' and '.join(untimed)} has no limit and comes on top." if untimed else ".")
    )
    n_people = design.analysis.target_n // (len(design.tasks) if is_split else 1)
    for name, task in design.tasks.items():
        has_passages = name == "quality"
        n_passages = task.passages_per_condition * len(FORMS)
        items = n_passages * task.rotate_over if has_passages else task.questions_per_condition * len(FORMS)
        clusters = n_passages if has_passages and n_passages < items else None
        width = half_width(layout, n_people, items, n_people * each[name], clusters)
        needs = f"{items} questions" + (f" on {n_passages} stories" if has_passages else "")
        yield (
            f"{name}: the bank must hold {needs}; with {n_people} people the difference between with and without "
            + ("the assistant cannot be said with any certainty." if width is None or width >= 1 else "")
            + (
                f"the assistant is expected within ± {100 * width:.1f} percentage points."
                if width and width < 1
                else ""
            )
        )
        if has_passages and n_passages < _ENOUGH_PASSAGES:
            yield f"{name}: pilot only, because {n_passages} stories are fewer than {_ENOUGH_PASSAGES}."
    yield from _cost(design, (max if is_split else sum)(each.values()))


def _cost(design: Design, n_questions: int) -> Iterator[str]:
    """What people and the assistant may cost, each as far as the design says it."""
    n_people, reward, currency = (
        design.analysis.target_n,
        design.sitting.reward,
        design.sitting.reward_currency,
    )
    if reward is None:
        yield "What people cost cannot be said, because no reward is stated."
    else:
        yield (
            f"Rewards of {reward:,.2f} {currency} for {n_people:,} people come to {n_people * reward:,.2f} {currency}."
        )
    most = n_questions * (float(design.bonus.per_correct) + design.answer.prize)
    if most:
        money = design.answer.currency
        yield (
            f"Paid for answers: at most {most:,.2f} {money} a person, so {n_people * most:,.2f} {money} in all, if "
            "everything is right."
        )
    if design.assistant.provider_and_model[0] == "scripted":
        yield "The scripted assistant costs nothing."
    elif design.assistant.spending.per_study is None:
        yield "Nothing limits what the assistant's replies cost."
    else:
        yield f"The assistant's replies cost at most {design.assistant.spending.per_study:,.2f} US dollars in all."
