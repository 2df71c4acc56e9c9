"""A server process of its own over a copy: started, waited for until it answers, ended whatever happens."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from oversight_app.clock import SystemClock
from oversight_app.errors import BadInput
from oversight_app.load.asking import Asking

_PATIENCE_S = 60.0
_ENDS_WITHIN_S = 15.0
_SAID = 600


@asynccontextmanager
async def served(
    command: Sequence[str], environment: Mapping[str, str], url: str, log: Path
) -> AsyncIterator[None]:
    """The server while the block runs; raises BadInput with its last words where it does not come up."""
    with log.open("wb") as written:
        process = subprocess.Popen(
            list(command), env=dict(environment), stdin=subprocess.DEVNULL, stdout=written, stderr=written
        )
    try:
        await _answering(process, url, log)
        yield
    finally:
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, _ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _answering(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    clock = SystemClock()
    end = clock.monotonic() + _PATIENCE_S
    while clock.monotonic() < end:
        if process.poll() is not None:
            break
        asking = Asking(url, "")
        try:
            status, _ = await asyncio.wait_for(asking.get("/health"), 5.0)
            if status == 200:
                return
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass
        finally:
            asking.close()
        await asyncio.sleep(0.05)
    said = log.read_text(encoding="utf-8", errors="replace").strip()[-_SAID:]
    raise BadInput(
        f"The server over the copy did not come up, so nothing was measured. It said: {said or 'nothing'}"
    )
