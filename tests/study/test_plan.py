"""What a frozen plan says: texts with their holes filled, codes and addresses by outcome, hashes."""

import json
from typing import Any

import pytest

from oversight_app.study.design import ENDINGS, ListPrice, Outcome, Price
from oversight_app.study.plan import Plan
from tests.builders import TEXTS, make_design, make_plan

ALL = ("focus", "clipboard", "scroll", "search", "choices", "typing")


@pytest.mark.parametrize(
    ("log", "noted"),
    [
        ({}, ALL),
        ({"clipboard": False, "typing": False}, ("focus", "scroll", "search", "choices")),
        (dict.fromkeys(ALL, False), ()),
    ],
)
def test_the_consent_text_lists_exactly_what_is_noted(log: dict[str, bool], noted: tuple[str, ...]) -> None:
    plan = make_plan(make_design(log=log))

    lines = [line for line in plan.text("consent").splitlines() if line.startswith("- ")]

    assert lines == [f"- {kind} is noted" for kind in noted]


def test_texts_say_what_participants_are_told_of_the_assistant() -> None:
    plan = make_plan(make_design(told_reliability="It errs."))

    assert plan.text("instructions") == "# Instructions\n\nIt errs."


def test_what_stands_in_braces_for_other_reasons_stays() -> None:
    plan = make_plan(texts=TEXTS | {"debrief": "A set {1, 2} and {logged}"})

    assert plan.text("debrief").startswith("A set {1, 2} and - focus is noted")


def test_every_ending_has_a_code_of_its_own_and_leaving_has_none() -> None:
    plan = make_plan()

    codes = [plan.code(outcome) for outcome in ENDINGS]

    assert len(set(codes)) == len(ENDINGS)
    assert plan.code("completed") == plan.completion_code
    assert plan.code("left") == ""


def test_an_ending_leads_to_its_own_address_or_to_the_studys_with_its_own_code() -> None:
    design = make_design(
        sitting={"completion_url": "https://example.org/?cc={code}"},
        outcomes={"screened_out": {"url": "https://example.org/out/{code}"}},
    )
    plan = make_plan(design)

    assert plan.url("completed") == "https://example.org/?cc=CODE123"
    assert plan.url("timed_out") == "https://example.org/?cc=TIMED_OUT-CODE"
    assert plan.url("screened_out") == "https://example.org/out/SCREENED_OUT-CODE"
    assert make_plan().url("completed") == ""


def test_a_plan_keeps_whether_a_price_was_the_services_list_or_the_studys_own() -> None:
    listed, own = ListPrice(input=1, output=2, as_of="2026-10"), Price(input=1, output=2)
    plan = make_plan(prices={"openai:a": listed, "openai:b": own})

    read = Plan.model_validate_json(plan.model_dump_json())

    assert read.prices == {"openai:a": listed, "openai:b": own}
    assert read.plan_hash == plan.plan_hash


def as_frozen_before(plan: Plan) -> str:
    """The plan's body as the release before the protocols wrote it."""
    body: dict[str, Any] = json.loads(plan.model_dump_json())
    for name in ("screening", "survey", "example", "attention", "words", "codes", "prices", "selection"):
        del body[name]
    for name in ("language", "outcomes", "log", "prices"):
        del body["design"][name]
    for name in ("on_outage", "outage_failures", "max_parallel", "spending"):
        del body["design"]["assistant"][name]
    body["design"]["answer"] = {"confidence": "five_points", "feedback": "practice_only"}
    for name in ("limit_s", "break_every", "max_participants", "person_parameter", "attention_checks"):
        del body["design"]["sitting"][name]
    del body["design"]["sitting"]["attention_failures"]
    for task in body["design"]["tasks"].values():
        del task["reading_s"], task["min_time_s"]
    return json.dumps(body)


def test_a_plan_of_an_earlier_release_asks_and_notes_no_more_than_it_did() -> None:
    """Its people agreed to a text that says nothing of clipboards."""
    plan = Plan.model_validate_json(as_frozen_before(make_plan()))

    assert not any(is_on for _, is_on in plan.design.log)
    assert (plan.screening, plan.survey, plan.example, plan.attention) == ((), (), None, ())
    assert (plan.design.answer.sequence, plan.design.answer.skip) == ("direct", False)
    assert plan.design.sitting.limit_s is None
    assert (plan.code(Outcome.COMPLETED), plan.code(Outcome.TIMED_OUT)) == ("CODE123", "")


def test_a_plan_is_the_same_when_it_is_read_back() -> None:
    plan = make_plan()

    again = Plan.model_validate_json(plan.model_dump_json())

    assert again == plan
    assert again.plan_hash == plan.plan_hash
