"""What is counted of replies, and what is not."""

from pathlib import Path

from oversight_app.model_alone import answer_alone
from oversight_app.prompts import load_prompts
from oversight_app.store.spending import Spent
from tests.builders import make_clock, make_plan, make_store
from tests.test_purse import asked_of, capped
from tests.test_replies import says

NOTHING = Spent(0, 0, 0, 0, 0.0, 0, 0)


def test_a_study_without_replies_has_spent_nothing(tmp_path: Path) -> None:
    with make_store(tmp_path) as store:
        assert store.spent() == NOTHING
        assert store.spent("p1") == NOTHING


def test_tokens_are_added_up_by_kind_for_all_and_for_each(tmp_path: Path) -> None:
    with (proctor := capped(tmp_path, people=2)).store as store:
        replies, _ = asked_of(proctor, says("Because."))
        for participant_id in ("p1", "p1", "p2"):
            replies.ask(participant_id, 1, "Why?")

        assert store.spent() == Spent(300, 60, 15, 21, 0.0, 3, 0)
        assert store.spent("p2") == Spent(100, 20, 5, 7, 0.0, 1, 0)


def test_what_a_model_answers_alone_is_no_reply_to_people(tmp_path: Path) -> None:
    with make_store(tmp_path, make_plan(prompts=load_prompts())) as store:
        answer_alone(store, "scripted:demo", clock=make_clock())

        assert store.spent() == NOTHING
