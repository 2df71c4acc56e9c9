"""Exports of any size in the contract's columns, written by whole columns: what the report is measured on.

People are right as in `analysis.simulate` (levels and slopes of participants and questions, normal in logits). With
the assistant they answer first alone and then once more; it writes to them, and its advice is right for some questions
and wrong for others. Everything that a report has a table for is there: confidence, first answers, advice, messages,
several statuses, declared exclusions, and a task whose questions share passages.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.columns import LETTERS, ordered
from analysis.jackknife import Codes, Floats
from analysis.power import DEFAULT_SDS

CONFIDENCES = np.array([0.25, 0.42, 0.6, 0.8, 1.0])
MESSAGES_A_TRIAL = 4
QUESTIONS_A_PASSAGE = 2
N_SUBJECTS = 10
SAID = "The passage says so in its second part, where the two of them speak about the house by the river."


def write_tables(
    folder: Path, participants: int, questions: int, tasks: tuple[str, ...] = ("mmlu", "quality")
) -> int:
    """Write the export of a study in which everybody answers `questions` of each task; the number of answers."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(1)
    by_task = [_of_task(rng, task, participants, questions) for task in tasks]
    answers = pd.concat([table for pair in by_task for table in pair], ignore_index=True)
    answers["study_id"] = "bench"
    answers["trial_id"] = _numbered("t", np.arange(len(answers)))
    answers.reindex(columns=list(ordered("answers"))).to_csv(folder / "answers.csv", index=False)
    _messages(answers).to_csv(folder / "messages.csv", index=False)
    _people(participants).to_csv(folder / "participants.csv", index=False)
    asked = answers[["task", "question_id"]].drop_duplicates()
    asked.assign(difficult=np.arange(len(asked)) % 2).to_csv(folder / "questions.csv", index=False)
    declared = {"exclusions": ["withdrew", {"rule": "too_fast", "min_median_s": 40}], "margin": 0.05}
    manifest = {"schema": 1, "title": "Bench", "is_rehearsal": True, "analysis": declared}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return len(answers)


def _of_task(rng: np.random.Generator, task: str, people: int, items: int) -> tuple[pd.DataFrame, ...]:
    sds = DEFAULT_SDS
    person, item = (code.ravel() for code in np.mgrid[:people, :items])
    has_passages = task == "quality"
    unit = item // QUESTIONS_A_PASSAGE if has_passages else item
    helped = (person + unit) % 2 == 1
    key = rng.integers(4, size=items)
    advice = np.where(rng.random(items) < 0.65, key, (key + rng.integers(1, 4, size=items)) % 4)
    level = 0.3 + rng.normal(0, sds.participant_level, people)[person]
    level += rng.normal(0, sds.item_level, items)[item]
    slope = rng.normal(0, sds.participant_slope, people)[person] + rng.normal(0, sds.item_slope, items)[item]
    first, last = (_answer(rng, level + x * (0.9 + slope), key[item]) for x in (-0.5, 0.5))
    takes = helped & (rng.random(len(person)) < 0.4)
    choice = np.where(helped, np.where(takes, advice[item], last), first)
    table = pd.DataFrame(
        {
            "participant_id": _numbered("p", person),
            "participant_kind": "simulated",
            "condition": np.where(helped, "human_with_model", "human_alone"),
            "protocol": np.where(helped, "chat", "unaided"),
            "task": task,
            "question_id": _numbered(f"{task}-", item),
            "sample": 1,
            "subject": _numbered("subject ", item % N_SUBJECTS),
            "cell": _numbered("cell ", person % 4),
            "block": np.where(helped, 1, 2),
            "position": item + 1,
            "is_practice": 0,
            "is_attention_check": 0,
            "correct_choice": _letters(key[item]),
            "choice": _letters(choice),
            "status": "answered",
            "confidence": _confidence(rng, len(person)),
            "confidence_scale": "five_levels",
            "response_time_s": np.round(rng.lognormal(3.8, 0.5, len(person)), 3),
        }
    )
    if has_passages:
        table["passage_id"] = _numbered("passage ", unit)
        table["passage_exposure"] = item % QUESTIONS_A_PASSAGE + 1
    own = {
        "assistant": "assistant",
        "assistant_mode": "as_is",
        "provider": "simulated",
        "model": "simulated-model",
        "initial_choice": _letters(first),
        "initial_confidence": _confidence(rng, len(person)),
        "advice_choice": _letters(advice[item]),
        "advice_correct": (advice == key)[item].astype(int),
        "advice_status": "stated",
        "advice_source": "rule",
        "n_messages": MESSAGES_A_TRIAL,
        "n_replies": MESSAGES_A_TRIAL // 2,
        "n_resets": rng.integers(2, size=len(person)),
    }
    for name, values in own.items():
        table[name] = pd.Series(values, index=table.index).where(helped)
    lost = rng.random(len(table)) < 0.02
    late = np.where(rng.random(len(table)) < 0.5, "timed_out_no_answer", "abandoned")
    table["status"] = table["status"].mask(lost, pd.Series(late))
    for name in ("choice", "confidence"):
        table[name] = table[name].mask(lost)
    return table, _model(table[person == 0], advice)


def _model(asked: pd.DataFrame, advice: Codes) -> pd.DataFrame:
    """A model alone that answers each question once, with what it advised."""
    kept = ["task", "question_id", "sample", "subject", "is_practice", "is_attention_check", "correct_choice"]
    kept += [name for name in ("passage_id",) if name in asked]
    table = asked[kept].reset_index(drop=True)
    return table.assign(
        participant_id="model001",
        participant_kind="model",
        condition="model_alone",
        protocol="unaided",
        provider="simulated",
        model="simulated-model",
        method="zero_shot",
        choice=_letters(advice),
        status="answered",
        confidence=0.8,
    )


def _answer(rng: np.random.Generator, logit: Floats, key: Codes) -> Codes:
    is_right = rng.random(len(logit)) < 1 / (1 + np.exp(-logit))
    return np.where(is_right, key, (key + rng.integers(1, 4, size=len(key))) % 4)


def _confidence(rng: np.random.Generator, n: int) -> Floats:
    return CONFIDENCES[rng.integers(len(CONFIDENCES), size=n)]


def _letters(choice: Codes) -> pd.Series:
    return pd.Series(np.array(list(LETTERS))[choice])


def _numbered(word: str, number: Codes) -> pd.Series:
    return word + pd.Series(number + 1).astype("str").str.zfill(6)


def _people(n: int) -> pd.DataFrame:
    number = np.arange(n)
    left = number % 25 == 0
    return pd.DataFrame(
        {
            "participant_id": _numbered("p", number),
            "participant_kind": "simulated",
            "cell": _numbered("cell ", number % 4),
            "outcome": np.where(left, "withdrew", "completed"),
            "withdrew": left.astype(int),
            "n_attention_failed": 0,
        }
    )


def _messages(answers: pd.DataFrame) -> pd.DataFrame:
    trials = answers.loc[answers["condition"] == "human_with_model", ["trial_id"]]
    table = trials.loc[trials.index.repeat(MESSAGES_A_TRIAL)].reset_index(drop=True)
    table["seq"] = table.groupby("trial_id").cumcount() + 1
    table["at"] = "2026-01-05T09:00:00.000Z"
    table["speaker"] = np.where(table["seq"] % 2 == 1, "participant", "assistant")
    table["context"] = 1
    table["text"] = SAID
    return table
