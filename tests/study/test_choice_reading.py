import pytest

from oversight_app.study.choice_reading import read_choice
from oversight_app.study.questions import LETTERS

NERVES = ("the radial nerve", "the radial artery", "the ulnar nerve", "the median nerve")


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("B", "B"),
        ("b", "B"),
        (" C\n", "C"),
        ("(B)", "B"),
        ("(d)", "D"),
        ("**D**", "D"),
        ("B.", "B"),
        ("A.", "A"),
        ("Answer: C", "C"),
        ("answer: c", "C"),
        ("The answer is a.", "A"),
        ("Option B", "B"),
        ("D) the median nerve", "D"),
        ("B. the radial artery", "B"),
        ("D the median nerve, I should think", "D"),
        ("C: because of the wrist", "C"),
        ("B, because the artery lies beside the tendons.", "B"),
        ("B - it lies beside the tendons", "B"),
        ("The tunnel is narrow.\n\nD", "D"),
    ],
)
def test_a_bare_letter_is_a_choice(text: str, choice: str) -> None:
    assert read_choice(text, NERVES) == choice


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("I am fairly sure that the answer is **C**.", "C"),
        ("The answer is **D**.", "D"),
        ("**Answer:** B", "B"),
        ("**Answer: B**", "B"),
        ("Final answer - it's B.", "B"),
        ("The correct answer to this question is (A).", "A"),
        ("The correct option, in my view, is C.", "C"),
        ("The answer is A", "A"),
        ("My answer remains B.", "B"),
        ("The best choice would be option D, the median nerve.", "D"),
        ("I would choose (B) here.", "B"),
        ("I'd go with A.", "A"),
        ("I’d go with A.", "A"),
        ("I'm leaning towards C, though not strongly.", "C"),
        ("I'll stick with B.", "B"),
        ("I would say D.", "D"),
        ("This supports C.", "C"),
        ("B is correct.", "B"),
        ("Option B is the correct answer.", "B"),
        ("(C) is right, since the artery is outside.", "C"),
        ("D (the median nerve) is correct.", "D"),
        ("D is most likely the right one.", "D"),
        ("C fits best.", "C"),
        ("B it is.", "B"),
        ("It's C.", "C"),
        ("It must be option A.", "A"),
        ("That leaves D.", "D"),
        ("I'd rule out A and B, so C.", "C"),
        ("So the answer is clearly B.", "B"),
        ("You are right, C.", "C"),
        ("A good answer is B.", "B"),
        ("Not A but C", "C"),
        ("The answer is not A but C.", "C"),
        ("The answer isn't A, it's B.", "B"),
        ("It is C, not B.", "C"),
        ("I would pick B over C.", "B"),
        ("I am not sure, but I'd say B.", "B"),
        ("If you ask me, the answer is D.", "D"),
        ("$\\boxed{C}$", "C"),
        ("The answer is the median nerve.", "D"),
        ("Answer: The Ulnar Nerve", "C"),
        ("The median nerve is the correct answer.", "D"),
    ],
)
def test_a_statement_is_a_choice(text: str, choice: str) -> None:
    assert read_choice(text, NERVES) == choice


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("At first I thought the answer is A. On reflection the answer is C.", "C"),
        ("The answer is B. Option A says something else, and C is far from right.", "B"),
        ("The answer is B. Wait, no: the answer is D.", "D"),
        ("Answer: B\n\nSome may say the answer is C, but the wrist says otherwise.", "B"),
        ("The answer is A. Does that help?", "A"),
        ("I would choose B. I would not choose C.", "B"),
        ("I'd choose B, and D is wrong.", "B"),
        ("Answer: the radial nerve. No, the answer is the median nerve.", "D"),
    ],
)
def test_the_last_statement_wins(text: str, choice: str) -> None:
    assert read_choice(text, NERVES) == choice


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "I'd rule out A and B.",
        "A good question",
        "A good question! What do you think yourself?",
        "I would not choose A.",
        "I don't think B is correct.",
        "Neither A nor B is correct.",
        "The answer is not C.",
        "The answer isn't C.",
        "It can't be D.",
        "The answer is B or C.",
        "The answer is A, B, or C.",
        "Either A or B is correct.",
        "I'd choose between A and B",
        "The answer could be B.",
        "Is the answer B?",
        "Would you choose B?",
        "If the answer is B, the artery would be inside.",
        "Whether the answer is B depends on the wrist.",
        "You said the answer is B.",
        "Some would say the answer is B.",
        "B would be right if the artery lay inside.",
        "It is tempting to choose B.",
        "Please pick A, B, C or D.",
        "Options: A. one B. two",
        "Answer the question: A man walks into a bar.",
        "C. elegans is a worm.",
        "B. subtilis grows fast.",
        "This is C code.",
        "The best C++ answer is long.",
        "B-cells make antibodies.",
        "A, B and C all lie outside.",
        "**A** or **B**",
        "Both the radial nerve and the median nerve pass the wrist.",
        "It is not the median nerve.",
        "Is it the median nerve?",
        "I am no longer sure. The median nerve has something for it.",
        "Lorem ipsum dolor sit amet ĠĠ <|user|>",
        "Hello! I can discuss this question with you.",
    ],
)
def test_what_states_nothing_or_two_things_is_unreadable(text: str) -> None:
    assert read_choice(text, NERVES) == ""


