import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from oversight_app.banks import check_bank, import_bank, practice_questions
from oversight_app.errors import BankError, StudyStateError
from oversight_app.store import Store
from oversight_app.study.questions import Role

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
GOOD = "Which is right?,one,two,three,four,C\n"
REDUX = "question,choices,answer,error_type\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "study.db") as opened:
        yield opened


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def make_mmlu(folder: Path, val: str = GOOD + "Q2,a,b,c,d,A\n") -> Path:
    write(folder / "dev" / "anatomy_dev.csv", "An example,a,b,c,d,B\n")
    write(folder / "val" / "anatomy_val.csv", val)
    return folder


def make_quality(
    path: Path, article: str = "A story.", article_id: str = "100", gold: int | None = 2
) -> Path:
    item = {"question": "Why?", "question_unique_id": f"{article_id}_1", "options": ["a", "b", "c", "d"]}
    question = item if gold is None else item | {"gold_label": gold}
    return write(path, json.dumps({"article_id": article_id, "article": article, "questions": [question]}))


def ids(store: Store) -> list[str]:
    return [question.question_id for question in store.questions()]


# -- importing -------------------------------------------------------------------------------------


def test_an_import_saves_the_good_records_and_names_the_broken_ones(store: Store, tmp_path: Path) -> None:
    source = make_mmlu(tmp_path / "data", val=GOOD + "too,few,fields\nQ3,a,b,c,d,Z\n" + GOOD)

    summary = import_bank(store, "mmlu", source, at=NOON)

    assert ids(store) == ["dev/anatomy:1", "val/anatomy:1", "val/anatomy:4"]
    assert (summary.n_new, summary.n_known, summary.by_task) == (3, 0, {"mmlu": 3})
    assert summary.by_role == {"example": 1, "study": 2}
    assert [(item.file, item.record) for item in summary.refused] == [
        ("val/anatomy_val.csv", 2),
        ("val/anatomy_val.csv", 3),
    ]
    assert "2 records refused: val/anatomy_val.csv record 2: line 2: 3 fields where 6" in summary.describe()
    assert store.refused() == list(summary.refused)


def test_strict_refuses_all_because_of_one_and_leaves_the_study_as_it_was(
    store: Store, tmp_path: Path
) -> None:
    import_bank(store, "mmlu", make_mmlu(tmp_path / "first", val=GOOD), at=NOON)
    source = make_mmlu(tmp_path / "data", val=GOOD + "Q2,a,b,c,d,A\nQ3,a,b,c,d,Z\n")

    with pytest.raises(BankError, match=r"val/anatomy_val\.csv record 3: the key 'Z'"):
        import_bank(store, "mmlu", source, strict=True, at=NOON)

    assert ids(store) == ["dev/anatomy:1", "val/anatomy:1"]
    assert store.refused() == []


def test_the_same_import_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    source = make_mmlu(tmp_path / "data")
    import_bank(store, "mmlu", source, at=NOON)
    before = store.questions()

    summary = import_bank(store, "mmlu", source, at=NOON)

    assert (summary.n_new, summary.n_known) == (0, 3)
    assert store.questions() == before
    assert "3 of them there already" in summary.describe()


def test_the_same_questions_in_another_layout_are_known(store: Store, tmp_path: Path) -> None:
    import_bank(store, "mmlu", make_mmlu(tmp_path / "data"), at=NOON)
    row = {
        "question": "Which is right? ",
        "subject": "anatomy",
        "choices": ["one", "two", "three", "four"],
        "answer": 2,
    }

    summary = import_bank(store, "mmlu", write(tmp_path / "validation.jsonl", json.dumps(row)), at=NOON)

    assert (summary.n_new, summary.n_known, summary.refused) == (0, 1, ())


@pytest.mark.parametrize(
    "other", ["Which is right?,one,two,three,four,B\n", "Another,one,two,three,four,C\n"]
)
def test_another_text_or_key_under_a_known_id_is_refused(store: Store, tmp_path: Path, other: str) -> None:
    import_bank(store, "mmlu", make_mmlu(tmp_path / "data", val=GOOD), at=NOON)
    before = store.questions()

    summary = import_bank(store, "mmlu", make_mmlu(tmp_path / "other", val=other), at=NOON)

    (refusal,) = summary.refused
    assert refusal.reason == "question_id 'val/anatomy:1' is taken by a question with another text or key"
    assert store.questions() == before


def test_an_id_that_stands_twice_in_one_table_is_kept_once_or_refused(store: Store, tmp_path: Path) -> None:
    header = "question_id,question,option_a,option_b,option_c,option_d,answer\n"
    rows = "x,Q,a,b,c,d,A\nx,Q,a,b,c,d,A\nx,Other,a,b,c,d,A\n"

    summary = import_bank(store, "table", write(tmp_path / "t.csv", header + rows), at=NOON)

    assert ids(store) == ["x"]
    assert [item.field for item in summary.refused] == ["question_id"]


