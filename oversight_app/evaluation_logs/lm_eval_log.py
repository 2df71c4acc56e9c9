"""Samples of lm-evaluation-harness: `samples_TASK_DATE.jsonl`, one line an answer, and `results_DATE.json` beside it.

A line says what was asked and replied, but neither of which model nor with how many examples; that stands in the
results. Two kinds are read: log-likelihoods of the four options (by their letters, or by their texts), and texts that a
model wrote. The harness writes a line for each filter that read a reply; they are one answer. Shape checked against
files of lm_eval 0.4.13. Arguments of a model are never kept: an API key may stand among them.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from oversight_app.errors import BadInput
from oversight_app.evaluation_logs.fields import Foreign, defect, label
from oversight_app.study.logged import Defect, Entry, LoggedAnswer, LoggedRun, NoReply, Turn, shortened
from oversight_app.study.questions import LETTERS, N_OPTIONS, folded

_NAME = re.compile(r"samples_(?P<task>.+?)(?:_(?P<date>\d{4}-\d\d-\d\dT[\d.-]+))?\.jsonl?$")
_IDS = ("question_id", "question_unique_id", "pid", "id")
_MODEL_ARGUMENTS = ("peft", "delta", "pretrained", "model", "path", "engine")


class _Sample(Foreign):
    doc_id: int | str
    doc: dict[str, Any]
    target: str | int | float | list[Any] = ""
    arguments: dict[str, dict[str, Any]] | list[list[Any]]
    resps: list[Any]
    filter: str = "none"
    metrics: tuple[str, ...] = ()
    acc: float | None = None
    exact_match: float | None = None

    @property
    def requests(self) -> list[list[Any]]:
        """The arguments of each call, in their order."""
        if isinstance(self.arguments, list):
            return self.arguments
        return [list(arguments.values()) for arguments in self.arguments.values()]

    @property
    def was_right(self) -> bool | None:
        """What the harness counted the answer as."""
        score = self.acc if self.acc is not None else self.exact_match
        return None if score is None else score > 0


class _Results(Foreign):
    model_source: str | None = None
    model_name: str | None = None
    config: dict[str, Any] = Field(default_factory=dict)
    n_shot: dict[str, Any] = Field(default_factory=dict, alias="n-shot")
    versions: dict[str, Any] = Field(default_factory=dict)
    task_hashes: dict[str, str] = Field(default_factory=dict)
    date: float | None = None
    lm_eval_version: str | None = None
    transformers_version: str | None = None
    git_hash: str | None = None
    chat_template: Any = None
    system_instruction: str | None = None
    fewshot_as_multiturn: bool | None = None


# -- files -----------------------------------------------------------------------------------------


def is_samples(raw: bytes) -> bool:
    """Whether one of the first lines is a sample; a line that is broken says nothing of its file."""
    for line in raw.splitlines()[:20]:
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict) and "doc" in value and "resps" in value:
            return True
    return False


def read(path: Path, raw: bytes) -> tuple[LoggedRun, list[Entry]]:
    """Read the samples of one task."""
    task, results = _named(path)
    lines = [(n, line) for n, line in enumerate(raw.split(b"\n"), start=1) if line.strip()]
    samples: list[tuple[int, _Sample]] = []
    entries: list[Entry] = []
    for n, line in lines:
        try:
            samples.append((n, _Sample.model_validate_json(line)))
        except ValidationError as error:
            entries.append(defect(n, error))
    seen: dict[str, LoggedAnswer] = {}
    for n, sample in samples:
        for entry in _entries(n, sample, path.name):
            if not isinstance(entry, LoggedAnswer):
                entries.append(entry)
            elif (before := seen.get(entry.identity)) is None:
                seen[entry.identity] = entry
            elif entry.was_scored and not before.was_scored:
                # Another filter's reading of the same reply: it was counted as right if any of them was.
                seen[entry.identity] = replace(before, was_scored=True)
    subject = _subject(sample for _, sample in samples)
    run = _run(task, subject, results)
    return run, sorted([*entries, *seen.values()], key=lambda entry: entry.record)


def _named(path: Path) -> tuple[str, _Results | None]:
    """The task in a file's name, and the results of the same run, where they lie beside it."""
    match = _NAME.search(path.name)
    task, date = (match["task"], match["date"]) if match else (path.stem, None)
    beside = path.with_name(f"results_{date}.json") if date else None
    if beside is None or not beside.is_file():
        return task, None
    try:
        return task, _Results.model_validate_json(beside.read_bytes())
    except ValidationError as error:
        raise BadInput(
            f"{beside}, which says what {path.name} is of: {defect(0, error).describe()}. Mend it, or move it away and "
            "name the model with --model."
        ) from error


