"""Replies: what is said to the participant, from the moment somebody is due to the closed reply. Load, decide, save.

The protocol says who is due (`study.protocols`). `go_on` starts them: after a message of the participant's, after the
end of the speech before, and when the page is drawn; whoever comes second finds that they are speaking already.

A running reply is a row with an owner and a lease, so that no truth lives in this process: `writers` commits the text
every 0.3 s, and whoever finds a lapsed lease closes the reply as interrupted. A stop closes the reply where it is
pressed, with the text committed so far; the writer, in whatever process, hears of it at the next flush.
A failed attempt is tried again only while nothing was shown and time is left; half a reply is kept and marked.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from oversight_app.errors import Refusal
from oversight_app.proctor import Proctor, trial_at_hand
from oversight_app.providers.base import Provider, Request, Scene, Turn
from oversight_app.providers.patience import Patience
from oversight_app.purse import Purse
from oversight_app.store.replies import SoFar
from oversight_app.store.store import Record
from oversight_app.study import trial_actions as trial_verbs
from oversight_app.study.design import AssistantMode, split_model
from oversight_app.study.events import Event, ReplyBegun, ReplyClosed
from oversight_app.study.letters import OptionOrder
from oversight_app.study.protocols import Speech, next_turn
from oversight_app.study.protocols.speech import ASSISTANT
from oversight_app.study.questions import folded
from oversight_app.study.sent import sent
from oversight_app.study.sitting import Sitting
from oversight_app.study.trial import Trial, apply_to_trial
from oversight_app.study.trouble import Trouble
from oversight_app.writers import LEASE_S, Job, Writers, close_once

_log = logging.getLogger(__name__)


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
    ) -> None:
        """`second` asks the design's `second_model`; `paced`: whether the scripted assistant types at its pace.

        `is_live`: with `inline`, that servers may look after the same record meanwhile, as beside judges.
        """
        self._proctor = proctor
        self._provider = provider
        self._second = second or provider
        self._writers = Writers(proctor, on_closed=self.go_on)
        self._write = partial(self._writers.write, flushes=is_live) if inline else self._writers.start
        self._paced = paced
        names = (getattr(asked, "name", "") for asked in (provider, self._second))
        self._purse = Purse(proctor.plan, is_paid=any(name != "scripted" for name in names))

    def ask(self, participant_id: str, n: int, text: str) -> None:
        """The participant writes to the assistant of trial `n`; raises Reminder when they cannot now."""

        def decide(trial: Trial, now: datetime) -> tuple[list[Event], Trial]:
            message_id = f"{trial.plan.trial_id}.{len(trial.messages) + 1}"
            written = trial_verbs.send(trial, message_id, text, now, self._proctor.plan.design.assistant)
            return [written], apply_to_trial(trial, written, now)

        self._start(participant_id, n, decide)

    def go_on(self, participant_id: str, n: int) -> None:
        """Let whoever is due in trial `n` speak; nothing happens where nobody is."""
        trial = self._proctor.sitting(participant_id).trials[n - 1]
        # Asked without the record's lock first: after most replies nobody is due.
        if next_turn(trial, self._proctor.plan.design.assistant) is not None:
            self._start(participant_id, n, lambda trial, now: ([], trial))

    def ask_again(self, participant_id: str, n: int) -> None:
        """Ask once more for the reply that failed or broke off."""

        def decide(trial: Trial, now: datetime) -> tuple[list[Event], Trial]:
            last = trial.messages[-1] if trial.messages else None
            if last is None or last.status not in ("failed", "interrupted") or not trial.is_open:
                raise Refusal("there is no broken reply to ask for again")
            if last.context != trial.context:
                raise Refusal("the assistant has been made to forget what it was asked")
            kept = [message for message in trial.messages[:-1] if not message.is_broken]
            while kept and kept[-1].voice == last.voice and not kept[-1].text:
                kept.pop()  # asked for again before, and had no words then either
            return [], replace(trial, messages=tuple(kept))

        self._start(participant_id, n, decide)

    def stop(self, participant_id: str, n: int) -> None:
        """The participant has read enough of the reply being written: what was shown of it is what is kept."""
        stopped: list[str] = []

        def decide(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
            running = trial_at_hand(sitting, n).running_reply
            if running is None:
                return []
            job = self._writers.job(running.message_id)
            stopped.append(running.message_id)
            text = record.replies.text(running.message_id)
            # What the service will say of it (tokens, its id) is not known yet, and stays missing.
            return [
                ReplyClosed(
                    n,
                    running.message_id,
                    text,
                    "stopped",
                    first_text_s=job.first_text_s if job and text else None,
                    total_s=(now - running.at).total_seconds(),
                    attempts=max(1, job.patience.attempts) if job else 1,
                    # Nobody was asked yet: it still waited for its turn.
                    trouble=Trouble.BUSY.value if job and not job.patience.attempts else "",
                )
            ]

        self._proctor.act(participant_id, decide)
        for reply_id in stopped:
            self._writers.let_go(reply_id)

    def so_far(self, participant_id: str, reply_id: str) -> SoFar | None:
        """What a reply to this participant says in the record; None where there is none of that name."""
        return self._proctor.store.reply_so_far(participant_id, reply_id)

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

    def _start(
        self, participant_id: str, n: int, decide: Callable[[Trial, datetime], tuple[list[Event], Trial]]
    ) -> None:
        jobs: list[Job] = []
        refused: list[str] = []

        def decide_now(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
            trial = trial_at_hand(sitting, n)
            events, seen = decide(trial, now)
            speech = next_turn(seen, self._proctor.plan.design.assistant) if seen.is_open else None
            if speech is None or seen.awaits_initial:
                return events
            deadline = now + timedelta(seconds=self._proctor.plan.design.assistant.reply_limit_s)
            if trial.deadline_at is not None:
                deadline = min(deadline, trial.deadline_at)
            reply_id = f"{trial.plan.trial_id}.{len(trial.messages) + len(events) + 1}"
            model = self._proctor.plan.design.assistant.model_of(speech.speaker)
            request = self._request(seen, speech, model, (deadline - now).total_seconds())
            reserved = self._purse.reserve(record, participant_id, request)
            begun = ReplyBegun(
                n,
                reply_id,
                trial.context,
                *split_model(model),
                request.prompt_hash,
                tuple(message.message_id for message in speech.sees),
                speech.speaker,
                speech.stance,
                speech.prompt,
                reserved_usd=reserved.usd,
            )
            if reserved.cap:
                refused.append(reply_id)
                return [*events, begun, reserved.refusal(n, reply_id)]
            record.replies.begin(
                reply_id, participant_id, n, self._writers.owner, now + timedelta(seconds=LEASE_S)
            )
            patience = Patience(self._proctor.clock)
            is_first = model == self._proctor.plan.design.assistant.model
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
                    patience,
                )
            )
            return [*events, begun]

        self._proctor.act(participant_id, decide_now)
        for job in jobs:
            self._write(job)
        if refused:  # nobody writes, so nobody tells that the next one is due
            self.go_on(participant_id, n)

    def _request(self, trial: Trial, speech: Speech, model: str, seconds: float) -> Request:
        """What the speaker is sent, and the scene that a scripted one plays from."""
        plan, assistant = self._proctor.plan, self._proctor.plan.design.assistant
        question = self._proctor.questions[trial.plan.question_id]
        what = sent(plan, question, trial.plan, speech)
        order = OptionOrder(trial.plan.option_order)
        shown = order.shown(question.options)
        return Request(
            model=split_model(model)[1],
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


def _whose_dice(speech: Speech) -> tuple[str, ...]:
    """Several speakers of one trial each throw dice of their own."""
    return () if speech.speaker == ASSISTANT else (speech.speaker,)
