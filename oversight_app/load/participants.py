"""A participant at a desk: looks at the page, does what that page is for, and goes on until the end.

`SCREENS` says by which key a page is known and what is done on it. A new page that is filled in and left by one of the
keys that stand there already needs no line of its own. Nothing here reads the page's words: a widget is known by its
key, whatever the language.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

from oversight_app.clock import SystemClock
from oversight_app.load.drawn import Value, Widget
from oversight_app.load.ledger import Ledger, Marks
from oversight_app.load.sessions import Astray, Gone, Session
from oversight_app.study.design import FIVE_POINTS

_PATIENT_TRIES = 20
_now = SystemClock().monotonic
_FIRST_S = 0.8
"""Nobody answers sooner; the server would take it for the second half of a double click."""
_SUBMIT = re.compile(r"submit_(\d+)")
_MESSAGES = (
    "Which option is right, and why?",
    "Are you sure? What speaks against it?",
    "Please compare the first option with the others.",
)


@dataclass(frozen=True)
class Manner:
    """How somebody works: mean seconds on a question and on other pages, and how often they ask the assistant."""

    thinks_s: float = 5.0
    reads_s: float = 0.0
    asks: float = 0.0
    hears_out: float = 0.5
    """How often a reply is heard to its end before the answer is handed in."""
    is_under_way: bool = False
    """Whether the first question is met in the middle of thinking, as by people who did not all come at once."""
    comes_back: bool = False
    """Whether a lost connection is waited for."""


@dataclass
class Participant:
    """One person in one tab. `check` holds the right answers of the comprehension check."""

    session: Session
    check: Sequence[int]
    manner: Manner
    dice: Random
    ledger: Ledger = field(default_factory=Ledger)
    choose: Callable[[int], int] | None = None
    """Which option is taken on question `n`; None: any."""
    on_turn: Callable[[int, float], None] | None = None
    """Told of each answer: the question, and the seconds from submit until the next page was whole."""
    is_done: bool = False

    async def sit(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Go on from the page that is there to the end of the study, or until told to stop between two pages."""
        before, tries = frozenset[str](), 0
        while not until():
            try:
                keys = self.session.page.keys
                tries = tries + 1 if keys == before else 0
                if tries == _PATIENT_TRIES:
                    raise Astray(f"nothing leads away from the page with {', '.join(sorted(keys))}")
                before = keys
                self._look(keys)
                await self._act(keys)
            except Gone:
                if not self.manner.comes_back:
                    raise
                await self.session.come_back()
            if self.is_done:
                return

    def _look(self, keys: frozenset[str]) -> None:
        if "trouble" in keys or self.session.page.is_broken:
            raise Astray("the page could not be shown")
        n = question_on(keys)
        if n is not None:
            self.ledger.sees(n)
        else:
            self.ledger.moves_on()

    async def _act(self, keys: frozenset[str]) -> None:
        for pattern, act in SCREENS:
            if key := next((key for key in keys if pattern.fullmatch(key)), ""):
                await act(self, key)
                return
        raise Astray(f"nobody knows what to do on the page with {', '.join(sorted(keys)) or 'nothing'}")

    # -- what is done on a page ---------------------------------------------------------------------------

    async def read(self, key: str) -> None:
        """Fill in what the page asks, and press on."""
        page = self.session.page
        await asyncio.sleep(self.manner.reads_s * self.dice.uniform(0.5, 1.5))
        for widget in page.widgets:
            if widget.kind not in ("button", "chat_input") and page.values.get(widget.id) is None:
                await self.session.enter_value(widget.key, self._any(widget), name="page")
        await self.session.press(key, name="page")

    async def end(self, key: str) -> None:
        """There is nothing more to do."""
        self.is_done = True

    async def answer(self, key: str) -> None:
        """Think, perhaps ask, mark, hand in."""
        page, n, started = self.session.page, int(key.removeprefix("submit_")), _now()
        part = self.dice.uniform(0.5, 1.5)
        if self.manner.is_under_way and not self.ledger.answers:
            part *= self.dice.random()
        seconds = max(_FIRST_S, self.manner.thinks_s * part)

        async def think_until(share: float) -> None:
            await asyncio.sleep(max(0.0, started + share * seconds - _now()))

        if page.widget(f"chat_input_{n}") is not None and self.dice.random() < self.manner.asks:
            await think_until(0.3)
            await self._ask(n)
        await think_until(0.8)
        marks = await self.mark(n)
        await think_until(1.0)
        milliseconds = round(1000 * (_now() - started))
        self.session.tell("timer", {"submitted": {"n": n, "ms": milliseconds}})
        self.ledger.hands_in(n, marks, milliseconds)
        pressed = _now()
        await self.session.press(key)
        if question_on(page.keys) == n:  # not taken: the page says why
            del self.ledger.handed_in[n]
            return
        self.ledger.moves_on()
        if self.on_turn is not None:
            self.on_turn(n, _now() - pressed)

    async def mark(self, n: int) -> Marks:
        """Mark question `n`, and what else its page asks for; each mark is saved before the next."""
        for widget in self.session.page.widgets:
            match widget.key.removesuffix(f"_{n}"):
                case "answer" | "initial_answer":
                    choice = self.choose(n) if self.choose else self.dice.randrange(len(widget.options))
                    value: Value = widget.options[choice]
                case "confidence" | "initial_confidence" | "belief" | "reason":
                    value = self._any(widget)
                case _:
                    continue
            marks = self._marks(n, self.session.page.values | {widget.id: value})
            self.ledger.marks(n, marks)
            await self.session.enter_value(widget.key, value, name="mark")
            self.ledger.has_marked(n, marks)
        return self._marks(n, self.session.page.values)

    def _marks(self, n: int, values: Mapping[str, Value]) -> Marks:
        """What these values of the page's widgets say about question `n`."""
        choice, confidence = None, None
        for widget in self.session.page.widgets:
            value = values.get(widget.id)
            match widget.key.removesuffix(f"_{n}"):
                case "answer" if value in widget.options:
                    choice = widget.options.index(str(value))
                case "confidence" if value in widget.options:
                    confidence = FIVE_POINTS[widget.options.index(str(value))]
        return choice, confidence

    async def _ask(self, n: int) -> None:
        page, text = self.session.page, self.dice.choice(_MESSAGES)
        if f"stop_{n}" in page.keys:
            return  # a reply from before the connection was lost is still being written
        await self.session.say(f"chat_input_{n}", text, name="ask")
        entry = page.widget(f"chat_input_{n}")
        if entry is None or page.values.get(entry.id):
            return  # it came back into the field, so it was not sent
        self.ledger.said.append((n, text))
        if self.dice.random() >= self.manner.hears_out:
            return
        while f"stop_{n}" in page.keys:
            if not self.session.is_connected:
                raise Gone("the connection is lost")
            await asyncio.sleep(0.1)
        if question_on(page.keys) == n and f"ask_again_{n}" not in page.keys:
            self.ledger.n_replies[n] = self.ledger.n_replies.get(n, 0) + 1

    def _any(self, widget: Widget) -> Value:
        """Something that can be entered there, and the right thing in the comprehension check."""
        match widget.kind:
            case "radio" | "selectbox" if widget.key.startswith("comprehension_"):
                return widget.options[self.check[int(widget.key.removeprefix("comprehension_")) - 1]]
            case "radio" | "selectbox":
                return self.dice.choice(widget.options)
            case "checkbox":
                return True
            case "number_input" | "slider":
                return float(round(self.dice.uniform(widget.low, widget.high)))
            case _:
                return "Because of what the text says."


Act: TypeAlias = Callable[[Participant, str], Awaitable[None]]
SCREENS: tuple[tuple[re.Pattern[str], Act], ...] = (
    (_SUBMIT, Participant.answer),
    (re.compile(r"consent|begin|next|continue"), Participant.read),
    (re.compile(r"completion_code"), Participant.end),
)
"""The first key that is on the page says what is done there."""


def question_on(keys: frozenset[str]) -> int | None:
    """The number of the question that can be answered on a page with these keys."""
    return next((int(found[1]) for key in keys if (found := _SUBMIT.fullmatch(key))), None)
