"""The last page before the place is taken."""

from collections.abc import Callable

from oversight_app.screens import acting
from oversight_app.screens.frame import prose, reading
from oversight_app.study.page import BeginPage


def show(page: BeginPage, begin: Callable[[], None]) -> None:
    """What is ahead, and the button that starts it."""
    with reading("Questions", "Ready to begin"):
        questions = f"{page.n_questions} question{'' if page.n_questions == 1 else 's'}"
        prose(
            f"<p>You will now answer <strong>{questions}</strong>, practice included. "
            f"This takes at most about <strong>{page.minutes} minute{'' if page.minutes == 1 else 's'}</strong>.</p>"
            "<p>What you mark is saved at once. You may reload the page or come back through your link; "
            "while a question is open, its time goes on.</p>"
        )
        acting.button("Begin", key="begin", act=begin, type="primary")
        acting.reminder("begin")
