"""The server really serves: these tests start it, and wait in real time."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from oversight_app.clock import SystemClock
from oversight_app.commands import server
from oversight_app.errors import BadInput

_LOOPBACK = "127.0.0.1"
_DEADLINE_S = 60


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((_LOOPBACK, 0))
        listener.listen()
        yield int(listener.getsockname()[1])


@contextmanager
def started(*command: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "oversight_app.cli", *command],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def first_link(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"http://[^ ]+/go/[^ ]+", line):
            return found.group().strip()
    raise AssertionError("".join(said))


def answer_of(url: str) -> tuple[int, str]:
    """Status and body of an address, once something listens there."""
    clock = SystemClock()
    for _ in range(_DEADLINE_S * 5):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except OSError:  # refused, or not there yet
            clock.sleep(0.2)
    raise AssertionError(f"nothing answered at {url}")


def test_a_port_that_somebody_uses_is_seen() -> None:
    with taken_port() as port:
        assert not server.is_free(_LOOPBACK, port)
        assert server.free_port(_LOOPBACK, start=port) > port
        with pytest.raises(BadInput, match="choose another with --port"):
            server.must_be_free(_LOOPBACK, port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(BadInput, match=r"cannot serve at 192\.0\.2\.1"):
        server.must_be_free("192.0.2.1", 8501)


def test_the_server_is_started_with_every_setting_and_its_study() -> None:
    command = server.server_command("0.0.0.0", 8600)
    environment = server.server_environment(
        Path("here"), "https://x.org", {"HOME": "h", "STREAMLIT_SERVER_PORT": "1"}
    )

    assert command[1:3] == ["-m", "oversight_app.server"]
    assert Path(command[3]).name == "app.py"
    assert Path(command[3]).is_file()
    assert {"--server.port=8600", "--server.address=0.0.0.0", "--runner.postScriptGC=false"} <= set(command)
    assert environment == {
        "HOME": "h",
        "OVERSIGHT_STUDY": str(Path("here").resolve()),
        "OVERSIGHT_URL": "https://x.org",
    }


def test_the_demo_serves_the_link_that_it_prints_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    with taken_port() as port:
        free = server.free_port(_LOOPBACK, start=port)

    with started("demo", "--port", str(free), cwd=tmp_path) as process:
        link = first_link(process)
        status, page = answer_of(link)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)

    assert link.startswith(f"http://127.0.0.1:{free}/go/")
    assert (status, "<html" in page) == (200, True)
    assert process.returncode == 0
    assert said.rstrip().endswith("Stopped.")
    assert "Traceback" not in said
    assert [path.parent.parent.name for path in tmp_path.rglob("study.db")] == ["oversight-demo"]
