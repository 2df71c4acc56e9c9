import pytest

from oversight_app.study.stated import Stated, read_score, read_stated

OPTIONS = ("mitosis", "meiosis", "osmosis", "gnosis")


@pytest.mark.parametrize(
    ("text", "letter", "probability"),
    [
        ("B 70%", "B", 0.7),
        ("**B** — 70.5 %", "B", 0.705),
        ("B: 100", "B", 1.0),
        ("B 0%", "B", 0.0),
        ("I think the answer is B. About 70 percent.", "B", 0.7),
        ("First I held 60%, now the answer is meiosis, 80%.", "B", 0.8),
        ("B", "B", None),
        ("B 120%", "B", None),
        ("70%", "", 0.7),
        ("B, 70% sure.", "B", 0.7),
        ("(B) 70 percent", "B", 0.7),
        ("A 70% rise would be needed.", "", 0.7),
        ("", "", None),
        ("A or B, 50%", "", 0.5),
    ],
)
def test_an_option_and_a_percentage_are_read_each_on_its_own(
    text: str, letter: str, probability: float | None
) -> None:
    assert read_stated(text, OPTIONS) == Stated(letter, probability)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("85", 85),
        (" 85. ", 85),
        ("**85**", 85),
        ("Score: 85", 85),
        ("score = 7.5", 7.5),
        ("85/100", 85),
        ("85 %", 85),
        ("0", 0),
        ("The reasoning is sound, so the score is 90.", 90),
        ("It has 3 steps, of which 2 hold: I would say 40 out of 100.", 40),
        ("A score of 20 at first; in the end 60%.", 60),
    ],
)
def test_a_score_is_read_strictly_and_then_leniently(text: str, score: float) -> None:
    assert read_score(text) == score


@pytest.mark.parametrize(
    "text", ["", "very good", "B", "101", "1000", "-", "It has 3 steps.", "score", "8 or 9"]
)
def test_what_is_no_score_is_missing(text: str) -> None:
    assert read_score(text) is None
