"""The eligible questions of one task, and how likely each shall be drawn.

Eligible is what the plan could draw at all, what the model answered before where its answers choose, and what passes
the filters. Each has a probability above 0, in proportion to its size (`study.gap`) as far as that goes.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from oversight_app.errors import BankError
from oversight_app.study.cells import FORMS
from oversight_app.study.design import TaskDesign
from oversight_app.study.gap import (
    Answerer,
    Figures,
    Parts,
    Tally,
    expectation,
    expert_figure,
    gaps,
    size,
    weights_in_force,
)
from oversight_app.study.questions import Question
from oversight_app.study.selection import Expected, TaskSelection
from oversight_app.study.unequal import effective_n, inclusion


@dataclass(frozen=True, slots=True)
class Rule:
    """How to select. Filters are None where they are not asked for; accuracies are fractions."""

    tasks: tuple[str, ...] = ()
    model: str = ""
    method: str = ""
    oversample: float = 5.0
    human_weight: float = 0.5
    calibration: float = 0.5
    seed: int | None = None
    difficult: bool = False
    min_expert: float | None = None
    max_novice: float | None = None
    min_context: float | None = None

    @property
    def filters(self) -> dict[str, float | bool]:
        """The filters that are asked for, by their names."""
        named: dict[str, float | bool | None] = {
            "difficult": self.difficult or None,
            "min_expert": self.min_expert,
            "max_novice": self.max_novice,
            "min_context": self.min_context,
        }
        return {name: value for name, value in named.items() if value is not None}


class Shortlist:
    """The eligible questions of a task with their probabilities; raises BankError where they are too few."""

    def __init__(
        self,
        task: str,
        design: TaskDesign,
        pool: Sequence[Question],
        left_out: Counter[str],
        parts: Mapping[Answerer, Parts],
        rule: Rule,
    ) -> None:
        """Take what the plan could draw (`pool`), what it could not and why, and earlier answers by who gave them."""
        self._task = task
        self._parts = parts
        self._rule = rule
        self._left_out = left_out
        self._filters: dict[str, float | bool] = {}
        self._has_passages = any(question.passage_id for question in pool)
        self._per_slot = design.rotate_over if self._has_passages else 1
        per_form = design.passages_per_condition if self._has_passages else design.questions_per_condition
        self._n_slots = per_form * len(FORMS)
        self._eligible = self._in_full_passages(self._passing(self._answered(pool)))
        self._must_suffice()
        self._human_source = self._source_of_people()
        self._figures = [self._figures_of(question) for question in self._eligible]
        self._gaps = gaps(self._figures, human_weight=rule.human_weight)
        self._sizes = [size(gap, rule.oversample) for gap in self._gaps]
        self._chances = self._drawn_with()

    # -- who is eligible -----------------------------------------------------------------------------

    def _answered(self, pool: Sequence[Question]) -> list[Question]:
        """Where earlier answers of a model choose, a question that it did not answer cannot be placed."""
        answers = self._parts[Answerer.MODEL].calibration
        if not answers:
            return list(pool)
        kept = [question for question in pool if question.question_id in answers]
        self._left_out["no earlier answer of the model"] = len(pool) - len(kept)
        return kept

    def _passing(self, pool: list[Question]) -> list[Question]:
        for name, bound in self._rule.filters.items():
            # A bank that knows nothing of it at all (MMLU has no such readers) is not emptied by a filter.
            if all(figure_of(question, name) is None for question in pool):
                continue
            self._filters[name] = bound
            kept = [question for question in pool if _passes(name, figure_of(question, name), bound)]
            self._left_out[f"filter {name}"] = len(pool) - len(kept)
            pool = kept
        return pool

    def _in_full_passages(self, pool: list[Question]) -> list[Question]:
        if not self._has_passages:
            return pool
        n_of = Counter(question.passage_id for question in pool if question.passage_id)
        kept = [question for question in pool if n_of[question.passage_id] >= self._per_slot]
        self._left_out["too few eligible questions on its passage"] = len(pool) - len(kept)
        return kept

    def _must_suffice(self) -> None:
        slots = {q.passage_id for q in self._eligible} if self._has_passages else self._eligible
        if len(slots) >= self._n_slots:
            return
        what = (
            f"passages with {self._per_slot} or more eligible questions"
            if self._has_passages
            else "questions"
        )
        reasons = ", ".join(f"{reason}: {n:,}" for reason, n in sorted(self._left_out.items()) if n)
        raise BankError(
            f"The design wants {self._n_slots} {what} of task {self._task!r}, and {len(slots)} are eligible (left out: "
            f"{reasons or 'none'}). Loosen the filters, give results on more questions, or lower "
            f"tasks.{self._task}.questions_per_condition."
        )

    # -- how likely each -----------------------------------------------------------------------------

    def _source_of_people(self) -> str:
        answers = self._parts[Answerer.PEOPLE].calibration
        if any(question.question_id in answers for question in self._eligible):
            return "pilot"
        return "bank" if any(q.novice_accuracy is not None for q in self._eligible) else ""

    def _figures_of(self, question: Question) -> Figures:
        expert, source = expert_figure(question)
        human = question.novice_accuracy
        if self._human_source == "pilot":
            human = self._tally(Answerer.PEOPLE, question).accuracy
        model = self._tally(Answerer.MODEL, question).accuracy
        return Figures(question.question_id, expert, source.value, model, human)

    def _tally(self, by: Answerer, question: Question, *, is_held_out: bool = False) -> Tally:
        parts = self._parts[by]
        tallies = parts.held_out if is_held_out else parts.calibration
        return tallies.get(question.question_id, Tally())

    def _drawn_with(self) -> dict[str, float]:
        ids = [question.question_id for question in self._eligible]
        if not self._has_passages:
            return dict(zip(ids, inclusion(self._sizes, self._n_slots), strict=True))
        of_passage: dict[str, list[int]] = defaultdict(list)
        for i, question in enumerate(self._eligible):
            of_passage[question.passage_id].append(i)
        # A passage as likely as its questions' sizes together, a question within it by its own: in proportion to size.
        sums = [fsum(self._sizes[i] for i in members) for members in of_passage.values()]
        chances: dict[str, float] = {}
        for members, chance in zip(of_passage.values(), inclusion(sums, self._n_slots), strict=True):
            within = inclusion([self._sizes[i] for i in members], self._per_slot)
            chances |= {ids[i]: chance * share for i, share in zip(members, within, strict=True)}
        return {question_id: chances[question_id] for question_id in ids}

    # -- telling -------------------------------------------------------------------------------------

    def described(self) -> TaskSelection:
        """The task's part of selection.json."""
        model, people = self._parts[Answerer.MODEL], self._parts[Answerer.PEOPLE]
        weights = weights_in_force(self._figures, self._rule.human_weight)
        found = [expectation(by, self._parts[by], self._chances) for by in Answerer]
        chances = list(self._chances.values())
        is_piloted = self._human_source == "pilot"
        return TaskSelection(
            n_eligible=len(self._eligible),
            n_drawn=self._n_slots * self._per_slot,
            rotate_over=self._per_slot,
            filters=self._filters,
            left_out={reason: n for reason, n in sorted(self._left_out.items()) if n},
            expert_sources=dict(Counter(figure.expert_source for figure in self._figures)),
            model_weight=weights[0],
            human_weight=weights[1],
            human_source=self._human_source,
            n_model_answers=sum(self._tally(Answerer.MODEL, q).n for q in self._eligible),
            n_human_answers=sum(self._tally(Answerer.PEOPLE, q).n for q in self._eligible),
            n_people=people.n_runs if is_piloted else 0,
            n_people_held_out=people.n_runs_held_out if is_piloted else 0,
            n_runs_held_out=model.n_runs_held_out,
            expected=tuple(
                Expected(
                    by=item.by,
                    eligible=item.eligible,
                    chosen_by_calibration=item.chosen_by_calibration,
                    chosen_fresh=item.chosen_fresh,
                    n_questions=item.n_questions,
                )
                for item in found
                if item is not None
            ),
            smallest_prob=min(chances),
            largest_prob=max(chances),
            effective_n=effective_n(chances),
        )

    def rows(self) -> list[dict[str, object]]:
        """The task's rows of selection.csv; what is missing is None."""
        return [
            {
                "question_id": question.question_id,
                "task": self._task,
                "subject": question.subject,
                "passage_id": question.passage_id,
                "difficult": None if question.difficult is None else int(question.difficult),
                "expert_accuracy": figure.expert,
                "expert_source": figure.expert_source,
                "model_accuracy": figure.model,
                "n_model": self._tally(Answerer.MODEL, question).n,
                "human_accuracy": figure.human,
                "n_human": self._tally(Answerer.PEOPLE, question).n,
                "human_source": self._human_source,
                "gap": gap,
                "size": size_,
                "selection_prob": self._chances[question.question_id],
                **self._held_out(question),
            }
            for question, figure, gap, size_ in zip(
                self._eligible, self._figures, self._gaps, self._sizes, strict=True
            )
        ]

    def _held_out(self, question: Question) -> dict[str, object]:
        model = self._tally(Answerer.MODEL, question, is_held_out=True)
        human = self._tally(Answerer.PEOPLE, question, is_held_out=True)
        return {
            "model_accuracy_held_out": model.accuracy,
            "n_model_held_out": model.n,
            "human_accuracy_held_out": human.accuracy,
            "n_human_held_out": human.n,
        }


def figure_of(question: Question, name: str) -> float | bool | None:
    """What the bank says of a question that the filter of this name looks at."""
    match name:
        case "difficult":
            return question.difficult
        case "min_expert":
            return question.expert_accuracy
        case "max_novice":
            return question.novice_accuracy
        case _:
            return question.context_needed


def _passes(name: str, value: float | bool | None, bound: float | bool) -> bool:
    if value is None:
        return False
    return value <= bound if name.startswith("max") else value >= bound
