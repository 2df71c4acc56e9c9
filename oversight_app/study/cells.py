"""Cells: which form in which condition, in which order; and which cell the next arrival joins.

The cells of a design are a full factorial, so that form and order are uncorrelated over them (design, section 10).
Arrivals join a cell with the fewest people who have completed or are still at it; a stated share is placed by lot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from random import Random

from oversight_app.study.design import HUMAN_CONDITIONS, Condition, Design

FORMS = ("A", "B")
_SHORT = {Condition.HUMAN_ALONE: "HA", Condition.HUMAN_WITH_MODEL: "HM"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One way through the study: its conditions and tasks in order, and the form that each condition uses."""

    conditions: tuple[Condition, ...]
    tasks: tuple[str, ...]
    forms: tuple[str, ...]
    """The form of each of `conditions`, in the same order."""

    @property
    def name(self) -> str:
        """For example "HA-A.HM-B.mmlu-quality": alone with form A, then with the model and form B; MMLU first."""
        blocks = [
            f"{_SHORT[condition]}-{form}" for condition, form in zip(self.conditions, self.forms, strict=True)
        ]
        return ".".join([*blocks, "-".join(self.tasks)])

    @property
    def strand(self) -> str:
        """Cells of one strand meet the same forms with the model, so they share rotation and stance blocks."""
        forms = dict(zip(self.conditions, self.forms, strict=True))
        return f"{'+'.join(sorted(self.tasks))}/{'+'.join(f'{_SHORT[c]}-{forms[c]}' for c in sorted(forms))}"


def cells(design: Design) -> tuple[Cell, ...]:
    """Every cell of a design, in a stable order."""
    return tuple(
        Cell(conditions=order, tasks=tasks, forms=tuple(form_of[c] for c in order))
        for order, tasks, form_of in product(
            _condition_orders(design), _task_orders(design), _form_maps(design)
        )
    )


def choose_cell(
    among: Sequence[Cell], people: Mapping[str, int], rng: Random, *, random_share: float
) -> tuple[Cell, bool]:
    """The cell of the next arrival, and whether it was drawn by lot over all cells.

    `people` counts, per cell name, those who completed or are active; people who left are not in it, so their places
    are given back.
    """
    if rng.random() < random_share:
        return rng.choice(list(among)), True
    fewest = min(people.get(cell.name, 0) for cell in among)
    return rng.choice([cell for cell in among if people.get(cell.name, 0) == fewest]), False


def next_turn(taken: set[int]) -> int:
    """The lowest turn of a strand that nobody completed or active holds; turns count from 0."""
    turn = 0
    while turn in taken:
        turn += 1
    return turn


def _condition_orders(design: Design) -> list[tuple[Condition, ...]]:
    alone, assisted = HUMAN_CONDITIONS
    if design.conditions.allocation == "between":
        return [(alone,), (assisted,)]
    match design.conditions.order:
        case "human_alone_first":
            return [(alone, assisted)]
        case "human_with_model_first":
            return [(assisted, alone)]
        case "counterbalanced":
            return [(alone, assisted), (assisted, alone)]


def _task_orders(design: Design) -> list[tuple[str, ...]]:
    tasks = tuple(design.tasks)
    if design.conditions.tasks == "between":
        return [(task,) for task in tasks]
    # All orders of up to three tasks; beyond that their rotations, which still put each task first equally often.
    if len(tasks) <= 3:
        return list(permutations(tasks))
    return [tasks[i:] + tasks[:i] for i in range(len(tasks))]


def _form_maps(design: Design) -> list[dict[Condition, str]]:
    alone, assisted = HUMAN_CONDITIONS
    if design.conditions.question_samples == "separate":
        return [{alone: "A", assisted: "B"}]
    if design.conditions.allocation == "between":
        return [{alone: form, assisted: form} for form in FORMS]
    return [{alone: "A", assisted: "B"}, {alone: "B", assisted: "A"}]
