"""A backup is taken while people are at work on a served study; it is put back, and all of them finish."""

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from random import Random

from oversight_app.backups import backups_of, prepare_restore
from oversight_app.clock import SystemClock
from oversight_app.study.design import Outcome
from oversight_app.verification import verify_record
from tests.bench.participants import Manner, Participant
from tests.bench.sessions import Session, Traffic
from tests.bench.studies import built_in_questions, served, sittings
from tests.browser.served import Served
from tests.browser.studies import Study

PEOPLE = 6
AT_WORK_S = 4.0
MANNER = Manner(thinks_s=0.5, asks=0.5, hears_out=0.5, comes_back=True)


def test_everybody_goes_on_from_a_backup_that_was_taken_while_they_worked(tmp_path: Path) -> None:
    study = built_in_questions(tmp_path / "study", PEOPLE, per_condition=6)

    with served(study) as server:
        asyncio.run(work_through(study, server))

    outcomes = {who: sitting.outcome for who, sitting in sittings(study).items()}
    assert outcomes == dict.fromkeys(study.participants, Outcome.COMPLETED)
    assert verify_record(study.folder / "study.db").findings == []


async def work_through(study: Study, server: Served) -> None:
    traffic = Traffic()
    people = [Participant(Session(server.url, traffic), study.check, MANNER, Random(t)) for t in study.tokens]
    await asyncio.gather(
        *(person.session.enter(token) for person, token in zip(people, study.tokens, strict=True))
    )
    at_work = [asyncio.create_task(sit(person)) for person in people]
    await asyncio.sleep(AT_WORK_S)
    command = [sys.executable, "-m", "oversight_app.cli", "backup", str(study.folder)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    n_before = sum(sitting.n_closed for sitting in sittings(study).values())
    assert n_before > 0
    await asyncio.sleep(1.0)
    server.kill()
    (backup,) = backups_of(study.folder)
    now = SystemClock().now() + timedelta(minutes=1)  # by then the dead server's last sign of life is old
    await asyncio.to_thread(prepare_restore(study.folder, backup.path, now=now).go, now)
    assert verify_record(study.folder / "study.db").findings == []
    await asyncio.to_thread(server.start)
    await asyncio.wait_for(asyncio.gather(*at_work), 120)


async def sit(person: Participant) -> None:
    await person.sit()
    await person.session.leave()
