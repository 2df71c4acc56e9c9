"""What stands on a page, folded from the messages that the server sends: pure, so that it can be tested by itself.

A run of the page's code puts elements at places; when the whole page has run, what was not put again is gone, and when
one fragment has run, what that fragment did not put again. Large messages are kept and later only referred to.
"""

import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import NewSession

KEPT_RUNS = 2
"""For so many whole runs a page keeps a large message that no run mentions (Streamlit's `maxCachedMessageAge`)."""
FIELDS = {
    "button": "trigger_value",
    "chat_input": "chat_input_value",
    "checkbox": "bool_value",
    "number_input": "double_value",
    "radio": "string_value",
    "selectbox": "string_value",
    "slider": "double_array_value",
    "text_area": "string_value",
    "text_input": "string_value",
}
"""What can be operated, and where a browser's message carries its value."""

_WRITTEN = re.compile(r'data-reply="([^"]*)" data-shown="(\d+)"')
"""What `writing.js` knows the line of a growing reply by."""
_WAITING = '<span class="ov-waiting"'

Value: TypeAlias = str | bool | float | None
_Path: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Widget:
    """Something on the page that can be operated."""

    id: str
    kind: str
    fragment_id: str
    options: tuple[str, ...] = ()
    is_disabled: bool = False
    low: float = 0.0
    high: float = 0.0

    @property
    def key(self) -> str:
        """The key that the page's code gave it."""
        return key_of(self.id)


@dataclass(frozen=True, slots=True)
class Written:
    """The line of a reply that is being written: whose it is, and how many characters of it stand there."""

    reply: str
    shown: int


@dataclass(frozen=True, slots=True)
class _Part:
    """What stands at one place, and the run that put it there."""

    run: int
    fragment_id: str
    id: str = ""
    widget: Widget | None = None
    html: str = ""
    data: str = ""


def key_of(element_id: str) -> str:
    """The key in an element's id; empty where the page's code gave none.

    >>> key_of("$$ID-590eea7ccdfd20990c9c20ae31df0dde-answer_7")
    'answer_7'
    """
    parts = element_id.split("-", maxsplit=2)
    return parts[2] if len(parts) == 3 and parts[2] != "None" else ""


