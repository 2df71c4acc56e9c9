"""Who is to be paid what."""

import csv
import io
from pathlib import Path

from oversight_app import payments
from oversight_app.proctor import Proctor
from oversight_app.researcher import Researcher
from tests.builders import finish, make_clock, make_design, make_plan, make_proctor, seat
from tests.store.test_overview import answer_all


def table(proctor: Proctor) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(payments.as_csv(proctor.store, proctor.plan))))


def opened(folder: Path) -> Proctor:
    plan = make_plan(make_design(sitting={"reward": 6.5, "reward_currency": "GBP"}))
    return make_proctor(folder, plan, clock=make_clock())


def test_who_completed_has_the_reward_and_a_platforms_person_their_id(tmp_path: Path) -> None:
    proctor = opened(tmp_path)
    who = proctor.participant_from_platform({"PROLIFIC_PID": "=5f0ca11", "STUDY_ID": "6a"})
    assert who is not None
    seat(proctor, who)
    answer_all(proctor, who)
    finish(proctor, who)
    seat(proctor, "p2")
    proctor.withdraw("p2")

    done, left = table(proctor)

    assert (done["platform"], done["platform_id"]) == ("Prolific", "'=5f0ca11")
    assert (done["outcome"], done["code"], done["reward"], done["reward_currency"]) == (
        "completed",
        "CODE123",
        "6.50",
        "GBP",
    )
    assert float(done["minutes"]) > 0
    assert (left["participant_id"], left["outcome"], left["reward"]) == ("p2", "withdrew", "")


def test_each_promise_has_a_row_and_the_reward_stands_once(tmp_path: Path) -> None:
    proctor = opened(tmp_path)
    researcher = Researcher(proctor.store, proctor.clock)
    seat(proctor, "p1")
    answer_all(proctor, "p1")
    finish(proctor, "p1")
    for key, amount in (("a", "1"), ("b", "2.50"), ("b", "2.50")):
        researcher.compensate("p1", key, amount, "GBP", "late", "Ada")

    rows = table(proctor)

    assert [(row["reward"], row["compensation"]) for row in rows] == [("6.50", "1.00"), ("", "2.50")]


def test_nobody_is_a_table_with_its_heads(tmp_path: Path) -> None:
    assert table(opened(tmp_path)) == []
