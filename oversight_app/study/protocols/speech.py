"""A turn that a protocol calls for, and what every protocol needs to know of a trial."""

from collections.abc import Callable
from dataclasses import dataclass

from oversight_app.study.design.assistant import AssistantDesign
from oversight_app.study.transcript import visible_messages
from oversight_app.study.trial import Message, Speaker, Trial

ASSISTANT = "assistant"
CRITIC = "critic"


@dataclass(frozen=True, slots=True)
class Speech:
    """Somebody is due to speak.

    `prompt` is the name of the prompt it speaks from, `stance` the original letter it was told to argue for (empty:
    none), and `sees` the messages it is shown.
    """

    speaker: str
    prompt: str
    stance: str
    sees: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """A protocol: who speaks next, whether the participant may write now, and whether the context can be reset.

    `speaks_first`: whether somebody speaks before the participant has asked anything.
    """

    next_turn: Callable[[Trial, AssistantDesign], Speech | None]
    may_write: Callable[[Trial, AssistantDesign], bool]
    speaks_first: bool
    has_reset: bool = False
    is_written_in: Callable[[AssistantDesign], bool] = lambda rules: True
    """Whether the participant writes in it at all, sooner or later."""


def speeches(trial: Trial) -> tuple[Message, ...]:
    """What the speakers have said in the present context; what broke off does not count, and is said again."""
    return tuple(
        message
        for message in trial.messages
        if message.speaker is Speaker.ASSISTANT and message.context == trial.context and not message.is_broken
    )


def asked_last(trial: Trial) -> bool:
    """Whether the participant has written, and nobody has answered yet."""
    return bool(trial.messages) and trial.messages[-1].speaker is Speaker.PARTICIPANT


def numbered(k: int) -> str:
    """The k-th of several speakers, from 1."""
    return f"{ASSISTANT}_{k}"


def always(trial: Trial, rules: AssistantDesign) -> bool:
    """The participant may write whenever they like."""
    return True


def never(trial: Trial, rules: AssistantDesign) -> bool:
    """The participant reads, and does not write."""
    return False


def seen(trial: Trial) -> tuple[Message, ...]:
    """Everything that the present context holds."""
    return visible_messages(trial)
