"""Machine repair: a finite installed base whose units call only while they work, M/M/c//N.

Rates are per time unit and times are in that unit; any unit will do if it is the same throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from network.queueing._inputs import positive, whole
from network.queueing.balance import birth_death


@dataclass(frozen=True, slots=True)
class Repair:
    """An installed base and its repair crew in the long run.

    Parameters
    ----------
    mean_down, mean_queue, mean_working : float
        Machines down, down and waiting for a technician, and working.
    throughput : float
        Failures, and repairs, per time unit.
    mean_downtime, mean_wait : float
        From failure to repair, and to its begin; in the time unit of the rates.
    availability : float
        Working machines / places for them.
    utilisation : float
        Busy share of a technician's time.
    all_working : float
        Probability that every place has a working machine.
    """

    mean_down: float
    mean_queue: float
    mean_working: float
    throughput: float
    mean_downtime: float
    mean_wait: float
    availability: float
    utilisation: float
    all_working: float


def machine_repair(lam: float, mu: float, c: int, machines: int, spares: int = 0) -> Repair:
    """Return the means of machine repair with c technicians.

    Parameters
    ----------
    lam : float
        Failures per time unit of one working machine.
    mu : float
        Repairs per time unit of one busy technician.
    c : int
        Technicians.
    machines : int
        N, places where a machine works.
    spares : int
        Further machines, which stand by without failing and replace a failed one at once.

    Returns
    -------
    Repair

    Raises
    ------
    ValueError
        If lam <= 0, mu <= 0, c < 1, machines < 1, spares < 0, or a value is not finite.

    References
    ----------
    Palm (1947), The assignment of workers in servicing automatic machines. Journal of Industrial
    Engineering 9.
    Gross and Harris (1998), Fundamentals of Queueing Theory, section 2.7.

    Examples
    --------
    Five patrol cars that fail every 30 days, two mechanics, repairs of 3 days:

    >>> base = machine_repair(lam=1 / 30, mu=1 / 3, c=2, machines=5)
    >>> round(base.mean_down, 3), round(base.all_working, 3)
    (0.465, 0.619)
    """
    lam, mu, c = positive("lam", lam), positive("mu", mu), whole("c", c, 1)
    n = whole("machines", machines, 1)
    spares = whole("spares", spares, 0)
    down = np.arange(n + spares + 1)
    working = np.minimum(n, n + spares - down)
    repairing = np.minimum(down, c)
    share = birth_death(lam * working[:-1], mu * repairing[1:])
    mean_working = float(share @ working)
    throughput = lam * mean_working
    mean_down, mean_queue = float(share @ down), float(share @ (down - repairing))
    return Repair(
        mean_down=mean_down,
        mean_queue=mean_queue,
        mean_working=mean_working,
        throughput=throughput,
        mean_downtime=mean_down / throughput,
        mean_wait=mean_queue / throughput,
        availability=mean_working / n,
        utilisation=throughput / (c * mu),
        all_working=float(share[: spares + 1].sum()),
    )
