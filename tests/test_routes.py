"""The addresses beside the page."""

from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from oversight_app import running
from oversight_app.routes import MIDDLEWARE, ROUTES
from oversight_app.study.page import BeginPage
from tests.screens.fakes import PERSON, TOKEN, FakeProctor

PROCTOR = FakeProctor(BeginPage(1, 1))


@pytest.fixture(autouse=True)
def _open() -> None:
    serve()


def serve(public_url: str = "") -> None:
    running.install(cast(Any, PROCTOR), cast(Any, PROCTOR), public_url=public_url)


def client() -> TestClient:
    page = Route("/{rest:path}", lambda request: PlainTextResponse("the page"))
    return TestClient(Starlette(routes=[*ROUTES, page], middleware=MIDDLEWARE), follow_redirects=False)


def test_a_link_leaves_a_cookie_and_goes_to_the_page_without_its_token() -> None:
    answer = client().get(f"/go/{TOKEN}")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"oversight_fake={TOKEN};")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert running.participant_behind(TOKEN) == PERSON


def test_a_cookie_for_https_never_travels_without_it() -> None:
    serve("https://study.example.org")

    answer = client().get(f"/go/{TOKEN}")

    assert "Secure" in answer.headers["set-cookie"]
    assert "Strict-Transport-Security" in answer.headers


@pytest.mark.parametrize("path", ["/go", "/go/", f"/go/{TOKEN}/more", "/join/", "/study", "/a/b"])
def test_a_page_that_does_not_exist_is_said_to_be_unknown(path: str) -> None:
    answer = client().get(path, headers={"accept": "text/html,*/*;q=0.8"})

    assert answer.status_code == 404
    assert "This link is not known" in answer.text


def test_what_the_page_itself_asks_for_is_left_to_streamlit() -> None:
    assert client().get("/static/js/index.js", headers={"accept": "*/*"}).text == "the page"
    assert client().get("/", headers={"accept": "text/html"}).text == "the page"


def test_opening_a_link_starts_nothing() -> None:
    client().get(f"/go/{TOKEN}")
    client().head(f"/go/{TOKEN}")
    client().get("/join?PROLIFIC_PID=abc")

    assert PROCTOR.told == []


@pytest.mark.parametrize("address", ["/go/nonsense", "/join", "/join?STUDY_ID=1", "/join?x=<script>"])
def test_an_unknown_link_gets_one_calm_page(address: str) -> None:
    answer = client().get(address)

    assert answer.status_code == 404
    assert "This link is not known" in answer.text
    assert "set-cookie" not in answer.headers
    assert "script" not in answer.text


def test_a_platforms_link_brings_the_same_person_back() -> None:
    answer = client().get("/join?PROLIFIC_PID=5f&STUDY_ID=6a&SESSION_ID=7b&extra=1")

    cookie = answer.cookies["oversight_fake"]
    assert answer.status_code == 303
    assert running.participant_behind(cookie) == PERSON


@pytest.mark.parametrize("cookie", ["", "nonsense", "j.", "j.!!!", "j.WzFd", "j.eyJhIjoxfQ"])
def test_a_forged_cookie_is_nobodys(cookie: str) -> None:
    assert running.participant_behind(cookie) is None


def test_what_tells_strangers_about_the_server_is_hidden() -> None:
    assert client().get("/_stcore/metrics").status_code == 404


@pytest.mark.parametrize("address", ["/", f"/go/{TOKEN}", "/go/nonsense", "/_stcore/metrics"])
def test_every_answer_carries_the_security_headers(address: str) -> None:
    headers = client().get(address).headers

    assert "img-src 'self' data:" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_probe_is_told_which_study_is_served() -> None:
    assert client().get("/health").text == "ok fake\n"


def test_an_unknown_link_is_explained_in_the_studys_language() -> None:
    german = FakeProctor(BeginPage(1, 1), language="de")
    running.install(cast(Any, german), cast(Any, german))

    answer = client().get("/go/nonsense")

    assert '<html lang="de">' in answer.text
    assert "<h1>Dieser Link ist nicht bekannt</h1>" in answer.text
    assert "$" not in answer.text
