import pytest

from oversight_app.study.methods import Reads
from oversight_app.study.trial import TrialStatus
from tests.study.methods.items import make_item, play, said

ENDS = "Cells divide.\n\nThe single, most likely answer choice is ({})"


def voted(*texts: str, order: str = "ABCD") -> object:
    by_part = {f"reasoning/{k}": text for k, text in enumerate(texts, start=1)}
    answer, _ = play(
        f"self_consistency(n={len(texts)})", lambda call: said(by_part[call.part]), make_item(order)
    )
    return answer.choice, answer.confidence, answer.probabilities


def test_the_letter_that_most_reasonings_end_with_is_the_answer_and_shares_are_probabilities() -> None:
    texts = [ENDS.format(letter) for letter in "CBBDB"]

    assert voted(*texts) == ("B", 0.6, (0, 0.6, 0.2, 0.2))
    assert voted(*texts, order="CADB") == ("A", 0.6, (0.6, 0.2, 0, 0.2))


def test_of_equal_letters_the_one_counts_that_was_named_first() -> None:
    assert voted(*"DBBD") == ("D", 0.5, (0, 0.5, 0, 0.5))


def test_what_cannot_be_read_has_no_vote() -> None:
    assert voted("", "A or B", ENDS.format("C"), "I do not know.") == ("C", 1, (0, 0, 1, 0))


def test_without_a_letter_there_is_no_answer() -> None:
    answer, _ = play("self_consistency(n=2)", lambda call: said("hm"))

    assert (answer.status, answer.confidence, answer.p_source) == (TrialStatus.UNREADABLE, None, "")


def test_ten_at_once_are_the_default_all_sampled() -> None:
    _, calls = play("self_consistency(max_tokens=80)", lambda call: said("B"))

    assert len(calls) == 10
    assert {(call.reads, call.is_sampled, call.max_tokens) for call in calls} == {(Reads.TEXT, True, 80)}


@pytest.mark.parametrize("n", [1, 4])
def test_samples_say_where_probabilities_come_from(n: int) -> None:
    answer, _ = play(f"self_consistency(n={n})", lambda call: said("B"))

    assert answer.p_source == "samples"
