"""Caps are kept, whoever asks how often, and nothing but the assistant ends with the money."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oversight_app.clock import Clock
from oversight_app.errors import ProviderError, ProviderUnavailable
from oversight_app.proctor import Proctor
from oversight_app.projections import rebuild
from oversight_app.prompts import load_prompts
from oversight_app.providers.base import Piece, Provider, Reply, Request, Text, Usage
from oversight_app.providers.scripted import ScriptedProvider
from oversight_app.replies import Replies
from oversight_app.status import status_of
from oversight_app.store import Store
from oversight_app.study.design import ListPrice, Price
from oversight_app.study.events import ReplyClosed
from oversight_app.study.page import QuestionPage
from oversight_app.study.sitting import Stage
from oversight_app.study.trouble import Trouble
from tests.builders import make_clock, make_design, make_plan, make_proctor, seat
from tests.test_replies import WAIT_S, FakeProvider, Gate, Script, fails, halts, says, until

MOST = 0.7
"""The most that a reply can cost here: 700 tokens of output at a thousand dollars a million, and its input is free."""
COST = 0.007
"""What a reply costs whose tokens are counted: `says` counts seven of output."""
PRICE = Price(input=0, output=1000)


def capped(
    folder: Path, clock: Clock | None = None, *, people: int = 1, price: Price = PRICE, **assistant: Any
) -> Proctor:
    """A study whose replies cost something, with p1, p2, ... in front of an assisted question."""
    design = make_design(
        tasks={"mmlu": {"questions_per_condition": 2, "practice_per_condition": 0}},
        conditions={"order": "human_with_model_first"},
        assistant=assistant,
    )
    plan = make_plan(design, prices={design.assistant.model: price}, prompts=load_prompts())
    made = make_proctor(folder, plan, clock=clock or make_clock())
    for n in range(1, people + 1):
        seat(made, f"p{n}")
        made.go_on(f"p{n}")
        made.page(f"p{n}")
    return made


def closes(proctor: Proctor, participant_id: str = "p1") -> list[ReplyClosed]:
    return [i.event for i in proctor.store.events_of(participant_id) if isinstance(i.event, ReplyClosed)]


def is_refused(closed: ReplyClosed) -> bool:
    return closed.trouble == "cap" and closed.error.startswith("spending cap reached")


def asked_of(proctor: Proctor, *scripts: Script) -> tuple[Replies, FakeProvider]:
    provider = FakeProvider(*scripts)
    return Replies(proctor, provider, inline=True), provider


def spent(proctor: Proctor) -> float | None:
    return status_of(proctor.store).spending.usd


def test_a_reply_is_asked_for_while_the_most_that_it_can_cost_is_left(tmp_path: Path) -> None:
    with (proctor := capped(tmp_path, spending={"per_participant": MOST + 1.5 * COST})).store:
        replies, provider = asked_of(proctor, says("Because."))

        for message in ("One?", "Two?", "Three?"):
            replies.ask("p1", 1, message)

        assert len(provider.asked) == 2
        assert [closed.status for closed in closes(proctor)] == ["complete", "complete", "failed"]
        assert closes(proctor)[2].error == (
            "spending cap reached: assistant.spending.per_participant is 0.7105 US dollars"
        )
        assert spent(proctor) == pytest.approx(2 * COST)


def test_of_those_who_answer_together_either_all_are_asked_or_nobody(tmp_path: Path) -> None:
    three: dict[str, Any] = {"protocol": "cross_examination", "n_contexts": 3}
    proctor = capped(tmp_path, spending={"per_study": 3 * MOST + COST}, **three)
    with proctor.store:
        replies, provider = asked_of(proctor, says("Because."))

        replies.ask("p1", 1, "Which one?")
        replies.ask("p1", 1, "Are you sure?")

        assert len(provider.asked) == 3
        assert [is_refused(closed) for closed in closes(proctor)] == [False] * 3 + [True] * 3
        assert spent(proctor) == pytest.approx(3 * COST)


def test_when_the_money_is_spent_the_participant_is_told_and_the_trial_goes_on(tmp_path: Path) -> None:
    clock = make_clock()
    proctor = capped(tmp_path, clock, spending={"per_study": 0.1}, on_outage="end", outage_failures=1)
    with proctor.store:
        replies, provider = asked_of(proctor, says("Because."))

        replies.ask("p1", 1, "Which one?")
        replies.ask_again("p1", 1)

        page = proctor.page("p1")
        assert isinstance(page, QuestionPage)
        assert page.chat is not None
        assert [(line.text, line.status, line.trouble) for line in page.chat.lines] == [
            ("Which one?", "sent", ""),
            ("", "failed", "cap"),
            ("", "failed", "cap"),
        ]
        assert not page.chat.is_writing
        assert provider.asked == []
        clock.sleep(5)
        proctor.submit("p1", 1, 0, 0.6)
        assert proctor.sitting("p1").stage is not Stage.ENDED
        (row,) = proctor.store.rows("answers")
        assert (row["status"], row["n_messages"], row["n_replies_failed"]) == ("answered", 1, 2)


def test_the_researcher_finds_it_in_status_and_tables_and_no_call_was_made(tmp_path: Path) -> None:
    with (proctor := capped(tmp_path, spending={"per_study": MOST})).store:
        replies, _ = asked_of(proctor, says("Because."))
        for message in ("One?", "Two?"):
            replies.ask("p1", 1, message)

        status = status_of(proctor.store)
        refused = [row for row in proctor.store.rows("messages") if row["trouble"] == "cap"]

        assert "replies that failed or broke off: cap 1" in status.describe()
        assert (
            "spent on replies to people: $0.007 of $0.70 (1 reply, 100 tokens in, 7 out)" in status.describe()
        )
        assert [row["error"][:20] for row in refused] == ["spending cap reached"]
        assert len(list(proctor.store.rows("model_calls"))) == 1


def test_money_at_list_prices_is_said_to_be_so(tmp_path: Path) -> None:
    listed = ListPrice(input=0, output=1000, as_of="2026-10")
    with (proctor := capped(tmp_path, price=listed)).store:
        replies, _ = asked_of(proctor, says("Because."))
        replies.ask("p1", 1, "One?")

        said = status_of(proctor.store).describe()

        assert (
            "spent on replies to people: $0.007 (1 reply, 100 tokens in, 7 out, at list prices of 2026-10)"
            in said
        )


def test_another_persons_money_is_not_theirs_but_the_studys_is_everybodys(tmp_path: Path) -> None:
    (tmp_path / "each").mkdir()
    (tmp_path / "all").mkdir()
    each = capped(tmp_path / "each", people=2, spending={"per_participant": MOST})
    together = capped(tmp_path / "all", people=2, spending={"per_study": MOST})

    for proctor in (each, together):
        replies, _ = asked_of(proctor, says("Because."))
        replies.ask("p1", 1, "One?")
        replies.ask("p2", 1, "One?")

    assert [closed.status for closed in closes(each, "p2")] == ["complete"]
    assert [closed.trouble for closed in closes(together, "p2")] == ["cap"]
    each.store.close()
    together.store.close()


# -- at the same time -------------------------------------------------------------------------------


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open()


def counted(gate: Gate) -> Script:
    def script(request: Request) -> Iterator[Piece]:
        yield Text("Let me see.")
        gate.wait()
        yield Reply("", "stop", Usage(10, 0, 7))

    return script


def test_a_reply_being_written_counts_with_the_most_until_it_is_counted(tmp_path: Path, gate: Gate) -> None:
    proctor = capped(tmp_path, people=2, spending={"per_study": MOST + COST})
    replies = Replies(proctor, FakeProvider(counted(gate), says("Because.")))
    replies.ask("p1", 1, "Which one?")
    assert gate.is_reached.wait(WAIT_S)
    during = spent(proctor)

    replies.ask("p2", 1, "Which one?")
    refused = closes(proctor, "p2")
    gate.open()
    until(lambda: closes(proctor, "p1"))
    replies.ask("p2", 1, "And now?")
    until(lambda: len(closes(proctor, "p2")) == 2)

    assert during == pytest.approx(MOST)
    assert [is_refused(closed) for closed in refused] == [True]
    assert closes(proctor, "p2")[1].status == "complete"
    assert spent(proctor) == pytest.approx(2 * COST)
    replies.close()
    proctor.store.close()


def test_however_many_ask_at_once_and_wherever_no_cap_is_passed(tmp_path: Path, gate: Gate) -> None:
    n_people, n_paid = 12, 5
    proctor = capped(tmp_path, people=n_people, spending={"per_study": n_paid * MOST + 0.5 * MOST})
    elsewhere = Proctor(Store.open(proctor.store.path), proctor.clock)
    provider = FakeProvider(halts(gate))
    servers = [Replies(proctor, provider), Replies(elsewhere, provider)]
    threads = [
        threading.Thread(target=servers[n % 2].ask, args=(f"p{n}", 1, "Which one?"), daemon=True)
        for n in range(1, n_people + 1)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)

    refused = [closed for n in range(1, n_people + 1) for closed in closes(proctor, f"p{n}")]
    assert [is_refused(closed) for closed in refused] == [True] * (n_people - n_paid)
    assert spent(proctor) == pytest.approx(n_paid * MOST)
    gate.open()
    for server in servers:
        server.close()
    assert len(provider.asked) <= n_paid
    elsewhere.store.close()
    proctor.store.close()


# -- what nobody counted -----------------------------------------------------------------------------


def test_a_reply_that_was_stopped_stays_with_the_most_that_it_can_cost(tmp_path: Path, gate: Gate) -> None:
    proctor = capped(tmp_path, spending={"per_study": MOST + COST})
    replies = Replies(proctor, FakeProvider(halts(gate, "Let me see.")))
    replies.ask("p1", 1, "Which one?")
    assert gate.is_reached.wait(WAIT_S)

    replies.stop("p1", 1)
    replies.ask("p1", 1, "And now?")

    assert is_refused(closes(proctor)[1])
    assert status_of(proctor.store).spending.n_uncounted == 1
    gate.open()
    replies.close()
    proctor.store.close()


@pytest.mark.parametrize(
    ("trouble", "texts", "most"),
    [
        (Trouble.BUSY, (), 0.0),
        (Trouble.UNREACHABLE, (), 0.0),
        (Trouble.UNAVAILABLE, (), 0.0),
        (Trouble.TOO_LONG, (), 0.0),
        # the service may well have worked on these
        (Trouble.LATE, (), MOST),
        (Trouble.UNREACHABLE, ("The ans",), MOST),
    ],
)
def test_a_failure_costs_what_the_service_may_have_worked_for_it(
    tmp_path: Path, trouble: Trouble, texts: tuple[str, ...], most: float
) -> None:
    error: ProviderError = ProviderUnavailable("failed", may_retry=False)
    error.trouble = trouble
    with (proctor := capped(tmp_path, spending={"per_study": 100})).store:
        replies, _ = asked_of(proctor, fails(error, *texts))

        replies.ask("p1", 1, "Which one?")

        assert spent(proctor) == pytest.approx(most)


def test_rows_made_again_from_the_events_cost_the_same(tmp_path: Path) -> None:
    late = ProviderUnavailable("late", may_retry=False)
    late.trouble = Trouble.LATE
    with (proctor := capped(tmp_path, spending={"per_study": 2 * MOST})).store:
        replies, _ = asked_of(proctor, says("Because."), fails(late))
        for message in ("One?", "Two?", "Three?"):
            replies.ask("p1", 1, message)
        before = proctor.store.spent()

        rebuild(proctor.store)

        assert proctor.store.spent() == before
        assert (before.n_counted, before.n_uncounted) == (1, 1)
        assert before.reserved_usd == pytest.approx(MOST)


def test_without_a_price_or_a_cap_nobody_is_refused_and_nothing_is_guessed(tmp_path: Path) -> None:
    design = make_design(conditions={"order": "human_with_model_first"})
    proctor = make_proctor(tmp_path, make_plan(design))
    with proctor.store:
        seat(proctor)
        proctor.go_on("p1")
        proctor.page("p1")
        replies, _ = asked_of(proctor, says("Because."))

        replies.ask("p1", 1, "Which one?")

        assert closes(proctor)[0].status == "complete"
        assert spent(proctor) is None
        assert (
            "spent on replies to people: an unknown amount (1 reply," in status_of(proctor.store).describe()
        )


def test_a_rehearsals_scripted_stand_in_spends_nothing(tmp_path: Path) -> None:
    with (proctor := capped(tmp_path, spending={"per_study": 0.01})).store:
        scripted: Provider = ScriptedProvider(proctor.clock)
        replies = Replies(proctor, scripted, inline=True, paced=False)

        replies.ask("p1", 1, "Which one?")

        assert [closed.status for closed in closes(proctor)] == ["complete"]
        assert spent(proctor) == 0
