"""Bonus files: once for each person, whoever asks, and without platform ids in the record's events."""

import hashlib
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oversight_app import payments, planning
from oversight_app.backups import make_backup, prepare_restore
from oversight_app.bonuses import list_bonuses, text_of
from oversight_app.cli import main
from oversight_app.errors import BadInput
from oversight_app.proctor import Proctor
from oversight_app.researcher import Researcher
from oversight_app.store import Store
from oversight_app.study.bonus import UploadFormat
from oversight_app.study.events import STUDY_STREAM, BonusesListed, SittingEnded, to_body
from oversight_app.study.sitting import Stage
from oversight_app.study_folder import StudyFolder
from tests.builders import (
    START,
    make_clock,
    make_design,
    make_materials,
    make_plan,
    make_proctor,
    make_questions,
    seat,
)


def make_finished(folder: Path, *people: str) -> Proctor:
    """A study in which people from Prolific have ended."""
    design = make_design(answer={"currency": "GBP"}, bonus={"flat": "1.25"})
    proctor = make_proctor(folder, make_plan(design))
    for person in people:
        end(proctor, person)
    return proctor


def end(proctor: Proctor, person: str) -> str:
    code = proctor.participant_from_platform({"PROLIFIC_PID": person, "STUDY_ID": "s", "SESSION_ID": "x"})
    assert code is not None
    proctor.give_consent(code, agreed=True)
    proctor.act(code, lambda sitting, now, record: [SittingEnded("completed")])
    return code


def listed(store: Store, file: str, *, is_dry_run: bool = False) -> str:
    return list_bonuses(
        store, UploadFormat.PROLIFIC, file=file, clock=make_clock(), is_dry_run=is_dry_run
    ).text


def test_a_second_file_has_only_those_who_were_in_no_file_yet(tmp_path: Path) -> None:
    proctor = make_finished(tmp_path, "ann", "bob")

    first = listed(proctor.store, "one.csv")
    end(proctor, "cy")

    assert sorted(first.splitlines()) == ["ann,1.25", "bob,1.25"]
    assert listed(proctor.store, "two.csv") == "cy,1.25\n"
    assert listed(proctor.store, "three.csv") == ""
    assert text_of(proctor.store, "one.csv") == first


def test_a_dry_run_lists_nobody(tmp_path: Path) -> None:
    proctor = make_finished(tmp_path, "ann")

    assert listed(proctor.store, "one.csv", is_dry_run=True) == "ann,1.25\n"

    assert listed(proctor.store, "one.csv") == "ann,1.25\n"


def test_the_event_says_who_gets_what_and_names_nobody_of_the_platform(tmp_path: Path) -> None:
    proctor = make_finished(tmp_path, "ann-of-prolific")

    text = listed(proctor.store, "one.csv")

    event = proctor.store.events_of(STUDY_STREAM)[-1].event
    assert isinstance(event, BonusesListed)
    assert event.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert list(event.amounts.values()) == ["1.25"]
    assert "ann-of-prolific" not in to_body(event)


def test_who_came_without_a_platforms_id_is_named_and_can_be_listed_later(tmp_path: Path) -> None:
    proctor = make_finished(tmp_path, "ann")

    turk = list_bonuses(proctor.store, UploadFormat.MTURK, file="turk.csv", clock=make_clock())

    assert (turk.text, turk.total) == ("", Decimal(0))
    assert len(turk.without_id) == 1
    assert listed(proctor.store, "one.csv") == "ann,1.25\n"


def test_two_commands_at_once_list_everybody_once(tmp_path: Path) -> None:
    people = [f"person{n}" for n in range(6)]
    make_finished(tmp_path, *people).store.close()
    command = [sys.executable, "-m", "oversight_app.cli", "bonus", str(tmp_path), "--out"]

    running = [
        subprocess.Popen([*command, str(tmp_path / name)], stdout=subprocess.PIPE)
        for name in ("1.csv", "2.csv")
    ]
    for process in running:
        process.communicate(timeout=60)

    files = [tmp_path / name for name in ("1.csv", "2.csv")]
    lines = [line for file in files if file.exists() for line in file.read_text().splitlines()]
    assert sorted(lines) == [f"{person},1.25" for person in people]


# -- what was promised at the console --------------------------------------------------------------------


def promise(proctor: Proctor, code: str, amount: str, currency: str = "GBP", *, key: str = "k1") -> None:
    Researcher(proctor.store, proctor.clock).compensate(code, key, amount, currency, "a power cut", "Ada")


def code_of(proctor: Proctor, person: str) -> str:
    code = proctor.participant_from_platform({"PROLIFIC_PID": person, "STUDY_ID": "s", "SESSION_ID": "x"})
    assert code is not None
    return code


def test_what_was_promised_is_added_to_the_bonus_once(tmp_path: Path) -> None:
    proctor = make_finished(tmp_path, "ann", "bob")
    ann = code_of(proctor, "ann")
    promise(proctor, ann, "2.50")
    promise(proctor, ann, "2.50")  # the same click again

    first = listed(proctor.store, "one.csv")

    assert sorted(first.splitlines()) == ["ann,3.75", "bob,1.25"]
    event = proctor.store.events_of(STUDY_STREAM)[-1].event
    assert isinstance(event, BonusesListed)
    assert (event.amounts[ann], event.promises) == ("3.75", {ann: "k1"})
    assert event.sha256 == hashlib.sha256(first.encode()).hexdigest()
    assert listed(proctor.store, "two.csv") == ""


