"""The belief after a reply: asked quietly, stated by a click, noted, and never in the way."""

from dataclasses import replace

import pytest

from oversight_app.errors import Refusal
from oversight_app.study.design import ConfidenceScale
from oversight_app.study.page import Belief, Chat, Page, QuestionPage
from tests.screens.fakes import FakeProctor, entered, open_page, question, said, texts


def asked(scale: ConfidenceScale = ConfidenceScale.FIVE_POINTS, *, n_replies: int = 1) -> QuestionPage:
    """A page on which the last reply is followed by the question what one holds to be right."""
    levels = {} if scale is ConfidenceScale.FIVE_POINTS else {"confidence_levels": ()}
    chat = said(*("Which?", "I think it is B.") * n_replies)
    chat = replace(chat, belief_due=chat.lines[-1].message_id)
    return question(2, confidence_scale=scale, chat=chat, **levels)


def noted(belief: Belief, chat: Chat) -> Chat:
    return replace(chat, belief_due="", beliefs={chat.lines[-1].message_id: belief})


def test_a_belief_is_stated_once_and_then_only_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    page = asked()
    assert page.chat is not None
    after = replace(page, chat=noted(Belief(1, 0.6), page.chat))
    proctor = FakeProctor(page, on={"state_belief": lambda *_: after})
    app = open_page(monkeypatch, proctor)
    app.radio(key="belief_answer_1_2").set_value(1)
    app.radio(key="belief_confidence_1_2").set_value(0.6)

    app.button(key="belief_note_2").click().run()

    assert proctor.told == [("state_belief", 2, "m1", 1, 0.6, ())]
    assert "Noted: B, 60%" in texts(app)
    assert "belief_answer_1_2" not in [radio.key for radio in app.radio]


def test_nothing_is_preselected_and_nothing_is_asked_of_the_record_before_the_click(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proctor = FakeProctor(asked())
    app = open_page(monkeypatch, proctor)
    assert app.radio(key="belief_answer_1_2").value is None

    app.radio(key="belief_answer_1_2").set_value(1).run()

    assert proctor.told == []


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [(None, "Please mark an answer first."), (1, "Please mark how sure you are first.")],
)
def test_what_is_missing_is_said_beside_the_row(
    monkeypatch: pytest.MonkeyPatch, choice: int | None, sentence: str
) -> None:
    proctor = FakeProctor(asked())
    app = open_page(monkeypatch, proctor)
    if choice is not None:
        app.radio(key="belief_answer_1_2").set_value(choice)

    app.button(key="belief_note_2").click().run()

    assert sentence in texts(app)
    assert proctor.told == []


@pytest.mark.parametrize(
    ("scale", "value", "stated"),
    [
        (ConfidenceScale.PERCENT, [60], (1, 0.6, ())),
        (ConfidenceScale.DISTRIBUTION, [10, 60, 20, 10], (1, None, (0.1, 0.6, 0.2, 0.1))),
        (ConfidenceScale.NONE, None, (1, None, ())),
    ],
)
def test_it_is_asked_on_the_scale_of_the_study(
    monkeypatch: pytest.MonkeyPatch, scale: ConfidenceScale, value: object, stated: tuple[object, ...]
) -> None:
    proctor = FakeProctor(asked(scale))
    app = open_page(monkeypatch, proctor)
    app.radio(key="belief_answer_1_2").set_value(1)
    if value is not None:
        app.session_state["belief_confidence_1_2"] = entered(value)

    app.button(key="belief_note_2").click().run()

    assert proctor.told == [("state_belief", 2, "m1", *stated)]


def test_it_is_asked_anew_after_the_next_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(asked())
    app = open_page(monkeypatch, proctor)
    app.radio(key="belief_answer_1_2").set_value(1).run()

    proctor.current = asked(n_replies=2)
    app.run()

    assert app.radio(key="belief_answer_2_2").value is None


def test_one_may_write_on_and_submit_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def moved_on(*_: object) -> Page | None:
        raise Refusal("no belief is asked for here")

    proctor = FakeProctor(asked(), on={"submit": lambda *_: question(3), "state_belief": moved_on})
    app = open_page(monkeypatch, proctor)
    assert not app.chat_input(key="chat_input_2").disabled
    app.radio(key="answer_2").set_value(0)

    app.button(key="submit_2").click().run()

    assert proctor.verbs()[-1] == "submit"
    assert "state_belief" not in proctor.verbs()


def test_a_study_that_does_not_ask_shows_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(question(2, chat=said("Which?", "I think it is B."))))

    assert not [button for button in app.button if button.key == "belief_note_2"]


def test_the_percentages_of_a_belief_do_not_touch_those_of_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proctor = FakeProctor(asked(ConfidenceScale.PERCENT))
    app = open_page(monkeypatch, proctor)

    app.session_state["belief_confidence_1_2"] = entered([60])
    app.radio(key="answer_2").set_value(0).run()

    assert proctor.told == [("save_draft", 2, 0, None)]
