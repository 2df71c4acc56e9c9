"""The answers of people in both conditions, crossed: participants by questions, counted.

The checks beside the main interval (`analysis.mixed_model`, `analysis.bootstrap`, `analysis.randomisation`) all start
from these counts. A question here is a passage as soon as any passage of the task has more than one question. Questions
stand in the order of their names and participants in the order of what they answered, so that neither the order of rows
nor the names of participants can change what chance draws for them: participants that tie gave the same answers.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.entries import WITH_MODEL
from analysis.jackknife import Floats

ALONE_AT, ASSISTED_AT = 0, 1
"""Where the two conditions stand on the first axis of the counts."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """How many answers were given and right: arrays of condition (alone, assisted) x participants x questions."""

    right: Floats
    asked: Floats

    @property
    def n_people(self) -> int:
        """Participants, those of the other tasks of a study included."""
        return int(self.asked.shape[1])

    @property
    def answered(self) -> npt.NDArray[np.bool_]:
        """Condition x participants: who answered anything there."""
        return np.asarray(self.asked.sum(axis=2) > 0)

    @property
    def shown(self) -> npt.NDArray[np.bool_]:
        """Condition x questions: what was asked there."""
        return np.asarray(self.asked.sum(axis=1) > 0)

    @property
    def difference(self) -> float:
        """How much more often answers were right with the assistant; both conditions must have answers."""
        alone, assisted = self.right.sum(axis=(1, 2)) / self.asked.sum(axis=(1, 2))
        return float(assisted - alone)


def cross(by_task: Mapping[str, pd.DataFrame]) -> dict[str, Crossing]:
    """Count the entering answers of each task; the participants' axis is the same in all tasks.

    Needs the columns that `analysis.entries.prepare` adds, of people's answers in both conditions.
    """
    everything = pd.concat(by_task.values())
    person = pd.factorize(everything["person"])[0]
    order, n_people = _by_content(everything, person)
    person = order[person]
    crossed, start = {}, 0
    for task, rows in by_task.items():
        own = person[start : start + len(rows)]
        start += len(rows)
        names = rows["passage_id"].where(rows["by_passage"], rows["question_id"])
        clusters = names + np.where(rows["by_passage"], "/p", "/q")
        code = np.unique(clusters.to_numpy(str), return_inverse=True)[1]
        n_clusters = int(code.max()) + 1 if len(code) else 0
        shape = (2, n_people, n_clusters)
        cell = np.ravel_multi_index(((rows["condition"] == WITH_MODEL).to_numpy(int), own, code), shape)
        size = math.prod(shape)
        right: Floats = np.bincount(cell, rows["score"].to_numpy(float), size).astype(np.float64)
        asked: Floats = np.bincount(cell, minlength=size).astype(np.float64)
        crossed[task] = Crossing(right.reshape(shape), asked.reshape(shape))
    return crossed


def _by_content(rows: pd.DataFrame, person: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], int]:
    """Each person's place when they stand in the order of their answers, and how many persons there are."""
    task, condition, score = (rows[name].astype("str") for name in ("task", "condition", "score"))
    told = task + "/" + rows["question_id"] + "/" + condition + score
    n_people = int(person.max()) + 1 if len(person) else 0
    answers: list[list[int]] = [[] for _ in range(n_people)]
    # Places in alphabetical order sort as the texts do, and faster.
    for who, what in zip(person.tolist(), pd.factorize(told, sort=True)[0].tolist(), strict=True):
        answers[who].append(what)
    keys = [tuple(sorted(own)) for own in answers]
    place = np.empty(n_people, dtype=np.int64)
    place[sorted(range(n_people), key=keys.__getitem__)] = np.arange(n_people)
    return place, n_people


def seeded(crossed: Mapping[str, Crossing], purpose: str) -> np.random.Generator:
    """Dice seeded by the answers: the same study always gets the same throws, so that a report can be repeated."""
    digest = hashlib.sha256(purpose.encode())
    for task, own in sorted(crossed.items()):
        digest.update(f"{task}{own.asked.shape}".encode())
        digest.update(own.right.tobytes())
        digest.update(own.asked.tobytes())
    return np.random.default_rng(int.from_bytes(digest.digest()[:16], "big"))
