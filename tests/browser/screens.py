"""Every screen that a participant can meet, and how one gets there.

One table serves the pictures (`pictures.py`) and the search for what keeps people out (`test_accessibility.py`): a
screen that is added here is drawn and examined at both sizes from then on. A walk is one visitor's way through one
study; each of its screens begins where the one before ended.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ViewportSize, expect

from oversight_app.clock import SystemClock
from oversight_app.store import Store
from oversight_app.study.design import ENDINGS
from oversight_app.study.events import STUDY_STREAM, ParticipantsInvited
from oversight_app.study.sitting import Stage
from tests.browser import ways
from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.served import Served
from tests.browser.studies import Study, make_study
from tests.browser.ways import Step, Visitor, press_on
from tests.builders import make_question

SIZES: dict[str, ViewportSize] = {
    "laptop": {"width": LAPTOP["width"], "height": LAPTOP["height"]},
    "phone": {"width": PHONE["width"], "height": PHONE["height"]},
}


@dataclass(frozen=True)
class Screen:
    """A screen: its picture's name, a line about it, the steps from the screen before, and what must then be there."""

    name: str
    says: str
    steps: tuple[Step, ...]
    shows: str
    sizes: tuple[str, ...] = ("laptop", "phone")
    """The steps are taken at the first of these."""


@dataclass(frozen=True)
class Walk:
    """Screens that one visitor, the `who`-th, meets one after another in the study that `plan` makes."""

    name: str
    plan: Callable[[Path], Study]
    screens: tuple[Screen, ...]
    who: int = 0


def visit(walk: Walk, browser: Browser, room: Path) -> Iterator[tuple[Screen, str, Visitor]]:
    """Each screen of the walk at each of its sizes, ready to be looked at."""
    study = walk.plan(room / walk.name.replace(" ", "_"))
    served = Served(study.folder, is_warm=True)
    context = browser.new_context(viewport=SIZES["laptop"], reduced_motion="reduce")
    context.set_default_timeout(20_000)
    visitor = Visitor(context.new_page(), served, study, walk.who)
    served.start()
    try:
        for screen in walk.screens:
            visitor.page.set_viewport_size(SIZES[screen.sizes[0]])
            for step in screen.steps:
                step(visitor)
            for size in screen.sizes:
                visitor.page.set_viewport_size(SIZES[size])
                visitor.page.mouse.move(0, 0)
                expect(visitor.page.locator(screen.shows).first).to_be_visible()
                yield screen, size, visitor
    finally:
        context.close()
        served.stop()


# -- the studies ----------------------------------------------------------------------------------------


def _planned(folder: Path, **changes: Any) -> Study:
    """A small study in which nothing is drawn anew each time: neither codes nor the names that other draws hang on."""
    given: dict[str, Any] = {
        "sitting": {"comprehension_attempts": 2},
        "outcomes": {outcome: {"code": f"DEMO{i:02}"} for i, outcome in enumerate(ENDINGS, start=1)},
    }
    study = make_study(folder, **(given | changes))
    known = {f"link-of-visitor-{i}": f"k7m2x4p{i}" for i in range(2, 5)}
    at = SystemClock().now()
    with Store.open(folder / "study.db") as store, store.write() as record:
        record.invite(known, at)
        record.append(STUDY_STREAM, [ParticipantsInvited(len(known))], at)
    return replace(study, tokens=tuple(known), participants=tuple(known.values()))


def _tasks(**tasks: dict[str, float]) -> Callable[[Path], Study]:
    return partial(_planned, tasks=tasks)


_PAID = {"scoring_rule": "quadratic", "prize": 0.5, "currency": "USD"}
_FORMULAS = [
    make_question(
        f"test/formulas:{i}",
        text=f"For $n = {n}$, what is $\\frac{{1}}{{n}} + \\sqrt{{n}}$? A calculator costs $5.",
        options=("$2.25$", "$\\frac{9}{4}$ and $x^2$", "-\\frac{1}{4}", "It cannot be told."),
    )
    for i, n in enumerate((4, 9))
]
_SCREENING = """
[[question]]
text = "Do you read English without effort?"
options = ["Yes", "No"]
eligible = [0]

[[question]]
text = "Have you taken part in this study before?"
options = ["No", "Yes"]
eligible = [0]
"""
_NOBODY_THERE = "compatible:demo@http://127.0.0.1:9/v1"
"""The discard port of this machine, which nothing listens to."""


# -- the table ------------------------------------------------------------------------------------------

