"""Who has the page open, counted by connections."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from oversight_app import running
from oversight_app.attendance import Attendance
from oversight_app.proctor import Proctor
from tests.builders import START, make_clock, make_plan, make_store


@pytest.fixture
def proctor(tmp_path: Path) -> Iterator[Proctor]:
    with make_store(tmp_path, make_plan(), invitations={"tok-1": "p1"}) as store:
        made = Proctor(store, make_clock(), watches_uptime=True)
        running.install(made, cast(Any, made))
        yield made


def client(cookie: str) -> TestClient:
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.receive_text()
        await socket.close()

    app = Starlette(routes=[WebSocketRoute("/stream", talk)], middleware=[Middleware(Attendance)])
    return TestClient(app, cookies={running.cookie_name(): cookie})


@pytest.mark.parametrize(("cookie", "n"), [("tok-1", 1), ("nonsense", 0)])
def test_who_holds_a_connection_is_noted_with_the_next_beat(cookie: str, n: int, proctor: Proctor) -> None:
    with client(cookie).websocket_connect("/stream") as socket:
        assert running.connections.cookies() == [cookie]
        proctor.sweep(running.present)
        socket.send_text("bye")
        socket.receive()

    assert running.connections.cookies() == []
    with proctor.store.overview() as rows:
        assert rows.n_connected(START) == n


def test_two_tabs_are_one_person_until_both_are_closed() -> None:
    running.connections.count("tok-1", 1)
    running.connections.count("tok-1", 1)
    running.connections.count("tok-1", -1)
    assert running.connections.cookies() == ["tok-1"]
    running.connections.count("tok-1", -1)
    assert running.connections.cookies() == []
