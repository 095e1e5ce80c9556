"""The means of a stable queue, tied together by Little's law."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SteadyState:
    """A stable first-come-first-served queue in the long run.

    Parameters
    ----------
    utilisation : float
        Busy share of a server's time.
    wait_probability : float
        Share of customers who wait.
    mean_wait : float
        Over all customers, those who do not wait included. In the time unit of the rates.
    wait_variance : float
        Over all customers. In squared time units.
    mean_time : float
        Waiting and service together. In the time unit of the rates.
    mean_queue, mean_number : float
        Customers waiting, and customers waiting or in service.
    """

    utilisation: float
    wait_probability: float
    mean_wait: float
    wait_variance: float
    mean_time: float
    mean_queue: float
    mean_number: float

    @property
    def mean_wait_if_waiting(self) -> float:
        """Mean wait of those who wait; NaN if nobody does."""
        return self.mean_wait / self.wait_probability if self.wait_probability else math.nan


def by_little(
    lam: float,
    mean_service: float,
    c: int,
    *,
    wait_probability: float,
    mean_wait: float,
    wait_variance: float,
) -> SteadyState:
    """Complete a queue's means from its wait by Little's law, L = lam W.

    Parameters
    ----------
    lam : float
        Arrivals per time unit.
    mean_service : float
        Mean service time, in the same time unit.
    c : int
        Servers.
    wait_probability, mean_wait, wait_variance : float
        Of the wait before service.

    Returns
    -------
    SteadyState

    References
    ----------
    Little (1961), A proof for the queuing formula L = lambda W. Operations Research 9.

    Examples
    --------
    >>> queue = by_little(2.0, 0.25, 1, wait_probability=0.5, mean_wait=0.25, wait_variance=0.1875)
    >>> queue.mean_number
    1.0
    """
    mean_time = mean_wait + mean_service
    return SteadyState(
        utilisation=lam * mean_service / c,
        wait_probability=wait_probability,
        mean_wait=mean_wait,
        wait_variance=wait_variance,
        mean_time=mean_time,
        mean_queue=lam * mean_wait,
        mean_number=lam * mean_time,
    )
