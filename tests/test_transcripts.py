import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from oversight_app.cli import main
from oversight_app.clock import SimulatedClock
from oversight_app.errors import BadInput, ProviderUnavailable
from oversight_app.model_alone import answer_alone
from oversight_app.prompts import load_prompts
from oversight_app.providers.base import Piece, Reply, Request, Text, Usage
from oversight_app.rehearsal import rehearse
from oversight_app.replies import Replies
from oversight_app.store import Store
from oversight_app.study.page import QuestionPage
from oversight_app.study.questions import LETTERS
from oversight_app.transcripts import account, as_json_lines, as_page, as_text, transcript_of
from tests.builders import make_clock, make_design, make_plan, make_proctor, make_store, seat

CLOCK = SimulatedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
ASSISTED = {"order": "human_with_model_first"}
QUALITY = {"quality": {"questions_per_condition": 1, "practice_per_condition": 0}}


class Moody:
    """A provider that breaks off, fails and says nothing, as its script tells it, and remembers what it was sent."""

    name = "moody"

    def __init__(self, *script: str) -> None:
        self.script = list(script)
        self.asked: list[Request] = []

    def reply(self, request: Request) -> Iterator[Piece]:
        self.asked.append(request)
        said = self.script.pop(0) if self.script else "The answer is <b>B</b> & no other."
        if said == "busy":
            raise ProviderUnavailable("the service is busy")
        yield Text(said)
        if said.endswith("..."):
            raise ProviderUnavailable("the line broke")
        yield Reply(said, "stop", Usage(1040, 900, 7, None, 3), "req-1", "moody-2")


def messages_of(store: Store) -> list[dict[str, Any]]:
    return list(store.rows("messages"))


# -- what is printed --------------------------------------------------------------------


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


@pytest.fixture
def chatted(tmp_path: Path) -> Iterator[tuple[Store, str, Moody]]:
    """A study with one assisted trial: a retry, a reply that broke off and was asked for again, a failure, a reset."""
    plan = make_plan(make_design(tasks=QUALITY, conditions=ASSISTED), prompts=load_prompts())
    proctor = make_proctor(tmp_path, plan)
    seat(proctor)
    proctor.go_on("p1")
    proctor.page("p1")
    provider = Moody("busy", "I th...", "It is A.", *["busy"] * 4)
    replies = Replies(proctor, provider, inline=True)
    replies.ask("p1", 1, "Which <one> & why?")
    replies.ask_again("p1", 1)
    replies.ask("p1", 1, "Are you sure?")
    replies.ask("p1", 1, "Hello?")
    replies.reset_context("p1", 1)
    replies.ask("p1", 1, "And now?")
    with proctor.store:
        yield proctor.store, proctor.sitting("p1").trial.plan.trial_id, provider


def test_each_message_stands_with_its_speaker_status_times_tokens_version_and_errors(
    chatted: tuple[Store, str, Moody],
) -> None:
    store, trial_id, _ = chatted

    said = transcript_of(store, trial_id)

    assert "] participant:\nWhich <one> & why?" in said
    assert "] assistant (interrupted):\nI th...\n" in said
    assert "Error: the line broke" in said
    assert "] assistant (failed):\n" in said
    assert "Error: the service is busy" in said
    assert "2 attempts" in said
    assert "-- the assistant forgets what was said before --" in said
    assert (
        "(scripted:demo, answered by moody-2; 0.00 s to the first text, 0.00 s to the end; 1,040 tokens in, "
        "900 of them cached, 7 tokens out, 3 of them thinking; ended with stop)" in said
    )


def test_what_a_model_was_sent_is_printed_in_full(chatted: tuple[Store, str, Moody]) -> None:
    store, trial_id, provider = chatted

    said = as_text(account(store, trial_id), sent=True)

    for request in provider.asked:
        for text in (request.system, *(turn.text for turn in request.turns)):
            assert "\n".join(f"  |   {line}".rstrip() for line in text.split("\n")) in said


def test_json_lines_hold_trial_messages_and_what_was_sent(chatted: tuple[Store, str, Moody]) -> None:
    store, trial_id, provider = chatted

    trial, *messages = map(json.loads, as_json_lines(account(store, trial_id), sent=True).split("\n"))

    assert (trial["what"], trial["trial_id"], trial["options"].keys()) == ("trial", trial_id, set(LETTERS))
    assert [message["speaker"] for message in messages] == [
        *("participant", "assistant", "assistant", "participant", "assistant"),
        *("participant", "assistant", "participant", "assistant"),
    ]
    last = messages[-1]
    assert (last["model_answered"], last["finish_reason"], last["attempts"]) == ("moody-2", "stop", 1)
    assert last["sent"]["turns"] == [
        {"role": turn.role, "text": turn.text} for turn in provider.asked[-1].turns
    ]
    assert last["visible"] == [messages[-2]["message_id"]]


