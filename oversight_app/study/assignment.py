"""Assignment: the trials of one participant, drawn at the moment they begin.

Everything drawn here depends on the plan's seed, the arrival number and the turn within the strand alone, so the same
arrivals give the same trials.

Stances are drawn by permuted blocks. In a task's assisted block with m trials of which w shall be wrong, L = m / gcd(m,
w) consecutive turns of a strand form one block: the m places are permuted once, and turn j of the block takes places jw
.. jw + w - 1 (round the corner) as its wrong ones. So each participant meets w wrong stances exactly, and over a block
each place is wrong for w of every m participants. The questions of a passage take turns among the participants who meet
the place wrong, and apart from that among those who meet it right: at every moment each of them has been met as often
as the others with either stance, to one participant, and over time meets the stated share too.
"""

from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass
from math import gcd
from random import Random

from oversight_app.study.cells import Cell
from oversight_app.study.design import AssistantMode, Condition, Protocol, Sequence
from oversight_app.study.forms import sides, stance_on
from oversight_app.study.letters import draw_order, rotated
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS, Question
from oversight_app.study.trial_plan import TrialPlan


@dataclass(frozen=True, slots=True)
class _Draw:
    """A question at its place in a block, with its stance."""

    question: Question
    stance: str
    form: str
    is_check: bool = False
    is_weak: bool = False


def trials_for(
    plan: Plan, questions: Mapping[str, Question], cell: Cell, participant_id: str, *, arrival: int, turn: int
) -> tuple[TrialPlan, ...]:
    """Every trial of a sitting in order, practice included.

    `arrival` counts from 0 over the study, `turn` over the strand.
    """
    rng = plan.dice(f"arrival/{arrival}")
    trials: list[TrialPlan] = []
    exposures: Counter[str] = Counter()
    checks = _checks(plan, questions, n_blocks=len(cell.conditions) * len(cell.tasks), arrival=arrival)
    block = position = 0
    for condition, form in zip(cell.conditions, cell.forms, strict=True):
        practice = [
            _Draw(questions[item.question_id], item.stance, "")
            for item in plan.practice.get(condition, ())
            if item.task in cell.tasks
        ]
        blocks = [("practice", practice)] if practice else []
        blocks += [(task, _block(plan, questions, task, condition, form, turn, rng)) for task in cell.tasks]
        for kind, draws in blocks:
            block += 1
            is_practice = kind == "practice"
            if not is_practice:
                draws = checks.pop(0).among(draws)
            for position_in_block, draw in enumerate(draws, start=1):
                position += not is_practice and not draw.is_check
                exposures[draw.question.passage_id] += bool(draw.question.passage_id)
                n = len(trials) + 1
                task = _task_of(plan, draw, kind)
                trials.append(
                    TrialPlan(
                        trial_id=f"{participant_id}-{n:03d}",
                        n=n,
                        block=block,
                        position=None if is_practice or draw.is_check else position,
                        position_in_block=position_in_block,
                        passage_exposure=exposures[draw.question.passage_id] or None,
                        task=draw.question.task if is_practice else kind,
                        question_id=draw.question.question_id,
                        condition=condition.value,
                        protocol=_protocol(plan, condition, draw),
                        assistant_mode=_mode(plan, condition),
                        form=draw.form,
                        # Practice is the same for all, its option order included.
                        option_order=draw_order(
                            plan.dice(f"practice/{draw.question.question_id}") if is_practice else rng,
                            # "Please choose the second answer" has to stay true.
                            fixed=draw.question.fixed_order or draw.is_check,
                        ),
                        time_limit_s=_limit_s(plan, draw.question, condition, task),
                        stance=draw.stance,
                        manipulated=bool(draw.stance) or draw.is_weak,
                        is_practice=is_practice,
                        is_attention_check=draw.is_check,
                        reading_s=_reading_s(plan, draw.question, task),
                        min_time_s=0.0 if draw.is_check else plan.design.tasks[task].min_time_s,
                        is_answer_first=_is_answer_first(plan, condition, draw),
                        expected=LETTERS[draw.question.correct] if draw.is_check else "",
                    )
                )
    return tuple(trials)


def trials_alone(
    plan: Plan,
    questions: Mapping[str, Question],
    participant_id: str,
    *,
    sample: int = 1,
    rotation: int = 0,
    first_n: int = 1,
    without: Container[str] = (),
) -> tuple[TrialPlan, ...]:
    """The trials of a model that answers alone: every question of both forms once, in an option order of the plan's.

    `without` are the ids of questions that it is not asked. `rotation` moves the options on by so many places (0-3); a
    question whose options refer to one another has no other order, and so no trial in any rotation but the first.
    Trials are numbered from `first_n`.
    """
    trials: list[TrialPlan] = []
    for task, forms in plan.forms.items():
        for form, slots in forms.items():
            for question_id in (question_id for slot in slots for question_id in slot.question_ids):
                question = questions[question_id]
                if question_id in without or (rotation and question.fixed_order):
                    continue
                n = first_n + len(trials)
                rng = plan.dice(f"model_alone/{question_id}")
                trials.append(
                    TrialPlan(
                        trial_id=f"{participant_id}-{n:04d}-{sample}",
                        n=n,
                        block=1,
                        position=n,
                        position_in_block=n,
                        passage_exposure=None,
                        task=task,
                        question_id=question_id,
                        condition=Condition.MODEL_ALONE.value,
                        protocol=Protocol.UNAIDED.value,
                        assistant_mode="",
                        form=form,
                        option_order=rotated(draw_order(rng, fixed=question.fixed_order), rotation),
                        time_limit_s=None,
                        sample=sample,
                    )
                )
    return tuple(trials)


