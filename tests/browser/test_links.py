"""People from recruiting platforms, and who only looks at the link: scanners, previews, browsers that run ahead."""

import sqlite3
import urllib.request
from collections.abc import Callable
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Route, ViewportSize, expect

from oversight_app.clock import SystemClock
from oversight_app.proctor import Proctor
from oversight_app.store import Store
from oversight_app.study.sitting import Stage
from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.served import Served, press, wait_for
from tests.browser.studies import Study, make_study
from tests.browser.test_accessibility import WCAG

pytestmark = pytest.mark.browser

Serve = Callable[[Path], Served]

ANN = "/join?PROLIFIC_PID=5f0ca11&STUDY_ID=6a&SESSION_ID=first"
PREFETCH = (
    "(href) => document.head.append(Object.assign(document.createElement('link'), { rel: 'prefetch', href }))"
)
MTURK = "hitId=3HIT&turkSubmitTo=https%3A%2F%2Fwww.mturk.com"


def people(study: Study) -> list[tuple[str, str]]:
    """Who is on record from a platform: (their id there, their code here)."""
    with closing(sqlite3.connect(study.folder / "study.db")) as record:
        return record.execute("SELECT platform_key, participant_id FROM platform_ids").fetchall()


def sittings(study: Study) -> list[str]:
    with closing(sqlite3.connect(study.folder / "study.db")) as record:
        return [row[0] for row in record.execute("SELECT participant_id FROM sittings")]


def go_on_to(study: Study, participant_id: str, stage: Stage) -> None:
    """The rest of the way, which this test is not about."""
    with Store.open(study.folder / "study.db") as store:
        proctor = Proctor(store, SystemClock())
        proctor.finish_instructions(participant_id)
        proctor.answer_comprehension(participant_id, tuple(study.check))
        proctor.begin(participant_id, pledged=True)
        while (sitting := proctor.sitting(participant_id)).stage is not stage:
            match sitting.stage:
                case Stage.REST:
                    proctor.go_on(participant_id)
                case Stage.TRIAL:
                    proctor.page(participant_id)
                    wait_for(lambda: _submitted(proctor, participant_id))
                case Stage.FEEDBACK:
                    proctor.read_feedback(participant_id, sitting.trial.plan.n)
                case _:
                    proctor.answer_survey(participant_id, {})


def _submitted(proctor: Proctor, participant_id: str) -> bool:
    # Not sooner than min_display_s after the question appeared.
    sitting = proctor.sitting(participant_id)
    proctor.submit(participant_id, sitting.trial.plan.n, 0, 0.6)
    return proctor.sitting(participant_id).n_closed > sitting.n_closed


def test_a_scanner_that_follows_the_link_with_its_cookie_leaves_nothing(tmp_path: Path, serve: Serve) -> None:
    study = make_study(tmp_path / "study", task="mmlu")
    served = serve(study.folder)

    for link in (ANN, f"/go/{study.tokens[0]}"):
        scanner = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        for method in ("HEAD", "GET", "GET"):
            request = urllib.request.Request(f"{served.url}{link}", method=method)
            with scanner.open(request, timeout=10) as answer:
                assert (answer.status, answer.url) == (200, f"{served.url}/")

    assert people(study) == []
    assert sittings(study) == []


def test_a_page_that_is_looked_at_leaves_nothing_and_a_click_brings_the_same_person_back(
    tmp_path: Path, page: Page, context: BrowserContext, serve: Serve
) -> None:
    study = make_study(tmp_path / "study", task="mmlu")
    served = serve(study.folder)

    page.goto(f"{served.url}{ANN}")
    expect(page.locator(".st-key-consent button")).to_be_visible()
    assert page.url == f"{served.url}/"
    page.reload()
    expect(page.locator(".st-key-consent button")).to_be_visible()
    assert people(study) == []
    assert sittings(study) == []

    press(page, "consent")
    expect(page.locator(".st-key-continue button")).to_be_visible()
    ((person, code),) = people(study)
    assert person == "PROLIFIC_PID=5f0ca11"
    assert sittings(study) == [code]

    context.clear_cookies()
    other = context.new_page()
    other.goto(f"{served.url}{ANN.replace('first', 'second')}")
    expect(other.locator(".st-key-continue button")).to_be_visible()
    assert people(study) == [(person, code)]


