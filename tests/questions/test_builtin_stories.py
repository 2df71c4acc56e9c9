"""The built-in stories must be read to be answered.

A study on long stories measures oversight only if the stories withstand the shortcuts a hurried person or a
weak assistant takes: searching the text for the words of an option, picking the longest option, or both. The
stories that travel with the tool are therefore held to the layout of QuALITY and to those shortcuts, with
plain `json` and no code of the tool, so that a mistake in our importer cannot hide a mistake in the data.
The search scores each option by the rarity of the words it shares with its best place in the passage, after
the idea of inverse document frequency (Sparck Jones 1972). Guessing answers 25 % of the questions; 40 %
leaves room for chance on some twenty questions. Whether exactly one option is defensible, only a reader can
say.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

BUILTIN = Path(__file__).resolve().parents[2] / "questions" / "builtin"
STORY_KEYS = [
    "article_id", "set_unique_id", "batch_num", "writer_id", "source", "title", "year", "author", "topic",
    "article", "questions", "url", "license",
]  # fmt: skip
QUESTION_KEYS = [
    "question", "question_unique_id", "options", "writer_label", "gold_label", "validation",
    "speed_validation", "difficult",
]  # fmt: skip
WINDOW = 3  # neighbouring sentences read as one place of the passage
MOST_BY_SHORTCUT = 0.40
NEARLY_ALL = 0.75
LITTLE_WORDS = """
    a about after again all also an and any are as at be because been before being but by can could did do
    does done for from had has have having he her hers him himself his how i if in into is it its itself just
    may might more most much must my no nor not now of off on once one only or other our out over own same she
    should so some such than that the their them then there these they this those though through to too under
    until up upon us very was we were what when where whether which while who whom whose why will with would
    yet you your
