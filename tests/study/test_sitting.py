"""The way through a sitting: which page follows which, and what holds whatever is clicked."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_app.errors import Refusal
from oversight_app.study import lapse, sitting_actions, trial_actions
from oversight_app.study.design import AssistantDesign, ConfidenceScale, Design, Outcome
from oversight_app.study.events import DebriefRead, Event, ReplyBegun, ReplyClosed
from oversight_app.study.mark import Mark
from oversight_app.study.plan import ScreeningQuestion
from oversight_app.study.sitting import Sitting, Stage, apply, fold
from oversight_app.study.survey import HELP_KEYS
from oversight_app.study.trial import Trial
from tests.builders import START, make_design, make_plan
from tests.study.walks import BANK, MMLU, NO_PRACTICE, STORIES, UNTIMED, Walk, walk


def stages_of(person: Walk, n: int) -> list[str]:
    """Where somebody is after each of so many answers."""
    found = []
    for _ in range(n):
        person.show()
        person.answer()
        found.append(person.sitting.stage.value)
    return found


def test_the_way_leads_from_consent_to_the_end_code() -> None:
    person = walk().seat()

    # practice, feedback, then a rest before each block; study questions follow each other
    assert stages_of(person, 6) == "feedback trial rest feedback trial survey".split()
    person.finish()
    assert person.sitting.ended_at == person.now
    assert person.sitting.outcome == Outcome.COMPLETED
    assert person.sitting.n_closed == 6


@pytest.mark.parametrize(
    ("feedback", "stages"),
    [("none", ["rest", "trial"]), ("after_each", ["feedback"] * 2), ("practice_only", ["feedback", "trial"])],
)
def test_feedback_comes_when_the_design_says(feedback: str, stages: list[str]) -> None:
    assert stages_of(walk(answer={"feedback": feedback}).seat(), 2) == stages


def test_an_attention_check_has_no_feedback_and_nothing_to_learn() -> None:
    person = walk(
        tasks=NO_PRACTICE, answer={"feedback": "after_each"}, sitting={"attention_checks": 2}
    ).seat()

    for trial in person.sitting.trials:
        person.show()
        person.answer()
        is_check = trial.plan.is_attention_check
        assert (person.sitting.stage is Stage.FEEDBACK) != is_check


def test_after_a_time_out_the_next_question_waits_for_a_click() -> None:
    person = walk(tasks=NO_PRACTICE).seat().show()
    person.draft("C")

    person.wait(500)

    closed = person.sitting.trials[0].closed
    assert closed is not None
    assert (closed.status, closed.choice) == ("timed_out", "C")
    assert closed.closed_at == START + timedelta(seconds=180)
    assert (person.sitting.stage, person.sitting.current) == (Stage.REST, 1)


def test_a_pause_lets_the_question_run_and_comes_after_it() -> None:
    person = walk(tasks=NO_PRACTICE).seat().show()
    person.do(trial_actions.pause_after(person.trial, person.now))

    still_open = person.trial.is_open
    person.answer()

    assert still_open
    assert person.sitting.stage is Stage.REST


def test_a_skipped_question_is_over_and_the_next_follows() -> None:
    person = walk(tasks=NO_PRACTICE, answer={"skip": True}).seat().show()
    person.draft("C", 0.8)
    person.now += timedelta(seconds=5)

    person.do(trial_actions.skip(person.trial, person.design, person.now))

    closed = person.sitting.trials[0].closed
    assert closed is not None
    assert (closed.status, closed.choice, closed.confidence) == ("skipped", "", None)
    assert (person.sitting.stage, person.sitting.last_sign_at) == (Stage.TRIAL, person.now)


@pytest.mark.parametrize("n_checks", [0, 3])
def test_a_break_comes_after_so_many_study_questions_whatever_checks_lie_between(n_checks: int) -> None:
    tasks = {"mmlu": {"questions_per_condition": 4, "practice_per_condition": 0}}
    sitting = {"break_every": 3, "attention_checks": n_checks}
    person = walk(tasks=tasks, sitting=sitting).seat()
    rests_after = []

    while person.sitting.stage is not Stage.SURVEY:
        if person.sitting.stage is Stage.REST and person.sitting.current:
            rests_after.append(person.sitting.trials[person.sitting.current - 1].plan.position)
        person.show()
        person.answer()

    positions = [position for position in rests_after if position is not None]
    assert [position for position in positions if position != 4] == [3, 6]
    assert len(rests_after) == 3  # the third is the one between the conditions


def test_where_there_is_something_to_read_the_passage_comes_first() -> None:
    person = walk(tasks=STORIES | NO_PRACTICE).seat()
    stages = []

    for trial in person.sitting.trials:
        person.come()
        stages.append((trial.plan.task, person.sitting.stage.value))
        if person.sitting.stage is Stage.READING:
            person.look()
            person.wait(60)
        person.look()
        person.answer()

    assert set(stages) == {("quality", "reading"), ("mmlu", "trial")}


def test_a_reading_phase_is_read_once_also_after_leaving_in_it() -> None:
    person = walk(tasks=STORIES).seat().come()
    person.look()

    person.wait(5000)
    person.look()

    assert person.sitting.stage is Stage.TRIAL
    assert person.trial.shown_at == person.now


def test_there_is_no_page_beyond_the_last_question() -> None:
    person = walk(tasks=NO_PRACTICE).seat()
    stages_of(person, 4)

    with pytest.raises(Refusal):
        sitting_actions.ask_next(person.sitting)
    with pytest.raises(IndexError):
        _ = person.sitting.trial


def test_a_reported_help_of_an_earlier_release_is_kept() -> None:
    """It was asked on the debrief's page, before there was a questionnaire."""
    sitting = apply(Sitting("p1"), DebriefRead(external_help=True), START, make_design())

    assert sitting.external_help is True