def test_words_of_one_option_alone_are_a_choice() -> None:
    text = "What runs there beneath the band of tissue, between nine tendons, is the median nerve, as patients notice."

    assert read_choice(text, NERVES) == "D"


def test_words_that_are_denied_leave_the_other_ones() -> None:
    assert read_choice("That would be the median nerve, not the ulnar nerve.", NERVES) == "D"


def test_a_number_inside_a_longer_text_is_not_a_choice() -> None:
    text = "In chapter 2 the author says, among many other things, that the winter was long and that the ice was thin."

    assert read_choice(text, ("2", "4", "8", "16")) == ""


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("The answer is 2.", "A"),
        ("The answer is 2.5.", "B"),
        ("25", "C"),
        ("The answer is -2.", "D"),
        ("2.5", "B"),
    ],
)
def test_numbers_are_read_whole(text: str, choice: str) -> None:
    assert read_choice(text, ("2", "2.5", "25", "-2")) == choice


def test_an_option_inside_another_is_not_said_by_itself() -> None:
    options = ("oxide", "iron oxide", "iron", "copper")

    assert read_choice("It should be iron oxide, I believe.", options) == "B"
    assert read_choice("The answer is iron oxide.", options) == "B"


def test_words_that_two_options_share_are_unreadable() -> None:
    assert read_choice("The answer is Paris.", ("Paris", "Paris", "Rome", "Bonn")) == ""


@pytest.mark.parametrize("letter", LETTERS)
def test_options_that_look_like_statements_do_not_speak_for_the_text(letter: str) -> None:
    options = ("the answer is B", "choose D", "both A and B", "A")

    text = f"My answer is {letter}: {options[LETTERS.index(letter)]}. So I stay with {letter}."

    assert read_choice(text, options) == letter


@pytest.mark.parametrize("piece", ["answer ", "B ", "(", "\n", "not (", "it is still ", "**", "is B or "])
def test_rambling_of_any_kind_is_read_in_a_moment(piece: str) -> None:
    # Nothing is measured: a pattern that runs away would meet the test's time limit.
    assert read_choice(piece * 5000, NERVES) == ""


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("The answer is B. No: the answer is the median nerve.", "A"),
        ("The answer is the median nerve. No: the answer is B.", "B"),
        ("İİİİİİİİ The answer is B. No: the answer is the median nerve.", "A"),
    ],
)
def test_of_a_letter_and_an_options_words_the_later_counts(text: str, letter: str) -> None:
    options = ("the median nerve", "the ulnar nerve", "the radial nerve", "the axillary nerve")

    assert read_choice(text, options) == letter
