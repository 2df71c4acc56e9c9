"""The study folder: where a study's files lie, how one is made from a ready-made design, how one is opened.

    study.toml   the design             study.db     the record
    texts/       what participants read exports/  reports/  rehearsals/   what the commands leave
    prompts/     where a study wants to say something else to a model than the tool does

Making one is all or nothing: what a failed attempt had written is taken away again.
"""

import json
import re
import secrets
import shutil
import string
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Self, TypeVar

from oversight_app.clock import SystemClock
from oversight_app.errors import BadInput, DesignError, StudyStateError
from oversight_app.prompts import load_prompts
from oversight_app.store import Store
from oversight_app.store.upgrading import upgrade
from oversight_app.study.design import Design, read_design
from oversight_app.study.materials import (
    Materials,
    read_comprehension,
    read_example,
    read_screening,
    read_survey,
)
from oversight_app.study.selection import Selection, read_selection
from oversight_app.words import ENGLISH, Words, read_words

DESIGNS = ("recommended", "bowman2022", "demo")
_LANGUAGES = resources.files("oversight_app").joinpath("designs", "languages")
LANGUAGES = tuple(sorted({ENGLISH, *(entry.name.removesuffix(".toml") for entry in _LANGUAGES.iterdir())}))
"""The languages that the ready-made designs' texts are in."""
PLACEHOLDER = "[FILL IN"
"""Begins what a researcher has to complete in the texts."""

