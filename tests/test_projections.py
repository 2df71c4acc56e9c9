"""Events, the rows beside them and the tables of an export say the same, whatever people did."""

import csv
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from analysis.columns import COLUMNS, Table, Type
from oversight_app.errors import Reminder, StudyStateError
from oversight_app.export import export_study
from oversight_app.model_alone import answer_alone
from oversight_app.proctor import Proctor
from oversight_app.projections import rebuild
from oversight_app.store import Store
from oversight_app.study.answers import answer_row
from oversight_app.study.design import ConfidenceScale
from oversight_app.study.events import STUDY_STREAM, Event, MessageSent, ReplyBegun, ReplyClosed
from oversight_app.study.page import (
    DebriefPage,
    FeedbackPage,
    QuestionPage,
    ReadingPage,
    RestPage,
    SurveyPage,
)
from oversight_app.study.plan import Plan
from oversight_app.study.sitting import Sitting, Stage, fold
from oversight_app.study.survey import HELP_KEYS, SurveyItem
from tests.builders import (
    START,
    make_clock,
    make_design,
    make_plan,
    make_proctor,
    make_questions,
    make_store,
    seat,
)

TABLES = ("sittings", "trials", "messages", "answers", "beliefs", "survey", "participants", "model_calls")
BANK = make_questions(n_attention=4)
ITEMS = (
    SurveyItem(key="trust", kind="likert", text="I trusted it.", labels=("no", "yes")),
    SurveyItem(key="year", kind="number", text="Born in?"),
    SurveyItem(key="words", kind="text", text="Anything else?"),
)
DESIGNS: dict[str, dict[str, Any]] = {
    "plain": {},
    "protocols": {
        "tasks": {
            "mmlu": {"questions_per_condition": 2},
            "quality": {"questions_per_condition": 1, "rotate_over": 3, "reading_s": 60},
        },
        "answer": {
            "sequence": "answer_first",
            "confidence": "distribution",
            "belief_after_reply": True,
            "reason": "optional",
            "skip": True,
        },
        "assistant": {"on_outage": "void", "outage_failures": 2},
        "sitting": {"attention_checks": 2, "limit_s": 9000, "break_every": 2},
    },
    "short": {
        "answer": {"confidence": "percent", "feedback": "after_each"},
        "assistant": {"on_outage": "end", "outage_failures": 1},
        "sitting": {"attention_checks": 2, "attention_failures": 1, "limit_s": 700},
    },
}
DISTRIBUTIONS = ((0.7, 0.1, 0.1, 0.1), (0.25,) * 4, (0.0, 0.0, 1.0, 0.0), (0.5, 0.5, None, None))


def planned(name: str) -> Plan:
    return make_plan(make_design(**DESIGNS[name]), BANK, survey=ITEMS)


def tables(store: Store) -> dict[str, list[dict[str, Any]]]:
    return {name: sorted(store.rows(name), key=repr) for name in TABLES}


def chat(proctor: Proctor, participant_id: str, text: str, status: str) -> None:
    """A message and its reply, of which the last may still be running."""
    sitting = proctor.sitting(participant_id)
    if (
        sitting.stage is not Stage.TRIAL
        or sitting.trial.plan.protocol != "chat"
        or sitting.trial.awaits_initial
    ):
        return
    n, i = sitting.trial.plan.n, len(sitting.trial.messages)
    ids = [f"{sitting.trial.plan.trial_id}.{i + j}" for j in (1, 2)]
    begun = ReplyBegun(n, ids[1], 1, "scripted", "demo", "0", (ids[0],))
    events: list[Event] = [
        MessageSent(n, ids[0], "Why?", 1),
        begun,
        ReplyClosed(n, ids[1], text, status, total_s=1.0),
    ]
    proctor.act(participant_id, lambda sitting, now, record: events if status else events[:2])


