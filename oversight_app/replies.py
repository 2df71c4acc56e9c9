"""Replies: what is said to the participant, from the moment somebody is due to the closed reply. Load, decide, save.

The protocol says who is due (`study.protocols`). `go_on` starts all of them at the same time: after a message of the
participant's, after the end of the speeches before, and when the page is drawn; whoever comes second finds that they
are speaking already. What belongs together is begun in one transaction, in the planned order of speaking.

A running reply is a row with an owner and a lease, so that no truth lives in this process: `writers` commits the text
every 0.3 s, and whoever finds a lapsed lease closes the reply as interrupted. A stop closes the reply where it is
pressed, with the text committed so far; the writer, in whatever process, hears of it at the next flush.
A failed attempt is tried again only while nothing was shown and time is left; half a reply is kept and marked.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from oversight_app.errors import Refusal
from oversight_app.proctor import Proctor, trial_at_hand
from oversight_app.providers.base import Provider, Request, Scene, Turn
from oversight_app.providers.patience import Patience
from oversight_app.purse import Purse
from oversight_app.store.replies import SoFar
from oversight_app.store.store import Record
from oversight_app.study import trial_actions as trial_verbs
from oversight_app.study.design import AssistantMode, Protocol, SpendingDesign, split_model
from oversight_app.study.events import Event, ReplyBegun, ReplyClosed
from oversight_app.study.letters import OptionOrder
from oversight_app.study.page import QuestionPage
from oversight_app.study.protocols import Speech, broken_off, due
from oversight_app.study.protocols.speech import ASSISTANT
from oversight_app.study.questions import folded
from oversight_app.study.sent import sent
from oversight_app.study.sitting import Sitting
from oversight_app.study.trial import Message, Trial, apply_to_trial
from oversight_app.study.trouble import Trouble
from oversight_app.writers import LEASE_S, Job, Writers, close_once

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a trial: events to record first, the trial by which the protocol says who is due then.

    `again` names the replies in whose place others are asked for, by their speakers.
    """

    events: tuple[Event, ...]
    seen: Trial
    again: Mapping[str, str] = field(default_factory=dict)


