"""Logs of inspect_ai: one JSON object (.json), or the same in a zip with a member for each sample (.eval).

Read are samples of multiple choice: those with `choices`, and a reply that names one of them by its letter. inspect_ai
shuffles choices when a data set is read, so that a sample's `choices` are what its model saw. Its solver can shuffle as
well (an old way, with a warning); then the log pretends that nothing was shuffled, and only the explanation of the
score says what the model saw and answered.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from oversight_app.errors import BadInput
from oversight_app.evaluation_logs.archive import Archive
from oversight_app.evaluation_logs.fields import defect, label
from oversight_app.evaluation_logs.inspect_shape import Header, Logprobs, Message, Sample, Score, TokenUsage
from oversight_app.study.logged import (
    Defect,
    Entry,
    LoggedAnswer,
    LoggedRun,
    NoReply,
    Turn,
    Usage,
    shortened,
)
from oversight_app.study.questions import LETTERS

_ATTACHMENT = "attachment://"
_SAMPLES = "samples/"
_SHUFFLED = re.compile(
    r"^Choices were shuffled before generating a response, .*?:\n\n(?P<options>.*)\nShuffled answer:\n(?P<reply>.*)",
    re.DOTALL,
)
_ASKED_WITH = ("temperature", "top_p", "reasoning_effort", "reasoning_tokens", "effort", "system_message")
"""What of a run's generation settings makes it another way of asking."""


# -- files -----------------------------------------------------------------------------------------


def read_json(path: Path, raw: bytes) -> tuple[LoggedRun, list[Entry]]:
    """Read a log that is one JSON object."""
    try:
        whole = json.loads(raw)
    except ValueError as error:
        raise BadInput(
            f"{path} is neither a log of inspect_ai (.json or .eval) nor samples of lm-evaluation-harness "
            f"(samples_*.jsonl): it is no JSON ({error})."
        ) from error
    if isinstance(whole, dict) and "results" in whole and "configs" in whole:
        raise BadInput(
            f"{path} holds lm-evaluation-harness's summary, not its answers. Name the files samples_*.jsonl beside it; "
            "the harness writes them with --log_samples."
        )
    if not isinstance(whole, dict) or "eval" not in whole:
        raise BadInput(
            f"{path} is neither a log of inspect_ai (with the fields eval and samples) nor samples of "
            f"lm-evaluation-harness (with doc and resps in each line); found {shortened(whole)}."
        )
    header = _header(path, whole)
    samples = whole.get("samples")
    if not isinstance(samples, list) or not samples:
        raise BadInput(
            f"{path} is a log of inspect_ai without samples (field samples: found {shortened(samples)}). "
            "Run the evaluation with log_samples, or name its whole log."
        )
    return _run(header), list(_entries(header, samples))


def read_archive(path: Path, raw: bytes) -> tuple[LoggedRun, list[Entry]]:
    """Read an .eval file."""
    archive = Archive(path, raw)
    # A run that broke off has no header.json yet; what it began with stands in the journal.
    place = next((name for name in ("header.json", "_journal/start.json") if name in archive.names()), "")
    if not place:
        raise BadInput(f"{path} is a zip but no log of inspect_ai: there is no header.json in it.")
    try:
        header = _header(path, archive.json(place))
    except ValueError as error:
        raise BadInput(f"{path}: {place} cannot be read: {error}.") from error
    names = list(archive.names(_SAMPLES))
    if not names:
        raise BadInput(f"{path} is a log of inspect_ai without samples. Run the evaluation with log_samples.")
    return _run(header), list(_entries(header, (_member(archive, name) for name in names)))


class _Damaged(str):
    """Why a member of an archive cannot be read."""


def _member(archive: Archive, name: str) -> Any:
    try:
        return archive.json(name)
    except ValueError as error:
        return _Damaged(f"{name}: {error}")


# -- the run ---------------------------------------------------------------------------------------


def _header(path: Path, value: Any) -> Header:
    try:
        return Header.model_validate(value)
    except ValidationError as error:
        raise BadInput(
            f"{path} looks like a log of inspect_ai, but {defect(0, error).describe()}."
        ) from error


def _run(header: Header) -> LoggedRun:
    ran = header.eval
    provider, _, model = ran.model.partition("/")
    if provider == "openai-api":
        service, _, model = model.partition("/")
        provider = f"{provider}/{service}"
    settings = {
        "task": ran.task,
        "task_version": str(ran.task_version),
        "dataset": ran.dataset.name or "",
        "eval_id": ran.eval_id,
        "run_id": ran.run_id,
        "status": header.status,
        "generate_config": json.dumps(_generation(header), sort_keys=True),
    }
    return LoggedRun(
        "inspect_ai",
        provider,
        model,
        _method(header),
        ran.created,
        {**ran.packages, "log_format": str(header.version)},
        {key: value for key, value in settings.items() if value},
        ""
        if header.status == "success"
        else f"the evaluation did not end well (status {header.status or 'unknown'})",
    )


def _generation(header: Header) -> dict[str, Any]:
    """The settings of the generation; extra headers and the like are left out, for a key may stand among them."""
    told = header.eval.model_generate_config | header.plan.config
    return {key: value for key, value in told.items() if not key.startswith("extra_")}


def _method(header: Header) -> str:
    """How the model was asked: the solvers, with what was set of them and of the generation."""
    solvers = [step.solver.removeprefix("inspect_ai/") for step in header.plan.steps]
    settings: dict[str, Any] = {}
    for step in header.plan.steps:
        settings |= step.params if step.params_passed is None else step.params_passed
    settings = {key: value for key, value in settings.items() if value not in (None, False, [], {})}
    generation = _generation(header)
    settings |= {key: generation[key] for key in _ASKED_WITH if generation.get(key) is not None}
    return label(f"inspect:{'+'.join(solvers) or 'unknown'}", settings)


