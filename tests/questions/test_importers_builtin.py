import json
import shutil
from pathlib import Path

import pytest

from oversight_app.study.questions import Question, Refused, Role
from questions.importers import builtin


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    with builtin.folder() as folder:
        return Path(shutil.copytree(folder, tmp_path / "builtin"))


def read(folder: Path, **choice: list[str]) -> list[Question]:
    return [item for item in builtin.read(folder, **choice) if isinstance(item, Question)]


def test_the_built_in_banks_come_in_whole_with_their_own_ids() -> None:
    with builtin.folder() as folder:
        found = list(builtin.read(folder))

    questions = [item for item in found if isinstance(item, Question)]
    assert len(questions) == len(found) == len({question.question_id for question in questions})
    assert {question.bank for question in questions} == {"builtin"}
    assert {question.task for question in questions} == {"mmlu", "quality"}
    mmlu = [question for question in questions if question.task == "mmlu"]
    assert all(question.question_id.startswith("builtin/") for question in mmlu)


def test_every_question_that_is_asked_has_four_arguments_and_an_explanation(copy: Path) -> None:
    asked = [question for question in read(copy) if question.role is not Role.EXAMPLE]

    assert [q.question_id for q in asked if q.arguments is None or not all(q.arguments)] == []
    assert [q.question_id for q in asked if not q.explanation] == []


def test_the_practice_story_and_the_practice_split_are_for_practice(copy: Path) -> None:
    practice = [question for question in read(copy) if question.role is Role.PRACTICE]

    assert {question.passage_id for question in practice if question.task == "quality"} == {"os-practice"}
    assert {question.split for question in practice if question.task == "mmlu"} == {"practice"}


def test_a_split_and_a_subject_choose_among_the_short_questions_and_the_stories_come_whole(
    copy: Path,
) -> None:
    found = read(copy, splits=["val"], subjects=["anatomy"])

    assert {question.subject for question in found if question.task == "mmlu"} == {"anatomy"}
    assert {question.role for question in found if question.task == "mmlu"} == set(Role) - {Role.ATTENTION}
    assert len({question.passage_id for question in found if question.task == "quality"}) >= 4


def test_a_broken_line_of_arguments_is_refused_and_its_question_comes_without(copy: Path) -> None:
    side = copy / "arguments" / "mmlu.jsonl"
    lines = side.read_text(encoding="utf-8").splitlines()
    question_id = json.loads(lines[0])["question_id"]
    side.write_text("\n".join(["{", *lines[1:]]), encoding="utf-8")

    found = list(builtin.read(copy))

    (refusal,) = [item for item in found if isinstance(item, Refused)]
    assert (refusal.file, refusal.record) == ("arguments/mmlu.jsonl", 1)
    without = [item for item in found if isinstance(item, Question) and item.question_id == question_id]
    assert without[0].arguments is None
