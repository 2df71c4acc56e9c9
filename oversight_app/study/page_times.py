"""When each page was entered and left, read from what happened.

Pages follow each other without a gap, so a page that no event announces (rest, feedback, questionnaire) was entered
when the one before it was left. Models that answer alone see no pages.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from oversight_app.study.events import STUDY_STREAM

Row = Mapping[str, Any]

TOLD = {
    "ParticipantEnrolled",
    "ConsentGiven",
    "ComprehensionAnswered",
    "PassageShown",
    "PassageRead",
    "TrialShown",
    "TrialClosed",
    "FeedbackRead",
}
"""Kinds whose bodies are needed; the others, long ones among them, are not opened."""
_BY_THE_CLOCK = ("timed_out", "timed_out_no_answer")
_ENDS = ("ConsentRefused", "ParticipantWithdrew", "SittingEnded")
KINDS = TOLD | {
    "ScreeningAnswered",
    "InstructionsRead",
    "ParticipantAssigned",
    "NextAsked",
    "DebriefRead",
    "SurveyAnswered",
    *_ENDS,
}
"""Kinds that say something of a page; rows of others may be left out."""


def page_times(events: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """One row per page that a person saw, from rows of the events table, stream by stream in their order."""
    for stream, rows in groupby(events, key=lambda row: row["stream"]):
        if stream == STUDY_STREAM:
            continue
        for index, page in enumerate(_pages(rows), start=1):
            yield {"participant_id": stream, "page_index": index} | page


def _pages(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """The pages of one person; `before` is when the last page was left, `now` the page that is open."""
    before: str | None = None
    now: dict[str, Any] | None = _entered("consent", None)
    for row in rows:
        kind, at = row["kind"], row["at"]
        told = json.loads(row["body"]) if kind in TOLD else {}
        after: dict[str, Any] | None = None
        match kind:
            case "ParticipantEnrolled":
                if told.get("kind") == "model":
                    return
                continue
            case "ConsentGiven":
                after = _entered("screening" if told.get("asks_screening") else "instructions", at)
            case "ScreeningAnswered":
                after = _entered("instructions", at)
            case "InstructionsRead":
                after = _entered("comprehension", at)
            case "ComprehensionAnswered":
                after = _entered("ready" if told["passed"] else "comprehension", at)
            case "ParticipantAssigned":
                pass
            case "NextAsked":
                now = now or _entered("rest", before)
            case "PassageShown":
                after = _entered("reading", at, told["n"])
            case "TrialShown":
                after = _entered("trial", at, told["n"])
            case "PassageRead" | "DebriefRead":
                pass
            case "TrialClosed":
                if now is None or now["n"] != told["n"]:
                    continue
                at = told["closed_at"]
                if now["page_name"] == "trial":
                    now["timed_out"] = int(told["status"] in _BY_THE_CLOCK)
            case "FeedbackRead":
                now = now or _entered("feedback", before, told["n"])
            case "SurveyAnswered":
                now = now or _entered("survey", before)
                after = _entered("debrief", at)
            case _ if kind in _ENDS:
                # An ending in the same moment as a page's beginning means that nobody saw that page.
                if now is not None and now["entered_at"] == at:
                    now = None
            case _:
                continue
        if now is not None:
            yield _left(now, at)
        now, before = after, at
    if now is not None and now["entered_at"] is not None:
        yield now


def _entered(name: str, at: str | None, n: int | None = None) -> dict[str, Any]:
    return {
        "page_name": name,
        "n": n,
        "entered_at": at,
        "left_at": None,
        "duration_s": None,
        "timed_out": None,
    }


def _left(page: dict[str, Any], at: str) -> dict[str, Any]:
    entered = page["entered_at"]
    if entered is None:
        return page | {"left_at": at}
    duration = (datetime.fromisoformat(at) - datetime.fromisoformat(entered)).total_seconds()
    return page | {"left_at": at, "duration_s": duration}
