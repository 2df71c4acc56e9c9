"""Made-up answers with known truth, for tests, examples and planning.

Each answer is right with probability expit(mean + effect x + u_p + s_p x + v_i + t_i x), where x is +1/2 with the
assistant and -1/2 without, u and s are a participant's level and slope, v and t a question's. The default spreads
are those in `analysis.power.Sds`; questions that share a passage share its level and slope as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.columns import LETTERS, Condition, ordered
from analysis.export import typed_answers
from analysis.jackknife import Codes, Floats
from analysis.power import DEFAULT_SDS, Layout, Sds


@dataclass(frozen=True, slots=True)
class Truth:
    """What the simulated world is like: mean and effect in logits, spreads, and how often the model alone is right."""

    mean: float = 0.3
    effect: float = 0.9
    sds: Sds = DEFAULT_SDS
    model_accuracy: float = 0.6


DEFAULT_TRUTH = Truth()
CONFIDENCES = (0.25, 0.42, 0.6, 0.8, 1.0)


def true_accuracy(x: float, truth: Truth = DEFAULT_TRUTH, has_passages: bool = False) -> float:
    """The accuracy over all participants and questions that could be drawn; x is +1/2 with the assistant, else -1/2.

    Gauss-Hermite quadrature over the sum of the normal spreads.
    """
    s = truth.sds
    variance = s.participant_level**2 + s.item_level**2 + x**2 * (s.participant_slope**2 + s.item_slope**2)
    if has_passages:
        variance += s.passage_level**2 + x**2 * s.passage_slope**2
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    p = 1 / (1 + np.exp(-(truth.mean + truth.effect * x + np.sqrt(variance) * nodes)))
    return float((weights @ p) / weights.sum())


def true_difference(truth: Truth = DEFAULT_TRUTH, has_passages: bool = False) -> float:
    """How much more often people with the assistant are right, over all that could be drawn."""
    return true_accuracy(0.5, truth, has_passages) - true_accuracy(-0.5, truth, has_passages)


def simulate(
    seed: int,
    participants: int = 20,
    items: int = 40,
    layout: str = Layout.COUNTERBALANCED,
    tasks: Sequence[str] = ("mmlu",),
    questions_per_passage: int | None = None,
    truth: Truth = DEFAULT_TRUTH,
    has_model_alone: bool = True,
) -> pd.DataFrame:
    """A study's answers in the columns of the contract, checked and typed as `analysis.export` would.

    Every participant answers `items` questions of each task; `layout` is CB, DI or BP (`analysis.power.Layout`).
    With `questions_per_passage` questions share passages, and condition goes by passage.
    """
    rng = np.random.default_rng(seed)
    cells: dict[str, list[str]] = {name: [] for name in ordered("answers")}
    for task in tasks:
        world = _World.draw(rng, participants, items, questions_per_passage, truth)
        _add_people(cells, rng, world, task, Layout(layout))
        if has_model_alone:
            _add_model(cells, world, task)
    return typed_answers(cells, "simulated answers")


@dataclass(frozen=True, slots=True)
class _World:
    """One draw of participants, questions, passages, keys and the model's answers; letters are 0-3."""

    truth: Truth
    person_level: Floats
    person_slope: Floats
    item_level: Floats
    item_slope: Floats
    passage: Codes | None
    key: Codes
    model_choice: Codes

    @classmethod
    def draw(
        cls, rng: np.random.Generator, participants: int, items: int, per_passage: int | None, truth: Truth
    ) -> "_World":
        s = truth.sds
        item_level, item_slope = rng.normal(0, s.item_level, items), rng.normal(0, s.item_slope, items)
        passage = None
        if per_passage is not None:
            passage = np.arange(items) // per_passage
            n_passages = int(passage.max()) + 1
            item_level += rng.normal(0, s.passage_level, n_passages)[passage]
            item_slope += rng.normal(0, s.passage_slope, n_passages)[passage]
        key = rng.integers(4, size=items)
        is_right = rng.random(items) < truth.model_accuracy
        return cls(
            truth,
            rng.normal(0, s.participant_level, participants),
            rng.normal(0, s.participant_slope, participants),
            item_level,
            item_slope,
            passage,
            key,
            np.where(is_right, key, _another(rng, key)),
        )


