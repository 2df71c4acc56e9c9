import pytest

from oversight_app.study.page import ConsentPage
from tests.screens.fakes import FakeProctor, open_page, texts

CONSENT = ConsentPage("A study", "You get $5 and then $10.\n\n- *one* thing")


def test_the_text_is_shown_as_written_and_nothing_is_recorded_by_looking_at_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proctor = FakeProctor(CONSENT)

    app = open_page(monkeypatch, proctor)

    assert "<p>You get $5 and then $10.</p>" in texts(app)
    assert "<li><em>one</em> thing</li>" in texts(app)
    assert proctor.told == []


@pytest.mark.parametrize(("key", "agreed"), [("consent", True), ("refuse", False)])
def test_each_button_says_which(monkeypatch: pytest.MonkeyPatch, key: str, agreed: bool) -> None:
    proctor = FakeProctor(CONSENT)

    open_page(monkeypatch, proctor).button(key=key).click().run()

    assert proctor.told == [("give_consent", agreed)]


def test_who_has_not_agreed_has_nothing_to_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(CONSENT))

    assert [button.key for button in app.button] == ["consent", "refuse"]
