"""Small logs in the shape of inspect_ai 0.3.285 and lm_eval 0.4.13, about questions of these tests.

The shape is that of logs which the two tools wrote about the built-in questions, against a server on loopback.
"""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow

from oversight_app.study.questions import LETTERS, Question

DATE = "2026-11-28T11-47-05.063081"


# -- inspect_ai --------------------------------------------------------------------------------------


def inspect_sample(
    question: Question, reply: str, *, order: str = LETTERS, epoch: int = 1, **changes: Any
) -> dict[str, Any]:
    """A sample of `multiple_choice`, its choices in this order of original letters."""
    choices = [question.options[LETTERS.index(letter)] for letter in order]
    target = LETTERS[order.index(LETTERS[question.correct])]
    listed = "\n".join(f"{letter}) {choice}" for letter, choice in zip(LETTERS, choices, strict=True))
    asked = (question.passage.text + "\n\n" if question.passage else "") + question.text
    said = {"id": "m2", "content": reply, "source": "generate", "role": "assistant", "model": "fake-2026-10"}
    answer = reply.removeprefix("ANSWER: ") if reply.startswith("ANSWER: ") else ""
    return {
        "id": question.question_id,
        "epoch": epoch,
        "input": asked,
        "choices": choices,
        "target": target,
        "messages": [
            {
                "id": "m1",
                "content": f"Choose.\n\n{asked}\n\n{listed}",
                "source": "input",
                "role": "user",
            },
            said,
        ],
        "output": {
            "model": "fake-2026-10",
            "choices": [{"message": said, "stop_reason": "stop"}],
            "completion": reply,
            "usage": {
                "input_tokens": 40,
                "output_tokens": 3,
                "total_tokens": 53,
                "input_tokens_cache_read": 10,
            },
            "time": 0.5,
            "response_id": "chatcmpl-1",
        },
        "scores": {
            "choice": {
                "value": "C" if answer == target else "I",
                "answer": answer,
                "explanation": reply,
                "history": [],
            }
        },
        "metadata": {},
        "store": {},
        "events": [],
        "started_at": "2026-11-28T11:43:01.500000+00:00",
        "completed_at": "2026-11-28T11:43:03.000000+00:00",
        "total_time": 1.5,
        "uuid": f"uuid-{question.question_id}-{epoch}-{order}",
        "error_retries": [],
        "attachments": {},
    } | changes


def inspect_logprobs(reply: str, values: Mapping[str, float]) -> dict[str, Any]:
    """An `output` whose last token is the letter, with these log-probabilities in its place."""
    top = [{"token": token, "logprob": value, "bytes": None} for token, value in values.items()]
    tokens = [
        {"token": "ANSWER:", "logprob": -0.1, "top_logprobs": [{"token": "ANSWER:", "logprob": -0.1}]},
        {"token": f" {reply}", "logprob": -0.1, "top_logprobs": top},
    ]
    message = {"role": "assistant", "content": f"ANSWER: {reply}"}
    choice = {"message": message, "stop_reason": "stop", "logprobs": {"content": tokens}}
    return {"model": "fake", "choices": [choice], "completion": f"ANSWER: {reply}"}


def inspect_header(**changes: Any) -> dict[str, Any]:
    """A log without its samples."""
    return {
        "version": 2,
        "status": "success",
        "eval": {
            "eval_id": "eval1",
            "run_id": "run1",
            "created": "2026-11-28T11:43:00+00:00",
            "task": "plain",
            "task_version": 0,
            "dataset": {"name": "bank", "samples": 9},
            "model": "openai-api/local/fake",
            "model_generate_config": {"temperature": 0.0},
            "model_base_url": "http://127.0.0.1:8951/v1",
            "packages": {"inspect_ai": "0.3.285"},
        },
        "plan": {
            "name": "plan",
            "steps": [
                {
                    "solver": "multiple_choice",
                    "params": {"template": None, "cot": True, "multiple_correct": False},
                    "params_passed": {"cot": True},
                }
            ],
            "config": {},
        },
        "results": {},
        "invalidated": False,
    } | changes


def write_inspect(path: Path, samples: Sequence[object], **changes: Any) -> Path:
    """A log as one JSON object."""
    path.write_text(json.dumps(inspect_header(**changes) | {"samples": list(samples)}), encoding="utf-8")
    return path


def write_eval(path: Path, samples: Sequence[object], *, method: int = 93, **changes: Any) -> Path:
    """A log as an .eval file, its members compressed by this method of zip (93 is Zstandard)."""
    members: dict[str, object] = {
        "_journal/start.json": inspect_header(),
        "header.json": inspect_header(**changes),
    }
    members |= {f"samples/{n}_epoch_1.json": sample for n, sample in enumerate(samples, start=1)}
    buffer = io.BytesIO()
    stored = zipfile.ZIP_STORED if method == 93 else method
    plain = {name: json.dumps(value).encode() for name, value in members.items()}
    with zipfile.ZipFile(buffer, "w", stored) as archive:
        for name, data in plain.items():
            archive.writestr(name, pyarrow.compress(data, "zstd", asbytes=True) if method == 93 else data)
    raw = bytearray(buffer.getvalue())
    if method == 93:
        _say_zstandard(raw, plain)
    path.write_bytes(raw)
    return path


