"""A model that answers alone: how its reply becomes an answer in original letters.

Bowman et al. 2022 take the letter with the greatest likelihood; here the model is asked for one token at temperature
0, which is that letter whenever the likeliest token is a letter at all. Where it is not, the answer is unreadable and
stays so.

The confidence is the probability of the chosen letter among those that the service named, made to add up to 1. A letter
that it did not name has no probability, and where such a letter could still change the others, nobody has one
(`shares_of`).
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

MOST_MISSING = 0.01
"""What letters that a service did not name may have, as a share of those that it named."""


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """A model's answer to one question: `choice` is an original letter, empty when unreadable.

    `probabilities` are those of the original options A-D, None where one is not known; empty, like `p_source`, where
    none is. `remark` is what a reader of the results should know of how this answer was got.
    """

    status: TrialStatus
    choice: str = ""
    confidence: float | None = None
    probabilities: tuple[float | None, ...] = ()
    p_source: str = ""
    remark: str = ""


def ask_alone(plan: Plan, method: str, trial: TrialPlan, question: Question) -> str:
    """The text that asks a model for its answer; the question is always passed, whatever the design does in chats."""
    filling = holes(question, trial.option_order, "", pass_question=True)
    return fill(plan.prompts[method], filling, name=method).strip()


def read_answer(
    text: str,
    log_probabilities: Mapping[str, float] | None,
    option_order: str,
    question: Question,
    least: float | None = None,
) -> ModelAnswer:
    """The answer in a reply; `log_probabilities` are of displayed letters, `least` as in `shares_of`."""
    displayed = read_choice(text, OptionOrder(option_order).shown(question.options))
    return answered(displayed, shares_of(log_probabilities or {}, least), "logprob", option_order)


def answered(displayed: str, shares: Mapping[str, float], p_source: str, option_order: str) -> ModelAnswer:
    """The answer with this displayed letter, "" for none that can be read, and with these shares of displayed letters.

    Shares that say nothing of the chosen letter say nothing.
    """
    order = OptionOrder(option_order)
    known = shares if not displayed or displayed in shares else {}
    return ModelAnswer(
        status=TrialStatus.ANSWERED if displayed else TrialStatus.UNREADABLE,
        choice=order.original(displayed) if displayed else "",
        confidence=known[displayed] if known and displayed else None,
        probabilities=tuple(known.get(order.displayed(letter)) for letter in LETTERS) if known else (),
        p_source=p_source if known else "",
    )


def simulated_stances(
    plan: Plan, questions: Mapping[str, Question], trials: Sequence[TrialPlan], model: str
) -> dict[str, str]:
    """What the scripted model answers in each trial: original letters by trial_id, wrong in the design's error share.

    It is as unreliable alone as the scripted assistant is in chats, to the nearest question of each task, and holds the
    same option to be right whenever it is asked again.
    """
    stances: dict[str, str] = {}
    for task in dict.fromkeys(trial.task for trial in trials):
        rng = plan.dice(f"model_alone/{model}/{task}")
        asked = list(dict.fromkeys(trial.question_id for trial in trials if trial.task == task))
        wrong = set(rng.sample(range(len(asked)), n_wrong(len(asked), plan.design.assistant.error_share)))
        held = {
            question_id: stance_on(questions[question_id], is_wrong=i in wrong, rng=rng)
            for i, question_id in enumerate(asked)
        }
        stances |= {trial.trial_id: held[trial.question_id] for trial in trials if trial.task == task}
    return stances


def shares_of(
    log_probabilities: Mapping[str, float], least: float | None = None, among: str = LETTERS
) -> dict[str, float]:
    """The probabilities of the letters that are there, made to add up to 1; empty where they cannot be known.

    A letter of `among` that is missing has at most `least`, the least log-probability that the service listed of any
    token. Where all that are missing could together have more than 1 % of what those present have, or where nothing
    bounds them, nothing is known: a letter's share of three is not its share of four. A missing letter is not in the
    result, which is not to say that it has none.
    """
    known = {letter: log_probabilities[letter] for letter in among if letter in log_probabilities}
    most = max(known.values(), default=-math.inf)
    if not math.isfinite(most):
        return {}
    weights = {letter: math.exp(value - most) for letter, value in known.items()}
    total = sum(weights.values())
    n_missing = len(among) - len(known)
    if n_missing and (least is None or n_missing * math.exp(min(least - most, 0.0)) > MOST_MISSING * total):
        return {}
    return {letter: weight / total for letter, weight in weights.items()}