class Drawn:
    """One tab's page."""

    def __init__(self) -> None:
        self.page_hash = ""
        self.session_id = ""
        self.values: dict[str, Value] = {}
        """What stands in each widget, by its id; None where nothing was entered."""
        self.states: dict[str, str] = {}
        """What the page's own components have to tell, by their id, in JSON."""
        self.is_broken = False
        """Whether the page ever showed an error of the program."""
        self._parts: dict[_Path, _Part] = {}
        self._kept: dict[str, tuple[int, ForwardMsg]] = {}
        self._run = self._n_whole_runs = 0
        self._fragments: frozenset[str] = frozenset()

    # -- taking messages ------------------------------------------------------------------------------

    def take(self, message: ForwardMsg) -> None:
        """One message from the server, references to kept ones included; raises KeyError for an unkept one."""
        if message.WhichOneof("type") == "ref_hash":
            _, kept = self._kept[message.ref_hash]
            self._kept[message.ref_hash] = (self._n_whole_runs, kept)
            self._place(tuple(message.metadata.delta_path), kept.delta)
            return
        if message.metadata.cacheable and message.hash:
            self._kept[message.hash] = (self._n_whole_runs, message)
        match message.WhichOneof("type"):
            case "new_session":
                self._begin(message.new_session, message.metadata.run.fragment_ids)
            case "delta":
                self._place(tuple(message.metadata.delta_path), message.delta)

    def end_run(self) -> None:
        """The run that began last has ended well: what it did not put on the page again is gone."""
        self._parts = {
            path: part
            for path, part in self._parts.items()
            if part.run == self._run or (self._fragments and part.fragment_id not in self._fragments)
        }
        if self._fragments:
            return
        self._n_whole_runs += 1
        self._kept = {
            hash_: entry for hash_, entry in self._kept.items() if self._n_whole_runs - entry[0] <= KEPT_RUNS
        }
        here = {part.id for part in self._parts.values()}
        self.values = {id_: value for id_, value in self.values.items() if id_ in here}
        self.states = {id_: state for id_, state in self.states.items() if id_ in here}

    def _begin(self, new: NewSession, fragments: Iterable[str]) -> None:
        self.page_hash = new.page_script_hash
        self.session_id = new.initialize.session_id
        self._fragments = frozenset(fragments)
        self._run += 1

    def _place(self, path: _Path, delta: Delta) -> None:
        match delta.WhichOneof("type"):
            case "new_element":
                self._parts[path] = self._element(delta.new_element, delta.fragment_id)
            case "add_block":
                self._parts[path] = _Part(self._run, delta.fragment_id, delta.add_block.id)

    def _element(self, element: Element, fragment_id: str) -> _Part:
        kind = str(element.WhichOneof("type"))
        if kind in FIELDS:
            made = getattr(element, kind)
            widget = _widget(kind, made, fragment_id)
            if getattr(made, "set_value", False):
                self.values[widget.id] = _set_by_server(kind, made)
            elif kind in ("radio", "selectbox") and widget.id not in self.values:
                self.values[widget.id] = widget.options[made.default] if made.HasField("default") else None
            return _Part(self._run, fragment_id, widget.id, widget)
        if kind == "html":
            return _Part(self._run, fragment_id, html=element.html.body)
        if kind == "bidi_component":
            made = element.bidi_component
            return _Part(self._run, fragment_id, made.id, data=made.json)
        self.is_broken |= kind == "exception"
        return _Part(self._run, fragment_id)

    # -- what is there -----------------------------------------------------------------------------------

    @property
    def is_whole_run(self) -> bool:
        """Whether the run that began last is one of the whole page."""
        return not self._fragments

    @property
    def kept_hashes(self) -> Iterable[str]:
        """The large messages that need not be sent again."""
        return self._kept.keys()

    @property
    def keys(self) -> frozenset[str]:
        """The keys of everything on the page, containers too."""
        return frozenset(key for part in self._parts.values() if (key := key_of(part.id)))

    @property
    def widgets(self) -> list[Widget]:
        """Everything that can be operated, in the order of the page."""
        return [part.widget for _, part in sorted(self._parts.items()) if part.widget is not None]

    @property
    def html(self) -> list[str]:
        """Every piece of HTML on the page, in order."""
        return [part.html for _, part in sorted(self._parts.items()) if part.html]

    def written(self) -> Written | None:
        """The reply that is being written, where the page has one."""
        for part in self._parts.values():
            if found := _WRITTEN.search(part.html):
                return Written(html.unescape(found[1]), int(found[2]))
        return None

    def grow(self, line: Written, text: str, shown: int) -> None:
        """Put this behind what stands there, unless the page has been drawn anew meanwhile."""
        if self.written() != line:
            return
        for path, part in self._parts.items():
            if found := _WRITTEN.search(part.html):
                before, waiting, after = part.html.partition(_WAITING)
                begin, end = found.span(2)
                grown = f"{before[:begin]}{shown}{before[end:]}{html.escape(text)}{waiting}{after}"
                self._parts[path] = replace(part, html=grown)
                return

    def widget(self, key: str) -> Widget | None:
        """The widget with this key."""
        return next((widget for widget in self.widgets if widget.key == key), None)

    def component(self, key: str) -> tuple[str, dict[str, Any]]:
        """The id of the page's own component with this key, and what it was handed; empty when it is not there."""
        for part in self._parts.values():
            if part.data and key_of(part.id) == key:
                (read,) = json.loads(part.data)  # the pages send one thing, in a list
                return part.id, read
        return "", {}


def _widget(kind: str, made: Any, fragment_id: str) -> Widget:
    return Widget(
        made.id,
        kind,
        fragment_id,
        options=tuple(made.options) if kind in ("radio", "selectbox") else (),
        is_disabled=made.disabled,
        low=getattr(made, "min", 0.0),
        high=getattr(made, "max", 0.0),
    )


def _set_by_server(kind: str, made: Any) -> Value:
    """What the page's code put into a widget, such as the draft on record."""
    if kind in ("radio", "selectbox"):
        return str(made.raw_value) if made.HasField("raw_value") else None
    if kind == "slider":
        return float(made.value[0]) if made.value else None
    if kind in ("number_input", "text_area", "text_input"):
        return made.value if made.HasField("value") else None
    value: Value = made.value
    return value
