import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from oversight_app.study.questions import Question, Refused, Role, folded
from questions.importers import quality
from questions.importers.articles import article_text


def make_item(place: int = 1, **changes: Any) -> dict[str, Any]:
    item = {
        "question": f"What happens in {place}?",
        "question_unique_id": f"100_AB_{place}",
        "options": ["One. ", "Two", "Three", "Four\n"],
        "writer_label": 1,
        "gold_label": 2,
        "validation": [],
        "difficult": 1,
    }
    return {name: value for name, value in (item | changes).items() if value != "left out"}


def make_line(*items: object, **changes: Any) -> dict[str, Any]:
    line = {
        "article_id": "100",
        "set_unique_id": "100_AB",
        "source": "Gutenberg",
        "title": "A Story",
        "year": 1950,
        "author": "Somebody",
        "article": " The story.\n\n It ends. \n",
        "questions": list(items or [make_item()]),
        "url": "http://example.org//1",
        "license": "Free to read",
    }
    return line | changes


def read(tmp_path: Path, *lines: dict[str, Any], name: str = "QuALITY.v1.0.1.htmlstripped.dev") -> list[Any]:
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (tmp_path / name).write_bytes(text.encode())
    return list(quality.read(tmp_path / name))


def good(found: Iterable[Question | Refused]) -> list[Question]:
    return [item for item in found if isinstance(item, Question)]


def refused(found: Iterable[Question | Refused]) -> list[Refused]:
    return [item for item in found if isinstance(item, Refused)]


def vote(best: object, answer: object = 2) -> dict[str, object]:
    return {"untimed_best_distractor": best, "untimed_answer": answer}


# -- official lines --------------------------------------------------------------------------------


def test_an_official_question_keeps_its_id_its_text_and_the_passage_with_its_licence(tmp_path: Path) -> None:
    (question,) = read(tmp_path, make_line())

    assert (question.question_id, question.task, question.bank, question.split) == (
        "100_AB_1",
        "quality",
        "quality",
        "dev",
    )
    assert question.options == ("One. ", "Two", "Three", "Four\n")
    assert question.correct == 1
    assert question.difficult is True
    assert question.role is Role.STUDY
    assert question.passage.text == " The story.\n\n It ends. \n"
    assert (question.passage.title, question.passage.author) == ("A Story", "Somebody")
    assert (question.passage.url, question.passage.license) == ("http://example.org//1", "Free to read")


def test_the_gold_label_is_the_key_even_where_the_writer_thought_otherwise(tmp_path: Path) -> None:
    (question,) = read(tmp_path, make_line(make_item(writer_label=4, gold_label=1)))

    assert question.correct == 0


def test_several_lines_of_an_article_share_one_passage_wherever_they_lie(tmp_path: Path) -> None:
    other = make_line(make_item(question_unique_id="7_X_1"), article_id="7", article="Another story.")
    again = make_line(make_item(question_unique_id="100_CD_1"), set_unique_id="100_CD")

    first, between, last = good(read(tmp_path, make_line(), other, again))

    assert first.passage is last.passage
    assert between.passage_id == "7"


def test_a_line_whose_article_differs_from_an_earlier_one_is_refused(tmp_path: Path) -> None:
    found = read(tmp_path, make_line(), make_line(article="Another text."))

    (refusal,) = refused(found)
    assert (refusal.record, refusal.reason) == (2, "article 100 has another text than on an earlier line")
    assert len(good(found)) == 1


def test_questions_without_gold_are_refused_one_by_one_with_the_reason(tmp_path: Path) -> None:
    items = [make_item(place, gold_label="left out", writer_label="left out") for place in (1, 2)]

    found = read(tmp_path, make_line(*items), name="QuALITY.v1.0.1.htmlstripped.test")

    assert [(item.record, item.field) for item in refused(found)] == [(1, "gold_label"), (1, "gold_label")]
    assert all("withhold the keys of the test split" in item.reason for item in found)
    assert found[1].reason.startswith("100_AB_2:")


@pytest.mark.parametrize(
    ("votes", "distractor"),
    [
        pytest.param([vote(3), vote(3), vote(4)], 2, id="most votes"),
        pytest.param([vote(3), vote(4)], None, id="a tie names none"),
        pytest.param([], None, id="no votes"),
        pytest.param([vote(2), vote(2), vote(4)], 3, id="votes for the key do not count"),
        pytest.param([vote(1, answer=1), vote(1, answer=1), vote(4)], 3, id="nor do votes for one's own answer"),
        pytest.param([vote(-1), vote(None), vote("3"), vote(1)], 0, id="nor do votes that are no option"),
        pytest.param([vote(3, answer=-1)], 2, id="a reader who ran out of time still votes"),
    ],
)  # fmt: skip
def test_the_distractor_is_the_option_that_misled_most_readers(
    tmp_path: Path, votes: list[dict[str, object]], distractor: int | None
) -> None:
    (question,) = read(tmp_path, make_line(make_item(validation=votes)))

    assert question.distractor == distractor


