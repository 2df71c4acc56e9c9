"""A warning only where the two were really served by different versions."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.entries import prepare
from analysis.export import Export, load
from analysis.findings import analyse
from analysis.versions import CODE, version_cautions
from tests.analysis.builders import make_answers, make_export, make_row, write_csv

ROWS = [
    make_row(condition="human_with_model", trial_id="t1"),
    make_row(condition="model_alone", trial_id="t2"),
    make_row(condition="model_alone", trial_id="t3", participant_id="m2", method="five_shot"),
    make_row(trial_id="t4"),
]


def export_of(*calls: tuple[str, str, str | None], **manifest: Any) -> Export:
    made = make_export(make_answers(ROWS), **manifest)
    table = pd.DataFrame(list(calls), columns=["trial_id", "purpose", "model_answered"])
    return Export(made.source, made.answers, None, made.manifest, {}, model_calls=table)


def messages(export: Export) -> list[str]:
    return [row.message for row in version_cautions(export, prepare(export)[0])]


def test_two_versions_are_named_with_whose_they_are() -> None:
    (text,) = messages(export_of(("t1", "reply", "gpt-06"), ("t2", "answer", "gpt-05")))

    assert "gpt-05 alone, gpt-06 with people" in text


@pytest.mark.parametrize(
    "calls",
    [
        [("t1", "reply", "gpt-05"), ("t2", "answer", "gpt-05")],
        [("t1", "reply", "gpt-05")],
        [("t1", "reply", None), ("t2", "answer", "gpt-05")],
        [("t1", "reply", "gpt-05"), ("t1", "read_advice", "other"), ("t2", "answer", "gpt-05")],
        [],
    ],
)
def test_one_version_or_an_unknown_one_is_no_reason_for_care(
    calls: list[tuple[str, str, str | None]],
) -> None:
    assert messages(export_of(*calls)) == []


def test_only_the_model_alone_that_people_are_compared_with_counts() -> None:
    calls = (("t1", "reply", "gpt-05"), ("t2", "answer", "gpt-05"), ("t3", "answer", "gpt-04"))

    assert messages(export_of(*calls, primary_model_alone={"model": "gpt", "method": "zero_shot"})) == []
    assert messages(export_of(*calls, primary_model_alone={"model": "gpt", "method": "five_shot"})) != []


def test_an_export_folder_brings_its_calls_along_however_long_their_texts(tmp_path: Path) -> None:
    write_csv(tmp_path / "answers.csv", ROWS)
    calls = [
        {"trial_id": "t1", "purpose": "reply", "model_answered": "gpt-06", "text": "x" * 200_000},
        {"trial_id": "t2", "purpose": "answer", "model_answered": "gpt-05"},
    ]
    write_csv(tmp_path / "model_calls.csv", calls, ["trial_id", "purpose", "model_answered", "text"])

    export = load(tmp_path)

    assert CODE in {row.code for row in analyse(export).warnings}
    assert "model_calls.csv" in export.files