# -- any sequence of clicks and waits --------------------------------------------------------------


SCREENING = (ScreeningQuestion(text="English?", options=("No", "Yes"), eligible=(1,)),)
TASKS = (MMLU, UNTIMED, NO_PRACTICE, STORIES, STORIES | NO_PRACTICE)


@st.composite
def any_design(draw: st.DrawFn) -> Design:
    """Every protocol there is, in any mixture."""
    pick = draw
    flags = st.booleans()
    n_checks = pick(st.sampled_from((0, 2)))
    return make_design(
        tasks=pick(st.sampled_from(TASKS)),
        answer={
            "feedback": pick(st.sampled_from(("none", "after_each", "practice_only"))),
            "sequence": pick(st.sampled_from(("direct", "answer_first"))),
            "confidence": pick(st.sampled_from(("five_points", "percent", "distribution", "none"))),
            "belief_after_reply": pick(flags),
            "reason": pick(st.sampled_from(("none", "required"))),
            "skip": pick(flags),
        },
        assistant={"on_outage": pick(st.sampled_from(("retry", "void", "end"))), "outage_failures": 2},
        sitting={
            "limit_s": pick(st.sampled_from((None, 150, 2500))),
            "break_every": pick(st.sampled_from((0, 1))),
            "attention_checks": n_checks,
            "attention_failures": pick(st.sampled_from((0, 1))) if n_checks else 0,
        },
    )


SLOW = [HealthCheck.too_slow]
"""A plan is drawn for each example, which takes long on a machine that does other work at the same time."""


@st.composite
def any_walk(draw: st.DrawFn) -> Walk:
    screening = draw(st.sampled_from(((), SCREENING)))
    person = Walk(make_plan(draw(any_design()), BANK, screening=screening))
    if draw(st.booleans()):
        # Otherwise few walks would come to the questions.
        person.agree()
        if screening:
            person.do(sitting_actions.answer_screening(person.sitting, (1,), person.plan))
        person.do(sitting_actions.read_instructions(person.sitting))
        person.check(1)
        person.begin(draw(st.integers(0, len(person.plan.cells) - 1)))
    return person


Step = tuple[float, bool, int]
"""Seconds that pass, whether the server is away meanwhile, and the dice of the click that follows."""

STEPS = st.lists(
    st.tuples(
        st.sampled_from((0.1, 1.0, 5.0, 20.0, 60.0, 100.0, 180.0, 2000.0)),
        st.integers(0, 9).map(lambda n: n == 0),
        st.integers(0, 10**6),
    ),
    min_size=40,
    max_size=100,
)


@settings(max_examples=120, suppress_health_check=SLOW)
@given(person=any_walk(), steps=STEPS)
def test_whatever_is_clicked_the_sitting_moves_forward_and_closed_trials_stay(
    person: Walk, steps: list[Step]
) -> None:
    before = person.sitting

    for seconds, is_away, seed in steps:
        (person.sleep if is_away else person.wait)(seconds)
        n_before = len(person.happened)
        click(person, seed)
        _must_follow(person.sitting, before)
        if before.stage is Stage.ENDED:
            told = [item.event for item in person.happened[n_before:]]
            assert all(isinstance(event, ReplyClosed) for event in told), "something happened after the end"
        before = person.sitting
        person.sweep()
        due = lapse.due_at(person.sitting, person.design)
        assert due is None or due > person.now

    assert fold("p1", person.happened, person.design) == person.sitting
    _must_keep_limits(person)
    _must_keep_confidences(person)


