from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any, get_args

import pytest

from oversight_app.errors import Refusal
from oversight_app.study import sitting as verbs
from oversight_app.study import trial as trial_verbs
from oversight_app.study.assignment import trials_for
from oversight_app.study.design import ConfidenceScale
from oversight_app.study.events import ContextReset, Event, MessageSent, ReplyBegun, ReplyClosed
from oversight_app.study.letters import ALL_ORDERS, OptionOrder
from oversight_app.study.page import (
    BeginPage,
    ComprehensionPage,
    DebriefPage,
    EndPage,
    FeedbackPage,
    InstructionsPage,
    Page,
    QuestionPage,
    RestPage,
    instruction_names,
    page_of,
)
from oversight_app.study.plan import ComprehensionQuestion, Plan
from oversight_app.study.questions import LETTERS, Question
from oversight_app.study.sitting import Sitting, Stage, apply
from oversight_app.study.trial_plan import TrialPlan
from tests.builders import START, make_design, make_plan, make_questions

SCALE = ConfidenceScale.FIVE_POINTS


def pages(plan: Plan, bank: list[Question], trials: tuple[TrialPlan, ...]) -> Iterator[tuple[Sitting, Page]]:
    """Every page of one sitting, each question once fresh, once with a draft and once with a chat."""
    by_id = {question.question_id: question for question in bank}
    sitting = Sitting("p1")

    def do(*events: Event) -> None:
        nonlocal sitting
        for event in events:
            sitting = apply(sitting, event, START, plan.design)

    def page() -> tuple[Sitting, Page]:
        return sitting, page_of(sitting, plan, by_id, START, "So far")

    yield page()
    do(*verbs.consent(sitting, "hash", agreed=True))
    yield page()
    do(*verbs.read_instructions(sitting))
    yield page()
    do(*verbs.answer_comprehension(sitting, (1,), plan, START))
    yield page()
    do(*verbs.begin(sitting, plan.cells[0], 0, by_lot=False, trials=trials))
    while sitting.stage is not Stage.DEBRIEF:
        yield page()
        match sitting.stage:
            case Stage.REST:
                do(*verbs.ask_next(sitting))
            case Stage.FEEDBACK:
                do(*verbs.read_feedback(sitting, sitting.trial.plan.n))
            case _:
                n, reply_id = sitting.trial.plan.n, f"r{sitting.trial.plan.n}"
                do(trial_verbs.show(sitting.trial, START))
                yield page()
                draft = trial_verbs.save_draft(sitting.trial, "C", None, SCALE, START)
                assert draft is not None
                do(draft)
                if sitting.trial.plan.protocol == "chat":
                    do(MessageSent(n, f"m{n}", "Why?", 1), ReplyBegun(n, reply_id, 1, "s", "m", "0", ()))
                    yield page()
                    do(ReplyClosed(n, reply_id, "A reply", "complete"), ContextReset(n))
                yield page()
                do(trial_verbs.submit(sitting.trial, "C", 0.6, SCALE, START))
    yield page()
    do(*verbs.debrief(sitting, external_help=None))
    yield page()


def make_walk(bank: list[Question] | None = None, plan: Plan | None = None) -> list[tuple[Sitting, Page]]:
    bank = bank or make_questions()
    plan = plan or make_plan(make_design(answer={"feedback": "practice_only"}), bank)
    by_id = {question.question_id: question for question in bank}
    trials = trials_for(plan, by_id, plan.cells[0], "p1", arrival=0, turn=0)
    return list(pages(plan, bank, trials))


def test_the_walk_meets_every_kind_of_page() -> None:
    kinds = {type(page) for _, page in make_walk()}

    assert kinds == set(get_args(Page))


