"""What the service costs, component by component, per month."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from network.kpi import COST_COMPONENTS
from network.model import Network
from network.quantity import MINUTES_PER_HOUR, MINUTES_PER_MONTH
from sim.kpis.facts import Facts, Window
from sim.kpis.groups import Block
from sim.kpis.kernel.survey import OfRequest
from sim.kpis.staff import Staff

Floats = NDArray[np.float64]

_LOST = (OfRequest.ABANDONED, OfRequest.BLOCKED, OfRequest.UNSERVED)


def cost_figures(
    network: Network,
    facts: Facts,
    staff: Staff,
    missed_by_segment: Floats,
    window: Window,
) -> Iterator[Block]:
    """Cost per month in total and by component, and per request.

    Parameters
    ----------
    missed_by_segment : float array (segments,)
        Promises missed in the window, for the penalties.
    """
    months = window.minutes / MINUTES_PER_MONTH
    parts = {
        "sites": sum(s.fixed_cost_per_month for s in network.sites if s.status.is_open) * months,
        **{name: float(money.sum()) for name, money in _of_pools(network, staff).items()},
        "contacts": _contacts(network, facts),
        "parts": _parts(network, facts),
        "penalties": float(np.dot([s.penalty for s in network.segments], missed_by_segment)),
        "lost": _lost(network, facts),
    }
    values = np.array([parts[name] for name in COST_COMPONENTS])
    total = float(values.sum())
    yield "cost", "component", COST_COMPONENTS, values / months
    yield "cost", "total", ("all",), np.array([total / months])
    offered = float(facts.groups.by("total", facts.offered)[0])
    yield "cost_per_request", "total", ("all",), np.array([total / offered if offered else np.nan])


def staff_cost(network: Network, staff: Staff) -> Floats:
    """Wages, overtime, travel and jobs of each pool within the window (pools,)."""
    return sum(_of_pools(network, staff).values(), np.zeros(len(network.pools)))


def _of_pools(network: Network, staff: Staff) -> dict[str, Floats]:
    """Money for the people of each pool, by component (pools,).

    Paid duty hours, absence included; overtime at its factor; kilometres and hours on the way;
    pay per job.
    """
    wage = np.array([pool.wage_per_h for pool in network.pools])
    paid = np.array([1 / (1 - pool.absence) for pool in network.pools])
    factor = np.array([pool.overtime_factor for pool in network.pools])
    rate = {site.site_id: site.cost_per_job for site in network.sites}
    costs, hours = network.costs, staff.travel / MINUTES_PER_HOUR
    return {
        "wages": wage * paid * staff.duty / MINUTES_PER_HOUR,
        "overtime": wage * factor * staff.overtime / MINUTES_PER_HOUR,
        "travel": costs.travel_per_km * staff.km + costs.travel_per_h * hours,
        "jobs": np.array([rate[pool.site] for pool in network.pools]) * staff.jobs,
    }


def _contacts(network: Network, facts: Facts) -> float:
    rate = np.array([channel.cost_per_contact for channel in network.channels])
    return float(np.dot(rate, facts.groups.by("channel", facts.offered)))


def _parts(network: Network, facts: Facts) -> float:
    return float(np.dot([stage.parts_cost for stage in network.stages], facts.parts_used))


def _lost(network: Network, facts: Facts) -> float:
    rate = np.array([segment.lost_cost for segment in network.segments])
    lost = np.sum([facts.requests[ending] for ending in _LOST], axis=0)
    return float(np.dot(rate, facts.groups.by("segment", lost)))
