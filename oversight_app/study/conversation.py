"""The conversation of a trial as its page shows it: who said what, what is still being said, and what can be done now.

Lines stand in the planned order of speaking, whoever is quicker. Where two sides speak at the same time, their words
appear at one pace: a side that has to argue for something wrong may be slower, and nobody shall see that.
"""

from collections.abc import Mapping

from oversight_app.study.choice_reading import read_choice
from oversight_app.study.design import AssistantDesign, Protocol
from oversight_app.study.events import BeliefStated, InitialAnswered
from oversight_app.study.letters import OptionOrder
from oversight_app.study.page import Belief, Chat, ChatLine
from oversight_app.study.plan import Plan
from oversight_app.study.protocols import broken_off, due, may_write, rules_of
from oversight_app.study.protocols.speech import last_said, numbered, speeches
from oversight_app.study.questions import LETTERS, Question
from oversight_app.study.trial import Message, Speaker, Trial


def chat_of(trial: Trial, question: Question, plan: Plan, running_texts: Mapping[str, str]) -> Chat:
    """The assistant's pane. `running_texts` is what the replies being written say so far, by their ids."""
    order, design = OptionOrder(trial.plan.option_order), plan.design.assistant
    rules = rules_of(trial)
    held_back = _at_one_pace(trial, design, running_texts)
    named_by = _named_by(trial, order.shown(question.options), design.n_contexts)
    return Chat(
        lines=tuple(
            ChatLine(
                message.message_id,
                message.speaker is Speaker.PARTICIPANT,
                held_back.get(message.message_id, running_texts.get(message.message_id, message.text)),
                "running" if message.message_id in held_back else message.status,
                message.context != trial.context,
                message.voice,
                message.trouble,
            )
            for message in trial.as_spoken
        ),
        is_writing=bool(trial.running_replies),
        n_resets=trial.n_resets,
        belief_due=trial.belief_due if plan.design.answer.belief_after_reply else "",
        beliefs={belief.reply_id: belief_of(belief, order) for belief in trial.beliefs},
        may_write=may_write(trial, design),
        is_written_in=rules.is_written_in(design),
        has_reset=rules.has_reset,
        is_due=bool(due(trial, design)),
        broken=tuple(message.message_id for message in broken_off(trial, design)),
        n_beside=design.n_contexts if trial.plan.protocol == Protocol.CROSS_EXAMINATION else 1,
        named_by=named_by,
    )


def belief_of(said: InitialAnswered | BeliefStated, order: OptionOrder) -> Belief:
    """What somebody held to be right, as the page shows it."""
    return Belief(
        LETTERS.index(order.displayed(said.choice)),
        said.confidence,
        order.shown(said.probabilities) if said.probabilities else (),
    )


def _at_one_pace(
    trial: Trial, design: AssistantDesign, running_texts: Mapping[str, str]
) -> Mapping[str, str]:
    """The texts of sides that speak at the same time, each no further than that of the slowest; by their ids.

    What is whole within that length is not held back, and not in it.
    """
    running = trial.running_replies
    if len(trial.plan.stance) < 2 or not running or not rules_of(trial).is_at_once(design):
        return {}
    begun_at = min(message.at for message in running)
    beside = [message for message in last_said(trial) if message.at >= begun_at]
    n_shown = min(len(running_texts.get(message.message_id, "")) for message in running)

    def so_far(message: Message) -> str:
        return running_texts.get(message.message_id, message.text)

    return {
        message.message_id: so_far(message)[:n_shown]
        for message in beside
        if message.is_running or len(so_far(message)) > n_shown
    }


def _named_by(trial: Trial, shown: tuple[str, ...], n_contexts: int) -> Mapping[str, tuple[str, ...]]:
    """Which options the contexts of a cross-examination named, by the id of the question, once all have answered."""
    if trial.plan.protocol != Protocol.CROSS_EXAMINATION:
        return {}
    turns = {message.message_id for message in speeches(trial)}
    answers: dict[str, dict[str, Message]] = {}
    for message in trial.as_spoken:
        if message.speaker is Speaker.PARTICIPANT:
            answers[message.message_id] = {}
        elif message.message_id in turns:
            answers[next(reversed(answers))][message.voice] = message
    contexts = [numbered(k) for k in range(1, n_contexts + 1)]
    return {
        question_id: tuple(_named(said[context].text, shown) for context in contexts)
        for question_id, said in answers.items()
        if all(context in said and not said[context].is_running for context in contexts)
        and any(message.text for message in said.values())
    }


def _named(text: str, shown: tuple[str, ...]) -> str:
    return read_choice(text, shown) if text else ""
