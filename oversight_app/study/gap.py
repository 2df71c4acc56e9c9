"""How far a question lies in the gap: experts get it right, the model and people alone do not.

Earlier answers are parted in two by *who gave them*: a person with all of their answers, a model's run over the
questions. Only those of one part, the calibration part, choose questions. The other part never does; what it says of
the chosen questions is what fresh answers can be expected to say. The part that chose says more than that, because some
of what made a question look hard was bad luck (regression to the mean).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil, fsum
from random import Random

from oversight_app.study.questions import Question


class Answerer(StrEnum):
    """Who gave an earlier answer."""

    MODEL = "model"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """One earlier answer to a question of this bank, given without help.

    `run` names who gave it: a person, or one run of a model over the questions. `group` names which questions that was
    about (the form answered alone), so that the two parts come to hold all of them.
    """

    question_id: str
    by: Answerer
    run: str
    is_correct: bool
    group: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many answers there are, and how many are right."""

    n: int = 0
    n_right: int = 0

    def add(self, is_correct: bool) -> "Tally":
        """With one more answer."""
        return Tally(self.n + 1, self.n_right + is_correct)

    @property
    def accuracy(self) -> float | None:
        """The share of right answers; None without answers."""
        return self.n_right / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Parts:
    """Earlier answers by question: those that choose, and those that are held out to say what to expect."""

    calibration: Mapping[str, Tally] = field(default_factory=dict)
    held_out: Mapping[str, Tally] = field(default_factory=dict)
    n_runs: int = 0
    n_runs_held_out: int = 0


def parted(answers: Iterable[EarlierAnswer], share: float, rng: Random) -> Parts:
    """The answers in two parts, `share` of the runs in the calibration part and at least one.

    Runs are shuffled, sorted by group and dealt in turn, so that each part has its share of each group.
    """
    answers = list(answers)
    group_of = {answer.run: answer.group for answer in answers}
    runs = sorted(group_of)
    runs = sorted(rng.sample(runs, len(runs)), key=lambda run: group_of[run])
    chosen = {run for i, run in enumerate(runs) if ceil((i + 1) * share) > ceil(i * share)}
    parts: tuple[dict[str, Tally], dict[str, Tally]] = (defaultdict(Tally), defaultdict(Tally))
    for answer in answers:
        part = parts[answer.run not in chosen]
        part[answer.question_id] = part[answer.question_id].add(answer.is_correct)
    return Parts(dict(parts[0]), dict(parts[1]), len(chosen), len(runs) - len(chosen))


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of a question before the study; each figure a share of right answers, None where nobody knows.

    `expert` is 1 where the key is all that is known, and None where the key is doubtful.
    """

    question_id: str
    expert: float | None
    expert_source: str
    model: float | None = None
    human: float | None = None


class ExpertSource(StrEnum):
    """Where the expert figure of a question comes from."""

    READERS = "bank"
    KEY = "key"
    NONE = ""


def expert_figure(question: Question) -> tuple[float | None, ExpertSource]:
    """How often experts are right on a question, and who says so.

    The bank's own readers where there are some; else the key itself, right by definition unless it is flagged.
    """
    if question.expert_accuracy is not None:
        return question.expert_accuracy, ExpertSource.READERS
    return (None, ExpertSource.NONE) if question.key_flag else (1.0, ExpertSource.KEY)


def gaps(figures: Sequence[Figures], *, human_weight: float) -> list[float | None]:
    """Expert accuracy less that of model and people, weighted; None where there is nothing to compare.

    Where only one of the two is known of any question it stands alone. A question of which one is unknown while it is
    known of others takes the mean of those.
    """
    means = [_mean([getattr(f, name) for f in figures]) for name in ("model", "human")]
    weights = _weights(means, human_weight)
    found: list[float | None] = []
    for figure in figures:
        low = 0.0
        for value, mean, weight in zip((figure.model, figure.human), means, weights, strict=True):
            if weight and mean is not None:
                low += weight * (mean if value is None else value)
        found.append(None if figure.expert is None or not any(weights) else figure.expert - low)
    return found


def weights_in_force(figures: Sequence[Figures], human_weight: float) -> tuple[float, float]:
    """How much the model's accuracy and people's count in the gap; 0 for whom nothing is known of."""
    model, human = _weights(
        [_mean([f.model for f in figures]), _mean([f.human for f in figures])], human_weight
    )
    return model, human


def size(gap: float | None, oversample: float) -> float:
    """What a question is drawn in proportion to: 1 without a gap, `oversample` with the whole of it, linear between.

    A gap below 0 (experts do worse), or one that is not known, counts as none: every question keeps a chance.
    """
    return 1 + (oversample - 1) * max(0.0, gap or 0.0)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What to expect of one kind of answerer: the mean accuracy over eligible questions (by all answers), and chosen.

    `chosen_by_calibration` is what the answers that chose say, `chosen_fresh` what held-out ones say; both over the
    `n_questions` that have both. Without held-out answers `chosen_fresh` is None, and the first is over all there are.
    """

    by: Answerer
    eligible: float
    chosen_by_calibration: float
    chosen_fresh: float | None
    n_questions: int


def expectation(by: Answerer, parts: Parts, chances: Mapping[str, float]) -> Expectation | None:
    """The accuracy to expect on questions drawn with these chances; None where nobody answered any of them.

    Each question weighs as much as its chance: the expectation of the mean over the drawn ones.
    """
    known = [question_id for question_id in chances if question_id in parts.calibration]
    if not known:
        return None
    both = [question_id for question_id in known if question_id in parts.held_out]
    over = both or known
    return Expectation(
        by,
        fsum(_pooled(parts, q) for q in over) / len(over),
        _weighted(parts.calibration, over, chances),
        _weighted(parts.held_out, both, chances) if both else None,
        len(over),
    )


def _weighted(tallies: Mapping[str, Tally], over: Sequence[str], chances: Mapping[str, float]) -> float:
    return fsum(chances[q] * _accuracy(tallies, q) for q in over) / fsum(chances[q] for q in over)


def _pooled(parts: Parts, question_id: str) -> float:
    one, other = parts.calibration[question_id], parts.held_out.get(question_id, Tally())
    return (one.n_right + other.n_right) / (one.n + other.n)


def _accuracy(tallies: Mapping[str, Tally], question_id: str) -> float:
    accuracy = tallies[question_id].accuracy
    assert accuracy is not None  # a tally is made by its first answer
    return accuracy


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) / len(known) if known else None


def _weights(means: Sequence[float | None], human_weight: float) -> list[float]:
    model, human = means
    if model is None or human is None:
        return [float(model is not None), float(human is not None)]
    return [1 - human_weight, human_weight]
