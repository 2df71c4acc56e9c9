"""Small studies for a browser to visit, made by the tool's own planning from its own banks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from oversight_app import banks, invitations, planning
from oversight_app.clock import SimulatedClock, SystemClock
from oversight_app.proctor import Proctor
from oversight_app.store import Store
from oversight_app.study.design import Design
from oversight_app.study.questions import Question
from oversight_app.study.sitting import Sitting, Stage
from oversight_app.study_folder import StudyFolder


@dataclass(frozen=True)
class Study:
    """A planned study, the links of its participants, and the answers that pass its check."""

    folder: Path
    tokens: tuple[str, ...]
    participants: tuple[str, ...]
    check: list[int]

    def seat(self, who: int, *, to: Stage = Stage.TRIAL, answered: int = 0) -> str:
        """Take a participant to this stage with so many questions answered; a question's clock starts when it is seen.

        What a test is not about need not be clicked: the record is the same, whoever wrote it. It all happened a while
        ago, a second after another.
        """
        participant_id = self.participants[who]
        clock = SimulatedClock(SystemClock().now() - timedelta(minutes=10))
        with Store.open(self.folder / "study.db") as store:
            proctor = Proctor(store, clock)
            while (sitting := proctor.sitting(participant_id)).stage is not to or sitting.n_closed < answered:
                clock.sleep(1.0)
                _go_on(proctor, sitting, clock, self.check)
        return participant_id


def _go_on(proctor: Proctor, sitting: Sitting, clock: SimulatedClock, check: list[int]) -> None:
    """One step on the way."""
    who = sitting.participant_id
    match sitting.stage:
        case Stage.CONSENT:
            proctor.give_consent(who, agreed=True)
        case Stage.INSTRUCTIONS:
            proctor.finish_instructions(who)
        case Stage.COMPREHENSION:
            proctor.answer_comprehension(who, tuple(check))
        case Stage.READY:
            proctor.begin(who, pledged=True)
        case Stage.REST:
            proctor.go_on(who)
        case Stage.TRIAL:
            proctor.page(who)
            clock.sleep(1.0)
            proctor.submit(who, sitting.trial.plan.n, 0, 0.6)
        case Stage.FEEDBACK:
            proctor.read_feedback(who, sitting.trial.plan.n)
        case Stage.SURVEY:
            proctor.answer_survey(who, {})
        case _:
            raise AssertionError(f"nobody is taken beyond {sitting.stage}")


def make_study(
    folder: Path,
    *,
    task: str = "quality",
    per_condition: int = 1,
    limit_s: float = 300,
    questions: Sequence[Question] = (),
    people: int = 3,
    ready_made: str = "demo",
    language: str = "en",
    texts: Mapping[str, str] | None = None,
    **changes: Any,
) -> Study:
    """Questions with the assistant, then as many alone; no practice. From the built-in banks, or these questions.

    `texts` are files in texts/ by name, `changes` replace whole sections of the design.
    """
    clock = SystemClock()
    made = StudyFolder.create(folder, ready_made, at=clock.now(), language=language)
    for name, text in (texts or {}).items():
        (made.texts / name).write_text(text, encoding="utf-8")
    values = made.read_design().model_dump(mode="json")
    values["tasks"] = {
        task: {"questions_per_condition": per_condition, "time_limit_s": limit_s, "practice_per_condition": 0}
    }
    values["conditions"]["order"] = "human_with_model_first"
    with made.open_store() as store:
        if questions:
            store.save_questions(questions, [], source="tests", at=clock.now())
        else:
            banks.import_bank(store, "builtin", at=clock.now())
        design = Design.model_validate(values | changes)
        plan = planning.freeze(store, design, made.read_materials(design.language), clock=clock)
        tokens = tuple(invitations.invite(store, people, clock=clock)) if people else ()
        invited = store.invitations()
    return Study(
        folder,
        tokens,
        tuple(invited[token] for token in tokens),
        [question.correct for question in plan.comprehension],
    )
