"""Which earlier answers are of this bank, whose they are, and what is said of the rest."""

from dataclasses import replace
from typing import Any

import pytest

from oversight_app.earlier_answers import EarlierResults, Matched, Row, match
from oversight_app.errors import BadInput
from oversight_app.study.gap import Answerer
from oversight_app.study.questions import Question
from tests.builders import make_design, make_question

BANK = [make_question(f"q{i}", text=f"What is asked in {i}?") for i in range(4)]


def row(question_id: str = "q0", **changes: object) -> Row:
    return {
        "participant_id": "m1",
        "condition": "model_alone",
        "question_id": question_id,
        "correct": 1.0,
        "status": "answered",
        "provider": "scripted",
        "model": "demo",
        "method": "zero_shot",
        "sample": 1.0,
        "study_id": "before",
    } | changes


def person(question_id: str = "q0", **changes: object) -> Row:
    own: dict[str, object] = {"provider": None, "model": None, "method": None, "participant_kind": "human"}
    return row(question_id, **(own | {"participant_id": "p1", "condition": "human_alone"} | changes))


def results(*rows: Row, name: str = "export", **changes: Any) -> EarlierResults:
    return replace(EarlierResults(name, f"sha of {name}", rows, {}, "before"), **changes)


def matched(*found: EarlierResults, bank: list[Question] | None = None, **options: str) -> Matched:
    return match(found, bank or BANK, make_design(), **options)


def ids(found: Matched, by: Answerer = Answerer.MODEL) -> list[str]:
    return [answer.question_id for answer in found.answers_of(by)]


# -- which question ----------------------------------------------------------------------------------


def test_a_content_hash_finds_the_question_whatever_it_is_called() -> None:
    found = matched(
        results(row("theirs"), row("q1"), content_hashes={"theirs": BANK[2].content_hash, "q1": "other"})
    )

    assert ids(found) == ["q2"]
    assert found.notes[0] == (
        "export: 1 of 2 answers given alone met this bank (no question with this content: 1)."
    )


def test_without_a_hash_the_id_counts_unless_it_names_another_question_here() -> None:
    found = matched(
        results(
            row("q0", correct_choice="B"),
            row("q1", correct_choice="C"),
            row("q2", text="Something else?"),
            row("q3", text=" What is  asked in 3?"),
            row("q9"),
        )
    )

    assert ids(found) == ["q0", "q3"]
    assert "another key than the question of this id here: 1" in found.notes[0]
    assert "another text than the question of this id here: 1" in found.notes[0]
    assert "no question of this id: 1" in found.notes[0]


def test_a_text_finds_the_one_question_that_has_it() -> None:
    bank = [*BANK, make_question("twin", text="What is asked in 3?")]

    found = matched(
        results(row("x1", question="What is asked in 1?"), row("x3", question="What is asked in 3?")),
        bank=bank,
    )

    assert ids(found) == ["q1"]
    assert "a text that several questions have: 1" in found.notes[0]


def test_results_of_another_bank_are_refused_with_the_count() -> None:
    with pytest.raises(
        BadInput, match=r"No answer is of a question in this study's bank\. export: 0 of 2 answers"
    ):
        matched(results(row("x"), row("y")))


# -- which answers -----------------------------------------------------------------------------------


def test_practice_checks_void_and_assisted_answers_do_not_count_and_no_choice_is_not_right() -> None:
    found = matched(
        results(
            row("q0", correct=None, status="unreadable"),
            row("q1", is_practice=1.0),
            row("q1", is_attention_check=1.0),
            row("q2", status="void"),
            row("q2", status="abandoned"),
            person("q3", condition="human_with_model"),
        )
    )

    assert [(answer.question_id, answer.is_correct) for answer in found.answers] == [("q0", False)]
    assert found.sources[0].n_answers == 1


def test_each_sample_of_a_model_is_a_run_of_its_own_and_a_person_is_one_with_all_answers() -> None:
    found = matched(results(row(sample=1.0), row(sample=2.0), person("q0"), person("q1")))

    assert len({answer.run for answer in found.answers_of(Answerer.MODEL)}) == 2
    assert len({answer.run for answer in found.answers_of(Answerer.PEOPLE)}) == 1


def test_without_answers_of_a_model_alone_there_is_nothing_to_select_by() -> None:
    with pytest.raises(BadInput, match="no answers of a model alone to questions of this bank"):
        matched(results(person()))


def test_where_several_models_answered_the_one_that_people_are_compared_with_chooses() -> None:
    found = matched(results(row(), row("q1", model="other", participant_id="m2")))

    assert (found.model, found.method, ids(found)) == ("scripted:demo", "zero_shot", ["q0"])
    assert any(
        "the others of these are not used: scripted:demo (zero_shot): 1 answers; scripted:other" in note
        for note in found.notes
    )


def test_another_of_several_models_can_be_named() -> None:
    both = results(row(), row("q1", model="other", participant_id="m2"))

    assert ids(matched(both, model="scripted:other")) == ["q1"]
    assert ids(matched(both, model="scripted:other", method="zero_shot")) == ["q1"]
    with pytest.raises(BadInput, match="none of them is the one asked for: scripted:demo"):
        matched(both, model="scripted:third")


def test_where_it_is_not_clear_which_model_chooses_they_are_listed() -> None:
    with pytest.raises(BadInput, match=r"not clear which one chooses: a:x \(zero_shot\): 1 answers; b:y"):
        matched(
            results(row(provider="a", model="x"), row("q1", provider="b", model="y", participant_id="m2"))
        )


def test_a_bare_table_need_not_name_its_model() -> None:
    bare: Row = {"participant_id": "m", "condition": "model_alone", "question_id": "q0", "correct": 0.0}

    found = matched(results(bare, study_id=""))

    assert (found.model, found.method, ids(found)) == ("", "", ["q0"])


def test_simulated_people_count_only_among_themselves_and_it_is_said() -> None:
    simulated = person("q1", participant_id="s1", participant_kind="simulated")

    beside = matched(results(row(), person(), simulated))
    alone = matched(results(row(), simulated))

    assert (ids(beside, Answerer.PEOPLE), beside.simulated_people) == (["q0"], False)
    assert "Whoever took part then has met these questions: do not invite them again." in beside.notes
    assert (ids(alone, Answerer.PEOPLE), alone.simulated_people) == (["q1"], True)
    assert any("simulated: what they choose says nothing about people" in note for note in alone.notes)


# -- several files -----------------------------------------------------------------------------------


def test_an_answer_in_two_exports_of_one_study_counts_once() -> None:
    found = matched(results(row()), results(row(), row("q1"), name="later"))

    assert ids(found) == ["q0", "q1"]
    assert "1 answers stand in two of the files and count once." in found.notes


def test_files_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(BadInput, match=r"later: participant_id m1 answers question_id q0 otherwise"):
        matched(results(row()), results(row(correct=0.0), name="later"))


def test_the_same_file_twice_is_refused() -> None:
    with pytest.raises(BadInput, match="again holds the same answers as export"):
        matched(results(row()), results(row(), name="again", sha256="sha of export"))


def test_bare_tables_of_different_origin_may_call_their_people_alike() -> None:
    found = matched(
        results(row(), person(study_id=None), study_id=""),
        results(person(study_id=None, correct=0.0), name="b", study_id=""),
    )

    assert len({answer.run for answer in found.answers_of(Answerer.PEOPLE)}) == 2


def test_a_changed_export_is_named() -> None:
    found = matched(results(row(), is_changed=True))

    assert "export: answers.csv is not as its export wrote it; it was changed afterwards." in found.notes
