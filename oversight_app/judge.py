"""One judge: a model that takes part as a participant would, through the proctor's pages and verbs.

It sees what the page shows (`study/judging.py`), may write messages where the page has a chat, and answers with one
letter, as sure as the letter's probability where the service gives it, else as it says in words. Every call to it is an
event of its own stream. An answer that cannot be read is skipped where the design allows that, and else closed as
unreadable: the judge is not asked until it pleases. A call that fails for good makes the question void, since it says
nothing about the judge. Time is the real one, and what the judge takes of it is its own. Where the study asks for
beliefs after replies, it is asked for them as for an answer; one that cannot be read stays missing. It passes the
checks before the questions by rule.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from random import Random

from oversight_app.clock import Clock
from oversight_app.errors import ProviderConfigError, ProviderError
from oversight_app.judge_calls import Calls, Mind, MoneySpent
from oversight_app.proctor import Proctor, trial_at_hand
from oversight_app.providers import has_temperature
from oversight_app.providers.base import Reply, Request, Scene, Turn
from oversight_app.replies import Replies
from oversight_app.study.choice_reading import read_choice
from oversight_app.study.events import TrialClosed
from oversight_app.study.judging import (
    ANSWER,
    ANSWER_PERCENT,
    BELIEF,
    MESSAGE,
    MESSAGE_TOKENS,
    PERCENT_TOKENS,
    Judged,
    Shown,
    ask_judge,
    is_sure_asked,
    judged_by_letter,
    judged_by_words,
    passage_of,
)
from oversight_app.study.page import QuestionPage, ReadingPage, SurveyPage
from oversight_app.study.people import FIRST_MESSAGE, SECOND_MESSAGE
from oversight_app.study.questions import LETTERS, folded
from oversight_app.study.survey import HELP_KEYS, NO, Answer, SurveyItem
from oversight_app.study.trial import Trial, TrialStatus
from oversight_app.study.trial_actions import unreadable, void
from oversight_app.walking import Walker

CALL_LIMIT_S = 120.0
"""For one call, retries included; less where the question's time is over before."""


