"""What the console asks of the record, counted over sittings that really happened."""

from datetime import timedelta
from pathlib import Path

import pytest

from oversight_app.clock import SimulatedClock
from oversight_app.overview import overview_of
from oversight_app.proctor import Proctor
from oversight_app.study.overview import STEPS, UNDER_WAY, Accuracy, CellCount, Overview, Wanted
from oversight_app.study.sitting import Stage
from tests.builders import finish, make_clock, make_design, make_plan, make_proctor, make_questions, seat


@pytest.fixture
def clock() -> SimulatedClock:
    return make_clock()


@pytest.fixture
def proctor(tmp_path: Path, clock: SimulatedClock) -> Proctor:
    questions = make_questions(n_attention=4)
    design = make_design(sitting={"max_participants": 9, "reward": 6.0, "attention_checks": 2})
    return make_proctor(tmp_path, make_plan(design, questions), questions, clock=clock)


def answer_all(proctor: Proctor, who: str, seconds: float = 5, *, stop_after: int = 99) -> None:
    """The first option of every question, until so many are closed."""
    while (sitting := proctor.sitting(who)).stage is not Stage.SURVEY and sitting.n_closed < stop_after:
        match sitting.stage:
            case Stage.REST:
                proctor.go_on(who)
            case Stage.FEEDBACK:
                proctor.read_feedback(who, sitting.trial.plan.n)
            case _:
                proctor.page(who)
                proctor.clock.sleep(seconds)
                proctor.submit(who, sitting.trial.plan.n, 0, 0.6)


def seen(proctor: Proctor) -> Overview:
    return overview_of(proctor.store, proctor.plan, proctor.clock.now())


def test_people_are_counted_by_cell_and_status_and_by_how_far_they_came(
    proctor: Proctor, clock: SimulatedClock
) -> None:
    for who in ("p1", "p2", "p3"):
        seat(proctor, who)
    proctor.give_consent("p4", agreed=True)
    proctor.give_consent("p5", agreed=False)
    answer_all(proctor, "p1")
    finish(proctor, "p1")
    answer_all(proctor, "p2", stop_after=6)
    proctor.withdraw("p3")

    overview = seen(proctor)

    cell_of = {who: proctor.sitting(who).cell for who in ("p1", "p2", "p3")}
    assert set(overview.cells) >= {
        CellCount("", "no_consent", 1),
        CellCount("", UNDER_WAY, 1),
        CellCount(cell_of["p1"], "completed", 1),
        CellCount(cell_of["p3"], "withdrew", 1),
    }
    assert overview.total() == 5
    assert overview.total(status=UNDER_WAY) == 2
    assert overview.n_places == 2
    assert tuple(step.name for step in overview.funnel) == STEPS
    assert [step.n for step in overview.funnel] == [5, 4, 3, 3, 2, 1]


def test_duration_and_hourly_pay_are_of_those_who_completed(proctor: Proctor, clock: SimulatedClock) -> None:
    assert (seen(proctor).pace.median_s, seen(proctor).hourly_pay) == (None, None)
    began = clock.now()
    seat(proctor, "p1")
    answer_all(proctor, "p1")
    clock.set(began + timedelta(minutes=12))
    finish(proctor, "p1")

    overview = seen(proctor)

    assert (overview.pace.n_completed, overview.pace.median_s) == (1, 720.0)
    assert overview.hourly_pay == 30.0


def test_fast_answers_and_failed_checks_are_flagged_of_study_and_person(proctor: Proctor) -> None:
    seat(proctor, "p1")
    answer_all(proctor, "p1", seconds=1)

    overview = seen(proctor)
    with proctor.store.overview() as rows:
        (person,) = rows.people(Wanted(), overview.at)

    study = [
        t for t in proctor.sitting("p1").trials if not t.plan.is_practice and not t.plan.is_attention_check
    ]
    failed = sum(trial.failed_check for trial in proctor.sitting("p1").trials)
    assert overview.flags.n_answers == overview.flags.n_fast == person.n_fast == len(study)
    assert (overview.flags.n_checks, overview.flags.n_checks_failed) == (2, failed)
    assert (person.n_checks_failed, person.median_response_s) == (failed, 1.0)
    assert overview.flags.n_people_failed == (1 if failed else 0)


def test_a_person_is_connected_while_servers_say_so(proctor: Proctor, clock: SimulatedClock) -> None:
    seat(proctor, "p1")
    with proctor.store.write() as record:
        record.see(["p1"], clock.now())

    with proctor.store.overview() as rows:
        (person,) = rows.people(Wanted(connected_only=True), clock.now())
        assert person.is_connected(clock.now())
        clock.sleep(11)
        assert not person.is_connected(clock.now())
        assert rows.people(Wanted(connected_only=True), clock.now()) == []
    assert seen(proctor).n_connected == 0


def test_the_minutes_on_a_page_count_from_its_beginning_and_not_from_the_last_mark(
    proctor: Proctor, clock: SimulatedClock
) -> None:
    seat(proctor, "p1")
    proctor.go_on("p1")
    proctor.page("p1")
    clock.sleep(60)
    proctor.save_draft("p1", proctor.sitting("p1").trial.plan.n, 1, None)
    clock.sleep(30)

    with proctor.store.overview() as rows:
        (person,) = rows.people(Wanted(), clock.now())

    assert person.minutes_on_page(clock.now()) == 1.5


def test_people_are_found_by_status_cell_and_name_and_come_in_pages(proctor: Proctor) -> None:
    for i in range(7):
        proctor.give_consent(f"p{i}", agreed=True)
    proctor.withdraw("p3")
    now = proctor.clock.now()

    with proctor.store.overview() as rows:
        assert [p.participant_id for p in rows.people(Wanted(status="withdrew"), now)] == ["p3"]
        assert rows.n_people(Wanted(status=UNDER_WAY), now) == 6
        assert [p.participant_id for p in rows.people(Wanted(search="5"), now)] == ["p5"]
        assert rows.people(Wanted(search="%' OR 1=1 --"), now) == []
        pages = [rows.people(Wanted(page=page, per_page=3), now) for page in (1, 2, 3, 4)]
        assert [len(page) for page in pages] == [3, 3, 1, 0]
        assert len({p.participant_id for page in pages for p in page}) == 7
        assert pages[2][0].participant_id == "p3", "who is under way comes first"


def test_accuracy_counts_study_questions_and_nothing_else(proctor: Proctor) -> None:
    seat(proctor, "p1")
    answer_all(proctor, "p1")

    with proctor.store.overview() as rows:
        found = rows.accuracy()

    answers = [
        row
        for row in proctor.store.rows("answers")
        if not row["is_practice"] and not row["is_attention_check"]
    ]
    assert sum(row.n_trials for row in found) == len(answers)
    assert sum(row.n_correct for row in found) == sum(row["correct"] for row in answers)
    assert found[0] == Accuracy(
        found[0].condition,
        found[0].task,
        sum(
            r["correct"]
            for r in answers
            if (r["condition"], r["task"]) == (found[0].condition, found[0].task)
        ),
        sum((r["condition"], r["task"]) == (found[0].condition, found[0].task) for r in answers),
    )


def test_a_rehearsals_people_are_counted_where_there_is_nobody_else(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path, kind="simulated")
    seat(proctor, "s1")

    assert seen(proctor).total() == 1
    assert seen(proctor).n_places == 1


def test_nothing_that_leaves_as_json_says_how_well_anybody_did(proctor: Proctor) -> None:
    seat(proctor, "p1")
    answer_all(proctor, "p1")

    said = str(seen(proctor).to_json())

    assert "n_correct" not in said
    assert "'accuracy':" not in said
