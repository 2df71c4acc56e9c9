import pytest

from oversight_app.errors import StoreFull
from oversight_app.study.design import ENDINGS, Outcome
from oversight_app.study.page import DebriefPage, EndPage, Page
from tests.screens.fakes import PERSON, FakeProctor, open_page, sent, texts

CODE = "K7QX2M9A"
URL = "https://app.prolific.com/submissions/complete?cc=K7QX2M9A&x=<y>"


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("completed", "You have finished"),
        ("no_consent", "You are not taking part"),
        ("failed_checks", "The study ends here for you"),
        ("screened_out", "This study is not for you"),
        ("timed_out", "The time for the study is over"),
        ("technical_error", "This is not your fault"),
        ("study_full", "Every place has been taken"),
        ("withdrew", "You have left the study"),
    ],
)
def test_each_ending_has_words_of_its_own(monkeypatch: pytest.MonkeyPatch, outcome: str, words: str) -> None:
    app = open_page(monkeypatch, FakeProctor(EndPage(outcome, CODE, "")))

    assert words in texts(app)
    assert CODE in texts(app)
    assert not app.button


def test_no_ending_is_left_without_words(monkeypatch: pytest.MonkeyPatch) -> None:
    headings = {texts(open_page(monkeypatch, FakeProctor(EndPage(outcome, "", "")))) for outcome in ENDINGS}

    assert not any("The study has ended" in drawn for drawn in headings)
    assert len(headings) == len(ENDINGS)


def test_without_a_code_the_page_speaks_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = texts(open_page(monkeypatch, FakeProctor(EndPage("completed", "", ""))))

    assert "code" not in drawn.lower()
    assert "You can close this page." in drawn


def test_who_has_done_the_work_hands_in_and_who_has_not_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    done = texts(open_page(monkeypatch, FakeProctor(EndPage("completed", CODE, URL))))
    left = texts(open_page(monkeypatch, FakeProctor(EndPage("withdrew", CODE, URL))))

    link = 'href="https://app.prolific.com/submissions/complete?cc=K7QX2M9A&amp;x=&lt;y&gt;"'
    assert link in done
    assert link in left
    assert "Hand in the code</a>" in done
    assert "Your completion code" in done
    assert "Back to where you came from</a>" in left
    assert "asks for a code" in left


@pytest.mark.parametrize(
    ("keeps_data", "says"),
    [
        (True, "You said that your answers so far may be used."),
        (False, "You asked us not to use your answers."),
        (None, "You did not say what may become of your answers so far."),
    ],
)
def test_who_left_reads_what_they_chose(
    monkeypatch: pytest.MonkeyPatch, keeps_data: bool | None, says: str
) -> None:
    drawn = texts(open_page(monkeypatch, FakeProctor(EndPage("withdrew", "", "", keeps_data))))

    assert says in drawn
    assert f"<strong>{PERSON}</strong>" in drawn


def test_only_who_left_is_told_what_they_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = texts(open_page(monkeypatch, FakeProctor(EndPage("completed", CODE, ""))))

    assert "your answers so far" not in drawn


def test_who_did_not_agree_has_no_data_to_speak_of(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PERSON not in texts(open_page(monkeypatch, FakeProctor(EndPage(Outcome.NO_CONSENT, CODE, ""))))


def test_no_code_is_shown_before_the_last_write_is_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> Page | None:
        raise StoreFull("no space is left")

    proctor = FakeProctor(DebriefPage("Thanks"), on={"finish": full})
    app = open_page(monkeypatch, proctor)

    app.button(key="continue").click().run()

    assert CODE not in sent(app)
    assert proctor.verbs() == ["finish"]
