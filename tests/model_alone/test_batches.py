"""What a researcher gets of a run in batches, from both services."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from oversight_app.errors import BadInput, ProviderConfigError, StudyStateError
from oversight_app.model_alone import answer_alone, model_participant_id
from oversight_app.model_alone.batches import answer_in_batches
from oversight_app.prompts import load_prompts
from oversight_app.providers.base import Piece, Reply, Request, Text
from oversight_app.providers.batches import Limits
from oversight_app.providers.openai_batch import OpenAIBatches
from oversight_app.store import Store
from oversight_app.study.design import Outcome, Price
from tests.builders import make_clock, make_design, make_plan
from tests.model_alone.batching import N_TRIALS, Lab, first, lab
from tests.providers.batch_server import Became

SERVICES = ("openai", "openai_chat", "anthropic")


@pytest.fixture(params=SERVICES)
def any_lab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path, request.param) as made:
        yield made


@pytest.fixture
def openai(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path, "openai") as made:
        yield made


class Live:
    """A live provider of the same name, that answers C."""

    name = "openai"

    def __init__(self) -> None:
        self.asked: list[Request] = []

    def reply(self, request: Request) -> Iterator[Piece]:
        self.asked.append(request)
        yield Text("C")
        yield Reply("C", "stop")


# -- the same table ---------------------------------------------------------------------------------------


def test_every_question_is_answered_and_paid_for_once(any_lab: Lab) -> None:
    summary = any_lab.run()

    rows, calls = any_lab.rows, any_lab.calls
    assert (summary.n_sent, summary.alone.n_answered, summary.alone.n_open) == (N_TRIALS, N_TRIALS, 0)
    assert len(any_lab.server.paid) == len(set(any_lab.texts_paid)) == N_TRIALS
    assert [row["status"] for row in rows] == ["answered"] * N_TRIALS
    assert {row["correct"] for row in rows} == {0, 1}
    assert {row["response_time_s"] for row in rows} == {None}
    assert {row["p_source"] for row in rows} == {None if any_lab.server.api == "anthropic" else "logprob"}
    assert {(call["batch_id"], call["status"], call["total_s"]) for call in calls} == {
        ("batch_1", "complete", None)
    }
    assert {(call["tokens_in"], call["tokens_cached"], call["tokens_out"]) for call in calls} == {
        (1000, 400, 10)
    }
    (sitting,) = any_lab.store.rows("sittings")
    assert sitting["outcome"] == Outcome.COMPLETED


def test_a_batch_asks_what_a_live_run_asks_as_the_same_participant(openai: Lab, tmp_path: Path) -> None:
    live = Live()
    answer_alone(openai.store, "openai:m", clock=openai.clock, provider=live, limit=4)

    openai.run()

    hashes = [call["prompt_hash"] for call in openai.calls]
    asked = {request.prompt_hash for request in live.asked}
    assert len(openai.server.paid) == N_TRIALS - 4
    assert len(set(hashes)) == len(hashes) == N_TRIALS
    assert asked < set(hashes)
    assert {row["participant_id"] for row in openai.rows} == {
        model_participant_id("openai", "m", "zero_shot")
    }
    assert sorted(call["batch_id"] or "live" for call in openai.calls) == ["batch_1"] * 6 + ["live"] * 4


def test_a_live_run_leaves_alone_what_is_in_a_batch(openai: Lab) -> None:
    openai.run(limit=4, wait=False)
    live = Live()

    summary = answer_alone(openai.store, "openai:m", clock=openai.clock, provider=live)
    after = openai.run()

    assert (len(live.asked), summary.n_in_batches) == (N_TRIALS - 4, 4)
    assert "4 are in a batch that is under way and were not asked" in summary.describe()
    assert (after.n_sent, after.alone.n_answered, after.alone.n_open) == (0, 4, 0)


def test_nothing_of_the_model_is_on_record_before_its_first_reply(openai: Lab) -> None:
    openai.run(wait=False)

    assert openai.kinds == ["BatchPlanned", "BatchSent"]
    assert openai.rows == []
    assert list(openai.store.rows("sittings")) == []


# -- time and money ---------------------------------------------------------------------------------------


def test_looks_become_rarer_and_never_rarer_than_every_five_minutes(openai: Lab) -> None:
    openai.server.course = ["in_progress"] * 7 + ["completed"]

    openai.run()

    assert openai.clock.monotonic() == 30 + 60 + 120 + 240 + 4 * 300
    assert openai.server.n_asked("GET /v1/batches/batch_1") == 8 + 1


def test_a_run_says_what_it_sent_and_how_far_that_is_each_state_once(openai: Lab) -> None:
    openai.server.course = ["validating", "in_progress", "in_progress", "completed"]

    openai.run()

    sent, *states = openai.lines
    assert sent.startswith("Sent 10 requests to http://127.0.0.1")
    assert "as batch batch_1. It may take up to 24 hours; this command may be stopped and run again." in sent
    assert states == [
        "Batch batch_1: validating, 0 of 10 done.",
        "Batch batch_1: in progress, 0 of 10 done.",
        "Batch batch_1: completed.",
    ]


def test_a_reply_in_a_batch_costs_half(tmp_path: Path) -> None:
    design = make_design(
        prices={"openai:m": {"input": 2.0, "cached": 0.2, "cache_written": 2.5, "output": 10.0}}
    )
    plan = make_plan(design, prompts=load_prompts())
    with lab(tmp_path, "openai", plan) as priced:
        summary = priced.run()

    each = (500 * 2.0 + 400 * 0.2 + 100 * 2.5 + 10 * 10.0) / 1_000_000
    assert summary.alone.usage.usd == pytest.approx(N_TRIALS * each / 2)
    said = "By batch, at half the price of single requests: 10 calls, 10,000 tokens in, 100 out, $0.0072."
    assert said in summary.describe()


def test_a_price_that_nobody_knows_is_unknown(openai: Lab) -> None:
    summary = openai.run()

    assert "10 calls, 10,000 tokens in, 100 out, an unknown amount." in summary.describe()


def test_the_price_of_a_study_is_halved_in_every_part(tmp_path: Path) -> None:
    design = make_design(prices={"openai:m": {"input": 2.0, "cached": 0.5, "output": 10.0}})
    with lab(tmp_path, "openai", make_plan(design, prompts=load_prompts())) as priced:
        assert priced.batch_run().calls.price("openai:m") == Price(input=1.0, cached=0.25, output=5.0)


# -- how much goes into one --------------------------------------------------------------------------------


def test_a_limit_is_of_questions_those_under_way_included(openai: Lab) -> None:
    openai.run(limit=4, wait=False)
    openai.run(limit=4, wait=False)
    openai.run(limit=6, wait=False)

    summary = openai.run(limit=6)

    assert sizes(openai) == [4, 2]
    assert (summary.alone.n_answered, summary.alone.n_open) == (6, 4)


def test_more_than_a_batch_holds_goes_into_several(openai: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OpenAIBatches, "limits", Limits(n_requests=4, n_bytes=1_000_000))

    summary = openai.run()

    assert sizes(openai) == [4, 4, 2]
    assert len(set(openai.texts_paid)) == N_TRIALS
    assert (summary.n_sent, summary.alone.n_open) == (N_TRIALS, 0)


def sizes(made: Lab) -> list[int]:
    """How many requests each batch held."""
    return [len(batch.requests) for batch in made.server.kept.values()]


def test_what_follows_from_replies_goes_into_the_next_batch(any_lab: Lab) -> None:
    any_lab.server.outcome = lambda custom_id, body: Became(text="B, as I said")

    summary = any_lab.run(method="best_of_n(n=2)")

    assert sizes(any_lab) == [2 * N_TRIALS, 2 * N_TRIALS, N_TRIALS]
    assert summary.alone.n_answered == N_TRIALS
    assert sum("as I said" in text for text in any_lab.texts_paid) == 3 * N_TRIALS
    assert "In 10 questions: no score of a reasoning could be read" in summary.describe()
    assert "Of 2 reasonings to each question the one was kept" in summary.describe()


def test_another_model_that_scores_has_batches_of_its_own(openai: Lab) -> None:
    summary = openai.run(method="best_of_n(n=2,scorer=openai:judge)")

    models = [{body["model"] for body in batch.requests.values()} for batch in openai.server.kept.values()]
    assert all(len(each) == 1 for each in models)
    assert set.union(*models) == {"m", "judge"}
    assert summary.alone.n_open == 0
    assert {(call["purpose"], call["model"]) for call in openai.calls} >= {
        ("answer", "m"),
        ("score", "judge"),
    }
    assert all(call["batch_id"] for call in openai.calls)
    assert len(openai.calls) == len(openai.server.paid)


def test_a_question_with_a_failed_part_waits_and_the_others_go_on(openai: Lab) -> None:
    # The first request of each of the three batches fails, two of them for the same question.
    openai.server.outcome = first(1, "errored")
    summary = openai.run(method="best_of_n(n=2)")
    openai.server.outcome = lambda custom_id, body: Became()

    again = openai.run(method="best_of_n(n=2)")

    assert (summary.alone.n_answered, summary.n_failed) == (8, 3)
    assert sizes(openai) == [20, 19, 9, 3, 1, 1]
    assert again.alone.n_open == 0


def test_options_in_every_order_are_asked_in_one_batch(openai: Lab) -> None:
    summary = openai.run(method="zero_shot(orders=rotated)")

    assert sizes(openai) == [4 * N_TRIALS]
    assert len(set(openai.texts_paid)) == 4 * N_TRIALS
    assert "The same option in every order: " in summary.describe()


def test_more_repeats_add_to_what_is_under_way(openai: Lab) -> None:
    openai.run(repeat=2, wait=False)

    once = openai.run(repeat=1)
    thrice = openai.run(repeat=3)

    assert sizes(openai) == [2 * N_TRIALS, N_TRIALS]
    assert (once.alone.n_trials, once.alone.n_open, thrice.alone.n_before) == (N_TRIALS, 0, 2 * N_TRIALS)
    assert sorted(row["sample"] for row in openai.rows) == [1] * N_TRIALS + [2] * N_TRIALS + [3] * N_TRIALS


# -- refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["scripted:demo", "compatible:m@http://127.0.0.1:1/v1"])
def test_a_model_without_a_batch_service_is_refused_at_once(openai: Lab, model: str) -> None:
    with pytest.raises(BadInput, match="Leave --batch out to ask it request by request"):
        answer_in_batches(openai.store, model, clock=make_clock())


def test_a_scorer_without_a_batch_service_is_refused_before_anything_is_paid(openai: Lab) -> None:
    with pytest.raises(BadInput, match="'scripted:judge' cannot be asked in batches"):
        openai.run(method="best_of_n(scorer=scripted:judge)")

    assert openai.server.asked == []


def test_without_a_plan_there_is_nothing_to_send(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store, pytest.raises(StudyStateError, match="oversight plan"):
        answer_in_batches(store, "openai:m", clock=make_clock())


def test_a_setting_that_the_service_has_not_is_refused_before_anything_is_paid(tmp_path: Path) -> None:
    assistant = {"model": "anthropic:m", "effort": "minimal", "mode": "as_is", "error_share": 0}
    plan = make_plan(make_design(assistant=assistant), prompts=load_prompts())
    with lab(tmp_path, "anthropic", plan) as strict:
        with pytest.raises(ProviderConfigError, match="no such level"):
            strict.run()

        assert strict.server.asked == []
        assert strict.kinds == []