def test_no_page_before_its_time_depends_on_key_stance_or_explanation() -> None:
    """Two studies that differ in nothing but what is secret look the same until feedback is due."""
    bank = make_questions()
    plan = make_plan(make_design(), bank)
    by_id = {question.question_id: question for question in bank}
    trials = trials_for(plan, by_id, plan.cells[0], "p1", arrival=0, turn=0)
    other_bank = [
        replace(q, correct=(q.correct + 1) % 4, explanation="else", distractor=q.correct, arguments=None)
        for q in bank
    ]
    other_trials = tuple(
        replace(t, stance=LETTERS[(LETTERS.index(t.stance) + 1) % 4] if t.stance else "") for t in trials
    )

    here = [page for _, page in pages(plan, bank, trials)]
    there = [page for _, page in pages(plan, other_bank, other_trials)]

    differing = {type(a) for a, b in zip(here, there, strict=True) if a != b}
    assert differing == {FeedbackPage}


def test_no_page_says_a_key_or_an_explanation_before_feedback() -> None:
    for _, page in make_walk():
        if not isinstance(page, FeedbackPage):
            assert "explanation of" not in repr(page)
            assert "Argument " not in repr(page)
            assert not {"correct", "stance", "explanation"} & {field.name for field in fields(page)}


def test_feedback_is_about_a_closed_trial_only() -> None:
    for sitting, page in make_walk():
        if isinstance(page, FeedbackPage):
            assert sitting.trials[page.n - 1].closed is not None
            assert page.explanation.startswith("explanation of")


@pytest.mark.parametrize("letters", ALL_ORDERS)
def test_options_drafts_and_keys_are_shown_in_the_trials_own_order(letters: str) -> None:
    bank = make_questions()
    plan = make_plan(make_design(), bank)
    by_id = {question.question_id: question for question in bank}
    drawn = trials_for(plan, by_id, plan.cells[0], "p1", arrival=0, turn=0)
    trials = tuple(replace(trial, option_order=letters) for trial in drawn)
    order = OptionOrder(letters)

    for sitting, page in pages(plan, bank, trials):
        if isinstance(page, QuestionPage | FeedbackPage):
            question = by_id[sitting.trial.plan.question_id]
            assert page.options == tuple(question.options[LETTERS.index(letter)] for letter in letters)
            if isinstance(page, FeedbackPage):
                assert page.choice == LETTERS.index(order.displayed("C"))
                assert page.options[page.correct] == question.options[question.correct]
            elif page.draft_choice is not None:
                assert page.options[page.draft_choice] == question.options[2]


def test_nothing_is_preselected() -> None:
    fresh = [page for _, page in make_walk() if isinstance(page, QuestionPage) and page.draft_choice is None]

    assert fresh
    assert all(page.draft_confidence is None for page in fresh)


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
            elif page.chat and page.chat.lines:
                assert [line.is_forgotten for line in page.chat.lines] == [True, True]
                assert page.chat.n_resets == 1


def test_remaining_time_is_the_servers_and_never_below_nothing() -> None:
    bank = make_questions()
    plan = make_plan(make_design(), bank)
    by_id = {question.question_id: question for question in bank}
    sitting = next(s for s, p in make_walk(bank, plan) if isinstance(p, QuestionPage) and s.trial.shown_at)

    def remaining(seconds: float) -> Any:
        page = page_of(sitting, plan, by_id, START + timedelta(seconds=seconds))
        assert isinstance(page, QuestionPage)
        return page.remaining_ms, page.total_ms

    assert [remaining(s) for s in (0, 100.5, 1000)] == [(180_000,) * 2, (79_500, 180_000), (0, 180_000)]


def test_a_check_shows_hints_after_a_failed_attempt_only() -> None:
    plan = make_plan()
    sitting = apply(Sitting("p1"), verbs.consent(Sitting("p1"), "h", agreed=True)[0], START, plan.design)
    first = apply(sitting, verbs.read_instructions(sitting)[0], START, plan.design)
    second = apply(first, verbs.answer_comprehension(first, (0,), plan, START)[0], START, plan.design)

    found = [page_of(s, plan, {}, START) for s in (first, second)]

    assert found == [
        ComprehensionPage((("May you look things up?", ("Yes", "No")),), attempt=1, attempts_left=3),
        ComprehensionPage((("May you look things up?", ("Yes", "No")),), 2, 2, hints=("No.",)),
    ]


