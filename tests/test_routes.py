"""The addresses beside the page."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from oversight_app import running
from oversight_app.proctor import Proctor
from oversight_app.routes import MIDDLEWARE, ROUTES
from oversight_app.study.observations import MOST_BYTES, whose
from oversight_app.study.page import BeginPage, ConsentPage
from tests.builders import make_design, make_plan, make_proctor, make_store, seat
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


@pytest.mark.parametrize(
    "address",
    [
        "/go/nonsense",
        "/join",
        "/join?STUDY_ID=1",
        "/join?x=<script>",
        "/join?PROLIFIC_PID=a&PROLIFIC_PID=b",
        "/join?PROLIFIC_PID=%00",
        "/join?PROLIFIC_PID=%ff%fe%00",
        f"/join?PROLIFIC_PID={'x' * 5000}",
        "/join?PROLIFIC_PID={{%25PROLIFIC_PID%25}}",
        "/join?workerId=<script>{x}",
        f"/go/{'x' * 5000}",
        "/go/%00",
    ],
)
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


@pytest.mark.parametrize(
    "cookie",
    [
        *("", "nonsense", "j.", "j.!!!", "j.WzFd", "j.eyJhIjoxfQ", "j.\udcff", "\x00"),
        "j." + "W1tb" * 1000,  # opening brackets, deeper than any reader goes
    ],
)
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


# -- people from platforms -----------------------------------------------------------------------------


@pytest.fixture
def proctor(tmp_path: Path) -> Iterator[Proctor]:
    """A real study, served by this process."""
    made = make_proctor(tmp_path, make_plan(make_design(title="Two & more questions", log={"scroll": False})))
    running.install(made, cast(Any, None))
    yield made
    made.store.close()


PREVIEW = "/join?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&hitId=3HIT&turkSubmitTo=https%3A%2F%2Fwww.mturk.com"
IN_FRAME = (
    "/join?assignmentId=3ASSIGNMENT&hitId=3HIT&workerId=A1%22%3E&turkSubmitTo=https%3A%2F%2Fwww.mturk.com"
)


@pytest.mark.parametrize(
    "link",
    [
        "/join?PROLIFIC_PID=5f&STUDY_ID=6a&SESSION_ID=7b",
        "/join?participantId=C0&assignmentId=A5&projectId=9",
        "/join?workerId=A1&assignmentId=3A&hitId=3H",
        "/join?participant_label=seat%207",
    ],
)
def test_each_platforms_link_leads_to_the_consent_page_and_opening_it_leaves_nothing(
    proctor: Proctor, link: str
) -> None:
    before = list(proctor.store.rows("events"))

    for answer in (client().get(link), client().head(link)):
        code = running.participant_behind(answer.cookies[running.cookie_name()])
        assert answer.status_code == 303
        assert code is not None
        assert isinstance(proctor.page(code), ConsentPage)

    with proctor.store.snapshot() as record:
        assert list(record.rows("events")) == before
        assert list(record.rows("sittings")) == []
    assert proctor.store.person_of_platform("PROLIFIC_PID=5f") is None


def test_the_same_person_comes_back_to_their_place_with_another_session(proctor: Proctor) -> None:
    first = client().get("/join?PROLIFIC_PID=5f&SESSION_ID=1").cookies[running.cookie_name()]
    code = running.participant_behind(first)
    assert code is not None
    proctor.give_consent(code, agreed=True)

    again = client().get("/join?PROLIFIC_PID=5f&SESSION_ID=2").cookies[running.cookie_name()]

    assert again != first
    assert running.participant_behind(again) == code


def test_a_link_or_a_cookie_of_another_study_is_nobodys(proctor: Proctor, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    theirs = make_plan(study_id="another-study")
    make_store(tmp_path / "other", theirs, invitations={"a-token-of-theirs": "p9"}).close()

    assert client().get("/go/a-token-of-theirs").status_code == 404
    assert running.participant_behind("a-token-of-theirs") is None
    assert running.cookie_name() != "oversight_another-study"


@pytest.mark.parametrize(
    "header",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Purpose": "preview"},
        {"X-Moz": "prefetch"},
    ],
)
@pytest.mark.parametrize("address", [f"/go/{TOKEN}", "/join?PROLIFIC_PID=5f", "/"])
def test_a_browser_that_runs_ahead_gets_no_page_and_no_cookie(address: str, header: dict[str, str]) -> None:
    """A page that is drawn before anybody opened it would start the clock of a question unseen."""
    answer = client().get(address, headers=header)

    assert answer.status_code == 503
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_the_preview_of_a_task_says_what_it_is_about_and_enrols_nobody(proctor: Proctor) -> None:
    answer = client().get(PREVIEW)

    assert answer.status_code == 200
    assert "<h1>Consent</h1>" in answer.text
    assert "This is a preview." in answer.text
    assert "set-cookie" not in answer.headers
    assert "<form" not in answer.text
    assert "/join" not in answer.text


def test_in_mturks_frame_a_doorway_opens_the_study_in_a_tab_and_takes_the_code(proctor: Proctor) -> None:
    answer = client().get(IN_FRAME)

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "<h1>Two &amp; more questions</h1>" in answer.text
    assert 'action="https://www.mturk.com/mturk/externalSubmit"' in answer.text
    assert 'name="assignmentId" value="3ASSIGNMENT"' in answer.text
    assert "frame-ancestors https://*.mturk.com" in answer.headers["Content-Security-Policy"]
    assert '">"' not in answer.text

    link = answer.text.partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    entered = client().get(link)

    assert entered.status_code == 303
    code = running.participant_behind(entered.cookies[running.cookie_name()])
    assert code is not None
    proctor.give_consent(code, agreed=True)
    assert proctor.store.person_of_platform('workerId=A1">') == code


# -- what a page observes ---------------------------------------------------------------------------------

ORIGIN = {"origin": "http://testserver", "content-type": "application/json"}
BLUR = {"kind": "focus", "what": "blur", "n": 1, "phase": "question", "ms": 7}


def batch(*seen: dict[str, Any], seq: int = 1) -> bytes:
    return json.dumps({"page": "0" * 16, "seq": seq, "whose": whose(PERSON), "seen": seen}).encode()


def observer(proctor: Proctor) -> TestClient:
    """The browser of somebody who is looking at the first question."""
    with proctor.store.write() as record:
        record.invite({TOKEN: PERSON}, proctor.clock.now())
    seat(proctor, PERSON)
    proctor.go_on(PERSON)
    proctor.page(PERSON)
    browser = client()
    browser.cookies.set(running.cookie_name(), TOKEN)
    return browser


def kept(proctor: Proctor) -> list[tuple[str, str]]:
    return [(row["participant_id"], row["kind"]) for row in proctor.store.rows("observations")]


def test_what_a_page_saw_is_acknowledged_once_it_is_on_record(proctor: Proctor) -> None:
    browser = observer(proctor)

    answers = [browser.post("/observed", content=batch(BLUR), headers=ORIGIN) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert [answer.content for answer in answers] == [b"", b""]
    assert kept(proctor) == [(PERSON, "focus")]


def test_a_kind_that_the_study_does_not_note_is_not_kept(proctor: Proctor) -> None:
    scrolled = {"kind": "scroll", "at": 0.1, "furthest": 0.5, "n": 1, "phase": "question", "ms": 7}

    answer = observer(proctor).post("/observed", content=batch(scrolled, BLUR), headers=ORIGIN)

    assert answer.status_code == 204
    assert kept(proctor) == [(PERSON, "focus")]


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"origin": "https://evil.example"}, batch(BLUR), 403),
        ({"origin": "null"}, batch(BLUR), 403),
        ({"origin": ""}, batch(BLUR), 403),
        ({"content-type": "text/plain"}, batch(BLUR), 403),
        ({"content-type": "application/x-www-form-urlencoded"}, batch(BLUR), 403),
        ({}, b"", 400),
        ({}, b"{", 400),
        ({}, batch(BLUR | {"n": 2}), 400),
        ({}, batch(BLUR | {"text": "typed"}), 400),
        ({}, b" " * (MOST_BYTES + 1), 413),
    ],
)
def test_what_is_not_from_a_page_of_ours_is_refused_calmly(
    proctor: Proctor, headers: dict[str, str], content: bytes, status: int
) -> None:
    answer = observer(proctor).post("/observed", content=content, headers=ORIGIN | headers)

    assert (answer.status_code, answer.content) == (status, b"")
    assert kept(proctor) == []


def test_nobody_observes_without_being_in_the_study(proctor: Proctor) -> None:
    observer(proctor)
    stranger = client()
    answers = [stranger.post("/observed", content=batch(BLUR), headers=ORIGIN)]
    stranger.cookies.set(running.cookie_name(), "forged")
    answers.append(stranger.post("/observed", content=batch(BLUR), headers=ORIGIN))

    assert [answer.status_code for answer in answers] == [403, 403]
    assert kept(proctor) == []


def test_behind_a_proxy_the_public_address_is_ours(proctor: Proctor) -> None:
    browser = observer(proctor)
    running.install(proctor, cast(Any, None), public_url="https://study.example.org")

    answer = browser.post(
        "/observed", content=batch(BLUR), headers=ORIGIN | {"origin": "https://study.example.org"}
    )

    assert answer.status_code == 204


def test_one_browser_cannot_say_without_end(proctor: Proctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oversight_app.observing.MOST_PER_PERSON", 3)
    browser = observer(proctor)

    answers = [browser.post("/observed", content=batch(BLUR, seq=seq), headers=ORIGIN) for seq in range(1, 6)]

    assert [answer.status_code for answer in answers] == [204, 204, 204, 429, 429]
    assert len(kept(proctor)) == 3
