from collections.abc import Iterator
from pathlib import Path

import pytest

from oversight_app.clock import SimulatedClock, SystemClock
from oversight_app.errors import BadInput, ProviderConfigError, ProviderUnavailable, StudyStateError
from oversight_app.model_alone import GIVE_UP_AFTER, answer_alone, model_participant_id
from oversight_app.prompts import load_prompts
from oversight_app.providers.base import Piece, Reply, Request, Text, Usage
from oversight_app.store import Store
from oversight_app.study.design import Outcome
from oversight_app.study.events import AloneAsked, ParticipantAssigned, ParticipantEnrolled, TrialClosed
from oversight_app.study.questions import LETTERS
from tests.builders import make_clock, make_design, make_plan, make_questions, make_store
from tests.providers.misbehaving import DONE, event, head, misbehaving_server, refuses, says

N_TRIALS = 2 * 2 + 2 * 3
"""Of the builders' plan: two forms of two MMLU questions, and of one passage of three."""


class Parrot:
    """A provider that says what it is told to, each call the next thing; a remembered error is raised."""

    name = "parrot"

    def __init__(self, *says: str | Exception) -> None:
        self.says = list(says)
        self.asked: list[Request] = []

    def reply(self, request: Request) -> Iterator[Piece]:
        self.asked.append(request)
        said = self.says.pop(0) if self.says else "B"
        if isinstance(said, Exception):
            raise said
        yield Text(said)
        yield Reply(said, "length", Usage(40, 30, 1), "req-1", "parrot-2")


class Slow(Parrot):
    """Takes two seconds for each reply."""

    def __init__(self, clock: SimulatedClock) -> None:
        super().__init__()
        self.clock = clock

    def reply(self, request: Request) -> Iterator[Piece]:
        self.clock.sleep(2)
        yield from super().reply(request)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with make_store(tmp_path, make_plan(prompts=load_prompts())) as made:
        yield made


def rows(store: Store) -> list[dict[str, object]]:
    return [row for row in store.rows("trials") if row["participant_kind"] == "model"]


def test_the_scripted_model_answers_every_question_of_both_forms_without_a_network(store: Store) -> None:
    summary = answer_alone(store, "scripted:demo", clock=make_clock())

    answers = rows(store)
    assert (summary.n_trials, summary.n_answered, summary.n_open) == (N_TRIALS, N_TRIALS, 0)
    assert {row["status"] for row in answers} == {"answered"}
    assert {row["form"] for row in answers} == {"A", "B"}
    assert {(row["condition"], row["provider"], row["model"], row["method"]) for row in answers} == {
        ("model_alone", "scripted", "demo", "zero_shot")
    }
    for row in answers:
        assert row["correct"] == (row["choice"] == row["correct_choice"])
        probabilities = [float(str(row[f"p_{letter.lower()}"])) for letter in LETTERS]
        assert sum(probabilities) == pytest.approx(1)
        assert row["confidence"] == probabilities[LETTERS.index(str(row["choice"]))] == max(probabilities)
        assert row["p_source"] == "logprob"


def test_the_scripted_model_errs_in_the_designs_share(tmp_path: Path) -> None:
    plan = make_plan(prompts=load_prompts())
    share = plan.design.assistant.error_share
    with make_store(tmp_path, plan) as store:
        answer_alone(store, "scripted:demo", clock=make_clock())

        n_wrong = sum(row["correct"] == 0 for row in rows(store))
        assert n_wrong == int(4 * share + 0.5) + int(6 * share + 0.5)


def test_the_stream_tells_the_whole_story(store: Store) -> None:
    answer_alone(store, "compatible:parrot@http://127.0.0.1:1/v1", clock=make_clock(), provider=Parrot())

    happened = store.events_of(model_participant_id("parrot", "parrot", "zero_shot"))
    kinds = [type(item.event).__name__ for item in happened]
    assert kinds[:2] == ["ParticipantEnrolled", "ParticipantAssigned"]
    assert kinds[2:-1] == ["TrialShown", "AloneAsked", "TrialClosed"] * N_TRIALS
    assert kinds[-1] == "SittingEnded"
    enrolled, assigned = happened[0].event, happened[1].event
    assert enrolled == ParticipantEnrolled(
        "model", {"provider": "parrot", "model": "parrot", "method": "zero_shot"}
    )
    assert isinstance(assigned, ParticipantAssigned)
    assert len(assigned.trials) == N_TRIALS
    asked = happened[3].event
    assert isinstance(asked, AloneAsked)
    assert (asked.text, asked.finish_reason, asked.tokens_cached, asked.model_answered) == (
        "B",
        "length",
        30,
        "parrot-2",
    )


