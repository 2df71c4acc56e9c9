"""From a sitting to its page: what is on it, in which order, and what is not on it yet."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any, get_args

import pytest

from oversight_app.study import sitting_actions, trial_actions
from oversight_app.study.events import ContextReset, ReplyClosed
from oversight_app.study.letters import ALL_ORDERS, OptionOrder
from oversight_app.study.mark import Mark
from oversight_app.study.page import (
    BeginPage,
    Belief,
    ComprehensionPage,
    ConsentPage,
    DebriefPage,
    EndPage,
    FeedbackPage,
    InstructionsPage,
    Page,
    Pay,
    QuestionPage,
    ReadingPage,
    RestPage,
    ScreeningPage,
    SurveyPage,
)
from oversight_app.study.plan import ComprehensionQuestion, Plan, ScreeningQuestion, WorkedExample
from oversight_app.study.questions import LETTERS, Question
from oversight_app.study.showing import instruction_names, page_of
from oversight_app.study.sitting import Sitting, Stage
from oversight_app.study.survey import HELP_KEYS, SurveyItem
from tests.builders import START, TEXTS, make_design, make_plan, make_questions
from tests.study.walks import BANK, MMLU, NO_PRACTICE, STORIES, Walk, a_mark, walk

PROTOCOLS: dict[str, Any] = {
    "tasks": {"mmlu": {"questions_per_condition": 2}, "quality": STORIES["quality"]},
    "answer": {
        "sequence": "answer_first",
        "confidence": "distribution",
        "scoring_rule": "quadratic",
        "prize": 20,
        "belief_after_reply": True,
        "reason": "optional",
        "skip": True,
    },
    "sitting": {"attention_checks": 2, "limit_s": 7200},
}
"""A design with every protocol that changes a page."""

SCREENING = (ScreeningQuestion(text="English?", options=("No", "Yes"), eligible=(1,)),)
SHARES = (0.1, 0.1, 0.7, 0.1)
"""By original letters, most on C."""


def page(person: Walk, running_text: str = "So far") -> Page:
    replies = person.trial.running_replies if person.sitting.stage is Stage.TRIAL else ()
    texts = {reply.message_id: running_text for reply in replies}
    return page_of(person.sitting, person.plan, person.questions, person.now, texts)


def pages(person: Walk, *, change: Any = None) -> Iterator[tuple[Sitting, Page]]:
    """Every page of one sitting: each question fresh, marked, committed first where asked, and with a chat.

    `change` may replace the trials as they are drawn.
    """

    def seen() -> tuple[Sitting, Page]:
        return person.sitting, page(person)

    yield seen()
    person.agree()
    if person.plan.screening:
        yield seen()
        person.do(sitting_actions.answer_screening(person.sitting, (1,), person.plan))
    yield seen()
    person.do(sitting_actions.read_instructions(person.sitting))
    yield seen()
    person.check(1)
    yield seen()
    person.begin()
    if change is not None:
        drawn = tuple(replace(trial, plan=change(trial.plan)) for trial in person.sitting.trials)
        person.sitting = replace(person.sitting, trials=drawn)
    for _ in person.sitting.trials:
        while person.sitting.stage in (Stage.REST, Stage.FEEDBACK):
            yield seen()
            person.come()
        if person.sitting.stage is Stage.READING:
            person.look()
            yield seen()
            person.wait(60)
        person.look()
        yield seen()
        yield from _answered(person)
    while person.sitting.stage is Stage.FEEDBACK:
        yield seen()
        person.come()
    yield seen()
    person.do(sitting_actions.answer_survey(person.sitting, {}, person.plan))
    yield seen()
    person.do(sitting_actions.debrief(person.sitting))
    yield seen()


def _answered(person: Walk) -> Iterator[tuple[Sitting, Page]]:
    whole = a_mark(person.design, "C")
    person.now += timedelta(seconds=5)
    for _ in ("initial", "final"):
        person.do(trial_actions.save_draft(person.trial, whole, person.design.answer, person.now))
        yield person.sitting, page(person)
        if not person.trial.awaits_initial:
            break
        person.do(trial_actions.commit_initial(person.trial, whole, person.design, person.now))
        yield person.sitting, page(person)
        person.now += timedelta(seconds=5)
    if person.trial.plan.protocol == "chat":
        person.chat("")
        yield person.sitting, page(person)
        (running,) = person.trial.running_replies
        person.do(ReplyClosed(person.trial.plan.n, running.message_id, "A reply", "complete"))
        yield person.sitting, page(person)
        person.do(ContextReset(person.trial.plan.n))
        yield person.sitting, page(person)
    person.do(trial_actions.submit(person.trial, whole, person.design, person.now))


def make_walk(**sections: Any) -> list[tuple[Sitting, Page]]:
    return list(pages(Walk(make_plan(make_design(**sections), BANK))))


def with_protocols(bank: list[Question] = BANK, **changes: Any) -> Walk:
    texts = TEXTS | {"pledge": "I promise."}
    plan = make_plan(make_design(**PROTOCOLS), bank, **({"texts": texts, "screening": SCREENING} | changes))
    return Walk(plan, bank)


def test_the_walk_meets_every_kind_of_page() -> None:
    assert {type(page) for _, page in pages(with_protocols())} == set(get_args(Page))


# -- what is not on a page -----------------------------------------------------------------------------


@pytest.mark.parametrize("protocols", [False, True])
def test_no_page_before_its_time_depends_on_key_stance_or_explanation(protocols: bool) -> None:
    """Two studies that differ in nothing but what is secret look the same until feedback is due."""
    other_bank = [
        replace(q, correct=(q.correct + 1) % 4, explanation="else", distractor=q.correct, arguments=None)
        for q in BANK
    ]
    sections = PROTOCOLS if protocols else {}
    plan = make_plan(make_design(**sections), BANK)

    drawn = [trial.plan for trial in Walk(plan).seat().sitting.trials]

    def other(trial: Any) -> Any:
        def turned(letter: str) -> str:
            return LETTERS[(LETTERS.index(letter) + 1) % 4] if letter else ""

        same = drawn[trial.n - 1]
        return replace(same, stance=turned(same.stance), expected=turned(same.expected))

    here = [page for _, page in pages(Walk(plan))]
    there = [page for _, page in pages(Walk(plan, other_bank), change=other)]

    differing = {type(a) for a, b in zip(here, there, strict=True) if a != b}
    assert differing == {FeedbackPage}


def test_no_page_says_a_key_or_an_explanation_before_feedback() -> None:
    for _, page in pages(with_protocols()):
        if not isinstance(page, FeedbackPage):
            assert "explanation of" not in repr(page)
            assert "Argument " not in repr(page)
            secret = {"correct", "stance", "explanation", "expected", "is_attention_check", "manipulated"}
            assert not secret & {field.name for field in fields(page)}


def test_feedback_is_about_a_closed_trial_only() -> None:
    for sitting, page in make_walk(answer={"feedback": "after_each"}):
        if isinstance(page, FeedbackPage):
            assert sitting.trials[page.n - 1].closed is not None
            assert page.explanation.startswith("explanation of")


def test_an_attention_check_looks_like_any_question_of_its_block() -> None:
    for sitting, page in pages(with_protocols()):
        if isinstance(page, QuestionPage) and sitting.trial.plan.is_attention_check:
            assert (page.chat, page.may_skip, page.pay, page.awaits_initial) == (None, False, None, False)
            limit_s = {"mmlu": 180, "quality": 300}[sitting.trial.plan.task]
            assert (page.total_ms, page.passage) == (limit_s * 1000, ())


def test_nothing_is_preselected() -> None:
    fresh = [
        page
        for sitting, page in make_walk()
        if isinstance(page, QuestionPage) and not sitting.trial.draft.choice
    ]

    assert fresh
    assert all(page.draft_choice is page.draft_confidence is None for page in fresh)


# -- in the trial's own order --------------------------------------------------------------------------------


@pytest.mark.parametrize("letters", ALL_ORDERS)
def test_options_marks_and_keys_are_shown_in_the_trials_own_order(letters: str) -> None:
    person, order = with_protocols(), OptionOrder(letters)
    third = LETTERS.index(order.displayed("C"))
    shares = tuple(SHARES[LETTERS.index(letter)] for letter in letters)
    n_said = 0

    for sitting, page in pages(person, change=lambda trial: replace(trial, option_order=letters)):
        if not isinstance(page, QuestionPage | FeedbackPage):
            continue
        question = person.questions[sitting.trial.plan.question_id]
        assert page.options == tuple(question.options[LETTERS.index(letter)] for letter in letters)
        if isinstance(page, FeedbackPage):
            assert page.choice == third
            assert page.options[page.correct] == question.options[question.correct]
        elif page.draft_choice is not None:
            assert (page.draft_choice, page.draft_probabilities) == (third, shares)
        if isinstance(page, QuestionPage) and page.initial is not None:
            assert page.initial == Belief(third, 0.7, shares)
            n_said += 1
    assert n_said


def test_a_belief_stands_after_its_reply_in_the_trials_own_order() -> None:
    person = with_protocols()
    for _ in pages(person):
        if person.sitting.stage is Stage.TRIAL and person.trial.belief_due:
            break
    before = page(person)
    mark = Mark("C", None, SHARES)
    reply_id = person.trial.belief_due
    person.do(trial_actions.state_belief(person.trial, reply_id, mark, person.design.answer, person.now))
    after = page(person)

    assert isinstance(before, QuestionPage)
    assert isinstance(after, QuestionPage)
    assert before.chat is not None
    assert after.chat is not None
    assert (before.chat.belief_due, before.chat.beliefs) == (reply_id, {})
    order = OptionOrder(person.trial.plan.option_order)
    said = Belief(LETTERS.index(order.displayed("C")), 0.7, order.shown(SHARES))
    assert (after.chat.belief_due, after.chat.beliefs) == ("", {reply_id: said})


def test_no_belief_is_asked_for_where_the_design_has_none() -> None:
    asked = {page.chat.belief_due for _, page in make_walk() if isinstance(page, QuestionPage) and page.chat}

    assert asked == {""}


# -- the assistant --------------------------------------------------------------------------------------


def test_the_assistant_is_there_in_assisted_questions_only_and_forgets_visibly() -> None:
    for sitting, page in make_walk():
        if isinstance(page, QuestionPage):
            is_assisted = sitting.trial.plan.condition == "human_with_model"
            assert (page.chat is not None) == is_assisted
            if page.chat and page.chat.is_writing:
                assert [(line.text, line.is_forgotten) for line in page.chat.lines] == [
                    ("Why?", False),
                    ("So far", False),
                ]
            elif page.chat and page.chat.n_resets:
                assert [line.is_forgotten for line in page.chat.lines] == [True, True]


def test_before_the_own_answer_there_is_no_assistant_on_the_page_and_no_reason_to_give() -> None:
    seen = [page for _, page in pages(with_protocols()) if isinstance(page, QuestionPage)]

    before = [page for page in seen if page.awaits_initial]
    after = [page for page in seen if page.initial is not None]
    assert before
    assert after
    assert {(page.chat, page.reason, page.initial) for page in before} == {(None, "none", None)}
    assert all(page.chat is not None and page.reason == "optional" for page in after)


# -- times ----------------------------------------------------------------------------------------------


def seconds_later(person: Walk, seconds: float) -> QuestionPage:
    now = person.now + timedelta(seconds=seconds)
    found = page_of(person.sitting, person.plan, person.questions, now)
    assert isinstance(found, QuestionPage)
    return found


def test_remaining_time_is_the_servers_and_never_below_nothing() -> None:
    person = walk().seat().show()

    found = [seconds_later(person, seconds) for seconds in (0, 100.5, 1000)]

    assert [(page.remaining_ms, page.total_ms) for page in found] == [
        (180_000, 180_000),
        (79_500, 180_000),
        (0, 180_000),
    ]
    assert found[1].shown_ms == 100_500


def test_the_minimum_time_is_counted_down() -> None:
    person = walk(tasks={"mmlu": NO_PRACTICE["mmlu"] | {"min_time_s": 20}}).seat().show()

    assert [seconds_later(person, seconds).min_ms for seconds in (0, 12.5, 20, 100)] == [20_000, 7_500, 0, 0]


def test_the_reading_page_has_the_passage_and_no_question() -> None:
    person = walk(tasks=STORIES).seat().come()
    person.look()
    person.now += timedelta(seconds=12.5)

    found = page(person)

    assert isinstance(found, ReadingPage)
    assert (found.remaining_ms, found.total_ms, found.n_of_part, found.n_in_part) == (47_500, 60_000, 1, 2)
    assert found.passage_title.startswith("Story")
    assert "ask?" not in repr(found)


def test_what_is_left_of_the_sitting_stands_still_in_a_rest_and_runs_in_a_question() -> None:
    person = walk(tasks=NO_PRACTICE, sitting={"limit_s": 600}).seat()

    def left() -> Any:
        found = page(person)
        return (
            found.sitting_left_s if isinstance(found, RestPage) else seconds_later(person, 0).sitting_left_ms
        )

    found = [left()]
    person.wait(500)
    found.append(left())
    person.show()
    found.append(left())
    person.do(trial_actions.pause_after(person.trial, person.now))
    person.answer()
    found.append(left())

    assert found == [600, 600, 600_000, 595]


def test_without_a_limit_nothing_is_said_of_one() -> None:
    seen = [page for _, page in make_walk()]

    assert {page.sitting_left_ms for page in seen if isinstance(page, QuestionPage)} == {None}
    assert {page.sitting_left_s for page in seen if isinstance(page, RestPage)} == {None}


def test_what_a_question_pays_is_said_with_it() -> None:
    study = [
        page
        for sitting, page in pages(with_protocols())
        if isinstance(page, QuestionPage) and not sitting.trial.plan.is_attention_check
    ]

    assert {page.pay for page in study} == {Pay(PROTOCOLS["answer"]["scoring_rule"], 20, "points")}


@pytest.mark.parametrize("is_right", [True, False])
def test_feedback_says_what_was_earned(is_right: bool) -> None:
    answer = PROTOCOLS["answer"] | {"feedback": "after_each", "sequence": "direct"}
    person = walk(tasks=NO_PRACTICE, answer=answer).seat().show()
    key = person.questions[person.trial.plan.question_id].correct
    person.answer(LETTERS[key] if is_right else LETTERS[key - 1])

    found = page(person)

    assert isinstance(found, FeedbackPage)
    off = (0.3, 0.1, 0.1, 0.1) if is_right else (0.7, 0.9, 0.1, 0.1)  # what was said, less what was so
    assert found.earned == pytest.approx(1 - sum(d * d for d in off) / 2)
    assert found.pay == Pay(answer["scoring_rule"], 20, "points")


# -- before the questions ------------------------------------------------------------------------------------


def test_a_check_shows_hints_after_a_failed_attempt_only() -> None:
    person = walk().come_to_the_check()
    first = page(person)
    person.check(0)

    questions = (("May you look things up?", ("Yes", "No")),)
    assert first == ComprehensionPage(questions, attempt=1, attempts_left=3)
    assert page(person) == ComprehensionPage(questions, 2, 2, hints=("No.",))


def test_a_failed_check_explains_what_was_wrong_and_not_what_was_right() -> None:
    check = (
        ComprehensionQuestion(text="Is it timed?", options=("Yes", "No"), correct=0, explanation="Timed."),
        ComprehensionQuestion(
            text="Is it right?", options=("Yes", "No"), correct=1, explanation="Not always."
        ),
    )
    person = Walk(make_plan(make_design(tasks=MMLU), BANK, comprehension=check)).come_to_the_check()

    person.check(0, 0)

    found = page(person)
    assert isinstance(found, ComprehensionPage)
    assert found.hints == ("Not always.",)


def test_the_screening_page_has_questions_and_not_who_is_eligible() -> None:
    found = [page for _, page in pages(with_protocols()) if isinstance(page, ScreeningPage)]

    assert found == [ScreeningPage((("English?", ("No", "Yes")),))]


def test_the_consent_page_says_what_is_noted() -> None:
    found = page(walk())

    assert isinstance(found, ConsentPage)
    assert "- clipboard is noted" in found.text


def test_the_questionnaire_has_the_studys_own_items() -> None:
    item = SurveyItem(key="age", kind="number", text="How old?")

    (found,) = [page for _, page in pages(with_protocols(survey=(item,))) if isinstance(page, SurveyPage)]

    assert found == SurveyPage((item,))
    assert not {item.key} & set(HELP_KEYS)


def test_instructions_say_what_participants_are_told_of_the_assistant() -> None:
    (found,) = [page for _, page in make_walk() if isinstance(page, InstructionsPage)]

    assert found.parts == ("# Instructions\n\nThe assistant is sometimes wrong.", "# The assistant")


def test_an_example_can_be_tried_in_the_instructions() -> None:
    example = WorkedExample(text="Capital of Peru?", options=("Lima", "Quito"), correct=0)

    (found,) = [
        page for _, page in pages(with_protocols(example=example)) if isinstance(page, InstructionsPage)
    ]

    assert found.example == example


def test_instructions_are_about_what_the_design_has() -> None:
    names = (
        *("instructions", "instructions_mmlu", "instructions_quality", "instructions_human_with_model"),
        *("instructions_answer_first", "instructions_distribution", "instructions_confidence"),
        *("instructions_pay", "instructions_lottery", "instructions_practice"),
    )
    texts = dict.fromkeys(names, "")

    def shown(**sections: Any) -> tuple[str, ...]:
        found = instruction_names(make_plan(make_design(**sections), BANK, texts=texts))
        return tuple(name.removeprefix("instructions").strip("_") for name in found)

    assert shown() == ("", "mmlu", "quality", "human_with_model", "confidence", "practice")
    bare = {"answer": {"confidence": "none"}, "tasks": NO_PRACTICE}
    assert shown(**bare) == ("", "mmlu", "human_with_model")
    assert shown(**PROTOCOLS) == (
        *("", "mmlu", "quality", "human_with_model", "answer_first", "distribution", "pay", "practice"),
    )
    drawn = PROTOCOLS | {"answer": PROTOCOLS["answer"] | {"binarised": True}}
    assert "lottery" in shown(**drawn)
    assert "pay" not in shown(**drawn), "nobody is promised an amount"


@pytest.mark.parametrize("sequence", ["direct", "answer_first"])
def test_who_never_meets_the_assistant_reads_nothing_of_it_and_who_does_reads_it_at_the_right_time(
    sequence: str,
) -> None:
    """In a design between people it is decided at Begin, after the instructions."""
    texts = TEXTS | {"instructions_answer_first": "# First you"}
    design = make_design(tasks=MMLU, conditions={"allocation": "between"}, answer={"sequence": sequence})
    plan = make_plan(design, BANK, texts=texts)
    briefed = {}
    for i, cell in enumerate(plan.cells):
        person = Walk(plan).agree()
        assert "assistant" not in repr(page(person)).replace("The assistant is sometimes wrong", "")
        person.do(sitting_actions.read_instructions(person.sitting))
        person.check(1)
        person.begin(i)
        rests = []
        while person.sitting.stage is not Stage.SURVEY:
            if person.sitting.stage is Stage.REST:
                rests.append(page(person))
            person.show()
            person.answer()
            if person.sitting.stage is Stage.FEEDBACK:
                person.do(sitting_actions.read_feedback(person.sitting, person.trial.plan.n))
        assert len(rests) == 2
        briefed[cell.conditions] = [rest.briefing for rest in rests if isinstance(rest, RestPage)]

    said = ("# The assistant", *(["# First you"] if sequence == "answer_first" else []))
    assert briefed == {("human_alone",): [(), ()], ("human_with_model",): [said, ()]}


def test_where_everybody_meets_the_assistant_the_instructions_say_so_and_no_rest_does() -> None:
    seen = [page for _, page in make_walk()]

    assert {page.briefing for page in seen if isinstance(page, RestPage)} == {()}
    assert [page for page in seen if isinstance(page, InstructionsPage) and "# The assistant" in page.parts]


# -- rests ------------------------------------------------------------------------------------------------


def test_a_rest_says_what_comes_and_why() -> None:
    rests = [page for _, page in make_walk() if isinstance(page, RestPage)]

    assert {(page.reason, page.is_block_start) for page in rests} == {("", True)}
    assert [page.n_answered for page in rests] == sorted(page.n_answered for page in rests)
    assert rests[-1].n_total == 6


def test_a_rest_tells_of_a_passage_of_reading_and_of_feedback_to_come() -> None:
    tasks = {"quality": {"questions_per_condition": 1, "reading_s": 60}} | MMLU
    rests = [page for _, page in make_walk(tasks=tasks) if isinstance(page, RestPage)]

    assert all(page.has_passage == (page.task == "quality") for page in rests)
    assert all(page.reading_s == (60 if page.has_passage else 0) for page in rests)
    assert all(page.shows_feedback == page.is_practice for page in rests)


def test_a_rest_says_where_an_own_answer_comes_first() -> None:
    rests = [page for _, page in pages(with_protocols()) if isinstance(page, RestPage)]

    assert {page.is_answer_first for page in rests if page.condition == "human_alone"} == {False}
    assert {page.is_answer_first for page in rests if page.condition == "human_with_model"} == {True}


def test_a_foreseen_rest_is_called_a_break() -> None:
    person = walk(tasks=NO_PRACTICE, sitting={"break_every": 1}).seat().show()
    person.answer()

    found = page(person)

    assert isinstance(found, RestPage)
    assert (found.reason, found.is_block_start) == ("break", False)


@pytest.mark.parametrize("status", ["timed_out", "timed_out_no_answer", "void"])
def test_a_time_out_at_the_end_of_a_block_is_said_too(status: str) -> None:
    person = walk(answer={"feedback": "none"}).seat().show()
    if status == "timed_out":
        person.draft("C")
    (person.sleep if status == "void" else person.wait)(200)

    found = page(person)

    assert isinstance(found, RestPage)
    assert (found.reason, found.is_block_start) == (status.replace("timed", "time"), True)


# -- the beginning and the end -------------------------------------------------------------------------------


def test_the_begin_page_counts_questions_and_minutes() -> None:
    (found,) = [page for _, page in make_walk() if isinstance(page, BeginPage)]

    assert found == BeginPage(n_questions=10, minutes=round((6 * 180 + 4 * 300) / 60))


def test_a_promise_to_make_stands_on_the_begin_page() -> None:
    (found,) = [page for _, page in pages(with_protocols()) if isinstance(page, BeginPage)]

    assert found.pledge == "I promise."


@pytest.mark.parametrize("outcome", ["completed", "screened_out", "study_full", "withdrew", "timed_out"])
def test_every_ending_has_its_own_code_and_address(outcome: str) -> None:
    design = make_design(sitting={"completion_url": "https://example.org/?cc={code}"})
    plan: Plan = make_plan(design)
    sitting = Sitting("p1", stage=Stage.ENDED, outcome=outcome)

    found = page_of(sitting, plan, {}, START)

    code = "CODE123" if outcome == "completed" else f"{outcome.upper()}-CODE"
    assert found == EndPage(outcome, code, f"https://example.org/?cc={code}")


def test_the_debrief_comes_last_but_one() -> None:
    assert [type(page) for _, page in make_walk()[-3:]] == [SurveyPage, DebriefPage, EndPage]


def test_questions_of_a_bank_without_attention_checks_are_never_checks() -> None:
    plan = make_plan(make_design(), make_questions())

    assert plan.attention == ()
