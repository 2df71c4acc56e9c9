"""The trial: one question from its first showing to its close, folded from events by `apply_to_trial`.

What can be done with a trial, by its participant or by the clock, is in `trial_actions`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import takewhile

from oversight_app.study.changed import replace
from oversight_app.study.events import (
    AdviceRead,
    AloneAsked,
    BeliefStated,
    ContextReset,
    DraftSaved,
    Event,
    InitialAnswered,
    JudgeAsked,
    MessageSent,
    ModelAsked,
    PassageRead,
    PassageShown,
    PauseAsked,
    ReplyBegun,
    ReplyClosed,
    TrialClosed,
    TrialShown,
)
from oversight_app.study.mark import NOTHING, Mark
from oversight_app.study.trial_plan import TrialPlan
from oversight_app.study.trouble import LASTING


class TrialStatus(StrEnum):
    """How a trial closed."""

    ANSWERED = "answered"
    TIMED_OUT = "timed_out"
    TIMED_OUT_NO_ANSWER = "timed_out_no_answer"
    SKIPPED = "skipped"
    UNREADABLE = "unreadable"
    ABANDONED = "abandoned"
    VOID = "void"


NEITHER = (TrialStatus.ABANDONED, TrialStatus.VOID)
"""Closed without saying anything of the participant: neither right nor wrong, neither passed nor failed."""


class Speaker(StrEnum):
    """Who wrote a message."""

    PARTICIPANT = "participant"
    ASSISTANT = "assistant"


@dataclass(frozen=True)
class Message:
    """One message of a trial's chat; `begun` and `closed` are the events of an assistant's reply."""

    message_id: str
    speaker: Speaker
    at: datetime
    context: int
    text: str
    begun: ReplyBegun | None = None
    closed: ReplyClosed | None = None
    closed_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        """Whether this is a reply still being written."""
        return self.begun is not None and self.closed is None

    @property
    def status(self) -> str:
        """sent, running, complete, stopped, interrupted or failed."""
        if self.begun is None:
            return "sent"
        return self.closed.status if self.closed else "running"

    @property
    def voice(self) -> str:
        """Who speaks, as the record names them: participant, assistant, assistant_1, ..., critic."""
        return self.begun.speaker if self.begun is not None else self.speaker.value

    @property
    def trouble(self) -> str:
        """Why there is no reply, or only half of one: one of `study.trouble.Trouble`, or empty."""
        return self.closed.trouble if self.closed else ""

    @property
    def is_given_up(self) -> bool:
        """Whether this reply broke off in a way that asking again would not mend; its speaker has had the turn."""
        return self.is_broken and self.trouble in LASTING

    @property
    def is_broken(self) -> bool:
        """Whether this is a reply that the service did not bring to its end, with or without some of its text."""
        return (
            self.closed is not None
            and self.status in ("failed", "interrupted")
            and not self.closed.finish_reason
        )


@dataclass(frozen=True)
class Trial:
    """Where a trial stands."""

    plan: TrialPlan
    passage_shown_at: datetime | None = None
    """When the passage appeared alone; None where the design has no reading phase."""
    reading_until: datetime | None = None
    passage_read_at: datetime | None = None
    """When the reading phase was over: the participant asked for the question, or its time had passed."""
    shown_at: datetime | None = None
    deadline_at: datetime | None = None
    draft: Mark = NOTHING
    initial: InitialAnswered | None = None
    """The answer committed before any help was available."""
    initial_at: datetime | None = None
    context: int = 1
    messages: tuple[Message, ...] = ()
    beliefs: tuple[BeliefStated, ...] = ()
    closed: TrialClosed | None = None
    is_abandoned: bool = False
    pause_after: bool = False
    asked: tuple[ModelAsked, ...] = ()
    """What models were asked about this trial beside the assistant's replies."""

    @property
    def is_open(self) -> bool:
        """Shown, and not closed yet."""
        return self.shown_at is not None and self.closed is None

    @property
    def status(self) -> str:
        """The closing status; empty while open."""
        if self.closed is None:
            return ""
        return TrialStatus.ABANDONED.value if self.is_abandoned else self.closed.status

    @property
    def awaits_initial(self) -> bool:
        """Whether the participant has yet to commit an answer of their own before the assistant may be asked."""
        return self.plan.is_answer_first and self.initial is None

    @property
    def failed_check(self) -> bool:
        """Whether this was an attention check, and was not answered as it asked.

        One that nobody could answer (void), or whose participant had gone, is neither failed nor passed.
        """
        if not self.plan.is_attention_check or self.closed is None or self.status in NEITHER:
            return False
        return self.closed.choice != self.plan.expected

    @property
    def failures_in_a_row(self) -> tuple[Message, ...]:
        """The replies that failed since the assistant last came to an end of its own, the latest first.

        A model that declines to reply is such an end: it is there, and has nothing to say. Of replies that were begun
        together one is counted, that which failed last: the assistant was asked once.
        """
        replies = (message for message in reversed(self.messages) if message.speaker is Speaker.ASSISTANT)
        failures: list[Message] = []
        voices: set[str] = set()
        for reply in takewhile(lambda reply: reply.is_broken, replies):
            is_beside = bool(failures) and reply.at == failures[-1].at and reply.voice not in voices
            if not is_beside:
                failures.append(reply)
                voices = set()
            elif (reply.closed_at or reply.at) > (failures[-1].closed_at or reply.at):
                failures[-1] = reply
            voices.add(reply.voice)
        return tuple(failures)

    @property
    def running_replies(self) -> tuple[Message, ...]:
        """The replies still being written, in the planned order of speaking."""
        return tuple(message for message in self.messages if message.is_running)

    @property
    def as_spoken(self) -> tuple[Message, ...]:
        """The messages in the planned order of speaking: what is said again stands behind what broke off there."""
        placed: list[Message] = []
        for message in self.messages:
            again_of = message.begun.again_of if message.begun is not None else ""
            found = [i for i, other in enumerate(placed, start=1) if other.message_id == again_of]
            placed.insert(found[0] if found else len(placed), message)
        return tuple(placed)

    @property
    def belief_due(self) -> str:
        """The id of the last reply that said something, once all have ended and no belief was stated after it; or "".

        A speaker whose last reply failed has said nothing; another one may have.
        """
        last: dict[str, Message] = {}
        for message in self.as_spoken:
            last = {} if message.speaker is Speaker.PARTICIPANT else last | {message.voice: message}
        said = [message.message_id for message in last.values() if message.text]
        is_running = any(message.is_running for message in last.values())
        if not said or is_running or any(belief.reply_id == said[-1] for belief in self.beliefs):
            return ""
        return said[-1]

    @property
    def advice_readings(self) -> tuple[AdviceRead, ...]:
        """What models read the assistant's advice as, in the order of their readings."""
        return tuple(asked for asked in self.asked if isinstance(asked, AdviceRead))

    @property
    def n_resets(self) -> int:
        """How often the participant wiped the model's memory."""
        return self.context - 1


