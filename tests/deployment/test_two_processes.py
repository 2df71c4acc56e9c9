"""Two server processes on one study behind the documented nginx; one of them is killed while everybody works."""

import asyncio
import ssl
import urllib.error
import urllib.request
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse
from pathlib import Path
from random import Random
from typing import Any

import pytest
import streamlit
import websockets
from websockets.asyncio.client import connect

from oversight_app.load.ledger import missing
from oversight_app.study.design import Outcome
from oversight_app.verification import verify_record
from tests.bench.participants import Manner, Participant
from tests.bench.processes import quiet_port
from tests.bench.sessions import Session, Traffic
from tests.bench.studies import built_in_questions, sittings
from tests.browser.served import HOST, Served
from tests.browser.studies import Study
from tests.deployment.nginx import DOCUMENTED, Nginx, find_nginx, make_certificate, running_nginx

pytestmark = pytest.mark.skipif(
    find_nginx() is None, reason="nginx is not on this machine; make test installs it where it may"
)
PEOPLE = 12
PER_CONDITION = 5
MANNER = Manner(thinks_s=1.2, asks=0.5, hears_out=0.5, comes_back=True)


def in_a_thread(work: Coroutine[Any, Any, Any]) -> Any:
    """Run it to its end; a browser's driver may keep a loop running in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@contextmanager
def two_processes(folder: Path) -> Iterator[tuple[Served, Served]]:
    with ExitStack() as stack:
        both = Served(folder, port=quiet_port()), Served(folder, port=quiet_port())
        for server in both:
            stack.callback(server.stop)
            server.start()
        yield both


def test_nothing_is_lost_when_one_of_two_processes_is_killed_under_load(tmp_path: Path) -> None:
    study = built_in_questions(tmp_path / "study", PEOPLE, per_condition=PER_CONDITION)

    with (
        two_processes(study.folder) as both,
        running_nginx(tmp_path / "nginx", [s.port for s in both]) as nginx,
    ):
        people = in_a_thread(work_through(study, both, nginx))
        recorded = sittings(study)

    lost = [
        f"{who}: {sentence}"
        for who, person in zip(study.participants, people, strict=True)
        for sentence in missing(person.ledger, recorded[who])
    ]
    assert lost == []
    assert {who: s.outcome for who, s in recorded.items()} == dict.fromkeys(
        study.participants, Outcome.COMPLETED
    )
    for sitting in recorded.values():
        numbers = [trial.plan.n for trial in sitting.trials if trial.closed is not None]
        assert numbers == list(range(1, 2 * PER_CONDITION + 1))
    n_answers = sum(len(person.ledger.answers) for person in people)
    assert n_answers == PEOPLE * 2 * PER_CONDITION
    assert verify_record(study.folder / "study.db").findings == []


async def work_through(study: Study, both: tuple[Served, Served], nginx: Nginx) -> list[Participant]:
    """Everybody from the link to the end; in the middle the first process dies."""
    traffic = Traffic()
    people = [Participant(Session(nginx.url, traffic), study.check, MANNER, Random(t)) for t in study.tokens]
    await asyncio.gather(*(p.session.enter(t) for p, t in zip(people, study.tokens, strict=True)))
    at_work = [asyncio.create_task(sit(person)) for person in people]
    n_half = PEOPLE * PER_CONDITION // 2
    while sum(len(person.ledger.answers) for person in people) < n_half:
        done = [task for task in at_work if task.done()]
        assert not done, "somebody was through before half of the first half was answered"
        await asyncio.sleep(0.05)
    homes = at_home(nginx)
    assert homes.keys() >= set(study.tokens)
    assert all(len(where) == 1 for where in homes.values()), "while both live, each meets one process"
    of_first = {t for t in study.tokens if homes[t] == {both[0].port}}
    assert 0 < len(of_first) < PEOPLE, "both have people"
    both[0].kill()
    async with asyncio.timeout(60):
        await asyncio.gather(*at_work)
    stayed = [where for token, where in at_home(nginx).items() if token not in of_first]
    assert stayed == [{both[1].port}] * (PEOPLE - len(of_first)), "nobody else was moved, websockets included"
    n_back = len(traffic.durations.get("come back", []))
    assert n_back >= len(of_first), "whoever was at the dead process came back at the other"
    return people


async def sit(person: Participant) -> None:
    await person.sit()
    await person.session.leave()


def at_home(nginx: Nginx) -> dict[str, set[int]]:
    """The ports that each cookie's requests were handed to; a websocket is logged when it ends, the rest at once."""
    ports: dict[str, set[int]] = {}
    for seen in nginx.seen():
        if seen.cookie != HOST and seen.upstreams:
            ports.setdefault(seen.cookie, set()).update(int(at.rpartition(":")[2]) for at in seen.upstreams)
    return ports


# -- what else the file promises ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Study, Served]]:
    room = tmp_path_factory.mktemp("one")
    study = built_in_questions(room / "study", 2, per_condition=1)
    # Participants come by https, so the cookie may not travel otherwise.
    server = Served(study.folder, port=quiet_port(), public_url=f"https://{HOST}")
    server.start()
    try:
        yield study, server
    finally:
        server.stop()


