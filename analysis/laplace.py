"""Logistic regression when both participants and questions are random: maximum likelihood by Laplace's approximation.

    logit P(right) = b0 + b1 x + (level + slope x) of the participant + (level + slope x) of the question

x is -1/2 without and +1/2 with the assistant. Levels and slopes are independent normal with standard deviations
`sds`. They enter as sd times a standard normal, so an sd of 0 is an ordinary value. The negative log-likelihood F by
Laplace's approximation (`analysis.likelihood`) is minimised over b0, b1 and the sds together: leaving b0 and b1 to the
inner search would shrink the effect by 2 to 8%.

The gradient of F is exact, where finite differences of F make BFGS stop early and cost a dozen fits a step; only the
Hessian for standard errors is a central difference, of that gradient. `tests/analysis/test_laplace.py` holds the fit
against lme4 (Bates et al. 2015), whose model `y ~ x + (1 | p) + (0 + x | p) + (1 | q) + (0 + x | q)` this is.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.crossing import Crossing
from analysis.jackknife import Floats
from analysis.likelihood import Likelihood

_START_SD = 0.5
_ZERO = 0.02  # an sd below this is set to 0 where F does not mind
_BOUND = 12.0  # logits; beyond it a likelihood without a maximum is being climbed


@dataclass(frozen=True, slots=True)
class Fit:
    """The fitted model.

    `effects` are b0 and b1 in logits, `sds` those of participants' levels and slopes and questions' levels and slopes,
    None for slopes that the design cannot tell from levels. `covariance` is that of b0, b1 and the four sds, 0 where
    an sd is 0 or None.
    """

    effects: tuple[float, float]
    sds: tuple[float | None, float | None, float | None, float | None]
    covariance: Floats
    log_likelihood: float

    @property
    def is_singular(self) -> bool:
        """Whether any fitted spread is 0."""
        return 0.0 in self.sds


class NoFit(Exception):
    """The likelihood has no maximum that can be used; the message says why, as the end of a sentence."""


def fit(crossing: Crossing) -> Fit:
    """Fit the model to counts with answers in both conditions. Raises NoFit."""
    rates = crossing.right.sum(axis=(1, 2)) / crossing.asked.sum(axis=(1, 2))
    if (rates <= 0).any() or (rates >= 1).any():
        raise NoFit("all answers of a condition are right, or all are wrong (separation)")
    logits = np.log(rates / (1 - rates))
    is_free = np.array([True, True, *_free_spreads(crossing)])
    start = np.where(is_free, _START_SD, 0.0)
    start[:2] = logits.mean(), logits[1] - logits[0]
    try:
        with np.errstate(over="ignore", under="ignore"):
            return _fitted(Likelihood.of(crossing), start, is_free)
    except np.linalg.LinAlgError as error:
        raise NoFit("the likelihood grows without end (separation)") from error


def _fitted(likelihood: Likelihood, start: Floats, is_free: npt.NDArray[np.bool_]) -> Fit:
    psi = _minimised(likelihood, start, is_free)
    for place in np.flatnonzero(is_free[2:] & (np.abs(psi[2:]) < _ZERO)) + 2:
        without = np.where(np.arange(6) == place, 0.0, psi)
        if likelihood.at(without)[0] <= likelihood.at(psi)[0] + 1e-6:
            psi = without
    inside = is_free & ((np.arange(6) < 2) | (psi != 0))
    psi, hessian = _polished(likelihood, psi, inside)
    covariance = np.zeros((6, 6))
    covariance[np.ix_(inside, inside)] = np.linalg.inv(hessian)
    # The likelihood is even in each sd, so only signs of covariances depend on the side that the search ended on.
    signs = np.where(psi < 0, -1.0, 1.0)
    signs[:2] = 1.0
    sds = [float(sd) if free else None for sd, free in zip(np.abs(psi[2:]), is_free[2:], strict=True)]
    return Fit(
        effects=(float(psi[0]), float(psi[1])),
        sds=(sds[0], sds[1], sds[2], sds[3]),
        covariance=covariance * np.outer(signs, signs),
        log_likelihood=-likelihood.at(psi)[0],
    )


def _free_spreads(crossing: Crossing) -> list[bool]:
    """Which of the four spreads the design can tell apart: slopes need participants, or questions, in both conditions.

    One participant or question in both conditions is no variance, so at least two.
    """
    return [
        True,
        int(crossing.answered.all(axis=0).sum()) > 1,
        True,
        int(crossing.shown.all(axis=0).sum()) > 1,
    ]


def _minimised(likelihood: Likelihood, start: Floats, is_free: npt.NDArray[np.bool_]) -> Floats:
    from scipy.optimize import minimize

    def value(free: Floats) -> tuple[float, Floats]:
        psi = np.zeros(6)
        psi[is_free] = free
        if np.abs(psi).max() > 2 * _BOUND:
            raise NoFit("the likelihood grows without end (separation)")
        found, gradient = likelihood.at(psi)
        return found, gradient[is_free]

    n_free = int(is_free.sum())
    # The scale of a first step: about the variance of an effect in a small study.
    first = {"hess_inv0": np.eye(n_free) * 0.02, "gtol": 1e-4, "maxiter": 200}
    done = minimize(value, start[is_free], jac=True, method="BFGS", options=first)
    psi = np.zeros(6)
    psi[is_free] = done.x
    return psi


def _polished(likelihood: Likelihood, psi: Floats, inside: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The minimum after Newton steps of the outer problem, and its Hessian there, both over the parameters inside."""
    for _ in range(4):
        if np.abs(psi).max() > _BOUND:
            raise NoFit("the likelihood grows without end (separation)")
        hessian = _hessian(likelihood, psi, inside)
        if np.linalg.eigvalsh(hessian)[0] <= 1e-6:
            raise NoFit("the likelihood is flat at its maximum, so nothing says how certain the fit is")
        step = np.linalg.solve(hessian, likelihood.at(psi)[1][inside])
        psi = psi.copy()
        psi[inside] -= step
        if np.abs(step).max() < 1e-4:
            return psi, hessian
    raise NoFit("the search for the maximum of the likelihood did not end")


def _hessian(
    likelihood: Likelihood, psi: Floats, inside: npt.NDArray[np.bool_], step: float = 1e-3
) -> Floats:
    rows = []
    for place in np.flatnonzero(inside):
        shift = np.where(np.arange(6) == place, step, 0.0)
        above, below = likelihood.at(psi + shift)[1], likelihood.at(psi - shift)[1]
        rows.append((above - below)[inside] / (2 * step))
    hessian = np.array(rows)
    return np.asarray((hessian + hessian.T) / 2)
