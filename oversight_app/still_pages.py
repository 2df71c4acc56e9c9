"""Pages that stand still: one answer of HTML each, for visitors who are not in the study, or not yet.

A link that is not known; and the doorway for MTurk, which shows a task in a frame of its own page. A study in somebody
else's frame could be clicked unseen, and its cookie would not come along; so the doorway opens it in a tab of its own,
and stays to hand the completion code to MTurk. Whoever only looks at the task's preview learns what it is about.
"""

import html
from pathlib import Path
from string import Template
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

from oversight_app import running
from oversight_app.screens.plain import from_markdown, titled
from oversight_app.study.platforms import Arrival, mturk_address

IN_TAB = ("in", "tab")
"""The parameter by which the doorway's own link is known."""

_PAGE = Template((Path(__file__).parent / "screens" / "still_page.html").read_text(encoding="utf-8"))
_IN_MTURK = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action https://www.mturk.com https://workersandbox.mturk.com",
        "frame-ancestors https://*.mturk.com",
    )
)


def unknown_link() -> HTMLResponse:
    """For a link that leads nowhere."""
    body = _paragraph("unknown_link.check") + _paragraph("unknown_link.write")
    return _page(running.words().say("unknown_link.heading"), body, status=404)


def preview() -> HTMLResponse:
    """What the study is about, for somebody who has not accepted the task."""
    plan = running.proctor().plan
    heading, text = titled(plan.text("consent"), plan.design.title)
    return _page(heading, _paragraph("doorway.preview", "note") + from_markdown(text), in_mturk=True)


def doorway(arrived: Arrival) -> HTMLResponse:
    """From MTurk's frame into the study, and with the code back to MTurk."""
    link = html.escape(f"/join?{urlencode([*arrived.parameters.items(), IN_TAB])}")
    body = _paragraph("doorway.opening")
    body += (
        f'<p><a class="button" href="{link}" target="_blank" rel="noopener">{_say("doorway.open")}</a></p>'
    )
    return _page(running.proctor().plan.design.title, body + _form(arrived), in_mturk=True)


def _form(arrived: Arrival) -> str:
    address = mturk_address(arrived.parameters)
    if not address:
        return ""
    assignment = html.escape(arrived.parameters.get("assignmentId", ""))
    return (
        f'<form method="post" action="{address}"><input type="hidden" name="assignmentId" value="{assignment}">'
        f'<label>{_say("doorway.code")}<input name="code" required autocomplete="off"></label>'
        f"<button>{_say('doorway.hand_in')}</button></form>"
    )


def _page(heading: str, body: str, *, status: int = 200, in_mturk: bool = False) -> HTMLResponse:
    page = _PAGE.substitute(
        language=html.escape(running.words().language),
        heading=html.escape(heading),
        width="44rem" if in_mturk else "34rem",
        body=body,
    )
    headers = {"Cache-Control": "no-store"} | ({"Content-Security-Policy": _IN_MTURK} if in_mturk else {})
    return HTMLResponse(page, status_code=status, headers=headers)


def _paragraph(key: str, kind: str = "") -> str:
    return f"<p{f' class={kind!r}' if kind else ''}>{_say(key)}</p>"


def _say(key: str) -> str:
    return html.escape(running.words().say(key))