def test_a_failed_check_explains_what_was_wrong_and_not_what_was_right() -> None:
    check = (
        ComprehensionQuestion(text="Is it timed?", options=("Yes", "No"), correct=0, explanation="Timed."),
        ComprehensionQuestion(
            text="Is it right?", options=("Yes", "No"), correct=1, explanation="Not always."
        ),
    )
    plan = make_plan(comprehension=check)
    sitting = apply(Sitting("p1"), verbs.consent(Sitting("p1"), "h", agreed=True)[0], START, plan.design)
    sitting = apply(sitting, verbs.read_instructions(sitting)[0], START, plan.design)

    tried = apply(sitting, verbs.answer_comprehension(sitting, (0, 0), plan, START)[0], START, plan.design)

    page = page_of(tried, plan, {}, START)
    assert isinstance(page, ComprehensionPage)
    assert page.hints == ("Not always.",)


def test_instructions_say_what_participants_are_told_of_the_assistant() -> None:
    (page,) = [page for _, page in make_walk() if isinstance(page, InstructionsPage)]

    assert page.parts == ("# Instructions\n\nThe assistant is sometimes wrong.", "# The assistant")


def test_the_begin_page_counts_questions_and_minutes() -> None:
    (page,) = [page for _, page in make_walk() if isinstance(page, BeginPage)]

    assert page == BeginPage(n_questions=10, minutes=round((6 * 180 + 4 * 300) / 60))


def test_a_rest_says_what_comes_and_why() -> None:
    rests = [page for _, page in make_walk() if isinstance(page, RestPage)]

    assert {(page.reason, page.is_block_start) for page in rests} == {("", True)}
    assert [page.n_answered for page in rests] == sorted(page.n_answered for page in rests)
    assert rests[-1].n_total == 6


def test_a_rest_tells_of_a_passage_and_of_feedback_to_come() -> None:
    rests = [page for _, page in make_walk() if isinstance(page, RestPage)]

    assert all(page.has_passage == (page.task == "quality") for page in rests)
    assert all(page.shows_feedback == page.is_practice for page in rests)


def test_instructions_are_about_what_the_design_has() -> None:
    names = ("instructions", "instructions_mmlu", "instructions_confidence", "instructions_practice")
    texts = dict.fromkeys(names, "")
    bare = make_design(
        answer={"confidence": "none"},
        tasks={"mmlu": {"questions_per_condition": 2, "practice_per_condition": 0}},
    )

    assert instruction_names(make_plan(texts=texts)) == names
    assert instruction_names(make_plan(bare, texts=texts)) == ("instructions", "instructions_mmlu")


@pytest.mark.parametrize("status", ["timed_out", "timed_out_no_answer"])
def test_a_time_out_at_the_end_of_a_block_is_said_too(status: str) -> None:
    bank = make_questions()
    plan = make_plan(make_design(answer={"feedback": "none"}), bank)
    sitting = next(s for s, page in make_walk(bank, plan) if isinstance(page, RestPage) and s.current > 0)
    last = sitting.trials[sitting.current - 1]
    assert last.closed is not None
    timed_out = replace(last, closed=replace(last.closed, status=status))
    trials = tuple(timed_out if trial is last else trial for trial in sitting.trials)

    page = page_of(replace(sitting, trials=trials), plan, {q.question_id: q for q in bank}, START)

    assert isinstance(page, RestPage)
    assert (page.reason, page.is_block_start) == (status.replace("timed", "time"), True)


def test_the_code_is_for_those_who_came_to_the_end() -> None:
    url = {"completion_url": "https://example.org/?cc={code}"}
    plan = make_plan(make_design(sitting=url))
    done, gone = (Sitting("p1", stage=Stage.ENDED, outcome=o) for o in ("completed", "withdrew"))

    assert page_of(done, plan, {}, START) == EndPage(
        "completed", "CODE123", "https://example.org/?cc=CODE123"
    )
    assert page_of(gone, plan, {}, START) == EndPage("withdrew", "", "")


def test_there_is_no_page_beyond_the_last_question() -> None:
    assert isinstance(make_walk()[-2][1], DebriefPage)
    sitting = make_walk()[-2][0]
    with pytest.raises(Refusal):
        verbs.ask_next(sitting)
