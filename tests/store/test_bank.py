from pathlib import Path

import pytest

from oversight_app.store import Store
from oversight_app.study.questions import Passage, Question, Refused, Role
from tests.builders import START, make_question

RAW = "  a\r\nb\t\x85 “quoted” \ufeff é \u00a0 &amp; \x1f "


def stored(folder: Path, *questions: Question) -> list[Question]:
    with Store.open(folder / "study.db", synchronous="NORMAL") as store:
        store.save_questions(questions, [], source="tests", at=START)
        return store.questions()


@pytest.mark.parametrize(
    "question",
    [
        make_question(),
        make_question(text=RAW, options=(RAW, "None", "TRUE", "4"), explanation=RAW),
        make_question(passage=Passage("p1", RAW, "title", "author", "source", "url", "license")),
        make_question(role=Role.EXAMPLE, difficult=False, distractor=0, key_flag="doubtful"),
        make_question(arguments=None, difficult=None, distractor=None),
        make_question(expert_accuracy=0.8, novice_accuracy=0.0, context_needed=7 / 3),
    ],
)
def test_a_question_comes_back_to_the_byte(tmp_path: Path, question: Question) -> None:
    assert stored(tmp_path, question) == [question]


def test_one_passage_id_may_name_two_editions(tmp_path: Path) -> None:
    questions = [make_question(f"q{i}", passage=Passage("p1", f"Edition {i}.")) for i in range(2)]

    assert stored(tmp_path, *questions) == questions


def test_questions_of_one_passage_share_it(tmp_path: Path) -> None:
    passage = Passage("p1", "Long.")

    one, other = stored(tmp_path, make_question("q1", passage=passage), make_question("q2", passage=passage))

    assert one.passage is other.passage


def test_a_question_imported_again_replaces_itself_in_its_place(tmp_path: Path) -> None:
    old, other, new = make_question("q1"), make_question("q2"), make_question("q1", key_flag="doubtful")

    stored(tmp_path, old, other)

    assert stored(tmp_path, new) == [new, other]


def test_refusals_of_a_source_are_those_of_its_last_import(tmp_path: Path) -> None:
    first, second = Refused("a.csv", 3, "no key"), Refused("a.csv", 4, "option B is empty", "option_b")
    with Store.open(tmp_path / "study.db", synchronous="NORMAL") as store:
        store.save_questions([], [first], source="a.csv", at=START)

        store.save_questions([], [second], source="a.csv", at=START)

        assert store.refused() == [second]
