import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from oversight_app.errors import BadInput
from oversight_app.evaluation_logs import read_log
from oversight_app.study.logged import Defect, LoggedAnswer, NoReply, Turn
from tests.builders import make_question
from tests.evaluation_logs.logs import (
    inspect_header,
    inspect_logprobs,
    inspect_sample,
    write_eval,
    write_inspect,
)

QUESTION = make_question()


def answer(path: Path) -> LoggedAnswer:
    (entry,) = read_log(path).entries
    assert isinstance(entry, LoggedAnswer)
    return entry


def test_a_log_says_of_which_model_it_is_and_how_that_was_asked(tmp_path: Path) -> None:
    log = read_log(write_inspect(tmp_path / "log.json", [inspect_sample(QUESTION, "ANSWER: B")]))

    assert (log.run.tool, log.run.provider, log.run.model) == ("inspect_ai", "openai-api/local", "fake")
    assert log.run.method == "inspect:multiple_choice(cot=True,temperature=0.0)"
    assert log.run.run_at == datetime(2026, 11, 28, 11, 43, tzinfo=UTC)
    assert log.run.versions == {"inspect_ai": "0.3.285", "log_format": "2"}
    assert (log.name, len(log.sha256), log.run.note) == ("log.json", 64, "")


@pytest.mark.parametrize(
    ("name", "provider", "model"),
    [
        ("openai/gpt-x", "openai", "gpt-x"),
        ("hf/org/name", "hf", "org/name"),
        ("openai-api/svc/a/b", "openai-api/svc", "a/b"),
    ],
)
def test_a_models_name_is_split_as_inspect_splits_it(
    tmp_path: Path, name: str, provider: str, model: str
) -> None:
    ran = inspect_header()["eval"] | {"model": name}

    run = read_log(
        write_inspect(tmp_path / "log.json", [inspect_sample(QUESTION, "ANSWER: B")], eval=ran)
    ).run

    assert (run.provider, run.model) == (provider, model)


def test_headers_that_were_sent_to_a_service_are_not_kept(tmp_path: Path) -> None:
    config = {"temperature": 1.0, "extra_headers": {"x-key": "not-to-be-kept"}}
    ran = inspect_header()["eval"] | {"model_generate_config": config}

    run = read_log(
        write_inspect(tmp_path / "log.json", [inspect_sample(QUESTION, "ANSWER: B")], eval=ran)
    ).run

    assert run.settings["generate_config"] == '{"temperature": 1.0}'
    assert "not-to-be-kept" not in repr(run)


def test_a_sample_is_read_with_what_was_sent_and_what_it_took(tmp_path: Path) -> None:
    sample = inspect_sample(QUESTION, "ANSWER: B", order="CABD", epoch=3)

    read = answer(write_inspect(tmp_path / "log.json", [sample]))

    assert read.options == tuple(sample["choices"])
    assert (read.reply, read.epoch, read.target, read.was_scored) == ("ANSWER: B", 3, "C", False)
    assert read.asked == (Turn("user", sample["messages"][0]["content"]),)
    assert (read.usage.tokens_in, read.usage.tokens_cached, read.usage.tokens_out) == (50, 10, 3)
    assert (read.total_s, read.finish_reason, read.request_id) == (0.5, "stop", "chatcmpl-1")
    assert read.asked_at is not None
    assert read.answered_at is not None
    assert (read.answered_at - read.asked_at).total_seconds() == 1.5