def test_a_promise_that_came_after_the_file_stands_alone_in_the_next(tmp_path: Path) -> None:
    proctor = make_finished(tmp_path, "ann")
    first = listed(proctor.store, "one.csv")
    promise(proctor, code_of(proctor, "ann"), "2.50")

    second = listed(proctor.store, "two.csv")

    assert (first, second) == ("ann,1.25\n", "ann,2.50\n")
    assert listed(proctor.store, "three.csv") == ""
    assert text_of(proctor.store, "one.csv") == first
    assert text_of(proctor.store, "two.csv") == second


def test_each_payment_of_one_person_has_a_token_of_its_own(tmp_path: Path) -> None:
    proctor = make_proctor(
        tmp_path, make_plan(make_design(answer={"currency": "USD"}, bonus={"flat": "1.25"}))
    )
    code = proctor.participant_from_platform({"workerId": "W1", "assignmentId": "A1", "hitId": "H1"})
    assert code is not None
    proctor.give_consent(code, agreed=True)
    proctor.act(code, lambda sitting, now, record: [SittingEnded("completed")])
    tokens = []

    for n in range(3):
        file = list_bonuses(proctor.store, UploadFormat.MTURK, file=f"{n}.csv", clock=make_clock())
        tokens.append(file.text.splitlines()[1].rpartition(",")[2])
        promise(proctor, code, "1", "USD", key=f"k{n}")

    assert len(set(tokens)) == 3


def test_who_is_under_way_gets_what_was_promised_at_the_end_however_it_comes(tmp_path: Path) -> None:
    proctor = make_finished(tmp_path)
    code = code_of(proctor, "ann")
    proctor.give_consent(code, agreed=True)
    promise(proctor, code, "2.50")
    before = list_bonuses(proctor.store, UploadFormat.PROLIFIC, file="one.csv", clock=make_clock())

    proctor.act(code, lambda sitting, now, record: [SittingEnded("failed_checks")])

    assert (before.text, before.n_under_way) == ("", 1)
    assert listed(proctor.store, "one.csv") == "ann,2.50\n"


def test_a_promise_in_another_currency_is_named_and_has_a_file_of_its_own(tmp_path: Path) -> None:
    proctor = make_finished(tmp_path, "ann")
    ann = code_of(proctor, "ann")
    promise(proctor, ann, "2.50", "USD")
    proctor.store.close()

    pounds = run(tmp_path, "--out", tmp_path / "gbp.csv")
    dollars = run(tmp_path, "--out", tmp_path / "usd.csv", "--currency", "USD")

    assert "promised in USD" in pounds.output
    assert ann in pounds.output
    assert "--currency USD" in pounds.output
    assert (tmp_path / "gbp.csv").read_text() == "ann,1.25\n"
    assert "promised 2.50" in dollars.output
    assert (tmp_path / "usd.csv").read_text() == "ann,2.50\n"


def test_a_study_without_a_bonus_pays_what_was_promised(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path, make_plan(make_design(sitting={"reward_currency": "EUR"})))
    with pytest.raises(BadInput, match="has no bonus"):
        listed(proctor.store, "one.csv")
    promise(proctor, end(proctor, "ann"), "2.50", "EUR")

    assert listed(proctor.store, "one.csv") == "ann,2.50\n"
    with pytest.raises(BadInput, match="needs a currency such as"):
        list_bonuses(
            proctor.store, UploadFormat.PROLIFIC, file="two.csv", clock=make_clock(), currency="points"
        )


def test_the_table_of_payments_says_in_which_file_a_promise_was_listed(tmp_path: Path) -> None:
    proctor = make_finished(tmp_path, "ann")
    ann = code_of(proctor, "ann")
    promise(proctor, ann, "2.50")
    listed(proctor.store, "one.csv")
    promise(proctor, ann, "1.00", key="k2")

    rows = list(payments.rows(proctor.store, proctor.plan))

    assert [(row["compensation"], row["bonus_file"]) for row in rows] == [("2.50", "one.csv"), ("1.00", "")]


