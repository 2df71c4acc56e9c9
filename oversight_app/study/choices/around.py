"""Choices around the questions: checks, breaks, the platform with its codes, and what is noted beside answers."""

from pydantic import ValidationError

from oversight_app.study.choices.choice import Choice, Number, Option, Text
from oversight_app.study.design.sitting import LogDesign, SittingDesign

PROLIFIC_URL = "https://app.prolific.com/submissions/complete?cc={code}"


def _is_code(text: str) -> bool:
    try:
        SittingDesign(completion_code=text)
    except ValidationError:
        return False
    return True


AROUND = (
    Choice(
        key="sitting.comprehension_attempts",
        question="How many times may people try the questions on the instructions?",
        meaning="Who fails them all is thanked and does not take part; platforms ask for at least two tries.",
        allowed=Number(1, 20),
        default=3,
        why="a slip is forgiven and not reading is noticed",
        comment="Attempts at the comprehension check (texts/comprehension.toml).",
    ),
    Choice(
        key="sitting.attention_checks",
        question="How many attention checks stand among the questions?",
        meaning='Each says which answer to choose ("Please choose Thursday") and never counts as '
        "a question of the study.",
        allowed=Number(0, 20),
        default=0,
        why="comprehension questions and limits catch most; with paid strangers take 2",
        comment="Questions among the others that ask for one answer.",
    ),
    Choice(
        key="sitting.attention_failures",
        question="After how many failed attention checks does a sitting end?",
        meaning="At 0 they are only noted; platforms let you act on them only from two failures on.",
        allowed=Number(0, 20),
        default=0,
        why="noting them and reporting both ways loses nobody",
        comment="The sitting ends after so many failed ones; at 0 they are only noted.",
        is_asked=lambda answers: answers.get("sitting.attention_checks") != 0,
    ),
    Choice(
        key="sitting.break_every",
        question="After how many questions do people get a break?",
        meaning="At 0 there is a break between the parts only; clocks stand still in a break.",
        allowed=Number(0, 500),
        default=0,
        why="parts of up to half an hour need none inside",
        comment="A break after so many study questions; 0: only between the parts.",
    ),
    Choice(
        key="platform",
        question="Where do people come from?",
        meaning="It says where the last page sends them; `oversight links` later prints what to paste on the platform.",
        allowed=(
            Option("none", "you invite them yourself"),
            Option("prolific", "Prolific"),
            Option("mturk", "Amazon Mechanical Turk"),
            Option("connect", "CloudResearch Connect"),
        ),
        default="none",
        why="links from `oversight invite` need no account anywhere",
        comment="Where the last page sends people; {code} is filled in.",
    ),
    Choice(
        key="sitting.completion_code",
        question="Which code do people hand in at the end?",
        meaning="The platform pays whoever hands it in; none draws one that nobody can guess when the plan is frozen.",
        allowed=Text("up to 64 letters and digits without accents, and . _ ~ -", _is_code, may_be_empty=True),
        default=None,
        why="a drawn code cannot be guessed",
        comment="Handed in at the end as proof.",
    ),
    Choice(
        key="sitting.reward",
        question="What is everybody paid who completes the study?",
        meaning="In US dollars unless you change sitting.reward_currency; the console reckons hourly pay with it.",
        allowed=Number(0.01, 100_000, is_whole=False, may_be_none=True),
        default=None,
        why="you know it once you have seen the duration in the summary",
        comment="What everybody who completes is paid; hourly pay is reckoned with it.",
    ),
    Choice(
        key="log",
        question="What is noted beside the answers?",
        meaning="The consent text lists what is on; never what was typed elsewhere or copied, only that it was.",
        allowed=tuple(
            Option(name, meaning)
            for name, meaning in (
                ("focus", "when the page is left and returned to"),
                ("clipboard", "that something was copied or pasted, and how long it was"),
                ("scroll", "how far a story was scrolled"),
                ("search", "what was searched for in a story"),
                ("choices", "each change of an answer"),
                ("typing", "when and how much was typed, never what"),
            )
        ),
        default=tuple(LogDesign.model_fields),
        why="it shows help from outside, and nothing of it can be had afterwards",
        comment="What is noted beside answers; the consent text lists what is on.",
        is_many=True,
        may_be_empty=True,
    ),
)