@pytest.mark.parametrize("method", [93, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_an_archive_is_read_as_the_same_log(tmp_path: Path, method: int) -> None:
    samples = [inspect_sample(QUESTION, "ANSWER: B", epoch=epoch) for epoch in (1, 2)]

    archive = read_log(write_eval(tmp_path / "log.eval", samples, method=method))
    plain = read_log(write_inspect(tmp_path / "log.json", samples))

    assert (archive.run, archive.entries) == (plain.run, plain.entries)


def test_an_archive_of_a_run_that_broke_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "log.eval", "w") as archive:
        archive.writestr("_journal/start.json", json.dumps(inspect_header(status="started")))
        archive.writestr("samples/1_epoch_1.json", json.dumps(inspect_sample(QUESTION, "ANSWER: B")))

    log = read_log(tmp_path / "log.eval")

    assert len(log.entries) == 1
    assert log.run.note == "the evaluation did not end well (status started)"


def test_a_damaged_member_spoils_only_its_own_sample(tmp_path: Path) -> None:
    path = write_eval(tmp_path / "log.eval", [inspect_sample(QUESTION, "ANSWER: A", epoch=n) for n in (1, 2)])
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo("samples/1_epoch_1.json")
    middle = member.header_offset + 30 + len(member.filename) + member.compress_size // 2
    raw[middle : middle + 8] = b"damaged!"
    path.write_bytes(raw)

    first, second = read_log(path).entries

    assert isinstance(first, Defect)
    assert "samples/1_epoch_1.json" in first.found
    assert isinstance(second, LoggedAnswer)


def test_probabilities_are_those_at_the_letter_and_not_at_the_first_token(tmp_path: Path) -> None:
    output = inspect_logprobs("B", {"B": -1.0, " B": -1.0, "A": -2.0, " C": -3.0, "D": -4.0, "the": -5.0})

    read = answer(
        write_inspect(tmp_path / "log.json", [inspect_sample(QUESTION, "ANSWER: B", output=output)])
    )

    assert read.log_probabilities == pytest.approx({"B": -0.3068528, "A": -2.0, "C": -3.0, "D": -4.0})


def test_choices_that_the_solver_shuffled_are_read_as_the_model_saw_them(tmp_path: Path) -> None:
    # As the log has it: the reply was "ANSWER: C", and the messages pretend that it was "ANSWER: D".
    sample = inspect_sample(QUESTION, "ANSWER: D")
    a, b, c, d = sample["choices"]
    listed = "\n".join(f"{letter}) {text}" for letter, text in zip("ABCD", (b, c, d, a), strict=True))
    sample["scores"]["choice"]["explanation"] = (
        "Choices were shuffled before generating a response, the following was sent to the model:\n\n"
        f"{listed}\nShuffled answer:\nANSWER: C"
    )

    read = answer(write_inspect(tmp_path / "log.json", [sample]))

    assert read.options == (b, c, d, a)
    assert (read.reply, read.target, read.asked) == ("ANSWER: C", "A", ())


def test_a_text_in_an_attachment_is_found(tmp_path: Path) -> None:
    sample = inspect_sample(QUESTION, "ANSWER: B")
    sample["attachments"] = {"abc": sample["messages"][0]["content"]}
    sample["messages"][0]["content"] = "attachment://abc"

    read = answer(write_inspect(tmp_path / "log.json", [sample]))

    assert read.told == sample["attachments"]["abc"]


def test_a_chat_as_input_is_read_and_what_a_model_thought_is_no_part_of_its_reply(tmp_path: Path) -> None:
    sample = inspect_sample(QUESTION, "ANSWER: B")
    sample["input"] = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION.text}]
    sample["output"]["choices"][0]["message"]["content"] = [
        {"type": "reasoning", "reasoning": "It may be A."},
        {"type": "text", "text": "ANSWER: B"},
    ]

    read = answer(write_inspect(tmp_path / "log.json", [sample]))

    assert (read.text, read.reply) == (QUESTION.text, "ANSWER: B")


def test_a_sample_that_broke_off_has_no_reply(tmp_path: Path) -> None:
    error = {"message": "APIConnectionError", "traceback": "..."}
    samples = [
        inspect_sample(QUESTION, "", output={"model": "x", "choices": []}, error=error, scores={}),
        inspect_sample(QUESTION, "ANSWER: B", invalidation={"author": "me"}),
    ]

    entries = read_log(write_inspect(tmp_path / "log.json", samples)).entries

    assert entries == (
        NoReply(1, "APIConnectionError"),
        NoReply(2, "the log says that this sample is not valid"),
    )


@pytest.mark.parametrize(
    ("changes", "place", "found"),
    [
        ({"choices": None}, "choices", "nothing"),
        ({"choices": "ABCD"}, "choices", "ABCD"),
        ({"epoch": "first"}, "epoch", "first"),
        ({"started_at": "yesterday"}, "started_at", "yesterday"),
        ({"messages": [{"content": "no role"}]}, "messages.0.role", "nothing"),
    ],
)
def test_a_field_that_is_not_as_it_should_be_is_named_and_the_next_sample_is_read(
    tmp_path: Path, changes: dict[str, Any], place: str, found: str
) -> None:
    samples = [inspect_sample(QUESTION, "ANSWER: B", **changes), inspect_sample(QUESTION, "ANSWER: B")]

    broken, good = read_log(write_inspect(tmp_path / "log.json", samples)).entries

    assert isinstance(broken, Defect)
    assert (broken.record, broken.place, broken.found) == (1, place, found)
    assert broken.expected
    assert isinstance(good, LoggedAnswer)


def test_half_of_a_character_is_a_defect_and_not_a_crash(tmp_path: Path) -> None:
    (entry,) = read_log(write_inspect(tmp_path / "x.json", [inspect_sample(QUESTION, "B \ud800")])).entries

    assert isinstance(entry, Defect)
    assert "0xd800" in entry.found


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"hello", "it is no JSON"),
        (b'{"eval": {', "it is no JSON"),
        (b'{"a": 1}', "neither a log of inspect_ai"),
        (b'{"results": {}, "configs": {}}', "samples_*.jsonl beside it"),
        (b'{"eval": {"task": "x"}}', "eval.model: found nothing"),
        (json.dumps(inspect_header()).encode(), "without samples"),
        (b"PK\x03\x04 and then nothing", "inspect log recover"),
    ],
)
def test_a_file_that_is_no_whole_log_is_refused_with_what_to_do(
    tmp_path: Path, content: bytes, says: str
) -> None:
    (tmp_path / "file").write_bytes(content)

    with pytest.raises(BadInput, match=str(tmp_path / "file")) as refused:
        read_log(tmp_path / "file")

    assert says in str(refused.value)


def test_a_zip_of_something_else_and_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.eval", "w") as archive:
        archive.writestr("readme.txt", "hello")

    with pytest.raises(BadInput, match=r"no header\.json"):
        read_log(tmp_path / "other.eval")
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        read_log(tmp_path / "missing.json")
