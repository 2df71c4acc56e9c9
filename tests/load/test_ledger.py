from pathlib import Path

from oversight_app.load.ledger import Answer, Ledger, missing
from oversight_app.study.sitting import Sitting
from tests.builders import make_clock, make_proctor, seat


def sitting_with_an_answer(folder: Path) -> Sitting:
    clock = make_clock()
    proctor = make_proctor(folder, clock=clock)
    seat(proctor)
    proctor.go_on("p1")
    proctor.page("p1")
    clock.sleep(2)
    proctor.submit("p1", 1, 2, 0.6, browser_response_time_s=1.234)
    return proctor.sitting("p1")


def test_nothing_is_missing_where_the_record_has_what_was_acknowledged(tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.sees(1)
    ledger.hands_in(1, (2, 0.6), 1234)
    ledger.moves_on()

    assert ledger.answers == {1: Answer((2, 0.6), 1234)}
    assert missing(ledger, sitting_with_an_answer(tmp_path)) == []


def test_another_answer_or_another_time_is_a_loss(tmp_path: Path) -> None:
    sitting = sitting_with_an_answer(tmp_path)
    changed, late = (Ledger(answers={1: answer}) for answer in (Answer((1, 0.6), 1234), Answer((2, 0.6), 9)))

    assert len(missing(changed, sitting)) == len(missing(late, sitting)) == 1


def test_a_question_a_draft_and_a_message_that_the_record_does_not_know_are_losses(tmp_path: Path) -> None:
    ledger = Ledger(shown={2}, drafts={2: (0, None)}, said=[(2, "Why?")], n_replies={2: 1})

    assert len(missing(ledger, sitting_with_an_answer(tmp_path))) == 4


def test_a_mark_on_its_way_may_be_on_record_or_not(tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.has_marked(2, (None, None))
    ledger.marks(2, (3, None))

    assert missing(ledger, sitting_with_an_answer(tmp_path)) == []


def test_an_answer_counts_as_taken_only_once_its_page_has_gone() -> None:
    ledger = Ledger()
    ledger.hands_in(1, (2, 0.6), 1234)
    ledger.sees(1)
    assert ledger.answers == {}

    ledger.sees(2)

    assert set(ledger.answers) == {1}
