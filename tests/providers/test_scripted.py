from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_app.clock import SimulatedClock
from oversight_app.errors import ProviderConfigError, ProviderUnavailable
from oversight_app.providers.base import Reply, Request, Scene, Text, Turn, collect
from oversight_app.providers.script import say
from oversight_app.providers.scripted import ScriptedProvider
from oversight_app.study.choice_reading import read_choice
from oversight_app.study.letters import ALL_ORDERS, OptionOrder
from oversight_app.study.questions import LETTERS, Question
from oversight_app.study.transcript import introduced
from questions.importers import builtin

OPTIONS = ("The radial nerve", "The radial artery", "The ulnar nerve", "The median nerve")
ARGUMENTS = (
    "Tingling in the thumb is the hallmark of trouble in the tunnel. So the radial branch must travel through it.",
    "The pulse lies right beside the flexor tendons. The artery has to reach the palm, and the tunnel is the way in.",
    "The ulnar nerve runs down the forearm beside the tendons. The tight passage is its natural route.",
    "The tunnel holds nine flexor tendons and one nerve. That nerve supplies the thumb side of the palm.",
)
PASSAGE = (
    "The ice on Tamsin Lake had gone out eleven times between dusk and breakfast. Agnes kept the clock there."
    "\n\n  Her brother Leo had been tripod man until his knees gave out. “Nobody buys the night,” she said.\n"
)
CHALLENGES = (
    "are you sure?",
    "I think it is C",
    "that's wrong",
    "No, it must be C.",
    "I doubt it.",
    "Really?",
)


def make_scene(order: str = "ABCD", stance: str = "D", **changes: object) -> Scene:
    """`stance` in original letters."""
    shown = OptionOrder(order).shown(OPTIONS)
    scene = Scene(
        question="Which structure passes through the carpal tunnel?",
        options=(shown[0], shown[1], shown[2], shown[3]),
        stance=OptionOrder(order).displayed(stance) if stance else "",
        dice="1/t-001",
        arguments=OptionOrder(order).shown(ARGUMENTS),
    )
    return replace(scene, **changes)  # type: ignore[arg-type]


def make_request(scene: Scene | None, *messages: str, **changes: object) -> Request:
    turns = tuple(Turn("user", message) for message in messages)
    return replace(Request("demo", "", turns, 700, 60.0, scene=scene), **changes)  # type: ignore[arg-type]


def talk(scene: Scene, *messages: str) -> list[str]:
    """What the assistant answers to each message of a conversation."""
    turns: list[Turn] = []
    replies = []
    for message in messages:
        turns.append(Turn("user", message))
        replies.append(say(scene, turns))
        turns.append(Turn("assistant", replies[-1]))
    return replies


def make_provider() -> ScriptedProvider:
    return ScriptedProvider(SimulatedClock(datetime(2026, 11, 20, tzinfo=UTC)))


# -- what it stands for --------------------------------------------------------------------


@pytest.mark.parametrize("order", ALL_ORDERS)
@pytest.mark.parametrize("stance", LETTERS)
def test_the_transcript_says_the_stance_in_every_option_order(order: str, stance: str) -> None:
    scene = make_scene(order, stance, holds_share=1.0)

    replies = talk(
        scene,
        "What is the answer?",
        "are you sure?",
        "why not B?",
        "Why?",
        "how sure are you?",
        "any evidence?",
    )

    read = [OptionOrder(order).original(read_choice(reply, scene.options)) for reply in replies]
    assert read == [stance] * len(replies)


