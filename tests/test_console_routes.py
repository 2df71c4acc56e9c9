"""The console's addresses and their guard: who is let in, who is not, and what each hears."""

import csv
import io
import math
import re
import string
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from oversight_app import running, watching
from oversight_app.console_routes import MIDDLEWARE, ROUTES
from oversight_app.export import export_study
from oversight_app.gate import Gate
from oversight_app.invitations import invite
from oversight_app.preparing import Preparing
from oversight_app.proctor import Proctor
from oversight_app.researcher import Researcher
from oversight_app.study_folder import StudyFolder
from oversight_app.watching import Designing, Watching
from tests.builders import START, make_clock, make_proctor, seat

README = Path(__file__).parent.parent / "README.md"
_BASE64 = f"{string.ascii_letters}{string.digits}-_"
PASSWORD = "correct-horse-battery"
HOST = "http://testserver"
PAGE = {"accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def proctor(tmp_path: Path) -> Iterator[Proctor]:
    made = make_proctor(tmp_path, clock=make_clock())
    researcher = Researcher(made.store, made.clock)
    reader = made.store.for_reading()
    watching.install(
        Watching(StudyFolder(tmp_path), researcher, reader, Gate(PASSWORD, made.clock), "https://x.org")
    )
    yield made
    watching.close()


def client() -> TestClient:
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("the page")
        await socket.close()

    routes = [
        *ROUTES,
        WebSocketRoute("/_stcore/stream", talk),
        Route("/{rest:path}", lambda request: PlainTextResponse("the page"), methods=["GET", "PUT"]),
    ]
    return TestClient(Starlette(routes=routes, middleware=MIDDLEWARE), follow_redirects=False)


def signed_in(name: str = "Ada") -> TestClient:
    browser = client()
    answer = browser.post("/login", data={"password": PASSWORD, "name": name}, headers={"origin": HOST})
    assert answer.status_code == 303
    return browser


ADDRESSES = [
    "/",
    "/static/js/index.js",
    "/_stcore/health",
    "/_stcore/host-config",
    "/media/x.csv",
    "/download/payments.csv",
    "/download/links.csv",
    "/download/exports/x.zip",
    "/download/reports/x",
    "/reports/x",
    "/logout",
    "//",
    "/login/../download/payments.csv",
    "/health/x",
]


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.usefixtures("proctor")
def test_without_a_password_there_is_only_the_page_that_asks_for_it(path: str) -> None:
    answer = client().get(path, headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")

    answer = client().get(path)
    assert (answer.status_code, answer.text) == (401, "Sign in first.\n")


@pytest.mark.usefixtures("proctor")
def test_the_password_lets_in_with_a_cookie_that_no_script_and_no_other_site_has() -> None:
    browser = signed_in()

    answer = client().post("/login", data={"password": PASSWORD}, headers={"origin": HOST})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("oversight_console_study-for-tests=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert browser.get("/").text == "the page"
    with browser.websocket_connect("/_stcore/stream", headers={"origin": HOST}) as socket:
        assert socket.receive_text() == "the page"


@pytest.mark.usefixtures("proctor")
def test_a_cookie_that_came_over_https_never_travels_without_it() -> None:
    answer = client().post(
        "/login", data={"password": PASSWORD}, headers={"origin": HOST, "x-forwarded-proto": "https"}
    )

    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.usefixtures("proctor")
def test_ten_wrong_passwords_lock_the_gate_for_the_right_one_too() -> None:
    browser = client()

    for _ in range(10):
        answer = browser.post("/login", data={"password": "guess"}, headers={"origin": HOST})
        assert (answer.status_code, "not the password" in answer.text) == (403, True)

    answer = browser.post("/login", data={"password": PASSWORD}, headers={"origin": HOST})
    assert (answer.status_code, "Too many wrong passwords" in answer.text) == (403, True)
    assert "set-cookie" not in answer.headers


@pytest.mark.usefixtures("proctor")
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example", ""])
def test_what_another_site_sends_is_refused_with_the_password_too(origin: str) -> None:
    browser, headers = signed_in(), {"origin": origin} if origin else {}

    for path in ("/login", "/logout", "/anything"):
        answer = browser.post(path, data={"password": PASSWORD}, headers=headers)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert browser.put("/media/x", headers=headers).status_code == 403
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect("/_stcore/stream", headers=headers):
        pass
    assert browser.get("/").text == "the page"


@pytest.mark.usefixtures("proctor")
def test_a_websocket_without_a_session_is_refused() -> None:
    browser = client()
    for cookie in ("", "x" * 43, PASSWORD):
        browser.cookies.set(watching.cookie_name(), cookie)
        with (
            pytest.raises(WebSocketDisconnect),
            browser.websocket_connect("/_stcore/stream", headers={"origin": HOST}),
        ):
            pass


def test_a_participants_cookie_opens_nothing_here_and_the_consoles_nothing_there(proctor: Proctor) -> None:
    (token,) = invite(proctor.store, 1, clock=proctor.clock)
    running.install(proctor, proctor)  # type: ignore[arg-type]
    browser = client()

    for name in (running.cookie_name(), watching.cookie_name()):
        browser.cookies.set(name, token)
    assert browser.get("/").status_code == 401
    assert browser.get("/download/links.csv").status_code == 401

    session = signed_in().cookies[watching.cookie_name()]
    assert running.participant_behind(token) is not None
    assert running.participant_behind(session) is None
    assert running.cookie_name() != watching.cookie_name()


def test_a_participants_link_has_the_random_bits_that_the_readme_states(proctor: Proctor) -> None:
    tokens = invite(proctor.store, 2_000, clock=proctor.clock)

    assert len(set(tokens)) == 2_000
    assert {len(token) for token in tokens} == {22}
    # 16 bytes in base64: 21 characters of 6 bits, and one of 2. The first is a letter or a digit, 62 of 64.
    assert {character for token in tokens for character in token[1:21]} == set(_BASE64)
    assert {token[-1] for token in tokens} == set("AQgw")
    assert {token[0] for token in tokens} == set(_BASE64) - set("-_")
    bits = math.log2(62) + 20 * 6 + 2
    (stated,) = re.findall(r"(\d+) random bits", README.read_text(encoding="utf-8"))
    assert int(bits) == int(stated)


def test_a_guessed_link_or_code_is_nobodys(proctor: Proctor) -> None:
    (token,) = invite(proctor.store, 1, clock=proctor.clock)
    seat(proctor, "p2")
    running.install(proctor, proctor)  # type: ignore[arg-type]

    assert running.participant_behind(token) is not None
    last = "A" if token[-1] != "A" else "Q"
    for guess in ("p2", token[:-1], token[:-1] + last, token.swapcase(), "%", "_" * 22, f" {token}"):
        assert running.participant_behind(guess) is None


@pytest.mark.parametrize("begins", "=+-@")
def test_no_cell_of_the_links_is_a_formula(begins: str, proctor: Proctor) -> None:
    invite(proctor.store, 500, clock=proctor.clock)

    lines = signed_in().get("/download/links.csv").text.splitlines()

    assert len(lines) == 501
    assert not any(cell.startswith(begins) for line in lines for cell in line.split(","))


@pytest.mark.usefixtures("proctor")
def test_signing_out_ends_the_session_and_not_only_the_cookie() -> None:
    browser = signed_in()
    session = browser.cookies[watching.cookie_name()]

    browser.post("/logout", headers={"origin": HOST})

    browser.cookies.set(watching.cookie_name(), session)
    assert browser.get("/").status_code == 401


@pytest.mark.usefixtures("proctor")
def test_an_oversized_or_broken_form_is_no_password() -> None:
    for body in (b"password=" + b"x" * 10_000, b"\xff\xfe", b"password", b"", b"[]"):
        answer = client().post("/login", content=body, headers={"origin": HOST})
        assert answer.status_code in (403, 413)


@pytest.mark.usefixtures("proctor")
def test_every_answer_carries_the_security_headers_and_tells_no_study() -> None:
    for browser, path in ((client(), "/login"), (client(), "/health"), (client(), "/"), (signed_in(), "/")):
        answer = browser.get(path)
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert client().get("/health").text == "ok\n"
    assert signed_in().get("/_stcore/metrics").status_code == 404


def test_payments_and_links_can_be_taken_along(proctor: Proctor) -> None:
    (token,) = invite(proctor.store, 1, clock=proctor.clock)
    seat(proctor, "p1")
    watching.here().researcher.compensate("p1", "k", "2.50", "GBP", "=HYPERLINK(1)", "Ada")
    browser = signed_in()

    (row,) = csv.DictReader(io.StringIO(browser.get("/download/payments.csv").text))
    assert (row["participant_id"], row["compensation"], row["compensation_currency"]) == ("p1", "2.50", "GBP")
    assert row["compensation_reason"] == "'=HYPERLINK(1)", "a spreadsheet must not take it for a formula"
    assert browser.get("/download/links.csv").text == f"token,link\n{token},https://x.org/go/{token}\n"


def test_an_export_comes_as_an_archive_of_all_its_files(proctor: Proctor, tmp_path: Path) -> None:
    paths = export_study(proctor.store, at=START)

    answer = signed_in().get(f"/download/exports/{paths.folder.name}.zip")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = {re.sub(r"^.*/", "", name) for name in archive.namelist()}
        assert names == {path.name for path in paths.folder.iterdir()}
        assert archive.read(f"{paths.folder.name}/manifest.json") == paths.manifest.read_bytes()


@pytest.mark.usefixtures("proctor")
@pytest.mark.parametrize("name", ["..", "%2e%2e", "x", "..%2f..", "%00"])
def test_nothing_beside_the_exports_and_reports_can_be_taken(name: str, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    browser = signed_in()

    for path in (f"/download/exports/{name}.zip", f"/download/reports/{name}", f"/reports/{name}"):
        answer = browser.get(path)
        assert answer.status_code == 404 or answer.text == "the page"


def test_a_report_is_saved_and_not_run_in_the_consoles_name(proctor: Proctor, tmp_path: Path) -> None:
    (tmp_path / "reports" / "now").mkdir(parents=True)
    (tmp_path / "reports" / "now" / "report.html").write_text("<h1>Report</h1>")

    answer = signed_in().get("/download/reports/now")

    assert answer.text == "<h1>Report</h1>"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_report_that_is_opened_runs_no_script_and_has_no_origin(proctor: Proctor, tmp_path: Path) -> None:
    (tmp_path / "reports" / "now").mkdir(parents=True)
    (tmp_path / "reports" / "now" / "report.html").write_text("<h1>Report</h1><script>alert(1)</script>")

    answer = signed_in().get("/reports/now")

    assert answer.headers["content-type"].startswith("text/html")
    policy = [part.strip() for part in answer.headers["content-security-policy"].split(";")]
    assert "sandbox" in policy, "with nothing allowed: no scripts, no forms, an origin of its own"
    assert {"default-src 'none'", "form-action 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert not [part for part in policy if part.startswith("script-src")]
    assert answer.headers["cache-control"] == "no-store"
    assert client().get("/reports/now").status_code == 401


# -- before there is a plan -----------------------------------------------------------------------------


@pytest.fixture
def unplanned(tmp_path: Path) -> Iterator[Path]:
    watching.install(Designing(Preparing(tmp_path / "new", make_clock()), Gate(PASSWORD, make_clock())))
    yield tmp_path / "new"
    watching.close()


@pytest.mark.parametrize("address", ADDRESSES)
def test_before_there_is_a_study_nothing_is_open_either(unplanned: Path, address: str) -> None:
    assert client().get(address).status_code in (401, 404)
    assert not unplanned.exists()


def test_before_there_is_a_study_one_signs_in_as_ever_and_there_is_nothing_to_take_along(
    unplanned: Path,
) -> None:
    assert "A new study" in client().get("/login").text
    browser = signed_in()

    assert browser.get("/").text == "the page"
    for address in ("/download/payments.csv", "/download/links.csv", "/reports/x", "/download/exports/x.zip"):
        answer = browser.get(address)
        assert (answer.status_code, "before the plan is frozen" in answer.text) == (404, True)
    refused = browser.post("/logout", headers={"origin": "http://evil.example"})
    assert refused.status_code == 403


def test_nobody_is_signed_out_when_the_study_is_made_and_frozen(unplanned: Path) -> None:
    browser = signed_in()
    name = watching.cookie_name()
    StudyFolder.create(unplanned, "demo", at=START)
    study = watching.preparing()
    study.bring_in("builtin", "", "Ada")
    study.freeze("Ada")

    assert watching.is_frozen()
    assert watching.cookie_name() == name
    assert browser.get("/").text == "the page"
    assert browser.get("/download/links.csv").status_code == 200
