"""The look and the browser-side parts, read once from the files beside this one.

They stand in the document that a browser loads first (`oversight_app/document.py`). In a run of the page they would be
sent anew with every click, 80 KB, and cost more than all our own code.
"""

import json
import re
from collections.abc import Callable, Mapping
from html import escape
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
    scripts = "".join(_scripts) + _BEGIN
    return f"{style(disconnected=disconnected)}\n<script>window.oversight = {{}};\n{scripts}</script>\n"


def for_console(*, disconnected: str) -> str:
    """The same with the console's own look over it: its page shows participants' screens, too."""
    looks = "\n".join(_read(f"console/{name}.css") for name in ("console", "design"))
    return f"{for_document(disconnected=disconnected)}\n<style>{looks}</style>\n"


def style(*, disconnected: str) -> str:
    """The style sheet, and the sentence that it shows when the connection is lost."""
    return f"<style>:root {{ --ov-disconnected: {_css_string(disconnected)}; }}\n{_SHEETS}</style>"


def _css_string(text: str) -> str:
    """A string that cannot end the style sheet, whatever the text holds."""
    return '"' + re.sub(r"[\x00-\x1f\"\\<>&]", lambda found: f"\\{ord(found[0]):x} ", text) + '"'


_ENTRY = "export default function"
_scripts: list[str] = []
_BEGIN = f"(() => {{\n{_read('told.js')}\nbegin(window.oversight)\n}})();\n"


def _component(name: str, *, html: str | None = None, before: tuple[str, ...] = ()) -> Callable[..., Any]:
    """The component whose script is in this file; it is mounted with a `key` and `data`, a dict of JSON values.

    The files named in `before` hold what several scripts share.

    In a dict, Streamlit looks for tables among the values, and to know one it loads pandas: 0.4 s for the first
    visitor and 80 MiB for good. So the data travels in a list, and the script is handed what is in it.
    """
    _take(name, before)
    mount = st.components.v2.component(
        f"oversight_{name}",
        html=html,
        # The line break tells Streamlit that this is the script and not a file's name.
        js=f"export default (given) =>\n  window.oversight.{name}({{ ...given, data: given.data[0] }})",
        isolate_styles=False,
    )
    return lambda *, data, **others: mount(data=[data], **others)


def _listener(name: str, *, before: tuple[str, ...] = ()) -> Callable[..., None]:
    """A part that is told something and says nothing back; called as a component is.

    Streamlit keeps a state for each component, and a run pays for each of them several times over. The data of a part
    that has nothing to say stands in the page instead, for told.js to find.
    """
    _take(name, before)

    def tell(*, key: str, data: Mapping[str, Any]) -> None:
        told = escape(json.dumps(data))
        st.html(f'<div class="ov-told" hidden data-part="{name}" data-told="{told}"></div>')

    return tell


def _take(name: str, before: tuple[str, ...]) -> None:
    """Take a script into the document, under its name."""
    script = "\n".join(map(_read, (*before, f"{name}.js")))
    assert script.count(_ENTRY) == 1, f"{name}.js has no one function to start at"
    assert "</script" not in script, f"{name}.js would end the script that it stands in"
    body = script.replace(_ENTRY, "function component")
    _scripts.append(f'window.oversight.{name} = (() => {{ "use strict"\n{body}\nreturn component }})();\n')


# Registered once: mounting the same name again keeps the one instance in the page alive over all questions.
timer = _component("timer", html=_read("timer.html"))
search = _component("search", html=_read("search.html"))
top = _listener("top", before=("press.js",))
panes = _component("panes")
writing = _component("writing")
formulas = _listener("formulas")
tab = _component("tab")
probability = _component("probability", before=("entry.js", "scoring.js"))
reason = _component("reason", before=("entry.js",))
watch = _listener("watch", before=("marked.js",))
unsent = _listener("unsent")
view = _listener("view")
