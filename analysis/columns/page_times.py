"""The columns of page_times.csv: when each page was entered and left."""

from analysis.columns.column import Column, count, flag, moment, one_of, seconds, text

PAGES = (
    "consent",
    "screening",
    "instructions",
    "comprehension",
    "ready",
    "rest",
    "reading",
    "trial",
    "feedback",
    "survey",
    "debrief",
)

PAGE_TIMES: tuple[Column, ...] = (
    text("participant_id", "The person who saw the page", required=True),
    count("page_index", "Place among the pages that this person saw, from 1", required=True, minimum=1),
    one_of(
        "page_name",
        PAGES,
        "What the page was: ready is the page before Begin, reading a passage alone, trial a question",
        required=True,
    ),
    count(
        "n",
        "Number of the trial, practice included, as in plan.csv; empty where the page is no trial's",
        minimum=1,
    ),
    moment(
        "entered_at", "When the page was shown; empty for the first, which nobody notes before it is left"
    ),
    moment("left_at", "When the page was left, or its time was up; empty where the person never moved on"),
    seconds("duration_s", "From entered_at to left_at, time away included; empty where either is"),
    flag(
        "timed_out",
        "1 where the clock closed the question and not the participant; empty where the page is no closed question",
    ),
)