def test_the_answers_of_its_own_readers_are_kept_as_shares(tmp_path: Path) -> None:
    readers = [
        {"untimed_answer": 2, "untimed_eval2_context": 1},
        {"untimed_answer": 2, "untimed_eval2_context": 4},
        {"untimed_answer": 1, "untimed_eval2_context": 2},
        {"untimed_answer": 2},
    ]
    hasty = [{"speed_answer": answer} for answer in (2, -1, 3, 1, 4)]

    (question,) = read(tmp_path, make_line(make_item(validation=readers, speed_validation=hasty)))

    assert isinstance(question, Question)
    assert (question.expert_accuracy, question.novice_accuracy) == (0.75, 0.2)  # out of time is not right
    assert question.context_needed == pytest.approx(7 / 3)


def test_a_file_without_readers_leaves_their_figures_missing(tmp_path: Path) -> None:
    item = make_item(validation="left out", speed_validation="left out")

    (question,) = read(tmp_path, make_line(item))

    assert isinstance(question, Question)
    assert question.expert_accuracy is question.novice_accuracy is question.context_needed is None


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (make_item(2, gold_label=5), "100_AB_2: the key 5 is not a number 1-4"),
        (make_item(2, gold_label="2"), "100_AB_2: the key '2' is not a number 1-4"),
        (make_item(2, options=["a", "b", "c"]), "options has 3 entries"),
        (make_item(2, options="abcd"), "must be a list of four texts"),
        (make_item(2, options=["a", "b", "c", " "]), "option D is empty"),
        (make_item(2, question="left out"), "the question is null"),
        (make_item(2, question_unique_id="left out"), "question 2 has no question_unique_id"),
        ("What?", "question 2 is text"),
    ],
)
def test_a_broken_question_is_refused_and_its_neighbours_are_read(
    tmp_path: Path, item: object, reason: str
) -> None:
    found = read(tmp_path, make_line(make_item(1), item, make_item(3)))

    (refusal,) = refused(found)
    assert reason in refusal.reason
    assert [question.question_id for question in good(found)] == ["100_AB_1", "100_AB_3"]


def test_a_line_that_is_cut_off_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    whole = json.dumps(make_line())
    (tmp_path / "x.dev").write_text(f"{whole[:200]}\n\n{whole}\n")

    found = list(quality.read(tmp_path / "x.dev"))

    (refusal,) = refused(found)
    assert (refusal.record, refusal.reason[:9]) == (1, "not JSON:")
    assert len(good(found)) == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (make_line(article=""), "the line has no article"),
        (make_line(article_id=None), "the line has no article_id"),
        ({"input": "Q (A) a", "output": "a"}, "neither an official line"),
    ],
)
def test_a_line_without_article_or_questions_says_what_it_lacks(
    tmp_path: Path, line: dict[str, Any], reason: str
) -> None:
    (refusal,) = read(tmp_path, line)

    assert reason in refusal.reason


def test_labels_that_count_from_zero_in_an_official_file_refuse_the_file(tmp_path: Path) -> None:
    items = [make_item(place, gold_label=label) for place, label in enumerate((0, 1, 3), start=1)]

    (refusal,) = read(tmp_path, make_line(*items))

    assert (refusal.record, refusal.field) == (0, "gold_label")


# -- hub rows --------------------------------------------------------------------------------------


def make_row(**changes: Any) -> dict[str, Any]:
    row = {
        "article_id": 17,
        "article": "A text.",
        "question": "Why?",
        "options": ["a", "b", "c", "d"],
        "answer": 0,
    }
    return {name: value for name, value in (row | changes).items() if value != "left out"}


def test_hub_rows_count_from_zero_and_are_numbered_within_their_article(tmp_path: Path) -> None:
    rows = [
        make_row(answer=3),
        make_row(answer=0, hard=True),
        make_row(article_id=18, article="Other.", answer=1),
    ]

    found = read(tmp_path, *rows, name="validation.jsonl")

    assert [(q.question_id, q.correct, q.difficult) for q in found] == [
        ("17:1", 3, None),
        ("17:2", 0, True),
        ("18:1", 1, None),
    ]
    assert found[0].passage is found[1].passage
    assert found[0].split == "dev"


