from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from oversight_app.errors import BadInput
from oversight_app.evaluation_logs import read_log
from oversight_app.study.logged import Defect, LoggedAnswer, NoReply, Turn
from tests.builders import make_question
from tests.evaluation_logs.logs import (
    DATE,
    lm_eval_doc,
    lm_eval_likelihoods,
    lm_eval_prompt,
    lm_eval_text,
    write_lm_eval,
)

QUESTION = make_question()


def answers(path: Path) -> list[LoggedAnswer]:
    return [entry for entry in read_log(path).entries if isinstance(entry, LoggedAnswer)]


def test_the_file_of_results_says_of_which_model_the_samples_are_and_no_key_is_kept(tmp_path: Path) -> None:
    run = read_log(write_lm_eval(tmp_path, [lm_eval_likelihoods(QUESTION, [-1, -2, -3, -4])])).run

    assert (run.tool, run.provider, run.model) == ("lm_eval", "local-completions", "org/fake")
    assert run.run_at == datetime(2026, 11, 28, 11, 47, 4, 500000, UTC)
    assert run.versions == {"lm_eval": "0.4.13", "transformers": "N/A", "task": "1.0"}
    assert run.settings == {"task": "mmlu_anatomy", "task_hash": "abc"}
    assert "not-to-be-kept" not in repr(run)


@pytest.mark.parametrize(
    ("task", "changes", "method"),
    [
        ("mmlu_anatomy", {}, "lm_eval:mmlu(shots=5)"),
        ("mmlu_anatomy_generative", {}, "lm_eval:mmlu_generative(shots=5)"),
        ("other_task", {}, "lm_eval:other_task(shots=5)"),
        ("mmlu_anatomy", {"chat_template": ""}, "lm_eval:mmlu(shots=5,chat=True)"),
        (
            "mmlu_anatomy",
            {"config": {"gen_kwargs": {"temperature": 0.7}}},
            "lm_eval:mmlu(shots=5,temperature=0.7)",
        ),
        ("mmlu_anatomy", {"system_instruction": "Be brief."}, "lm_eval:mmlu(shots=5,system=213c22ed)"),
    ],
)
def test_files_of_one_evaluation_share_a_method_and_another_way_of_asking_is_another(
    tmp_path: Path, task: str, changes: dict[str, Any], method: str
) -> None:
    path = write_lm_eval(tmp_path, [lm_eval_likelihoods(QUESTION, [-1, -2, -3, -4])], task=task, **changes)

    assert read_log(path).run.method == method


def test_without_a_file_of_results_nobody_knows_the_model(tmp_path: Path) -> None:
    path = write_lm_eval(tmp_path, [lm_eval_likelihoods(QUESTION, [-1, -2, -3, -4])], results=False)

    run = read_log(path).run

    assert (run.provider, run.model, run.method, run.run_at) == ("", "", "lm_eval:mmlu", None)
    assert "no file of results" in run.note


def test_an_older_file_of_results_names_the_model_among_its_arguments(tmp_path: Path) -> None:
    path = write_lm_eval(
        tmp_path,
        [lm_eval_likelihoods(QUESTION, [-1, -2, -3, -4])],
        model_name=None,
        model_source=None,
        config={"model": "hf", "model_args": "dtype=float16,pretrained=org/name"},
    )

    run = read_log(path).run

    assert (run.provider, run.model) == ("hf", "org/name")


def test_a_broken_file_of_results_is_named(tmp_path: Path) -> None:
    path = write_lm_eval(tmp_path, [lm_eval_likelihoods(QUESTION, [-1, -2, -3, -4])], date="noon")

    with pytest.raises(BadInput, match=f"results_{DATE}.json.*date: found noon.*--model"):
        read_log(path)


@pytest.mark.parametrize("cloze", [False, True])
def test_likelihoods_of_letters_or_of_texts_are_the_answer(tmp_path: Path, cloze: bool) -> None:
    line = lm_eval_likelihoods(QUESTION, [-3.0, "-0.5", -2.0, "-inf"], cloze=cloze)

    (read,) = answers(write_lm_eval(tmp_path, [line]))

    assert read.log_probabilities == {"A": -3.0, "B": -0.5, "C": -2.0, "D": float("-inf")}
    assert (read.is_likelihood, read.must_be_lettered, read.reply) == (True, not cloze, "")
    assert (read.target, read.was_scored) == ("B", True)


