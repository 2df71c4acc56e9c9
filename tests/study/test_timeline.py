"""A sitting in words."""

from pathlib import Path

from oversight_app.researcher import Researcher
from oversight_app.study.design import Outcome
from oversight_app.study.timeline import timeline
from tests.builders import make_proctor, seat


def test_everything_that_happened_has_its_sentence_and_drafts_have_none(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)
    researcher = Researcher(proctor.store, proctor.clock)
    seat(proctor)
    proctor.go_on("p1")
    proctor.page("p1")
    proctor.save_draft("p1", 1, 2, None)
    researcher.tell("p1", "Hello", "Ada")
    researcher.compensate("p1", "k", "2.50", "GBP", "late", "Ada")
    researcher.stop("p1", Outcome.TIMED_OUT, "power cut", "Ada")

    said = [moment.what for moment in timeline(proctor.store.events_of("p1"))]

    assert said == [
        "enrolled (human)",
        "agreed to take part",
        "read the instructions",
        "tried the comprehension check: passed",
        f"began; cell {proctor.sitting('p1').cell}, 10 questions",
        "went on from a rest",
        "saw the question",
        "Ada wrote: Hello",
        "Ada promised 2.50 GBP: late",
        "Ada ended the sitting: power cut",
        f"closed: abandoned, {proctor.sitting('p1').trials[0].closed.choice}",  # type: ignore[union-attr]
        "ended: timed_out",
    ]


def test_a_moment_says_which_question_it_is_about(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)
    seat(proctor)
    proctor.go_on("p1")
    proctor.page("p1")

    assert [moment.n for moment in timeline(proctor.store.events_of("p1"))][-2:] == [None, 1]
