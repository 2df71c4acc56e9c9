"""Answers that a model gave in another evaluation tool, taken into the record as answers of a model alone.

Each (provider, model, method) of a log is a participant, as if this tool had asked it; the method begins with the
log's tool, so it is compared with nothing unless the design declares it. A trial has the option order that the log
shows. One file is one transaction, and a sample that is on record is never taken again, whatever file it comes in.
"""

from collections.abc import Sequence
from pathlib import Path

from oversight_app.answer_import.stream import LogStream
from oversight_app.answer_import.summary import FileSummary, ImportSummary
from oversight_app.clock import Clock
from oversight_app.errors import BadInput, NoPlan
from oversight_app.evaluation_logs import EvaluationLog, read_log
from oversight_app.projections import planned_questions
from oversight_app.store import Store
from oversight_app.study.design import split_model
from oversight_app.study.imported_answers import places, take_in
from oversight_app.study.log_matching import Matcher
from oversight_app.study.methods import METHODS
from oversight_app.study.plan import Plan


def import_answers(
    store: Store, files: Sequence[Path], *, model: str = "", method: str = "", clock: Clock
) -> ImportSummary:
    """Take the answers in these logs into the record; `model` (PROVIDER:NAME) and `method` replace the logs' own names.

    What is wrong with a file, or with a sample in it, is in the summary and hinders no other. Raises NoPlan before
    there is a plan, BadInput for a model or a method that cannot be.
    """
    plan = store.plan()
    if plan is None:
        raise NoPlan(store.path.parent)
    if model and not all(split_model(model)):
        raise BadInput(f"The model {model!r} cannot be read; write PROVIDER:NAME, for example openai:NAME.")
    if method.partition("(")[0].strip() in METHODS:
        raise BadInput(
            f"The method {method!r} is one by which this tool asks; what another tool asked needs another name."
        )
    importer = _Importer(store, plan, model, method, clock)
    summary = ImportSummary()
    for file in files:
        try:
            summary.files.append(importer.take(read_log(file), file))
        except BadInput as error:
            summary.unusable.append(str(error))
    return summary


class _Importer:
    """Logs on their way into one study."""

    def __init__(self, store: Store, plan: Plan, model: str, method: str, clock: Clock) -> None:
        self._store, self._plan, self._clock = store, plan, clock
        self._model, self._method = model, method
        self._places = places(plan)
        self._questions = planned_questions(plan, store.questions())
        self._matcher = Matcher(self._questions[question_id] for question_id in self._places)

    def take(self, log: EvaluationLog, file: Path) -> FileSummary:
        """Take the answers of one log; raises BadInput where nobody says of which model it is."""
        provider, model = split_model(self._model) if self._model else (log.run.provider, log.run.model)
        if not provider or not model:
            raise BadInput(
                f"{file} does not say which model answered, and no results_*.json of the same run lies beside it. Name "
                "the model with --model PROVIDER:NAME."
            )
        method = self._method or log.run.method
        stream = LogStream(self._plan, self._questions, provider, model, method)
        with self._store.write() as record:
            stream.catch_up(record)
            found = take_in(
                log.entries,
                self._matcher,
                self._places,
                participant_id=stream.participant_id,
                trials=stream.sitting.trials,
                known=stream.identities,
            )
            if found.answers:
                stream.append(record, log, found, self._clock.now())
        primary = self._plan.design.primary_model_alone
        is_primary = (split_model(primary.model), primary.method) == ((provider, model), method)
        return FileSummary(
            log.name,
            log.run,
            f"{provider}:{model}",
            method,
            found,
            n_planned=len(self._places),
            n_unanswered=len(self._places.keys() - stream.answered),
            compared="" if is_primary else f"{primary.model} ({primary.method})",
        )


__all__ = ["FileSummary", "ImportSummary", "import_answers"]