def n_wrong(n_trials: int, error_share: float) -> int:
    """How many of a block's stances are wrong: the stated share to the nearest trial, halves up."""
    return int(n_trials * error_share + 0.5)


def _block(
    plan: Plan,
    questions: Mapping[str, Question],
    task: str,
    condition: Condition,
    form: str,
    turn: int,
    rng: Random,
) -> list[_Draw]:
    """One task's block of one condition: its slots in the participant's own order, a passage's questions together."""
    slots = plan.forms[task][form]
    per_slot = plan.design.tasks[task].questions_per_passage if slots[0].passage_id else 1
    m = len(slots) * per_slot
    assistant = plan.design.assistant
    w = n_wrong(m, assistant.drawn_share)
    turns_per_cycle = m // gcd(m, w) if w else 1
    cycle, turn_in_cycle = divmod(turn, turns_per_cycle)
    order = plan.dice(f"stance/{task}/{form}/{cycle}").sample(range(m), m)
    so_far = [{order[(j * w + i) % m] for i in range(w)} for j in range(turn_in_cycle + 1)]
    wrong = so_far.pop()
    is_assisted = condition is Condition.HUMAN_WITH_MODEL
    is_assigned = is_assisted and assistant.mode is AssistantMode.ASSIGNED
    is_sandbagged = is_assisted and assistant.mode is AssistantMode.SANDBAGGED

    groups: list[list[_Draw]] = []
    for s, slot in enumerate(slots):
        if per_slot > 1:
            first = s + cycle
        else:
            n_wrong_before = cycle * turns_per_cycle * w // m + sum(s in places for places in so_far)
            first = s + (n_wrong_before if s in wrong else turn - n_wrong_before)
        group = []
        for i in range(per_slot):
            question = questions[slot.question_ids[(first + i) % len(slot.question_ids)]]
            is_against = s * per_slot + i in wrong
            stance = _stance(plan, question, is_against=is_against, rng=rng) if is_assigned else ""
            group.append(_Draw(question, stance, form, is_weak=is_sandbagged and is_against))
        groups.append(rng.sample(group, len(group)))
    return [draw for group in rng.sample(groups, len(groups)) for draw in group]


def _stance(plan: Plan, question: Question, *, is_against: bool, rng: Random) -> str:
    """The letter that the assistant argues for; in a debate the letters of both sides, in the order of speaking."""
    if plan.design.assistant.protocol is Protocol.DEBATE:
        return sides(question, is_wrong_first=is_against, rng=rng)
    return stance_on(question, is_wrong=is_against, rng=rng)


@dataclass(frozen=True, slots=True)
class _Checks:
    """The attention checks of one block, on their way to places among its questions."""

    questions: tuple[Question, ...]
    dice: Random

    def among(self, draws: list[_Draw]) -> list[_Draw]:
        """The block with its checks: never as its first question, nor one behind another while there is room."""
        gaps = range(1, len(draws) + 1)
        rounds, rest = divmod(len(self.questions), len(gaps))
        places = sorted([*gaps] * rounds + self.dice.sample(gaps, rest), reverse=True)
        mixed = list(draws)
        for place, question in zip(places, self.questions, strict=True):
            mixed.insert(place, _Draw(question, "", "", is_check=True))
        return mixed


def _checks(plan: Plan, questions: Mapping[str, Question], *, n_blocks: int, arrival: int) -> list[_Checks]:
    """The participant's attention checks by study block: no check twice, spread as evenly as they go."""
    dice = plan.dice(f"attention/{arrival}")
    n = plan.design.sitting.attention_checks
    drawn = dice.sample([questions[question_id] for question_id in plan.attention], n) if n else []
    start = dice.randrange(n_blocks)
    homes = [(start + i * n_blocks // n) % n_blocks for i in range(n)]
    return [
        _Checks(tuple(question for home, question in zip(homes, drawn, strict=True) if home == block), dice)
        for block in range(n_blocks)
    ]


def _task_of(plan: Plan, draw: _Draw, kind: str) -> str:
    """The task whose times hold for a trial: its block's, and in practice its question's where the design has it."""
    if kind != "practice":
        return kind
    return draw.question.task if draw.question.task in plan.design.tasks else next(iter(plan.design.tasks))


def _limit_s(plan: Plan, question: Question, condition: Condition, task: str) -> float | None:
    return plan.design.tasks[task].limit_s(question.n_words, condition)


def _reading_s(plan: Plan, question: Question, task: str) -> float:
    """A reading phase needs something to read."""
    return plan.design.tasks[task].reading_s if question.passage is not None else 0.0


def _is_answer_first(plan: Plan, condition: Condition, draw: _Draw) -> bool:
    is_assisted = condition is Condition.HUMAN_WITH_MODEL and not draw.is_check
    return is_assisted and plan.design.answer.sequence is Sequence.ANSWER_FIRST


def _protocol(plan: Plan, condition: Condition, draw: _Draw) -> str:
    is_assisted = condition is Condition.HUMAN_WITH_MODEL and not draw.is_check
    return (plan.design.assistant.protocol if is_assisted else Protocol.UNAIDED).value


def _mode(plan: Plan, condition: Condition) -> str:
    return plan.design.assistant.mode.value if condition is Condition.HUMAN_WITH_MODEL else ""
