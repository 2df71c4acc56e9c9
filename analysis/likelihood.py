"""The likelihood of the crossed mixed model by Laplace's approximation, with its exact gradient.

Given b0, b1 and the sds of `analysis.laplace`, Newton's method from 0 finds the most likely levels and slopes (each its
sd times a standard normal). Then

    F = -(log likelihood there) + (sum of squares of the standard normals)/2 + log det(H)/2,   H: the curvature there

H has two crossed blocks: the larger factor's (A) is block-diagonal and is eliminated, which leaves a dense matrix of
the smaller factor's (B) size. F is even and smooth in each sd. Its gradient goes through the density, through log det
H, and through the levels and slopes that move along with the parameters.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.crossing import Crossing
from analysis.jackknife import Floats

X = (-0.5, 0.5)
SCALES = ((1.0, 1.0), X)
"""What a level and a slope are multiplied with, in each condition."""

_DECREMENT = 1e-16  # of the inner Newton steps; a looser one makes F noisy and the outer search stop early


@dataclass(frozen=True, slots=True)
class Likelihood:
    """F and its gradient. The axes of the counts are condition, larger factor (A), smaller factor (B)."""

    right: Floats
    asked: Floats
    is_turned: bool

    @classmethod
    def of(cls, crossing: Crossing) -> "Likelihood":
        """The likelihood of these counts; participants and questions without answers are left out."""
        people, items = crossing.answered.any(axis=0), crossing.shown.any(axis=0)
        right, asked = (cells[:, people][:, :, items] for cells in (crossing.right, crossing.asked))
        if people.sum() >= items.sum():
            return cls(right, asked, False)
        return cls(
            np.ascontiguousarray(right.transpose(0, 2, 1)),
            np.ascontiguousarray(asked.transpose(0, 2, 1)),
            True,
        )

    def at(self, psi: Floats) -> tuple[float, Floats]:
        """F and its gradient in b0, b1 and the sds of participants' and questions' levels and slopes."""
        turned = [0, 1, 4, 5, 2, 3] if self.is_turned else [0, 1, 2, 3, 4, 5]
        mode = _Mode.find(self, psi[turned])
        return mode.value, mode.gradient()[turned]


@dataclass(slots=True)
class _Mode:
    """The most likely levels and slopes at given parameters, and the curvature there.

    Arrays of effects have a first axis of two: level, slope.
    """

    counts: Likelihood
    psi: Floats
    a: Floats
    b: Floats

    # What `evaluate` sets: the residuals, weights and probabilities of cells, and the pieces of H.
    minus_log_density: float = math.inf
    residual: Any = None
    weight: Any = None
    p: Any = None
    inverse_a: Any = None
    cross: Any = None
    eliminated: Any = None
    schur_factor: Any = None
    log_det_a: float = 0.0

    @classmethod
    def find(cls, counts: Likelihood, psi: Floats) -> "_Mode":
        _, n_a, n_b = counts.asked.shape
        mode = cls(counts, psi, np.zeros((2, n_a)), np.zeros((2, n_b)))
        mode.evaluate()
        for _ in range(100):
            mode.factorise()
            up_a, up_b = mode.pulled(mode.residual)
            up_a, up_b = up_a - mode.a, up_b - mode.b
            step_a, step_b = mode.solve(up_a, up_b)
            if (up_a * step_a).sum() + (up_b * step_b).sum() < _DECREMENT:
                break
            mode.move(step_a, step_b)
        return mode

    def scale(self, condition: int) -> tuple[Floats, Floats]:
        """What a level and a slope of A, and of B, add to the logit in this condition."""
        z = np.array([scale[condition] for scale in SCALES])
        return self.psi[2:4] * z, self.psi[4:6] * z

    def spread(self, a: Floats, b: Floats) -> Floats:
        """Effects of A and B as contributions to the logit of each cell."""
        parts = []
        for condition in (0, 1):
            of_a, of_b = self.scale(condition)
            parts.append((of_a @ a)[:, None] + (of_b @ b)[None, :])
        return np.stack(parts)

    def pulled(self, cells: Floats) -> tuple[Floats, Floats]:
        """The transpose of `spread`: what cells say about each effect."""
        a, b = np.zeros_like(self.a), np.zeros_like(self.b)
        for condition in (0, 1):
            of_a, of_b = self.scale(condition)
            a += of_a[:, None] * cells[condition].sum(axis=1)
            b += of_b[:, None] * cells[condition].sum(axis=0)
        return a, b

    def evaluate(self) -> None:
        """Probabilities and the density at the present effects."""
        fixed = self.psi[0] + self.psi[1] * np.array(X)
        logit = self.spread(self.a, self.b) + fixed[:, None, None]
        small = np.exp(-np.abs(logit))
        asked, right = self.counts.asked, self.counts.right
        log_likelihood = (right * logit).sum() - (asked * (np.maximum(logit, 0) + np.log1p(small))).sum()
        self.minus_log_density = float(-log_likelihood + ((self.a**2).sum() + (self.b**2).sum()) / 2)
        self.p = np.where(logit >= 0, 1.0, small) / (1 + small)
        self.residual = right - asked * self.p
        self.weight = asked * self.p * (1 - self.p)

    def move(self, step_a: Floats, step_b: Floats) -> None:
        """Newton's step, halved until it does not lead uphill."""
        a, b, before = self.a, self.b, self.minus_log_density
        for halving in range(30):
            self.a, self.b = a + step_a / 2**halving, b + step_b / 2**halving
            self.evaluate()
            if self.minus_log_density <= before + 1e-9:
                return

    def factorise(self) -> None:
        """H = [[A, C], [C', B]]: the inverse of A's blocks, A^-1 C, and the Cholesky factor of B - C' A^-1 C."""
        n_a, n_b = self.a.shape[1], self.b.shape[1]
        blocks_a, blocks_b = np.zeros((2, 2, n_a)), np.zeros((2, 2, n_b))
        self.cross = np.zeros((2, n_a, 2, n_b))
        for condition in (0, 1):
            weight, (of_a, of_b) = self.weight[condition], self.scale(condition)
            blocks_a += np.outer(of_a, of_a)[:, :, None] * weight.sum(axis=1)
            blocks_b += np.outer(of_b, of_b)[:, :, None] * weight.sum(axis=0)
            for k in (0, 1):
                for m in (0, 1):
                    self.cross[k, :, m, :] += of_a[k] * of_b[m] * weight
        blocks_a[[0, 1], [0, 1]] += 1
        blocks_b[[0, 1], [0, 1]] += 1
        det = blocks_a[0, 0] * blocks_a[1, 1] - blocks_a[0, 1] ** 2
        self.log_det_a = float(np.log(det).sum())
        self.inverse_a = (
            np.array([[blocks_a[1, 1], -blocks_a[0, 1]], [-blocks_a[0, 1], blocks_a[0, 0]]]) / det
        )
        self.eliminated = np.empty_like(self.cross)
        for k in (0, 1):
            self.eliminated[k] = (
                self.inverse_a[k, 0][:, None, None] * self.cross[0]
                + self.inverse_a[k, 1][:, None, None] * self.cross[1]
            )
        schur = -(self.cross.reshape(2 * n_a, 2 * n_b).T @ self.eliminated.reshape(2 * n_a, 2 * n_b))
        diagonal = np.arange(n_b)
        for k in (0, 1):
            for m in (0, 1):
                schur[k * n_b + diagonal, m * n_b + diagonal] += blocks_b[k, m]
        self.schur_factor = np.linalg.cholesky(schur)

    def solve(self, a: Floats, b: Floats) -> tuple[Floats, Floats]:
        """H^-1 times a vector of effects."""
        n_a, n_b = self.a.shape[1], self.b.shape[1]
        eliminated = self.eliminated.reshape(2 * n_a, 2 * n_b)
        rest = b.ravel() - eliminated.T @ a.ravel()
        found_b = np.linalg.solve(self.schur_factor.T, np.linalg.solve(self.schur_factor, rest))
        alone_a = np.einsum("kmn,mn->kn", self.inverse_a, a)
        return alone_a - (eliminated @ found_b).reshape(2, n_a), found_b.reshape(2, n_b)

    @property
    def value(self) -> float:
        """F."""
        log_det = self.log_det_a + 2 * float(np.log(np.diag(self.schur_factor)).sum())
        return self.minus_log_density + log_det / 2

    def gradient(self) -> Floats:
        """The exact gradient of F: through the density, through log det H, and through the mode that moves along."""
        n_a, n_b = self.a.shape[1], self.b.shape[1]
        inverse_b = np.linalg.inv(self.schur_factor)
        inverse_b = (inverse_b.T @ inverse_b).reshape(2, n_b, 2, n_b)
        across = (self.eliminated.reshape(2 * n_a, -1) @ inverse_b.reshape(2 * n_b, -1)).reshape(
            2, n_a, 2, n_b
        )
        own_a = self.inverse_a + np.einsum("kamb,labm->kla", across, self.eliminated.transpose(0, 1, 3, 2))
        own_b = inverse_b[:, np.arange(n_b), :, np.arange(n_b)].transpose(1, 2, 0)
        by_sd = np.zeros(4)
        pull = np.empty_like(self.weight)  # half of what a cell's logit does to log det H
        for condition in (0, 1):
            weight, (of_a, of_b) = self.weight[condition], self.scale(condition)
            z = np.array([scale[condition] for scale in SCALES])
            by_a, by_b = weight.sum(axis=1), weight.sum(axis=0)
            # The covariance of a cell's logit with each single effect in it, without the effect's own sd.
            mixed = np.einsum("kamb,ab->km", across, weight)
            by_sd[:2] += z * (np.einsum("l,lka,a->k", of_a, own_a, by_a) - mixed @ of_b)
            by_sd[2:] += z * (np.einsum("l,lkb,b->k", of_b, own_b, by_b) - of_a @ mixed)
            variance = (
                np.einsum("k,l,kla->a", of_a, of_a, own_a)[:, None]
                + np.einsum("k,l,klb->b", of_b, of_b, own_b)
            ) - 2 * np.einsum("k,m,kamb->ab", of_a, of_b, across)
            pull[condition] = weight * (1 - 2 * self.p[condition]) * variance / 2
        back_a, back_b = self.solve(*self.pulled(pull))
        through = -self.residual + pull - self.weight * self.spread(back_a, back_b)
        effects = [through.sum(), through[1].sum() * X[1] + through[0].sum() * X[0]]
        for condition in (0, 1):
            z = np.array([scale[condition] for scale in SCALES])
            residual, cells = self.residual[condition], through[condition]
            by_sd[:2] += z * (self.a @ cells.sum(axis=1) + back_a @ residual.sum(axis=1))
            by_sd[2:] += z * (self.b @ cells.sum(axis=0) + back_b @ residual.sum(axis=0))
        return np.array([*effects, *by_sd])