def _another(rng: np.random.Generator, key: Codes) -> Codes:
    return (key + rng.integers(1, 4, size=key.shape)) % 4


def _is_assisted(world: _World, layout: Layout) -> npt.NDArray[np.bool_]:
    """Participants by questions."""
    people = np.arange(len(world.person_level))[:, None] % 2
    units = np.arange(len(world.key)) if world.passage is None else world.passage
    forms = units[None, :] % 2
    by_layout = {
        Layout.COUNTERBALANCED: (people + forms) % 2,
        Layout.DIFFERENT_ITEMS: forms + 0 * people,
        Layout.BETWEEN_PARTICIPANTS: people + 0 * forms,
    }
    return np.asarray(by_layout[layout] == 1, dtype=np.bool_)


def _add_people(
    cells: dict[str, list[str]], rng: np.random.Generator, world: _World, task: str, layout: Layout
) -> None:
    assisted = _is_assisted(world, layout)
    x = np.where(assisted, 0.5, -0.5)
    logit = (
        world.truth.mean
        + world.truth.effect * x
        + world.person_level[:, None]
        + world.person_slope[:, None] * x
    )
    p = 1 / (1 + np.exp(-(logit + world.item_level + world.item_slope * x)))
    is_right = rng.random(p.shape) < p
    key = np.broadcast_to(world.key, p.shape)
    choice = np.where(is_right, key, _another(rng, key))
    felt = np.abs(np.clip(p + rng.normal(0, 0.15, p.shape), 0, 1)[..., None] - np.array(CONFIDENCES)).argmin(
        -1
    )
    seconds = rng.lognormal(3.8, 0.5, p.shape)
    for person, item in np.ndindex(p.shape):
        helped = bool(assisted[person, item])
        row = _question_cells(world, task, item) | {
            "participant_id": f"p{person + 1:07d}",
            "participant_kind": "simulated",
            "condition": str(Condition.HUMAN_WITH_MODEL if helped else Condition.HUMAN_ALONE),
            "protocol": "chat" if helped else "unaided",
            "position": str(item + 1),
            "choice": LETTERS[choice[person, item]],
            "correct": str(int(is_right[person, item])),
            "confidence": str(CONFIDENCES[felt[person, item]]),
            "confidence_scale": "five_levels",
            "response_time_s": f"{seconds[person, item]:.3f}",
        }
        if helped:
            row |= _MODEL_CELLS | {
                "assistant": "assistant",
                "assistant_mode": "as_is",
                "manipulated": "0",
                "advice_choice": LETTERS[world.model_choice[item]],
                "advice_correct": str(int(world.model_choice[item] == world.key[item])),
                "advice_status": "stated",
                "advice_source": "rule",
            }
        _append(cells, row)


def _add_model(cells: dict[str, list[str]], world: _World, task: str) -> None:
    for item in range(len(world.key)):
        is_right = world.model_choice[item] == world.key[item]
        row = _question_cells(world, task, item) | _MODEL_CELLS
        row |= {
            "participant_id": "model001",
            "participant_kind": "model",
            "condition": str(Condition.MODEL_ALONE),
            "protocol": "unaided",
            "method": "zero_shot",
            "choice": LETTERS[world.model_choice[item]],
            "correct": str(int(is_right)),
        }
        _append(cells, row)


_MODEL_CELLS = {"provider": "simulated", "model": "simulated-model"}


def _question_cells(world: _World, task: str, item: int) -> dict[str, str]:
    return {
        "study_id": "simulated",
        "sample": "1",
        "task": task,
        "question_id": f"{task}-{item + 1}",
        "passage_id": "" if world.passage is None else f"{task}-passage-{world.passage[item] + 1}",
        "is_practice": "0",
        "is_attention_check": "0",
        "correct_choice": LETTERS[world.key[item]],
        "status": "answered",
    }


def _append(cells: dict[str, list[str]], row: dict[str, str]) -> None:
    number = len(cells["task"]) + 1
    row |= {"trial_id": f"t{number:07d}"}
    for name, values in cells.items():
        values.append(row.get(name, ""))
