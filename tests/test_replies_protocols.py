"""Who speaks in each protocol, in which order, and what each is shown; played through the proctor with a fake model."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from oversight_app.errors import ProviderConfigError, ProviderUnavailable
from oversight_app.proctor import Proctor
from oversight_app.prompts import load_prompts
from oversight_app.providers.base import Piece, Reply, Request, Text
from oversight_app.replies import Replies
from oversight_app.study.events import MessageSent, ReplyBegun
from oversight_app.study.letters import OptionOrder
from oversight_app.study.page import Chat, QuestionPage
from oversight_app.study.trouble import Trouble
from oversight_app.transcripts.loading import account
from tests.builders import make_clock, make_design, make_plan, make_proctor, seat

Say = Callable[[Request, int], str]


class Model:
    """Says what `say` makes of each request, and remembers what it was sent."""

    name = "fake"

    def __init__(self, say: Say = lambda request, k: f"Speech {k}. I think the answer is A.") -> None:
        self.say = say
        self.requests: list[Request] = []

    def reply(self, request: Request) -> Iterator[Piece]:
        self.requests.append(request)
        text = self.say(request, len(self.requests))
        if not text:
            raise ProviderUnavailable("away")
        yield Text(text)
        yield Reply(text, "stop")


class Trial:
    """One assisted question under a protocol, with p1 before it."""

    def __init__(self, folder: Path, say: Say | None = None, **assistant: Any) -> None:
        design = make_design(
            tasks={"mmlu": {"questions_per_condition": 2, "practice_per_condition": 0}},
            conditions={"order": "human_with_model_first"},
            answer=assistant.pop("answer", {}),
            assistant=assistant,
        )
        self.proctor: Proctor = make_proctor(
            folder, make_plan(design, prompts=load_prompts()), clock=make_clock()
        )
        self.model = Model(say) if say else Model()
        self.second = Model(lambda request, k: f"Second {k}.")
        self.replies = Replies(self.proctor, self.model, second=self.second, inline=True)
        seat(self.proctor)
        self.proctor.go_on("p1")
        self.proctor.page("p1")

    @property
    def chat(self) -> Chat:
        page = self.proctor.page("p1")
        assert isinstance(page, QuestionPage)
        assert page.chat is not None
        return page.chat

    @property
    def stance(self) -> str:
        plan = self.proctor.sitting("p1").trial.plan
        return "".join(OptionOrder(plan.option_order).displayed(letter) for letter in plan.stance)

    def begun(self) -> list[ReplyBegun]:
        return [i.event for i in self.proctor.store.events_of("p1") if isinstance(i.event, ReplyBegun)]

    def speakers(self) -> list[str]:
        return [line.speaker for line in self.chat.lines]


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Callable[..., Trial]]:
    made: list[Trial] = []

    def make(say: Say | None = None, **assistant: Any) -> Trial:
        made.append(Trial(tmp_path, say, **assistant))
        return made[-1]

    yield make
    for one in made:
        one.proctor.store.close()


OPENING = ["advice", "consultancy", "critique", "debate"]


@pytest.mark.parametrize("protocol", OPENING)
def test_who_opens_is_due_as_soon_as_the_question_is_there_and_only_once(
    trial: Callable[..., Trial], protocol: str
) -> None:
    made = trial(protocol=protocol)
    before = made.chat

    made.replies.go_on("p1", 1)
    n = len(made.chat.lines)
    made.replies.go_on("p1", 1)

    assert (before.is_due, made.chat.is_due) == (True, False)
    assert len(made.chat.lines) == n > 0


@pytest.mark.parametrize("protocol", ["chat", "cross_examination"])
def test_where_the_participant_opens_nobody_speaks_unasked(
    trial: Callable[..., Trial], protocol: str
) -> None:
    made = trial(protocol=protocol)

    made.replies.go_on("p1", 1)

    assert not made.chat.is_due
    assert made.chat.lines == ()


@pytest.mark.parametrize("protocol", OPENING)
def test_nobody_opens_before_the_own_answer_that_comes_first(
    trial: Callable[..., Trial], protocol: str
) -> None:
    made = trial(protocol=protocol, answer={"sequence": "answer_first"})

    made.replies.go_on("p1", 1)
    assert made.begun() == []

    made.proctor.clock.sleep(5)
    made.proctor.commit_initial("p1", 1, 0, 0.6)
    made.replies.go_on("p1", 1)
    assert made.begun() != []


@pytest.mark.parametrize("form", ["option", "explanation", "confidence", "evidence"])
def test_advice_is_one_speech_from_the_prompt_of_its_form_and_cannot_be_asked(
    trial: Callable[..., Trial], form: str
) -> None:
    made = trial(protocol="advice", advice=form)

    made.replies.go_on("p1", 1)
    made.replies.ask("p1", 1, "Why?")

    (begun,) = made.begun()
    assert (begun.speaker, begun.prompt, begun.stance) == (
        "assistant",
        f"advice_{form}",
        made.proctor.sitting("p1").trial.plan.stance,
    )
    assert made.speakers() == ["assistant"]
    assert f"You argue for option {made.stance}:" in made.model.requests[0].system
    assert (made.chat.is_written_in, made.chat.may_write, made.chat.has_reset) == (False, False, False)


def test_a_consultant_opens_and_answers_each_question(trial: Callable[..., Trial]) -> None:
    made = trial(protocol="consultancy")

    made.replies.go_on("p1", 1)
    made.replies.ask("p1", 1, "Where does it say so?")

    assert made.speakers() == ["assistant", "participant", "assistant"]
    assert [(turn.role, turn.text) for turn in made.model.requests[1].turns] == [
        ("user", "Please begin."),
        ("assistant", "Speech 1. I think the answer is A."),
        ("user", "Where does it say so?"),
    ]


def test_an_open_consultant_is_assigned_nothing(trial: Callable[..., Trial]) -> None:
    made = trial(protocol="consultancy", mode="as_is", model="compatible:m@http://127.0.0.1:9/v1")

    made.replies.go_on("p1", 1)

    (request,) = made.model.requests
    assert "assigned" not in request.system
    assert "stand for that one" in request.system
    assert made.begun()[0].stance == ""


def test_without_the_judges_questions_a_debate_runs_all_its_rounds_by_itself(
    trial: Callable[..., Trial],
) -> None:
    made = trial(protocol="debate", rounds=3, judge_asks=False)

    made.replies.go_on("p1", 1)

    assert made.speakers() == ["assistant_1", "assistant_2"] * 3
    assert not made.chat.is_written_in
    stance = made.proctor.sitting("p1").trial.plan.stance
    assert [begun.stance for begun in made.begun()] == [*stance] * 3


def test_with_them_each_question_calls_for_a_round_until_the_rounds_are_used_up(
    trial: Callable[..., Trial],
) -> None:
    made = trial(protocol="debate", rounds=2, judge_asks=True)

    made.replies.go_on("p1", 1)
    assert made.speakers() == ["assistant_1", "assistant_2"]
    between = made.chat
    made.replies.ask("p1", 1, "Which line says so?")
    assert made.speakers() == ["assistant_1", "assistant_2", "participant", "assistant_1", "assistant_2"]
    assert (between.may_write, made.chat.may_write) == (True, False)
    made.replies.ask("p1", 1, "And now?")

    assert sum(isinstance(i.event, MessageSent) for i in made.proctor.store.events_of("p1")) == 1


def test_who_speaks_simultaneously_does_not_see_what_the_other_says_in_the_same_round(
    trial: Callable[..., Trial],
) -> None:
    made = trial(protocol="debate", rounds=2, judge_asks=False, turn_order="simultaneous")

    made.replies.go_on("p1", 1)

    first, second, third, fourth = made.model.requests
    assert [turn.text for turn in first.turns] == [turn.text for turn in second.turns] == ["Please begin."]
    assert third.turns[-1].text == "Speaker 2 said:\nSpeech 2. I think the answer is A."
    assert fourth.turns[0].text == "Speaker 1 said:\nSpeech 1. I think the answer is A."
    assert fourth.turns[-1].text == "Please go on."
    assert not any("Speech 3" in turn.text for turn in fourth.turns)


def test_who_alternates_answers_what_was_said_just_before(trial: Callable[..., Trial]) -> None:
    made = trial(protocol="debate", rounds=1, turn_order="alternating")

    made.replies.go_on("p1", 1)

    assert [turn.text for turn in made.model.requests[1].turns] == [
        "Speaker 1 said:\nSpeech 1. I think the answer is A."
    ]


def test_two_sides_get_the_same_words_but_for_their_letters(trial: Callable[..., Trial]) -> None:
    """Nothing that a speaker is told, nor any name, says which side is right."""
    made = trial(protocol="debate", rounds=1, judge_asks=False)

    made.replies.go_on("p1", 1)

    first, second = (request.system for request in made.model.requests)
    page = made.proctor.page("p1")
    assert isinstance(page, QuestionPage)
    texts = [page.options["ABCD".index(letter)] for letter in made.stance]
    swapped = first.replace(
        f"option {made.stance[0]}: {texts[0]}", f"option {made.stance[1]}: {texts[1]}"
    ).replace(f"the answer is {made.stance[0]},", f"the answer is {made.stance[1]},")
    assert first != second == swapped


def test_a_second_model_speaks_second(trial: Callable[..., Trial]) -> None:
    made = trial(protocol="debate", rounds=1, judge_asks=False, second_model="scripted:other")

    made.replies.go_on("p1", 1)

    assert (len(made.model.requests), len(made.second.requests)) == (1, 1)
    assert [begun.model for begun in made.begun()] == ["demo", "other"]


def test_a_critic_sees_the_answer_and_is_told_of_no_side(trial: Callable[..., Trial]) -> None:
    made = trial(protocol="critique", second_model="scripted:other")

    made.replies.go_on("p1", 1)

    assert made.speakers() == ["assistant", "critic"]
    (request,) = made.second.requests
    assert [turn.text for turn in request.turns] == [
        "The assistant said:\nSpeech 1. I think the answer is A."
    ]
    assert "assigned" not in request.system
    assert made.begun()[1].stance == ""


def test_each_question_of_a_cross_examination_goes_to_fresh_contexts(trial: Callable[..., Trial]) -> None:
    named = ["A", "A", "C", "B", "B", "B"]
    made = trial(
        lambda request, k: f"I think the answer is {named[k - 1]}.",
        protocol="cross_examination",
        n_contexts=3,
    )

    made.replies.ask("p1", 1, "Which one?")
    assert made.speakers() == ["participant", "assistant_1", "assistant_2", "assistant_3"]
    assert made.chat.named == ("A", "A", "C")
    made.replies.ask("p1", 1, "Are you sure?")

    assert made.chat.named == ("B", "B", "B")
    assert [[turn.text for turn in r.turns] for r in made.model.requests] == [["Which one?"]] * 3 + [
        ["Are you sure?"]
    ] * 3


def test_after_a_failure_nobody_goes_on_until_it_is_asked_for_again(trial: Callable[..., Trial]) -> None:
    is_away = [True]
    made = trial(
        lambda request, k: "" if is_away[0] else "I think the answer is A.",
        protocol="debate",
        rounds=1,
        judge_asks=False,
    )

    made.replies.go_on("p1", 1)
    made.replies.go_on("p1", 1)
    assert [line.status for line in made.chat.lines] == ["failed", "failed"]
    is_away[0] = False
    made.replies.ask_again("p1", 1)
    made.replies.ask_again("p1", 1)

    assert [(line.speaker, line.status) for line in made.chat.lines] == [
        ("assistant_1", "failed"),
        ("assistant_1", "complete"),
        ("assistant_2", "failed"),
        ("assistant_2", "complete"),
    ]
    assert [begun.again_of[-2:] for begun in made.begun()] == ["", "", ".1", ".2"]


def test_in_the_alternating_order_the_second_waits_for_the_first_whatever_becomes_of_it(
    trial: Callable[..., Trial],
) -> None:
    made = trial(protocol="debate", rounds=1, judge_asks=False, turn_order="alternating")
    moody(made, BROKEN, "One.", "Two.")

    made.replies.go_on("p1", 1)
    before = [line.status for line in made.chat.lines]
    made.replies.ask_again("p1", 1)

    assert before == ["failed"]
    assert said_by(made) == [("assistant_1", "One."), ("assistant_2", "Two.")]


def test_only_the_side_that_broke_off_is_asked_again_and_hears_nothing_of_this_round(
    trial: Callable[..., Trial],
) -> None:
    made = trial(protocol="debate", rounds=2, judge_asks=False)
    model = moody(made, BROKEN, "Two.", "One.", "Three.", "Four.")

    made.replies.go_on("p1", 1)
    assert [line.status for line in made.chat.lines] == ["failed", "complete"]
    made.replies.ask_again("p1", 1)

    assert [turn.text for turn in model.requests[2].turns] == ["Please begin."]
    assert said_by(made) == [
        ("assistant_1", "One."),
        ("assistant_2", "Two."),
        ("assistant_1", "Three."),
        ("assistant_2", "Four."),
    ]


def test_what_was_sent_at_once_and_again_is_made_again_to_the_byte(trial: Callable[..., Trial]) -> None:
    made = trial(protocol="debate", rounds=2, judge_asks=False)
    moody(made, BROKEN, "Two.", "One.", "Three.", "Four.")

    made.replies.go_on("p1", 1)
    made.replies.ask_again("p1", 1)

    told = account(made.proctor.store, made.proctor.sitting("p1").trial.plan.trial_id)
    assert len(told.entries) == 5
    for entry in told.entries:
        assert entry.sent is not None
        assert entry.sent.sent is not None, entry.sent.why
        assert entry.message.begun is not None
        assert entry.sent.sent.prompt_hash == entry.message.begun.prompt_hash


def test_a_speech_ends_at_its_budget(trial: Callable[..., Trial]) -> None:
    made = trial(lambda request, k: "word " * 100, protocol="advice", max_characters=100)

    made.replies.go_on("p1", 1)

    assert len(made.chat.lines[0].text) == 100
    assert "Use at most 100 characters" in made.model.requests[0].system


@pytest.mark.parametrize(
    ("protocol", "said", "first", "last", "status"),
    [
        ("debate", ("A", "B"), "A", None, "stated"),
        ("debate", ("A", "A"), "A", "A", "stated"),
        ("critique", ("A", ""), "A", "A", "stated"),
        ("advice", ("A",), "A", "A", "stated"),
    ],
)
def test_the_advice_of_a_trial_is_what_its_speakers_agree_on(
    trial: Callable[..., Trial],
    protocol: str,
    said: tuple[str, ...],
    first: str,
    last: str | None,
    status: str,
) -> None:
    made = trial(
        lambda request, k: f"I think the answer is {said[k - 1]}." if said[k - 1] else "One step is weak.",
        protocol=protocol,
        rounds=1,
    )
    made.replies.go_on("p1", 1)
    made.proctor.clock.sleep(5)
    made.proctor.submit("p1", 1, 0, 0.6)

    (row,) = [row for row in made.proctor.store.rows("trials") if row["n"] == 1]
    order = OptionOrder(row["option_order"])
    assert row["first_advice_choice"] == order.original(first)
    assert row["advice_choice"] == (order.original(last) if last else None)
    assert row["advice_status"] == status


def test_messages_are_recorded_with_who_spoke_and_what_for(trial: Callable[..., Trial]) -> None:
    made = trial(protocol="debate", rounds=1, judge_asks=False)

    made.replies.go_on("p1", 1)

    stance = made.proctor.sitting("p1").trial.plan.stance
    rows = made.proctor.store.rows("messages")
    assert [(row["speaker"], row["speaker_stance"]) for row in rows] == [
        ("assistant_1", stance[0]),
        ("assistant_2", stance[1]),
    ]


WORDLESS = ""


class Moody(Model):
    """Says what it is told to say next; an error is raised, and a text that is empty ends for a reason."""

    def __init__(self, *says: str | Exception) -> None:
        super().__init__()
        self.says = list(says)

    def reply(self, request: Request) -> Iterator[Piece]:
        self.requests.append(request)
        said = self.says.pop(0)
        if isinstance(said, Exception):
            raise said
        if said:
            yield Text(said)
        yield Reply(said, "stop" if said else "length")


def moody(made: Trial, *says: str | Exception) -> Moody:
    """The trial's speakers from now on."""
    model = Moody(*says)
    made.replies = Replies(made.proctor, model, inline=True)
    return model