def test_who_was_listed_since_a_backup_stays_listed_when_it_is_put_back(tmp_path: Path) -> None:
    with StudyFolder(tmp_path).open_store() as store:
        store.create_study("st_1", START)
        store.save_questions(make_questions(), [], source="tests", at=START)
        design = make_design(answer={"currency": "GBP"}, bonus={"flat": "1.25"})
        planning.freeze(store, design, make_materials(), clock=make_clock())
    proctor = Proctor(StudyFolder(tmp_path).open_store(), make_clock())
    ann, _ = end(proctor, "ann"), end(proctor, "bob")
    promise(proctor, ann, "2.50")
    made = make_backup(tmp_path, at=START)
    listed(proctor.store, "one.csv")
    Researcher(proctor.store, proctor.clock).look("console", "Ada")
    promise(proctor, code_of(proctor, "bob"), "1.00")
    proctor.store.close()

    restoring = prepare_restore(tmp_path, made.path, now=START + timedelta(days=1))
    done = restoring.go(START + timedelta(days=1))

    assert done.verification.findings == []
    assert "1 acts of researchers" in restoring.describe()
    assert "one.csv since then stays listed, so that nobody is paid twice" in restoring.describe()
    with Store.open(tmp_path / "study.db") as store:
        assert listed(store, "two.csv") == ""
        assert sorted(text_of(store, "one.csv").splitlines()) == ["ann,3.75", "bob,1.25"]
        events = [item.event for item in store.events_of(STUDY_STREAM)]
        (event,) = [event for event in events if isinstance(event, BonusesListed)]
        assert event.promises == {ann: "k1"}


# -- files that are there already ----------------------------------------------------------------------


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["bonus", *map(str, words)])


def test_a_file_that_is_there_is_never_written_over_and_nobody_is_listed_by_the_attempt(
    tmp_path: Path,
) -> None:
    make_finished(tmp_path, "ann").store.close()
    there = tmp_path / "one.csv"
    there.write_text("precious\n")

    refused = run(tmp_path, "--out", there)

    assert (refused.exit_code, there.read_text()) == (1, "precious\n")
    assert "exists with another content; nothing was changed" in refused.output
    assert run(tmp_path, "--out", tmp_path / "two.csv").exit_code == 0
    assert (tmp_path / "two.csv").read_text() == "ann,1.25\n"


def test_a_file_of_the_same_bytes_may_be_there(tmp_path: Path) -> None:
    make_finished(tmp_path, "ann").store.close()
    there = tmp_path / "one.csv"
    there.write_text("ann,1.25\n")

    assert run(tmp_path, "--out", there).exit_code == 0
    assert run(tmp_path, "--again", there).exit_code == 0
    there.write_text("ann,9.25\n")
    assert run(tmp_path, "--again", there).exit_code == 1
    assert there.read_text() == "ann,9.25\n"


def test_a_name_on_record_is_not_used_twice_also_in_another_folder(tmp_path: Path) -> None:
    proctor = make_finished(tmp_path, "ann")
    listed(proctor.store, "one.csv")
    end(proctor, "bob")

    with pytest.raises(BadInput, match=r"one\.csv is on record already"):
        listed(proctor.store, "one.csv")

    assert text_of(proctor.store, "one.csv") == "ann,1.25\n"


def test_yen_are_listed_without_decimals_in_the_file_and_on_record(tmp_path: Path) -> None:
    proctor = make_proctor(
        tmp_path, make_plan(make_design(answer={"currency": "JPY"}, bonus={"flat": "150"}))
    )
    end(proctor, "ann")

    assert listed(proctor.store, "one.csv") == "ann,150\n"
    event = proctor.store.events_of(STUDY_STREAM)[-1].event
    assert isinstance(event, BonusesListed)
    assert list(event.amounts.values()) == ["150"]


def answer_all(proctor: Proctor, who: str) -> None:
    """Say A to every question, and be quite sure."""
    while (sitting := proctor.sitting(who)).stage in (Stage.REST, Stage.TRIAL, Stage.FEEDBACK):
        match sitting.stage:
            case Stage.REST:
                proctor.go_on(who)
            case Stage.FEEDBACK:
                proctor.read_feedback(who, sitting.trial.plan.n)
            case _:
                proctor.page(who)
                proctor.clock.sleep(5)
                trial = proctor.sitting(who).trial.plan
                proctor.submit(who, trial.n, trial.option_order.index("A"), 1.0)


def test_what_was_drawn_is_on_record_and_names_nobody_of_the_platform(tmp_path: Path) -> None:
    answer = {
        "confidence": "percent",
        "scoring_rule": "quadratic",
        "prize": 0.5,
        "currency": "GBP",
        "binarised": True,
    }
    proctor = make_proctor(tmp_path, make_plan(make_design(answer=answer)))
    code = proctor.participant_from_platform({"PROLIFIC_PID": "ann-of-prolific"})
    assert code is not None
    seat(proctor, code)
    answer_all(proctor, code)
    proctor.act(code, lambda sitting, now, record: [SittingEnded("completed")])

    text = listed(proctor.store, "one.csv")

    event = proctor.store.events_of(STUDY_STREAM)[-1].event
    assert isinstance(event, BonusesListed)
    rows = {row["trial_id"]: row for row in proctor.store.rows("trials") if not row["is_practice"]}
    assert event.draws.keys() == rows.keys()
    assert event.draws == {
        trial: proctor.plan.dice(f"lottery/{trial}").randrange(100) for trial in event.draws
    }
    chances = {True: 100, False: 0}  # who is quite sure, and right or wrong
    n_won = sum(drawn < chances[rows[trial]["correct"] == 1] for trial, drawn in event.draws.items())
    assert text == f"ann-of-prolific,{Decimal('0.50') * n_won:.2f}\n"
    assert "ann-of-prolific" not in to_body(event)
