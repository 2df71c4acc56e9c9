"""The documented nginx configuration, run by the nginx of the distribution on ports of this machine's loopback.

    python -m tests.deployment.nginx --install    fetches nginx first when there is none and the user may

Nothing of the file is replaced but what a lab's administrator replaces too, and ports and folders of the run.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.processes import quiet_port
from tests.browser.served import HOST, wait_for

DEPLOY = Path(__file__).resolve().parents[2] / "docs" / "deploy"
DOCUMENTED = DEPLOY / "nginx.conf"
_SEEN = "log_format seen '$participant|$upstream_addr|$upstream_cache_status|$uri';\n"


@dataclass(frozen=True)
class Certificate:
    """A certificate for the loopback address, signed by itself."""

    chain: Path
    key: Path


@dataclass(frozen=True)
class Seen:
    """A request that nginx has answered: whose cookie, which servers it was handed to, whether from its own copy."""

    cookie: str
    upstreams: tuple[str, ...]
    cache: str
    path: str


@dataclass(frozen=True)
class Nginx:
    """One that runs; `room` has its logs."""

    port: int
    redirect_port: int
    is_tls: bool
    room: Path

    @property
    def url(self) -> str:
        """Where participants find it."""
        return f"{'https' if self.is_tls else 'http'}://{HOST}:{self.port}"

    def seen(self) -> list[Seen]:
        """Every request so far, as a log of the tests' own has it."""
        rows = [line.split("|") for line in (self.room / "seen.log").read_text("utf-8").splitlines()]
        return [
            Seen(cookie, tuple(re.findall(r"[\d.]+:\d+", upstreams)), cache, path)
            for cookie, upstreams, cache, path in rows
        ]


def find_nginx() -> str | None:
    """The program's path; it often stands where only root looks."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def install_nginx() -> str | None:
    """Fetch the distribution's package where that is possible; the path, or None."""
    if find_nginx() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update"], ["install", "--yes", "--no-install-recommends", "nginx-light"]):
            if subprocess.run(["apt-get", "--quiet", *step], env=quiet).returncode != 0:
                break
    return find_nginx()


def version_of(program: str) -> tuple[int, ...]:
    """Such as (1, 22, 1)."""
    said = subprocess.run([program, "-v"], capture_output=True, text=True, check=True).stderr
    found = re.search(r"nginx/([\d.]+)", said)
    assert found is not None, said
    return tuple(int(part) for part in found[1].split("."))


def make_certificate(room: Path) -> Certificate | None:
    """Made by openssl, which comes with nginx; None without it."""
    if not (openssl := shutil.which("openssl")):
        return None
    made = Certificate(room / "fullchain.pem", room / "privkey.pem")
    command = [
        openssl,
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=oversight",
    ]
    command += ["-addext", f"subjectAltName=IP:{HOST}", "-out", str(made.chain), "-keyout", str(made.key)]
    subprocess.run(command, capture_output=True, check=True)
    return made


def filled_in(
    text: str, room: Path, *, ports: tuple[int, int], upstreams: Sequence[int], tls: Certificate | None
) -> str:
    """The documented file for this machine; without a certificate, for plain HTTP."""
    port, redirect_port = ports
    changes = [
        (r"listen 80;", f"listen {HOST}:{redirect_port};"),
        (r"study\.example\.org;", "_;"),
        (r"/var/(cache|log)/nginx/", f"{room}/"),
        (r"(access_log \S+/oversight\.log oversight;)", rf"\1 access_log {room}/seen.log seen;"),
    ]
    for documented, upstream in zip(("8501", "8502"), upstreams, strict=False):
        changes.append((rf"server 127\.0\.0\.1:{documented} ", f"server {HOST}:{upstream} "))
    if len(upstreams) == 1:
        changes.append((r" +server 127\.0\.0\.1:8502 .*\n", ""))
    if tls is None:
        changes.append((r"listen 443 ssl http2;", f"listen {HOST}:{port};"))
        changes.append((r" +ssl_.*\n", ""))
    else:
        program = find_nginx()
        is_new = program is not None and version_of(program) >= (1, 25, 1)
        listen = f"listen {HOST}:{port} ssl; http2 on;" if is_new else f"listen {HOST}:{port} ssl http2;"
        changes.append((r"listen 443 ssl http2;", listen))
        changes.append((r"/etc/letsencrypt/live/study\.example\.org/fullchain\.pem", str(tls.chain)))
        changes.append((r"/etc/letsencrypt/live/study\.example\.org/privkey\.pem", str(tls.key)))
    for documented, here in changes:
        text, n = re.subn(documented, here, text)
        assert n > 0, f"the documented configuration no longer says {documented}"
    return _SEEN + text


@contextmanager
def running_nginx(
    room: Path, upstreams: Sequence[int], *, tls: Certificate | None = None, text: str = "", around: str = ""
) -> Iterator[Nginx]:
    """The documented configuration in front of these ports, with an empty cache; ended with the block.

    `text` stands in for the documented file, `around` is added to nginx's own http block.
    """
    program = find_nginx()
    assert program is not None
    room.mkdir()
    made = Nginx(quiet_port(), quiet_port(), tls is not None, room)
    ports = (made.port, made.redirect_port)
    text = filled_in(text or DOCUMENTED.read_text("utf-8"), room, ports=ports, upstreams=upstreams, tls=tls)
    (room / "oversight.conf").write_text(text, "utf-8")
    # As root, its workers would become nobody, who may not enter this folder.
    user = "user root;" if os.geteuid() == 0 else ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {room}/{kind};" for kind in kinds)
    (room / "nginx.conf").write_text(
        f"{user} daemon off; pid {room}/pid; error_log {room}/error.log;\nevents {{}}\n"
        f"http {{ include /etc/nginx/mime.types; {temporary} {around} include {room}/oversight.conf; }}\n",
        "utf-8",
    )
    command = [program, "-p", str(room), "-c", str(room / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, f"nginx -t refuses the documented file: {checked.stderr}"
    process = subprocess.Popen(command)
    try:
        wait_for(lambda: process.poll() is not None or _listens(made.port))
        assert process.poll() is None, f"nginx ended at once: {(room / 'error.log').read_text()[-500:]}"
        yield made
    finally:
        process.terminate()
        process.wait(timeout=20)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _main() -> int:
    found = install_nginx() if "--install" in sys.argv[1:] else find_nginx()
    if found is None:
        print(
            "No nginx here, and none could be fetched: the tests behind it are skipped. Install 'nginx-light'."
        )
    else:
        print(f"Tests behind a proxy use {found}.")
    return 0


if __name__ == "__main__":
    sys.exit(_main())
