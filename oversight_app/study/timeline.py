"""The timeline of one sitting: what happened, in words for a researcher, without saying what was right.

Drafts are left out: they come with every mark, and the last one stands in the answer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from oversight_app.study.events import (
    CompensationGranted,
    ComprehensionAnswered,
    ConsentGiven,
    ConsentRefused,
    ContextReset,
    DebriefRead,
    DraftSaved,
    Event,
    FeedbackRead,
    Happened,
    InitialAnswered,
    InstructionsRead,
    LimitLifted,
    MessageSent,
    NextAsked,
    ParticipantAssigned,
    ParticipantEnrolled,
    ParticipantLeft,
    ParticipantReturned,
    ParticipantStopped,
    ParticipantTold,
    ParticipantWithdrew,
    PassageRead,
    PassageShown,
    PauseAsked,
    PlatformStatusNoted,
    PledgeGiven,
    ReplyBegun,
    ReplyClosed,
    ScreeningAnswered,
    SittingEnded,
    SurveyAnswered,
    TrialClosed,
    TrialShown,
    kind_of,
)

_PLAIN: dict[type[Event], str] = {
    ConsentGiven: "agreed to take part",
    ConsentRefused: "did not agree to take part",
    InstructionsRead: "read the instructions",
    PledgeGiven: "gave the pledge",
    NextAsked: "went on from a rest",
    ParticipantLeft: "counted as gone; the place was given back",
    ParticipantReturned: "came back",
    LimitLifted: "the sitting's limit was lifted, because the server was down",
    SurveyAnswered: "handed in the questionnaire",
    DebriefRead: "read the debrief",
}
"""Events that need no more words."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `n` is the trial that it is about, None where it is about none."""

    at: datetime
    what: str
    n: int | None


def timeline(happened: Iterable[Happened]) -> tuple[Moment, ...]:
    """What happened, in order."""
    return tuple(_moments(happened))


def _moments(happened: Iterable[Happened]) -> Iterator[Moment]:
    for item in happened:
        if not isinstance(item.event, DraftSaved):
            yield Moment(item.at, _words(item.event), getattr(item.event, "n", None))


def _words(event: Event) -> str:
    """What an event says; of a kind that has no sentence here, its name."""
    if type(event) in _PLAIN:
        return _PLAIN[type(event)]
    match event:
        case ParticipantEnrolled(kind=kind):
            return f"enrolled ({kind})"
        case ScreeningAnswered(passed=passed):
            return f"answered the screening: {'may take part' if passed else 'may not take part'}"
        case ComprehensionAnswered(passed=passed):
            return f"tried the comprehension check: {'passed' if passed else 'not passed'}"
        case ParticipantAssigned(cell=cell, trials=trials):
            return f"began; cell {cell}, {len(trials)} questions"
        case ParticipantWithdrew(keeps_data=keeps_data):
            kept = {
                True: "answers may be used",
                False: "answers may not be used",
                None: "said nothing of the answers",
            }
            return f"withdrew; {kept[keeps_data]}"
        case SittingEnded(outcome=outcome):
            return f"ended: {outcome}"
        case ParticipantTold(text=text, by=by):
            return f"{by} wrote: {text}" if text else f"{by} took the message away"
        case ParticipantStopped(reason=reason, by=by):
            return f"{by} ended the sitting{f': {reason}' if reason else ''}"
        case CompensationGranted(amount=amount, currency=currency, reason=reason, by=by):
            return f"{by} promised {amount} {currency}{f': {reason}' if reason else ''}"
        case PlatformStatusNoted(platform=platform, status=status):
            return f"is {status} at {platform.capitalize()}, as its file says"
        case _:
            return _of_trial(event)


def _of_trial(event: Event) -> str:
    match event:
        case PassageShown():
            return "saw the passage"
        case PassageRead():
            return "reading was over"
        case TrialShown():
            return "saw the question"
        case InitialAnswered(choice=choice):
            return f"answered first, without help: {choice}"
        case MessageSent(text=text):
            return f"wrote {len(text):,} characters to the assistant"
        case ReplyBegun(speaker=speaker):
            return f"{speaker} began to reply"
        case ReplyClosed(status=status, text=text, error=error):
            return f"reply {status}, {len(text):,} characters{f': {error}' if error else ''}"
        case ContextReset():
            return "made the assistant forget"
        case PauseAsked():
            return "asked for a pause"
        case TrialClosed(status=status, choice=choice):
            return f"closed: {status}{f', {choice}' if choice else ''}"
        case FeedbackRead():
            return "read the feedback"
        case _:
            return kind_of(event)
