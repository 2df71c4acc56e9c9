"""What judges' calls cost, and that a run ends calmly when the study's money is spent."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from oversight_app.clock import Clock
from oversight_app.errors import BadInput, ProviderUnavailable
from oversight_app.judging import JudgeSummary, expected, let_judge
from oversight_app.projections import rebuild
from oversight_app.prompts import load_prompts
from oversight_app.purse import Purse
from oversight_app.status import status_of
from oversight_app.store import Store
from oversight_app.study.design import Price
from oversight_app.study.events import JudgeAsked
from tests.builders import make_clock, make_design, make_plan, make_store
from tests.test_judging import Talker

MODEL = "openai:judge"
PRICE = Price(input=0, output=1000)
"""A thousand dollars a million, so that a call of `Talker`, with three tokens of output, costs 0.003."""
COST = 0.003


def priced(folder: Path, **spending: float) -> Store:
    design = make_design(assistant={"spending": spending})
    plan = make_plan(
        design, prompts=load_prompts(), prices={MODEL: PRICE, "scripted:demo": Price(input=0, output=0)}
    )
    return make_store(folder, plan)


def run(store: Store, provider: Talker | None = None, clock: Clock | None = None, **how: Any) -> JudgeSummary:
    return let_judge(store, MODEL, 1, clock=clock or make_clock(), provider=provider or Talker(), **how)


def calls(store: Store) -> list[JudgeAsked]:
    return [
        item.event
        for stream in store.heads()
        for item in store.events_of(stream)
        if isinstance(item.event, JudgeAsked)
    ]


def test_each_call_stands_with_what_it_cost_and_counts_for_the_study(tmp_path: Path) -> None:
    with priced(tmp_path) as store:
        run(store)

        made = calls(store)
        assert [call.cost_usd for call in made] == pytest.approx([COST] * len(made))
        assert store.spent().n_judge_calls == len(made)
        assert store.spent().judges_usd == pytest.approx(COST * len(made))
        said = status_of(store)
        assert said.spending.usd == pytest.approx(COST * len(made))
        assert f"by judges in {len(made)} calls of their own" in said.describe()
        before = store.spent()
        rebuild(store)
        assert store.spent() == before


def test_a_call_that_the_service_never_began_costs_nothing_and_one_that_broke_its_most(
    tmp_path: Path,
) -> None:
    down = ProviderUnavailable("down", may_retry=False)
    broke = ProviderUnavailable("broke off", may_retry=False)
    down.trouble, broke.trouble = "unreachable", "late"
    with priced(tmp_path) as store:
        run(store, Talker(down, broke), limit=2)

        never, half = [call.cost_usd for call in calls(store) if call.status == "failed"]
        assert never == 0.0
        assert half is not None
        assert half >= 0.016  # sixteen tokens of output, the least that a service takes as its limit


def test_when_the_money_is_spent_the_run_ends_between_two_questions_and_goes_on_with_more(
    tmp_path: Path,
) -> None:
    with priced(tmp_path, per_study=0.36) as store:
        clock = make_clock()
        first = run(store, clock=clock)
        answers = list(store.rows("answers"))

        assert first.cap == "assistant.spending.per_study is 0.36 US dollars"
        assert (first.n_over, first.n_void) == (0, 0)
        assert first.n_answered > 0
        assert "goes on once the cap is raised: --cap AMOUNT" in first.describe()
        assert "not enough for another question" in first.describe()
        assert {row["status"] for row in answers} <= {"answered"}
        assert store.spent().judges_usd <= 0.36

        second = run(store, clock=clock, cap=1000.0)

        assert (second.cap, second.n_over, second.n_void) == ("", 1, 0)
        assert Counter(row["status"] for row in store.rows("answers")) == {
            "answered": first.n_answered + second.n_answered
        }


def test_what_judges_cost_is_missing_from_what_people_may_ask_for(tmp_path: Path) -> None:
    with priced(tmp_path, per_study=1000.0) as store:
        run(store)
        plan = store.plan()
        assert plan is not None
        spent = store.spent()
        purse = Purse(plan)

        assert purse.keeps_from(spent, 1000.0 - spent.judges_usd) == ""
        assert purse.keeps_from(spent, 1000.0).startswith("assistant.spending.per_study")


def test_one_whose_price_nobody_knows_is_counted_by_nobody_and_said_so(tmp_path: Path) -> None:
    with make_store(tmp_path, make_plan(prompts=load_prompts())) as store:
        told = expected(store, "openai:nobody-knows", 1)
        let_judge(store, "openai:nobody-knows", 1, clock=make_clock(), provider=Talker(), limit=1)

        assert {call.cost_usd for call in calls(store)} == {None}
        assert any("openai:nobody-knows is unknown" in line for line in told)


def test_a_judge_that_cannot_be_is_named_before_anything_is_expected_of_it(tmp_path: Path) -> None:
    with priced(tmp_path) as store, pytest.raises(BadInput, match="gpt:x"):
        expected(store, "gpt:x", 1)