def said_by(made: Trial) -> list[tuple[str, str]]:
    return [(line.speaker, line.text) for line in made.chat.lines if line.text]


BROKEN = ProviderConfigError("gone")  # not tried again by itself, and may be by the participant


def test_a_speech_without_words_that_is_asked_for_again_takes_one_turn_and_not_two(
    trial: Callable[..., Trial],
) -> None:
    made = trial(protocol="debate", rounds=2, judge_asks=True)
    moody(made, "One.", WORDLESS, "Two.", "Three.", "Four.")

    made.replies.go_on("p1", 1)
    made.replies.ask_again("p1", 1)
    assert said_by(made) == [("assistant_1", "One."), ("assistant_2", "Two.")]
    made.replies.ask("p1", 1, "And?")

    assert said_by(made)[-2:] == [("assistant_1", "Three."), ("assistant_2", "Four.")]


def test_a_side_that_had_no_words_has_had_its_turn_when_the_other_one_is_asked_again(
    trial: Callable[..., Trial],
) -> None:
    made = trial(protocol="debate", rounds=1, judge_asks=False)
    moody(made, WORDLESS, BROKEN, "Two.")

    made.replies.go_on("p1", 1)
    made.replies.ask_again("p1", 1)

    assert said_by(made) == [("assistant_2", "Two.")]
    assert not made.chat.is_due


