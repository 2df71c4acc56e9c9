"""A simulated person in front of the page: sees what a browser shows, and does what a browser can do.

The way through the pages is every walker's (`walking`); what is done at a question is this file's, and the person's
mind is in `study/people.py`. The key of a question reaches it as knowledge, never through the page.
"""

from collections.abc import Callable, Generator, Iterator
from random import Random

from oversight_app.proctor import Proctor
from oversight_app.replies import Replies
from oversight_app.study.choice_reading import read_choice
from oversight_app.study.design import Protocol
from oversight_app.study.letters import OptionOrder
from oversight_app.study.page import ComprehensionPage, QuestionPage, ReadingPage, SurveyPage
from oversight_app.study.people import (
    FIRST_MESSAGE,
    SECOND_MESSAGE,
    Intent,
    Item,
    Person,
    answer,
    heeds,
    intend,
    leaves_on,
    on_page,
    on_scale,
)
from oversight_app.study.people import (
    Answer as Said,
)
from oversight_app.study.protocols.speech import CRITIC
from oversight_app.study.questions import LETTERS
from oversight_app.study.survey import HELP_KEYS, NO, YES, Answer
from oversight_app.walking import Walker

_FAILS_FIRST_CHECK = 0.1
"""How likely a person gets the first attempt at the comprehension check wrong; the second is right."""
_BROWSER_LAG_S = 0.15
_REASON = "It seemed the most likely."