_INTERFACE = "interface.toml"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """One study's folder; made by `create` or `open`."""

    path: Path

    @classmethod
    def create(
        cls,
        path: Path,
        design: str,
        *,
        at: datetime,
        language: str = ENGLISH,
        protocol: str = "chat",
        toml: str | None = None,
    ) -> Self:
        """Make a study folder with a copy of a ready-made design and its texts, and an empty record.

        In the copy the assistant has this protocol; `toml` takes the place of the whole copy.
        """
        folder = cls(path)
        folder.must_be_free()
        is_new = not path.exists()
        try:
            with _explained(path, "cannot be made"):
                path.mkdir(parents=True, exist_ok=True)
                folder.texts.mkdir()
                _copy_design(design, language, protocol, folder)
                if toml is not None:
                    folder.design_file.write_text(toml, encoding="utf-8")
            with folder.open_store() as store:
                store.create_study(_new_study_id(path), at)
        except BaseException:
            folder._take_away(everything=is_new)
            raise
        return folder

    @classmethod
    def open(cls, path: Path) -> Self:
        """The study in a folder; raises BadInput where there is none."""
        folder = cls(path)
        with _explained(folder.record, "cannot be read"):
            if not path.exists():
                raise BadInput(f"There is no folder {path}. Make a study with `oversight init {path}`.")
            if not folder.record.is_file():
                raise BadInput(
                    f"{path} is not a study folder: it holds no {folder.record.name}. "
                    "Make a study with `oversight init STUDY`."
                )
            if folder.record.stat().st_size == 0:
                raise BadInput(
                    f"{folder.record} is empty, so there is no study in it; nothing was changed. "
                    "Put back a copy of the file, or make a study in another folder with `oversight init STUDY`."
                )
        return folder

    def must_be_free(self) -> None:
        """Raise where no study can be made, because something of one is there already."""
        if self.path.exists() and not self.path.is_dir():
            raise BadInput(f"{self.path} is a file, so no study can be made there. Choose another name.")
        for present in (self.design_file, self.record, self.texts):
            if present.exists():
                raise StudyStateError(
                    f"{self.path} holds a {present.name} already, so nothing was changed. Choose another folder."
                )

    @property
    def design_file(self) -> Path:
        """The design."""
        return self.path / "study.toml"

    @property
    def record(self) -> Path:
        """The record."""
        return self.path / "study.db"

    @property
    def texts(self) -> Path:
        """What participants read."""
        return self.path / "texts"

    @property
    def selection(self) -> Path:
        """Which questions `plan` shall draw, and how likely each; what it was made from is in the .json beside it."""
        return self.path / "selection.csv"

    @property
    def exports(self) -> Path:
        """Where exports go, one folder each."""
        return self.path / "exports"

    @property
    def reports(self) -> Path:
        """Where reports go, one folder each."""
        return self.path / "reports"

    @property
    def rehearsals(self) -> Path:
        """Where rehearsals go, one study folder each."""
        return self.path / "rehearsals"

    def open_store(self) -> Store:
        """The record, to be used in a `with` statement; one of an earlier release is copied first, then upgraded."""
        upgrade(self.record, SystemClock().now())
        return Store.open(self.record)

    def read_design(self) -> Design:
        """The design as it stands in the file now; a frozen plan has its own copy."""
        return read_design(self._read(self.design_file), file=str(self.design_file))

    def read_texts(self) -> dict[str, str]:
        """Every text for participants, by name without its ending."""
        return {path.stem: self._read(path) for path in sorted(self.texts.glob("*.md"))}

    def read_prompts(self) -> dict[str, str]:
        """What is said to models: the tool's prompts, with the study's own in place of those of the same name."""
        return load_prompts() | {
            path.stem: self._read(path) for path in sorted((self.path / "prompts").glob("*.md"))
        }

    def read_materials(self, language: str) -> Materials:
        """Everything that participants read; a file of questions that is not there leaves its page out."""

        def read(name: str, reader: Callable[..., T]) -> T | None:
            path = self.texts / f"{name}.toml"
            return reader(self._read(path), file=str(path)) if path.exists() else None

        return Materials(
            texts=self.read_texts(),
            prompts=self.read_prompts(),
            words=self._words(language).as_dict(),
            comprehension=read("comprehension", read_comprehension) or (),
            screening=read("screening", read_screening) or (),
            survey=read("survey", read_survey) or (),
            example=read("example", read_example),
        )

    def read_selection(self) -> Selection | None:
        """The selection made for the plan; None where there is none. Raises BadInput for a half or an edited one."""
        table, about = self.selection, self.selection.with_suffix(".json")
        if not table.exists() and not about.exists():
            return None
        return read_selection(self._read(table), self._read(about), file=str(about))

    def _words(self, language: str) -> Words:
        """The interface's words, with the study's own over them."""
        path = self.texts / _INTERFACE
        if not path.exists():
            return read_words(language)
        try:
            return read_words(language, tomllib.loads(self._read(path)), file=str(path))
        except tomllib.TOMLDecodeError as error:
            raise DesignError(f"{path} is not valid TOML: {error}.") from None

    def _read(self, path: Path) -> str:
        with _explained(path, "cannot be read"):
            try:
                return path.read_text(encoding="utf-8-sig")  # some editors on Windows put a mark in front
            except UnicodeDecodeError as error:
                raise BadInput(f"{path} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from None

    def _take_away(self, *, everything: bool) -> None:
        if everything:
            shutil.rmtree(self.path, ignore_errors=True)
            return
        shutil.rmtree(self.texts, ignore_errors=True)
        for path in (self.design_file, *self.path.glob(f"{self.record.name}*")):
            path.unlink(missing_ok=True)


def folders_in(parent: Path) -> list[Path]:
    """The folders there, the latest name first; none where the parent is not there."""
    return sorted((path for path in parent.glob("*") if path.is_dir()), reverse=True)


def _copy_design(name: str, language: str, protocol: str, folder: StudyFolder) -> None:
    """Copy a ready-made design; texts in a folder of the design's name take the place of the common ones."""
    if name not in DESIGNS:
        raise BadInput(f"There is no design {name!r}; there are {', '.join(DESIGNS)}.")
    if language not in LANGUAGES:
        raise BadInput(f"There are no texts in {language!r}; there are {', '.join(LANGUAGES)}.")
    if name == "bowman2022" and protocol != "chat":
        raise BadInput(
            f"The design bowman2022 is that of a free chat, found protocol {protocol}. Take recommended or demo."
        )
    designs = resources.files("oversight_app").joinpath("designs")
    toml = designs.joinpath(f"{name}.toml").read_text(encoding="utf-8")
    common = designs.joinpath("texts")
    if language != ENGLISH:
        toml = _in_language(toml, name, language)
        common = common.joinpath(language)
    folder.design_file.write_text(_with(toml, "protocol", protocol), encoding="utf-8")
    for source in (common, common.joinpath(name)):
        for text in _files_of(source):
            (folder.texts / text.name).write_bytes(text.read_bytes())


def _in_language(toml: str, design: str, language: str) -> str:
    """The design with what participants read of it in this language; its comments are for researchers, and stay."""
    values = tomllib.loads(_LANGUAGES.joinpath(f"{language}.toml").read_text(encoding="utf-8"))[design]
    for key, value in {"language": language, **values}.items():
        toml = _with(toml, key, value)
    return toml


def _with(toml: str, key: str, value: str) -> str:
    """The design with another value on the one line of this key."""
    (line,) = re.findall(rf"^{key} = .*$", toml, flags=re.MULTILINE)
    # A string of JSON is one of TOML too.
    return toml.replace(line, f"{key} = {json.dumps(value, ensure_ascii=False)}")


def _files_of(folder: Traversable) -> list[Traversable]:
    return [item for item in folder.iterdir() if item.is_file()] if folder.is_dir() else []


def _new_study_id(path: Path) -> str:
    """A name that people recognise, with an ending that keeps apart two studies of that name (`pilot_x7k2qf`)."""
    plain = unicodedata.normalize("NFKD", path.resolve().name)  # "ü" falls apart into "u" and its dots
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    name = re.sub(r"[^a-z0-9]+", "_", letters.lower()).strip("_")[:24] or "study"
    return f"{name}_{''.join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(6))}"


@contextmanager
def _explained(path: Path, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = f" ({error.filename})" if error.filename and str(error.filename) != str(path) else ""
        raise BadInput(f"{path} {what}: {error.strerror or error}{place}. Nothing was changed.") from None
