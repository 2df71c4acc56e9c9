"""A copy of a study to measure with: its questions, texts and design, and nobody's answers.

It lies beside the study, on the same disk, because what an answer costs is mostly the disk. The assistant in it is the
scripted one, whatever the study's is, so that no measurement asks a model. Places, caps and limits of the whole sitting
are lifted, because those who come are many.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from oversight_app import invitations
from oversight_app.clock import SimulatedClock, SystemClock
from oversight_app.errors import BadInput, NoPlan
from oversight_app.proctor import Proctor
from oversight_app.store import Store
from oversight_app.store.copying import copy_without_people
from oversight_app.study.design import AssistantMode, SpendingDesign
from oversight_app.study.events import STUDY_STREAM, PlanFrozen
from oversight_app.study.page import QuestionPage, ReadingPage, SurveyPage
from oversight_app.study.plan import Plan
from oversight_app.study.sitting import Stage
from oversight_app.study.survey import Answer
from oversight_app.study_folder import StudyFolder
from oversight_app.walking import Walker

SCRIPTED = "scripted:demo"
_SEATED_AGO = timedelta(minutes=2)
_STEPS = 100
"""More pages than lie before any first question."""


@contextmanager
def copied(study: StudyFolder) -> Iterator[Path]:
    """A folder with a copy of a planned study, gone when the block ends; the study itself is only read."""
    at = SystemClock().now()
    with _room_in(study.path) as room:
        copy_without_people(study.record, room / "study.db.copy")
        with Store.open(room / "study.db.copy") as store:
            plan, study_id, questions = store.plan(), store.study_id(), store.questions()
        for path in room.glob("study.db.copy*"):
            path.unlink()
        if plan is None:
            raise NoPlan(study.path)
        with Store.open(room / "study.db") as store:
            store.create_study(study_id, at)
            store.save_questions(questions, [], source="load", at=at)
            measured = for_many(plan)
            with store.write() as record:
                record.save_plan(measured)
                record.append(STUDY_STREAM, [PlanFrozen(measured.plan_hash, measured.design_hash)], at)
        yield room


@contextmanager
def _room_in(parent: Path) -> Iterator[Path]:
    """A temporary folder in this one; raises BadInput where nothing can be written there."""
    try:
        room = TemporaryDirectory(prefix=".load-", dir=parent, ignore_cleanup_errors=True)
    except OSError as error:
        raise BadInput(
            f"{parent} cannot be written to ({error.strerror}), and the copy to measure with has to lie on the study's "
            "own disk. Nothing was measured."
        ) from error
    with room as name:
        yield Path(name)


def for_many(plan: Plan) -> Plan:
    """The plan with the scripted assistant and without what keeps many people out or ends their sittings."""
    design = plan.design
    assistant = design.assistant.model_copy(
        update={
            "model": SCRIPTED,
            "second_model": "",
            "mode": AssistantMode.ASSIGNED,
            "temperature": None,
            "effort": None,
            "spending": SpendingDesign(),
        }
    )
    sitting = design.sitting.model_copy(
        update={"max_participants": None, "limit_s": None, "attention_failures": 0}
    )
    return plan.model_copy(
        update={"design": design.model_copy(update={"assistant": assistant, "sitting": sitting})}
    )


def seat(folder: Path, n: int) -> dict[str, str]:
    """So many new people in a copy, each before their first question; their ids by the tokens of their links."""
    with Store.open(folder / "study.db", synchronous="NORMAL") as store:
        clock = SimulatedClock(SystemClock().now() - _SEATED_AGO)
        proctor = Proctor(store, clock)
        tokens = invitations.invite(store, n, clock=clock)
        people = store.invitations()
        for token in tokens:
            _to_the_first_question(proctor, people[token])
    return {token: people[token] for token in tokens}


class _Seated(Walker):
    """Somebody who reads nothing and goes straight to the first question."""

    def takes(self, least_s: float, most_s: float) -> float:
        """No time."""
        return 0.0

    def reads(self, page: ReadingPage) -> float:
        """No time."""
        return 0.0

    def work_on(self, page: QuestionPage) -> Iterator[float]:
        """Nothing; this is as far as it goes."""
        return iter(())

    def survey(self, page: SurveyPage) -> dict[str, Answer]:
        """Nothing."""
        return {}


def _to_the_first_question(proctor: Proctor, participant_id: str) -> None:
    before = (Stage.REST, Stage.TRIAL)
    walk = _Seated(proctor, participant_id).walk()
    for _ in range(_STEPS):
        if proctor.sitting(participant_id).stage in before:
            return
        with suppress(StopIteration):
            next(walk)
