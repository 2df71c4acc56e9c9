"""The methods paragraph says what was done with this study and nothing else, and cites what it names."""

import re
from typing import Any

from analysis import references
from analysis.findings import analyse
from analysis.methods import Methods, methods
from analysis.references import Reference
from analysis.simulate import simulate
from analysis.tables import Tables
from tests.analysis.builders import make_export


def of(**manifest: Any) -> Methods:
    export = make_export(simulate(1, 12, 20, tasks=("mmlu", "own")), **manifest)
    return methods(Tables(export, analyse(export)))


def test_the_paragraph_says_who_answered_what_and_how_it_was_estimated() -> None:
    said = of().paragraph

    assert (
        "Simulated participants answered four-option questions of MMLU (Hendrycks et al. 2021) and own"
        in said
    )
    assert "120 answers to 20 questions by 12 participants (simulated, alone)" in said
    assert "two-way cluster jackknife (MacKinnon, Nielsen and Webb 2024" in said
    assert re.search(r"degrees of freedom of Satterthwaite 1946 \(here \d+\.\d to \d+\.\d\)", said)
    assert "Calibration error is that of Bowman et al. 2022, over five bins" in said
    assert "The performance gap recovered is what people with the assistant gain over a baseline" in said
    assert "Majority votes are weighted by confidence" in said
    assert "Confirmatory were 4 comparisons (the default family:" in said
    assert "Analysed with python" in said


def test_only_what_the_study_did_is_said() -> None:
    plain = of().paragraph
    declared = of(analysis={"margin": 0.05, "exclusions": ["withdrew"]}, design_hash="a" * 64).paragraph

    assert "margin" not in plain
    assert "Rules for leaving out" not in plain
    assert "against a margin of 5.0 points by 90% intervals" in declared
    assert "blind to accuracy: withdrew, not applied" in declared
    assert "design hash aaaaaaaaaaaa" in declared
    assert "QuALITY" not in plain
    assert "RAIR" not in plain


def test_every_work_that_the_paragraph_names_is_listed_and_no_other() -> None:
    made = of()
    every = [value for value in vars(references).values() if isinstance(value, Reference)]

    named = {work.key for work in every if work.short in made.paragraph}

    assert {work.key for work in made.references} == named
    assert made.bibtex.count("@") == len(made.references)


def test_references_are_ready_to_paste() -> None:
    assert references.HOLM.plain == (
        "Holm, S. (1979). A Simple Sequentially Rejective Multiple Test Procedure. Scandinavian Journal of Statistics, "
        "6(2), 65–70."
    )
    assert references.BOWMAN.bibtex.splitlines() == [
        "@misc{bowman2022measuring,",
        "  author = {Bowman, S. R. and Hyun, J. and Perez, E. and others},",
        "  title = {{Measuring Progress on Scalable Oversight for Large Language Models}},",
        "  year = {2022},",
        "  eprint = {2211.03540},",
        "  archiveprefix = {arXiv}",
        "}",
    ]