def work_on(proctor: Proctor, participant_id: str, page: QuestionPage, rng: Random) -> Any:
    """One thing that can be done on a question's page."""
    n, choice, confidence = page.n, rng.randrange(4), rng.choice((None, 0.6))
    how: dict[str, Any] = {}
    if page.confidence_scale is ConfidenceScale.DISTRIBUTION:
        confidence, how = None, {"probabilities": rng.choice(DISTRIBUTIONS)}
    due = page.chat.belief_due if page.chat else ""
    said, status = rng.choice(
        (("The answer is B.", "complete"), ("", ""), ("Hm.", "stopped"), ("", "failed"))
    )
    clicks: tuple[Any, ...] = (
        lambda: proctor.save_draft(participant_id, n, choice, None, **how),
        *[lambda: proctor.commit_initial(participant_id, n, choice, confidence, **how)]
        * (10 if page.awaits_initial else 1),
        *[lambda: proctor.submit(participant_id, n, choice, confidence, reason="so", **how)] * 2,
        lambda: proctor.pause_after(participant_id, n),
        lambda: proctor.skip(participant_id, n),
        *[lambda: proctor.state_belief(participant_id, n, due, choice, confidence, **how)]
        * (10 if due else 1),
        *[lambda: chat(proctor, participant_id, said, status)] * 3,
    )
    return rng.choice(clicks)


def wander(proctor: Proctor, participant_id: str, rng: Random) -> None:
    """Some way through a sitting, with everything that can happen on it."""
    seat(proctor, participant_id)
    for _ in range(rng.randrange(20, 80)):
        proctor.clock.sleep(rng.choice((1, *[10] * 15, 100, 100, 400, 2500)))
        click: Any = None
        match page := proctor.page(participant_id):
            case RestPage():
                click = partial(proctor.go_on, participant_id)
            case ReadingPage():
                click = partial(proctor.read_passage, participant_id, page.n)
            case QuestionPage():
                click = work_on(proctor, participant_id, page, rng)
            case FeedbackPage():
                click = partial(proctor.read_feedback, participant_id, page.n)
            case SurveyPage():
                said = {
                    "trust": 2,
                    "year": rng.choice((None, 1_987_654.5)),
                    HELP_KEYS[0]: rng.choice((None, "yes")),
                }
                click = partial(proctor.answer_survey, participant_id, said)
            case DebriefPage():
                click = partial(proctor.finish, participant_id)
            case _:
                return
        with suppress(Reminder):
            click()
        proctor.sweep()
    if rng.random() < 0.3:
        proctor.withdraw(participant_id, keeps_data=rng.choice((None, True)))


def wandered(folder: Path, name: str, seed: int) -> Proctor:
    proctor = make_proctor(folder, planned(name), BANK, clock=make_clock())
    rng = Random(f"{name}/{seed}")
    for i in range(8):
        wander(proctor, f"p{i}", rng)
    proctor.give_consent("p9", agreed=False)
    return proctor


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("seed", range(3))
def test_what_is_made_again_from_events_is_what_was_kept_beside_them(
    tmp_path: Path, name: str, seed: int
) -> None:
    with (proctor := wandered(tmp_path, name, seed)).store as store:
        before, heads = tables(store), store.heads()
        with store.write() as record:
            record.forget_projections()
        assert not any(tables(store).values())

        n_sittings = rebuild(store)

        assert tables(store) == before
        assert store.heads() == heads
        assert n_sittings == 9
        assert before["messages"]
        assert before["answers"]
        assert bool(before["beliefs"]) == proctor.plan.design.answer.belief_after_reply


