"""The table of scores as a reader sees it."""

from analysis.coverage import COVERED
from analysis.findings import analyse
from analysis.score_table import score_table
from analysis.simulate import simulate
from analysis.tables import Tables
from tests.analysis.builders import make_answers, make_export, make_row


def test_scores_stand_beside_what_a_calibrated_person_would_score() -> None:
    export = make_export(simulate(1, 20, 40))

    table = score_table(Tables(export, analyse(export)))

    assert table is not None
    assert [row[1] for row in table.rows] == ["Simulated, alone", "Simulated, with the assistant"]
    assert table.rows[0][2:] == [
        "+7.9 (+2.8 to +13.0)",
        "0.69 (0.64 to 0.74)",
        "−1.32 (−1.42 to −1.22)",
        "69.8% (64.2% to 75.3%)",
        "7.9%",
        "3.6%, 6.0%",
        "0.012",
        "0.030",
    ]
    low, high = COVERED["auroc"][0], COVERED["overconfidence"][1]
    assert (
        f"over-confidence and AUROC held the truth in {low} to {high}% of simulated studies" in table.notes[0]
    )
    assert "it was not simulated" in table.notes[0]


def test_who_was_always_right_has_no_auroc_and_without_confidence_there_is_no_table() -> None:
    sure = make_export(make_answers([make_row(confidence=0.8)]))
    silent = make_export(make_answers([make_row()]))

    table = score_table(Tables(sure, analyse(sure)))

    assert table is not None
    assert table.rows[0][5] == "–"
    assert score_table(Tables(silent, analyse(silent))) is None