def test_who_is_done_hands_in_the_code_of_their_outcome_and_finds_it_again(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    address = "https://app.prolific.com/submissions/complete?cc={code}"
    study = make_study(
        tmp_path / "study",
        task="mmlu",
        sitting={"completion_url": address},
        outcomes={"completed": {"code": "DONE1"}, "no_consent": {"code": "NOPE2"}},
    )
    served = serve(study.folder)

    page.goto(f"{served.url}{ANN}")
    press(page, "consent")
    expect(page.locator(".st-key-continue button")).to_be_visible()
    ((_, code),) = people(study)
    go_on_to(study, code, Stage.DEBRIEF)
    page.reload()
    assert "DONE1" not in page.content()
    page.locator(".st-key-continue button, .st-key-finish button").first.click()
    for link in ("", ANN, ANN.replace("first", "third")):
        if link:
            page.goto(f"{served.url}{link}")
        expect(page.locator(".st-key-completion_code")).to_contain_text("DONE1")
        expect(page.locator("a.ov-button")).to_have_attribute("href", address.replace("{code}", "DONE1"))
    assert served.sitting(code).outcome == "completed"

    page.goto(f"{served.url}/join?participantId=C0FFEE&assignmentId=A1&projectId=9")
    press(page, "refuse")
    expect(page.locator("a.ov-button")).to_have_attribute("href", address.replace("{code}", "NOPE2"))


def test_a_browser_that_runs_ahead_of_its_user_gets_nothing(tmp_path: Path, page: Page, serve: Serve) -> None:
    study = make_study(tmp_path / "study", task="mmlu")
    served = serve(study.folder)
    page.goto(f"{served.url}/health")

    with page.expect_response(lambda answer: "PROLIFIC_PID" in answer.url) as ahead:
        page.evaluate(PREFETCH, ANN)

    assert ahead.value.status == 503
    assert page.context.cookies() == []
    page.goto(f"{served.url}{ANN}")
    expect(page.locator(".st-key-consent button")).to_be_visible()


def test_in_mturks_frame_the_study_opens_in_a_tab_and_the_code_goes_to_mturk(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    study = make_study(tmp_path / "study", task="mmlu")
    served = serve(study.folder)
    handed_in: list[str] = []

    def mturk(route: Route) -> None:
        """What worker.mturk.com shows, and what www.mturk.com takes; nothing of this leaves the machine."""
        request = route.request
        if request.method == "POST":
            handed_in.append(f"{request.url} {request.post_data}")
            route.fulfill(body="Thank you", content_type="text/html")
        else:
            link = f"{served.url}/join?{request.url.partition('?')[2]}"
            route.fulfill(
                body=f'<iframe src="{link}" width=900 height=500></iframe>', content_type="text/html"
            )

    page.context.route("https://*.mturk.com/**", mturk)
    # Chromium asks before a page from anywhere frames one of this machine; MTurk's would frame a public one.
    page.context.grant_permissions(["local-network-access"])

    page.goto(f"https://worker.mturk.com/task?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&{MTURK}")
    expect(page.frame_locator("iframe").get_by_text("This is a preview.")).to_be_visible()
    assert page.context.cookies() == []

    page.goto(f"https://worker.mturk.com/task?assignmentId=3ASSIGNMENT&workerId=A1WORKER&{MTURK}")
    frame = page.frame_locator("iframe")
    with page.expect_popup() as opened:
        frame.get_by_role("link", name="Open the study").click()
    tab = opened.value
    expect(tab.locator(".st-key-consent button")).to_be_visible()
    assert tab.url == f"{served.url}/"
    press(tab, "consent")
    wait_for(lambda: [person for person, _ in people(study)] == ["workerId=A1WORKER"])

    frame.get_by_label("Your completion code").fill("DEMO-1")
    frame.get_by_role("button", name="Hand in the code").click()
    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert handed_in == ["https://www.mturk.com/mturk/externalSubmit assignmentId=3ASSIGNMENT&code=DEMO-1"]


@pytest.mark.parametrize(
    "link",
    [
        "/join",
        "/join?PROLIFIC_PID={{%25PROLIFIC_PID%25}}",
        "/join?PROLIFIC_PID=a&PROLIFIC_PID=b",
        "/go/another-study",
    ],
)
def test_a_link_that_names_nobody_is_answered_calmly(
    tmp_path: Path, page: Page, serve: Serve, link: str
) -> None:
    served = serve(make_study(tmp_path / "study", task="mmlu").folder)
    page.context.add_cookies([{"name": "oversight_other", "value": "x" * 3000, "url": served.url}])

    answer = page.goto(f"{served.url}{link}")

    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", name="This link is not known")).to_be_visible()


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_the_doorway_and_the_preview_keep_nobody_out(
    tmp_path: Path, page: Page, serve: Serve, size: ViewportSize
) -> None:
    served = serve(make_study(tmp_path / "study", task="mmlu").folder)
    page.set_viewport_size(size)

    for link in (
        f"/join?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&{MTURK}",
        f"/join?assignmentId=3A&workerId=A1&{MTURK}",
    ):
        page.goto(f"{served.url}{link}")
        found = Axe().run(page, options=WCAG).response
        assert [rule["id"] for rule in found["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
