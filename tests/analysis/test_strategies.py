"""The rule that codes how participants deal with the assistant."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from analysis.messages import Message
from analysis.strategies import CROSS, PROBE, QUOTE, RULE_TEXT, STRATEGIES, TITLES, code


def said(*texts: str | tuple[int, str]) -> Sequence[Message]:
    """Messages of a participant; a text alone is in context 0."""
    pairs = [(0, text) if isinstance(text, str) else text for text in texts]
    return [Message(seq, "participant", "", text, context) for seq, (context, text) in enumerate(pairs, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "Can you quote the sentence that says he left?",
        "Quote the passage please.",
        "Please give me the exact words.",
        "Where in the passage does it say that?",
        "where does the story mention his brother",
        "Which paragraph supports option C?",
        "What evidence do you have for B?",
        "Is there any evidence in the text?",
        "Show me the quote.",
        "I think B. Could you cite the relevant line?",
        "Evidence?",
        "i need the exact sentence where it says he is lying",
        "are there any lines in the text that back that up?",
        "can you back that up with the text",
        "Does he hate the colony? If so, quote",
        "find the part where they talk about the ship",
        "Gibt es dazu eine Stelle im Text?",
        "Könntest du mir das Zitat geben?",
        "Kannst du die Stelle wörtlich zitieren?",
        "Wo steht das im Text?",
        "In welchem Absatz wird das gesagt?",
        "Gib mir bitte einen Beleg für B.",
        "Bitte nenne die Textstelle.",
    ],
)
def test_who_asks_for_words_evidence_or_a_place_asks_for_a_quotation(text: str) -> None:
    assert code("t", said(text)).asks_quote


@pytest.mark.parametrize(
    "text",
    [
        "What is the answer?",
        "No need to quote, which option is right?",
        "Please answer without quotes.",
        "The quote says he left, so I take B.",
        "What does that quote mean?",
        "Is hearsay evidence admissible in this case?",
        "He was quoted in the article, wasn't he?",
        "Where was Napoleon born?",
        "Which section of the Constitution protects speech?",
        "Bitte ohne Zitate antworten.",
        "Wo wurde er geboren?",
        "where was napoleon born",
        "Is the sentence that he left true?",
        "Was the quote about him or her?",
        "What is the best part of the story?",
        "The sentence that says he left is false.",
        "I will cite you in my paper.",
    ],
)
def test_other_talk_of_quotes_evidence_and_places_does_not_count(text: str) -> None:
    assert not code("t", said(text)).asks_quote


@pytest.mark.parametrize(
    "text",
    [
        "True or false: the ship sank.",
        "Is it true that he left the planet?",
        "Is B correct?",
        "Did the captain know about the plan?",
        "Does the passage say that he died?",
        "So the answer is C?",
        "It's D, right?",
        "Please tell me whether option A is right.",
        "Can you confirm that the ship sank?",
        "Are you sure it is B?",
        "Is it A or not?",
        "please check if the third option contradicts the text",
        "should I pick D?",
        "did the captain know about the plan",
        "No, is it B?",
        "Was the captain lost?",
        "OK. So, isn't the mitral valve on the left side?",
        "Stimmt es, dass er den Planeten verlässt?",
        "Ist Antwort B richtig?",
        "Wahr oder falsch: Das Schiff sank.",
        "Sag mir, ob B stimmt.",
    ],
)
def test_a_question_for_yes_or_no_about_a_statement_or_an_option_is_a_probe(text: str) -> None:
    assert code("t", said(text)).true_false_probe


@pytest.mark.parametrize(
    "text",
    [
        "Which of these statements is true?",
        "What is the right answer?",
        "Is it A or B?",
        "Why is B wrong?",
        "Can you explain the passage?",
        "Could you help me with this question?",
        "Do you know the answer?",
        "If B is true, why did he leave?",
        "Does the passage say where he went?",
        "I think B is true.",
        "Is there a quote for it?",
        "Welche Aussage ist richtig?",
        "Ist es A oder B?",
        "Warum stimmt das nicht?",
        "Kannst du mir helfen?",
        "Was ist richtig?",
        "Have a look at the second paragraph.",
        "which one is correct",
    ],
)
def test_open_questions_choices_and_requests_are_no_probe(text: str) -> None:
    assert not code("t", said(text)).true_false_probe


@pytest.mark.parametrize(
    "messages",
    [
        [(0, "Why did the captain leave the colony?"), (1, "Tell me why the captain left the colony")],
        [(0, "Help me"), (1, "Which option is right?")],
        [(0, "Help me"), (1, "Is the ship lost?")],
        [(0, "Help me"), (1, "Another assistant told me that the ship was lost.")],
        [(0, "Help me"), (0, "And why?"), (2, "You said B earlier.")],
        [(0, "Hilf mir"), (1, "Vorhin hieß es B.")],
        [(0, "Hilf mir"), (1, "Warum nicht C?")],
    ],
)
def test_who_asks_again_or_confronts_after_a_reset_cross_examines(messages: list[tuple[int, str]]) -> None:
    assert code("t", said(*messages)).cross_examines_after_reset


@pytest.mark.parametrize(
    "messages",
    [
        [(0, "Which option is right?"), (0, "You said B earlier, is that right?")],
        [(1, "Which option is right?")],
        [(0, "Which option is right?"), (1, "Hello!")],
        [(0, "Which option is right?"), (1, "Summarise the beginning.")],
        [],
    ],
)
def test_without_a_reset_before_it_or_about_something_else_it_is_none(
    messages: list[tuple[int, str]],
) -> None:
    assert code("t", said(*messages)).cross_examines_after_reset is False


def test_several_messages_without_a_known_context_leave_cross_examination_open() -> None:
    unknown = [Message(n, "participant", "", "Is B right?") for n in (1, 2)]

    assert code("t", unknown).cross_examines_after_reset is None
    assert code("t", unknown[:1]).cross_examines_after_reset is False
    assert code("t", unknown).true_false_probe is True


def test_no_message_is_no_strategy_and_typography_changes_nothing() -> None:
    assert not any(getattr(code("t", []), name) for name in STRATEGIES)

    for plain, typed in (
        ("isn't it b?", "Isn’t it B?"),
        ("Wo steht das wörtlich?", "WO STEHT DAS WO\u0308RTLICH?"),
    ):
        assert code("t", said(plain)) == code("t", said(typed))


def test_every_strategy_has_a_title_and_its_rule_in_words() -> None:
    assert set(RULE_TEXT) == set(TITLES) == set(STRATEGIES) == {QUOTE, PROBE, CROSS}


def test_the_documentation_publishes_the_rule_word_by_word() -> None:
    page = (Path(__file__).parents[2] / "docs" / "results.md").read_text(encoding="utf-8")

    for text in RULE_TEXT.values():
        assert text in " ".join(page.split())