@settings(max_examples=120, suppress_health_check=SLOW)
@given(person=any_walk(), steps=STEPS)
def test_it_does_not_matter_how_late_the_sweeper_comes(person: Walk, steps: list[Step]) -> None:
    late, prompt = (Walk(person.plan) for _ in range(2))
    for other in (late, prompt):
        other.now, other.happened, other.sitting = person.now, [*person.happened], person.sitting

    for seconds, is_away, seed in steps:
        _move(late, seconds, is_away=is_away, is_prompt=False)
        _move(prompt, seconds, is_away=is_away, is_prompt=True)
        for other in (late, prompt):
            other.sweep()
            click(other, seed)

    late.sweep()
    prompt.sweep()
    assert told(late.sitting) == told(prompt.sitting)


def _move(person: Walk, seconds: float, *, is_away: bool, is_prompt: bool) -> None:
    """Let time pass; a prompt sweeper comes at each moment at which something is due, unless the server is away."""
    then = person.now + timedelta(seconds=seconds)
    if is_away:
        person.down.append((person.now, then))
    while is_prompt and not is_away:
        due = lapse.due_at(person.sitting, person.design)
        if due is None or due > then:
            break
        person.now = max(person.now, due)
        person.sweep()
    person.now = then


def told(sitting: Sitting) -> Any:
    """Everything that the record says of a sitting but when the sweeper came by."""
    trials = [
        (trial.closed, trial.status, trial.shown_at, trial.passage_read_at, trial.deadline_at, trial.draft)
        for trial in sitting.trials
    ]
    return (
        sitting.stage,
        sitting.outcome,
        sitting.current,
        sitting.rested_s,
        sitting.last_sign_at,
        sitting.is_limit_lifted,
        trials,
    )


def _must_follow(after: Sitting, before: Sitting) -> None:
    assert _progress(after) >= _progress(before)
    assert sum(trial.is_open for trial in after.trials) <= 1
    assert all(trial.closed is None for trial in after.trials[after.current + 1 :])
    if before.stage is Stage.ENDED:
        assert (after.stage, after.outcome, after.ended_at) == (before.stage, before.outcome, before.ended_at)
    for was, now in zip(before.trials, after.trials, strict=bool(before.trials)):
        assert was.closed is None or now.closed == was.closed
        assert was.initial is None or now.initial == was.initial
        assert was.beliefs == now.beliefs[: len(was.beliefs)]
        assert was.shown_at is None or (now.shown_at, now.deadline_at) == (was.shown_at, was.deadline_at)
        assert was.plan == now.plan


def _must_keep_limits(person: Walk) -> None:
    """No question is answered past its deadline or past the sitting's limit, in which rests do not count."""
    sitting = person.sitting
    limit_s = person.design.sitting.limit_s
    for trial in sitting.trials:
        if trial.closed is None:
            continue
        assert trial.shown_at is not None
        assert trial.deadline_at is None or trial.closed.closed_at <= trial.deadline_at
        if trial.plan.time_limit_s is not None:
            assert (trial.closed.closed_at - trial.shown_at).total_seconds() <= trial.plan.time_limit_s
        if limit_s is not None and not sitting.is_limit_lifted and sitting.assigned_at is not None:
            used = (trial.closed.closed_at - sitting.assigned_at).total_seconds() - sitting.rested_s
            assert used <= limit_s + 1e-6  # of a second, and sums of rests are rounded


def _must_keep_confidences(person: Walk) -> None:
    """Nothing stands in an answer that its participant did not put there, whole."""
    is_distribution = person.design.answer.confidence is ConfidenceScale.DISTRIBUTION
    for trial in person.sitting.trials:
        for said in (trial.closed, trial.initial, *trial.beliefs):
            if said is None:
                continue
            assert bool(said.probabilities) <= is_distribution
            if said.probabilities:
                assert sum(p or 0 for p in said.probabilities) == pytest.approx(1)
            if is_distribution and said.confidence is not None:
                assert said.confidence == said.probabilities["ABCD".index(said.choice)]
        assert {belief.reply_id for belief in trial.beliefs} <= {m.message_id for m in trial.messages}
        if trial.closed is not None and trial.closed.status == "skipped":
            assert (trial.closed.choice, trial.closed.confidence) == ("", None)


def _progress(sitting: Sitting) -> tuple[int, int, int]:
    within = {Stage.REST: 0, Stage.READING: 1, Stage.TRIAL: 2, Stage.FEEDBACK: 3}
    order = (
        Stage.CONSENT,
        Stage.SCREENING,
        Stage.INSTRUCTIONS,
        Stage.COMPREHENSION,
        Stage.READY,
        None,
        Stage.SURVEY,
        Stage.DEBRIEF,
        Stage.ENDED,
    )
    if sitting.stage in within:
        return order.index(None), sitting.current, within[sitting.stage]
    return order.index(sitting.stage), 0, 0