def _say_zstandard(raw: bytearray, plain: Mapping[str, bytes]) -> None:
    """Say in the headers of stored members that they are compressed: zipfile cannot write Zstandard before 3.14."""
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as archive:
        central = archive.start_dir
        for member in archive.infolist():
            crc, size = zlib.crc32(plain[member.filename]), len(plain[member.filename])
            for place, header in ((member.header_offset, 8), (central, 10)):
                struct.pack_into("<H", raw, place + header, 93)
                struct.pack_into("<I", raw, place + header + 6, crc)
                struct.pack_into("<I", raw, place + header + 14, size)
            central += 46 + len(member.filename.encode()) + len(member.extra) + len(member.comment)


# -- lm-evaluation-harness -----------------------------------------------------------------------------


def lm_eval_doc(question: Question, order: str = LETTERS) -> dict[str, Any]:
    """A question in the layout of cais/mmlu."""
    return {
        "question": question.text,
        "subject": question.subject,
        "choices": [question.options[LETTERS.index(letter)] for letter in order],
        "answer": order.index(LETTERS[question.correct]),
    }


def lm_eval_prompt(doc: Mapping[str, Any]) -> str:
    """A question as the harness's mmlu tasks ask it, behind one example."""
    listed = "".join(f"\n{letter}. {choice}" for letter, choice in zip(LETTERS, doc["choices"], strict=True))
    return f"Example?\nA. a\nB. b\nC. c\nD. d\nAnswer: B\n\n{doc['question'].strip()}{listed}\nAnswer:"


def lm_eval_likelihoods(
    question: Question,
    values: Sequence[float | str],
    *,
    n: int = 0,
    order: str = LETTERS,
    cloze: bool = False,
    **changes: Any,
) -> dict[str, Any]:
    """A line of a `multiple_choice` task: log-likelihoods of letters, or of the options' texts."""
    doc = lm_eval_doc(question, order)
    said = doc["choices"] if cloze else list(LETTERS)
    prompt = f"Question: {question.text}\nAnswer:" if cloze else lm_eval_prompt(doc)
    numbers = [float(value) for value in values]
    return {
        "doc_id": n,
        "doc": doc,
        "target": str(doc["answer"]),
        "arguments": {f"gen_args_{i}": {"arg_0": prompt, "arg_1": f" {word}"} for i, word in enumerate(said)},
        "resps": [[[str(value), "False"]] for value in values],
        "filtered_resps": [[str(value), "False"] for value in values],
        "filter": "none",
        "metrics": ["acc"],
        "doc_hash": "0",
        "prompt_hash": "0",
        "target_hash": "0",
        "acc": float(numbers.index(max(numbers)) == doc["answer"]),
    } | changes


def lm_eval_text(
    question: Question, replies: Sequence[str], *, n: int = 0, filter: str = "none", **changes: Any
) -> dict[str, Any]:
    """A line of a `generate_until` task, asked as a chat."""
    doc = lm_eval_doc(question)
    chat = json.dumps(
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": lm_eval_prompt(doc)}]
    )
    return {
        "doc_id": n,
        "doc": doc,
        "target": LETTERS[doc["answer"]],
        "arguments": {"gen_args_0": {"arg_0": [chat], "arg_1": {"until": ["\n"]}}},
        "resps": [list(replies)],
        "filtered_resps": [replies[0]],
        "filter": filter,
        "metrics": ["exact_match"],
        "exact_match": float(replies[0] == LETTERS[doc["answer"]]),
    } | changes


def write_lm_eval(
    folder: Path,
    lines: Sequence[object],
    *,
    task: str = "mmlu_anatomy",
    results: bool = True,
    **changes: Any,
) -> Path:
    """A file of samples, with the file of results of the same run beside it; a line that is a text stands as it is."""
    folder.mkdir(exist_ok=True)
    path = folder / f"samples_{task}_{DATE}.jsonl"
    path.write_text(
        "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines),
        encoding="utf-8",
    )
    if results:
        arguments = {"model": "fake", "api_key": "not-to-be-kept"}
        whole = {
            "results": {},
            "configs": {},
            "versions": {task: 1.0},
            "n-shot": {task: 5},
            "config": {"model": "local-completions", "model_args": arguments, "gen_kwargs": {}},
            "date": 1795866424.5,
            "lm_eval_version": "0.4.13",
            "transformers_version": "N/A",
            "task_hashes": {task: "abc"},
            "model_source": "local-completions",
            "model_name": "org/fake",
            "system_instruction": None,
            "chat_template": None,
        }
        (folder / f"results_{DATE}.json").write_text(json.dumps(whole | changes), encoding="utf-8")
    return path
