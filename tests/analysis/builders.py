"""Small builders of answers and exports; whatever a test does not name is unremarkable."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.columns import ordered
from analysis.entries import prepare
from analysis.export import Export, typed_answers
from analysis.manifest import Manifest


def make_row(**cells: object) -> dict[str, str]:
    row = {
        "study_id": "s",
        "trial_id": "t",
        "participant_id": "p1",
        "participant_kind": "human",
        "condition": "human_alone",
        "task": "mmlu",
        "question_id": "q1",
        "sample": "1",
        "is_practice": "0",
        "is_attention_check": "0",
        "correct_choice": "A",
        "status": "answered",
        "choice": "A",
    }
    if cells.get("condition") == "model_alone":
        row |= {"participant_kind": "model", "participant_id": "m1", "model": "gpt", "method": "zero_shot"}
    elif cells.get("condition") == "human_with_model":
        row |= {"protocol": "chat", "assistant": "helper", "model": "gpt"}
    right = cells.pop("right", None)
    if right is not None:
        row["choice"] = "A" if right else "B"
    row |= {name: str(value) for name, value in cells.items()}
    if row["status"] in ("timed_out_no_answer", "skipped", "unreadable"):
        row["choice"] = ""
    if "correct" not in cells and row["choice"]:
        row["correct"] = str(int(row["choice"] == row["correct_choice"]))
    return row


def make_answers(rows: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    return typed_answers({name: [row.get(name, "") for row in rows] for name in ordered("answers")})


def make_export(answers: pd.DataFrame, participants: pd.DataFrame | None = None, **manifest: Any) -> Export:
    return Export("export", answers, participants, Manifest(manifest), {})


def prepared(rows: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    return prepare(make_export(make_answers(rows)))[0]


def write_csv(path: Path, rows: Sequence[Mapping[str, str]], columns: Sequence[str] | None = None) -> Path:
    names = list(columns or ordered("answers"))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_frame(path: Path, answers: pd.DataFrame) -> Path:
    """Typed answers as an export writes them: whole numbers without a point, nothing for what is missing."""
    names = [name for name in ordered("answers") if name in answers]
    frame = answers[names].copy()
    for name in names:
        if frame[name].dtype == "float64" and name not in ("confidence", "response_time_s"):
            frame[name] = frame[name].astype("Int64")
    frame.to_csv(path, index=False)
    return path


def write_export(folder: Path, answers: pd.DataFrame, **manifest: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    write_frame(folder / "answers.csv", answers)
    (folder / "manifest.json").write_text(json.dumps({"schema": 1, **manifest}), encoding="utf-8")
    return folder
