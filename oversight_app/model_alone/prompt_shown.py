"""Every call of a method to one question, in full, for a researcher to read. Nobody is asked.

Where the model has answered the question, the calls and replies are those of the record; else what depends on a reply
that nobody has given stands with a placeholder.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from oversight_app.errors import BadInput, NoPlan
from oversight_app.model_alone.participant import AloneParticipant
from oversight_app.projections import planned_questions
from oversight_app.store import Store
from oversight_app.study.design import split_model
from oversight_app.study.methods import (
    Item,
    Reads,
    check_prompts_held,
    examples_for,
    method_named,
    parse,
    told_in,
)
from oversight_app.study.methods.played import Step, placeholder, played
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from oversight_app.study.sitting import fold
from oversight_app.study.trial import Trial

_NUMBER = re.compile(r"(?<=\w)/\d+\]")
"""Of a part, at the end of a placeholder such as [what was said to reasoning/3]."""
_NAMES = {"user": "Human", "assistant": "Assistant"}


def prompt_shown(store: Store, model: str, method: str, question_id: str) -> str:
    """The calls of a method to a question as text, turn by turn; raises BadInput for one that it is not asked."""
    plan = store.plan()
    if plan is None:
        raise NoPlan(store.path.parent)
    how = method_named(*parse(method))
    check_prompts_held(plan, how)
    bank = store.questions()
    questions = planned_questions(plan, bank)
    examples = examples_for(plan, bank, how.shots)
    if question_id not in plan.study_question_ids:
        raise BadInput(
            f"The plan asks no question {question_id!r}. The first that it asks is {plan.study_question_ids[0]!r}; "
            "plan.csv of an export names all."
        )
    if question_id in examples.left_out:
        raise BadInput(
            f"The method {how.settings.label(how.name)} does not ask {question_id}: of its task and subject there are "
            f"fewer than {how.shots} examples."
        )
    who = AloneParticipant(
        *split_model(model), how, effort="", is_greedy=True, without=frozenset(examples.left_out)
    )
    trial = _trial(store, plan, questions, who, question_id)
    item = Item(plan, trial.plan, questions[question_id], examples.of_question(question_id))
    steps = played(how, item, placeholder, told_in(trial))
    return "\n\n".join(_told(steps, f"{who.label} asks {model} about {question_id}"))


def _trial(
    store: Store, plan: Plan, questions: dict[str, Question], who: AloneParticipant, question_id: str
) -> Trial:
    """The first trial with this question: as it stands on record, or as it would be planned."""
    recorded = fold(who.participant_id, store.events_of(who.participant_id), plan.design).trials
    trials = recorded or tuple(map(Trial, who.trials(plan, questions, repeat=1)))
    return next(trial for trial in trials if trial.plan.question_id == question_id)


def _told(steps: Sequence[Step], title: str) -> Iterator[str]:
    n = len(steps)
    yield f"{title} in {n} call{'' if n == 1 else 's'}."
    for _, alike in groupby(steps, key=_read_alike):
        group = list(alike)
        call = group[0].call
        parts = (
            call.part
            if len(group) == 1
            else f"{call.part} .. {group[-1].call.part}, {len(group)} calls alike"
        )
        yield f"== {parts} ({_manner(group[0])})"
        for turn in call.turns:
            yield f"{_NAMES[turn.role]}: {turn.text}"
        for step in group:
            if step.is_recorded:
                yield f"Assistant, on record for {step.call.part}: {step.said.text}"
        if not any(step.is_recorded for step in group):
            is_last = group[-1] is steps[-1]
            supposed = "" if is_last else f" (not asked yet; what follows supposes {group[0].said.text})"
            yield f"Assistant:{supposed}"


def _read_alike(step: Step) -> tuple[object, ...]:
    """What nobody wants to read twenty times is the same: twenty reasonings asked for in the same words, and the
    twenty scores of what is yet to be said in them."""
    turns = tuple((turn.role, _NUMBER.sub("]", turn.text)) for turn in step.call.turns)
    return (step.call.prompt, turns, step.call.asks, step.call.is_sampled)


def _manner(step: Step) -> str:
    call = step.call
    said = ["sampled" if call.is_sampled else "the likeliest words", f"prompt {call.prompt}"]
    said += ["one letter"] if call.reads is Reads.LETTER else []
    said += [f"asked of {call.asks}"] if call.asks else []
    return ", ".join(said)
