"""The blocks of the documentation, and how each is tried.

A page is played in an empty folder from its first block to its last, as its reader would, by a process that does
nothing else: the working directory is its own, and no browser's driver is in it. The word behind the fence says what
a block is; forges show none of it but the first word:

- `bash`: each line is typed. A server is started, asked for its page once, and stopped. `bash refused`: the last line
  has to fail, and calmly.
- `text said`: what the bash block before has to have printed, line by line in this order; `...` stands for anything.
- `LANGUAGE write FILE`: the block is saved as FILE. `LANGUAGE append FILE`: it is put at the end of FILE.
- `toml change FILE`: each key of the block takes the place of the one in FILE, as one would do in an editor.
- `toml design`: a whole design, which is read. `python`: is run; all blocks of a page share their names.
- `git clone ... FOLDER` gives the page a checkout of its own to change; the commands after it are that checkout's.
- `diff FILE`: lines with `-` go out of FILE and lines with `+` come in; those around them stand there once.
- `LANGUAGE elsewhere TEST`: needs what a page has not got, or takes long. TEST does it; here names and options are held
  to the program.
- `text`: is shown only, for what needs a key, a network or another machine.
"""

import contextlib
import io
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner

from oversight_app.cli import main as oversight
from oversight_app.commands.server import free_port
from oversight_app.study.design import read_design
from tests.documentation.typed import hold

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_FENCED = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"(?:[^\n\\]|\\\n|\\.)+")
_SERVERS = {"serve": "/", "console": "/login"}
"""Commands that go on until they are stopped, and the page that is asked for."""
_SUBSTITUTED = re.compile(r"\$\([^()]*\)")
_SHELL = frozenset("$|;&")
"""What only a shell understands; `oversight ... > FILE` and `$(...)` are understood here."""
_TOGETHER = """
import json, sys
from click.testing import CliRunner
from oversight_app.cli import main
for words in json.loads(sys.argv[1]):
    done = CliRunner().invoke(main, words)
    print(done.output)
    if done.exit_code:
        sys.exit(f"{words}: {done.exception!r}")
"""
"""Commands of a checkout, in one process: not this one's own modules but those that the page has changed."""
_PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Block:
    """One block: what stands behind the fence, what is in it, and where."""

    info: tuple[str, ...]
    text: str
    where: str


def blocks_of(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    return blocks_in(page.read_text(encoding="utf-8"), page.relative_to(ROOT).as_posix())


def blocks_in(markdown: str, name: str) -> Iterator[Block]:
    """Of Markdown that stands in a page of this name."""
    for found in _FENCED.finditer(markdown):
        line = markdown.count("\n", 0, found.start()) + 1
        yield Block(tuple(found[1].split()), found[2], f"{name}:{line}")


@dataclass
class Reader:
    """Somebody who does what a page says, in a folder of their own."""

    folder: Path
    said: str = ""
    checkout: Path = ROOT
    """Where the tool itself comes from: the page's own checkout, once it has one."""
    names: dict[str, object] = field(default_factory=lambda: {"__name__": "documentation"})
    instead: Mapping[str, str] = field(default_factory=dict)
    """What is typed in the place of something, because it is quicker or needs no service."""
    passed_over: frozenset[str] = frozenset()
    """Commands that another page or test plays; here their names and options are held to the program."""

    def read(self, blocks: Iterable[Block]) -> None:
        """Do all that stands there, in order."""
        for block in blocks:
            self.do(block)

    def do(self, block: Block) -> None:
        """Do one block; raises AssertionError with its place for whatever does not work."""
        with contextlib.chdir(self.folder):
            match block.info:
                case (_, "elsewhere", test):
                    hold(block.text, where=block.where, test=ROOT / test)
                case ("bash", *rest):
                    self.said = ""
                    lines = [line for line in _LINE.findall(block.text) if not line.startswith("#")]
                    if self.checkout != ROOT:
                        lines = list(_together(lines))
                    for line in lines:
                        self._type(line, block.where, is_refused=rest == ["refused"] and line == lines[-1])
                case ("text", "said"):
                    _must_be_in(self.said, block)
                case (_, "write" | "append" as how, name):
                    path = self.folder / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    before = path.read_text(encoding="utf-8") if how == "append" else ""
                    path.write_text(before + block.text, encoding="utf-8")
                case ("diff", name):
                    path = self.folder / name
                    path.write_text(
                        patched(path.read_text(encoding="utf-8"), block.text, block.where), encoding="utf-8"
                    )
                case ("toml", "change", name):
                    path = self.folder / name
                    path.write_text(changed(path.read_text(encoding="utf-8"), block.text), encoding="utf-8")
                case ("toml", "design"):
                    read_design(block.text, file=block.where)
                case ("python",):
                    with contextlib.redirect_stdout(io.StringIO()) as out:
                        exec(compile(block.text, block.where, "exec"), self.names)
                    self.said = out.getvalue()
                case ("text",):
                    pass
                case _:
                    raise AssertionError(f"{block.where}: nobody knows how to try {' '.join(block.info)!r}")

    def _type(self, line: str, where: str, *, is_refused: bool) -> None:
        for shown, typed in self.instead.items():
            line = line.replace(shown, typed)
        words = shlex.split(line, comments=True)
        if words[:1] == ["oversight"] and words[1] in self.passed_over:
            hold(line, where=where)
        elif words[:2] == ["git", "clone"]:
            self._clone(self.folder / words[-1])
        elif (
            words[:1] != ["oversight"]
            or self.checkout != ROOT
            or not _SHELL.isdisjoint(_SUBSTITUTED.sub("", line))
        ):
            self._shell(line, where, is_refused=is_refused)
        elif words[1] in _SERVERS:
            self.said += asked_once(words[1:], where)
        else:
            if _SUBSTITUTED.search(line):  # only bash knows what that becomes
                asked = ["bash", "-e", "-c", f"printf '%s\\0' {line}"]
                words = subprocess.check_output(asked, text=True).split("\0")[:-1]
            self.said += self._oversight(words[1:], f"{where}: {line}", is_refused=is_refused)

    def _shell(self, line: str, where: str, *, is_refused: bool) -> None:
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", line],
            env=_environment(self.checkout),
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
        self.said += done.stdout + done.stderr
        assert (done.returncode != 0) == is_refused, f"{where}: {line}\n{done.stdout}{done.stderr}"

    def _clone(self, checkout: Path) -> None:
        """The working tree as it stands, so that a page is held to what will be committed."""
        for name in ("oversight_app", "analysis", "questions", "tests", ".streamlit"):
            shutil.copytree(
                ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__", "*.db")
            )
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / name, checkout / name)
        self.checkout = checkout

    def _oversight(self, words: list[str], where: str, *, is_refused: bool) -> str:
        """In this process, which saves the second that Python takes to import everything; `> FILE` works."""
        into = words.index(">") if ">" in words else len(words)
        done = CliRunner().invoke(oversight, words[:into])
        assert (done.exit_code != 0) == is_refused, f"{where}\n{done.output}{done.exception!r}"
        assert not is_refused or (done.stderr.startswith("Error: ") and "Traceback" not in done.stderr), where
        for name in words[into + 1 :]:
            (self.folder / name).write_text(done.stdout, encoding="utf-8")
        return done.output


