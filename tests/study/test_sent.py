"""What a model was sent can be made again from the record, and where it cannot, that is said."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from oversight_app.study.events import ReplyBegun, ReplyClosed
from oversight_app.study.protocols import Speech
from oversight_app.study.questions import Passage, Question
from oversight_app.study.sent import prompt_hash, rebuilt, sent, sent_alone
from oversight_app.study.transcript import Line
from oversight_app.study.trial import Message, Speaker, Trial
from oversight_app.study.trial_plan import TrialPlan
from tests.builders import make_design, make_plan, make_question

AT = datetime(2026, 11, 20, tzinfo=UTC)
STORY = make_question("q1", passage=Passage("p", "The ice went out.\n\nNobody saw it."))
PLANNED = TrialPlan(
    "p1-001", 1, 1, 1, 1, None, "mmlu", "q1", "human_with_model", "chat", "assigned", "A", "CADB", None, "B"
)


def said(n: int, text: str) -> Message:
    return Message(f"p1-001.{n}", Speaker.PARTICIPANT, AT, 1, text)


def replied(n: int, text: str, visible: tuple[str, ...], told: str, prompt: str = "chat_assigned") -> Message:
    reply_id = f"p1-001.{n}"
    begun = ReplyBegun(
        1, reply_id, 1, "scripted", "demo", told, visible, stance="B" if prompt else "", prompt=prompt
    )
    return Message(
        reply_id, Speaker.ASSISTANT, AT, 1, text, begun, ReplyClosed(1, reply_id, text, "complete")
    )


def chat_speech(*sees: Message, prompt: str = "chat_assigned", stance: str = "B") -> Speech:
    return Speech("assistant", prompt, stance, sees)


def asked(plan: Any = None, question: Question = STORY, prompt: str = "chat_assigned") -> tuple[Trial, str]:
    """A trial with one reply, and the hash of what its model was sent."""
    first = said(1, "Which one?")
    told = sent(plan or make_plan(), question, PLANNED, chat_speech(first)).prompt_hash
    return Trial(PLANNED, messages=(first, replied(2, "B.", ("p1-001.1",), told, prompt))), told


def test_what_is_sent_is_the_prompt_with_the_passage_and_the_visible_turns() -> None:
    made = sent(
        make_plan(),
        STORY,
        PLANNED,
        chat_speech(said(1, "Which?"), replied(2, "B.", (), ""), said(3, "Why?"), prompt="chat"),
    )

    assert made.prefix == "Passage:\n\nThe ice went out.\n\nNobody saw it."
    assert made.prefix in made.system
    assert made.turns == (Line("user", "Which?"), Line("assistant", "B."), Line("user", "Why?"))
    assert made.prompt_hash == prompt_hash(
        made.system, [("user", "Which?"), ("assistant", "B."), ("user", "Why?")]
    )


def test_a_passage_in_the_first_turn_is_not_in_the_prompt_as_well() -> None:
    plan = make_plan(make_design(assistant={"passage_in_first_turn": True}))

    made = sent(plan, STORY, PLANNED, chat_speech(said(1, "Which?"), prompt="chat"))

    assert made.turns == (Line("user", f"{made.prefix}\n\nWhich?"),)
    assert made.prefix not in made.system


def test_a_speaker_with_a_stance_of_its_own_argues_for_that() -> None:
    made = sent(make_plan(), STORY, PLANNED, chat_speech(said(1, "Which?"), stance="D"))

    assert made.system.startswith("Argue for C: fourth of q1.")


@pytest.mark.parametrize("is_named", [True, False])
def test_a_recorded_reply_is_held_against_its_hash_with_and_without_the_name_of_its_prompt(
    is_named: bool,
) -> None:
    trial, told = asked(prompt="chat_assigned" if is_named else "")

    made = rebuilt(make_plan(), STORY, trial, trial.messages[-1])

    assert made.sent is not None
    assert (made.prompt, made.sent.prompt_hash) == ("chat_assigned", told)


def test_what_another_release_sent_is_not_passed_off_as_sent() -> None:
    for prompt in ("chat_assigned", ""):
        trial, _ = asked(prompt=prompt)
        other = make_plan(prompts=dict.fromkeys(("chat", "chat_assigned", "zero_shot"), "Changed."))

        made = rebuilt(other, STORY, trial, trial.messages[-1])

        assert made.sent is None
        assert "another release asked in another way" in made.why


def test_a_prompt_that_the_plan_does_not_hold_is_said_to_be_unknown() -> None:
    trial, _ = asked(prompt="debate")

    made = rebuilt(make_plan(), STORY, trial, trial.messages[-1])

    assert (made.sent, made.prompt, made.why) == (None, "debate", "The plan holds no prompt debate.")


def test_a_message_that_is_not_on_record_is_named() -> None:
    trial, _ = asked()

    made = rebuilt(make_plan(), STORY, replace(trial, messages=trial.messages[1:]), trial.messages[-1])

    assert made.sent is None
    assert "p1-001.1" in made.why


def test_nobody_sent_a_person_anything() -> None:
    trial, _ = asked()

    assert rebuilt(make_plan(), STORY, trial, trial.messages[0]).sent is None


def test_a_model_alone_is_sent_its_method_s_prompt() -> None:
    planned = replace(PLANNED, condition="model_alone", stance="")
    told = sent_alone(make_plan(), STORY, planned, method="zero_shot")
    reply = replied(1, "B", (), told.prompt_hash, "")

    made = rebuilt(make_plan(), STORY, Trial(planned, messages=(reply,)), reply)

    assert (made.sent, made.prompt) == (told, "zero_shot")
    assert told.turns[0].text.startswith(told.prefix)