class Visitor(Walker):
    """One simulated participant."""

    def __init__(
        self,
        proctor: Proctor,
        replies: Replies,
        participant_id: str,
        person: Person,
        item_of: Callable[[str], Item],
        dice: Random,
    ) -> None:
        """A person about to open the link of this participant, to whom each question is as `item_of` says by its id."""
        super().__init__(proctor, participant_id)
        self._replies = replies
        self._person = person
        self._item_of = item_of
        self._dice = dice
        self.share_done = 0.0
        """How much of the sitting's questions lies behind this person; 1 where nothing more will come."""

    def walk(self) -> Iterator[float]:
        """From the link to the end page, or to where this person leaves."""
        yield from super().walk()
        self.share_done = 1.0

    def takes(self, least_s: float, most_s: float) -> float:
        """Some time in between."""
        return self._dice.uniform(least_s, most_s)

    def reads(self, page: ReadingPage) -> float:
        """Most read for a part of the time there is; some to its end."""
        return page.remaining_ms / 1000 * self._dice.uniform(0.3, 1.2)

    def leaves_on(self, n: int) -> bool:
        """Whether this person is one who leaves, and here."""
        n_trials = len(self._proctor.sitting(self._id).trials)
        self.share_done = (n - 1) / n_trials
        return n == leaves_on(self._person, n_trials)

    def leave(self) -> Iterator[float]:
        """Press the button, or close the tab."""
        if self._person.withdraws:
            yield self.takes(2, 15)
            self._proctor.withdraw(self._id)

    def work_on(self, page: QuestionPage) -> Iterator[float]:
        """One question, from first sight to the answer or past the deadline."""
        plan = self._proctor.sitting(self._id).trials[page.n - 1].plan
        question = self._proctor.questions[plan.question_id]
        key = LETTERS.index(OptionOrder(plan.option_order).displayed(LETTERS[question.correct]))
        item = self._item_of(plan.question_id)
        if plan.is_attention_check:
            yield from self._heed(page, key)
            return
        # Not what is left of the sitting, of which nobody here thinks.
        limit_s = plan.time_limit_s
        intent = intend(
            self._person,
            item,
            key,
            is_assisted=plan.protocol != Protocol.UNAIDED,
            limit_s=limit_s,
            dice=self._dice,
            may_skip=page.may_skip,
        )
        if intent.skips:
            yield intent.seconds * 0.5
            self._proctor.skip(self._id, page.n)
            return
        if page.awaits_initial:
            yield from self._commit_first(page, intent, key)
        advice = yield from self._chat(page, intent)
        said = answer(self._person, intent, key, advice, page.confidence_scale, self._dice)
        confidence, probabilities = on_page(said, page.confidence_scale)
        yield intent.seconds * 0.3
        if limit_s is not None and intent.lets_it_lapse:
            if intent.leaves_a_draft:
                self._proctor.save_draft(
                    self._id, page.n, said.choice, confidence, probabilities=probabilities
                )
            yield limit_s - intent.seconds + self._dice.uniform(1, 20)
            return
        self._proctor.save_draft(self._id, page.n, said.choice, None)
        yield max(intent.seconds * 0.1, page.min_ms / 1000 - intent.seconds * 0.9 + _BROWSER_LAG_S)
        self._proctor.submit(
            self._id,
            page.n,
            said.choice,
            confidence,
            probabilities=probabilities,
            reason=self._reason(),
            browser_response_time_s=round(intent.seconds + _BROWSER_LAG_S, 3),
        )

    def _heed(self, page: QuestionPage, asked_for: int) -> Iterator[float]:
        """An attention check: what it asks for, or anything."""
        choice = asked_for if heeds(self._person, self._dice) else self._dice.randrange(len(LETTERS))
        confidence, probabilities = on_page(
            Said(choice, on_scale(1.0, page.confidence_scale)), page.confidence_scale
        )
        yield self._dice.uniform(3, 15)
        self._proctor.submit(
            self._id, page.n, choice, confidence, probabilities=probabilities, reason=self._reason()
        )

    def _reason(self) -> str:
        # Not by the page as it was first seen: an own answer that comes before asks for none.
        return _REASON if self._proctor.plan.design.answer.reason == "required" else ""

    def _commit_first(self, page: QuestionPage, intent: Intent, key: int) -> Iterator[float]:
        """The answer of one's own that comes before the assistant."""
        said = answer(self._person, intent, key, None, page.confidence_scale, self._dice)
        confidence, probabilities = on_page(said, page.confidence_scale)
        yield intent.seconds * 0.2
        self._proctor.commit_initial(self._id, page.n, said.choice, confidence, probabilities=probabilities)

    def survey(self, page: SurveyPage) -> dict[str, Answer]:
        """What this person says of themselves; hardly anybody had help from outside."""
        said: dict[str, Answer] = {}
        for item in page.items:
            match item.kind:
                case "likert":
                    said[item.key] = self._dice.randint(1, len(item.labels))
                case "number":
                    said[item.key] = item.minimum if item.minimum is not None else item.maximum or 0.0
                case "text":
                    said[item.key] = _REASON
        return said | {key: YES if self._dice.random() < 0.01 else NO for key in HELP_KEYS}

    def _chat(self, page: QuestionPage, intent: Intent) -> Generator[float, None, int | None]:
        """Ask what there is to ask, over the first 60 % of the time; the first readable advice, as displayed."""
        self._replies.go_on(self._id, page.n)
        seen = self._look(page, intent)
        advice = None if seen is None else _advice(seen)
        n_messages = intent.n_messages if seen is not None and seen.chat and seen.chat.is_written_in else 0
        for message in (FIRST_MESSAGE, SECOND_MESSAGE)[:n_messages]:
            yield intent.seconds * 0.6 / n_messages
            self._replies.ask(self._id, page.n, message)
            seen = self._look(page, intent)
            if advice is None and seen is not None:
                advice = _advice(seen)
        if n_messages == 0:
            yield intent.seconds * 0.6
        return advice

    def _look(self, page: QuestionPage, intent: Intent) -> QuestionPage | None:
        """The question once more, with a belief stated where one is asked for; None where it is over."""
        seen = self._proctor.page(self._id)
        if not isinstance(seen, QuestionPage) or seen.n != page.n:
            return None
        if seen.chat is not None and seen.chat.belief_due:
            self._believe(seen, intent)
        return seen

    def _believe(self, page: QuestionPage, intent: Intent) -> None:
        """What this person holds to be right after a reply: most keep their own view until they decide."""
        assert page.chat is not None
        said = Said(intent.own_choice, on_scale(intent.own_probability, page.confidence_scale))
        confidence, probabilities = on_page(said, page.confidence_scale)
        self._proctor.state_belief(
            self._id,
            page.n,
            page.chat.belief_due,
            said.choice,
            confidence,
            probabilities=probabilities,
        )

    def comprehension(self, page: ComprehensionPage) -> tuple[int, ...]:
        """What is right, but for a few who first get one wrong."""
        right = tuple(question.correct for question in self._proctor.plan.comprehension)
        fails = page.attempt == 1 and page.attempts_left > 1 and self._dice.random() < _FAILS_FIRST_CHECK
        if not fails or not right:
            return right
        return ((right[0] + 1) % len(page.questions[0][1]), *right[1:])


def _advice(page: QuestionPage) -> int | None:
    """The option that the last reply on the page stands for, by its displayed letter, as its reader would."""
    if page.chat is None:
        return None
    replies = [line.text for line in page.chat.lines if not line.is_participant and line.speaker != CRITIC]
    letter = read_choice(replies[-1], page.options) if replies else ""
    return LETTERS.index(letter) if letter else None
