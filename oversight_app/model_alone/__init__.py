"""A model answers the plan's questions alone. Load, decide, save.

A model asked by a method is a participant without a sitting: it has a stream, the trials of both forms, and one row per
answer in the same table as people. `participant` says who that is, `asking` turns the calls of a method
(`study.methods`) into requests, `agenda` says which comes next, `workers` are the threads that ask, `seats` whom,
`record` keeps what came of it, and `run` goes through the questions. `expecting`
and `prompt_shown` tell beforehand what a run would take and what a method would ask.
"""

from oversight_app.model_alone.expecting import expected_alone
from oversight_app.model_alone.participant import model_participant_id
from oversight_app.model_alone.prompt_shown import prompt_shown
from oversight_app.model_alone.run import CALL_LIMIT_S, GIVE_UP_AFTER, PARALLEL, answer_alone
from oversight_app.model_alone.summary import AloneSummary

__all__ = [
    "CALL_LIMIT_S",
    "GIVE_UP_AFTER",
    "PARALLEL",
    "AloneSummary",
    "answer_alone",
    "expected_alone",
    "model_participant_id",
    "prompt_shown",
]