def test_a_model_never_has_anything_due_and_its_run_is_completed(store: Store) -> None:
    clock = make_clock()
    answer_alone(store, "scripted:demo", clock=clock)

    clock.sleep(1_000_000)

    assert store.due(clock.now()) == []
    (sitting,) = store.rows("sittings")
    assert (sitting["kind"], sitting["outcome"]) == ("model", Outcome.COMPLETED)


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


def test_a_second_run_asks_nothing_again(store: Store) -> None:
    first, second = Parrot(), Parrot()
    answer_alone(store, "scripted:x", clock=make_clock(), provider=first, limit=3)

    summary = answer_alone(store, "scripted:x", clock=make_clock(), provider=second)
    third = answer_alone(
        store, "scripted:x", clock=make_clock(), provider=Parrot(ValueError("not to be asked"))
    )

    texts = [request.turns[0].text for request in first.asked + second.asked]
    assert (len(first.asked), len(second.asked)) == (3, N_TRIALS - 3)
    assert len(set(texts)) == N_TRIALS
    assert (summary.n_before, summary.n_answered, summary.n_open) == (3, N_TRIALS - 3, 0)
    assert (third.n_before, third.n_answered) == (N_TRIALS, 0)
    assert len(rows(store)) == N_TRIALS


def test_another_model_and_another_method_would_be_other_participants(store: Store) -> None:
    answer_alone(store, "scripted:one", clock=make_clock())
    answer_alone(store, "scripted:two", clock=make_clock())

    ids = {str(row["participant_id"]) for row in rows(store)}
    assert len(ids) == 2
    assert all(len(participant_id) == 8 and participant_id.startswith("m") for participant_id in ids)
    assert len(rows(store)) == 2 * N_TRIALS


def test_two_runs_at_the_same_time_record_each_answer_once(store: Store) -> None:
    class Meddler(Parrot):
        """Lets a whole other run go by before its first reply."""

        def reply(self, request: Request) -> Iterator[Piece]:
            if not self.asked:
                self.asked.append(request)
                other = Parrot()
                other.name = self.name
                answer_alone(store, "scripted:x", clock=make_clock(), provider=other)
            yield from super().reply(request)

    answer_alone(store, "scripted:x", clock=make_clock(), provider=Meddler())

    happened = store.events_of(model_participant_id("parrot", "x", "zero_shot"))
    closed = [item.event.n for item in happened if isinstance(item.event, TrialClosed)]
    assert sorted(closed) == list(range(1, N_TRIALS + 1))


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


def test_a_failed_call_is_retried_and_the_wait_that_the_service_asks_for_is_kept(store: Store) -> None:
    clock = make_clock()
    parrot = Parrot(ProviderUnavailable("busy", retry_after_s=7.0), ProviderUnavailable("busy"), "C")

    summary = answer_alone(store, "scripted:x", clock=clock, provider=parrot, limit=1)

    assert (summary.n_answered, summary.n_failed) == (1, 0)
    assert len(parrot.asked) == 3
    assert clock.monotonic() == pytest.approx(7.0 + 1.0)
    assert parrot.asked[2].deadline_s == pytest.approx(120 - 8.0)


def test_a_question_without_a_reply_stays_open_and_is_counted(store: Store) -> None:
    parrot = Parrot(*[ProviderUnavailable("the server is asleep")] * 4)

    summary = answer_alone(store, "scripted:x", clock=make_clock(), provider=parrot)

    assert (summary.n_answered, summary.n_failed, summary.n_open) == (N_TRIALS - 1, 1, 1)
    assert "1 got no reply: the server is asleep" in summary.describe()
    assert sum(row["status"] == "" for row in rows(store)) == 1
    again = answer_alone(store, "scripted:x", clock=make_clock(), provider=Parrot())
    assert (again.n_answered, again.n_open) == (1, 0)


def test_a_service_that_is_down_ends_the_run_early(store: Store) -> None:
    parrot = Parrot(*[ProviderUnavailable("down")] * 100)

    summary = answer_alone(store, "scripted:x", clock=make_clock(), provider=parrot)

    assert (summary.n_failed, summary.n_open) == (GIVE_UP_AFTER, N_TRIALS)
    assert len(parrot.asked) == 4 * GIVE_UP_AFTER


