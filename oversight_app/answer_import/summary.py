"""What an import of answers came to, file by file, in sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from oversight_app.study.imported_answers import Found
from oversight_app.study.logged import LoggedRun

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class FileSummary:
    """One log: of whom, and what it held. `n_unanswered` questions of `n_planned` have no answer of this model yet.

    `compared` is the model and method that the plan compares people with, where this is another.
    """

    file: str
    run: LoggedRun
    model: str
    method: str
    found: Found
    n_planned: int
    n_unanswered: int
    compared: str = ""

    def describe(self) -> str:
        """The file in a few lines."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        found = self.found
        yield f"{self.file}: {_n(found.n_samples, 'sample')} of {self.model} ({self.method})."
        yield (
            f"  {found.n_matched:,} matched ({found.n_by_id:,} by id, {found.n_by_text:,} by text), "
            f"{found.n_elsewhere:,} are of no question of the study. {self._taken()}"
        )
        if found.n_unreadable:
            yield (
                f"  {_n(found.n_unreadable, 'reply', 'replies')} could not be read as an option, and stand as "
                "unreadable."
            )
        if found.no_reply:
            yield f"  {_n(len(found.no_reply), 'sample')} had no reply; the first: {found.no_reply[0].why}."
        if self.run.note:
            yield f"  Note: {self.run.note}."
        if found.without_passage:
            yield (
                f"  Note: {_n(len(found.without_passage), 'question')} asked without the study's passage, as far as "
                f"the log shows (record {_some(found.without_passage)})."
            )
        if found.other_keys:
            yield f"  Note: another key in the log for {_some(found.other_keys)}; answers count by the study's key."
        if found.other_scores:
            yield (
                f"  Note: {_n(len(found.other_scores), 'reply', 'replies')} read here in another way than the log "
                f"scored (record {_some(found.other_scores)})."
            )

    def _taken(self) -> str:
        found = self.found
        said = [f"{_n(len(found.answers), 'answer')} recorded"]
        if found.n_further:
            said.append(f"{found.n_further:,} of them further samples of a question (epochs, or another run)")
        if found.n_known:
            said.append(f"{found.n_known:,} had been before")
        return f"{', '.join(said)}."


@dataclass(slots=True)
class ImportSummary:
    """All logs of one import; `unusable` says of whole files why nothing of them could be taken."""

    files: list[FileSummary] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """Everything that could not be taken, in sentences: files, samples, and logs of quite other questions."""
        said = list(self.unusable)
        for each in self.files:
            defects = each.found.defects
            said += [f"{each.file}, {defect.describe()}." for defect in defects[:_MOST_NAMED]]
            if len(defects) > _MOST_NAMED:
                said.append(f"{each.file} has {len(defects) - _MOST_NAMED:,} more such records.")
        if self.files and not any(each.found.n_matched for each in self.files):
            said.append(
                "No sample matches a question of this study, by id or by question and options; nothing was recorded."
            )
        return said

    def describe(self) -> str:
        """Every file that could be read, and then each model that answered."""
        said = [each.describe() for each in self.files]
        last = {(each.model, each.method): each for each in self.files if each.found.n_matched}
        for (model, method), each in last.items():
            said.append(
                f"{model} ({method}) has answered {each.n_planned - each.n_unanswered:,} of the plan's "
                f"{each.n_planned:,} questions."
                + (f" {each.n_unanswered:,} are without an answer." if each.n_unanswered else "")
            )
            if each.compared:
                said.append(
                    f"The plan compares people with {each.compared}; these answers stand beside that comparison and "
                    "not in it."
                )
        return "\n".join(dict.fromkeys(said))


def _n(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _some(values: Sequence[object]) -> str:
    named = ", ".join(str(value) for value in values[:_MOST_NAMED])
    return f"{named}, ..." if len(values) > _MOST_NAMED else named
