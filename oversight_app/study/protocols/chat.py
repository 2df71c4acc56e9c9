"""Free chat: the participant writes, the assistant answers each message, in turn and as often as the time allows."""

from oversight_app.study.design.assistant import AssistantDesign
from oversight_app.study.design.vocabulary import AssistantMode
from oversight_app.study.protocols.speech import ASSISTANT, Rules, Speech, always, asked_last, seen
from oversight_app.study.trial import Trial


def due(trial: Trial, rules: AssistantDesign) -> tuple[Speech, ...]:
    """The assistant is due after each message of the participant's."""
    if not asked_last(trial):
        return ()
    return (Speech(ASSISTANT, _prompt(trial, rules), trial.plan.stance, seen(trial)),)


def _prompt(trial: Trial, rules: AssistantDesign) -> str:
    if trial.plan.stance:
        return "chat_assigned"
    if rules.mode is AssistantMode.SYCOPHANTIC:
        return "chat_sycophantic"
    is_careless = rules.mode is AssistantMode.SANDBAGGED and rules.weakness == "careless"
    if is_careless and trial.plan.manipulated:
        return "chat_sandbagged"
    return "chat"


RULES = Rules(due, always, speaks_first=False, has_reset=True)