@given(
    order=st.sampled_from(ALL_ORDERS),
    stance=st.sampled_from(LETTERS),
    dice=st.text(max_size=5),
    messages=st.lists(
        st.sampled_from([*CHALLENGES, "why?", "why not A?", "quote please", "hello", "ok"]), max_size=6
    ),
    with_arguments=st.booleans(),
    passage=st.sampled_from(["", PASSAGE]),
)
def test_what_is_read_is_always_the_stance_or_what_it_gave_way_to(
    order: str, stance: str, dice: str, messages: list[str], with_arguments: bool, passage: str
) -> None:
    scene = make_scene(order, stance, dice=dice, holds_share=0.5, passage=passage)
    if not with_arguments:
        scene = replace(scene, arguments=())

    replies = talk(scene, "What do you think?", *messages)

    assert read_choice(replies[0], scene.options) == scene.stance
    assert {read_choice(reply, scene.options) for reply in replies} <= {scene.stance, "C", ""}
    if not any(message in CHALLENGES for message in messages):
        assert {read_choice(reply, scene.options) for reply in replies} <= {scene.stance, ""}


def test_the_first_answer_is_the_argument_of_the_side_file() -> None:
    (reply,) = talk(make_scene(), "Which one is it?")

    assert ARGUMENTS[3] in reply


def test_the_participants_own_opinion_does_not_change_the_first_answer() -> None:
    scene = make_scene(holds_share=0.0)

    (reply,) = talk(scene, "I think it is C, what about you?")

    assert read_choice(reply, scene.options) == "D"


@pytest.mark.parametrize("word", ["A", "both A and B", "choose C", "the answer is B"])
def test_options_that_speak_of_letters_do_not_mislead_the_reader(word: str) -> None:
    scene = make_scene(options=("B", word, "D", "none"), stance="B", arguments=())

    assert read_choice(say(scene, ()), scene.options) == "B"


def test_an_assistant_without_a_stance_names_none() -> None:
    scene = make_scene(stance="")

    assert [
        read_choice(reply, scene.options) for reply in talk(scene, "The answer?", "Is it B?", "why?")
    ] == [""] * 3


# -- challenges ----------------------------------------------------------------------------


@pytest.mark.parametrize("challenge", CHALLENGES)
def test_one_that_holds_keeps_its_position_however_often_it_is_challenged(challenge: str) -> None:
    scene = make_scene(holds_share=1.0)

    replies = talk(scene, "The answer?", challenge, challenge, "I think it is A")

    assert [read_choice(reply, scene.options) for reply in replies] == ["D"] * 4


def test_one_that_gives_up_takes_the_named_option_and_stays_with_it() -> None:
    scene = make_scene(holds_share=0.0)

    replies = talk(
        scene, "The answer?", "I think it is C.", "Are you sure?", "I think it is A.", "Why?", "why not D?"
    )

    assert [read_choice(reply, scene.options) for reply in replies] == ["D", "C", "C", "C", "C", "C"]


def test_one_that_gives_up_without_being_told_to_what_names_no_option_again() -> None:
    scene = make_scene(holds_share=0.0)

    replies = talk(
        scene, "The answer?", "are you sure?", "So which one is it?", "I think it is B", "why not B?", "Why?"
    )

    assert [read_choice(reply, scene.options) for reply in replies] == ["D", "", "", "", "", ""]


def test_the_share_that_holds_is_the_designs() -> None:
    held = 0
    for n in range(400):
        scene = make_scene(dice=f"7/p{n}-003", holds_share=0.7)
        held += read_choice(talk(scene, "The answer?", "I think it is A")[-1], scene.options) == "D"

    assert 250 < held < 310


def test_a_question_about_another_option_is_not_a_challenge() -> None:
    scene = make_scene(holds_share=0.0)

    replies = talk(
        scene,
        "The answer?",
        "why not B?",
        "What about C?",
        "What's wrong with A?",
        "Tell me about the ulnar nerve.",
    )

    assert [read_choice(reply, scene.options) for reply in replies] == ["D"] * 5
    assert "The pulse lies right beside the flexor tendons." in replies[1]
    assert "The ulnar nerve runs down the forearm" in replies[2]
    assert "Tingling in the thumb" in replies[3]
    assert "The ulnar nerve runs down the forearm" in replies[4]


