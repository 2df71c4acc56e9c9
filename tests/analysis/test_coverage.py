"""What rows say of their intervals: how often they held the truth in simulated studies, or that nobody knows."""

from analysis.coverage import COVERED, NOT_VALIDATED, coverage_of
from analysis.findings import analyse
from analysis.results import Results
from analysis.simulate import simulate
from tests.analysis.builders import make_export


def test_a_simulated_statistic_says_its_coverage_and_another_one_that_it_has_none() -> None:
    assert coverage_of("auroc") == "held the truth in 94 to 98% of simulated studies"
    assert coverage_of("weight_on_advice") == NOT_VALIDATED


def test_rows_say_what_is_known_of_their_intervals() -> None:
    results = analyse(make_export(simulate(1, 20, 24)))

    said = {row.metric: row.ci_method or "" for row in results.estimates if row.ci_low is not None}
    assert all("of simulated studies" in said[metric] for metric in COVERED.keys() & said.keys())
    assert {"auroc", "brier", "overconfidence", "overreliance", "underreliance"} <= said.keys()
    assert NOT_VALIDATED in said["log_score"]
    (joint,) = (row for row in results.contrasts if row.contrast == "complementarity" and row.task == "mmlu")
    assert "of simulated studies" in (joint.ci_method or "")


def test_an_accuracy_of_two_people_is_said_to_have_too_narrow_an_interval() -> None:
    few, many = (analyse(make_export(simulate(1, n, 12, layout="BP"))) for n in (4, 12))

    def notes(results: Results) -> list[str]:
        alone = [row for row in results.estimates if row.condition == "human_alone" and row.rows == "all"]
        return [row.note or "" for row in alone if row.metric == "accuracy"]

    assert all(note.startswith("Too narrow for two or three people") for note in notes(few))
    assert not any("Too narrow" in note for note in notes(many))
