"""The results contract refuses what a reader could misunderstand."""

import json
import math

import pytest

from analysis.findings import analyse
from analysis.results import Contrast, Estimate, Results, as_json
from analysis.simulate import simulate
from tests.analysis.builders import make_export

ESTIMATE_FIELDS = """
task condition metric rows protocol assistant model method subgroup estimate ci_low ci_high level ci_method se df
n_answers n_participants n_questions n_passages n_excluded n_void n_no_choice role note
"""
CONTRAST_FIELDS = "contrast p p_adjusted family alternative null_value margin"


def test_results_hold_every_field_of_the_contract() -> None:
    export = make_export(simulate(1, 6, 8, tasks=("mmlu", "quality")))

    written = json.loads(as_json(analyse(export)))

    assert list(written)[:7] == [
        "schema",
        "made_from",
        "verdicts",
        "estimates",
        "contrasts",
        "exclusions",
        "warnings",
    ]
    assert set(ESTIMATE_FIELDS.split()) <= set(written["estimates"][0])
    assert set(ESTIMATE_FIELDS.split()) - {"condition"} | set(CONTRAST_FIELDS.split()) <= set(
        written["contrasts"][0]
    )


def test_every_missing_number_has_a_note() -> None:
    written = json.loads(as_json(analyse(make_export(simulate(1, 1, 8)))))

    missing = [row for row in written["estimates"] + written["contrasts"] if row["ci_low"] is None]
    assert missing
    assert all(row["note"] for row in missing)


def test_a_number_that_is_none_needs_a_note() -> None:
    with pytest.raises(ValueError, match="needs a note that says why"):
        Estimate(task="mmlu", condition="human_alone", metric="accuracy", estimate=None)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_nan_never_enters(value: float) -> None:
    with pytest.raises(ValueError, match="is None with a note"):
        Contrast(
            task="mmlu", contrast="a - b", metric="accuracy", estimate=0.1, ci_low=0.0, ci_high=0.2, se=value
        )


def test_two_rows_with_one_key_are_refused() -> None:
    row = Estimate(task="mmlu", condition="human_alone", metric="accuracy", estimate=0.5, note="no interval")

    with pytest.raises(ValueError, match="share the key"):
        Results(made_from={}, estimates=[row, row])
