"""The server that participants reach: which port, which command starts it.

The command line does not watch over the server, it *becomes* it: a signal to the process reaches the server itself, and
no server is left behind when the command is killed.
"""

import errno
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import oversight_app
from oversight_app.errors import BadInput
from oversight_app.streamlit_config import config_options

LOOPBACK = "127.0.0.1"
FIRST_PORT = 8501
CONSOLE_PORT = 8601
_PORTS_TRIED = 100


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there; raises BadInput for an address this machine does not have."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # A server that has just ended leaves its port half open; the next one may have it.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise BadInput(f"This machine cannot serve at {host}: {error.strerror or error}.") from None
    return True


def free_port(host: str, *, start: int = FIRST_PORT) -> int:
    """The first free port from `start` on."""
    for port in range(start, start + _PORTS_TRIED):
        if is_free(host, port):
            return port
    raise BadInput(f"No port from {start} to {start + _PORTS_TRIED - 1} is free; name one with --port.")


def must_be_free(host: str, port: int) -> None:
    """Raise BadInput when something else listens there."""
    if not is_free(host, port):
        raise BadInput(
            f"Port {port} on {host} is in use or not allowed. Stop what uses it, or choose another with --port."
        )


def server_command(host: str, port: int, *, door: str = "app") -> list[str]:
    """The command line that serves the participants' page, or what is behind another door."""
    app = Path(oversight_app.__file__).parent / f"{door}.py"
    # Streamlit would greet with an address of its own, which is nobody's link.
    options = config_options(server_address=host, server_port=port, logger_hideWelcomeMessage=True)
    return [sys.executable, "-m", "oversight_app.server", str(app), *options]


def server_environment(
    study: Path, url: str, environment: Mapping[str, str], *, backup_every_min: int = 0, backups_kept: int = 1
) -> dict[str, str]:
    """What the server has to know; see `oversight_app.app`. Every 0 minutes is never."""
    # Streamlit's own variables would win over nothing here, but a stray one could fail the start.
    kept = {name: value for name, value in environment.items() if not name.startswith("STREAMLIT_")}
    told = {"OVERSIGHT_STUDY": str(study.resolve()), "OVERSIGHT_URL": url}
    if backup_every_min:
        told |= {"OVERSIGHT_BACKUP_EVERY": str(backup_every_min), "OVERSIGHT_BACKUPS_KEPT": str(backups_kept)}
    return kept | told


def become_server(
    study: Path,
    *,
    host: str,
    port: int,
    url: str,
    backup_every_min: int = 0,
    backups_kept: int = 1,
    door: str = "app",
    also: Mapping[str, str] | None = None,
) -> NoReturn:
    """Turn this process into the server; `also` is what it has to know besides."""
    sys.stdout.flush()
    sys.stderr.flush()
    command = server_command(host, port, door=door)
    environment = server_environment(
        study, url, os.environ, backup_every_min=backup_every_min, backups_kept=backups_kept
    ) | dict(also or {})
    os.execve(command[0], command, environment)