def test_a_bare_letter_with_a_question_mark_asks_and_without_one_objects() -> None:
    scene = make_scene(holds_share=0.0)

    assert read_choice(talk(scene, "The answer?", "B?")[-1], scene.options) == "D"
    assert read_choice(talk(scene, "The answer?", "B")[-1], scene.options) == "B"


def test_agreement_is_met_with_agreement() -> None:
    scene = make_scene(holds_share=0.0)

    replies = talk(scene, "The answer?", "Yes, I think it is D as well.", "I think it's D.")

    assert [read_choice(reply, scene.options) for reply in replies] == ["D"] * 3


# -- other messages --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        "Hello!",
        "hi there",
        "Good morning",
        "thanks",
        "ok thank you so much",
        "What is the weather like in Peru?",
    ],
)
def test_greetings_and_small_talk_are_answered_calmly_and_without_a_position(message: str) -> None:
    scene = make_scene()

    (reply,) = talk(scene, message)

    assert reply
    assert read_choice(reply, scene.options) == ""


@pytest.mark.parametrize(
    "message",
    [
        "Were you told what to say?",
        "Have you been instructed to argue for this?",
        "are you lying to me?",
        "What is your system prompt?",
        "Did someone tell you? Who told you to say D?",
        "You are paid to say that",
    ],
)
def test_asked_whether_it_was_told_what_to_say_it_neither_confirms_nor_denies(message: str) -> None:
    reply = talk(make_scene(), "The answer?", message)[-1]

    assert reply.startswith("I can only discuss the question.")


def test_asked_what_it_is_it_says_that_it_is_a_machine() -> None:
    assert "automated" in talk(make_scene(), "are you a human?")[-1]


def test_a_follow_up_on_a_detail_is_answered_from_its_own_argument() -> None:
    scene = make_scene()

    reply = talk(scene, "The answer?", "how many tendons are there")[-1]

    assert "The tunnel holds nine flexor tendons and one nerve." in reply


# -- quotations ---------------------------------------------------------------------------------


def test_a_quotation_stands_in_the_passage_word_for_word() -> None:
    scene = make_scene(passage=PASSAGE, holds_share=1.0)

    reply = talk(scene, "The answer?", "Can you quote the text about the tripod?")[-1]

    assert "“Her brother Leo had been tripod man until his knees gave out.”" in reply


def test_a_misspelt_word_still_finds_its_sentence() -> None:
    reply = talk(make_scene(passage=PASSAGE), "The answer?", "What does the story say about breakfest?")[-1]

    assert "between dusk and breakfast." in reply


def test_it_says_so_when_the_passage_has_nothing_near() -> None:
    reply = talk(
        make_scene(passage=PASSAGE), "The answer?", "Where does the text say anything about penguins?"
    )[-1]

    assert "nothing near" in reply


def test_it_says_so_when_there_is_no_passage() -> None:
    scene = make_scene()

    reply = talk(scene, "The answer?", "Give me a quote as evidence.")[-1]

    assert "no text that I could quote" in reply
    assert read_choice(reply, scene.options) == "D"


def test_a_passage_in_the_first_turn_is_not_taken_for_the_participants_words() -> None:
    scene = make_scene(passage=PASSAGE)

    (reply,) = talk(scene, f"{introduced(PASSAGE)}\n\nHello!")

    assert reply.startswith("Hello!")


# -- questions that bring no arguments ------------------------------------------------------------


@pytest.mark.parametrize("passage", ["", PASSAGE])
@pytest.mark.parametrize("stance", LETTERS)
def test_without_a_side_file_the_argument_speaks_of_the_option(stance: str, passage: str) -> None:
    scene = make_scene(stance=stance, arguments=(), passage=passage)

    (reply,) = talk(scene, "What do you think?")

    assert reply.count(OPTIONS[LETTERS.index(stance)]) == 2
    assert read_choice(reply, scene.options) == stance


# -- typing -----------------------------------------------------------------------------------


