"""What a model is sent for one speech, to the byte: a function of the plan, the question, the trial and the speech.

`replies` sends it, and a transcript makes it again from the record. Nothing that changes between participants stands
before the passage, so that services can reuse what they have read.
"""

from dataclasses import dataclass

from oversight_app.study.design import AssistantMode, Protocol
from oversight_app.study.plan import Plan
from oversight_app.study.protocols import PROTOCOLS
from oversight_app.study.protocols.speech import Speech
from oversight_app.study.questions import Question
from oversight_app.study.transcript import Line, fill, holes, lines
from oversight_app.study.trial_plan import TrialPlan


@dataclass(frozen=True, slots=True)
class Sent:
    """The system text and the turns; `prefix` is the passage that they begin with, empty where there is none."""

    system: str
    turns: tuple[Line, ...]
    prefix: str


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
    filling |= {"max_characters": str(assistant.max_characters or ""), "brief": ""}
    if speech.brief:
        filling |= {"brief": fill(plan.prompts[speech.brief], filling, name=speech.brief)}
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
