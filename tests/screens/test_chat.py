"""The assistant's pane."""

import html
import re
from dataclasses import replace

import pytest

from oversight_app.errors import Reminder
from oversight_app.screens.plain import exact
from oversight_app.study.page import Chat, ChatLine, Page
from oversight_app.study.trouble import LASTING, Trouble
from oversight_app.words import LANGUAGES, read_words
from tests.screens.fakes import FakeProctor, open_page, question, said, texts


def test_there_is_no_pane_where_there_is_no_assistant(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(question(2)))

    assert not app.chat_input
    assert "Assistant" not in texts(app)


def test_what_was_said_is_shown_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = said("is $5 > $3?", "**Yes** <b>&amp;</b>\n  - $5 -> `more`\n![p](https://example.org/p.png)")

    drawn = texts(open_page(monkeypatch, FakeProctor(question(2, chat=chat))))

    assert "is $5 &gt; $3?" in drawn
    assert (
        "**Yes** &lt;b&gt;&amp;amp;&lt;/b&gt;\n  - $5 -&gt; `more`\n![p](https://example.org/p.png)" in drawn
    )


def test_a_message_goes_to_the_assistant_as_it_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2, chat=said()))
    app = open_page(monkeypatch, proctor)

    app.chat_input(key="chat_input_2").set_value("  Why $5?\n").run()

    assert proctor.told == [("ask", 2, "  Why $5?\n")]


def test_a_message_that_cannot_be_sent_now_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(n: int, text: str) -> Page | None:
        raise Reminder("still_writing")

    app = open_page(monkeypatch, FakeProctor(question(2, chat=said()), on={"ask": refuse}))

    app.chat_input(key="chat_input_2").set_value("And then?").run()

    assert 'role="alert">The assistant is still writing.' in texts(app)
    assert app.chat_input(key="chat_input_2").value == "And then?"


def test_while_a_reply_is_written_one_can_stop_it_and_still_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2, chat=said("Why?", "Because", status="running")))
    app = open_page(monkeypatch, proctor)
    assert app.button(key="reset_2").disabled

    app.button(key="stop_2").click().run()
    app.radio(key="answer_2").set_value(1).run()

    assert proctor.told == [("stop", 2), ("save_draft", 2, 1, None)]