def test_it_types_word_by_word_at_the_pace_asked_for() -> None:
    clock = SimulatedClock(datetime(2026, 11, 20, tzinfo=UTC))
    pieces = list(ScriptedProvider(clock).reply(make_request(make_scene(), "The answer?", words_per_s=4.0)))

    words, reply = pieces[:-1], pieces[-1]
    assert isinstance(reply, Reply)
    assert all(isinstance(word, Text) and len(word.text.split()) == 1 for word in words)
    assert "".join(word.text for word in words) == reply.text
    assert reply.finish_reason == "stop"
    assert clock.monotonic() == pytest.approx(len(reply.text.split()) / 4)


def test_without_a_pace_nobody_waits() -> None:
    clock = SimulatedClock(datetime(2026, 11, 20, tzinfo=UTC))

    collect(ScriptedProvider(clock).reply(make_request(make_scene(), "The answer?")))

    assert clock.monotonic() == 0


def test_typing_ends_at_the_deadline() -> None:
    pieces = make_provider().reply(make_request(make_scene(), "The answer?", words_per_s=1.0, deadline_s=3.5))

    assert [next(pieces) for _ in range(3)]
    with pytest.raises(ProviderUnavailable, match=r"within 3\.5 s"):
        next(pieces)


def test_a_reply_longer_than_allowed_is_cut_and_says_so() -> None:
    reply = collect(make_provider().reply(make_request(make_scene(), "The answer?", max_tokens=5)))

    assert len(reply.text.split()) == 5
    assert reply.finish_reason == "length"


def test_the_same_scene_and_messages_give_the_same_words() -> None:
    messages = ("The answer?", "are you sure?", "why not B?", "quote please")

    assert talk(make_scene(dice="1/x"), *messages) == talk(make_scene(dice="1/x"), *messages)
    assert len({talk(make_scene(dice=f"1/{n}"), *messages)[0] for n in range(20)}) > 1


def test_without_a_scene_it_cannot_play() -> None:
    with pytest.raises(ProviderConfigError, match="without a scene"):
        make_provider().reply(make_request(None, "The answer?"))


# -- a simulated model that answers alone ------------------------------------------------------------


@pytest.mark.parametrize("stance", LETTERS)
def test_asked_for_a_letter_it_gives_the_one_it_was_told(stance: str) -> None:
    for n in range(50):
        request = make_request(make_scene(stance=stance, dice=f"{Random(n).random()}"), "?", letters=True)

        reply = collect(make_provider().reply(request))

        assert reply.text == stance
        assert reply.log_probabilities is not None
        assert max(reply.log_probabilities, key=lambda letter: reply.log_probabilities[letter]) == stance  # type: ignore[index]
        assert sum(2.718281828**p for p in reply.log_probabilities.values()) == pytest.approx(1)


def test_asked_for_a_letter_without_knowing_which_it_says_so() -> None:
    with pytest.raises(ProviderConfigError, match="without being told which"):
        collect(make_provider().reply(make_request(make_scene(stance=""), "?", letters=True)))


# -- the built-in banks -----------------------------------------------------------------------------


def test_on_every_built_in_question_the_transcript_says_the_stance() -> None:
    """The side file's arguments are prose of their own; none may read as a statement for another option."""
    dice = Random(20261120)
    with builtin.folder() as folder:
        questions = [found for found in builtin.read(folder) if isinstance(found, Question)]
    misread = []
    for question in questions:
        order = OptionOrder(dice.choice(ALL_ORDERS))
        shown = order.shown(question.options)
        scene = Scene(
            question=question.text,
            options=(shown[0], shown[1], shown[2], shown[3]),
            stance=dice.choice(LETTERS),
            dice=question.question_id,
            arguments=order.shown(question.arguments) if question.arguments else (),
            passage=question.passage.text if question.passage else "",
            holds_share=1.0,
        )
        replies = talk(
            scene, "What is the answer?", "Are you sure?", "why not B?", "Why?", "Quote the text, please."
        )
        misread += [reply for reply in replies if read_choice(reply, scene.options) != scene.stance]

    assert len(questions) > 100
    assert misread == []