class Judge(Walker):
    """One model in one participant's place."""

    def __init__(
        self, proctor: Proctor, replies: Replies, participant_id: str, mind: Mind, clock: Clock
    ) -> None:
        """A judge about to open the link of this participant."""
        super().__init__(proctor, participant_id)
        self._replies = replies
        self._mind = mind
        self._calls = Calls(proctor, participant_id, mind, clock)
        self._seen: set[int] = set()
        self._last_text = ""
        """The judge's last answer in its own words."""

    # -- the pages around the questions ------------------------------------------------

    def takes(self, least_s: float, most_s: float) -> float:
        """No time: nobody reads."""
        return 0.0

    def reads(self, page: ReadingPage) -> float:
        """As short as a page can be looked at; the passage stands beside the question, too."""
        return self._least_s()

    def survey(self, page: SurveyPage) -> dict[str, Answer]:
        """No help from outside, and nothing else but what must be answered."""
        said: dict[str, Answer] = {item.key: _least(item) for item in page.items if item.required}
        return said | dict.fromkeys(HELP_KEYS, NO)

    def _least_s(self) -> float:
        """How long a page must have been open before a click counts."""
        return self._proctor.plan.design.sitting.min_display_s

    # -- a question -----------------------------------------------------------------------

    def work_on(self, page: QuestionPage) -> Iterator[float]:
        """Write and answer; the question is over after it, one way or another, or its time has passed."""
        n = page.n
        if n in self._seen:
            # What a page does not take today it will not take the next time either.
            self._close(n, unreadable)
            yield 0.0
            return
        self._seen.add(n)
        self._mind.is_in_question = True
        try:
            yield from self._answer(page)
        except ProviderError as error:
            self._mind.failures += not isinstance(error, MoneySpent)
            self._mind.last_error = str(error)
            scale = self._proctor.plan.design.answer.confidence
            self._close(n, lambda trial, now: void(trial, now, scale))
            self._mind.n_void += self._status(n) == TrialStatus.VOID
            if isinstance(error, ProviderConfigError):
                raise
        self._mind.n_done += 1
        self._mind.is_in_question = False
        yield 0.0

    def _answer(self, page: QuestionPage) -> Iterator[float]:
        n = page.n
        if page.awaits_initial:
            first = self._judged(page)
            if first is None:
                yield from self._give_up(page)
                return
            yield self._least_s()
            self._proctor.commit_initial(
                self._id, n, first.choice, first.confidence, probabilities=first.probabilities
            )
        self._replies.go_on(self._id, n)
        self._believe(n)
        for number in range(self._mind.n_messages):
            seen = self._page(n)
            if seen is None or seen.chat is None or not seen.chat.may_write:
                break
            if not self._write(seen, number):
                break
            self._believe(n)
        last = self._page(n)
        if last is None:
            return
        judged = self._judged(last)
        if judged is None:
            yield from self._give_up(last)
            return
        yield max(self._least_s(), last.min_ms / 1000)
        self._proctor.submit(
            self._id,
            n,
            judged.choice,
            judged.confidence,
            probabilities=judged.probabilities,
            reason=self._last_text if last.reason == "required" else "",
        )
        self._mind.n_answered += self._status(n) == TrialStatus.ANSWERED

    def _status(self, n: int) -> str:
        """How question `n` was closed; its clock may have been faster than the judge."""
        return self._proctor.sitting(self._id).trials[n - 1].status

    def _page(self, n: int) -> QuestionPage | None:
        """The page of question `n` as it is now; None when its time is over."""
        page = self._proctor.page(self._id)
        return page if isinstance(page, QuestionPage) and page.n == n else None

    def _give_up(self, page: QuestionPage) -> Iterator[float]:
        yield self._least_s()
        self._mind.n_unreadable += 1
        if page.may_skip:
            self._proctor.skip(self._id, page.n)
        else:
            self._close(page.n, unreadable)

    def _close(self, n: int, how: Callable[[Trial, datetime], TrialClosed]) -> None:
        """End question `n` without an answer; where its clock was faster, that stays."""
        self._proctor.act(self._id, lambda sitting, now, record: [how(trial_at_hand(sitting, n), now)])

    def _write(self, page: QuestionPage, number: int) -> bool:
        """Write one message and have it answered; False where the judge has nothing to say or may not say it."""
        assert page.chat is not None
        text = ask_judge(self._proctor.plan, Shown.on(page), MESSAGE, n_left=self._mind.n_messages - number)
        scene = self._scene(page, says=(FIRST_MESSAGE, SECOND_MESSAGE)[min(number, 1)])
        request = self._request(page, text, MESSAGE_TOKENS, scene)
        said = self._calls.ask(page, MESSAGE, MESSAGE, request).text.strip()
        if not said or self._page(page.n) is None:
            return False
        self._replies.ask(self._id, page.n, said)
        after = self._page(page.n)
        return after is not None and after.chat is not None and len(after.chat.lines) > len(page.chat.lines)

    def _believe(self, n: int) -> None:
        """State what the judge holds to be right after a reply, where the page asks for it."""
        page = self._page(n)
        if page is None or page.chat is None or not page.chat.belief_due:
            return
        judged = self._judged(page, BELIEF)
        if judged is None:
            return
        self._proctor.state_belief(
            self._id,
            n,
            page.chat.belief_due,
            judged.choice,
            judged.confidence,
            probabilities=judged.probabilities,
            p_source=judged.p_source,
        )

    def _judged(self, page: QuestionPage, purpose: str = ANSWER) -> Judged | None:
        """What the judge holds to be right, given the page; None where it cannot be read."""
        if self._mind.gives_probabilities or not is_sure_asked(page):
            request = self._request(
                page, ask_judge(self._proctor.plan, Shown.on(page), ANSWER), 1, self._scene(page)
            )
            reply = self._say(page, purpose, ANSWER, replace(request, letters=True))
            if len(reply.log_probabilities or {}) == len(LETTERS) or not is_sure_asked(page):
                return _from(judged_by_letter(reply.text, reply.log_probabilities, page), "logprob")
            # Some are there: another letter was too unlikely to be among the first few, this once.
            self._mind.gives_probabilities = bool(reply.log_probabilities)
        text = ask_judge(self._proctor.plan, Shown.on(page), ANSWER_PERCENT)
        scene = self._scene(page)
        scene = replace(scene, says=f"{scene.stance} 75%")
        reply = self._say(page, purpose, ANSWER_PERCENT, self._request(page, text, PERCENT_TOKENS, scene))
        return _from(judged_by_words(reply.text, page), "stated")

    def _say(self, page: QuestionPage, purpose: str, prompt: str, request: Request) -> Reply:
        """The judge's answer in its own words, as likely as possible where the service can be told so."""
        if has_temperature(self._mind.provider.name):
            request = replace(request, temperature=0.0)
        reply = self._calls.ask(page, purpose, prompt, request)
        if purpose == ANSWER:
            self._last_text = reply.text
        return reply

    # -- asking ------------------------------------------------------------------------------

    def _request(self, page: QuestionPage, text: str, max_tokens: int, scene: Scene) -> Request:
        left_s = CALL_LIMIT_S if page.remaining_ms is None else page.remaining_ms / 1000
        return Request(
            model=self._mind.name,
            system="",
            turns=(Turn("user", text),),
            max_tokens=max_tokens,
            deadline_s=min(CALL_LIMIT_S, left_s),
            prefix=passage_of(page.passage),
            scene=scene,
        )

    def _scene(self, page: QuestionPage, says: str = "") -> Scene:
        """What the scripted judge plays: it follows the advice on its page, and guesses where there is none."""
        dice = Random(f"{self._proctor.plan.design.seed}/judge/{self._id}/{page.n}")
        replies = [line.text for line in page.chat.lines if not line.is_participant] if page.chat else []
        advice = read_choice(replies[-1], page.options) if replies else ""
        a, b, c, d = page.options
        return Scene(
            question=folded(page.question),
            options=(a, b, c, d),
            stance=advice or dice.choice(LETTERS),
            dice=f"{self._proctor.plan.design.seed}/judge/{self._id}/{page.n}",
            says=says,
        )


def _least(item: SurveyItem) -> Answer:
    """An answer to an item that must have one, of which nothing can be learned."""
    match item.kind:
        case "likert":
            return 1
        case "number":
            return item.minimum if item.minimum is not None else item.maximum or 0.0
        case "text":
            return "-"


def _from(judged: Judged | None, p_source: str) -> Judged | None:
    return None if judged is None else replace(judged, p_source=p_source)
