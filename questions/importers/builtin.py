"""The banks that come with the tool, in the publishers' layouts, with a side file of arguments.

`questions/builtin/` holds `mmlu/data/{dev,val,practice}/` in MMLU's original layout (ids get a prefix,
`builtin/val/anatomy:3`, because MMLU itself has a val/anatomy:3), `quality/` in QuALITY's official layout, and
`arguments/`: JSON Lines of `question_id`, `arguments` (one per option) and `explanation`, joined on the id.
`attention/` holds instructed questions, one file a language, in the layout of a researcher's own table.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from importlib import resources
from pathlib import Path

from oversight_app.study.questions import Question, Refused, Role
from questions.importers import mmlu, quality, table
from questions.importers.reading import files_in, four_texts, json_records, label

EXPECTED = "the built-in banks, a folder with mmlu/, quality/ and arguments/"
PRACTICE_PASSAGE = "os-practice"

_Arguments = dict[str, tuple[tuple[str, str, str, str], str]]


def folder() -> AbstractContextManager[Path]:
    """The folder of the built-in banks, in a checkout as in an installed wheel; use it in a `with` statement."""
    return resources.as_file(resources.files("questions").joinpath("builtin"))


def read(
    path: Path, *, splits: Collection[str] | None = None, subjects: Collection[str] | None = None
) -> Iterator[Question | Refused]:
    """All built-in questions. `splits` and `subjects` choose among the MMLU ones; the stories come whole."""
    arguments: _Arguments = {}
    yield from _read_arguments(path / "arguments", arguments)
    for found in mmlu.read(path / "mmlu", splits=splits, subjects=subjects):
        if isinstance(found, Refused):
            yield replace(found, file=f"mmlu/{found.file}")
        else:
            yield _finished(replace(found, question_id=f"builtin/{found.question_id}"), arguments)
    for found in quality.read(path / "quality"):
        if isinstance(found, Refused):
            yield replace(found, file=f"quality/{found.file}")
        else:
            is_practice = found.passage_id == PRACTICE_PASSAGE
            yield _finished(replace(found, role=Role.PRACTICE if is_practice else Role.STUDY), arguments)


def read_attention(path: Path, language: str) -> Iterator[Question | Refused]:
    """The instructed questions in this language; none where there is no file for it."""
    for found in table.read(path / "attention" / f"{language}.jsonl"):
        if isinstance(found, Refused):
            yield replace(found, file=f"attention/{found.file}")
        else:
            yield replace(found, question_id=f"builtin/attention/{found.question_id}", bank="builtin")


def _finished(question: Question, arguments: Mapping[str, tuple[tuple[str, str, str, str], str]]) -> Question:
    texts, explanation = arguments.get(question.question_id, (None, ""))
    return replace(question, bank="builtin", arguments=texts, explanation=explanation)


def _read_arguments(path: Path, into: _Arguments) -> Iterator[Refused]:
    """Fills `into` and yields the lines that could not be used; their questions then have no arguments."""
    for file in files_in(path, (".jsonl",)):
        name = label(file, path.parent)
        for record in json_records(file.read_bytes()):
            line = {} if record.reason else record.value
            texts = four_texts(line.get("arguments"), "arguments")
            question_id, explanation = line.get("question_id"), line.get("explanation", "")
            if record.reason:
                yield Refused(name, record.number, record.reason)
            elif isinstance(texts, str):
                yield Refused(name, record.number, texts, "arguments")
            elif not isinstance(question_id, str) or not isinstance(explanation, str):
                yield Refused(name, record.number, "question_id and explanation must be text", "question_id")
            else:
                into[question_id] = (texts, explanation)
