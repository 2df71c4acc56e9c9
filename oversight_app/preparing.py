"""A study before its plan is frozen: what its researcher answers, brings in, writes and looks over at the console.

The answers to the choices of a design are the process's own until a study is made of them; from then on the folder's
files say everything, so an editor and the commands may be used beside the console at any time.
"""

import os
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from oversight_app import preflight
from oversight_app.banks import ImportSummary, import_bank
from oversight_app.clock import Clock, stamp
from oversight_app.designing import design_of, freeze_study, make_study
from oversight_app.errors import BadInput, BankError, StudyStateError
from oversight_app.planning import HalfWidth, layout_of
from oversight_app.study.choices import CHOICES, Choice, Value, answers_in, asked, outlook
from oversight_app.study.events import STUDY_STREAM, StudyPrepared
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Role
from oversight_app.study_folder import PLACEHOLDER, StudyFolder


@dataclass(frozen=True, slots=True)
class Foresight:
    """What the analysis can say before there are data; handed in by the door, which alone may ask it."""

    half_width: HalfWidth = lambda *_: None
    power_of: preflight.Power | None = None


NOTHING_FORESEEN = Foresight()


class Text(NamedTuple):
    """A text that participants read; `is_open` where the researcher has still to complete it."""

    name: str
    body: str
    is_open: bool


_EDITED = "study.toml was edited by hand, which choosing again would undo; nothing was written. Edit it in an editor."