def test_a_passage_id_that_is_there_with_another_text_is_refused(store: Store, tmp_path: Path) -> None:
    import_bank(store, "quality", make_quality(tmp_path / "a.dev", "A story."), at=NOON)
    other = make_quality(tmp_path / "b.dev", "Another story.")
    other.write_text(other.read_text().replace("100_1", "100_2"))

    summary = import_bank(store, "quality", other, at=NOON)

    assert [item.reason for item in summary.refused] == [
        "question_id '100_2' has a passage '100' that is there with another text"
    ]
    assert ids(store) == ["100_1"]


def test_a_mended_explanation_is_taken_over_by_a_second_import(store: Store, tmp_path: Path) -> None:
    header = "question_id,question,option_a,option_b,option_c,option_d,answer,explanation\n"
    import_bank(store, "table", write(tmp_path / "t.csv", header + "x,Q,a,b,c,d,A,\n"), at=NOON)

    import_bank(store, "table", write(tmp_path / "t.csv", header + "x,Q,a,b,c,d,A,Because\n"), at=NOON)

    assert [question.explanation for question in store.questions()] == ["Because"]


def test_a_frozen_plan_takes_no_more_questions(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "is_planned", lambda: True)

    with pytest.raises(StudyStateError, match="plan of this study is frozen"):
        import_bank(store, "mmlu", make_mmlu(tmp_path / "data"), at=NOON)

    assert ids(store) == []


# -- flags -----------------------------------------------------------------------------------------


def test_a_doubled_key_is_flagged(store: Store, tmp_path: Path) -> None:
    source = make_mmlu(tmp_path / "data", val='Q1,687,"687 ",1,2,A\nQ2,687,687,1,2,C\n')

    summary = import_bank(store, "mmlu", source, at=NOON)

    assert summary.flags == {"doubled_key": 1}
    assert {q.question_id: q.key_flag for q in store.questions()}["val/anatomy:1"] == "doubled_key"


def test_redux_flags_doubtful_keys_of_this_import_and_of_earlier_ones(store: Store, tmp_path: Path) -> None:
    import_bank(store, "mmlu", make_mmlu(tmp_path / "data", val=GOOD), at=NOON)
    later = write(tmp_path / "later" / "anatomy_test.csv", "Later?,a,b,c,d,A\nDoubled,x,x,c,d,A\n")
    rows = (
        "Which is right?,\"['one', 'two', 'three', 'four']\",2,Wrong Groundtruth\n"
        "Later?,\"['a', 'b', 'c', 'd']\",0,expert\n"
        "Doubled,\"['x', 'x', 'c', 'd']\",0,expert\n"
        "Unknown?,\"['a', 'b', 'c', 'd']\",0,expert\n"
    )
    redux = write(tmp_path / "redux" / "mmlu_anatomy.csv", REDUX + rows)
    write(tmp_path / "redux" / "mmlu_virology.csv", REDUX + "Q,\"['a', 'b', 'c', 'd']\",0,ok\n")

    summary = import_bank(store, "mmlu", later, redux=redux.parent, at=NOON)

    assert {q.question_id: (q.key_flag, q.correct) for q in store.questions() if q.key_flag} == {
        "val/anatomy:1": ("wrong_key", 2),
        "test/anatomy:1": ("expert_needed", 0),
        "test/anatomy:2": ("doubled_key", 0),
    }
    assert [item.record for item in summary.unmatched] == [4]
    assert "1 MMLU-Redux rows match no question" in summary.describe()


def test_a_flag_stays_when_the_bank_is_imported_again_without_redux(store: Store, tmp_path: Path) -> None:
    source = make_mmlu(tmp_path / "data", val=GOOD)
    row = "Which is right?,\"['one', 'two', 'three', 'four']\",2,wrong_groundtruth\n"
    redux = write(tmp_path / "mmlu_anatomy.csv", REDUX + row)
    import_bank(store, "mmlu", source, redux=redux, at=NOON)

    import_bank(store, "mmlu", source, at=NOON)

    assert check_bank(store).flags == {"wrong_key": 1}


# -- sources that cannot be used -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "mmlu", "source": "nowhere"}, "nowhere does not exist; expected is a folder with dev/, val/ and"),
        ({"kind": "quality", "source": "empty"}, "No question found in .*empty; expected is QuALITY's JSON Lines"),
        ({"kind": "mmlu"}, "No source given for mmlu; expected is a folder"),
        ({"kind": "trivia", "source": "data"}, "no bank of the kind 'trivia'; there are mmlu, quality, table"),
        ({"kind": "mmlu", "source": "data", "subjects": ["anatmy"]}, "subject 'anatmy'.*Did you mean anatomy"),
        ({"kind": "mmlu", "source": "data", "splits": ["train"]}, r"split 'train' in .*There are: dev, val\."),
        ({"kind": "quality", "source": "story.dev", "subjects": ["x"]}, "There are: none"),
        ({"kind": "quality", "source": "story.dev", "redux": "data"}, "leave --redux out when importing quality"),
        ({"kind": "mmlu", "source": "data", "redux": "nowhere"}, "nowhere does not exist; expected is a folder of"),
        ({"kind": "mmlu", "source": "data", "redux": "empty"}, "No MMLU-Redux row found in .*empty"),
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_used_says_what_was_expected(
    store: Store, tmp_path: Path, arguments: dict[str, Any], message: str
) -> None:
    make_mmlu(tmp_path / "data")
    make_quality(tmp_path / "story.dev")
    (tmp_path / "empty").mkdir()
    paths = {name: tmp_path / arguments[name] for name in ("source", "redux") if name in arguments}

    with pytest.raises(BankError, match=message):
        import_bank(store, **(arguments | paths), at=NOON)

    assert store.questions() == []