# -- samples ---------------------------------------------------------------------------------------


def _entries(header: Header, samples: Iterable[Any]) -> Iterator[Entry]:
    for record, value in enumerate(samples, start=1):
        if isinstance(value, _Damaged):
            yield Defect(record, "the member", shortened(value), "a whole sample")
            continue
        try:
            yield _entry(record, Sample.model_validate(value), header)
        except ValidationError as error:
            yield defect(record, error)


def _entry(record: int, sample: Sample, header: Header) -> Entry:
    if sample.invalidation is not None:
        return NoReply(record, "the log says that this sample is not valid")
    if sample.error is not None or not sample.output.choices:
        why = sample.error.message if sample.error else "the model wrote nothing"
        return NoReply(record, shortened(why))
    if not sample.choices:
        return Defect(
            record,
            "choices",
            "nothing",
            "the options of a multiple choice, to know which letter stood for which",
        )
    choice, usage = sample.output.choices[0], sample.output.usage or TokenUsage()
    reply, shown = _text(choice.message, sample.attachments), tuple(sample.choices)
    asked = _asked(sample)
    score = _score(sample)
    target = "".join(sample.target)
    if score and (match := _SHUFFLED.match(score.explanation or "")):
        # The messages were rewritten after the reply, unless it had no letter; what was sent is not in them.
        shown, asked = _as_shuffled(match["options"]), ()
        reply = match["reply"] if match["reply"].removeprefix("ANSWER:").strip() else reply
        if sorted(shown) != sorted(sample.choices) or target not in LETTERS:
            return Defect(
                record,
                "scores.explanation",
                shortened(match["options"]),
                "the four choices, shuffled as the model saw them",
            )
        target = LETTERS[shown.index(sample.choices[LETTERS.index(target)])]
    return LoggedAnswer(
        record,
        f"inspect_ai/{sample.uuid}"
        if sample.uuid
        else f"inspect_ai/{header.eval.eval_id}/{sample.id}/{sample.epoch}",
        shown,
        _text_of_input(sample),
        sample_id=str(sample.id),
        epoch=sample.epoch,
        question_ids=(str(sample.id),),
        asked=asked,
        reply=reply,
        log_probabilities=_letter_log_probabilities(choice.logprobs),
        target=target,
        was_scored=_was_right(score),
        asked_at=sample.started_at,
        answered_at=sample.completed_at,
        total_s=sample.output.time,
        usage=_usage(usage),
        finish_reason=choice.stop_reason or "",
        request_id=sample.output.response_id or "",
        model_answered=sample.output.model,
    )


def _as_shuffled(listed: str) -> tuple[str, ...]:
    """The choices in a list of lines such as "A) Paris", in its order."""
    return tuple(part.strip() for part in re.split(r"(?:^|\n)[A-Z]\) ", listed)[1:])


def _score(sample: Sample) -> Score | None:
    scores = sample.scores or {}
    return scores.get("choice") or next(iter(scores.values()), None)


def _was_right(score: Score | None) -> bool | None:
    if score is None or score.value not in ("C", "I", 0, 1):
        return None
    return score.value in ("C", 1)


def _usage(usage: TokenUsage) -> Usage:
    # inspect_ai counts what came from a cache, or went into one, beside input_tokens; here it is part of them.
    parts = (usage.input_tokens, usage.input_tokens_cache_read, usage.input_tokens_cache_write)
    return Usage(
        tokens_in=None if usage.input_tokens is None else sum(part or 0 for part in parts),
        tokens_cached=usage.input_tokens_cache_read,
        tokens_out=usage.output_tokens,
        tokens_cache_written=usage.input_tokens_cache_write,
        tokens_reasoning=usage.reasoning_tokens,
    )


def _asked(sample: Sample) -> tuple[Turn, ...]:
    """What was sent before the last reply."""
    messages = list(sample.messages)
    while messages and messages[-1].role == "assistant":
        messages.pop()
    return tuple(Turn(message.role, _text(message, sample.attachments)) for message in messages)


def _text_of_input(sample: Sample) -> str:
    if isinstance(sample.input, str):
        return _resolved(sample.input, sample.attachments)
    last = [message for message in sample.input if message.role == "user"]
    return _text(last[-1], sample.attachments) if last else ""


def _text(message: Message, attachments: Mapping[str, str]) -> str:
    """The text of a message; what a model thought, and pictures, are not part of it."""
    if isinstance(message.content, str):
        return _resolved(message.content, attachments)
    parts = [part for part in message.content if isinstance(part, dict) and part.get("type") == "text"]
    return "\n".join(_resolved(str(part.get("text", "")), attachments) for part in parts)


def _resolved(text: str, attachments: Mapping[str, str]) -> str:
    return attachments.get(text.removeprefix(_ATTACHMENT), text) if text.startswith(_ATTACHMENT) else text


def _letter_log_probabilities(logprobs: Logprobs | None) -> dict[str, float]:
    """How likely each letter was where the reply has one: at its last token that is a letter, or its first.

    Variants of one letter ("A", " A") are different tokens for the same answer, so their probabilities are added.
    """
    tokens = logprobs.content if logprobs else ()
    lettered = [token for token in tokens if _letter(token.token)] or list(tokens[:1])
    found: dict[str, float] = {}
    for top in (lettered[-1].top_logprobs or []) if lettered else []:
        letter = _letter(top.token)
        if letter and math.isfinite(top.logprob):
            found[letter] = math.log(math.exp(top.logprob) + math.exp(found.get(letter, -math.inf)))
    return found


def _letter(token: str) -> str:
    letter = token.strip()
    return letter if len(letter) == 1 and letter in LETTERS else ""