def test_a_service_that_never_replied_leaves_nothing_on_record(store: Store) -> None:
    answer_alone(
        store, "scripted:typo", clock=make_clock(), provider=Parrot(*[ProviderUnavailable("down")] * 100)
    )

    assert rows(store) == []
    assert list(store.rows("sittings")) == []
    assert store.heads() == {}


def test_a_model_that_the_plan_does_not_compare_people_with_is_said_to_stand_beside(store: Store) -> None:
    declared = answer_alone(store, "scripted:demo", clock=make_clock())
    other = answer_alone(store, "scripted:other", clock=make_clock())

    assert "stand beside" not in declared.describe()
    assert "The plan compares people with scripted:demo (zero_shot)" in other.describe()


def test_waiting_for_ever_is_not_waited_for(store: Store) -> None:
    clock = make_clock()

    answer_alone(
        store,
        "scripted:x",
        clock=clock,
        provider=Parrot(*[ProviderUnavailable("busy", retry_after_s=3600.0)] * GIVE_UP_AFTER),
    )

    assert clock.monotonic() == 0


def test_wrong_settings_end_the_run_at_once_and_keep_what_there_is(store: Store) -> None:
    parrot = Parrot("A", ProviderConfigError("the key was refused"))

    with pytest.raises(ProviderConfigError, match="the key was refused"):
        answer_alone(store, "scripted:x", clock=make_clock(), provider=parrot)

    assert len(parrot.asked) == 2
    assert sum(row["status"] == "answered" for row in rows(store)) == 1


def test_the_time_of_an_answer_is_the_time_of_its_call(store: Store) -> None:
    clock = make_clock()

    answer_alone(store, "scripted:x", clock=clock, provider=Slow(clock), limit=2)

    assert [row["response_time_s"] for row in rows(store) if row["status"]] == [2.0, 2.0]


def test_progress_goes_from_the_first_to_the_last(store: Store) -> None:
    seen: list[tuple[int, int]] = []

    answer_alone(
        store, "scripted:x", clock=make_clock(), on_progress=lambda done, total: seen.append((done, total))
    )

    assert seen == [(n, N_TRIALS) for n in range(1, N_TRIALS + 1)]


@pytest.mark.parametrize(
    ("model", "method", "says"),
    [
        ("gpt:x", "zero_shot", "allowed are scripted:NAME"),
        ("scripted:x", "five_shot", "allowed are zero_shot"),
    ],
)
def test_an_unknown_model_or_method_is_refused(store: Store, model: str, method: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        answer_alone(store, model, method=method, clock=make_clock())


def test_without_a_plan_there_is_nothing_to_answer(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store, pytest.raises(StudyStateError, match="oversight plan"):
        answer_alone(store, "scripted:x", clock=make_clock())


def test_a_missing_key_is_found_before_anything_is_asked(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OVERSIGHT_COMPATIBLE_API_KEY", raising=False)

    with pytest.raises(ProviderConfigError, match="OVERSIGHT_COMPATIBLE_API_KEY"):
        answer_alone(store, "compatible:x@https://models.example.org/v1", clock=make_clock())

    assert rows(store) == []


def test_a_real_server_is_asked_over_the_wire(store: Store) -> None:
    letter = says(head(), event("C"), event(finish="length"), DONE)
    with misbehaving_server({"qwen": letter, "secret": refuses("401 Unauthorized")}) as server:
        summary = answer_alone(store, f"compatible:qwen@{server.url}", clock=SystemClock())
        with pytest.raises(ProviderConfigError, match="refused the credentials"):
            answer_alone(store, f"compatible:secret@{server.url}", clock=SystemClock())

    assert summary.n_answered == N_TRIALS
    assert sum(body["model"] == "secret" for body in server.bodies) == 1
    assert {row["confidence"] for row in rows(store)} == {None}


def test_questions_are_those_of_the_frozen_plan(store: Store) -> None:
    answer_alone(store, "scripted:x", clock=make_clock())

    planned = store.plan()
    assert planned is not None
    wanted = {
        question_id
        for forms in planned.forms.values()
        for slots in forms.values()
        for slot in slots
        for question_id in slot.question_ids
    }
    assert {row["question_id"] for row in rows(store)} == wanted
    assert len(wanted) < len(make_questions())
