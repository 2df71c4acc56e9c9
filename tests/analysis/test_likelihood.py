"""Laplace's approximation against the integral that it approximates, and its gradient against differences."""

import numpy as np
import pytest
from scipy.integrate import quad

from analysis.likelihood import Likelihood
from tests.analysis.crossings import crossed


@pytest.mark.parametrize(("participants", "items"), [(7, 9), (9, 7)])
def test_the_gradient_is_that_of_finite_differences(participants: int, items: int) -> None:
    likelihood = Likelihood.of(crossed(1, participants, items))
    psi = np.array([0.3, 0.7, 0.5, 0.3, 0.8, 0.0])

    found = likelihood.at(psi)[1]

    steps = np.eye(6) * 1e-4
    differences = [(likelihood.at(psi + h)[0] - likelihood.at(psi - h)[0]) / 2e-4 for h in steps]
    assert found == pytest.approx(differences, abs=1e-6)


def test_with_one_spread_the_likelihood_is_close_to_the_integral() -> None:
    """Only participants' levels vary: the exact likelihood is a product of one-dimensional integrals."""
    own = crossed(2, 6, 200)
    psi = np.array([0.2, 0.6, 0.7, 0.0, 0.0, 0.0])

    def contribution(person: int) -> float:
        right, asked = own.right[:, person].sum(axis=1), own.asked[:, person].sum(axis=1)
        fixed = psi[0] + psi[1] * np.array([-0.5, 0.5])

        def density(z: float) -> float:
            logit = fixed + psi[2] * z
            return float(
                np.exp(right @ logit - asked @ np.log1p(np.exp(logit)) - z * z / 2) / np.sqrt(2 * np.pi)
            )

        return float(np.log(quad(density, -8, 8, epsabs=0, epsrel=1e-9)[0]))

    exact = sum(contribution(person) for person in range(own.n_people))

    assert -Likelihood.of(own).at(psi)[0] == pytest.approx(exact, abs=0.01)
