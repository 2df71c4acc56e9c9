"""How many participants this machine can serve."""

import asyncio
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from oversight_app.commands.terminal import json_option, study_argument, telling_progress
from oversight_app.load.capacity import Capacity

if TYPE_CHECKING:
    from oversight_app.load.measuring import Asked


@click.command(short_help="How many participants this machine can serve.")
@study_argument
@click.option(
    "--seconds",
    type=click.FloatRange(15, 3600),
    default=60.0,
    show_default=True,
    help="The time that it may take.",
)
@click.option(
    "--bound",
    type=click.FloatRange(0, 30, min_open=True),
    default=0.5,
    show_default=True,
    help="So many seconds may 95 of 100 people wait for the next question.",
)
@click.option(
    "--pace",
    type=click.FloatRange(2, 600),
    default=15.0,
    show_default=True,
    help="Seconds from one answer of a person to the next; real people take longer.",
)
@click.option(
    "--most",
    type=click.IntRange(1, 20_000),
    default=2_000,
    show_default=True,
    help="Try no more people than that.",
)
@json_option
def load(study: Path, seconds: float, bound: float, pace: float, most: int, as_json: bool) -> None:
    """Measure how many participants this machine can serve at once, and say it in one sentence.

    A copy of the study is served by a real server on loopback, and simulated people with the scripted assistant answer
    its questions; their number grows until they wait too long. The record is only read, and nothing stays.

    \b
    Example: oversight load mystudy
    """
    from oversight_app.clock import SystemClock
    from oversight_app.load.copied import copied
    from oversight_app.load.measuring import Asked
    from oversight_app.study_folder import StudyFolder

    signal.signal(signal.SIGTERM, _end)  # so that copy and server go as they do on Ctrl-C
    started = SystemClock().monotonic()
    asked = Asked(bound, pace, seconds, min(most, _most_connections()))
    with copied(StudyFolder.open(study)) as folder, telling_progress("Measuring") as tell:

        def on_progress(now: float, of: float, what: str) -> None:
            tell(min(round(now), round(of)), round(of), what, now)

        with asyncio.Runner(loop_factory=_quick_loop()) as runner:
            capacity = runner.run(_measured(folder, asked, started, on_progress))
    click.echo(json.dumps(capacity.to_json(), indent=2) if as_json else capacity.describe())


async def _measured(
    folder: Path, asked: "Asked", started: float, on_progress: Callable[[float, float, str], None]
) -> Capacity:
    """What a server of its own over the copy in `folder` can serve."""
    from oversight_app.commands.server import LOOPBACK, free_port, server_command, server_environment
    from oversight_app.load.measuring import measure
    from oversight_app.load.serving import served

    port = free_port(LOOPBACK, start=_FIRST_PORT)
    url = f"http://{LOOPBACK}:{port}"
    command, environment = server_command(LOOPBACK, port), server_environment(folder, "", os.environ)
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    async with served(command, environment, url, folder / "server.log"):
        return await measure(folder, url, asked, n_cores=n_cores, started=started, on_progress=on_progress)


def _quick_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What takes the least from the server beside it."""
    try:
        import uvloop
    except ImportError:  # not on Windows
        return None
    return uvloop.new_event_loop


_FIRST_PORT = 32_700
"""Away from where a study of this machine may be served at the moment."""
_OTHER_FILES = 100


def _most_connections() -> int:
    """How many people a server may have connections for as it would be started here, which is not raised on purpose."""
    try:
        import resource
    except ImportError:  # no such limit on this system
        return 20_000
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return 20_000
    # Each has the page's connection, and another while a reply is being written.
    return max(1, (soft - _OTHER_FILES) // 2)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
