"""`oversight model-alone --batch` as a researcher types it, against a service on this machine."""

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oversight_app import clock
from oversight_app.cli import main
from oversight_app.clock import SimulatedClock
from oversight_app.prompts import load_prompts
from oversight_app.store import Store
from tests.builders import START, make_clock, make_design, make_plan, make_store
from tests.providers.attempts import KEY
from tests.providers.batch_server import BatchServer, Became, batch_server

PRICES = {"openai:m": {"input": 2.0, "output": 10.0}}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    plan = make_plan(make_design(prices=PRICES), prompts=load_prompts())
    make_store(tmp_path, plan).close()
    return tmp_path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchServer]:
    monkeypatch.setattr(clock, "SystemClock", make_clock)  # hours of waiting cost no time
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with batch_server("openai", make_clock()) as made:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{made.url}/v1")
        yield made


def batch(study: Path, *words: str, model: str = "openai:m") -> Result:
    return CliRunner().invoke(main, ["model-alone", str(study), "--model", model, *words])


def dollars(said: str) -> float:
    """The amount in what a dry run says."""
    (amount,) = re.findall(r"\$([\d.]+\d)", said)
    return float(amount)


def n_answers(study: Path) -> int:
    with Store.open(study / "study.db") as store:
        return len(list(store.rows("answers")))


def test_the_command_sends_waits_and_reads(study: Path, server: BatchServer) -> None:
    result = batch(study, "--batch")

    assert result.exit_code == 0, result.output
    assert "Sent 10 requests" in result.stdout
    assert "openai:m (zero_shot) answered 10 of 10 questions." in result.stdout
    assert (
        "at half the price of single requests: 10 calls, 10,000 tokens in, 100 out, $0.01." in result.stdout
    )
    assert n_answers(study) == 10


def test_the_export_names_the_batch_of_each_call(study: Path, server: BatchServer, tmp_path: Path) -> None:
    batch(study, "--batch")

    CliRunner().invoke(main, ["export", str(study), "--out", str(tmp_path / "out")])

    with (tmp_path / "out" / "model_calls.csv").open(newline="") as file:
        assert [row["batch_id"] for row in csv.DictReader(file)] == ["batch_1"] * 10


def test_without_waiting_it_sends_or_looks_once_and_that_is_no_failure(
    study: Path, server: BatchServer
) -> None:
    server.course = ["in_progress", "in_progress", "completed"]

    sent, looked, not_yet, read = (batch(study, "--batch", "--no-wait") for _ in range(4))

    assert [each.exit_code for each in (sent, looked, not_yet, read)] == [0] * 4
    assert "10 requests are under way" in sent.stdout
    assert "in progress, 0 of 10 done" in looked.stdout
    assert "answered 10 of 10" in read.stdout
    assert len(server.paid) == 10


def test_ctrl_c_leaves_the_batch_running_and_says_so(
    study: Path, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Impatient(SimulatedClock):
        def __init__(self, start: datetime = START) -> None:
            super().__init__(start)

        def sleep(self, seconds: float) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr(clock, "SystemClock", Impatient)
    stopped = batch(study, "--batch")
    monkeypatch.setattr(clock, "SystemClock", make_clock)

    again = batch(study, "--batch")

    assert stopped.exit_code == 130
    assert "What was sent goes on at the service" in stopped.stderr
    assert (again.exit_code, n_answers(study), len(server.paid)) == (0, 10, 10)


def test_a_dry_run_says_what_it_would_cost_and_needs_no_key(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    priced = batch(study, "--batch", "--dry-run", "--limit", "4")
    single = batch(study, "--dry-run", "--limit", "4")
    unpriced = batch(study, "--batch", "--dry-run", model="anthropic:m")

    assert (priced.exit_code, unpriced.exit_code) == (0, 0)
    assert "openai:m (zero_shot) would be asked 4 of 10 questions" in priced.stdout
    assert dollars(priced.stdout) == pytest.approx(dollars(single.stdout) / 2, rel=0.05)
    assert "an unknown amount" in unpriced.stdout
    assert "The price of anthropic:m is unknown" in unpriced.stdout
    assert n_answers(study) == 0


def test_what_failed_is_one_calm_paragraph(study: Path, server: BatchServer) -> None:
    server.outcome = lambda custom_id, body: Became("errored" if custom_id.endswith("-1") else "reply")

    result = batch(study, "--batch")

    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "Requests answered with an error: 1; the next run sends them again." in result.stderr
    assert "the prompt is not allowed" in result.stderr
    assert n_answers(study) == 9


def test_a_limit_that_was_kept_is_no_failure(study: Path, server: BatchServer) -> None:
    result = batch(study, "--batch", "--limit", "4")

    assert result.exit_code == 0, result.output
    assert "6 are still open" in result.stdout
    assert len(server.paid) == 4


def test_a_batch_can_be_forgotten(study: Path, server: BatchServer) -> None:
    batch(study, "--batch", "--no-wait")
    server.kept.clear()

    unknown = batch(study, "--batch")
    forgotten = batch(study, "--batch", "--forget", "batch_1")
    again = batch(study, "--batch")

    assert unknown.exit_code == 1
    assert "--batch --forget batch_1" in unknown.stderr
    assert "10 requests of batch_1 are free again" in forgotten.stdout
    assert (again.exit_code, n_answers(study)) == (0, 10)


def test_a_model_without_batches_is_one_calm_error_that_says_which_have_them(study: Path) -> None:
    result = batch(study, "--batch", model="compatible:m@http://127.0.0.1:9/v1")

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: 'compatible:m@http://127.0.0.1:9/v1' cannot be asked in batches")
    assert "only openai:NAME, openai_chat:NAME and anthropic:NAME" in result.stderr


@pytest.mark.parametrize("option", [("--no-wait",), ("--forget", "batch_1")])
def test_what_goes_with_batches_only_is_refused_without(study: Path, option: tuple[str, ...]) -> None:
    result = batch(study, *option)

    assert result.exit_code == 2
    assert "go with --batch" in result.stderr
