"""The parts of a design around the trial: what may not stand together is refused with its key and a way out."""

import pytest

from oversight_app.errors import DesignError
from oversight_app.study.design import ENDINGS, Design, Outcome, read_design
from tests.builders import make_design

SMALL = 'title = "A study"\n[tasks.mmlu]\nquestions_per_condition = 4\n'
PAID = "[answer]\nconfidence = 'percent'\nscoring_rule = 'log'\n"


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("min_time_s = 180", ["tasks.mmlu.min_time_s: found 180", "below time_limit_s (180)"]),
        ("reading_s = -1", ["tasks.mmlu.reading_s: found -1"]),
        ("[answer]\nsequence = 'help_first'", ["answer.sequence: found 'help_first'", "'answer_first'"]),
        ("[answer]\nreason = 'always'", ["answer.reason: found 'always'", "'optional'"]),
        ("[answer]\nscoring_rule = 'brier'", ["answer.scoring_rule: found 'brier'", "'quadratic'"]),
        ("[answer]\nprize = 5", ["answer.prize: found 5 without a scoring_rule"]),
        (PAID, ['answer.prize: found 0 with scoring_rule = "log"']),
        (PAID + "prize = -1", ["answer.prize: found -1"]),
        (PAID + "prize = inf", ["answer.prize: found inf"]),
        (PAID + "prize = 5\ncurrency = ''", ["answer.currency: found ''"]),
        (
            "[answer]\nscoring_rule = 'log'\nprize = 5",
            [
                'answer.scoring_rule: found "log" with confidence = "five_points"',
                '"percent" or "distribution"',
            ],
        ),
        (
            "[answer]\nconfidence = 'none'\nscoring_rule = 'log'\nprize = 5",
            ['with confidence = "none"', '"percent" or "distribution"'],
        ),
        ("[assistant]\non_outage = 'wait'", ["assistant.on_outage: found 'wait'", "'void'"]),
        ("[assistant]\noutage_failures = 0", ["assistant.outage_failures: found 0"]),
        ("[sitting]\nlimit_s = 0", ["sitting.limit_s: found 0"]),
        ("[sitting]\nmax_participants = 0", ["sitting.max_participants: found 0"]),
        ("[sitting]\nbreak_every = -1", ["sitting.break_every: found -1"]),
        ("[sitting]\nattention_checks = 21", ["sitting.attention_checks: found 21"]),
        (
            "[sitting]\nattention_failures = 1",
            ["sitting.attention_failures: found 1 with 0 attention_checks", "at most as many"],
        ),
        ("[outcomes.left]\ncode = 'L'", ['outcomes: found "left"', "completed, screened_out"]),
        ("[outcomes.bored]\ncode = 'B'", ["outcomes.bored", "'completed'"]),
        (
            "[outcomes.completed]\ncode = 'C1'\n[outcomes.timed_out]\ncode = 'C1'",
            ["outcomes: found a code twice in 'C1', 'C1'"],
        ),
        (
            "[sitting]\ncompletion_code = 'C1'\n[outcomes.timed_out]\ncode = 'C1'",
            ["outcomes: found a code twice"],
        ),
        ("[log]\nkeys = true", ["log.keys is not a key", "allowed here: focus, clipboard"]),
        ("[log]\nfocus = 'often'", ["log.focus: found 'often'"]),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(section: str, says: list[str]) -> None:
    with pytest.raises(DesignError) as refused:
        read_design(SMALL + section + "\n")

    assert all(words in str(refused.value) for words in says), str(refused.value)


@pytest.mark.parametrize("rule", ["quadratic", "log", "spherical"])
@pytest.mark.parametrize("confidence", ["percent", "distribution"])
def test_every_rule_pays_every_scale_of_probabilities(rule: str, confidence: str) -> None:
    design = make_design(answer={"confidence": confidence, "scoring_rule": rule, "prize": 5})

    assert (design.answer.scoring_rule, design.answer.prize) == (rule, 5)


def test_every_ending_may_have_a_code_and_an_address_of_its_own() -> None:
    outcomes = {
        outcome.value: {"code": f"C{i}", "url": "https://example.org/{code}"}
        for i, outcome in enumerate(ENDINGS)
    }

    design = make_design(outcomes=outcomes)

    assert design.outcomes.keys() == set(Outcome) - {Outcome.LEFT}


def test_without_a_word_nothing_of_the_protocols_is_on_but_what_is_noted() -> None:
    design = make_design()

    assert (design.answer.sequence, design.answer.belief_after_reply, design.answer.skip) == (
        "direct",
        False,
        False,
    )
    assert (design.sitting.limit_s, design.sitting.attention_checks, design.sitting.max_participants) == (
        None,
        0,
        None,
    )
    assert all(is_on for _, is_on in design.log)


def test_a_design_with_every_protocol_survives_being_frozen() -> None:
    design = make_design(
        tasks={"quality": {"questions_per_condition": 1, "reading_s": 60, "min_time_s": 5}},
        answer={
            "sequence": "answer_first",
            "confidence": "distribution",
            "scoring_rule": "spherical",
            "prize": 2.5,
            "belief_after_reply": True,
            "reason": "optional",
            "skip": True,
        },
        assistant={"on_outage": "end", "outage_failures": 2},
        sitting={"limit_s": 3600, "break_every": 4, "max_participants": 9, "attention_checks": 2},
        outcomes={"screened_out": {"code": "S1"}},
        log={"scroll": False},
    )

    assert Design.model_validate_json(design.model_dump_json()) == design