# -- the run ---------------------------------------------------------------------------------------


def _subject(samples: Iterator[_Sample]) -> str:
    """The one subject that all questions of a file have, or nothing."""
    subjects = {str(sample.doc.get("subject", "")) for sample in samples}
    return subjects.pop() if len(subjects) == 1 else ""


def _run(task: str, subject: str, results: _Results | None) -> LoggedRun:
    # One evaluation of MMLU has a file for each of 57 subjects, all asked in the same way.
    family = task.replace(f"_{subject}", "") if subject else task
    if results is None:
        return LoggedRun(
            "lm_eval",
            "",
            "",
            label(f"lm_eval:{family or task}", {}),
            settings={"task": task},
            note="there is no file of results beside it, so neither the number of examples nor the date is known",
        )
    generation = results.config.get("gen_kwargs") or {}
    temperature = generation.get("temperature") if isinstance(generation, Mapping) else str(generation)
    asked = {
        "shots": results.n_shot.get(task),
        "temperature": temperature or None,
        "chat": True if results.chat_template is not None else None,
        "multiturn": True if results.fewshot_as_multiturn else None,
        "system": hashlib.sha256(results.system_instruction.encode()).hexdigest()[:8]
        if results.system_instruction
        else None,
    }
    versions = {
        "lm_eval": results.lm_eval_version,
        "transformers": results.transformers_version,
        "lm_eval_git": results.git_hash,
        "task": str(results.versions.get(task, "")),
    }
    settings = {"task": task, "task_hash": results.task_hashes.get(task, "")}
    return LoggedRun(
        "lm_eval",
        str(results.model_source or results.config.get("model") or ""),
        results.model_name or _model_in(results.config.get("model_args")),
        label(f"lm_eval:{family or task}", asked),
        None if results.date is None else datetime.fromtimestamp(results.date, UTC),
        {key: value for key, value in versions.items() if value},
        {key: value for key, value in settings.items() if value},
    )


def _model_in(arguments: Any) -> str:
    """The model's name among its arguments, a mapping or "pretrained=NAME,dtype=float16"."""
    if isinstance(arguments, str):
        arguments = dict(part.partition("=")[::2] for part in arguments.split(","))
    if not isinstance(arguments, Mapping):
        return ""
    return str(next((arguments[key] for key in _MODEL_ARGUMENTS if key in arguments), ""))


# -- samples ---------------------------------------------------------------------------------------


