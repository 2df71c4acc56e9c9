from pathlib import Path

import pytest

from oversight_app.errors import BadInput
from oversight_app.study.page import QuestionPage
from oversight_app.study.questions import LETTERS
from oversight_app.transcripts import transcript_of
from tests.builders import make_proctor, seat


def test_a_transcript_has_the_letters_that_the_participant_saw(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)
    seat(proctor)
    proctor.go_on("p1")
    page = proctor.page("p1")
    trial_id = proctor.sitting("p1").trial.plan.trial_id

    said = transcript_of(proctor.store, trial_id)
    key = proctor.questions[proctor.sitting("p1").trial.plan.question_id]
    proctor.store.close()

    assert isinstance(page, QuestionPage)
    for letter, option in zip(LETTERS, page.options, strict=True):
        assert f"  {letter}. {option}" in said
    assert f"Right: {LETTERS[page.options.index(key.options[key.correct])]}." in said
    assert "Answered: nothing (still open)." in said


def test_an_unknown_trial_is_said_to_be_unknown(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)

    with pytest.raises(BadInput, match="There is no trial 'x-001'"):
        transcript_of(proctor.store, "x-001")

    proctor.store.close()
