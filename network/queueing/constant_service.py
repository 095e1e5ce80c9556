"""Poisson arrivals and constant service at c servers: M/D/c.

All times are in one unit; any unit will do if it is the same throughout.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.queueing._inputs import non_negative, positive, stable, whole
from network.queueing.steady_state import SteadyState, by_little


def mdc(lam: float, service: float, c: int) -> SteadyState:
    """Return the means of M/D/c, first come first served.

    Who is in service now has left one service time later, so the number X present, seen at
    multiples of that time, obeys X' = max(X - c, 0) + Poisson(a). The generating function of the
    queue max(X - c, 0) is

        (c - a) (z - 1) / (z^c - exp(a (z - 1))) * product over k of (z - z_k) / (1 - z_k),

    with z_1 ... z_(c-1) the roots of z^c = exp(a (z - 1)) inside the unit circle. Its derivatives
    at 1 give the queue and, by the distributional form of Little's law, the variance of the wait.

    Parameters
    ----------
    lam : float
        Arrivals per time unit.
    service : float
        Duration of each service.
    c : int
        Servers.

    Returns
    -------
    SteadyState

    Raises
    ------
    ValueError
        If lam < 0, service <= 0, c < 1, rho = lam service / c >= 1, or a value is not finite.

    Notes
    -----
    The queue is a difference of numbers of order c, so its rounding error is about 1e-15 c: below
    rho = 0.001 the variance, which divides it by the squared load, loses its meaning.

    References
    ----------
    Crommelin (1932), Delay probability formulae when the holding times are constant. Post Office
    Electrical Engineers' Journal 25, 41-50.
    Tijms (2003), A First Course in Stochastic Models, section 9.6.
    Haji and Newell (1971), A relation between stationary queue and waiting time distributions.
    Journal of Applied Probability 8, 617-620.

    Examples
    --------
    >>> queue = mdc(lam=1.6, service=1.0, c=2)
    >>> round(queue.wait_probability, 6), round(queue.mean_wait, 6)
    (0.701898, 0.903284)
    """
    lam, service, c = non_negative("lam", lam), positive("service", service), whole("c", c, 1)
    a = lam * service
    gap = 1 / (1 - _roots(stable(a / c), c))
    first = (c * (c - 1) - a**2) / (2 * (c - a))
    second = (c * (c - 1) * (c - 2) - a**3) / (3 * (c - a))
    queue = float(gap.sum().real) - first
    excess = first**2 - second - float((gap**2).sum().real)  # E[Q (Q - 1)] - E[Q]^2
    return by_little(
        lam,
        service,
        c,
        wait_probability=max(0.0, 1 - (c - a) * float(gap.prod().real)),
        mean_wait=max(0.0, queue / lam) if lam else 0.0,
        wait_variance=max(0.0, excess / lam**2) if lam else 0.0,
    )


def _roots(rho: float, c: int) -> NDArray[np.complex128]:
    """Return the roots of z = u exp(rho (z - 1)) for the c-th roots of unity u other than 1.

    The right side maps the unit disk into itself and contracts by rho; Newton ends the search.
    """
    unity = np.exp(2j * np.pi * np.arange(1, c) / c)
    z = np.zeros(c - 1, complex)
    for _ in range(20):
        z = unity * np.exp(rho * (z - 1))
    for _ in range(50):
        image = unity * np.exp(rho * (z - 1))
        z = z - (z - image) / (1 - rho * image)
    return z