# -- clicks -----------------------------------------------------------------------------------------


def click(person: Walk, seed: int) -> None:
    """One click or look, drawn by this seed; what does not count now is refused and changes nothing."""
    rng = Random(seed)
    with suppress(Refusal):
        person.do(rng.choice(_CLICKS)(person, rng))


def _any_mark(person: Walk, rng: Random) -> Mark:
    """Whole, half-finished or forged."""
    confidence: Any = rng.choice((None, 0.6, 0.6, 0.8, 2, True))
    shares: Any = ()
    if person.design.answer.confidence is ConfidenceScale.DISTRIBUTION:
        confidence = rng.choice((None,) * 9 + (0.6,))
        shares = rng.choice(((), (0.25,) * 4, (0.7, 0.1, 0.1, 0.1), (0.7, 0.1, 0.1, None), (0.5, 0.6, 0, 0)))
    elif person.design.answer.confidence is ConfidenceScale.NONE:
        confidence = None
    return Mark(rng.choice(("", *"ABCDABCD", "E")), confidence, shares, rng.choice(("", "because")))


def _begin(person: Walk, rng: Random) -> Event | Sequence[Event] | None:
    person.begin(rng.randrange(len(person.plan.cells)))
    return None


def _reply(person: Walk, rng: Random) -> Event | Sequence[Event] | None:
    """The assistant begins a reply that is due, or ends one."""
    trials = [trial for trial in person.sitting.trials if trial.running_replies]
    if trials:
        (running,) = trials[0].running_replies
        status = rng.choice(("complete", "failed", "failed", "interrupted", "stopped"))
        return ReplyClosed(trials[0].plan.n, running.message_id, "" if status == "failed" else "B.", status)
    trial = _at_hand(person)
    if not trial.is_open or not trial.messages or trial.messages[-1].begun is not None:
        return None
    return ReplyBegun(trial.plan.n, f"r{len(person.happened)}", trial.context, "scripted", "demo", "0", ())


def _look(person: Walk, rng: Random) -> None:
    person.look()


def _at_hand(person: Walk) -> Trial:
    if person.sitting.stage is not Stage.TRIAL:
        raise Refusal("no question is on the page")
    return person.trial


_CLICKS: tuple[Callable[[Walk, Random], Event | Sequence[Event] | None], ...] = (
    lambda p, rng: sitting_actions.consent(
        p.sitting, "hash", agreed=rng.random() < 0.95, asks_screening=bool(p.plan.screening)
    ),
    lambda p, rng: sitting_actions.answer_screening(p.sitting, (rng.choice((0, 1, 1, True)),), p.plan),
    lambda p, rng: sitting_actions.read_instructions(p.sitting),
    lambda p, rng: sitting_actions.answer_comprehension(p.sitting, (rng.randrange(2),), p.plan, p.now),
    _begin,
    *[lambda p, rng: sitting_actions.ask_next(p.sitting)] * 3,
    *[lambda p, rng: sitting_actions.read_feedback(p.sitting, p.sitting.current + 1)] * 3,
    lambda p, rng: sitting_actions.read_passage(p.sitting, p.sitting.current + 1, p.now, p.design),
    *[_look] * 4,
    lambda p, rng: trial_actions.save_draft(_at_hand(p), _any_mark(p, rng), p.design.answer, p.now),
    *[lambda p, rng: trial_actions.commit_initial(_at_hand(p), _any_mark(p, rng), p.design, p.now)] * 2,
    *[lambda p, rng: trial_actions.submit(_at_hand(p), _any_mark(p, rng), p.design, p.now)] * 4,
    lambda p, rng: trial_actions.skip(_at_hand(p), p.design, p.now),
    lambda p, rng: trial_actions.state_belief(
        _at_hand(p), _at_hand(p).belief_due, _any_mark(p, rng), p.design.answer, p.now
    ),
    lambda p, rng: trial_actions.pause_after(_at_hand(p), p.now),
    *[lambda p, rng: trial_actions.send(_at_hand(p), f"m{len(p.happened)}", "Why?", p.now, AssistantDesign())]
    * 2,
    *[_reply] * 3,
    lambda p, rng: trial_actions.reset_context(_at_hand(p), p.now),
    lambda p, rng: sitting_actions.answer_survey(p.sitting, {HELP_KEYS[0]: rng.choice((None, "no"))}, p.plan),
    lambda p, rng: sitting_actions.debrief(p.sitting),
    lambda p, rng: (
        sitting_actions.withdraw(p.sitting, p.now, p.design, keeps_data=rng.choice((None, True, False)))
        if rng.random() < 0.05
        else None
    ),
)
