"""What the commands share: their arguments, their progress bars, the name they are called by."""

import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

study_argument = click.argument("study", metavar="STUDY", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")

Progress = Callable[[int, int], None]
"""Called with how many are done, and of how many."""


def fresh(parent: Path, name: str) -> Path:
    """A path in `parent` that nothing has yet: the name, or the name with a number."""
    path, n = parent / name, 1
    while path.exists():
        n += 1
        path = parent / f"{name}-{n}"
    return path


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """A progress bar on stderr for long work; silent when nobody watches."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.length = max(1, total)
            bar.update(done - bar.pos)

        yield show


def notice(text: str) -> None:
    """A line on stderr for somebody who waits; silent when nobody watches."""
    if sys.stderr.isatty():
        click.echo(text, err=True)


def warn(text: str) -> None:
    """A sentence that stops nothing, on stderr."""
    click.echo(f"Note: {text}", err=True)


def command(*words: str | Path) -> str:
    """A command of this tool as the user can type it here, also where it is not on the path."""
    program = "oversight" if shutil.which("oversight") else sys.argv[0]
    return shlex.join([program, *map(str, words)])
