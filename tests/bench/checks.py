"""The checks beside the main interval: their speed, and how often the mixed model's interval covers the truth.

lme4 is measured in the same run where R has it. Coverage is simulated in the designs that the facts behind
`analysis.mixed_model` did not try: different participants per condition, and questions that share passages.
"""

import csv
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from analysis.bootstrap import bootstrap
from analysis.checks import checks
from analysis.crossing import Crossing
from analysis.entries import prepare
from analysis.laplace import fit
from analysis.mixed_model import mixed_model
from analysis.results import Rows
from analysis.simulate import simulate, true_difference
from tests.analysis.builders import make_export
from tests.analysis.crossings import crossed, long_rows
from tests.bench import Figure

Found = TypeVar("Found")
SECONDS_OF_COVERAGE = 40.0
GLMER = """
suppressMessages(library(lme4)); d <- read.csv(commandArgs(TRUE)[1]); start <- proc.time()[["elapsed"]]
m <- glmer(y ~ x + (1|p) + (0+x|p) + (1|q) + (0+x|q), d, family = binomial, glmerControl(optimizer = "bobyqa"))
cat(proc.time()[["elapsed"]] - start, fixef(m)[["x"]])
"""


def run() -> list[Figure]:
    """500 participants x 40 questions, then coverage at 20 participants."""
    fit(crossed(1, 10, 10))  # scipy is imported, as it is when lme4 is
    own = crossed(1, 500, 40)
    seconds, fitted = timed(lambda: fit(own))
    figures = [Figure("mixed model, 500 x 40", seconds, "s", f"effect {fitted.effects[1]:.4f} logits")]
    if theirs := lme4(own):
        figures.append(Figure("the same by lme4", theirs[0], "s", f"effect {theirs[1]:.4f} logits"))
        figures.append(Figure("lme4 takes", theirs[0] / seconds, "times as long"))
    seconds, _ = timed(lambda: bootstrap({"mmlu": own}, "participants x questions"))
    figures.append(Figure("two-way bootstrap, 500 x 40, 2,000 resamples", seconds, "s"))
    answers, _ = prepare(make_export(simulate(1, 500, 40, tasks=("mmlu", "quality"), has_model_alone=False)))
    seconds, _ = timed(lambda: checks(answers, Rows.ALL))
    figures.append(Figure("all checks, 500 x 40 x 2 tasks", seconds, "s"))
    for name, participants, items, layout, per_passage in (
        ("20 x 40, different participants per condition", 20, 40, "BP", None),
        ("20 x 10 passages of 4 questions", 20, 40, "CB", 4),
    ):
        figures.append(coverage(name, participants, items, layout, per_passage))
    return figures


def timed(work: Callable[[], Found]) -> tuple[float, Found]:
    """How long it took, once as lme4 is measured, and what came out."""
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def lme4(own: Crossing) -> tuple[float, float] | None:
    """Seconds and effect of lme4's glmer on the same answers, None where R does not have it."""
    if not shutil.which("Rscript"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([("y", "x", "p", "q"), *long_rows(own)])
        done = subprocess.run(["Rscript", "-e", GLMER, str(path)], capture_output=True, text=True)
    if done.returncode:
        print(f"lme4 could not be measured: {done.stderr.strip()}", file=sys.stderr)
        return None
    seconds, effect = map(float, done.stdout.split())
    return seconds, effect


def coverage(name: str, participants: int, items: int, layout: str, per_passage: int | None) -> Figure:
    """Share of simulated studies whose marginal interval holds the true difference, as many as time allows."""
    truth = true_difference(has_passages=per_passage is not None)
    until, seed, n_covered, n_fitted = time.perf_counter() + SECONDS_OF_COVERAGE, 0, 0, 0
    while time.perf_counter() < until:
        seed += 1
        found = mixed_model(crossed(seed, participants, items, layout, per_passage)).difference
        if found.ci_low is not None and found.ci_high is not None:
            n_fitted += 1
            n_covered += found.ci_low <= truth <= found.ci_high
    return Figure(
        f"coverage, {name}", 100 * n_covered / max(1, n_fitted), "%", f"{n_fitted} of {seed} fitted"
    )