def test_hub_rows_without_article_ids_are_joined_on_the_text(tmp_path: Path) -> None:
    rows = [
        make_row(article_id="left out"),
        make_row(article_id="left out"),
        make_row(article_id="left out", article="B"),
    ]

    first, second, third = read(tmp_path, *rows, name="rows.jsonl")

    assert first.passage is second.passage
    assert third.passage_id not in ("", first.passage_id)
    assert second.question_id == f"{first.passage_id}:2"


def test_answers_that_count_from_one_in_hub_rows_refuse_the_file(tmp_path: Path) -> None:
    (refusal,) = read(tmp_path, make_row(answer=1), make_row(answer=4), name="rows.jsonl")

    assert "from 1 to 4" in refusal.reason


def test_a_hub_row_without_key_or_article_is_refused(tmp_path: Path) -> None:
    found = read(tmp_path, make_row(answer=None), make_row(article="left out"), make_row(), name="rows.jsonl")

    assert [item.record for item in refused(found)] == [1, 2]
    assert len(good(found)) == 1


# -- folders and splits ----------------------------------------------------------------------------


def test_of_a_split_with_and_without_html_the_stripped_file_is_read(tmp_path: Path) -> None:
    read(tmp_path, make_line(article="<html><p>The story.</p></html>"), name="QuALITY.v1.0.1.dev")
    read(tmp_path, make_line(), name="QuALITY.v1.0.1.htmlstripped.dev")

    (question,) = good(quality.read(tmp_path))

    assert question.passage is not None
    assert question.passage.text == " The story.\n\n It ends. \n"


def test_only_the_splits_that_were_asked_for_are_read(tmp_path: Path) -> None:
    read(tmp_path, make_line(), name="a.train")
    read(tmp_path, make_line(make_item(question_unique_id="d")), name="a.dev")

    assert [question.split for question in good(quality.read(tmp_path, splits=["validation"]))] == ["dev"]


# -- HTML ------------------------------------------------------------------------------------------


def test_an_html_article_becomes_the_text_a_browser_would_show() -> None:
    html = (
        '<?xml version="1.0"?><!DOCTYPE html>\n<html><head><title>T</title><style>p {}</style></head>\n'
        "<body>\n <!-- note -->\n <h1>\n  HEAD\n </h1><p>\n  A &amp; B &lt;c&gt; in\n  <i>\n   italics\n  </i>\n  ."
        "\n </p><script>x()</script><p>Line<br/>end</p>\n</body></html>"
    )

    assert article_text(html) == "HEAD\n\nA & B <c> in\nitalics\n.\n\nLine\n\nend\n"


@pytest.mark.parametrize("text", [" Title\n\n 2 < 3 and 4 > 1 &amp; so\n", "", "<3 is a heart"])
def test_an_article_without_html_is_left_as_it_is(text: str) -> None:
    assert article_text(text) == text


# -- the real files --------------------------------------------------------------------------------


def test_the_real_official_files_are_joined_and_the_test_split_is_refused(shared_data: Path) -> None:
    found = list(quality.read(shared_data / "quality"))

    assert Counter(question.split for question in good(found)) == {"dev": 33, "train": 10}
    assert {question.passage_id for question in good(found)} == {"52845", "30029", "23592"}
    assert len({id(question.passage) for question in good(found)}) == 3
    assert len({question.question_id for question in good(found)}) == 43
    assert [item.field for item in refused(found)] == ["gold_label"] * 9
    assert all(question.passage and question.passage.license for question in good(found))


def test_the_real_html_article_shows_no_tag_and_keeps_its_words(shared_data: Path) -> None:
    found = good(quality.read(shared_data / "quality" / "QuALITY.v1.0.1.train"))

    assert found[0].passage is not None
    text = found[0].passage.text
    assert not {"<", ">"} & set(text)
    assert "DOCTYPE" not in text
    assert text.startswith("Transcriber's Note: This etext was produced from Astounding Science\nFiction")
    assert 2100 < len(text.split()) < 2300


def test_the_fifty_real_stories_have_their_907_questions(shared_data: Path) -> None:
    found = list(quality.read(shared_data / "quality_50_stories"))

    assert len(good(found)) == len({question.question_id for question in good(found)}) == 907
    assert len({question.passage_id for question in good(found)}) == 50
    assert not refused(found)


def test_the_real_hub_rows_have_the_keys_of_the_official_file(shared_data: Path) -> None:
    official = good(quality.read(shared_data / "quality_50_stories"))
    keys = {
        (folded(question.text), *map(folded, question.options)): question.correct for question in official
    }

    found = good(quality.read(shared_data / "quality_hf_layout"))

    assert [question.question_id for question in found] == ["17:1", "35:1"]
    assert all(
        keys[folded(question.text), *map(folded, question.options)] == question.correct for question in found
    )
