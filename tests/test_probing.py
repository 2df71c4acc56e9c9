"""`oversight check` asks each model once, over a real socket."""

import re
import socket
from pathlib import Path

import pytest

from tests.providers.misbehaving import (
    DONE,
    USAGE,
    Behaviour,
    event,
    head,
    misbehaving_server,
    refuses,
    says,
)
from tests.test_cli import done, edit, refused, run

KEY = "sk-very-secret-1234567890"
EMPTY = says(head(), event(finish="stop") + USAGE + DONE)
ALL_THOUGHT = says(head(), event(finish="length") + USAGE + DONE)
BROKEN_OFF = says(head(), event("Hel"))


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study that is ready but for its model, not planned yet."""
    folder = tmp_path / "study"
    done("init", folder, "--design", "demo")
    done("bank", "import", folder, "builtin")
    return folder


def name(study: Path, model: str, more: str = "") -> None:
    edit(study, 'model = "scripted:demo"', f'model = "{model}"')
    if more:
        with (study / "study.toml").open("a") as toml:
            toml.write(f"\n{more}\n")


def test_a_model_that_works_is_timed_and_its_price_is_unknown_unless_it_is_here(study: Path) -> None:
    with misbehaving_server({}) as server:
        name(study, f"compatible:x@{server.url}")
        said = done("check", study)

    (line,) = [line for line in said.splitlines() if " works: " in line]
    assert re.fullmatch(
        rf"compatible:x@{re.escape(server.url)} works: first word after \d+\.\d\d s, all after \d+\.\d\d s; "
        r"served by answered; 50 tokens in, 2 out; cost \$0\.",
        line,
    )
    assert "Nothing stands in the way." in said
    assert [body["max_tokens"] for body in server.bodies] == [16]


def test_a_price_that_is_known_makes_a_cost(study: Path) -> None:
    with misbehaving_server({}) as server:
        model = f"compatible:x@{server.url}"
        # 10 read anew, 40 from the cache, 2 received: 10,000 + 4,000 + 10,000 millionths
        name(study, model, f'[prices."{model}"]\ninput = 1000\ncached = 100\noutput = 5000')
        said = done("check", study)

    assert "50 tokens in, 2 out; cost $0.02." in said


def test_a_cost_at_list_prices_says_of_when_they_were(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with misbehaving_server({}) as server:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        name(study, "openai_chat:gpt-4o-mini-2024-07-18")
        said = done("check", study)

    assert re.search(r"cost less than \$0\.0001 at list prices of \d{4}-\d\d\.\n", said)
    assert '[prices."openai_chat:gpt-4o-mini-2024-07-18"] in study.toml overrides them' in said


def test_a_price_that_nobody_knows_makes_none(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with misbehaving_server({}) as server:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        name(study, "openai_chat:x")
        said = done("check", study)

    assert "cost an unknown amount." in said
    assert KEY not in said


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        (refuses("401 Unauthorized"), "refused the credentials (401). Set the environment variable OVERSIGHT_COMP"),
        (refuses("404 Not Found", {"message": "no such"}), "is not known there (404: no such). Check the model's name"),
        (refuses("503 Service Unavailable"), "is out of order (503"),
        (refuses("400 Bad Request", {"message": "maximum context"}), "cannot hold so long a text"),
        (EMPTY, "the model ended its reply without a word (stop)."),
        (says(head(), event(finish="content_filter") + DONE), "did not want to reply (content_filter)."),
        (BROKEN_OFF, "its reply broke off before its end."),
        (says(head("200 OK", "text/html"), b"<html>"), "sent text/html instead of a stream of events"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_stops_the_check(
    study: Path, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour, says: str
) -> None:
    monkeypatch.setenv("OVERSIGHT_COMPATIBLE_API_KEY", KEY)
    with misbehaving_server({"x": behaviour}) as server:
        name(study, f"compatible:x@{server.url}")
        said = refused("check", study)

    assert f"Error: compatible:x@{server.url} was asked and does not work: " in said
    assert says in said
    assert said.count("\n") == 1
    assert KEY not in said
    assert len(server.bodies) == 1


def test_a_server_that_is_not_there_is_said_to_be_unreachable(study: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    name(study, f"compatible:x@http://127.0.0.1:{port}/v1")

    said = refused("check", study)

    assert "could not be reached, or broke off. Check that the server runs and the address is right." in said


def test_a_model_that_only_thought_within_so_few_tokens_works(study: Path) -> None:
    with misbehaving_server({"x": ALL_THOUGHT}) as server:
        name(study, f"compatible:x@{server.url}")

        assert "works: no word, all after" in done("check", study)


def test_the_model_alone_is_asked_too_where_it_is_another(study: Path) -> None:
    with misbehaving_server({"y": refuses("404 Not Found")}) as server:
        url = server.url
        name(study, f"compatible:x@{url}", f'[analysis.primary_model_alone]\nmodel = "compatible:y@{url}"')
        result = run("check", study)

    assert result.exit_code == 1
    assert f"compatible:x@{url} works: " in result.stdout
    assert f"compatible:y@{url} was asked and does not work" in result.stderr
    assert sorted(body["model"] for body in server.bodies) == ["x", "y"]


def test_offline_asks_nobody_and_says_so(study: Path) -> None:
    with misbehaving_server({}) as server:
        name(study, f"compatible:x@{server.url}")
        said = done("check", study, "--offline")

    assert "No model was asked, because of --offline." in said
    assert server.bodies == []


def test_without_a_key_nobody_is_asked_and_that_is_said_once(study: Path) -> None:
    name(study, "openai:x")

    said = refused("check", study)

    assert said.count("OPENAI_API_KEY") == 1
    assert "was asked" not in said


def test_the_script_is_asked_over_no_network(study: Path) -> None:
    assert "scripted:demo plays from its script; nobody is asked over any network." in done("check", study)


def test_a_frozen_plan_is_asked_with_its_own_prices_and_expectations(study: Path) -> None:
    with misbehaving_server({}) as server:
        model = f"compatible:x@{server.url}"
        name(study, model, f'[prices."{model}"]\ninput = 1000\noutput = 5000')
        planned = done("plan", study)
        edit(study, "input = 1000", "input = 9")
        said = done("check", study)

    assert f"Expected of {model} as the assistant: " in planned
    assert "for 12 people" in planned
    assert "cost $0.06." in said
    assert f"Expected of {model} as the assistant: " in said


def test_a_cap_that_could_not_be_kept_is_refused_by_check_and_plan(study: Path) -> None:
    name(study, "openai:x")
    edit(study, "[analysis]", "[assistant.spending]\nper_study = 5\n\n[analysis]")

    for command in ("check", "plan"):
        said = refused(command, study)
        assert "assistant.spending sets a cap, but nobody knows what openai:x costs" in said
        assert '[prices."openai:x"]' in said
