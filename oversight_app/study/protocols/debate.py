"""Debate: two speakers argue for two options, in rounds.

A round is one speech of each. In the simultaneous order both speak at the same time, and neither sees what the other
says in the same round; in the alternating order the second answers the first. Without the judge's questions all rounds
follow one another; with them the first round opens, and each message of the participant's calls for another, until the
rounds are used up. Which of the two has the right option is drawn, and so is which of them speaks first: `stance` holds
their letters in that order.
"""

from oversight_app.study.design.assistant import AssistantDesign
from oversight_app.study.design.vocabulary import TurnOrder
from oversight_app.study.protocols.speech import Rules, Speech, asked_last, numbered, seen, speeches
from oversight_app.study.trial import Message, Trial


def due(trial: Trial, rules: AssistantDesign) -> tuple[Speech, ...]:
    """Both are due when a simultaneous round begins; else the first, and the second after the first."""
    n_said = _n_said(trial)
    is_between = len(set(n_said)) == 1
    if is_between and (min(n_said) >= rules.rounds or _waits_for_judge(trial, rules)):
        return ()
    waiting = [side for side, n in enumerate(n_said) if n == min(n_said)]
    if not _is_simultaneous(rules):
        waiting = waiting[:1]
    return tuple(
        Speech(numbered(side + 1), "debate", trial.plan.stance[side : side + 1], _sees(trial, side, rules))
        for side in waiting
    )


def may_write(trial: Trial, rules: AssistantDesign) -> bool:
    """The judge asks between two rounds, while there are rounds left."""
    n_said = _n_said(trial)
    is_between = n_said[0] == n_said[1] > 0
    return rules.judge_asks and is_between and n_said[0] < rules.rounds and not asked_last(trial)


def _n_said(trial: Trial) -> tuple[int, int]:
    """How many turns each side has had."""
    voices = [message.voice for message in speeches(trial)]
    return voices.count(numbered(1)), voices.count(numbered(2))


def _waits_for_judge(trial: Trial, rules: AssistantDesign) -> bool:
    return rules.judge_asks and min(_n_said(trial)) > 0 and not asked_last(trial)


def _is_simultaneous(rules: AssistantDesign) -> bool:
    return rules.turn_order is TurnOrder.SIMULTANEOUS


def _sees(trial: Trial, side: int, rules: AssistantDesign) -> tuple[Message, ...]:
    """Everything, but in the simultaneous order nothing that was said by the other one in this round."""
    if not _is_simultaneous(rules):
        return seen(trial)
    others = [message for message in speeches(trial) if message.voice != numbered(side + 1)]
    of_this_round = others[_n_said(trial)[side] :]
    return tuple(message for message in seen(trial) if message not in of_this_round)


RULES = Rules(
    due,
    may_write,
    speaks_first=True,
    is_written_in=lambda rules: rules.judge_asks and rules.rounds > 1,
    is_at_once=_is_simultaneous,
)
