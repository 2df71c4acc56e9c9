"""A server process that has its libraries already: forked from one that loaded them, once for each worker.

Loading takes most of a server's start, and more than a hundred tests start one. What is forked runs the same module
with the same arguments and the same environment as the product's own command does; it only does not read libraries.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

_LOADED = "tests.browser.loaded"


class WarmProcess:
    """The part of `subprocess.Popen` that `Served` needs."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        """`command` is PYTHON -m MODULE and its arguments."""
        python, flag, module, *arguments = command
        assert (python, flag, module) == (sys.executable, "-m", "oversight_app.server")
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([_LOADED])
        self._process = context.Process(
            target=_serve, args=(arguments, dict(environment), str(log)), daemon=True
        )
        # A forked process would first run again what is the main module here: pytest, or a page that Streamlit's own
        # tester has put in its place.
        main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
        try:
            self._process.start()
        finally:
            sys.modules["__main__"] = main

    @property
    def pid(self) -> int:
        """As the system knows it."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.exitcode

    def send_signal(self, how: signal.Signals) -> None:
        """Tell it something."""
        if self.poll() is None:
            os.kill(self.pid, how)

    def wait(self, timeout: float) -> int:
        """Come back when it has ended; raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired("oversight_app.server", timeout)
        return code

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()


def _serve(arguments: list[str], environment: dict[str, str], log: str) -> None:
    """Be the server."""
    os.environ.clear()
    os.environ.update(environment)
    written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(written, 1)
    os.dup2(written, 2)
    sys.argv = ["oversight_app.server", *arguments]
    from oversight_app.server import main

    main()
