"""The address at which a page reads along while a reply is written."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from oversight_app import running
from oversight_app.proctor import Proctor
from oversight_app.replies import Replies
from oversight_app.routes import MIDDLEWARE, ROUTES
from tests.builders import make_clock
from tests.test_replies import FakeProvider, Gate, assisted, halts, until

TOKENS = {"token-1": "p1", "token-2": "p2"}


@pytest.fixture
def proctor(tmp_path: Path) -> Iterator[Proctor]:
    made = assisted(tmp_path, make_clock())
    with made.store.write() as record:
        record.invite(TOKENS, made.clock.now())
    yield made
    made.store.close()


def browser(token: str) -> TestClient:
    made = TestClient(Starlette(routes=ROUTES, middleware=MIDDLEWARE))
    made.cookies.set(running.cookie_name(), token)
    return made


@pytest.fixture
def gate(proctor: Proctor) -> Iterator[Gate]:
    """Someone has asked, and the reply halts after a few words."""
    gate = Gate()
    replies = Replies(proctor, FakeProvider(halts(gate, "So 😀 far", then=" and on.")))
    running.install(proctor, replies)
    replies.ask("p1", 1, "Which one?")
    yield gate
    gate.open()
    until(lambda: not proctor.sitting("p1").trial.running_replies)
    replies.close()


def reply_id(proctor: Proctor) -> str:
    return proctor.sitting("p1").trial.messages[-1].message_id


def test_a_page_is_told_what_is_new_and_then_that_it_was_all(proctor: Proctor, gate: Gate) -> None:
    page, of = browser("token-1"), reply_id(proctor)
    until(lambda: page.get("/reply", params={"of": of, "after": 0}).json()["text"])

    first = page.get("/reply", params={"of": of, "after": 0})
    again = page.get("/reply", params={"of": of, "after": 4})
    later = page.get("/reply", params={"of": of, "after": 8})
    gate.open()
    until(lambda: page.get("/reply", params={"of": of, "after": 8}).json()["is_over"])
    last = page.get("/reply", params={"of": of, "after": 8})

    assert first.json() == {"text": "So 😀 far", "shown": 8, "is_over": False}
    assert first.headers["cache-control"] == "no-store"
    assert again.json() == {"text": " far", "shown": 8, "is_over": False}
    assert later.json() == {"text": "", "shown": 8, "is_over": False}
    assert last.json() == {"text": " and on.", "shown": 16, "is_over": True}


def test_nobody_reads_what_is_written_to_somebody_else(proctor: Proctor, gate: Gate) -> None:
    of = reply_id(proctor)

    assert browser("token-2").get("/reply", params={"of": of}).status_code == 404
    assert browser("nobodys").get("/reply", params={"of": of}).status_code == 403
    assert browser("token-1").get("/reply", params={"of": of}).status_code == 200


def test_only_replies_are_read_there(proctor: Proctor, gate: Gate) -> None:
    asked, page = proctor.sitting("p1").trial.messages[0].message_id, browser("token-1")

    for of in (asked, "", "nonsense", "\x00"):
        assert page.get("/reply", params={"of": of}).status_code == 404


@pytest.mark.parametrize("after", ["-1", "x", "", "1e3", "٣", "9" * 10])
def test_a_number_of_characters_that_is_none_is_refused(proctor: Proctor, gate: Gate, after: str) -> None:
    answer = browser("token-1").get("/reply", params={"of": reply_id(proctor), "after": after})

    assert answer.status_code == 400


def test_a_page_that_has_more_than_the_record_is_told_nothing_new(proctor: Proctor, gate: Gate) -> None:
    answer = browser("token-1").get("/reply", params={"of": reply_id(proctor), "after": 999})

    assert answer.json() == {"text": "", "shown": 999, "is_over": False}
