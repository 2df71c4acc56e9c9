"""The assistant's pane in a browser: quotations and the passage, a stop, what survives, and what a phone is told."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PHONE
from tests.browser.served import Served, mark, press, settled, wait_for
from tests.browser.studies import Study, make_study
from tests.builders import make_question
from tests.providers.misbehaving import DONE, Server, event, head, misbehaving_server

pytestmark = pytest.mark.browser

Serve = Callable[[Path], Served]
LISTEN = """['ov-search', 'ov-quote'].forEach((name) => document.addEventListener(
  name, (event) => (window.heard = [...(window.heard ?? []), [name, event.detail]])))"""


class Model:
    """A model that says `text`; while it is held back, only "So far " of it."""

    def __init__(self) -> None:
        self.text = ""
        self.name = ""
        self.is_free = threading.Event()
        self.is_free.set()

    def behave(self, server: Server, connection: socket.socket) -> None:
        connection.sendall(head() + event("So far "))
        self.is_free.wait(60)
        connection.sendall(event(self.text) + event(finish="stop") + DONE)


@pytest.fixture
def model() -> Iterator[Model]:
    made = Model()
    with misbehaving_server({"said": made.behave}) as server:
        made.name = f"compatible:said@{server.url}"
        yield made
        made.is_free.set()


def with_model(folder: Path, model: Model, task: str = "quality") -> Study:
    return make_study(folder, task=task, assistant={"model": model.name, "mode": "as_is"})


def ask(page: Page, text: str) -> None:
    field = page.locator(".st-key-chat_input_1 textarea")
    field.fill(text)
    field.press("Enter")


def open_question(page: Page, served: Served, study: Study, who: int = 0) -> None:
    study.seat(who)
    page.goto(f"{served.url}/go/{study.tokens[who]}")
    page.locator(".st-key-submit_1 button").wait_for()
    settled(page)


def last_line(page: Page) -> Locator:
    return page.locator(".ov-line").last


def test_a_quotation_is_marked_and_a_press_shows_the_place(
    tmp_path: Path, page: Page, serve: Serve, model: Model
) -> None:
    study = with_model(tmp_path / "study", model)
    served = serve(study.folder)
    open_question(page, served, study)
    first, second = page.locator(".ov-passage p").all_text_contents()[-2:]
    over_the_end = f"{' '.join(first.split()[-4:])} {' '.join(second.split()[:4])}".translate({34: None})
    model.text = f"It ends “{over_the_end}”,\nand not “with a parade of nineteen white elephants”."
    page.evaluate(LISTEN)

    ask(page, "How does it end?")
    exact, invented = page.locator(".ov-quote-mark").nth(0), page.locator(".ov-quote-mark").nth(1)
    expect(exact).to_have_attribute("data-likeness", "exact")
    expect(invented).to_have_attribute("data-likeness", "not_found")
    assert last_line(page).locator(".ov-exact").text_content() == f"So far {model.text}"

    top = page.locator(".ov-passage").evaluate("(e) => e.scrollTop")
    exact.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".ov-hits")).to_have_text("1 of 1")
    assert page.locator(".ov-passage").evaluate("(e) => e.scrollTop") > top
    wait_for(lambda: page.evaluate("window.heard?.length") == 2)
    invented.click()
    expect(page.locator(".ov-hits")).to_have_text("not found")
    wait_for(lambda: page.evaluate("window.heard.length") == 4)

    heard = page.evaluate("window.heard")
    assert [name for name, _ in heard] == ["ov-quote", "ov-search"] * 2
    assert heard[0][1] == {"status": "exact"}
    assert heard[1][1]["hits"] == 1
    assert heard[3][1] == {"term": "with a parade of nineteen white elephants", "hits": 0}


def test_selected_words_can_be_searched_for_by_keyboard(
    tmp_path: Path, page: Page, serve: Serve, model: Model
) -> None:
    study = with_model(tmp_path / "study", model)
    served = serve(study.folder)
    open_question(page, served, study)
    words = " ".join(page.locator(".ov-passage p").all_text_contents()[3].split()[1:5]).strip("\"',.")
    model.text = f"Look where it speaks of {words}, I think."
    ask(page, "Where?")
    expect(last_line(page)).to_contain_text(words)
    # The last draw of a reply, when it is whole, would take the selection away.
    expect(page.locator(".ov-writing")).to_have_count(0)
    settled(page)
    expect(page.locator(".ov-take")).to_be_hidden()

    page.evaluate(
        """(words) => { const node = document.querySelector('.ov-line.is-theirs .ov-exact').firstChild
        getSelection().setBaseAndExtent(node, node.data.indexOf(words), node,
          node.data.indexOf(words) + words.length + 1) }""",
        words,
    )
    take = page.get_by_role("button", name="Search this in the passage")
    expect(take).to_be_visible()
    take.focus()
    page.keyboard.press("Enter")

    expect(page.locator(".st-key-search_1 input")).to_have_value(words)
    expect(page.locator(".ov-hits")).to_contain_text("1 of ")
    expect(take).to_be_hidden()


def test_a_stop_counts_at_once_and_the_line_is_let_go(
    tmp_path: Path, page: Page, serve: Serve, model: Model
) -> None:
    study = with_model(tmp_path / "study", model, task="mmlu")
    served = serve(study.folder)
    open_question(page, served, study)
    model.is_free.clear()
    ask(page, "Say something.")
    expect(last_line(page)).to_contain_text("So far")

    press(page, "stop_1")

    expect(last_line(page)).to_contain_text("You stopped this reply.")
    (reply,) = [m for m in served.sitting(study.participants[0]).trial.messages if m.begun]
    assert (reply.status, reply.text) == ("stopped", "So far ")
    ask(page, "And again?")  # nothing has to be waited for
    expect(page.locator(".ov-line")).to_have_count(4)
    press(page, "stop_1")
    expect(page.locator(".st-key-stop_1")).to_have_count(0)


def test_a_reply_grows_under_a_selection_and_without_a_run_of_the_page(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    more = threading.Event()

    def behave(server: Server, connection: socket.socket) -> None:
        connection.sendall(head() + event("So <far>\n"))
        more.wait(60)
        connection.sendall(event("& on 😀 "))
        server.ending.wait(60)

    with misbehaving_server({"grows": behave}) as server:
        study = make_study(
            tmp_path / "study",
            task="mmlu",
            assistant={"model": f"compatible:grows@{server.url}", "mode": "as_is"},
        )
        open_question(page, serve(study.folder), study)
        ask(page, "Say something.")
        words = last_line(page).locator(".ov-exact")
        expect(words).to_have_text("So <far>\n")
        page.evaluate(
            """() => {
              const node = document.querySelector('.ov-writing .ov-exact').firstChild
              getSelection().setBaseAndExtent(node, 0, node, 2)
              window.runs = 0
              new MutationObserver(() => (window.runs += 1)).observe(
                document.querySelector('[data-testid=stApp]'), { attributeFilter: ['data-test-script-state'] })
            }"""
        )

        more.set()

        expect(words).to_have_text("So <far>\n& on 😀 ")
        assert page.evaluate("[String(getSelection()), window.runs]") == ["So", 0]


def test_a_reply_survives_a_refresh_and_one_broken_by_a_restart_can_be_asked_for_again(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    study = make_study(
        tmp_path / "study", task="mmlu", assistant={"model": "scripted:demo", "words_per_s": 2.0}
    )
    served = serve(study.folder)
    open_question(page, served, study)
    ask(page, "Which one is right, and why?")
    written = last_line(page).locator(".ov-exact")
    wait_for(lambda: written.count() and len(written.inner_text().split()) > 4)
    so_far = " ".join(written.inner_text().split()[:4])

    page.reload()
    expect(page.locator(".st-key-stop_1 button")).to_be_visible()
    expect(written).to_contain_text(so_far)
    mark(page, 1, 2)

    served.kill()
    served.start()
    again = page.locator(".st-key-ask_again_1 button")
    expect(again).to_be_visible(timeout=60_000)
    expect(last_line(page)).to_contain_text("This reply broke off.")
    again.click()
    expect(page.locator(".st-key-stop_1 button")).to_be_visible()
    assert [m.status for m in served.sitting(study.participants[0]).trial.messages] == [
        "sent",
        "interrupted",
        "running",
    ]


def test_a_phone_is_told_of_a_reply_and_brought_to_the_place_of_a_quotation(
    tmp_path: Path, browser: Browser, serve: Serve, model: Model
) -> None:
    study = with_model(tmp_path / "study", model)
    served = serve(study.folder)
    context = browser.new_context(has_touch=True, is_mobile=True)

    page = context.new_page()
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    open_question(page, served, study)
    pane = {
        name: page.locator(f".ov-panes button[data-pane={name}]") for name in ("passage", "question", "chat")
    }
    live = page.locator(".ov-panes [aria-live=polite]")

    begins = " ".join((page.locator(".ov-passage p").nth(5).text_content() or "").split()[:6]).strip("\"'")
    model.text = f"it says “{begins}” there."
    model.is_free.clear()
    pane["chat"].click()
    ask(page, "Which?")
    expect(last_line(page)).to_contain_text("So far")
    expect(live).to_be_empty()
    pane["question"].click()
    expect(pane["chat"]).to_have_accessible_name("Assistant a reply is being written")
    expect(live).to_have_text("a reply is being written")

    model.is_free.set()
    expect(live).to_have_text("a new reply is there", timeout=30_000)
    pane["passage"].click()
    expect(pane["chat"]).to_have_accessible_name("Assistant a new reply is there")
    pane["chat"].click()
    expect(pane["chat"]).to_have_accessible_name("Assistant")
    expect(live).to_be_empty()

    page.locator(".ov-quote-mark").tap()
    expect(page.locator(".ov-passage")).to_be_visible()
    expect(page.locator(".ov-passage")).to_be_focused()
    expect(page.locator(".ov-hits")).to_contain_text("1 of ")
    context.close()


def test_mathematics_is_set_beside_the_exact_text(tmp_path: Path, page: Page, serve: Serve) -> None:
    text, options = r"What is $\frac{1}{2}$ of $4$, at $5?", (r"\sqrt{4}", "$5 and $6", r"x \in A", "1")
    questions = [make_question(f"test/m:{i}", text=f"{text} {i}", options=options) for i in range(2)]
    study = make_study(tmp_path / "study", task="mmlu", questions=questions)
    served = serve(study.folder)

    open_question(page, served, study)

    line = page.locator("#question_1 + .ov-typeset")
    expect(line).to_be_visible()
    assert (page.locator("#question_1").text_content() or "").startswith(text)
    half = line.locator("mfrac").bounding_box()
    assert half is not None
    assert half["height"] > half["width"]
    set_options = page.locator(".ov-option math")
    expect(set_options).to_have_count(2)
    assert sorted(page.locator(".ov-option .ov-exact").all_text_contents()) == sorted(options)
    # Markup that stands for itself is what the radio button is called, whatever is set beside it.
    expect(page.get_by_role("radio", name=r"\sqrt{4}")).to_have_count(1)
