"""What a browser may know: the page that belongs to a sitting's stage, and nothing else.

A page is made fresh from the sitting for every showing, in `showing`. Keys, stances, other people's data and what is
still to come have no field here before they are due; options and choices are in displayed order, as indices 0-3 from
the top.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from oversight_app.study.design import ConfidenceScale, ScoringRule
from oversight_app.study.plan import WorkedExample
from oversight_app.study.survey import SurveyItem


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """The consent text, in Markdown."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ScreeningPage:
    """The questions that decide who may take part: (question, options) pairs."""

    questions: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class InstructionsPage:
    """The instructions, in Markdown; one text per part of the study that this design has."""

    title: str
    parts: tuple[str, ...]
    example: WorkedExample | None = None
    """A question to try out. Its key is on the page: it is nobody's answer."""


@dataclass(frozen=True, slots=True)
class ComprehensionPage:
    """The check: (question, options) pairs without keys. `hints` explains what the last attempt had wrong."""

    questions: tuple[tuple[str, tuple[str, ...]], ...]
    attempt: int
    attempts_left: int
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BeginPage:
    """The last page before the place is taken. `pledge` is a promise to make, in Markdown, or empty."""

    n_questions: int
    minutes: int
    pledge: str = ""


@dataclass(frozen=True, slots=True)
class RestPage:
    """A page between questions; nothing is timed here.

    `reason` is what became of the question before (time_out, time_out_no_answer, void, pause), or break for a rest that
    the design foresees, and empty where there is nothing to say. `sitting_left_s`: what is left of the sitting's limit.
    """

    reason: str
    is_block_start: bool
    is_practice: bool
    condition: str
    task: str
    n_in_block: int
    n_answered: int
    n_total: int
    time_limit_s: float | None
    has_passage: bool = False
    shows_feedback: bool = False
    reading_s: float = 0.0
    is_answer_first: bool = False
    sitting_left_s: float | None = None
    briefing: tuple[str, ...] = ()
    """What is to be read now of the assistant, in Markdown, where the instructions did not say it."""


@dataclass(frozen=True, slots=True)
class ReadingPage:
    """The passage alone, before the question and its clock; the question comes when `remaining_ms` are over."""

    n: int
    n_of_part: int
    n_in_part: int
    is_practice: bool
    passage_title: str
    passage: tuple[str, ...]
    remaining_ms: int
    total_ms: int
    logs: tuple[str, ...] = ()
    """Which kinds of behaviour are noted."""


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One message of the chat; status is sent, running, complete, stopped, interrupted or failed."""

    message_id: str
    is_participant: bool
    text: str
    status: str
    is_forgotten: bool
    """Whether the model no longer sees it, after a reset."""
    speaker: str = "assistant"
    """participant, assistant, assistant_1, assistant_2, ... or critic."""
    trouble: str = ""
    """Why a reply failed, as far as participants are told: one of `study.trouble.Trouble`, or empty."""


@dataclass(frozen=True, slots=True)
class Belief:
    """Which option was held to be right after a reply, as displayed, with probabilities where asked."""

    choice: int
    confidence: float | None
    probabilities: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Pay:
    """What a stated probability pays: the rule, and the most that one question pays.

    `is_lottery`: the score is the chance of winning all of the prize.
    """

    rule: ScoringRule
    prize: float
    currency: str
    is_lottery: bool = False


@dataclass(frozen=True, slots=True)
class Chat:
    """The assistant's pane."""

    lines: tuple[ChatLine, ...]
    is_writing: bool
    n_resets: int
    belief_due: str = ""
    """The id of the reply after which a belief is asked for now; empty where none is."""
    beliefs: Mapping[str, Belief] = field(default_factory=dict)
    """What was stated, by the id of the reply before it."""
    may_write: bool = True
    """Whether the protocol lets the participant write now."""
    is_written_in: bool = True
    """Whether the participant writes in this protocol at all."""
    has_reset: bool = True
    is_due: bool = False
    """Whether somebody should be speaking, and is not yet."""
    broken: tuple[str, ...] = ()
    """The ids of the replies that failed or broke off last, and are asked for again all at once."""
    n_beside: int = 1
    """How many answers to one question stand side by side."""
    named_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The options that several contexts named in answer to a question, by its id, as displayed; "" for none."""

    @property
    def named(self) -> tuple[str, ...]:
        """The options that they named in answer to the last question; empty until all have answered."""
        asked = [line.message_id for line in self.lines if line.is_participant]
        return self.named_by.get(asked[-1], ()) if asked else ()


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """A question with the clock running. `remaining_ms` is None in an untimed task."""

    n: int
    n_of_part: int
    n_in_part: int
    is_practice: bool
    passage_title: str
    passage: tuple[str, ...]
    question: str
    options: tuple[str, ...]
    draft_choice: int | None
    draft_confidence: float | None
    confidence_scale: ConfidenceScale
    confidence_levels: tuple[float, ...]
    remaining_ms: int | None
    total_ms: int | None
    chat: Chat | None
    pause_after: bool
    draft_probabilities: tuple[float | None, ...] = ()
    """Four, as displayed, None where nothing was entered; empty while untouched and on other scales."""
    draft_reason: str = ""
    awaits_initial: bool = False
    """Whether an answer of one's own comes first; what is marked now is that answer, and there is no chat yet."""
    initial: Belief | None = None
    """The own answer committed before."""
    reason: str = "none"
    may_skip: bool = False
    min_ms: int = 0
    """An answer is taken only after so many more milliseconds."""
    pay: Pay | None = None
    sitting_left_ms: int | None = None
    """What is left of the sitting's limit; None without one."""
    logs: tuple[str, ...] = ()
    """Which kinds of behaviour are noted."""
    shown_ms: int = 0
    """How long ago the question was shown first, in whatever browser."""


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """The right answer to the question just closed. `choice` is None where there was none."""

    n: int
    is_practice: bool
    question: str
    options: tuple[str, ...]
    correct: int
    choice: int | None
    is_timed_out: bool
    explanation: str
    pay: Pay | None = None
    """How answers are paid; None where they are not by what was said of them."""
    earned: float | None = None
    """The share of the prize for this one; None where no probability was stated that could be paid."""


@dataclass(frozen=True, slots=True)
class SurveyPage:
    """The questionnaire: the study's own items; the questions about outside help come with every study."""

    items: tuple[SurveyItem, ...]


@dataclass(frozen=True, slots=True)
class DebriefPage:
    """The debrief, in Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class EndPage:
    """The end: how it ended, and the code to hand in and where, empty where there is none."""

    outcome: str
    code: str
    url: str
    keeps_data: bool | None = None
    """What somebody who withdrew wished for their answers so far; None where they did not say."""


Page: TypeAlias = (
    ConsentPage
    | ScreeningPage
    | InstructionsPage
    | ComprehensionPage
    | BeginPage
    | RestPage
    | ReadingPage
    | QuestionPage
    | FeedbackPage
    | SurveyPage
    | DebriefPage
    | EndPage
)