def test_only_the_line_being_written_is_read_anew_while_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the whole log redrawn twice a second, a button in it would lose its focus and a click could miss it."""
    chat = said("One?", "It is one.", "Why?", "Becau", status="running")

    drawn = texts(open_page(monkeypatch, FakeProctor(question(2, chat=chat)))).split("\n")

    (settled,) = [block for block in drawn if 'role="log"' in block]
    assert "It is one." in settled
    assert "Becau" not in settled
    assert sum("Becau" in block for block in drawn) == 1


def test_the_line_being_written_says_whose_it_is_and_how_much_of_it_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running = said("Why?", "Becau", status="running")
    whole = said("Why?", "Because.")

    drawn = texts(open_page(monkeypatch, FakeProctor(question(2, chat=running))))

    assert f'ov-writing" data-reply="{running.lines[-1].message_id}" data-shown="5"' in drawn
    assert "ov-writing" not in texts(open_page(monkeypatch, FakeProctor(question(2, chat=whole))))


def test_a_reply_that_has_no_word_yet_says_so_and_what_one_can_do(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = texts(open_page(monkeypatch, FakeProctor(question(2, chat=said("Why?", "", status="running")))))

    assert "The assistant is thinking." in drawn
    assert '<p class="ov-small ov-late">This takes longer than usual.' in drawn


@pytest.mark.parametrize("status", ["interrupted", "failed"])
def test_a_broken_reply_can_be_asked_for_again(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    proctor = FakeProctor(question(2, chat=said("Why?", "Bec", status=status)))
    app = open_page(monkeypatch, proctor)
    assert "You can ask again, or go on without it." in texts(app)

    app.button(key="ask_again_2").click().run()

    assert proctor.told == [("ask_again", 2)]


@pytest.mark.parametrize("trouble", Trouble)
def test_each_trouble_has_its_own_words_and_says_what_one_can_do(
    monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    chat = said("Why?", "", status="failed")
    failed = replace(chat.lines[1], trouble=trouble.value)
    app = open_page(monkeypatch, FakeProctor(question(2, chat=replace(chat, lines=(chat.lines[0], failed)))))

    words = exact(read_words("en").say(f"no_reply.{trouble}"))
    assert texts(app).count(f'<p class="ov-small">{words}</p>') == 1
    assert f'role="status">{words}</p>' in texts(app)
    assert "on your own" in words
    assert "The assistant could not answer." not in texts(app)
    assert "You can ask again, or go on without it." not in texts(app)
    assert ("ask_again_2" in [button.key for button in app.button]) == (trouble not in LASTING)


def test_when_the_money_is_spent_the_page_stays_calm_and_usable(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = said("Why?", "", status="failed")
    failed = replace(chat.lines[1], trouble="cap")
    proctor = FakeProctor(question(2, chat=replace(chat, lines=(chat.lines[0], failed))))
    app = open_page(monkeypatch, proctor)

    app.radio(key="answer_2").set_value(1).run()

    assert (
        "The assistant cannot answer any more questions in this study. Please answer on your own."
        in texts(app)
    )
    assert proctor.told == [("save_draft", 2, 1, None)]


def test_every_language_has_words_for_every_trouble() -> None:
    for language in LANGUAGES:
        said_of = {
            key.removeprefix("no_reply.") for key in read_words(language).texts if key.startswith("no_reply.")
        }
        assert said_of == {"on_your_own", *(trouble.value for trouble in Trouble)}


@pytest.mark.parametrize("status", ["complete", "stopped"])
def test_a_whole_reply_offers_no_second_one(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    app = open_page(monkeypatch, FakeProctor(question(2, chat=said("Why?", "Because.", status=status))))

    assert "ask_again_2" not in [button.key for button in app.button]
    assert ("You stopped this reply." in texts(app)) == (status == "stopped")


def test_after_a_reset_the_history_stays_and_a_line_says_what_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chat = said("one", "two", "three", "four", forgotten=2)

    drawn = texts(open_page(monkeypatch, FakeProctor(question(2, chat=chat))))

    assert (
        drawn.index("two") < drawn.index("The assistant no longer sees what is above") < drawn.index("three")
    )
    assert drawn.count("is-forgotten") == 2


def test_reset_tells_the_assistant_to_forget(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2, chat=said("one", "two")))
    app = open_page(monkeypatch, proctor)

    app.button(key="reset_2").click().run()

    assert proctor.told == [("reset_context", 2)]


def test_there_is_nothing_to_reset_before_anything_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(question(2, chat=said())))

    assert app.button(key="reset_2").disabled


def test_attempts_without_a_word_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = said("Why?", "")
    failed = [ChatLine(f"m{i}", False, "", "failed", False) for i in range(3)]

    drawn = texts(
        open_page(monkeypatch, FakeProctor(question(2, chat=replace(chat, lines=(chat.lines[0], *failed)))))
    )

    assert drawn.count('<p class="ov-small">The assistant could not answer.</p>') == 1


# -- quotations ---------------------------------------------------------------------------------------------

PASSAGE = ("It was a bright cold day in April.", "The clocks were striking thirteen.")
REPLY = 'It says "a bright cold day", “the clock was striking thirteen” & "a mild day in the autumn".'


def marks(drawn: str) -> list[tuple[str, str, str]]:
    """What was marked, how, and what a press brings to the search."""
    return [
        (html.unescape(quoted), likeness, html.unescape(words))
        for quoted, likeness, words in re.findall(
            r'<mark class="[^"]*">([^<]*)</mark>[^<]*<button [^>]*data-likeness="(\w+)" data-words="([^"]*)"',
            drawn,
        )
    ]


def test_quotations_are_marked_by_what_the_passage_says(monkeypatch: pytest.MonkeyPatch) -> None:
    page = question(2, passage=PASSAGE, chat=said("Which?", REPLY))

    drawn = texts(open_page(monkeypatch, FakeProctor(page)))

    assert marks(drawn) == [
        ("a bright cold day", "exact", "a bright cold day"),
        ("the clock was striking thirteen", "nearly", "The clocks were striking thirteen"),
        ("a mild day in the autumn", "not_found", "a mild day in the autumn"),
    ]
    assert 'data-mark="nearly"' in drawn
    assert 'aria-label="not found: a mild day in the autumn"' in drawn


def test_the_reply_stays_as_it_is_around_the_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    page = question(2, passage=PASSAGE, chat=said("Which?", REPLY))

    drawn = texts(open_page(monkeypatch, FakeProctor(page)))

    (line,) = re.findall(r'<div class="ov-exact">(It says.*?)</div>', drawn)
    assert html.unescape(re.sub(r"<[^>]*>", "", line)) == REPLY


@pytest.mark.parametrize(
    ("passage", "chat"),
    [
        ((), said("Which?", REPLY)),
        (PASSAGE, said("Which?", REPLY, status="running")),
        (PASSAGE, said(f"You said: {REPLY}")),
        (PASSAGE, said('Is it "a mild day in the autumn"?', 'You ask: is it "a mild day in the autumn"?')),
        (PASSAGE, said("Which?", "I think it is “Which planet has the shortest year?”")),
    ],
)
def test_nothing_is_marked_that_is_no_quotation_of_the_passage(
    monkeypatch: pytest.MonkeyPatch, passage: tuple[str, ...], chat: Chat
) -> None:
    """No passage; a reply on its way; the participant's own words; words of theirs or of the question in a reply."""
    drawn = texts(open_page(monkeypatch, FakeProctor(question(2, passage=passage, chat=chat))))

    assert marks(drawn) == []


