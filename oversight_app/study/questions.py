"""Questions, passages, and what can be said of them without asking anybody.

A `Question` is checked once, at the border (an importer builds it, `problem` says why it may not enter), and trusted
after that. Texts are kept raw, to the byte: white space at the ends, control characters and lost letters are part of
what the publisher printed and of what participants are shown. Only comparisons fold them.

Options keep the publisher's order; `correct` is an index into it, 0-3. Letters A-D always name *original* positions
here; what a participant sees is a matter of the trial's option order.
"""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

LETTERS = "ABCD"
N_OPTIONS = 4


class Role(StrEnum):
    """What a question may be used for."""

    STUDY = "study"
    PRACTICE = "practice"
    EXAMPLE = "example"
    ATTENTION = "attention"
    """An instructed question; its key is what it asks for."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that questions are about; `text` is raw, `license` travels with it."""

    passage_id: str
    text: str
    title: str = ""
    author: str = ""
    source: str = ""
    url: str = ""
    license: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One four-option question with its key.

    `question_id` is the publisher's where there is one, else split/subject:record. `key_flag` is empty, or why the key
    is doubtful. `distractor` is the index of the wrong option that misleads readers most, where the bank knows it.
    `arguments` holds one short argument per option, for the scripted assistant.

    What readers of the bank's own made of it, where it says so: `expert_accuracy`, the share of those right who had all
    the time they wanted; `novice_accuracy`, of those who had too little; `context_needed`, how much of the passage it
    takes, from 1 (a sentence or two) to 4 (most of it), on average.
    """

    question_id: str
    task: str
    bank: str
    split: str
    subject: str
    text: str
    options: tuple[str, str, str, str]
    correct: int
    role: Role = Role.STUDY
    passage: Passage | None = None
    difficult: bool | None = None
    key_flag: str = ""
    distractor: int | None = None
    explanation: str = ""
    arguments: tuple[str, str, str, str] | None = None
    expert_accuracy: float | None = None
    novice_accuracy: float | None = None
    context_needed: float | None = None

    @property
    def passage_id(self) -> str:
        """The passage's id, empty where the question stands alone."""
        return self.passage.passage_id if self.passage else ""

    @property
    def content_hash(self) -> str:
        """64 hex digits over passage, text and options as read; records that share it are one question.

        White space is folded and the order of options does not count, because the publishers' own duplicates differ
        there.
        """
        passage = folded(self.passage.text) if self.passage else ""
        content = [passage, folded(self.text), sorted(folded(option) for option in self.options)]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()

    @property
    def n_words(self) -> int:
        """Words a participant reads before answering, passage left out."""
        return sum(len(text.split()) for text in (self.text, *self.options))

    @property
    def fixed_order(self) -> bool:
        """Whether an option speaks of others, so that the options must stay where they are."""
        return _refers_to_others(self.options)

    @property
    def has_doubled_key(self) -> bool:
        """Whether a second option reads the same as the key, so that a right answer could be scored wrong."""
        return [folded(option) for option in self.options].count(folded(self.options[self.correct])) > 1


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that could not become a question; `record` counts from 1, 0 means the whole file."""

    file: str
    record: int
    reason: str
    field: str = ""


@lru_cache(maxsize=16_384)
def _refers_to_others(options: tuple[str, ...]) -> bool:
    # Every assignment of every participant asks it of the same few hundred questions.
    return any(_REFERS.search(folded(option)) for option in options)


def folded(text: str) -> str:
    """The text as it reads: NFC, white space runs as one space, none at the ends. For comparing, never for storing."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def problem(question: Question) -> str:
    """Why this record may not enter a bank, in one phrase; empty when it may."""
    if not folded(question.text):
        return "the question text is empty"
    for letter, option in zip(LETTERS, question.options, strict=True):
        if not folded(option):
            return f"option {letter} is empty"
    if question.correct not in range(N_OPTIONS):
        return f"the key {question.correct!r} is not one of 0-3"
    return ""


# "B", "(B)", "b", "b)", "b."
_LETTER = r"(?:\(?[A-Da-d]\)?\.?(?!\w))"
_REFERS = re.compile(
    # "all of the above", "none of these", "both of the above", "neither of the above", "any of the other options"
    r"(?i:\b(?:all|none|any|both|neither|either|some|two|each|more than one) of (?:the )?"
    r"(?:above|these|those|options|answers|choices|other|others|them)\b)"
    r"|(?i:\b(?:all|none|both|neither|any) (?:the )?above\b)"
    r"|(?i:^(?:all|none|both|neither)(?: of (?:these|the options|them))?[.]?$)"
    r"|(?i:\b(?:the above|the preceding|listed above|mentioned above|other options|other answers|other choices)\b)"
    # "both A and B", "A and C", "A, B, and C", "a combination of A and C", "either A or B", "A and C only"
    rf"|(?:(?i:\b(?:both|either|neither|only|options?|answers?|choices?|statements?|combination of|of)) {_LETTER}"
    rf"(?:,? {_LETTER})*,? (?:and|or|nor|&) {_LETTER})"
    rf"|^{_LETTER}(?:,? {_LETTER})*,? (?:and|or|&) {_LETTER}(?: (?:only|above|are|both|together)\b.*)?[.]?$"
)
