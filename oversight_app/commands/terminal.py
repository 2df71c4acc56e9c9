"""What the commands share: their arguments, their progress bars, the name they are called by."""

import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

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


Telling = Callable[[int, int, str, float], None]
"""Called with how many are done, of how many, what else there is to say, and seconds since the beginning."""


@contextmanager
def telling_progress(label: str) -> Iterator[Telling]:
    """A progress bar on stderr that says more than how far; a line every half minute where nobody watches."""
    if sys.stderr.isatty():
        with click.progressbar(
            length=1, label=label, file=sys.stderr, show_eta=False, item_show_func=lambda text: text
        ) as bar:

            def show(done: int, total: int, text: str, elapsed_s: float) -> None:
                bar.length = max(1, total)
                bar.update(done - bar.pos, text)

            yield show
        return
    next_at = _LINE_EVERY_S

    def say(done: int, total: int, text: str, elapsed_s: float) -> None:
        nonlocal next_at
        if elapsed_s >= next_at:
            next_at = elapsed_s + _LINE_EVERY_S
            click.echo(f"{label}: {done:,} of {total:,}, {text}", err=True)

    yield say


_LINE_EVERY_S = 30.0


@contextmanager
def stopped_by_ctrl_c() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets, once; the next Ctrl-C ends the command at once."""
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        stop.set()
        click.echo("\nStopping; what has come is being saved. Ctrl-C again ends at once.", err=True)

    before = signal.signal(signal.SIGINT, on_signal)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


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