@pytest.mark.parametrize("name", DESIGNS)
def test_what_leaves_the_study_is_what_the_events_fold_to(tmp_path: Path, name: str) -> None:
    with (proctor := wandered(tmp_path, name, 0)).store as store:
        folded = [
            fold(stream, store.events_of(stream), proctor.plan.design)
            for stream in store.heads()
            if stream != STUDY_STREAM
        ]
        paths = export_study(store, tmp_path / "out", at=START + timedelta(days=9))

    answers, beliefs = (read(paths.tables[table], table) for table in (Table.ANSWERS, Table.BELIEFS))
    expected = [
        answer_row(sitting, trial, proctor.questions[trial.plan.question_id], proctor.plan)
        for sitting in folded
        for trial in sitting.trials
        if trial.closed is not None
    ]
    assert sorted(answers, key=repr) == sorted(in_order(expected, Table.ANSWERS), key=repr)
    assert [(row["trial_id"], row["choice"], row["confidence"], row["p_a"]) for row in beliefs] == sorted(
        (trial.plan.trial_id, said.choice, said.confidence, (said.probabilities or (None,))[0])
        for sitting in folded
        for trial in sitting.trials
        for said in trial.beliefs
    )
    people = {row["participant_id"]: row for row in read(paths.tables["participants"], Table.PARTICIPANTS)}
    assert people.keys() == {sitting.participant_id for sitting in folded}
    for sitting in folded:
        assert said_of(people[sitting.participant_id]) == said_by(sitting)


def read(path: Path, table: Table) -> list[dict[str, Any]]:
    """A table of the export as values again."""
    types = {column.name: column.type for column in COLUMNS[table]}
    parse = {Type.INTEGER: int, Type.NUMBER: float, Type.FLAG: int}
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {name: None if text == "" else parse.get(types[name], str)(text) for name, text in row.items()}
            for row in csv.DictReader(file)
        ]


def in_order(rows: list[Any], table: Table) -> list[dict[str, Any]]:
    return [{column.name: row[column.name] for column in COLUMNS[table]} for row in rows]


def said_of(row: dict[str, Any]) -> tuple[Any, ...]:
    names = ("cell", "outcome", "n_closed", "comprehension_attempts", "external_help_reported", "keeps_data")
    return (*(row[name] for name in names), row["n_attention_failed"] or 0)


def said_by(sitting: Sitting) -> tuple[Any, ...]:
    flags = (sitting.external_help, sitting.keeps_data)
    return (
        *(sitting.cell or None, sitting.outcome or None, sitting.n_closed, sitting.n_comprehension),
        *(None if flag is None else int(flag) for flag in flags),
        sitting.n_failed_checks,
    )


def test_a_questionnaire_is_one_row_an_item_to_the_last_digit(tmp_path: Path) -> None:
    tasks = {"mmlu": {"questions_per_condition": 1, "practice_per_condition": 0}}
    plan = make_plan(make_design(tasks=tasks), BANK, survey=ITEMS)
    proctor = make_proctor(tmp_path, plan, BANK)
    with proctor.store as store:
        for participant_id, said in (("p1", {"trust": 2, "year": 1_987_654.25}), ("p2", {"year": 1987.0})):
            seat(proctor, participant_id)
            for n in count(1):
                proctor.go_on(participant_id)
                if not isinstance(proctor.page(participant_id), QuestionPage):
                    break
                proctor.clock.sleep(5)
                proctor.submit(participant_id, n, 0, 0.6)
            proctor.answer_survey(participant_id, said)

        rows = [(row["participant_id"], row["item"], row["answer"]) for row in store.rows("survey")]

    assert [row[:2] for row in rows] == [
        (p, item) for p in ("p1", "p2") for item in ("trust", "year", "words", *HELP_KEYS)
    ]
    assert [answer for _, _, answer in rows if answer is not None] == ["2", "1987654.25", "1987"]


def test_the_answers_of_a_model_alone_are_made_again_too(tmp_path: Path) -> None:
    with make_store(tmp_path) as store:
        answer_alone(store, "scripted:demo", clock=make_clock(), limit=3)
        answer_alone(store, "scripted:demo", clock=make_clock())
        before = tables(store)

        rebuild(store)

        assert tables(store) == before
        assert len(before["answers"]) == 4 + 6


def test_a_projection_that_was_tampered_with_is_put_right(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path, clock=make_clock())
    with proctor.store as store:
        seat(proctor)
        before = tables(store)
        with store.write() as record:
            record.save_sitting(proctor.sitting("p1"), proctor.clock.now() + timedelta(days=9), "elsewhere")
        assert tables(store) != before

        rebuild(store)

        assert tables(store) == before


def test_without_a_plan_there_is_nothing_to_make_again(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store, pytest.raises(StudyStateError):
        rebuild(store)
