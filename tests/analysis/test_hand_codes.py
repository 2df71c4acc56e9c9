"""Filled sheets of hand codes, good and bad."""

from pathlib import Path

import pytest

from analysis.errors import ExportError
from analysis.hand_codes import read_hand_codes

HEADER = "trial_id,task,conversation,asks_quote,true_false_probe,cross_examines_after_reset,remark,rule\n"


def sheet(folder: Path, text: str) -> Path:
    path = folder / "ann.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    return path


def test_codes_are_yes_no_or_open_and_spreadsheets_may_add_semicolons_and_empty_lines(tmp_path: Path) -> None:
    text = HEADER + 't1,mmlu,"[1] participant: Hi\nthere",1,0,,sure,1\nt2,mmlu,x, 0 ,1,1,,1\n,,,,,,,\n'

    for written in (text, text.replace(",", ";")):
        found = read_hand_codes(sheet(tmp_path, written), {"t1", "t2", "t3"})

        assert found.codes == {
            "t1": {"asks_quote": True, "true_false_probe": False, "cross_examines_after_reset": None},
            "t2": {"asks_quote": False, "true_false_probe": True, "cross_examines_after_reset": True},
        }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("trial_id,asks_quote\nt1,1\n", "has no column true_false_probe, cross_examines_after_reset"),
        (HEADER + "t1,,,1,0,,,1\nt9,,,1,0,,,1\n", "row 3, column trial_id: found 't9'"),
        (HEADER + "t1,,,1,0,,,1\nt1,,,1,0,,,1\n", "row 3, column trial_id: 't1' stands in row 2"),
        (HEADER + "t1,,,1,yes,,,1\n", "row 2, column true_false_probe: found 'yes', allowed is 1"),
        (HEADER + "t1,,,1,0,,,0\n", "row 2, column rule: found '0', and this version codes by rule 1"),
        (HEADER + "t1,,,,,,,1\n", "has no code yet"),
        (HEADER + "t1,,,1\n", "row 2: found 4 cells, the header has 8"),
    ],
)
def test_a_bad_sheet_is_refused_with_file_row_and_column(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ExportError) as refused:
        read_hand_codes(sheet(tmp_path, text), {"t1"})

    assert "ann.csv" in str(refused.value)
    assert why in str(refused.value)


def test_a_sheet_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"nowhere\.csv is not a file"):
        read_hand_codes(tmp_path / "nowhere.csv", set())
