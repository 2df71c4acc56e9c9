"""One participant's sitting, walked by hand: events without a record, and a clock that stands still until moved."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from oversight_app.study import lapse, sitting_actions, trial_actions
from oversight_app.study.assignment import trials_for
from oversight_app.study.design import ConfidenceScale, Design
from oversight_app.study.events import (
    Event,
    Happened,
    MessageSent,
    ParticipantEnrolled,
    ReplyBegun,
    ReplyClosed,
)
from oversight_app.study.mark import Mark
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS, Question
from oversight_app.study.sitting import Sitting, Stage, apply
from oversight_app.study.survey import HELP_KEYS, NO
from oversight_app.study.trial import Trial
from tests.builders import START, make_design, make_plan, make_questions

BANK = make_questions(n_attention=4)
MMLU = {"mmlu": {"questions_per_condition": 2}}
NO_PRACTICE = {"mmlu": {"questions_per_condition": 2, "practice_per_condition": 0}}
UNTIMED = {"mmlu": {"questions_per_condition": 2, "time_limit_s": "none", "practice_per_condition": 0}}
STORIES = {"quality": {"questions_per_condition": 1, "practice_per_condition": 0, "reading_s": 60}}


def a_mark(design: Design, choice: str = "A", reason: str = "") -> Mark:
    """A whole mark on this choice, on the design's scale."""
    match design.answer.confidence:
        case ConfidenceScale.NONE:
            return Mark(choice, reason=reason)
        case ConfidenceScale.DISTRIBUTION:
            return Mark(choice, None, tuple(0.7 if letter == choice else 0.1 for letter in LETTERS), reason)
        case _:
            return Mark(choice, 0.6, reason=reason)


class Walk:
    """A sitting on its way. The server is up but for the times in `down`."""

    def __init__(self, plan: Plan, bank: Iterable[Question] = BANK) -> None:
        self.plan = plan
        self.design = plan.design
        self.questions = {question.question_id: question for question in bank}
        self.now = START
        self.down: list[tuple[datetime, datetime]] = []
        self.happened: list[Happened] = []
        self.sitting = Sitting("p1")

    @property
    def trial(self) -> Trial:
        """The trial at hand."""
        return self.sitting.trial

    def do(self, events: Sequence[Event] | Event | None) -> None:
        some = events if isinstance(events, Sequence) else [] if events is None else [events]
        for event in some:
            self.happened.append(Happened("p1", len(self.happened) + 1, self.now, event))
            self.sitting = apply(self.sitting, event, self.now, self.design)

    def wait(self, seconds: float) -> None:
        """Let time pass, and then the sweeper come."""
        self.now += timedelta(seconds=seconds)
        self.sweep()

    def sleep(self, seconds: float) -> None:
        """Let time pass in which the server is away; the sweeper comes when it is back."""
        self.down.append((self.now, self.now + timedelta(seconds=seconds)))
        self.wait(seconds)

    def sweep(self) -> None:
        while (due := lapse.due_at(self.sitting, self.design)) is not None and due <= self.now:
            was_up = not any(start < due < end for start, end in self.down)
            events = lapse.pass_time(self.sitting, self.now, self.design, was_up=was_up)
            assert events, "something was due, and nothing came"
            self.do(events)

    # -- before the questions ----------------------------------------------------------

    def agree(self) -> "Walk":
        asks = bool(self.plan.screening)
        self.do(ParticipantEnrolled("human"))
        self.do(sitting_actions.consent(self.sitting, "hash", agreed=True, asks_screening=asks))
        return self

    def come_to_the_check(self) -> "Walk":
        self.agree()
        self.do(sitting_actions.read_instructions(self.sitting))
        return self

    def check(self, *answers: int) -> None:
        self.do(sitting_actions.answer_comprehension(self.sitting, answers, self.plan, self.now))

    def seat(self, cell: int = 0) -> "Walk":
        self.come_to_the_check()
        self.check(1)
        self.begin(cell)
        return self

    def begin(self, cell: int = 0) -> None:
        chosen = self.plan.cells[cell]
        trials = trials_for(self.plan, self.questions, chosen, "p1", arrival=0, turn=0)
        self.do(sitting_actions.begin(self.sitting, chosen, 0, by_lot=False, trials=trials))

    # -- questions ----------------------------------------------------------------------

    def come(self) -> "Walk":
        """Past feedback and rest, to where the next question begins."""
        if self.sitting.stage is Stage.FEEDBACK:
            self.do(sitting_actions.read_feedback(self.sitting, self.trial.plan.n))
        if self.sitting.stage is Stage.REST:
            self.do(sitting_actions.ask_next(self.sitting))
        return self

    def show(self) -> "Walk":
        """Come to the next question and see it, without a reading phase."""
        self.come()
        self.look()
        return self

    def look(self) -> None:
        """What a look at the page starts."""
        at_latest = self.sitting.limit_at(self.design)
        if self.sitting.stage is Stage.READING and self.trial.passage_shown_at is None:
            self.do(trial_actions.show_passage(self.trial, self.now, at_latest=at_latest))
        elif self.sitting.stage is Stage.TRIAL and self.trial.shown_at is None:
            self.do(trial_actions.show(self.trial, self.now, at_latest=at_latest))

    def draft(self, choice: str, confidence: float | None = None) -> None:
        mark = Mark(choice, confidence)
        self.do(trial_actions.save_draft(self.trial, mark, self.design.answer, self.now))

    def answer(self, choice: str = "A", **how: Any) -> None:
        """Think for five seconds, and hand in an answer; the own one first, where one is asked for."""
        self.now += timedelta(seconds=5)
        if self.trial.awaits_initial:
            mark = a_mark(self.design, choice)
            self.do(trial_actions.commit_initial(self.trial, mark, self.design, self.now))
            self.now += timedelta(seconds=5)
        mark = a_mark(self.design, choice, "because" if self.design.answer.reason == "required" else "")
        self.do(trial_actions.submit(self.trial, mark, self.design, self.now, **how))

    def chat(self, status: str = "complete", text: str = "The answer is B.", *, takes_s: float = 0) -> str:
        """A message and its reply, which has this id; without a status it is still being written."""
        n, i = self.trial.plan.n, len(self.trial.messages)
        self.do(MessageSent(n, f"m{n}.{i}", "Why?", self.trial.context))
        self.do(ReplyBegun(n, f"r{n}.{i}", self.trial.context, "scripted", "demo", "0", (f"m{n}.{i}",)))
        self.now += timedelta(seconds=takes_s)
        if status:
            self.do(ReplyClosed(n, f"r{n}.{i}", "" if status == "failed" else text, status))
        return f"r{n}.{i}"

    def finish(self) -> None:
        """Questionnaire and debrief."""
        said = dict.fromkeys(HELP_KEYS, NO)
        self.do(sitting_actions.answer_survey(self.sitting, said, self.plan))
        self.do(sitting_actions.debrief(self.sitting))


def walk(**design: Any) -> Walk:
    """A walk through a design of two MMLU questions in each condition; sections given replace its own."""
    return Walk(make_plan(make_design(**({"tasks": MMLU} | design)), BANK))