def test_the_page_opens_alone_and_everything_on_it_is_escaped(chatted: tuple[Store, str, Moody]) -> None:
    store, trial_id, _ = chatted

    page = as_page(account(store, trial_id), sent=True)

    assert "Which &lt;one&gt; &amp; why?" in page
    assert "<b>B</b>" not in page
    assert "What the model was sent" in page
    assert not re.search(r"<script|<link|<img|src=|href=|url\(|@import", page)
    assert "What the model was sent" not in as_page(account(store, trial_id))


def test_the_command_prints_each_form_and_writes_a_file_once(
    chatted: tuple[Store, str, Moody], tmp_path: Path
) -> None:
    _, trial_id, _ = chatted
    out = tmp_path / "trial.html"

    def run(*words: object) -> Any:
        return CliRunner().invoke(main, ["transcript", str(tmp_path), trial_id, *map(str, words)])

    assert run("--sent").stdout.startswith(f"Trial {trial_id}: quality, human_with_model, question p")
    assert json.loads(run("--json").stdout.split("\n")[0])["trial_id"] == trial_id
    assert f"Wrote {out}" in run("--html", "--out", out).stdout
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    again = run("--html", "--out", out)
    assert (again.exit_code, "cannot be written" in again.stderr) == (1, True)
    both = run("--html", "--json")
    assert (both.exit_code, "choose one" in both.stderr) == (1, True)


# -- what was sent, to the byte ----------------------------------------------------------


def test_after_retries_failures_and_resets_it_is_what_the_provider_was_given(
    chatted: tuple[Store, str, Moody],
) -> None:
    store, trial_id, provider = chatted
    given = {request.prompt_hash: request for request in provider.asked}

    replies = [entry for entry in account(store, trial_id).entries if entry.sent is not None]

    assert len(replies) == 5
    for entry in replies:
        assert entry.sent is not None
        assert entry.sent.sent is not None, entry.sent.why
        request = given[entry.sent.sent.prompt_hash]
        assert entry.sent.sent.system == request.system
        assert [(t.role, t.text) for t in entry.sent.sent.turns] == [(t.role, t.text) for t in request.turns]
        assert entry.sent.sent.prefix == request.prefix


@pytest.mark.parametrize(
    "assistant",
    [
        {},
        {"passage_in_first_turn": True},
        {"pass_question": False},
        {"passage_in_first_turn": True, "pass_question": False},
        {"protocol": "advice", "advice": "confidence", "max_characters": 300},
        {"protocol": "consultancy"},
        {"protocol": "debate", "rounds": 3, "judge_asks": False},
        {"protocol": "debate", "rounds": 2, "turn_order": "alternating"},
        {"protocol": "critique"},
        {"protocol": "cross_examination"},
        {"mode": "sandbagged", "weakness": "no_passage", "model": "compatible:m@http://127.0.0.1:9/v1"},
        {"mode": "sycophantic", "model": "compatible:m@http://127.0.0.1:9/v1"},
    ],
    ids=str,
)
def test_every_reply_of_a_study_can_be_made_again_from_its_record(
    tmp_path: Path, assistant: dict[str, Any]
) -> None:
    make_store(tmp_path, make_plan(make_design(assistant=assistant), prompts=load_prompts())).close()
    made = rehearse(tmp_path, 8, 3, clock=CLOCK)
    with Store.open(made.folder / "study.db") as store:
        answer_alone(store, "scripted:demo", clock=make_clock())
        rows = [row for row in messages_of(store) if row["prompt_hash"]]
        by_id = {
            entry.message.message_id: entry
            for trial_id in dict.fromkeys(row["trial_id"] for row in rows)
            for entry in account(store, trial_id).entries
        }

    assert len(rows) > 20
    for row in rows:
        rebuilt = by_id[row["message_id"]].sent
        assert rebuilt is not None
        assert rebuilt.sent is not None, rebuilt.why
        assert rebuilt.sent.prompt_hash == row["prompt_hash"]
        assert rebuilt.prompt == row["prompt"]


def test_the_table_of_messages_says_what_the_model_could_see(chatted: tuple[Store, str, Moody]) -> None:
    store, trial_id, _ = chatted

    rows = messages_of(store)

    assert [(row["visible"], row["prompt"], row["model_answered"], row["attempts"]) for row in rows] == [
        (None, None, None, None),
        (f"{trial_id}.1", "chat_assigned", None, 2),
        (f"{trial_id}.1", "chat_assigned", "moody-2", 1),
        (None, None, None, None),
        (f"{trial_id}.1 {trial_id}.2 {trial_id}.3 {trial_id}.4", "chat_assigned", None, 4),
        (None, None, None, None),
        (
            " ".join(f"{trial_id}.{n}" for n in (1, 2, 3, 4, 6)),
            "chat_assigned",
            "moody-2",
            1,
        ),
        (None, None, None, None),
        (f"{trial_id}.8", "chat_assigned", "moody-2", 1),
    ]
