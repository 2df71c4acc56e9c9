"""The mixed model against lme4: golden figures always, and lme4 itself where R has it."""

import csv
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from analysis.crossing import Crossing
from analysis.laplace import NoFit, fit
from tests.analysis.crossings import crossed, long_rows, written

# One line a participant, one letter a question: R right and W wrong with the assistant, r and w alone.
COUNTERBALANCED = """
wWwWwWwRwRwWWwWwWwRw wRwWrWwWwWwWRwWwWwWw wRrWrRwWrRwRRrWrWwWr wRrWrRwRwWwWRwWrRrRw
rRwWrRwWrWwWWrWrWrRr rRrRwRwWrRwWRrWwWrRr WwWrWwRwWwWwrRwWrRwR RwWwWwRwRwWwwWwRwRwR
RwRwWrWwWwRrrRwWwWwR RwRwRwRrRwWrrRwWwRrR RrWwWwWrRwRrwWwRwRrW RrRrWwWwWwWrrRwRwRrR
"""
DIFFERENT_QUESTIONS = """
wWwWwRwRrRrRRwWwRwWw wWrWwRwRwRwRRwWwWwWw wWrRwWrRrRrRWrRrRwRw wWrRwRrRrRwWRrRwWwWw
wRrWwRwRrRrWRrRrRwWw rWwWwWwRrWwRRrWwRwWr rWwRrWwRrRrRRrWrWrWw rRwRwRwRrWrRRrRrWrWw
rRwRrWwRwRwRRrRrWwWr rRwRrRwRwRrRRrRwWwWr rRwRrRrWrRrRRrWrWwRr rRrWwWrRrRwRRrRrWwRr
"""
DIFFERENT_PEOPLE = """
wwrrwwwrwrrrrrwwwwww wrwwrwwrwrwrwrwwwwrw wrwwrwwrwrwrwrwwrwrw wrwrrrwrwrrwrrrwwwrw
wrrrrwwwwrrwwrrwwrrw wrrrrwwrwrwwwrrwrwww WWWWRRWRWRWWWRWWWWWW WWRRRWWWWRWWWRRWWWRW
WRRRRRWRWRWRWRWRWRRR RRWRRRWRWRRWWWWRWWRW RRRRWRWRWRWRRRWWWWRR RRRRRRRRRRWRWWRWRRWR
"""


# Made once with lme4 1.1-31 in R 4.2.2:
#   glmer(y ~ x + (1|p) + (0+x|p) + (1|q) + (0+x|q), d, family = binomial,
#         glmerControl(optimizer = "bobyqa", tolPwrss = 1e-11, optCtrl = list(rhoend = 1e-9, maxfun = 1e5)))
# without (0+x|q) where nothing was asked in both conditions, without (0+x|p) where nobody answered in both; x is -+1/2.
# Columns: effects, their standard errors, log-likelihood, sds (p, p slope, q, q slope).
@pytest.mark.parametrize(
    ("lines", "effects", "errors", "log_likelihood", "sds"),
    [
        pytest.param(
            COUNTERBALANCED,
            (-0.380462, 0.666626),
            (0.270258, 0.362122),
            -156.550526,
            (0.579937, 0.456260, 0.670445, 0.710948),
            id="counterbalanced",
        ),
        pytest.param(
            DIFFERENT_QUESTIONS,
            (0.322938, 0.645141),
            (0.251814, 0.448647),
            -156.634507,
            (0.396357, 0.0, 0.767838, None),
            id="different questions, singular",
        ),
        pytest.param(
            DIFFERENT_PEOPLE,
            (-0.096994, 0.426968),
            (0.371005, 0.450394),
            -146.931869,
            (0.525542, None, 1.335324, 0.500034),
            id="different people",
        ),
    ],
)
def test_the_fit_is_that_of_lme4(
    lines: str,
    effects: tuple[float, float],
    errors: tuple[float, float],
    log_likelihood: float,
    sds: tuple[float | None, ...],
) -> None:
    found = fit(written(lines.split()))

    assert found.effects == pytest.approx(effects, abs=2e-5)
    assert np.sqrt(np.diag(found.covariance))[:2] == pytest.approx(errors, abs=2e-5)
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=2e-6)
    assert found.is_singular == (0.0 in sds)
    for own, theirs in zip(found.sds, sds, strict=True):
        assert own == (None if theirs is None else pytest.approx(theirs, abs=5e-5))


GLMER = """
suppressMessages(library(lme4)); d <- read.csv(commandArgs(TRUE)[1])
m <- glmer(y ~ x + (1|p) + (0+x|p) + (1|q) + (0+x|q), d, family = binomial,
           glmerControl(optimizer = "bobyqa", tolPwrss = 1e-10))
cat(fixef(m), sqrt(diag(as.matrix(vcov(m)))), logLik(m), sep = "\\n")
"""


def test_lme4_itself_finds_the_same_on_answers_that_share_passages(tmp_path: Path) -> None:
    """Several answers of a person on one passage: cells that count more than one."""
    has_lme4 = (
        shutil.which("Rscript")
        and not subprocess.run(
            ["Rscript", "-e", "suppressMessages(library(lme4))"], capture_output=True
        ).returncode
    )
    if not has_lme4:
        pytest.skip(
            "Rscript with lme4 is not installed (Debian: r-cran-lme4); the golden figures above still hold"
        )
    own = crossed(4, 14, 24, per_passage=3)
    path = tmp_path / "answers.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("y", "x", "p", "q"), *long_rows(own)])

    done = subprocess.run(["Rscript", "-e", GLMER, str(path)], capture_output=True, text=True, check=True)
    found = fit(own)

    theirs = [float(line) for line in done.stdout.split()]
    assert own.asked.max() > 1
    assert found.effects == pytest.approx(theirs[:2], abs=1e-3)
    assert np.sqrt(np.diag(found.covariance))[:2] == pytest.approx(theirs[2:4], abs=2e-3)
    assert found.log_likelihood == pytest.approx(theirs[4], abs=1e-3)


def test_who_is_called_first_does_not_matter() -> None:
    own = crossed(5, 12, 15)
    turned = Crossing(own.right[:, ::-1, ::-1].copy(), own.asked[:, ::-1, ::-1].copy())

    assert fit(turned).effects == pytest.approx(fit(own).effects, abs=1e-6)


def test_separation_is_said_and_not_fitted() -> None:
    own = written(["RRww", "wrRR", "RRrw"])

    with pytest.raises(NoFit, match=r"all answers of a condition are right, or all are wrong \(separation\)"):
        fit(own)
