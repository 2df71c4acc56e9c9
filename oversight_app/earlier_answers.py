"""Earlier answers to this bank's questions: from exports of other studies, or from a bare answers.csv of anywhere.

An answer belongs to a question by its content hash where the results bring one; else by question_id, if the key (and
the text, where it stands there) is the same; else by its text, if the bank has that once. An id alone that names
another question here is no match: banks of different origin count their records alike.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from oversight_app.errors import BadInput
from oversight_app.study.design import Condition, Design, split_model
from oversight_app.study.gap import Answerer, EarlierAnswer
from oversight_app.study.questions import LETTERS, Question, Role, folded
from oversight_app.study.selection import Source

Row = Mapping[str, object]

_BY = {Condition.MODEL_ALONE.value: Answerer.MODEL, Condition.HUMAN_ALONE.value: Answerer.PEOPLE}
_NO_ANSWER = ("void", "abandoned")
_TEXTS = ("text", "question")


@dataclass(frozen=True, slots=True)
class EarlierResults:
    """The answers of one file, with cells as the export contract types them and None where they are missing.

    `content_hashes` names each question's content where a questions.csv came along.
    """

    name: str
    sha256: str
    rows: Sequence[Row]
    content_hashes: Mapping[str, str]
    study_id: str = ""
    is_rehearsal: bool = False
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Matched:
    """The answers that met a question of the bank, by one model and method, and by people; notes say what did not."""

    answers: tuple[EarlierAnswer, ...] = ()
    sources: tuple[Source, ...] = ()
    model: str = ""
    method: str = ""
    simulated_people: bool = False
    notes: tuple[str, ...] = ()

    def answers_of(self, by: Answerer) -> list[EarlierAnswer]:
        """Those of the model, or of people."""
        return [answer for answer in self.answers if answer.by is by]


@dataclass(frozen=True, slots=True)
class _Taken:
    """An answer that met a question, with what it takes to sort it."""

    answer: EarlierAnswer
    system: tuple[str, str]
    is_simulated: bool


def match(
    results: Sequence[EarlierResults],
    bank: Sequence[Question],
    design: Design,
    *,
    model: str = "",
    method: str = "",
) -> Matched:
    """Match earlier answers to a bank; raises BadInput where none is of this bank, or none of a model alone.

    `model` (PROVIDER:NAME) and `method` choose where the results hold several systems; by default the one that the
    design compares people with.
    """
    if not results:
        return Matched()
    _must_differ(results)
    finder = _Finder(bank)
    sources, notes = [], []
    taken: dict[tuple[str, ...], _Taken] = {}
    n_twice = 0
    for n, result in enumerate(results):
        rows = list(_counting(result.rows))
        n_matched, unmatched = 0, Counter[str]()
        for row in rows:
            question = finder.find(row, result.content_hashes)
            if isinstance(question, str):
                unmatched[question] += 1
                continue
            n_matched += 1
            # Rows without a study are told apart by their file.
            study = _text(row, "study_id") or result.study_id or f"file {n}"
            key = (
                study,
                *(_text(row, name) for name in ("participant_id", "condition", "question_id", "sample")),
            )
            item = _taken(row, question, study)
            before = taken.setdefault(key, item)
            if before is item:
                continue
            n_twice += 1
            if before != item:
                raise BadInput(
                    f"{result.name}: participant_id {key[1]} answers question_id {key[3]} otherwise than in a file "
                    "given before, under the same study_id and sample. Give one of the two files."
                )
        sources.append(
            Source(
                name=result.name,
                sha256=result.sha256,
                study_id=result.study_id,
                is_rehearsal=result.is_rehearsal,
                n_answers=len(rows),
                n_matched=n_matched,
            )
        )
        why = (
            f" ({', '.join(f'{reason}: {n:,}' for reason, n in sorted(unmatched.items()))})"
            if unmatched
            else ""
        )
        notes.append(f"{result.name}: {n_matched:,} of {len(rows):,} answers given alone met this bank{why}.")
        if result.is_changed:
            notes.append(
                f"{result.name}: answers.csv is not as its export wrote it; it was changed afterwards."
            )
    if n_twice:
        notes.append(f"{n_twice:,} answers stand in two of the files and count once.")
    if not taken:
        raise BadInput(f"No answer is of a question in this study's bank. {' '.join(notes)}")
    model_answers, system = _of_one_system(list(taken.values()), design, model, method, notes)
    people, is_simulated = _of_people(list(taken.values()), notes)
    return Matched(
        (*model_answers, *people), tuple(sources), *system, simulated_people=is_simulated, notes=tuple(notes)
    )


class _Finder:
    """Finds the question of this bank that a row is about."""

    def __init__(self, bank: Sequence[Question]) -> None:
        self._study = [question for question in bank if question.role is Role.STUDY]
        self._by_id = {question.question_id: question for question in self._study}
        self._by_hash: dict[str, Question] = {}
        self._by_text: defaultdict[str, list[Question]] = defaultdict(list)

    def find(self, row: Row, hashes: Mapping[str, str]) -> Question | str:
        """The question, or why there is none."""
        question_id = _text(row, "question_id")
        content_hash = hashes.get(question_id) or _text(row, "content_hash")
        if content_hash:
            return self._hashed().get(content_hash) or "no question with this content"
        text = next((folded(_text(row, name)) for name in _TEXTS if _text(row, name)), "")
        question = self._by_id.get(question_id)
        if question is not None:
            key = _text(row, "correct_choice")
            if key and key != LETTERS[question.correct]:
                return "another key than the question of this id here"
            if text and text != folded(question.text):
                return "another text than the question of this id here"
            return question
        if not text:
            return "no question of this id"
        same = self._texts()[text]
        if len(same) == 1:
            return same[0]
        return "a text that several questions have" if same else "no question of this id or text"

    def _hashed(self) -> Mapping[str, Question]:
        if not self._by_hash:
            # The first of several copies is the one that a plan can draw.
            for question in reversed(self._study):
                self._by_hash[question.content_hash] = question
        return self._by_hash

    def _texts(self) -> Mapping[str, list[Question]]:
        if not self._by_text:
            for question in self._study:
                self._by_text[folded(question.text)].append(question)
        return self._by_text


def _must_differ(results: Sequence[EarlierResults]) -> None:
    seen: dict[str, str] = {}
    for result in results:
        if result.sha256 in seen:
            raise BadInput(
                f"{result.name} holds the same answers as {seen[result.sha256]}, to the byte; give each file once."
            )
        seen[result.sha256] = result.name


def _counting(rows: Sequence[Row]) -> Iterator[Row]:
    """The answers given alone that count in `accuracy`."""
    for row in rows:
        is_apart = bool(row.get("is_practice")) or bool(row.get("is_attention_check"))
        if row.get("condition") in _BY and not is_apart and row.get("status") not in _NO_ANSWER:
            yield row


def _taken(row: Row, question: Question, study: str) -> _Taken:
    by = _BY[_text(row, "condition")]
    run = f"{study}/{_text(row, 'participant_id')}"
    if by is Answerer.MODEL:
        run += f"/{_text(row, 'sample')}"
    answer = EarlierAnswer(
        question.question_id,
        by,
        run,
        # As in `accuracy`, an answer without a choice is not a right one.
        is_correct=row.get("correct") == 1,
        group=_text(row, "form"),
    )
    provider, model = _text(row, "provider"), _text(row, "model")
    named = ":".join(part for part in (provider, model) if part)
    return _Taken(answer, (named, _text(row, "method")), row.get("participant_kind") == "simulated")


def _of_one_system(
    taken: Sequence[_Taken], design: Design, model: str, method: str, notes: list[str]
) -> tuple[list[EarlierAnswer], tuple[str, str]]:
    """The answers of the one model and method that choose; raises BadInput where it is not clear which."""
    found = [item for item in taken if item.answer.by is Answerer.MODEL]
    systems = Counter(item.system for item in found)
    named = "; ".join(f"{_named(system)}: {n:,} answers" for system, n in sorted(systems.items()))
    if not systems:
        raise BadInput(
            "The results hold no answers of a model alone to questions of this bank (condition model_alone), so there "
            "is no gap to select by. Let the model answer first with `oversight model-alone`, in a study on the bank."
        )
    asked_for = [
        system
        for system in systems
        if (not model or _is_model(system[0], model)) and (not method or system[1] == method)
    ]
    if len(asked_for) > 1 and not (model and method):
        primary = design.primary_model_alone
        asked_for = [
            system
            for system in asked_for
            if _is_model(system[0], model or primary.model) and system[1] == (method or primary.method)
        ] or asked_for
    if len(asked_for) != 1:
        what = "none of them is the one asked for" if not asked_for else "it is not clear which one chooses"
        raise BadInput(
            f"The results hold these systems, and {what}: {named}. Name one with --model and --method."
        )
    (system,) = asked_for
    if len(systems) > 1:
        notes.append(f"{_named(system)} chooses; the others of these are not used: {named}.")
    return [item.answer for item in found if item.system == system], system


def _is_model(system: str, asked: str) -> bool:
    """Whether a row's provider:model is the model asked for, PROVIDER:NAME[@BASE_URL]."""
    if system == asked:
        return True
    return ":" in asked and system == ":".join(split_model(asked))


def _named(system: tuple[str, str]) -> str:
    model, method = system
    return f"{model or 'a model without a name'}{f' ({method})' if method else ''}"


def _of_people(taken: Sequence[_Taken], notes: list[str]) -> tuple[list[EarlierAnswer], bool]:
    """The answers of people alone, and whether they are simulated; beside people simulated ones do not count."""
    found = [item for item in taken if item.answer.by is Answerer.PEOPLE]
    real = [item for item in found if not item.is_simulated]
    if real and len(real) < len(found):
        notes.append(
            f"{len(found) - len(real):,} answers of simulated people stand beside real ones and are not used."
        )
    if found and not real:
        notes.append("The people of these results are simulated: what they choose says nothing about people.")
    elif real:
        notes.append("Whoever took part then has met these questions: do not invite them again.")
    return [item.answer for item in (real or found)], bool(found) and not real


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    # A sample is a whole number that may have been read as a float.
    return f"{value:g}" if isinstance(value, float) else str(value)