class Replies:
    """Generates replies for one study. `inline` writes them before `ask` returns, as a rehearsal wants."""

    def __init__(
        self,
        proctor: Proctor,
        provider: Provider,
        *,
        second: Provider | None = None,
        inline: bool = False,
        is_live: bool = False,
        paced: bool = True,
        caps: SpendingDesign | None = None,
    ) -> None:
        """`second` asks the design's `second_model`; `paced`: whether the scripted assistant types at its pace.

        `is_live`: with `inline`, that servers may look after the same record meanwhile, as beside judges. `caps` where
        what replies may cost is not the plan's.
        """
        self._proctor = proctor
        self._provider = provider
        self._second = second or provider
        self._inline, self._is_live = inline, is_live
        self._writers = Writers(proctor, on_closed=_nobody if inline else self.go_on)
        self._paced = paced
        names = (getattr(asked, "name", "") for asked in (provider, self._second))
        self._purse = Purse(proctor.plan, is_paid=any(name != "scripted" for name in names), caps=caps)

    def ask(self, participant_id: str, n: int, text: str) -> None:
        """The participant writes to the assistant of trial `n`; raises Reminder when they cannot now."""

        def decide(trial: Trial, now: datetime) -> Wish:
            message_id = f"{trial.plan.trial_id}.{len(trial.messages) + 1}"
            written = trial_verbs.send(trial, message_id, text, now, self._proctor.plan.design.assistant)
            return Wish((written,), apply_to_trial(trial, written, now))

        self._start(participant_id, n, decide)

    def go_on(self, participant_id: str, n: int) -> None:
        """Let whoever is due in trial `n` speak; nothing happens where nobody is."""
        trial = self._proctor.sitting(participant_id).trials[n - 1]
        # Asked without the record's lock first: after most replies nobody is due.
        if due(trial, self._proctor.plan.design.assistant):
            self._start(participant_id, n, lambda trial, now: Wish((), trial))

    def ask_again(self, participant_id: str, n: int) -> None:
        """Ask once more for the replies that failed or broke off."""

        def decide(trial: Trial, now: datetime) -> Wish:
            broken = broken_off(trial, self._proctor.plan.design.assistant)
            if not broken or not trial.is_open:
                raise Refusal("there is no broken reply to ask for again")
            again = {message.voice: message.message_id for message in broken}
            return Wish((), _without(trial, broken), again)

        self._start(participant_id, n, decide)

    def stop(self, participant_id: str, n: int) -> None:
        """The participant has read enough of what is being written: what was shown of it is what is kept."""
        stopped: list[str] = []

        def decide(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
            running = trial_at_hand(sitting, n).running_replies
            stopped.extend(reply.message_id for reply in running)
            return [self._stopped(n, reply, now, record) for reply in running]

        self._proctor.act(participant_id, decide)
        for reply_id in stopped:
            self._writers.let_go(reply_id)

    def so_far(self, participant_id: str, reply_id: str) -> SoFar | None:
        """What the page of this participant may show of a reply; None where there is none of that name.

        That is what the record holds, but where sides speak at one pace: there the page says how far each has come.
        """
        if self._proctor.plan.design.assistant.protocol is Protocol.DEBATE:
            page = self._proctor.page(participant_id)
            lines = page.chat.lines if isinstance(page, QuestionPage) and page.chat else ()
            line = next((line for line in lines if line.message_id == reply_id), None)
            if line is not None and not line.is_participant:
                return SoFar(line.text, is_over=line.status != "running")
        return self._proctor.store.reply_so_far(participant_id, reply_id)

    def _stopped(self, n: int, reply: Message, now: datetime, record: Record) -> ReplyClosed:
        """The end of a reply that is stopped now. What its service will say of it is not known, and stays missing."""
        job = self._writers.job(reply.message_id)
        text = record.replies.text(reply.message_id)
        return ReplyClosed(
            n,
            reply.message_id,
            text,
            "stopped",
            first_text_s=job.first_text_s if job and text else None,
            total_s=(now - reply.at).total_seconds(),
            attempts=max(1, job.patience.attempts) if job else 1,
            # Nobody was asked yet: it still waited for its turn.
            trouble=Trouble.BUSY.value if job and not job.patience.attempts else "",
        )

    def reset_context(self, participant_id: str, n: int) -> None:
        """Make the assistant forget what was said so far."""
        self._proctor.act(
            participant_id,
            lambda sitting, now, record: [trial_verbs.reset_context(trial_at_hand(sitting, n), now)],
        )

    def sweep(self) -> None:
        """Close replies whose process has died as interrupted, or failed where nothing was shown."""
        with self._proctor.store.write() as record:
            lapsed = record.replies.lapsed(self._proctor.clock.now())
        for running in lapsed:
            status = "interrupted" if running.text else "failed"
            closed = ReplyClosed(
                running.n, running.reply_id, running.text, status, error="the server stopped"
            )
            try:
                self._proctor.act(running.participant_id, close_once(closed))
            except Exception:
                # One sitting that cannot be read must not leave the others before a frozen pane.
                _log.exception("%s: the reply could not be closed", running.reply_id)

    def close(self) -> None:
        """Stop writing: what was written so far is kept as interrupted."""
        self._writers.close()

    # -- starting ---------------------------------------------------------------------

    def _start(self, participant_id: str, n: int, decide: Callable[[Trial, datetime], Wish]) -> None:
        """Begin the replies of everybody who is due after what `decide` says, and have them written."""
        jobs: list[Job] = []
        refused: list[str] = []
        assistant = self._proctor.plan.design.assistant

        def decide_now(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
            trial = trial_at_hand(sitting, n)
            wish = decide(trial, now)
            events, seen = list(wish.events), wish.seen
            speeches = due(seen, assistant) if seen.is_open and not seen.awaits_initial else ()
            if not speeches:
                return events
            deadline = now + timedelta(seconds=assistant.reply_limit_s)
            if trial.deadline_at is not None:
                deadline = min(deadline, trial.deadline_at)
            seconds = (deadline - now).total_seconds()
            requests = [self._request(seen, speech, seconds) for speech in speeches]
            reserved = self._purse.reserve(record, participant_id, requests)
            first = len(trial.messages) + len(events) + 1
            for k, (speech, request, usd) in enumerate(zip(speeches, requests, reserved.usd, strict=True)):
                reply_id = f"{trial.plan.trial_id}.{first + k}"
                again_of = wish.again.get(speech.speaker, "")
                events.append(_begun(trial, reply_id, speech, request, self._model(speech), usd, again_of))
                if reserved.cap:
                    refused.append(reply_id)
                    events.append(reserved.refusal(n, reply_id))
                    continue
                record.replies.begin(
                    reply_id, participant_id, n, self._writers.owner, now + timedelta(seconds=LEASE_S)
                )
                is_first = self._model(speech) == assistant.model
                jobs.append(
                    Job(
                        participant_id,
                        n,
                        reply_id,
                        self._provider if is_first else self._second,
                        request,
                        deadline,
                        trial.deadline_at,
                        now,
                        Patience(self._proctor.clock),
                    )
                )
            return events

        self._proctor.act(participant_id, decide_now)
        if jobs and self._inline:
            self._writers.write(jobs, is_live=self._is_live)
        else:
            for job in jobs:
                self._writers.start(job)
        if refused or (jobs and self._inline):  # nobody writes any more, so nobody tells that others are due
            self.go_on(participant_id, n)

    def _model(self, speech: Speech) -> str:
        return self._proctor.plan.design.assistant.model_of(speech.speaker)

    def _request(self, trial: Trial, speech: Speech, seconds: float) -> Request:
        """What the speaker is sent, and the scene that a scripted one plays from."""
        plan, assistant = self._proctor.plan, self._proctor.plan.design.assistant
        question = self._proctor.questions[trial.plan.question_id]
        what = sent(plan, question, trial.plan, speech)
        order = OptionOrder(trial.plan.option_order)
        shown = order.shown(question.options)
        return Request(
            model=split_model(self._model(speech))[1],
            system=what.system,
            turns=tuple(Turn(line.role, line.text) for line in what.turns),
            max_tokens=assistant.max_tokens,
            max_characters=assistant.max_characters,
            deadline_s=seconds,
            temperature=assistant.temperature,
            effort=assistant.effort or "",
            prefix=what.prefix,
            words_per_s=assistant.words_per_s if self._paced else None,
            scene=Scene(
                question=folded(question.text),
                options=(shown[0], shown[1], shown[2], shown[3]),
                stance=order.displayed(speech.stance) if speech.stance else "",
                dice="/".join((str(plan.design.seed), trial.plan.trial_id, *_whose_dice(speech))),
                arguments=order.shown(question.arguments) if question.arguments else (),
                passage=question.passage.text if question.passage else "",
                holds_share=0.0 if assistant.mode is AssistantMode.SYCOPHANTIC else assistant.holds_share,
                part=speech.prompt,
            ),
        )


def _begun(
    trial: Trial,
    reply_id: str,
    speech: Speech,
    request: Request,
    model: str,
    reserved_usd: float | None,
    again_of: str,
) -> ReplyBegun:
    return ReplyBegun(
        trial.plan.n,
        reply_id,
        trial.context,
        *split_model(model),
        request.prompt_hash,
        tuple(message.message_id for message in speech.sees),
        speech.speaker,
        speech.stance,
        speech.prompt,
        reserved_usd=reserved_usd,
        again_of=again_of,
    )


def _without(trial: Trial, broken: Sequence[Message]) -> Trial:
    """The trial as it was before these replies: without what broke off, nor earlier tries that had no words either."""
    spoken = trial.as_spoken
    gone = {m.message_id for m in (*broken, *spoken) if m in broken or (m.is_broken and not m.is_given_up)}
    for message in broken:
        for before in reversed(spoken[: spoken.index(message)]):
            if before.voice != message.voice or (before.text and before.message_id not in gone):
                break
            gone.add(before.message_id)
    return replace(trial, messages=tuple(m for m in trial.messages if m.message_id not in gone))


def _nobody(participant_id: str, n: int) -> None:
    """Whom nobody tells that a reply is closed: who writes inline sees it."""


def _whose_dice(speech: Speech) -> tuple[str, ...]:
    """Several speakers of one trial each throw dice of their own."""
    return () if speech.speaker == ASSISTANT else (speech.speaker,)
