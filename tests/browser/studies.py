"""Small studies for a browser to visit, made by the tool's own planning from its own banks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oversight_app import banks, invitations, planning
from oversight_app.clock import SystemClock
from oversight_app.proctor import Proctor
from oversight_app.store import Store
from oversight_app.study.design import Design
from oversight_app.study.questions import Question
from oversight_app.study_folder import StudyFolder


@dataclass(frozen=True)
class Study:
    """A planned study, the links of its participants, and the answers that pass its check."""

    folder: Path
    tokens: tuple[str, ...]
    participants: tuple[str, ...]
    check: list[int]

    def seat(self, who: int) -> str:
        """Take a participant past all pages to the door of question 1, whose clock starts when the link is opened.

        What a test is not about need not be clicked: the record is the same, whoever wrote it.
        """
        participant_id = self.participants[who]
        with Store.open(self.folder / "study.db") as store:
            proctor = Proctor(store, SystemClock())
            proctor.give_consent(participant_id, agreed=True)
            proctor.finish_instructions(participant_id)
            proctor.answer_comprehension(participant_id, tuple(self.check))
            proctor.begin(participant_id, pledged=True)
            proctor.go_on(participant_id)
        return participant_id


def make_study(
    folder: Path,
    *,
    task: str = "quality",
    per_condition: int = 1,
    limit_s: float = 300,
    questions: Sequence[Question] = (),
    people: int = 3,
    **changes: Any,
) -> Study:
    """Questions with the assistant, then as many alone; no practice. From the built-in banks, or these questions.

    `changes` replace whole sections of the design.
    """
    clock = SystemClock()
    made = StudyFolder.create(folder, "demo", at=clock.now())
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
        tokens = tuple(invitations.invite(store, people, clock=clock))
        people = store.invitations()
    return Study(
        folder,
        tokens,
        tuple(people[token] for token in tokens),
        [question.correct for question in plan.comprehension],
    )