def test_a_critic_has_nothing_to_say_of_an_answer_that_is_not_there(trial: Callable[..., Trial]) -> None:
    made = trial(protocol="critique")
    moody(made, WORDLESS, "I think the answer is A.", "One step is weak.")

    made.replies.go_on("p1", 1)
    assert said_by(made) == []
    made.replies.ask_again("p1", 1)

    assert [speaker for speaker, _ in said_by(made)] == ["assistant", "critic"]


def test_what_contexts_named_is_said_once_all_have_answered_and_broken_tries_are_none(
    trial: Callable[..., Trial],
) -> None:
    made = trial(protocol="cross_examination", n_contexts=3)
    answer = "I think the answer is B."
    moody(made, answer, BROKEN, answer, answer)

    made.replies.ask("p1", 1, "Which one?")
    before = made.chat.named
    made.replies.ask_again("p1", 1)

    assert (before, made.chat.named) == ((), ("B", "B", "B"))
    assert [speaker for speaker, _ in said_by(made)][1:] == ["assistant_1", "assistant_2", "assistant_3"]
    assert [begun.speaker for begun in made.begun()] == [
        *(f"assistant_{k}" for k in (1, 2, 3)),
        "assistant_2",
    ]


def test_each_question_of_a_cross_examination_keeps_the_line_on_what_was_named(
    trial: Callable[..., Trial],
) -> None:
    made = trial(protocol="cross_examination", n_contexts=2)
    moody(made, "The answer is A.", "The answer is B.", "The answer is C.", "No idea.")

    made.replies.ask("p1", 1, "Which one?")
    made.replies.ask("p1", 1, "Are you sure?")

    assert list(made.chat.named_by.values()) == [("A", "B"), ("C", "")]
    assert made.chat.n_beside == 2


def test_a_side_that_cannot_hold_the_text_keeps_nobody_else_from_speaking(
    trial: Callable[..., Trial],
) -> None:
    made = trial(protocol="debate", rounds=1, judge_asks=False)
    too_long = ProviderConfigError("too long")
    too_long.trouble = Trouble.TOO_LONG.value
    moody(made, too_long, "Two.")

    made.replies.go_on("p1", 1)

    assert said_by(made) == [("assistant_2", "Two.")]
