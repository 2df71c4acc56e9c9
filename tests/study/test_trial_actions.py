"""What a participant can do in a question, and when it counts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from oversight_app.errors import Refusal, Reminder
from oversight_app.study.design import AssistantDesign, ConfidenceScale, Design
from oversight_app.study.events import BeliefStated, ContextReset, Event, ReplyBegun, ReplyClosed, TrialClosed
from oversight_app.study.mark import Mark
from oversight_app.study.trial import Trial, apply_to_trial
from oversight_app.study.trial_actions import (
    MAX_MESSAGE_CHARACTERS,
    abandon,
    close_due,
    commit_initial,
    pause_after,
    reset_context,
    save_draft,
    send,
    show,
    show_passage,
    skip,
    state_belief,
    submit,
    void,
)
from oversight_app.study.trial_plan import TrialPlan
from tests.builders import START, make_design

FIVE = ConfidenceScale.FIVE_POINTS
DISTRIBUTION = ConfidenceScale.DISTRIBUTION
DESIGN = make_design()
SURE_OF_B = (0.1, 0.7, 0.1, 0.1)


def make_trial(limit_s: float | None = 60, **plan: Any) -> Trial:
    values: dict[str, Any] = {
        "trial_id": "p1-001",
        "n": 1,
        "block": 1,
        "position": 1,
        "position_in_block": 1,
        "passage_exposure": None,
        "task": "mmlu",
        "question_id": "q1",
        "condition": "human_with_model",
        "protocol": "chat",
        "assistant_mode": "assigned",
        "form": "A",
        "option_order": "CADB",
        "time_limit_s": limit_s,
        "stance": "B",
    }
    return Trial(TrialPlan(**(values | plan)))


def answering(**section: Any) -> Design:
    """A design with this [answer]."""
    return make_design(answer=section)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def after(trial: Trial, event: Event | None, seconds: float = 1) -> Trial:
    assert event is not None
    return apply_to_trial(trial, event, at(seconds))


def shown(limit_s: float | None = 60, **plan: Any) -> Trial:
    trial = make_trial(limit_s, **plan)
    return after(trial, show(trial, at(0)), 0)


def draft(trial: Trial, mark: Mark, design: Design = DESIGN, seconds: float = 1) -> Any:
    return save_draft(trial, mark, design.answer, at(seconds))


def with_draft(trial: Trial, choice: str, confidence: float | None = None) -> Trial:
    return after(trial, draft(trial, Mark(choice, confidence)))


def with_reply(trial: Trial, status: str = "", text: str = "Because.") -> Trial:
    trial = after(trial, send(trial, "m1", "Why?", at(1), AssistantDesign()))
    trial = after(trial, ReplyBegun(1, "r1", trial.context, "scripted", "demo", "0", ("m1",)))
    return after(trial, ReplyClosed(1, "r1", text, status)) if status else trial


def hand_in(trial: Trial, mark: Mark, seconds: float = 5, design: Design = DESIGN, **how: Any) -> TrialClosed:
    return submit(trial, mark, design, at(seconds), **how)


# -- the clock -----------------------------------------------------------------------------------------


def test_the_deadline_is_the_first_showing_plus_the_limit() -> None:
    trial = shown(90)

    assert (trial.shown_at, trial.deadline_at) == (at(0), at(90))
    with pytest.raises(Refusal):
        show(trial, at(5))


def test_an_untimed_trial_has_no_deadline() -> None:
    trial = shown(None)

    assert trial.deadline_at is None
    assert close_due(trial, at(10**6), FIVE, was_up=True) is None


@pytest.mark.parametrize(("limit_s", "deadline"), [(60, 40), (30, 30), (None, 40)])
def test_a_question_ends_at_the_latest_with_the_sitting(limit_s: float | None, deadline: float) -> None:
    assert show(make_trial(limit_s), at(0), at_latest=at(40)).deadline_at == at(deadline)


def test_a_reading_phase_ends_at_the_latest_with_the_sitting() -> None:
    trial = make_trial(reading_s=60)

    assert show_passage(trial, at(0)).until == at(60)
    assert show_passage(trial, at(0), at_latest=at(20)).until == at(20)


def test_a_passage_is_shown_alone_once() -> None:
    trial = after(make_trial(reading_s=60), show_passage(make_trial(reading_s=60), at(0)), 0)

    with pytest.raises(Refusal):
        show_passage(trial, at(5))


@pytest.mark.parametrize("late_s", [60, 60.001, 10**6])
def test_late_input_changes_nothing(late_s: float) -> None:
    design = answering(sequence="answer_first", belief_after_reply=True, skip=True)
    trial, first = with_draft(shown(60), "A", 0.6), shown(60, is_answer_first=True)
    late = at(late_s)

    acts: tuple[Callable[[], object], ...] = (
        lambda: draft(trial, Mark("B", 0.8), seconds=late_s),
        lambda: hand_in(trial, Mark("B", 0.8), late_s),
        lambda: skip(trial, design, late),
        lambda: commit_initial(first, Mark("B", 0.8), design, late),
        lambda: state_belief(with_reply(trial, "complete"), "r1", Mark("B", 0.8), design.answer, late),
        lambda: send(trial, "m1", "Why?", late, AssistantDesign()),
        lambda: reset_context(trial, late),
        lambda: pause_after(trial, late),
    )
    for act in acts:
        with pytest.raises(Refusal):
            act()


@pytest.mark.parametrize("noticed_s", [60, 61, 10**6])
def test_at_the_deadline_the_draft_becomes_the_answer_however_late_that_is_noticed(noticed_s: float) -> None:
    trial = with_draft(shown(60), "C", 0.8)

    closed = close_due(trial, at(noticed_s), FIVE, was_up=True)

    assert closed == TrialClosed(1, "timed_out", "C", 0.8, at(60))


def test_before_the_deadline_nothing_is_closed() -> None:
    assert close_due(shown(60), at(59.999), FIVE, was_up=True) is None


def test_without_a_draft_a_timed_out_trial_has_no_answer_and_no_confidence() -> None:
    closed = close_due(shown(60), at(60), FIVE, was_up=True)

    assert closed == TrialClosed(1, "timed_out_no_answer", "", None, at(60))


def test_a_confidence_that_nobody_touched_stays_missing() -> None:
    chosen = close_due(with_draft(shown(60), "C"), at(60), FIVE, was_up=True)
    only_sure = close_due(with_draft(shown(60), "", 0.8), at(60), FIVE, was_up=True)

    assert chosen is not None
    assert (chosen.choice, chosen.confidence, chosen.status) == ("C", None, "timed_out")
    assert only_sure is not None
    assert (only_sure.choice, only_sure.confidence, only_sure.status) == ("", 0.8, "timed_out_no_answer")


@pytest.mark.parametrize(
    ("entered", "confidence", "kept"),
    [
        (SURE_OF_B, 0.7, SURE_OF_B),
        ((0.1, 0.7, 0.1, None), None, ()),
        ((0.1, 0.7, 0.1, 0.2), None, ()),
        ((), None, ()),
    ],
)
def test_a_distribution_that_does_not_add_up_by_the_deadline_leaves_the_confidence_empty(
    entered: tuple[float | None, ...], confidence: float | None, kept: tuple[float, ...]
) -> None:
    design = answering(confidence="distribution")
    trial = after(shown(60), draft(shown(60), Mark("B", None, entered), design))

    closed = close_due(trial, at(60), DISTRIBUTION, was_up=True)

    assert closed is not None
    assert (closed.status, closed.choice) == ("timed_out", "B")
    assert (closed.confidence, closed.probabilities) == (confidence, kept)
    assert closed.p_source == ("elicited" if kept else "")


def test_a_deadline_while_the_server_was_down_makes_the_trial_void() -> None:
    closed = close_due(with_draft(shown(60), "C", 0.8), at(300), FIVE, was_up=False)

    assert closed is not None
    assert (closed.status, closed.closed_at) == ("void", at(60))


def test_a_closed_trial_is_not_closed_again() -> None:
    trial = after(shown(60), hand_in(shown(60), Mark("A", 0.6)))

    assert close_due(trial, at(100), FIVE, was_up=True) is None
    with pytest.raises(Refusal):
        hand_in(trial, Mark("B", 0.6), 6)


def test_an_abandoned_trial_keeps_its_draft_and_a_trial_without_a_server_is_void() -> None:
    trial = with_draft(shown(None), "D", 0.42)

    assert abandon(trial, at(90), FIVE) == TrialClosed(1, "abandoned", "D", 0.42, at(90))
    assert abandon(trial, at(90), FIVE, was_up=False).status == "void"
    assert void(trial, at(90), FIVE).status == "void"


# -- answers -----------------------------------------------------------------------------------------


def test_a_submit_needs_a_choice_and_a_confidence() -> None:
    for mark, key in ((Mark("", 0.6), "choose_answer"), (Mark("A"), "mark_confidence")):
        with pytest.raises(Reminder) as reminded:
            hand_in(shown(), mark)
        assert reminded.value.key == key

    assert hand_in(shown(), Mark("A"), design=answering(confidence="none")).confidence is None


def test_a_distribution_is_handed_in_when_it_adds_up_and_the_confidence_is_the_one_on_the_choice() -> None:
    design = answering(confidence="distribution")

    with pytest.raises(Reminder) as reminded:
        hand_in(shown(), Mark("B", None, (0.1, 0.7, 0.1, None)), design=design)
    closed = hand_in(shown(), Mark("A", None, SURE_OF_B), design=design)

    assert (reminded.value.key, reminded.value.values) == ("distribution_sum", {"percent": 90})
    assert (closed.choice, closed.confidence, closed.probabilities) == ("A", 0.1, SURE_OF_B)


def test_a_reason_is_asked_for_where_the_design_needs_one_and_kept_where_it_has_one() -> None:
    mark = Mark("A", 0.6, reason="I just know.")

    with pytest.raises(Reminder) as reminded:
        hand_in(shown(), Mark("A", 0.6, reason="  "), design=answering(reason="required"))

    assert reminded.value.key == "give_reason"
    assert hand_in(shown(), mark, design=answering(reason="required")).reason == "I just know."
    assert hand_in(shown(), mark, design=answering(reason="optional")).reason == "I just know."
    assert hand_in(shown(), mark).reason == ""


def test_a_submit_right_after_opening_is_half_a_double_click() -> None:
    with pytest.raises(Refusal) as refused:
        hand_in(shown(), Mark("A", 0.6), 0.3)

    assert not isinstance(refused.value, Reminder)
    assert hand_in(shown(), Mark("A", 0.6), 0.7).status == "answered"


def test_an_answer_is_taken_only_after_the_minimum_time() -> None:
    trial = shown(60, min_time_s=20)

    with pytest.raises(Reminder) as reminded:
        hand_in(trial, Mark("A", 0.6), 17.2)

    assert (reminded.value.key, reminded.value.values) == ("min_time", {"n": 3})
    assert hand_in(trial, Mark("A", 0.6), 20).status == "answered"
    assert draft(trial, Mark("A", 0.6)) is not None


def test_a_question_is_skipped_only_where_the_design_allows_it() -> None:
    trial = with_draft(shown(), "A", 0.6)

    with pytest.raises(Refusal):
        skip(trial, DESIGN, at(5))
    closed = skip(trial, answering(skip=True), at(5))

    assert (closed.status, closed.choice, closed.confidence) == ("skipped", "", None)


def test_an_attention_check_cannot_be_skipped() -> None:
    with pytest.raises(Refusal):
        skip(shown(is_attention_check=True, expected="B"), answering(skip=True), at(5))


def test_the_second_half_of_a_double_click_skips_nothing() -> None:
    with pytest.raises(Refusal):
        skip(shown(), answering(skip=True), at(0.2))


def test_a_draft_that_says_nothing_new_is_no_event() -> None:
    trial = with_draft(shown(), "A", 0.6)

    assert draft(trial, Mark("A", 0.6)) is None
    assert draft(trial, Mark()) is not None


@pytest.mark.parametrize("forged", ["3", -1, float("inf"), float("nan"), True, None])
def test_a_browser_time_that_is_no_length_of_time_is_missing(forged: Any) -> None:
    closed = hand_in(shown(), Mark("A", 0.6), browser_response_time_s=forged)

    assert closed.browser_response_time_s is None
    assert hand_in(shown(), Mark("A", 0.6), browser_response_time_s=4).browser_response_time_s == 4.0


# -- an answer of one's own first ----------------------------------------------------------------------


FIRST = answering(sequence="answer_first")


def answer_first() -> Trial:
    return shown(60, is_answer_first=True)


def committed(choice: str = "C") -> Trial:
    trial = answer_first()
    return after(trial, commit_initial(trial, Mark(choice, 0.6), FIRST, at(5)), 5)


def test_before_the_own_answer_there_is_no_assistant_and_no_final_answer() -> None:
    for act in (
        lambda: send(answer_first(), "m1", "Why?", at(5), AssistantDesign()),
        lambda: hand_in(answer_first(), Mark("A", 0.6), design=FIRST),
    ):
        with pytest.raises(Refusal):
            act()

    assert send(committed(), "m1", "Why?", at(6), AssistantDesign()).text == "Why?"
    assert hand_in(committed(), Mark("A", 0.6), 6, FIRST).choice == "A"


def test_the_own_answer_is_as_whole_as_the_final_one_and_asks_for_no_reason() -> None:
    design = answering(sequence="answer_first", reason="required")

    for mark in (Mark("", 0.6), Mark("A")):
        with pytest.raises(Reminder):
            commit_initial(answer_first(), mark, design, at(5))
    with pytest.raises(Refusal):
        commit_initial(answer_first(), Mark("A", 0.6), design, at(0.2))

    assert commit_initial(answer_first(), Mark("A", 0.6), design, at(5)).choice == "A"


def test_the_own_answer_is_committed_once_and_stays() -> None:
    with pytest.raises(Refusal):
        commit_initial(committed(), Mark("A", 0.6), FIRST, at(8))


def test_where_no_own_answer_is_asked_for_none_can_be_committed() -> None:
    with pytest.raises(Refusal):
        commit_initial(shown(), Mark("A", 0.6), FIRST, at(5))


def test_the_final_answer_is_marked_anew() -> None:
    trial = committed("C")

    assert trial.draft == Mark()
    closed = close_due(trial, at(60), FIVE, was_up=True)
    assert closed is not None
    assert (closed.status, closed.choice) == ("timed_out_no_answer", "")


def test_a_mark_that_was_never_committed_is_an_answer_but_no_own_one() -> None:
    trial = with_draft(answer_first(), "D")

    closed = close_due(trial, at(60), FIVE, was_up=True)

    assert closed is not None
    assert (closed.status, closed.choice) == ("timed_out", "D")
    assert after(trial, closed).initial is None


def test_a_mark_counts_for_the_answer_that_its_page_asked_for() -> None:
    """A second tab may still show the first answer when it is committed."""
    mark = Mark("B", 0.6)

    for trial, is_initial in ((answer_first(), False), (committed(), True)):
        with pytest.raises(Refusal):
            save_draft(trial, mark, FIRST.answer, at(6), is_initial=is_initial)

    for trial, is_final in ((answer_first(), False), (committed(), True)):
        assert save_draft(trial, mark, FIRST.answer, at(6), is_initial=not is_final) is not None
        assert save_draft(trial, mark, FIRST.answer, at(6)) is not None


def test_the_click_that_commits_does_not_hand_in_the_final_answer_too() -> None:
    with pytest.raises(Refusal):
        hand_in(committed(), Mark("A", 0.6), 5.3, FIRST)


# -- beliefs after replies -------------------------------------------------------------------------------


BELIEF = answering(belief_after_reply=True)


def believe(
    trial: Trial, reply_id: str = "r1", mark: Mark | None = None, design: Design = BELIEF
) -> BeliefStated:
    return state_belief(trial, reply_id, mark or Mark("B", 0.6), design.answer, at(5))


def test_a_belief_is_stated_once_after_each_reply() -> None:
    trial = with_reply(shown(), "complete")

    believed = after(trial, believe(trial))

    assert [(b.reply_id, b.choice, b.confidence) for b in believed.beliefs] == [("r1", "B", 0.6)]
    for again in (believed, trial):
        with pytest.raises(Refusal):
            believe(again, "r1" if again is believed else "r2")


def test_no_belief_is_asked_for_where_there_is_nothing_new_to_believe() -> None:
    for trial in (shown(), with_reply(shown()), with_reply(shown(), "failed", text="")):
        for reply_id in ("r1", ""):
            with pytest.raises(Refusal):
                believe(trial, reply_id)
    with pytest.raises(Refusal):
        believe(with_reply(shown(), "complete"), design=DESIGN)


def test_a_belief_says_as_much_as_an_answer() -> None:
    with pytest.raises(Reminder):
        believe(with_reply(shown(), "complete"), mark=Mark("B"))

    said = believe(
        with_reply(shown(), "stopped"),
        mark=Mark("B", None, SURE_OF_B),
        design=answering(belief_after_reply=True, confidence="distribution"),
    )
    assert (said.confidence, said.probabilities) == (0.7, SURE_OF_B)


# -- the assistant -----------------------------------------------------------------------------------


def test_there_is_nobody_to_write_to_without_an_assistant() -> None:
    with pytest.raises(Refusal):
        send(shown(protocol="unaided"), "m1", "Why?", at(1), AssistantDesign())


def test_one_message_at_a_time() -> None:
    writing = with_reply(shown())

    for act in (
        lambda: send(writing, "m2", "And?", at(2), AssistantDesign()),
        lambda: reset_context(writing, at(2)),
    ):
        with pytest.raises(Reminder) as reminded:
            act()
        assert reminded.value.key == "still_writing"
    assert send(with_reply(shown(), "complete"), "m2", "And?", at(2), AssistantDesign()).text == "And?"


def test_a_message_says_something_and_is_cut_to_a_length() -> None:
    with pytest.raises(Reminder) as reminded:
        send(shown(), "m1", " \n ", at(1), AssistantDesign())

    assert reminded.value.key == "empty_message"
    assert len(send(shown(), "m1", "x" * 10_000, at(1), AssistantDesign()).text) == MAX_MESSAGE_CHARACTERS


def test_after_a_reset_messages_belong_to_a_new_context() -> None:
    trial = after(with_reply(shown(), "complete"), ContextReset(1))

    assert (trial.context, trial.n_resets) == (2, 1)
    assert send(trial, "m2", "Again?", at(3), AssistantDesign()).context == 2


def test_a_pause_is_asked_for_once() -> None:
    trial = shown()

    asked = pause_after(trial, at(1))

    assert asked is not None
    assert pause_after(after(trial, asked), at(2)) is None
