"""The look and the browser-side parts, read once from the files beside this one.

They stand in the document that a browser loads first (`oversight_app/document.py`). In a run of the page they would be
sent anew with every click, 80 KB, and cost more than all our own code.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_LOOKS = ("page.css", "icons.css", "sheet.css", "question.css", "chat.css", "formulas.css", "answering.css")
_SHEETS = "\n".join(map(_read, _LOOKS))


def for_document(*, disconnected: str) -> str:
    """The look, and the scripts of the components, to stand at the end of the document."""
    return f"{style(disconnected=disconnected)}\n<script>window.oversight = {{}}\n{''.join(_scripts)}</script>\n"


def style(*, disconnected: str) -> str:
    """The style sheet, and the sentence that it shows when the connection is lost."""
    return f"<style>:root {{ --ov-disconnected: {_css_string(disconnected)}; }}\n{_SHEETS}</style>"


def _css_string(text: str) -> str:
    """A string that cannot end the style sheet, whatever the text holds."""
    return '"' + re.sub(r"[\x00-\x1f\"\\<>&]", lambda found: f"\\{ord(found[0]):x} ", text) + '"'


_ENTRY = "export default function"
_scripts: list[str] = []


def _component(name: str, *, html: str | None = None, before: tuple[str, ...] = ()) -> Callable[..., Any]:
    """The component whose script is in this file; it is mounted with a `key` and `data`, a dict of JSON values.

    The files named in `before` hold what several scripts share.

    In a dict, Streamlit looks for tables among the values, and to know one it loads pandas: 0.4 s for the first
    visitor and 80 MiB for good. So the data travels in a list, and the script is handed what is in it.
    """
    script = "\n".join(map(_read, (*before, f"{name}.js")))
    assert script.count(_ENTRY) == 1, f"{name}.js has no one function to start at"
    assert "</script" not in script, f"{name}.js would end the script that it stands in"
    body = script.replace(_ENTRY, "function component")
    _scripts.append(f'window.oversight.{name} = (() => {{ "use strict"\n{body}\nreturn component }})()\n')
    mount = st.components.v2.component(
        f"oversight_{name}",
        html=html,
        # The line break tells Streamlit that this is the script and not a file's name.
        js=f"export default (given) =>\n  window.oversight.{name}({{ ...given, data: given.data[0] }})",
        isolate_styles=False,
    )
    return lambda *, data, **others: mount(data=[data], **others)


# Registered once: mounting the same name again keeps the one instance in the page alive over all questions.
timer = _component("timer", html=_read("timer.html"))
search = _component("search", html=_read("search.html"))
top = _component("top", before=("press.js",))
panes = _component("panes")
formulas = _component("formulas")
tab = _component("tab")
probability = _component("probability", before=("entry.js", "scoring.js"))
reason = _component("reason", before=("entry.js",))
watch = _component("watch", before=("marked.js",))
unsent = _component("unsent")
