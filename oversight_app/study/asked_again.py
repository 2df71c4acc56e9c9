"""What a model was sent in a call beside the assistant's replies: by a reader of advice, or in a judge's place.

As in `sent`, the text is made again from the record alone and held against the hash of that moment.
"""

from oversight_app.errors import DesignError
from oversight_app.study.advice_reading import ask_reader
from oversight_app.study.events import AdviceRead, JudgeAsked, ModelAsked
from oversight_app.study.judging import Shown, ask_judge
from oversight_app.study.letters import OptionOrder
from oversight_app.study.passages import paragraphs
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from oversight_app.study.sent import Rebuilt, Sent
from oversight_app.study.sitting import Sitting
from oversight_app.study.transcript import Line, introduced
from oversight_app.study.trial import Speaker, Trial


def rebuilt_call(
    plan: Plan, question: Question, sitting: Sitting, trial: Trial, asked: ModelAsked
) -> Rebuilt:
    """What this call's model was sent, or why that cannot be said."""
    if asked.prompt not in plan.prompts:
        return Rebuilt(None, asked.prompt, f"The plan holds no prompt {asked.prompt}.")
    try:
        text = _text(plan, question, sitting, trial, asked)
    except (DesignError, KeyError) as error:
        return Rebuilt(None, asked.prompt, f"The record does not hold what was sent: {error}.")
    prefix = introduced(question.passage.text) if question.passage else ""
    made = Sent("", (Line("user", text),), prefix if isinstance(asked, JudgeAsked) else "")
    if made.prompt_hash != asked.prompt_hash:
        return Rebuilt(
            None,
            asked.prompt,
            f"What this release makes of the prompt {asked.prompt} has not the hash of what was sent "
            f"({asked.prompt_hash[:12]}): another release asked in another way.",
        )
    return Rebuilt(made, asked.prompt)


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