def stance_of(begun: ReplyBegun, trial: Trial) -> str:
    """What a speaker was told to argue for. Events from before there were several leave it to the trial."""
    return begun.stance if begun.prompt else trial.plan.stance


def apply_to_trial(trial: Trial, event: Event, at: datetime) -> Trial:
    """The trial after this event; events that are not about a trial leave it as it is."""
    match event:
        case PassageShown():
            return replace(trial, passage_shown_at=at, reading_until=event.until)
        case PassageRead():
            return replace(trial, passage_read_at=min(at, trial.reading_until or at))
        case TrialShown():
            return replace(trial, shown_at=at, deadline_at=event.deadline_at)
        case DraftSaved():
            return replace(
                trial, draft=Mark(event.choice, event.confidence, event.probabilities, event.reason)
            )
        case InitialAnswered():
            # The final answer is marked anew: nothing is preselected.
            return replace(trial, initial=event, initial_at=at, draft=NOTHING)
        case BeliefStated():
            return replace(trial, beliefs=(*trial.beliefs, event))
        case MessageSent():
            message = Message(event.message_id, Speaker.PARTICIPANT, at, event.context, event.text)
            return replace(trial, messages=(*trial.messages, message))
        case ReplyBegun():
            message = Message(event.reply_id, Speaker.ASSISTANT, at, event.context, "", begun=event)
            return replace(trial, messages=(*trial.messages, message))
        case ReplyClosed():
            messages = tuple(
                replace(message, text=event.text, closed=event, closed_at=at)
                if message.message_id == event.reply_id
                else message
                for message in trial.messages
            )
            return replace(trial, messages=messages)
        case ContextReset():
            return replace(trial, context=trial.context + 1)
        case PauseAsked():
            return replace(trial, pause_after=True)
        case AdviceRead() | JudgeAsked() | AloneAsked():
            return replace(trial, asked=(*trial.asked, event))
        case TrialClosed():
            return replace(trial, closed=event)
        case _:
            return trial