def test_likelihoods_of_the_letters_without_a_question_are_left_out(tmp_path: Path) -> None:
    # As with the metric acc_mutual_info: four more calls, without the question.
    line = lm_eval_likelihoods(QUESTION, [-3, -1, -2, -4])
    line["arguments"] |= {f"gen_args_{4 + i}": {"arg_0": "", "arg_1": f" {x}"} for i, x in enumerate("ABCD")}
    line["resps"] += [[[str(value), "False"]] for value in (-9, -8, -7, -6)]

    (read,) = answers(write_lm_eval(tmp_path, [line]))

    assert read.log_probabilities == {"A": -3.0, "B": -1.0, "C": -2.0, "D": -4.0}


def test_a_text_is_read_with_the_chat_that_was_sent(tmp_path: Path) -> None:
    (read,) = answers(write_lm_eval(tmp_path, [lm_eval_text(QUESTION, ["B"])]))

    asked = lm_eval_prompt(lm_eval_doc(QUESTION))
    assert read.asked == (Turn("system", "Be brief."), Turn("user", asked))
    assert (read.reply, read.target, read.was_scored, read.is_likelihood) == ("B", "B", True, False)


def test_lines_of_several_filters_are_one_answer_right_if_any_filter_found_it_right(tmp_path: Path) -> None:
    reply = "I think B"
    lines = [
        lm_eval_text(QUESTION, [reply], filter="strict", exact_match=0.0),
        lm_eval_text(QUESTION, [reply], filter="loose", exact_match=1.0, filtered_resps=["B"]),
    ]

    (read,) = answers(write_lm_eval(tmp_path, lines))

    assert (read.reply, read.was_scored, read.record) == (reply, True, 1)


def test_repeats_are_epochs_and_an_empty_reply_is_none(tmp_path: Path) -> None:
    log = read_log(write_lm_eval(tmp_path, [lm_eval_text(QUESTION, ["B", " ", "C"])]))

    said = [(entry.epoch, entry.reply) for entry in log.entries if isinstance(entry, LoggedAnswer)]
    assert said == [(1, "B"), (3, "C")]
    assert [entry for entry in log.entries if isinstance(entry, NoReply)] == [
        NoReply(1, "the model wrote nothing")
    ]


def test_the_same_line_is_the_same_sample_in_a_mended_file_and_another_run_is_another(
    tmp_path: Path,
) -> None:
    line = lm_eval_likelihoods(QUESTION, [-1, -2, -3, -4])
    (first,) = answers(write_lm_eval(tmp_path / "a", ["{broken", line]))

    (mended,) = answers(write_lm_eval(tmp_path / "b", [line]))
    other = tmp_path / "b" / "samples_mmlu_anatomy_2026-12-01T00-00-00.000000.jsonl"
    other.write_bytes((tmp_path / "b" / f"samples_mmlu_anatomy_{DATE}.jsonl").read_bytes())
    (again,) = answers(other)

    assert first.identity == mended.identity
    assert again.identity != first.identity


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"doc": {"question": 5, "choices": []}}, "doc.question"),
        ({"doc": {"question": "?", "choices": "ABCD"}}, "doc.choices"),
        ({"doc": {"question": "?", "choices": ["a", "b", "c", 4]}}, "doc.choices"),
        ({"arguments": {}}, "arguments"),
        ({"arguments": [["p", " A"], ["p", " B"], ["p", " C"], ["p", " E"]]}, "arguments"),
        ({"resps": [[["-1", "False"]]] * 3}, "resps"),
        ({"resps": [[["nan", "False"]]] * 4}, "resps"),
        ({"resps": [[["much", "False"]]] * 4}, "resps"),
        ({"resps": "B"}, "resps"),
        ({"doc_id": None}, "doc_id"),
    ],
)
def test_a_field_that_is_not_as_it_should_be_is_named_with_its_line_and_the_next_line_is_read(
    tmp_path: Path, changes: dict[str, Any], place: str
) -> None:
    good = lm_eval_likelihoods(QUESTION, [-1, -2, -3, -4])

    broken, read = read_log(write_lm_eval(tmp_path, [good | changes, good])).entries

    assert isinstance(broken, Defect)
    assert (broken.record, broken.place) == (1, place)
    assert broken.found
    assert broken.expected
    assert isinstance(read, LoggedAnswer)


def test_a_line_that_is_cut_off_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    good = lm_eval_likelihoods(QUESTION, [-1, -2, -3, -4])

    first, second = read_log(write_lm_eval(tmp_path, [good, '{"doc_id": 1, "doc'])).entries

    assert isinstance(first, LoggedAnswer)
    assert isinstance(second, Defect)
    assert second.record == 2