def _entries(n: int, sample: _Sample, file: str) -> Iterator[Entry]:
    """The answers in one line: one, or as many as a model was asked for (`repeats`)."""
    doc = sample.doc
    text = next((doc[key] for key in ("question", "query", "input") if isinstance(doc.get(key), str)), None)
    if text is None:
        yield Defect(n, "doc.question", shortened(doc.get("question")), "the text of the question")
        return
    choices = doc.get("choices", doc.get("options"))
    choices = choices.get("text") if isinstance(choices, dict) else choices
    if not isinstance(choices, list) or not all(isinstance(choice, str) for choice in choices):
        yield Defect(
            n, "doc.choices", shortened(choices), "a list of texts, the options of a multiple choice"
        )
        return
    requests = sample.requests
    if not requests or not requests[0]:
        yield Defect(n, "arguments", shortened(sample.arguments), "what the model was sent")
        return
    options = tuple(choices)
    asked = _turns(requests[0][0])
    # What the filters made of a reply is no part of which sample it is.
    content = json.dumps([file, sample.doc_id, doc, requests, sample.resps], sort_keys=True)
    identity = f"lm_eval/{hashlib.sha256(content.encode('utf-8', 'replace')).hexdigest()}"
    common: dict[str, Any] = {
        "sample_id": str(sample.doc_id),
        "question_ids": tuple(str(doc[key]) for key in _IDS if doc.get(key) is not None),
        "asked": asked,
        "target": _target(sample.target, options),
        "was_scored": sample.was_right,
    }
    if isinstance(requests[0][-1], str) and len(requests[0]) == 2:
        yield _likelihoods(n, identity, sample, text, options, common)
        return
    replies = list(_flat(sample.resps))
    if len(replies) > 1:
        common |= {"was_scored": None}  # the score is of all of them together
    for epoch, reply in enumerate(replies, start=1):
        if not isinstance(reply, str):
            yield Defect(n, "resps", shortened(reply), "a text")
        elif not reply.strip():
            yield NoReply(n, "the model wrote nothing")
        else:
            yield LoggedAnswer(
                n,
                f"{identity}/{epoch}",
                options,
                text,
                epoch=epoch,
                reply=reply,
                must_be_lettered=True,
                **common,
            )


def _likelihoods(
    n: int, identity: str, sample: _Sample, text: str, options: tuple[str, ...], common: dict[str, Any]
) -> Entry:
    """An answer by the likeliest of the options, that of the same text asked without a question left out."""
    if len(options) != N_OPTIONS:
        return LoggedAnswer(n, identity, options, text, **common)  # no question of a study has so many
    said = [str(request[1]) for request in sample.requests[:N_OPTIONS]]
    by_letter = [word.strip() for word in said] == list(LETTERS)
    if not by_letter and [folded(word) for word in said] != [folded(option) for option in options]:
        return Defect(
            n,
            "arguments",
            shortened(said),
            "the letters A to D, or the four options, in the order of doc.choices",
        )
    values = [_log_likelihood(response) for response in sample.resps[:N_OPTIONS]]
    if len(values) != N_OPTIONS or any(value is None or math.isnan(value) for value in values):
        return Defect(n, "resps", shortened(sample.resps), "four log-likelihoods")
    return LoggedAnswer(
        n,
        identity,
        options,
        text,
        must_be_lettered=by_letter,
        log_probabilities={
            letter: value for letter, value in zip(LETTERS, values, strict=True) if value is not None
        },
        is_likelihood=True,
        **common,
    )


def _log_likelihood(response: Any) -> float | None:
    """The number in [["-0.12", "False"]], however deep it stands."""
    while isinstance(response, list) and response:
        response = response[0]
    try:
        return float(response)
    except (TypeError, ValueError):
        return None


def _flat(values: list[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        else:
            yield value


def _turns(context: Any) -> tuple[Turn, ...]:
    """What was sent: a text, or a chat that the harness wrote as JSON."""
    text = context[0] if isinstance(context, list) and context else context
    if not isinstance(text, str):
        return ()
    try:
        chat = json.loads(text) if text.startswith('[{"role"') else None
    except ValueError:
        chat = None
    if isinstance(chat, list) and all(isinstance(turn, dict) for turn in chat):
        return tuple(Turn(str(turn.get("role", "user")), str(turn.get("content", ""))) for turn in chat)
    return (Turn("user", text),)


def _target(target: Any, options: tuple[str, ...]) -> str:
    """The key as a displayed letter; the harness writes an index, a letter, or an option's text."""
    told = str(target).strip().strip("()")
    if told in LETTERS and len(told) == 1:
        return told
    if told.isdigit() and int(told) < N_OPTIONS:
        return LETTERS[int(told)]
    texts = [folded(option) for option in options]
    return LETTERS[texts.index(folded(told))] if folded(told) in texts[:N_OPTIONS] else ""
