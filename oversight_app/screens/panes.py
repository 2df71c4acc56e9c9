"""The buttons that bring a part of the question page to the front, where a phone shows one part at a time.

The button of the assistant says when a reply is being written, and when one has come that nobody has looked at; which
part is in front, and so what has been looked at, only the browser knows.
"""

from oversight_app.screens import assets
from oversight_app.screens.wording import say
from oversight_app.study.page import QuestionPage


def show(page: QuestionPage) -> None:
    """One constant key: the component stays mounted from question to question."""
    lines = page.chat.lines if page.chat else ()
    parts = [["passage", say("panes.passage")]] if page.passage else []
    parts.append(["question", say("panes.question")])
    if page.chat:
        parts.append(["chat", say("panes.assistant")])
    assets.panes(
        key="panes",
        data={
            "n": page.n,
            "label": say("panes.label"),
            "parts": parts,
            "is_writing": page.chat is not None and page.chat.is_writing,
            "n_arrived": sum(not line.is_participant and line.status != "running" for line in lines),
            "writing": say("panes.writing"),
            "arrived": say("panes.arrived"),
        },
    )
