"""A study's figures, and its totals: people by cell and status, and how far they came."""

import streamlit as st

from oversight_app.screens.console.table import (
    Cell,
    bytes_in_words,
    figures,
    heading,
    seconds,
    table,
    words,
)
from oversight_app.screens.plain import exact
from oversight_app.study.overview import FAST_S, UNDER_WAY, Overview


def show(seen: Overview) -> None:
    """The figures side by side, with when they were counted."""
    st.html(
        f'<p class="ov-small oc-counted">Counted at <time>{seen.at:%H:%M:%S}</time> UTC</p>{figures(_pairs(seen))}'
    )


def _pairs(seen: Overview) -> list[tuple[str, str, str]]:
    target = seen.enrolment.target
    pay = "no reward is stated in the design" if seen.reward is None else "nobody has finished"
    if seen.hourly_pay is not None:
        pay = f"{seen.hourly_pay:,.2f} {seen.reward_currency} an hour at {seen.reward:,.2f} each"
    flags = seen.flags
    failed = sum(seen.troubles.values())
    return [
        ("Places taken", f"{seen.n_places:,}", f"of {target:,}" if target else "no number was set"),
        ("Page open", f"{seen.n_connected:,}", f"of {seen.total(status=UNDER_WAY):,} under way"),
        (
            "Completed",
            f"{seen.pace.n_completed:,}",
            f"median {seen.pace.median_s / 60:.1f} min" if seen.pace.median_s is not None else "nobody yet",
        ),
        ("Pay", f"{seen.hourly_pay:,.2f}" if seen.hourly_pay is not None else "–", pay),
        (
            f"Answers under {FAST_S:g} s",
            f"{flags.n_fast:,}",
            f"of {flags.n_answers:,} closed; {flags.n_timed_out:,} timed out, {flags.n_abandoned:,} abandoned",
        ),
        (
            "Failed attention checks",
            f"{flags.n_checks_failed:,}",
            f"of {flags.n_checks:,}, by {flags.n_people_failed:,} people",
        ),
        ("Errors", f"{failed + flags.n_void:,}", _errors(seen)),
        (
            "Model cost",
            "unknown" if seen.model_usd is None else f"${seen.model_usd:,.2f}",
            f"{seen.n_replies:,} replies",
        ),
        (
            "Reply time",
            seconds(seen.latency.total_median_s),
            f"95 % within {seconds(seen.latency.total_p95_s)}; first text {seconds(seen.latency.first_text_median_s)}",
        ),
        (
            "Free disk",
            bytes_in_words(seen.disk_free_bytes),
            f"the record has {bytes_in_words(seen.record_bytes)}",
        ),
    ]


def _errors(seen: Overview) -> str:
    troubles = [f"{n:,} replies: {words(name)}" for name, n in seen.troubles.items()]
    return "; ".join([*troubles, f"{seen.flags.n_void:,} void questions"])


def show_totals(seen: Overview) -> None:
    """People by cell and status, and the funnel."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.html(heading("People by cell") + _cells(seen))
    with right:
        st.html(heading("How far they came") + _funnel(seen))


def _cells(seen: Overview) -> str:
    statuses = sorted({count.status for count in seen.cells}, key=lambda name: (name != UNDER_WAY, name))
    cells = sorted({count.cell for count in seen.cells}, key=lambda name: (name == "", name))
    rows: list[list[Cell | str]] = [
        [
            cell or "before Begin",
            *(Cell(f"{seen.total(cell=cell, status=status):,}", "number") for status in statuses),
            Cell(f"{seen.total(cell=cell):,}", "number"),
        ]
        for cell in cells
    ]
    rows.append(
        [
            "all",
            *(Cell(f"{seen.total(status=status):,}", "number") for status in statuses),
            Cell(f"{seen.total():,}", "number"),
        ]
    )
    return table(["cell", *map(words, statuses), "all"], rows, caption="People by cell and status")


def _funnel(seen: Overview) -> str:
    most = max([1, *(step.n for step in seen.funnel)])
    return (
        '<ol class="oc-funnel">'
        + "".join(
            f"<li><span>{exact(words(step.name))}</span><b>{step.n:,}</b>"
            f'<i style="width:{100 * step.n / most:.1f}%"></i></li>'
            for step in seen.funnel
        )
        + "</ol>"
    )
