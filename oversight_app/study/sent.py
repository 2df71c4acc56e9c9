"""What a model was sent: the system text and the turns, to the byte.

`sent` is used twice: when a reply is asked for, and when a transcript says later what was asked. Both go from the plan,
the question, the trial as it was planned and the speech, which names the messages that the speaker could see; nothing
else goes into it, so a record that has these can be held against its own hash (`rebuilt`). What a service makes of
system text and turns, its chat template for example, is its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oversight_app.errors import DesignError
from oversight_app.study.design import AssistantMode, Condition, Protocol
from oversight_app.study.events import ReplyBegun
from oversight_app.study.model_answer import ask_alone
from oversight_app.study.plan import Plan, hash_of
from oversight_app.study.protocols import PROTOCOLS, Speech
from oversight_app.study.questions import Question
from oversight_app.study.transcript import Line, fill, holes, introduced, lines
from oversight_app.study.trial import Message, Trial, stance_of
from oversight_app.study.trial_plan import TrialPlan


@dataclass(frozen=True, slots=True)
class Sent:
    """Everything that a model is told. `prefix` marks the passage at the beginning of it, and adds nothing."""

    system: str
    turns: tuple[Line, ...]
    prefix: str = ""

    @property
    def prompt_hash(self) -> str:
        """64 hex digits over system text and turns."""
        return prompt_hash(self.system, ((turn.role, turn.text) for turn in self.turns))


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a recorded reply's model was sent, made again: `sent` is None where it cannot be, and `why` says why not."""

    sent: Sent | None
    prompt: str = ""
    why: str = ""


def prompt_hash(system: str, turns: Iterable[tuple[str, str]]) -> str:
    """The hash by which the record knows a prompt as sent; `turns` are (role, text)."""
    return hash_of([system, [[role, text] for role, text in turns]])


def sent(plan: Plan, question: Question, trial: TrialPlan, speech: Speech) -> Sent:
    """What the speaker is sent; raises DesignError where a prompt has a hole that nothing fills."""
    assistant = plan.design.assistant
    filling = holes(question, trial.option_order, speech.stance, pass_question=assistant.pass_question)
    if (
        assistant.mode is AssistantMode.SANDBAGGED
        and assistant.weakness == "no_passage"
        and trial.manipulated
    ):
        filling |= {"passage": ""}
    brief = "brief_assigned" if speech.stance else "brief_as_is"
    filling |= {"max_characters": str(assistant.max_characters or "")}
    if "{brief}" in plan.prompts[speech.prompt]:
        filling |= {"brief": fill(plan.prompts[brief], filling, name=brief)}
    passage = filling["passage"]
    turns = lines(speech.sees, speech.speaker, **_between(plan, Protocol(trial.protocol)))
    if assistant.passage_in_first_turn and passage and turns:
        turns = (Line("user", f"{passage}\n\n{turns[0].text}"), *turns[1:])
        filling |= {"passage": ""}
    return Sent(fill(plan.prompts[speech.prompt], filling, name=speech.prompt).strip(), turns, passage)


def _between(plan: Plan, protocol: Protocol) -> dict[str, str]:
    """What is said to a speaker besides what others say; in a conversation that the participant opens, nothing."""
    if not PROTOCOLS[protocol].speaks_first:
        return {}
    return {name: plan.prompts[name].strip() for name in ("begin", "go_on", "heard")}


def sent_alone(plan: Plan, question: Question, trial: TrialPlan, *, method: str) -> Sent:
    """What a model is sent that answers alone."""
    passage = introduced(question.passage.text) if question.passage else ""
    return Sent("", (Line("user", ask_alone(plan, method, trial, question)),), passage)


def rebuilt(plan: Plan, question: Question, trial: Trial, reply: Message) -> Rebuilt:
    """What the model of a recorded reply was sent, from the record alone, and held against the hash of that moment.

    Where the record does not name the prompt (the first records did not), it is the one whose hash is right.
    """
    begun = reply.begun
    if begun is None:
        return Rebuilt(None, why="A person wrote this; no model was asked.")
    by_id = {message.message_id: message for message in trial.messages}
    if missing := [message_id for message_id in begun.visible if message_id not in by_id]:
        return Rebuilt(None, why=f"The record names a message that it does not hold: {missing[0]}.")
    if begun.prompt and begun.prompt not in plan.prompts:
        return Rebuilt(None, begun.prompt, f"The plan holds no prompt {begun.prompt}.")
    visible = tuple(by_id[message_id] for message_id in begun.visible)
    for name in _prompts(plan, trial, begun.prompt):
        try:
            made = _made_again(plan, question, trial, visible, name, begun)
        except DesignError:
            continue  # a prompt with holes that are not filled here is not the one
        if made.prompt_hash == begun.prompt_hash:
            return Rebuilt(made, name)
    tried = f"the prompt {begun.prompt}" if begun.prompt else "any prompt of the plan"
    return Rebuilt(
        None,
        begun.prompt,
        f"What this release makes of {tried} has not the hash of what was sent ({begun.prompt_hash[:12]}): another "
        "release asked in another way.",
    )


_ALONE = "zero_shot"
"""Until models that answer alone were recorded as such, this was the one prompt that they were asked with."""


def _prompts(plan: Plan, trial: Trial, named: str) -> tuple[str, ...]:
    """The prompt that the record names, or all those that it may have been."""
    if named:
        return (named,)
    is_alone = trial.plan.condition == Condition.MODEL_ALONE
    return tuple(name for name in plan.prompts if (name == _ALONE) == is_alone)


def _made_again(
    plan: Plan, question: Question, trial: Trial, visible: Sequence[Message], prompt: str, begun: ReplyBegun
) -> Sent:
    stance = stance_of(begun, trial)
    if trial.plan.condition == Condition.MODEL_ALONE:
        return sent_alone(plan, question, trial.plan, method=prompt)
    return sent(plan, question, trial.plan, Speech(begun.speaker, prompt, stance, tuple(visible)))
