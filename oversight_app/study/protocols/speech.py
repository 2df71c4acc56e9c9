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
    """A protocol: who is due to speak, whether the participant may write now, and whether the context can be reset.

    `due` gives everybody who waits for nobody, in the planned order of speaking. `speaks_first`: whether somebody
    speaks before the participant has asked anything.
    """

    due: Callable[[Trial, AssistantDesign], tuple[Speech, ...]]
    may_write: Callable[[Trial, AssistantDesign], bool]
    speaks_first: bool
    has_reset: bool = False
    is_written_in: Callable[[AssistantDesign], bool] = lambda rules: True
    """Whether the participant writes in it at all, sooner or later."""
    is_at_once: Callable[[AssistantDesign], bool] = lambda rules: False
    """Whether several speak at the same time, none of them hearing the others."""


def speeches(trial: Trial, since: int = 0) -> tuple[Message, ...]:
    """The turns that the speakers have had in the present context, from this message on.

    What broke off is no turn, and is said again; nor is what was asked for once more.
    """
    said_again = {message.begun.again_of for message in trial.messages if message.begun is not None}
    following = (*trial.messages[1:], None)[: len(trial.messages)]
    return tuple(
        message
        for message, after in list(zip(trial.messages, following, strict=True))[since:]
        if message.speaker is Speaker.ASSISTANT
        and message.context == trial.context
        and (not message.is_broken or message.is_given_up)
        and message.message_id not in said_again
        and not _was_said_next(message, after)
    )


def _was_said_next(message: Message, after: Message | None) -> bool:
    """Asked for once more, as the records of before tell it, which do not name what is said again."""
    has_ended_without_a_word = message.closed is not None and not message.text
    return has_ended_without_a_word and after is not None and after.voice == message.voice


def last_said(trial: Trial) -> tuple[Message, ...]:
    """The last speech of each speaker since the participant wrote last, in the planned order of speaking."""
    last: dict[str, Message] = {}
    for message in trial.as_spoken:
        if message.speaker is Speaker.PARTICIPANT:
            last = {}
        else:
            last[message.voice] = message
    return tuple(last.values())


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