WALKS = (
    Walk(
        "A whole sitting",
        _planned,
        (
            Screen("consent", "The study's text, and a choice of two.", (ways.open_link,), ".st-key-consent"),
            Screen("instructions", "What to do.", (press_on("consent"),), ".st-key-continue"),
            Screen("check", "Was it understood?", (press_on("continue"),), ".st-key-comprehension_1"),
            Screen(
                "check_again", "What to look at again, and the attempts left.", (ways.fail_check,), ".ov-note"
            ),
            Screen("begin", "The last page before a place is taken.", (ways.pass_check,), ".st-key-begin"),
            Screen("part", "What comes next. Nothing is timed here.", (press_on("begin"),), ".ov-progress"),
            Screen("question", "A story, with the assistant.", (press_on("continue"),), ".st-key-submit_1"),
            Screen("reminder", "Nothing was marked yet.", (ways.submit_unmarked(1),), ".ov-reminder"),
            Screen(
                "asked", "The assistant has answered.", (ways.ask(1), ways.mark_some(1)), ".st-key-submit_1"
            ),
            Screen(
                "searched",
                "Each hit is marked, and all are counted.",
                (ways.search(1),),
                ".ov-hits",
                ("laptop",),
            ),
            Screen(
                "pane_passage",
                "On a phone the passage is a pane of its own.",
                (ways.show_pane("passage"), ways.search(1)),
                ".ov-passage",
                ("phone",),
            ),
            Screen(
                "pane_assistant",
                "And so is the assistant.",
                (ways.show_pane("chat"),),
                ".st-key-chat_log_1",
                ("phone",),
            ),
            Screen(
                "leave",
                "Leaving ends the study, so it is asked once.",
                (ways.show_pane("question"), ways.ask_to_leave),
                ".st-key-withdraw",
                ("phone", "laptop"),
            ),
            Screen(
                "question_alone",
                "A story, without the assistant.",
                (ways.stay, ways.answer(1), press_on("continue")),
                ".st-key-submit_2",
            ),
            Screen(
                "survey",
                "Questions about help from outside.",
                (ways.answer(2),),
                ".st-key-survey_help_assistant",
            ),
            Screen("debrief", "What the study was about.", (press_on("continue"),), ".st-key-continue"),
            Screen("end", "The code to hand in.", (press_on("continue"),), ".st-key-completion_code"),
        ),
    ),
    Walk(
        "Practice and short questions",
        _tasks(mmlu={"questions_per_condition": 2, "time_limit_s": 180, "practice_per_condition": 1}),
        (
            Screen("practice", "Practice with the assistant.", (ways.seat(),), ".st-key-submit_1"),
            Screen("feedback", "What was right, and why.", (ways.answer_wrongly(1),), ".st-key-next"),
            Screen("part_that_counts", "Practice is over.", (press_on("next"),), ".ov-progress"),
            Screen(
                "pause",
                "A pause between two questions.",
                (press_on("continue"), ways.pause_after_this, ways.answer(2)),
                ".st-key-continue",
            ),
            Screen(
                "short_asked",
                "A question without a passage, and what the assistant said.",
                (press_on("continue"), ways.ask(3), ways.mark_some(3)),
                ".st-key-submit_3",
            ),
            Screen(
                "short_alone", "On one's own.", (ways.answer(3), press_on("continue")), ".st-key-submit_4"
            ),
            Screen("left", "Somebody has left.", (ways.ask_to_leave, press_on("withdraw")), "h1"),
        ),
    ),
    Walk(
        "Reading before the question",
        _tasks(quality={"questions_per_condition": 1, "reading_s": 600, "practice_per_condition": 0}),
        (
            Screen(
                "reading",
                "The passage alone, before any clock.",
                (ways.seat(to=Stage.READING),),
                ".ov-passage",
            ),
        ),
    ),
    Walk(
        "An answer of one's own first",
        partial(
            _planned,
            answer={
                "sequence": "answer_first",
                "belief_after_reply": True,
                "reason": "optional",
                "skip": True,
            },
        ),
        (
            Screen(
                "first", "The own answer, before there is help.", (ways.seat(),), ".st-key-initial_submit_1"
            ),
            Screen("final", "Now the assistant is there.", (ways.commit_first(1),), ".st-key-submit_1"),
            Screen(
                "belief", "After a reply: what is now held to be right.", (ways.ask(1),), ".st-key-submit_1"
            ),
            Screen(
                "pane_belief",
                "On a phone that stands below the reply.",
                (ways.show_pane("chat"),),
                ".st-key-belief_1",
                ("phone",),
            ),
        ),
    ),
    Walk(
        "A percentage for each option",
        partial(_planned, answer=_PAID | {"confidence": "distribution"}),
        (
            Screen("shares", "Nothing is preselected.", (ways.seat(),), ".st-key-submit_1"),
            Screen(
                "shares_entered",
                "What each outcome would pay.",
                (ways.ask(1), ways.enter_percentages(1, 15, 60, 20, 5)),
                ".st-key-submit_1",
            ),
        ),
    ),
    Walk(
        "One percentage",
        partial(_planned, task="mmlu", answer=_PAID | {"confidence": "percent", "reason": "required"}),
        (
            Screen("percent", "An untouched slider is empty.", (ways.seat(),), ".st-key-submit_1"),
            Screen(
                "percent_entered", "What it would pay.", (ways.enter_percentages(1, 70),), ".st-key-submit_1"
            ),
        ),
    ),
    Walk(
        "Around the questions",
        partial(_planned, ready_made="recommended"),
        (
            Screen(
                "example",
                "An example to try.",
                (ways.seat(to=Stage.INSTRUCTIONS), ways.try_example),
                ".ov-said",
            ),
            Screen("pledge", "A promise.", (ways.seat(to=Stage.READY),), ".st-key-pledge"),
            Screen("survey_of_a_study", "A study's own questionnaire.", (ways.seat(to=Stage.SURVEY),), "h1"),
        ),
    ),
    Walk(
        "Screening and breaks",
        partial(
            _planned,
            task="mmlu",
            per_condition=2,
            texts={"screening.toml": _SCREENING},
            sitting={"break_every": 1},
        ),
        (
            Screen(
                "screening",
                "Who may take part.",
                (ways.open_link, press_on("consent")),
                ".st-key-screening_1",
            ),
            Screen(
                "break",
                "A rest that the study foresees.",
                (ways.pass_screening, ways.seat(), ways.answer(1)),
                ".st-key-continue",
            ),
        ),
    ),
    Walk(
        "The assistant out of order",
        partial(
            _planned,
            task="mmlu",
            assistant={"model": _NOBODY_THERE, "on_outage": "void", "outage_failures": 2},
        ),
        (
            Screen(
                "outage",
                "It did not answer.",
                (ways.seat(), ways.ask_in_vain(1)),
                ".st-key-ask_again_1",
                ("laptop",),
            ),
            Screen(
                "pane_outage",
                "On a phone.",
                (ways.show_pane("chat"),),
                ".st-key-ask_again_1",
                ("phone",),
            ),
            Screen(
                "void",
                "The question is left out, and does not count.",
                (ways.ask_again_in_vain(1),),
                ".st-key-continue",
                ("phone", "laptop"),
            ),
        ),
    ),
    *(
        Walk(
            f"Help by {protocol}".replace("_", " "),
            partial(_planned, assistant={"protocol": protocol, "words_per_s": 200, **rules}),
            (
                Screen(
                    protocol, says, (ways.seat(), *steps, ways.hear(n_lines)), ".st-key-submit_1", ("laptop",)
                ),
                Screen(
                    f"pane_{protocol}",
                    "On a phone.",
                    (ways.show_pane("chat"),),
                    ".st-key-chat_log_1",
                    ("phone",),
                ),
            ),
        )
        for protocol, rules, steps, n_lines, says in (
            ("advice", {"advice": "evidence"}, (), 1, "Quotations, and whether they stand in the passage."),
            ("debate", {"rounds": 1, "judge_asks": False}, (), 2, "Two sides."),
            ("critique", {}, (), 2, "An answer, and what may be wrong with it."),
            (
                "cross_examination",
                {},
                (ways.put("Which one?"),),
                4,
                "One question, put three times, and what was answered side by side.",
            ),
        )
    ),
    Walk(
        "In German, with formulas",
        partial(_planned, task="mmlu", language="de", questions=_FORMULAS),
        (
            Screen(
                "german", "The interface in another language.", (ways.seat(to=Stage.READY),), ".st-key-begin"
            ),
            Screen("formulas", "Formulas, set beside the exact text.", (ways.seat(),), ".ov-typeset"),
        ),
    ),
    Walk(
        "Two tabs",
        _planned,
        (
            Screen(
                "taken_over",
                "One goes on in another tab.",
                (ways.seat(), ways.go_on_in_another_tab, ways.learn_of_it_here),
                ".st-key-go_on_here",
            ),
            Screen("took_over", "The other tab is told.", (ways.open_link,), ".st-key-took_over"),
        ),
    ),
    Walk(
        "No place left",
        partial(_planned, sitting={"max_participants": 1}),
        (
            Screen(
                "full",
                "The study is full.",
                (ways.take_the_last_place, ways.open_link, press_on("consent")),
                "h1",
            ),
        ),
        who=1,
    ),
    Walk(
        "No consent",
        _planned,
        (Screen("no_consent", "Somebody did not agree.", (ways.open_link, press_on("refuse")), "h1"),),
        who=1,
    ),
    Walk(
        "The check not passed",
        _planned,
        (
            Screen(
                "check_failed",
                "The last attempt was not right either.",
                (ways.open_link, press_on("consent"), press_on("continue"), ways.fail_check, ways.fail_check),
                "h1",
            ),
        ),
        who=2,
    ),
    Walk(
        "Time and trouble",
        partial(_planned, task="mmlu", limit_s=8),
        (
            Screen("last_seconds", "Ten seconds are left.", (ways.seat(),), "[data-state=last]"),
            Screen(
                "time_out", "The time was over before anything was marked.", (ways.let_time_run_out,), "h1"
            ),
            Screen("connection_lost", "The server is away.", (ways.kill_the_server,), "section[role=dialog]"),
            Screen("trouble", "Something on our side failed.", (ways.spoil_the_record,), ".st-key-trouble"),
            Screen("stranger", "Somebody without a link.", (ways.forget_the_visitor,), ".st-key-sheet h1"),
            Screen("unknown_link", "A link that is not known.", (ways.open_nonsense,), "h1"),
        ),
    ),
)
