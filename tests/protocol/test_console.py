"""The served console, spoken to by somebody who pretends to be its page: what the guard lets through, and what not."""

import asyncio
import os
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
import websockets
from websockets.asyncio.client import connect

from oversight_app.commands.console import PASSWORD
from oversight_app.store import Store
from tests.bench.console import ResearchersTab
from tests.bench.sessions import Traffic
from tests.browser.served import Served
from tests.browser.studies import Study, make_study
from tests.protocol.forger import played

SECRET = "correct-horse-battery"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return make_study(tmp_path_factory.mktemp("console") / "study", task="mmlu", people=2)


@pytest.fixture(scope="module")
def console(study: Study) -> Iterator[Served]:
    served = Served(study.folder, is_warm=True, door="console", also={PASSWORD: SECRET})
    served.start()
    yield served
    served.stop()


async def is_heard(console: Served, cookie: str, origin: str | None) -> bool:
    """Whether the console's websocket opens for somebody with this cookie from there."""
    try:
        async with connect(
            console.url.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=[websockets.Subprotocol("streamlit")],
            additional_headers={"Cookie": cookie} if cookie else {},
            origin=websockets.Origin(origin) if origin else None,
            proxy=None,
        ):
            return True
    except websockets.InvalidStatus as refused:
        if refused.response.status_code != 403:
            raise
        return False


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="this system has no priorities")
def test_participants_come_first_where_both_servers_want_the_processor(console: Served) -> None:
    assert console.process is not None
    ours = os.getpriority(os.PRIO_PROCESS, 0)

    assert os.getpriority(os.PRIO_PROCESS, console.process.pid) == min(19, ours + 10)


def test_the_websocket_opens_for_the_session_from_the_consoles_own_page_only(
    study: Study, console: Served
) -> None:
    async def story() -> None:
        tab = ResearchersTab(console.url, Traffic())
        await tab.enter(SECRET)
        ours = f"oversight_console_{study_id(study)}"
        session = tab._cookies[ours]
        theirs = f"oversight_{study_id(study)}={study.tokens[0]}"

        assert await is_heard(console, f"{ours}={session}", console.url)
        for cookie in ("", theirs, f"{ours}={study.tokens[0]}", f"{ours}={session[:-1]}", f"{ours}={SECRET}"):
            assert not await is_heard(console, cookie, console.url), cookie
        for origin in ("https://evil.example", "null", None):
            assert not await is_heard(console, f"{ours}={session}", origin), origin

        await tab.press("leave_console")
        assert not await is_heard(console, f"{ours}={session}", console.url)
        await tab.leave()

    played(story())


def test_a_tab_that_was_open_when_somebody_signed_out_does_nothing_more(
    study: Study, console: Served
) -> None:
    async def story() -> None:
        one, other = ResearchersTab(console.url, Traffic()), ResearchersTab(console.url, Traffic())
        await one.enter(SECRET)
        other._cookies = dict(one._cookies)
        await other._connect()

        await one.press("leave_console")
        await other.press("enrolment_close")

        assert "enrolment_close" not in other.page.keys
        await asyncio.gather(one.leave(), other.leave())

    played(story())
    assert closed(study) == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/_stcore/health",
        "/_stcore/host-config",
        "/static/media/x",
        "/_stcore/metrics",
        "/media/x",
        "/download/links.csv",
    ],
)
def test_nothing_is_served_without_a_session(path: str, console: Served) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{console.url}{path}", timeout=10)

    refused.value.close()
    assert refused.value.code in (401, 404)


def study_id(study: Study) -> str:
    with Store.open(study.folder / "study.db") as store:
        return store.study_id()


def closed(study: Study) -> list[object]:
    with Store.open(study.folder / "study.db") as store:
        return list(store.by_researchers())
