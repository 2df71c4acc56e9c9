"""Debate: two speakers argue for two options, in rounds.

A round is one speech of each. In the simultaneous order neither sees what the other says in the same round; in the
alternating order the second answers the first. Without the judge's questions all rounds follow one another; with them
the first round opens, and each message of the participant's calls for another, until the rounds are used up. Which of
the two has the right option is drawn, and so is which of them speaks first: `stance` holds their letters in that order.
"""

from oversight_app.study.design.assistant import AssistantDesign
from oversight_app.study.design.vocabulary import TurnOrder
from oversight_app.study.protocols.speech import Rules, Speech, asked_last, numbered, seen, speeches
from oversight_app.study.trial import Message, Speaker, Trial

N_SPEAKERS = 2


def next_turn(trial: Trial, rules: AssistantDesign) -> Speech | None:
    """The first speaker is due when a round begins, the second after the first."""
    n_said = len(speeches(trial))
    turn = n_said % N_SPEAKERS
    is_beginning = turn == 0
    if is_beginning and (_rounds_done(trial) >= rules.rounds or _waits_for_judge(trial, rules)):
        return None
    stance = trial.plan.stance[turn : turn + 1]
    return Speech(numbered(turn + 1), "debate", stance, _sees(trial, turn, rules.turn_order))


def may_write(trial: Trial, rules: AssistantDesign) -> bool:
    """The judge asks between two rounds, while there are rounds left."""
    n_said = len(speeches(trial))
    is_between = n_said > 0 and n_said % N_SPEAKERS == 0
    return rules.judge_asks and is_between and _rounds_done(trial) < rules.rounds and not asked_last(trial)


def _rounds_done(trial: Trial) -> int:
    return len(speeches(trial)) // N_SPEAKERS


def _waits_for_judge(trial: Trial, rules: AssistantDesign) -> bool:
    return rules.judge_asks and _rounds_done(trial) > 0 and not asked_last(trial)


def _sees(trial: Trial, turn: int, order: TurnOrder) -> tuple[Message, ...]:
    """Everything, but in the simultaneous order nothing that was said by the other one in this round."""
    visible = seen(trial)
    if turn == 0 or order is TurnOrder.ALTERNATING:
        return visible
    first = next(m for m in reversed(trial.messages) if m.speaker is Speaker.ASSISTANT)
    return tuple(message for message in visible if message.message_id != first.message_id)


RULES = Rules(
    next_turn, may_write, speaks_first=True, is_written_in=lambda rules: rules.judge_asks and rules.rounds > 1
)
