from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from oversight_app.load.drawn import Drawn, Written, key_of

SUBMIT = "$$ID-" + "0" * 32 + "-submit_1"
ANSWER = "$$ID-" + "1" * 32 + "-answer_1"
CHAT = "$$ID-" + "2" * 32 + "-chat_log_1"


def begin(*fragments: str) -> ForwardMsg:
    message = ForwardMsg()
    message.new_session.page_script_hash = "page"
    message.metadata.run.fragment_ids.extend(fragments)
    return message


def button(*path: int, id_: str = SUBMIT, fragment: str = "") -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.extend(path)
    message.delta.fragment_id = fragment
    message.delta.new_element.button.id = id_
    return message


def radio(*path: int, draft: str | None = None) -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.extend(path)
    made = message.delta.new_element.radio
    made.id = ANSWER
    made.options.extend(["A. one", "B. two"])
    if draft is not None:
        made.set_value, made.raw_value = True, draft
    return message


def after_run(page: Drawn, *messages: ForwardMsg) -> Drawn:
    for message in messages:
        page.take(message)
    page.end_run()
    return page


def test_a_key_is_read_from_the_end_of_an_id() -> None:
    assert key_of(SUBMIT) == "submit_1"
    assert key_of("$$ID-" + "0" * 32 + "-with-a-dash") == "with-a-dash"
    assert key_of("$$ID-" + "0" * 32 + "-None") == ""
    assert key_of("") == ""


def test_what_a_whole_run_does_not_draw_again_is_gone() -> None:
    page = after_run(Drawn(), begin(), button(0, 0), radio(0, 1))

    after_run(page, begin(), radio(0, 1))

    assert page.keys == {"answer_1"}


def test_a_fragments_run_takes_away_only_what_was_its_own() -> None:
    page = after_run(Drawn(), begin(), button(0, 0), button(0, 1, id_=CHAT, fragment="poll"))

    after_run(page, begin("poll"), button(0, 2, id_=ANSWER, fragment="poll"))

    assert page.keys == {"submit_1", "answer_1"}
    assert not page.is_whole_run


def test_a_draft_that_the_server_puts_into_a_widget_stands_there() -> None:
    page = after_run(Drawn(), begin(), radio(0))
    assert page.values == {ANSWER: None}

    after_run(page, begin(), radio(0, draft="B. two"))

    assert page.values == {ANSWER: "B. two"}


def test_a_large_message_is_kept_and_shown_again_when_it_is_only_named() -> None:
    large = button(0, 0)
    large.hash, large.metadata.cacheable = "large", True
    named = ForwardMsg(ref_hash="large")
    named.metadata.delta_path.extend([0, 5])
    page = after_run(Drawn(), begin(), large)

    after_run(page, begin(), named)

    assert page.keys == {"submit_1"}
    assert list(page.kept_hashes) == ["large"]


def test_a_large_message_that_nobody_names_is_forgotten() -> None:
    large = button(0, 0)
    large.hash, large.metadata.cacheable = "large", True
    page = after_run(Drawn(), begin(), large)

    for _ in range(3):
        after_run(page, begin(), radio(0))

    assert list(page.kept_hashes) == []


def test_an_error_of_the_program_on_the_page_is_noticed() -> None:
    message = ForwardMsg()
    message.metadata.delta_path.append(0)
    message.delta.new_element.exception.message = "boom"

    assert after_run(Drawn(), begin(), message).is_broken


def line(reply: str, text: str) -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.append(0)
    message.delta.new_element.html.body = (
        f'<div class="ov-line ov-writing" data-reply="{reply}" data-shown="{len(text)}"><div class="ov-exact">{text}'
        '<span class="ov-waiting"></span></div></div>'
    )
    return message


def test_a_reply_grows_where_it_stands_until_the_page_is_drawn_again() -> None:
    page = after_run(Drawn(), begin(), line("r1", "So"))
    written = page.written()
    assert written == Written("r1", 2)

    page.grow(written, " far & wide", 13)
    page.grow(written, " far & wide", 13)

    assert page.written() == Written("r1", 13)
    assert "So far &amp; wide<span" in page.html[0]
    after_run(page, begin(), button(0))
    assert page.written() is None
