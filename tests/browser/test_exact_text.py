"""Every text of a study arrives at the eye, and at the ear, as it stands in the bank.

Real question banks hold money written with $, code, tags, blanks, lost Windows quotes and line breaks that matter; a
page that renders Markdown or HTML spoils hundreds of them without a word.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from oversight_app.study.letters import OptionOrder
from oversight_app.study.passages import paragraphs
from oversight_app.study.questions import Passage
from tests.browser.served import Served, mark, option, press, walk_to_first_question
from tests.browser.studies import make_study
from tests.builders import make_question

pytestmark = pytest.mark.browser

Serve = Callable[[Path], Served]

TRAPS = {
    "money": "He paid $5 and then $10, or $300 in all; US$1",
    "formulas": r"$\$300$ and $x_1^2$, bare \frac{1}{256} and \(a\) and \[b\] and $$c$$",
    "stars": "a*(c + d)* + b(c + d)* **bold** ***",
    "tildes": "~~F ~ x~y~",
    "underscores": "____ is a blank, _ too, _ad nauseam_ and __init__",
    "line starts": "> 95%\n# of times\n20. N\n- a\n+ b\n\n    four spaces\n\ttab\n---\n===",
    "tags": "<p> <MISSING CONDITION> <b>bold</b> <script>document.title='spoilt'</script> <!-- no --> a<b>c",
    "entities": "&epsiv; R&amp;R &lt;b&gt; &#36; &nbsp; AT&T &copy",
    "backticks and links": "`code` ```x``` [text](http://x.example) ![x](http://x.example/x.png) http://x.example",
    "shortcodes": ":smile: :red[no] :material/home: :streamlit: :blue-background[x]",
    "arrows": "a -> b <- c -- d --- e >= f <= g != h ... (c) (tm) 1/2",
    "pipes": "Statement 1 | No. Statement 2 | Yes\n| a | b |\n|---|---|\n| 1 | 2 |",
    "white space": "  two  spaces \tand a tab\n   three\n\n\nempty lines  ",
    "code": "def f(x):\n    if x < 1:\n\treturn  [x]\n  # end",
    "lost quotes": "the court\x92s \x93rule\x94 \x96 and a line\x85 on",
    "spaces that are none": "a\u00a0b\u202fc\u200bd\u2060e\ufefff\u00adg",
    "other scripts": "∃x(Fx ⊃ ¬Gx) µ − ‚Äô fiancÃ©e 漢字 é",
    "right to left": "שאלה: $5 (ab) -> שלום, x < y",
    "long word": "Donaudampfschiff" * 25,
    "label": "B. F. Skinner",
    "quotes": "\"double\" 'single' “curly” \\ \\n \\\\ {braces} {{holes}} %s",
}
ALL = "\n".join(f"{name}: {text}" for name, text in TRAPS.items())
OPTIONS = tuple("\n".join(list(TRAPS.values())[i::4]) for i in range(4))


def test_every_character_arrives_in_question_options_passage_chat_and_feedback(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    questions = [
        make_question(
            f"test/traps:{i}",
            task="quality",
            subject="",
            text=f"{ALL}\n{i}",
            options=OPTIONS,
            passage=Passage(f"p{i}", f"{ALL}\n\n{ALL}\n\n{i}", title=f"{TRAPS['tags']} {i}"),
            explanation=f"{ALL}\n{i}",
        )
        for i in range(2)
    ]
    study = make_study(tmp_path / "study", questions=questions, answer={"feedback": "after_each"})
    served = serve(study.folder)
    page.set_viewport_size({"width": 1366, "height": 4000})  # tall: nothing has to be scrolled to be clicked
    walk_to_first_question(page, served.url, study.tokens[0], study.check)
    plan = served.sitting(study.participants[0]).trial.plan
    (question,) = [question for question in questions if question.question_id == plan.question_id]
    shown = OptionOrder(plan.option_order).shown(OPTIONS)
    assert question.passage is not None

    assert texts(page, "#question_1") == [question.text]
    assert texts(page, ".st-key-options_1 .ov-exact") == list(shown)
    assert texts(page, ".ov-passage p") == list(paragraphs(question.passage.text))
    assert texts(page, ".ov-passage h2") == [question.passage.title]
    for place in ("#question_1", ".st-key-options_1 .ov-exact"):
        assert seen(page, place) == [without_end(text) for text in texts(page, place)]
    assert names_of_radios(page) == [
        as_heard(f"{letter}. {text}") for letter, text in zip("ABCD", shown, strict=True)
    ]

    page.locator(".st-key-chat_input_1 textarea").fill(ALL.strip())
    page.keyboard.press("Enter")
    expect(page.locator(".ov-line.is-theirs .ov-exact")).not_to_be_empty()
    expect(page.locator(".st-key-stop_1")).to_have_count(0, timeout=60_000)
    asked, answered = served.sitting(study.participants[0]).trial.messages
    assert asked.text == ALL.strip()
    assert texts(page, ".ov-line .ov-exact") == [asked.text, answered.text]

    mark(page, 1, 0)
    press(page, "submit_1")
    expect(page.locator(".st-key-next button")).to_be_visible()
    assert texts(page, ".ov-asked") == [question.text]
    assert texts(page, ".ov-shown .ov-exact") == list(shown)
    assert texts(page, ".ov-note .ov-exact") == [question.explanation]
    assert page.title() != "spoilt"


def test_an_option_is_chosen_by_its_text_whatever_it_looks_like(
    tmp_path: Path, page: Page, serve: Serve
) -> None:
    """Labels are what a browser sends: two options of the same text, or one that looks like a label, must not meet."""
    questions = [
        make_question(f"test/alike:{i}", text=f"Which? {i}", options=("x", "A. y", "B. x", "x"), correct=1)
        for i in range(2)
    ]
    study = make_study(tmp_path / "study", task="mmlu", questions=questions)
    served = serve(study.folder)
    walk_to_first_question(page, served.url, study.tokens[0], study.check)

    for i in range(4):
        mark(page, 1, i)
        expect(page.locator(".st-key-answer_1 input:checked")).to_have_count(1)
        expect(option(page, 1, i)).to_be_checked()


def texts(page: Page, place: str) -> list[str]:
    """What stands in the page there."""
    found: list[str] = page.locator(place).evaluate_all("(all) => all.map((e) => e.textContent)")
    return found


def seen(page: Page, place: str) -> list[str]:
    """What of it a reader sees, line for line and space for space."""
    found: list[str] = page.locator(place).evaluate_all("(all) => all.map((e) => e.innerText)")
    return [without_end(text) for text in found]


def without_end(text: str) -> str:
    return text.rstrip("\n")


def names_of_radios(page: Page) -> list[str]:
    """What a screen reader says of each option; the scale of confidence comes after them."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    radios = [node["name"]["value"] for node in nodes if node.get("role", {}).get("value") == "radio"]
    return [as_heard(name) for name in radios[:4]]


def as_heard(text: str) -> str:
    """The joiners that keep Markdown away from a label are silent, and any white space is one pause."""
    return " ".join(text.replace("\u2060", "").split())
