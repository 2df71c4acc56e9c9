from pathlib import Path

import pytest

from oversight_app.model_alone import answer_alone, model_participant_id
from oversight_app.prompts import load_prompts
from oversight_app.store import Store
from oversight_app.study.events import ParticipantEnrolled
from tests.builders import make_clock, make_design, make_plan, make_store
from tests.model_alone.parrots import N_TRIALS, Parrot, rows


def test_the_model_is_asked_with_the_frozen_prompt_at_temperature_zero_for_one_letter(store: Store) -> None:
    parrot = Parrot()

    answer_alone(store, "scripted:x", clock=make_clock(), provider=parrot)

    request = parrot.asked[0]
    assert (request.letters, request.temperature, request.max_tokens, request.system) == (True, 0.0, 1, "")
    assert "Reply with one letter" in request.turns[0].text
    assert len({request.turns[0].text for request in parrot.asked}) == N_TRIALS


@pytest.mark.parametrize(
    ("provider", "effort", "expected"),
    [
        ("openai", None, (0.0, 1, "")),
        ("openai", "none", (0.0, 1, "none")),
        ("openai", "high", (None, 700, "high")),
        ("anthropic", None, (None, 1, "")),
        ("anthropic", "high", (None, 700, "high")),
    ],
)
def test_the_assistants_own_model_thinks_as_hard_alone_and_the_record_says_how_it_was_asked(
    tmp_path: Path, provider: str, effort: str | None, expected: tuple[float | None, int, str]
) -> None:
    design = make_design(
        assistant={"model": f"{provider}:parrot", "effort": effort, "mode": "as_is", "error_share": 0}
    )
    parrot, other = Parrot(), Parrot()
    parrot.name = other.name = provider
    with make_store(tmp_path, make_plan(design, prompts=load_prompts())) as store:
        answer_alone(store, f"{provider}:parrot", clock=make_clock(), provider=parrot, limit=1)
        answer_alone(store, f"{provider}:other", clock=make_clock(), provider=other, limit=1)
        participant_id = model_participant_id(provider, "parrot", "zero_shot")
        enrolled = store.events_of(participant_id)[0].event

    request = parrot.asked[0]
    assert (request.temperature, request.max_tokens, request.effort) == expected
    assert other.asked[0].effort == ""
    assert isinstance(enrolled, ParticipantEnrolled)
    told = {"effort": effort} if effort else {}
    untold = {} if request.temperature == 0 else {"temperature": "the provider's default"}
    base = {"provider": provider, "model": "parrot", "method": "zero_shot"}
    assert enrolled.settings == base | told | untold


def test_a_reply_without_a_word_is_unreadable_and_says_why(store: Store) -> None:
    summary = answer_alone(store, "scripted:x", clock=make_clock(), provider=Parrot(""), limit=1)

    (row,) = store.rows("model_calls")
    assert (row["status"], row["finish_reason"]) == ("failed", "length")
    assert "raise max_tokens" in str(row["error"])
    assert summary.n_unreadable == 1
    assert (
        "The last one that was empty: the model wrote nothing within its limit (length)" in summary.describe()
    )


def test_a_passage_is_marked_as_what_requests_about_it_begin_with(store: Store) -> None:
    parrot = Parrot()

    answer_alone(store, "scripted:x", clock=make_clock(), provider=parrot)

    marked = [request for request in parrot.asked if request.prefix]
    assert len(marked) == 2 * 3
    assert all(request.turns[0].text.startswith(request.prefix) for request in marked)
    assert len({request.cache_key for request in marked}) == 2


def test_an_unreadable_reply_is_recorded_as_such_with_its_text(store: Store) -> None:
    summary = answer_alone(store, "scripted:x", clock=make_clock(), provider=Parrot("I would say"), limit=1)

    (row,) = [row for row in rows(store) if row["status"]]
    assert (row["status"], row["choice"], row["correct"], row["confidence"]) == (
        "unreadable",
        None,
        None,
        None,
    )
    assert (summary.n_answered, summary.n_unreadable, summary.n_open) == (0, 1, N_TRIALS - 1)
    assert "recorded as unreadable" in summary.describe()
    (call,) = store.rows("model_calls")
    assert call["text"] == "I would say"