"""
FUNCTION_WORDS = frozenset(LITTLE_WORDS.split())
# Readers see the options in shuffled order, so a text that points to one by its place would mislead them.
NAMES_A_LETTER = re.compile(
    r"\(\s*[A-Da-d1-4]\s*\)"
    r"|\b[B-D]\b(?!\.)"
    r"|\b(?:[Oo]ption|[Aa]nswer|[Cc]hoice)s?\s+(?:[A-D]|[1-4]|one|two|three|four)\b"
    r"|\b(?:first|second|third|fourth|last)\s+(?:option|answer|choice)\b"
)

Record = dict[str, Any]


def lines_of(paths: Iterable[Path]) -> list[Record]:
    # Not `splitlines`: unescaped text may hold characters that Python takes for line ends and JSON does not.
    texts = [line for path in paths for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    return [json.loads(text) for text in texts]


STORY_FILES = sorted((BUILTIN / "quality").glob("*.jsonl"))
STORIES = lines_of(STORY_FILES)
# The folder holds the arguments of the short questions too; a story's bear the name of its file.
ARGUMENTS = lines_of(BUILTIN / "arguments" / path.name for path in STORY_FILES)
QUESTIONS = [(story, question) for story in STORIES for question in story["questions"]]

each_story = pytest.mark.parametrize("story", STORIES, ids=[story["article_id"] for story in STORIES])
each_question = pytest.mark.parametrize(
    ("story", "question"), QUESTIONS, ids=[question["question_unique_id"] for _, question in QUESTIONS]
)


# -- reading as a search engine reads ---------------------------------------------------------------


def stem(word: str) -> str:
    """The word without its commonest endings: `waited`, `waits` and `waiting` all become `wait`."""
    for ending in ("ingly", "edly", "ings", "ing", "ies", "ed", "es", "ly", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    doubled = len(word) > 3 and word[-1] == word[-2]
    return word[:-1] if doubled else word


def content_words(text: str) -> frozenset[str]:
    plain = text.lower().replace("\u2019", "'")
    words = (word.removesuffix("'s") for word in re.findall(r"[^\W_]+(?:'[^\W_]+)*", plain))
    return frozenset(stem(word) for word in words if word not in FUNCTION_WORDS)


def sentences(text: str) -> list[str]:
    pieces = re.split(r"(?<=[.!?])[\"'\u201d\u2019)*_]*\s+|\n\s*\n", text)
    return [piece for piece in pieces if piece.strip()]


def search_scores(story: Record, question: Record) -> list[float]:
    """How well each option, searched for together with its question, is found in the passage."""
    places = [content_words(sentence) for sentence in sentences(story["article"])]
    seen_in = Counter(word for place in places for word in place)
    rarity = {word: math.log(len(places) / count) for word, count in seen_in.items()}
    windows = [frozenset().union(*places[at : at + WINDOW]) for at in range(max(1, len(places) - WINDOW + 1))]
    asked = content_words(question["question"])

    def found(option: str) -> float:
        sought = content_words(option)
        return max(
            sum(rarity[word] for word in window & sought)
            # The words of the question are in every option's search: they say where to look.
            + 0.5 * sum(rarity[word] for word in window & (asked - sought))
            for window in windows
        )

    return [found(option) for option in question["options"]]


def lengths(story: Record, question: Record) -> list[float]:
    return [float(len(option)) for option in question["options"]]


def both(story: Record, question: Record) -> list[float]:
    """Search and length with an equal say, each measured against its own best option."""
    searched, long = search_scores(story, question), lengths(story, question)
    best, longest = max(searched) or 1.0, max(long)
    return [score / best + length / longest for score, length in zip(searched, long, strict=True)]


def searched_then_longest(story: Record, question: Record) -> list[float]:
    """Search decides; where it finds two options equally well, the longer one is taken."""
    ranked = list(zip(search_scores(story, question), lengths(story, question), strict=True))
    order = sorted(set(ranked))
    return [float(order.index(rank)) for rank in ranked]


def least_found(story: Record, question: Record) -> list[float]:
    """The search turned round: distractors stuffed with words of the text would give the key away."""
    return [-score for score in search_scores(story, question)]


def shortest(story: Record, question: Record) -> list[float]:
    return [-length for length in lengths(story, question)]


def share_answered(score: Callable[[Record, Record], Sequence[float]]) -> float:
    right = 0
    for story, question in QUESTIONS:
        scores = score(story, question)
        right += scores.index(max(scores)) + 1 == question["gold_label"]
    return right / len(QUESTIONS)


# -- layout -----------------------------------------------------------------------------------------


def test_there_are_at_least_four_stories_and_exactly_one_is_for_practice() -> None:
    ids = [story["article_id"] for story in STORIES]
    assert len(set(ids)) == len(ids) >= 4
    assert ids.count("os-practice") == 1


@each_story
def test_a_story_has_the_keys_of_quality_in_their_order(story: Record) -> None:
    assert list(story) == STORY_KEYS
    assert all(list(question) == QUESTION_KEYS for question in story["questions"])
    assert story["set_unique_id"].startswith(story["article_id"] + "_")
    ids = [question["question_unique_id"] for question in story["questions"]]
    assert ids == [f"{story['set_unique_id']}_{number}" for number in range(1, len(ids) + 1)]


@each_story
def test_a_story_is_as_long_as_a_long_quality_passage(story: Record) -> None:
    assert 3_500 <= len(story["article"].split()) <= 5_000


@each_story
def test_a_story_has_five_questions(story: Record) -> None:
    assert len(story["questions"]) == 5


@each_story
def test_paragraphs_are_parted_by_blank_lines_and_never_wrapped(story: Record) -> None:
    paragraphs = story["article"].strip().split("\n\n")
    assert len(paragraphs) > 10
    assert not any("\n" in paragraph or paragraph != paragraph.strip() for paragraph in paragraphs)


@each_question
def test_a_question_has_four_distinct_options_and_its_key_is_one_of_them(
    story: Record, question: Record
) -> None:
    options = question["options"]
    assert len(options) == len({option.strip().casefold() for option in options}) == 4
    assert all(option == option.strip() != "" for option in options)
    assert question["gold_label"] in (1, 2, 3, 4)


def test_the_keys_are_spread_over_the_four_places() -> None:
    places = Counter(question["gold_label"] for _, question in QUESTIONS)
    assert set(places) == {1, 2, 3, 4}
    assert max(places.values()) <= MOST_BY_SHORTCUT * len(QUESTIONS)


def test_every_question_has_four_arguments_and_an_explanation_and_nothing_else_has() -> None:
    ids = [entry["question_id"] for entry in ARGUMENTS]
    assert sorted(ids) == sorted(question["question_unique_id"] for _, question in QUESTIONS)
    for entry in ARGUMENTS:
        assert list(entry) == ["question_id", "arguments", "explanation"]
        assert len(set(entry["arguments"])) == 4
        assert all(30 <= len(text.split()) <= 70 for text in entry["arguments"])
        assert entry["explanation"].strip()


@pytest.mark.parametrize("entry", ARGUMENTS, ids=[entry["question_id"] for entry in ARGUMENTS])
def test_no_argument_and_no_explanation_names_an_option_by_its_place(entry: Record) -> None:
    texts = [*entry["arguments"], entry["explanation"]]
    assert [found.group() for text in texts if (found := NAMES_A_LETTER.search(text))] == []


# -- shortcuts --------------------------------------------------------------------------------------


@each_question
def test_no_single_sentence_of_the_passage_says_the_answer(story: Record, question: Record) -> None:
    key = content_words(question["options"][question["gold_label"] - 1])
    assert key, "a key without content words can not be looked for"
    telling = [
        sentence
        for sentence in sentences(story["article"])
        if len(key & content_words(sentence)) >= NEARLY_ALL * len(key)
    ]
    assert telling == []


@pytest.mark.parametrize(
    "shortcut", [search_scores, lengths, both, searched_then_longest, least_found, shortest]
)
def test_a_shortcut_answers_at_most_two_questions_in_five(
    shortcut: Callable[[Record, Record], Sequence[float]],
) -> None:
    assert share_answered(shortcut) <= MOST_BY_SHORTCUT


def test_the_search_does_find_an_answer_that_stands_in_the_text() -> None:
    told = (
        "The mill stood idle. Anna sold her grey horse to a miller in June. It rained for days. Nobody came."
    )
    options = ["She bought a boat", "She sold the grey horse", "She rented the mill", "She waited for rain"]
    scores = search_scores({"article": told}, {"question": "What did Anna do in June?", "options": options})
    assert scores.index(max(scores)) == 1