def _together(lines: Iterable[str]) -> Iterator[str]:
    """Commands of `oversight` that follow each other made one, which saves the imports of all but the first."""
    for is_ours, group in itertools.groupby(lines, lambda line: line.startswith("oversight ")):
        if is_ours:
            every = json.dumps([shlex.split(line, comments=True)[1:] for line in group])
            yield shlex.join([sys.executable, "-c", _TOGETHER, every])
        else:
            yield from group


def asked_once(words: list[str], where: str) -> str:
    """Start a server at a free port, ask for its page, stop it with Ctrl-C's signal; what it printed."""
    port = free_port("127.0.0.1")
    command = [sys.executable, "-m", "oversight_app.cli", *words, "--port", str(port)]
    server = subprocess.Popen(
        command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        until = time.monotonic() + _PATIENCE_S
        while not _answers(f"http://127.0.0.1:{port}{_SERVERS[words[0]]}"):
            assert server.poll() is None, f"{where}: {words} ended"
            assert time.monotonic() < until, f"{where}: {words} answers nobody"
            time.sleep(0.1)
    finally:
        server.terminate()
        said, _ = server.communicate(timeout=_PATIENCE_S)
    return said


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _environment(checkout: Path = ROOT) -> dict[str, str]:
    beside = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    # What is compiled of a checkout that lives for a minute is not kept.
    unkept = {} if checkout == ROOT else {"PYTHONDONTWRITEBYTECODE": "1"}
    return (
        os.environ
        | unkept
        | {
            "PATH": os.pathsep.join(beside),
            "PYTHONPATH": str(checkout),
            "PYTHONUNBUFFERED": "1",
        }
    )


def _must_be_in(said: str, block: Block) -> None:
    """Each line in its turn, white space and `...` apart."""
    left = " ".join(said.split())
    for line in filter(None, (" ".join(line.split()) for line in block.text.splitlines())):
        parts = (re.escape(part) for part in line.split("..."))
        found = re.search(".*?".join(parts), left)
        assert found, (
            f"{block.where}: {line!r} was not printed after what stands above it; printed was:\n{said}"
        )
        left = left[found.end() :]


def patched(text: str, diff: str, where: str) -> str:
    """A text with one hunk of a diff applied, which has to fit at one place alone."""
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] != "+")
    after = "".join(line[1:] for line in lines if line[0] != "-")
    assert text.count(before) == 1, f"{where}: these lines are not there once:\n{before}"
    return text.replace(before, after)


def changed(toml: str, changes: str) -> str:
    """A TOML file with the keys of another laid over it; comments stay where they are."""
    for table, lines in _tables(changes):
        head, found, body = toml.partition(f"\n[{table}]\n") if table else ("", "", toml)
        if table and not found:
            toml = f"{toml.rstrip()}\n\n[{table}]\n" + "".join(f"{line}\n" for line in lines)
            continue
        end = re.search(r"^\[", body, re.MULTILINE)
        here, rest = (body[: end.start()], body[end.start() :]) if end else (body, "")
        for line in lines:
            key = re.compile(rf"^{re.escape(line.partition(' = ')[0])} = (?:\[\n.*?^\]|.*?)$", re.M | re.S)
            is_there = key.search(here)
            here = (
                f"{here[: is_there.start()]}{line}{here[is_there.end() :]}" if is_there else f"{line}\n{here}"
            )
        toml = head + found + here + rest
    tomllib.loads(toml)
    return toml


def _tables(changes: str) -> Iterator[tuple[str, list[str]]]:
    table, lines = "", list[str]()
    for line in changes.splitlines():
        if header := re.fullmatch(r"\[(.+)\]", line):
            yield table, lines
            table, lines = header[1], []
        elif line and not line.startswith("#"):
            lines.append(line)
    yield table, lines
