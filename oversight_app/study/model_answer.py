"""A model that answers alone: what it is asked, and how its reply becomes an answer in original letters.

Zero-shot, as in Bowman et al. 2022: passage, question and options, and the reply is one letter. The paper takes the
letter with the greatest likelihood; here the model is asked for one token at temperature 0, which is that letter
whenever the likeliest token is a letter at all. Where it is not, the answer is unreadable and stays so.

The confidence is the probability of the chosen letter among the four, and exists only where the service gave the
log-probabilities of all four: three of them do not say how likely the fourth was.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oversight_app.study.assignment import n_wrong
from oversight_app.study.choice_reading import read_choice
from oversight_app.study.forms import stance_on
from oversight_app.study.letters import OptionOrder
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS, Question
from oversight_app.study.transcript import fill, holes
from oversight_app.study.trial import TrialStatus
from oversight_app.study.trial_plan import TrialPlan

METHODS = ("zero_shot",)
"""Each names the prompt it asks with."""


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """A model's answer to one question: `choice` is an original letter, empty when unreadable.

    `probabilities` are those of the original options A-D; empty, like `p_source`, where not all four are known.
    """

    status: TrialStatus
    choice: str = ""
    confidence: float | None = None
    probabilities: tuple[float, ...] = ()
    p_source: str = ""


def ask_alone(plan: Plan, method: str, trial: TrialPlan, question: Question) -> str:
    """The text that asks a model for its answer; the question is always passed, whatever the design does in chats."""
    filling = holes(question, trial.option_order, "", pass_question=True)
    return fill(plan.prompts[method], filling, name=method).strip()


def read_answer(
    text: str, log_probabilities: Mapping[str, float] | None, option_order: str, question: Question
) -> ModelAnswer:
    """The answer in a reply; `log_probabilities` are of displayed letters."""
    order = OptionOrder(option_order)
    displayed = read_choice(text, order.shown(question.options))
    shares = shares_of(log_probabilities or {})
    choice = order.original(displayed) if displayed else ""
    return ModelAnswer(
        status=TrialStatus.ANSWERED if choice else TrialStatus.UNREADABLE,
        choice=choice,
        confidence=shares[displayed] if shares and displayed else None,
        probabilities=tuple(shares[order.displayed(letter)] for letter in LETTERS) if shares else (),
        p_source="logprob" if shares else "",
    )


def simulated_stances(
    plan: Plan, questions: Mapping[str, Question], trials: Sequence[TrialPlan], model: str
) -> dict[str, str]:
    """What the scripted model answers in each trial: original letters by trial_id, wrong in the design's error share.

    It is as unreliable alone as the scripted assistant is in chats, to the nearest trial of each task.
    """
    stances: dict[str, str] = {}
    for task in dict.fromkeys(trial.task for trial in trials):
        rng = plan.dice(f"model_alone/{model}/{task}")
        of_task = [trial for trial in trials if trial.task == task]
        wrong = set(rng.sample(range(len(of_task)), n_wrong(len(of_task), plan.design.assistant.error_share)))
        for i, trial in enumerate(of_task):
            stances[trial.trial_id] = stance_on(questions[trial.question_id], is_wrong=i in wrong, rng=rng)
    return stances


def shares_of(log_probabilities: Mapping[str, float]) -> dict[str, float]:
    """The four letters' probabilities, made to add up to 1; empty unless all four are there and one is above 0."""
    if not all(letter in log_probabilities for letter in LETTERS):
        return {}
    most = max(log_probabilities[letter] for letter in LETTERS)
    if not math.isfinite(most):
        return {}
    weights = {letter: math.exp(log_probabilities[letter] - most) for letter in LETTERS}
    total = sum(weights.values())
    return {letter: weight / total for letter, weight in weights.items()}
