"""What a model was sent in a call beside the assistant's replies: alone, as a reader of advice, in a judge's place.

As in `sent`, the text is made again from the record alone and held against the hash of that moment.
"""

from collections.abc import Iterable
from dataclasses import replace

from oversight_app.errors import BadInput, DesignError
from oversight_app.study.advice_reading import ask_reader
from oversight_app.study.events import AdviceRead, AloneAsked, AnswerImported, JudgeAsked, ModelAsked
from oversight_app.study.judging import Shown, ask_judge
from oversight_app.study.letters import OptionOrder
from oversight_app.study.methods import Item, examples_for, method_named, parse, told_in
from oversight_app.study.passages import paragraphs
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from oversight_app.study.sent import Rebuilt, Sent
from oversight_app.study.sitting import Sitting
from oversight_app.study.transcript import Line, introduced
from oversight_app.study.trial import Speaker, Trial


def rebuilt_call(
    plan: Plan,
    question: Question,
    sitting: Sitting,
    trial: Trial,
    asked: ModelAsked,
    examples: tuple[Question, ...] = (),
) -> Rebuilt:
    """What this call's model was sent, or why that cannot be said; `examples` as `examples_shown` finds them."""
    if isinstance(asked, AnswerImported):
        return _imported(asked)
    if asked.prompt not in plan.prompts:
        return Rebuilt(None, asked.prompt, f"The plan holds no prompt {asked.prompt}.")
    try:
        turns = _turns(plan, question, sitting, trial, asked, examples)
    except (BadInput, DesignError, KeyError) as error:
        return Rebuilt(None, asked.prompt, f"The record does not hold what was sent: {error}.")
    prefix = introduced(question.passage.text) if question.passage else ""
    made = Sent("", turns, prefix if turns[0].text.startswith(prefix) else "")
    if made.prompt_hash != asked.prompt_hash:
        return Rebuilt(
            None,
            asked.prompt,
            f"What this release makes of the prompt {asked.prompt} has not the hash of what was sent "
            f"({asked.prompt_hash[:12]}): another release asked in another way.",
        )
    return Rebuilt(made, asked.prompt)


def examples_shown(
    plan: Plan, bank: Iterable[Question], sitting: Sitting, question: Question
) -> tuple[Question, ...]:
    """The examples that a model was shown with this question, if its method shows any."""
    try:
        method = method_named(*parse(sitting.settings["method"]))
        return examples_for(plan, bank, method.shots).of_question(question.question_id)
    except (BadInput, KeyError):
        return ()  # a person, a judge, or the method of another release


def _imported(asked: AnswerImported) -> Rebuilt:
    """What the log said was sent; it stands in the record itself, for another tool asked."""
    if not asked.sent:
        return Rebuilt(None, asked.prompt, "The log from which this answer came does not say what was sent.")
    system = "\n".join(text for role, text in asked.sent if role == "system")
    turns = tuple(
        Line("assistant" if role == "assistant" else "user", text)
        for role, text in asked.sent
        if role != "system"
    )
    return Rebuilt(Sent(system, turns), asked.prompt)


def _turns(
    plan: Plan,
    question: Question,
    sitting: Sitting,
    trial: Trial,
    asked: ModelAsked,
    examples: tuple[Question, ...],
) -> tuple[Line, ...]:
    if isinstance(asked, AloneAsked):
        return _alone(plan, question, sitting, trial, asked, examples)
    return (Line("user", _text(plan, question, sitting, trial, asked)),)


def _alone(
    plan: Plan,
    question: Question,
    sitting: Sitting,
    trial: Trial,
    asked: AloneAsked,
    examples: tuple[Question, ...],
) -> tuple[Line, ...]:
    """The call with this part, made again from what was said before it."""
    before = told_in(replace(trial, asked=trial.asked[: trial.asked.index(asked)]))
    method = method_named(*parse(sitting.settings["method"]))
    calls = {call.part: call for call in method.calls(Item(plan, trial.plan, question, examples), before)}
    return calls[asked.part].turns


def _text(plan: Plan, question: Question, sitting: Sitting, trial: Trial, asked: ModelAsked) -> str:
    match asked:
        case AdviceRead():
            return ask_reader(plan, trial, question)
        case JudgeAsked():
            by_id = {message.message_id: message for message in trial.messages}
            lines = tuple((by_id[message_id].voice, by_id[message_id].text) for message_id in asked.visible)
            shown = Shown(
                paragraphs(question.passage.text) if question.passage else (),
                question.text,
                OptionOrder(trial.plan.option_order).shown(question.options),
                lines,
            )
            n_written = sum(speaker == Speaker.PARTICIPANT for speaker, _ in lines)
            n_left = int(sitting.settings["messages"]) - n_written
            return ask_judge(plan, shown, asked.prompt, n_left=n_left)
        case _:
            raise KeyError(asked.purpose)