class Preparing:
    """One study on its way to a frozen plan. Whatever is done after it was made goes on record with who did it."""

    def __init__(self, path: Path, clock: Clock, foresight: Foresight = NOTHING_FORESEEN) -> None:
        """Of the study that is, or shall be, in this folder."""
        self.folder = StudyFolder(path)
        self._clock = clock
        self._half_width = cache(foresight.half_width)
        self._power_of = foresight.power_of
        self._answers: dict[str, Value] = {}

    @property
    def is_made(self) -> bool:
        """Whether there is a study, made here or by the command line."""
        return self.folder.record.is_file()

    @property
    def is_frozen(self) -> bool:
        """Whether it has a plan."""
        if not self.is_made:
            return False
        with self.folder.open_store() as store:
            return store.is_planned()

    @property
    def title(self) -> str:
        """The study's title, once there is a design that can be read."""
        try:
            return self.folder.read_design().title if self.is_made else "A new study"
        except BadInput:
            return "A study being prepared"

    # -- the choices -----------------------------------------------------------------------------------

    def answers(self) -> dict[str, Value]:
        """The answers to all choices that are asked, as given or as suggested."""
        return asked(self._answers)

    def answer(self, choice: Choice, text: str) -> None:
        """Take an answer in the words of the terminal; raises BadInput that says what is allowed."""
        value = choice.read(text)
        # What is as suggested follows the suggestion, which may depend on an answer that changes later.
        if value == choice.suggested(self.answers()):
            self._answers.pop(choice.key, None)
        else:
            self._answers[choice.key] = value

    def outlook(self) -> tuple[str, ...]:
        """What the study would be; raises BadInput where two answers do not fit."""
        _, design = design_of(self._answers)
        return outlook(design, layout_of(design), self._half_width)

    def make(self, by: str) -> None:
        """Make the study of the answers; raises StudyStateError where there is one."""
        make_study(self.folder.path, self._answers, at=self._clock.now())
        self._note("study", self.folder.design_file.name, by)

    # -- choosing again ---------------------------------------------------------------------------------

    @property
    def can_choose_again(self) -> bool:
        """Whether study.toml is just what its answers made; what was added by hand would be lost."""
        return self._answers_in_file() is not None

    def choose_again(self) -> None:
        """Take the answers of study.toml for the answers given; nothing is written."""
        if (found := self._answers_in_file()) is None:
            raise StudyStateError(_EDITED)
        self._answers.clear()
        for choice in CHOICES:
            if choice.key in found:
                self.answer(choice, choice.shown(found[choice.key]))

    def make_anew(self, by: str) -> str:
        """Write study.toml of the answers given now; the name of the copy of the one before, empty if it says the same.

        Raises StudyStateError where somebody has edited that one, or the plan is frozen.
        """
        toml, design = design_of(self._answers)
        if self.is_frozen:
            raise StudyStateError("The plan is frozen, and the design with it; nothing was changed.")
        if self._answers_in_file() is None:
            raise StudyStateError(_EDITED)
        if design.language != (language := self.folder.read_design().language):
            raise BadInput(
                f"The study's texts are in {language!r} and stay; nothing was written. Choose that language, or make "
                "another study."
            )
        file = self.folder.design_file
        if file.read_text(encoding="utf-8") == toml:
            return ""
        kept = file.with_name(f"{file.name}.{stamp(self._clock.now())}")
        try:
            shutil.copy2(file, kept)
            _replace(file, toml)
        except OSError as error:
            raise BadInput(
                f"{file} cannot be written: {error.strerror or error}. It stays as it was."
            ) from None
        self._note("design", kept.name, by)
        return kept.name

    def _answers_in_file(self) -> dict[str, Value] | None:
        try:
            return answers_in(self.folder.design_file.read_text(encoding="utf-8"), CHOICES)
        except (OSError, UnicodeDecodeError):
            return None

    # -- what stands in the folder ---------------------------------------------------------------------

    def n_questions(self) -> Mapping[str, int]:
        """How many questions for a study the bank holds, by task; examples and practice items are not counted."""
        with self.folder.open_store() as store:
            return Counter(question.task for question in store.questions() if question.role is Role.STUDY)

    def bring_in(self, kind: str, source: str, by: str) -> ImportSummary:
        """Import a bank; `source` is a path on this machine, empty for the built-in questions."""
        if kind != "builtin" and not source.strip():
            raise BankError("Name the file or the folder of the bank; found nothing.")
        path = Path(source.strip()).expanduser() if source.strip() else None
        with self.folder.open_store() as store:
            summary = import_bank(store, kind, path, at=self._clock.now())
        if summary.brought_nothing:
            raise BankError(f"No question came in. {' '.join(summary.describe().splitlines()[1:])}")
        self._note("questions", summary.source, by)
        return summary

    def texts(self) -> list[Text]:
        """What participants read, the consent text first."""
        found = self.folder.read_texts()
        return [
            Text(name, body, PLACEHOLDER in body)
            for name, body in sorted(found.items(), key=lambda item: (item[0] != "consent", item[0]))
        ]

    def write_text(self, name: str, body: str, *, before: str, by: str) -> None:
        """Put a text in the place of the one that was shown; one that has changed meanwhile stays as it is."""
        if name not in (texts := self.folder.read_texts()):
            raise BadInput(f"There is no texts/{name}.md. Reload the page to see which there are.")
        with self.folder.open_store() as store:
            if store.is_planned():
                raise StudyStateError("The plan is frozen, and this text with it; nothing was changed.")
        if texts[name] != before:
            raise StudyStateError(
                f"texts/{name}.md has changed since it was shown here, in an editor or another tab; nothing was "
                "written. Copy what you wrote, and reload the page to see what stands there now."
            )
        if not body.strip():
            raise BadInput(f"texts/{name}.md would be empty; nothing was written.")
        path = self.folder.texts / f"{name}.md"
        try:
            _replace(path, body.rstrip("\n") + "\n")
        except OSError as error:
            raise BadInput(
                f"{path} cannot be written: {error.strerror or error}. It stays as it was."
            ) from None
        self._note("text", f"{name}.md", by)

    def findings(self) -> preflight.Findings:
        """What `oversight check --offline` says."""
        return preflight.inspect(
            self.folder,
            half_width=self._half_width,
            environment=os.environ,
            clock=self._clock,
            power_of=self._power_of,
        )

    def freeze(self, by: str) -> Plan:
        """Freeze the plan; it cannot be changed afterwards."""
        return freeze_study(self.folder, clock=self._clock, by=by)

    def _note(self, what: str, which: str, by: str) -> None:
        with self.folder.open_store() as store, store.write() as record:
            record.append(STUDY_STREAM, [StudyPrepared(what, which, by)], self._clock.now())


def _replace(file: Path, text: str) -> None:
    """Put a text into a file's place, all of it or nothing."""
    beside = file.with_name(f"{file.name}.new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, file)