def test_a_selection_can_be_searched_for_where_there_is_a_passage(monkeypatch: pytest.MonkeyPatch) -> None:
    with_passage = question(2, passage=PASSAGE, chat=said("Which?", REPLY))

    assert 'class="ov-take" hidden>Search this in the passage' in texts(
        open_page(monkeypatch, FakeProctor(with_passage))
    )
    assert "ov-take" not in texts(open_page(monkeypatch, FakeProctor(replace(with_passage, passage=()))))


# -- several contexts -------------------------------------------------------------------------------------


def examined(*answers: tuple[str, str], named: tuple[str, ...] = ()) -> Chat:
    """A question to as many contexts as there are answers, each (text, status)."""
    lines = [ChatLine("m0", True, "Which one?", "sent", False)]
    for k, (text, status) in enumerate(answers, 1):
        lines.append(ChatLine(f"m{k}", False, text, status, False, f"assistant_{k}"))
    return Chat(
        tuple(lines),
        is_writing=any(status == "running" for _, status in answers),
        n_resets=0,
        has_reset=False,
        broken=tuple(line.message_id for line in lines if line.status in ("failed", "interrupted")),
        n_beside=len(answers),
        named_by={"m0": named} if named else {},
    )


def test_answers_to_one_question_stand_together_in_the_order_of_speaking_with_what_they_named_beneath(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chat = examined(("It is A.", "complete"), ("It is B.", "complete"), named=("A", "B"))

    drawn = texts(open_page(monkeypatch, FakeProctor(question(2, chat=chat))))

    asked, _, rest = drawn.partition('<div class="ov-columns">')
    beside, _, beneath = rest.partition('<p class="ov-small ov-named">')
    assert "Which one?" in asked
    assert beside.index("It is A.") < beside.index("It is B.")
    assert beside.count("is-theirs") == 2
    assert beneath.startswith("It names A, B.")
    assert "The assistant answered: Assistant 1: It is A. Assistant 2: It is B. It names A, B." in drawn
    assert "ov-wide" in asked


def test_while_one_is_still_writing_all_stand_together_and_nothing_is_said_of_agreement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chat = examined(("It is A.", "complete"), ("It", "running"))

    app = open_page(monkeypatch, FakeProctor(question(2, chat=chat)))

    (_, together) = texts(app).split('<div class="ov-columns">')
    assert together.index("It is A.") < together.index('<div class="ov-exact">It<span')
    assert "ov-named" not in texts(app)
    assert "stop_2" in [button.key for button in app.button]


def test_one_click_asks_again_whoever_broke_off(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2, chat=examined(("", "failed"), ("It is B.", "complete"))))
    app = open_page(monkeypatch, proctor)

    app.button(key="ask_again_2").click().run()

    assert proctor.told == [("ask_again", 2)]


def test_two_sides_that_write_at_once_are_both_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = replace(examined(("On", "running"), ("Tw", "running")), n_beside=1)

    drawn = texts(open_page(monkeypatch, FakeProctor(question(2, chat=chat))))

    assert drawn.index(">On<span") < drawn.index(">Tw<span")
    assert "ov-columns" not in drawn
    assert "ov-wide" not in drawn