class _Still(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def fetch(url: str, *, trusts: ssl.SSLContext | None = None, **headers: str) -> HTTPResponse:
    handlers: list[urllib.request.BaseHandler] = [_Still(), urllib.request.ProxyHandler({})]
    if trusts is not None:
        handlers.append(urllib.request.HTTPSHandler(context=trusts))
    opener = urllib.request.build_opener(*handlers)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        answer = opener.open(urllib.request.Request(url, headers=named), timeout=20)
    except urllib.error.HTTPError as error:
        answer = error
    assert isinstance(answer, HTTPResponse | urllib.error.HTTPError)
    answer.read()
    answer.close()
    return answer  # type: ignore[return-value]


def test_what_browsers_load_is_compressed_kept_and_asked_of_the_server_once(
    one: tuple[Study, Served], tmp_path: Path
) -> None:
    script = next((Path(str(streamlit.__file__)).parent / "static" / "static" / "js").glob("index*.js"))

    with running_nginx(tmp_path / "nginx", [one[1].port]) as nginx:
        first = fetch(f"{nginx.url}/static/js/{script.name}", Accept_Encoding="gzip")
        fetch(f"{nginx.url}/static/js/{script.name}", Accept_Encoding="gzip")
        page = fetch(f"{nginx.url}/", Accept_Encoding="gzip")
        seen = nginx.seen()

    assert first.headers["Content-Encoding"] == "gzip"
    assert "max-age=31536000" in first.headers["Cache-Control"]
    assert [each.cache for each in seen if each.path.startswith("/static/")] == ["MISS", "HIT"]
    assert "no-cache" in page.headers["Cache-Control"] or "no-store" in page.headers["Cache-Control"]


def test_a_lab_with_a_certificate_is_served_by_https_alone(one: tuple[Study, Served], tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    if certificate is None:
        pytest.skip("openssl is not on this machine, so no certificate can be made")
    trusts = ssl.create_default_context(cafile=str(certificate.chain))

    async def shakes_hands(nginx: Nginx, cookie: str) -> bool:
        async with websocket(nginx, cookie, trusts=trusts) as socket:
            return socket.state is websockets.State.OPEN

    with running_nginx(tmp_path / "nginx", [one[1].port], tls=certificate) as nginx:
        plain = fetch(f"http://{HOST}:{nginx.redirect_port}/go/{one[0].tokens[0]}")
        link = fetch(f"{nginx.url}/go/{one[0].tokens[0]}", trusts=trusts)
        cookie = link.headers["Set-Cookie"]
        is_open = in_a_thread(shakes_hands(nginx, cookie.partition(";")[0]))
        logs = "".join(path.read_text("utf-8") for path in nginx.room.glob("oversight*.log"))

    assert (plain.status, plain.headers["Location"]) == (301, f"https://{HOST}/go/{one[0].tokens[0]}")
    assert link.status == 303
    assert "secure" in cookie.lower()
    assert is_open
    assert "/go/-" in logs
    assert one[0].tokens[0] not in logs


def test_metrics_are_hidden_and_the_probe_answers_on_this_machine(
    one: tuple[Study, Served], tmp_path: Path
) -> None:
    with running_nginx(tmp_path / "nginx", [one[1].port]) as nginx:
        assert fetch(f"{nginx.url}/_stcore/metrics").status == 404
        assert fetch(f"{nginx.url}/health").status == 200


def test_somebody_who_reads_for_longer_than_a_proxy_waits_is_not_cut_off(
    one: tuple[Study, Served], tmp_path: Path
) -> None:
    """nginx's own limit, a minute, is made a second here; the file says an hour for the websocket, and that wins. The
    same file without that line shows that the limit is in force."""
    documented = DOCUMENTED.read_text("utf-8")
    without = documented.replace("        proxy_read_timeout 3600s;\n", "")
    assert without != documented
    limit = "proxy_read_timeout 1s;"
    (study, server) = one

    async def read_on(nginx: Nginx, short: Nginx) -> bool:
        cookie = fetch(f"{nginx.url}/go/{study.tokens[1]}").headers["Set-Cookie"].partition(";")[0]
        async with websocket(nginx, cookie) as kept, websocket(short, cookie) as cut:
            await asyncio.wait_for(cut.wait_closed(), 20)
            await asyncio.wait_for(await kept.ping(), 20)
            return kept.state is websockets.State.OPEN

    with (
        running_nginx(tmp_path / "nginx", [server.port], around=limit) as nginx,
        running_nginx(tmp_path / "short", [server.port], around=limit, text=without) as short,
    ):
        assert in_a_thread(read_on(nginx, short))


def websocket(nginx: Nginx, cookie: str, *, trusts: ssl.SSLContext | None = None) -> connect:
    """The page's connection, opened and left silent."""
    return connect(
        nginx.url.replace("http", "ws", 1) + "/_stcore/stream",
        subprotocols=[websockets.Subprotocol("streamlit"), websockets.Subprotocol("PLACEHOLDER")],
        additional_headers={"Cookie": cookie},
        origin=websockets.Origin(nginx.url),
        ssl=trusts,
        proxy=None,
        ping_interval=None,
    )


def test_the_other_process_is_asked_when_one_is_not_there(one: tuple[Study, Served], tmp_path: Path) -> None:
    gone = quiet_port()

    with running_nginx(tmp_path / "nginx", [gone, one[1].port]) as nginx:
        answers = [
            fetch(f"{nginx.url}/go/{one[0].tokens[0]}", Cookie=f"oversight_x={n}").status for n in range(12)
        ]

    assert answers == [303] * 12