def test_a_split_and_a_subject_that_never_meet_are_said_not_to(store: Store, tmp_path: Path) -> None:
    source = make_mmlu(tmp_path / "data")
    write(tmp_path / "data" / "test" / "virology_test.csv", GOOD)

    with pytest.raises(
        BankError, match=r"No question in .* is of split 'val' and subject 'virology' as well as"
    ) as error:
        import_bank(store, "mmlu", source, splits=["val"], subjects=["virology"], at=NOON)

    assert "Did you mean" not in str(error.value)


def test_redux_without_the_test_split_says_what_it_is_about(store: Store, tmp_path: Path) -> None:
    redux = write(tmp_path / "mmlu_anatomy.csv", REDUX + "Other?,\"['a', 'b', 'c', 'd']\",0,expert\n")

    summary = import_bank(store, "mmlu", make_mmlu(tmp_path / "data"), redux=redux, at=NOON)

    assert "MMLU's test split, and none of these is there" in summary.describe()


def test_a_bank_without_examples_says_so(store: Store, tmp_path: Path) -> None:
    source = write(tmp_path / "alone" / "anatomy_val.csv", GOOD)

    summary = import_bank(store, "mmlu", source, at=NOON)

    assert "without examples" in summary.describe()


# -- checking --------------------------------------------------------------------------------------


def test_the_check_of_a_bank_has_the_fields_of_the_contract(store: Store, tmp_path: Path) -> None:
    import_bank(
        store, "mmlu", make_mmlu(tmp_path / "data", val=GOOD + GOOD + "Q,1,1,2,all of the above,A\n"), at=NOON
    )
    import_bank(store, "quality", make_quality(tmp_path / "a.dev"), at=NOON)
    import_bank(store, "quality", make_quality(tmp_path / "b.test", article_id="7", gold=None), at=NOON)

    found = check_bank(store).to_json()

    refused = found.pop("refused")
    assert found == {
        "questions": 5,
        "by_task": {"mmlu": 4, "quality": 1},
        "by_role": {"example": 1, "study": 4},
        "flags": {"doubled_key": 1},
        "passages": 1,
        "fixed_order": 1,
        "repeated": 1,
    }
    assert isinstance(refused, list)
    assert (refused[0]["file"], refused[0]["record"]) == ("b.test", 1)
    assert refused[0]["reason"].startswith("7_1: no gold_label")
    assert json.loads(json.dumps(found)) == found


def test_an_empty_bank_can_be_checked(store: Store) -> None:
    assert check_bank(store).to_json()["questions"] == 0


# -- built-in and real banks -----------------------------------------------------------------------


def test_the_built_in_banks_come_in_under_strict_and_hold_practice(store: Store) -> None:
    summary = import_bank(store, "builtin", strict=True, at=NOON)

    assert summary.source == "builtin"
    assert summary.refused == ()
    practice = [question for question in store.questions() if question.role is Role.PRACTICE]
    assert practice == practice_questions()
    assert {question.task for question in practice} == {"mmlu", "quality"}


def test_the_real_banks_go_in_and_come_out_as_they_were_read(store: Store, shared_data: Path) -> None:
    mmlu = import_bank(
        store, "mmlu", shared_data / "mmlu", redux=shared_data / "mmlu_redux", strict=True, at=NOON
    )
    again = import_bank(store, "mmlu", shared_data / "mmlu_hf_rows", strict=True, at=NOON)
    stories = import_bank(store, "quality", shared_data / "quality_50_stories", strict=True, at=NOON)
    official = import_bank(store, "quality", shared_data / "quality", at=NOON)

    assert (mmlu.n_new, len(mmlu.unmatched)) == (15858, 0)
    assert mmlu.flags["doubled_key"] == 5
    assert sum(mmlu.flags.values()) == 63
    assert (again.n_new, again.n_known) == (0, 426)
    assert stories.n_new == 907
    assert (official.n_new, len(official.refused)) == (43, 9)
    check = check_bank(store)
    assert (check.n_questions, check.n_passages) == (16808, 51)
    by_id = {question.question_id: question for question in store.questions()}
    assert by_id["val/conceptual_physics:17"].options[0] == "None"
    assert "\r\n" in by_id["val/college_physics:9"].text


def test_val_of_the_real_mmlu_brings_its_examples(store: Store, shared_data: Path) -> None:
    summary = import_bank(store, "mmlu", shared_data / "mmlu", splits=["val"], at=NOON)

    assert summary.by_role == {"example": 285, "study": 1531}
