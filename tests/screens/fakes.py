"""A proctor whose page a test sets, and that remembers what it was told; pages with sensible contents to start from."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import Any, cast

import pytest
from streamlit.testing.v1 import AppTest

import oversight_app.screens
from oversight_app import running
from oversight_app.errors import Refusal
from oversight_app.proctor import Proctor
from oversight_app.replies import Replies
from oversight_app.screens import visit
from oversight_app.study.design import FIVE_POINTS, ConfidenceScale
from oversight_app.study.page import Chat, ChatLine, Page, QuestionPage
from oversight_app.study.plan import Plan
from oversight_app.study.sitting import Sitting
from oversight_app.words import read_words
from tests.builders import make_plan

TOKEN = "tok-1"
PERSON = "p1a2b3c4"
SCRIPT = Path(oversight_app.screens.__file__).with_name("main.py")
_PLAN = make_plan()


@dataclass
class FakeProctor:
    """Shows `current`; `on` may hold, by verb, a function that moves it or raises."""

    current: Page
    on: dict[str, Callable[..., Page | None]] = field(default_factory=dict)
    told: list[tuple[Any, ...]] = field(default_factory=list)
    study_id: str = "fake"
    language: str = "en"
    sitting: Callable[[str], Any] = Sitting

    @property
    def plan(self) -> Plan:
        return _PLAN.model_copy(
            update={"study_id": self.study_id, "words": read_words(self.language).as_dict()}
        )

    def participant_of(self, token: str) -> str | None:
        return PERSON if token == TOKEN else None

    def participant_from_platform(self, platform_ids: Mapping[str, str]) -> str | None:
        return PERSON if platform_ids.get("PROLIFIC_PID") else None

    def page(self, participant_id: str) -> Page:
        assert participant_id == PERSON
        return self.current

    def sweep(self, connected: Callable[[], object] = tuple) -> int:
        return 0

    def save_draft(
        self,
        pid: str,
        n: int,
        choice: int | None,
        confidence: float | None,
        *,
        probabilities: tuple[float | None, ...] = (),
        reason: str = "",
        is_initial: bool | None = None,
    ) -> None:
        page = self.current
        if isinstance(page, QuestionPage) and page.n == n and page.awaits_initial is not is_initial:
            raise Refusal("this answer is committed already")
        self._tell("save_draft", n, choice, confidence, *_more(probabilities, reason))
        if isinstance(self.current, QuestionPage) and self.current.n == n:
            self.current = replace(
                self.current,
                draft_choice=choice,
                draft_confidence=confidence,
                draft_probabilities=probabilities,
                draft_reason=reason,
            )

    def submit(
        self,
        pid: str,
        n: int,
        choice: int | None,
        confidence: float | None,
        *,
        probabilities: tuple[float | None, ...] = (),
        reason: str = "",
        browser_response_time_s: float | None = None,
    ) -> None:
        if isinstance(self.current, QuestionPage) and self.current.n != n:
            raise Refusal("this question is not open")
        self._tell("submit", n, choice, confidence, *_more(probabilities, reason))

    def __getattr__(self, verb: str) -> Callable[..., None]:
        if verb.startswith("__"):
            raise AttributeError(verb)
        return lambda pid, *args, **kwargs: self._tell(verb, *args, *kwargs.values())

    def _tell(self, verb: str, *args: Any) -> None:
        self.told.append((verb, *args))
        if verb in self.on:
            self.current = self.on[verb](*args) or self.current

    def verbs(self) -> list[str]:
        return [verb for verb, *_ in self.told]


def _more(probabilities: tuple[float | None, ...], reason: str) -> list[Any]:
    """What only some designs ask for; left out where it is not there."""
    return [part for part in (probabilities, reason) if part]


def entered(value: object, edit: int = 1) -> dict[str, object]:
    """The state of a component of ours after its change number `edit`."""
    return {"entered": {"value": value, "edit": edit}}


def mounted(app: AppTest) -> dict[str, dict[str, Any]]:
    """What each component of ours on the page was handed, by its name."""
    protos = [cast(Any, node).proto for node in app.get("bidi_component")]
    told = re.findall(r'data-part="(\w+)" data-told="([^"]*)"', texts(app))
    return {
        **{proto.component_name.removeprefix("oversight_"): json.loads(proto.json)[0] for proto in protos},
        **{name: json.loads(unescape(data)) for name, data in told},
    }


def question(n: int = 1, **changes: Any) -> QuestionPage:
    """A question without passage or assistant."""
    page = QuestionPage(
        n=n,
        n_of_part=n,
        n_in_part=12,
        is_practice=False,
        passage_title="",
        passage=(),
        question="Which planet has the shortest year?",
        options=("Mercury", "Venus", "Mars", "Neptune"),
        draft_choice=None,
        draft_confidence=None,
        confidence_scale=ConfidenceScale.FIVE_POINTS,
        confidence_levels=FIVE_POINTS,
        remaining_ms=170_000,
        total_ms=180_000,
        chat=None,
        pause_after=False,
    )
    return replace(page, **changes)


def said(*texts: str, status: str = "complete", forgotten: int = 0) -> Chat:
    """A chat that the participant began; `status` is the last line's, the first `forgotten` ones are forgotten."""
    lines = tuple(
        ChatLine(
            f"m{i}",
            i % 2 == 0,
            text,
            "sent" if i % 2 == 0 else status if i == len(texts) - 1 else "complete",
            i < forgotten,
        )
        for i, text in enumerate(texts)
    )
    broken = tuple(
        line.message_id
        for line in lines[-1:]
        if line.status in ("interrupted", "failed") and not line.is_forgotten
    )
    is_writing = bool(lines) and lines[-1].status == "running"
    return Chat(lines, is_writing=is_writing, n_resets=int(forgotten > 0), broken=broken)


def open_page(
    monkeypatch: pytest.MonkeyPatch, proctor: FakeProctor | Proctor, cookie: str = TOKEN
) -> AppTest:
    """The participants' page as a visitor with this cookie gets it; run once."""
    replies = proctor if isinstance(proctor, FakeProctor) else Replies(proctor, cast(Any, None))
    running.install(cast(Any, proctor), cast(Any, replies))
    monkeypatch.setattr(visit, "_cookie", lambda: cookie)
    app = AppTest.from_file(str(SCRIPT), default_timeout=20).run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    """All that was drawn as HTML, the style sheet left out."""
    drawn = [cast(Any, block).value for block in app.get("html")]
    return "\n".join(value for value in drawn if "<style>" not in value)


def sent(app: AppTest) -> str:
    """Everything that went to the browser, in whatever carries it."""
    return "\n".join(str(getattr(node, "proto", "")) for node in app._tree)
