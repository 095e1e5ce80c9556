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
        **_wages(network, staff),
        "travel": _travel(network, staff),
        "jobs": _jobs(network, staff),
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


def _wages(network: Network, staff: Staff) -> dict[str, float]:
    """Paid duty hours, absence included, and overtime at its factor."""
    wage = np.array([pool.wage_per_h for pool in network.pools])
    paid = np.array([1 / (1 - pool.absence) for pool in network.pools])
    factor = np.array([pool.overtime_factor for pool in network.pools])
    return {
        "wages": float(np.dot(wage * paid, staff.duty) / MINUTES_PER_HOUR),
        "overtime": float(np.dot(wage * factor, staff.overtime) / MINUTES_PER_HOUR),
    }


def _travel(network: Network, staff: Staff) -> float:
    km, hours = staff.km.sum(), staff.travel.sum() / MINUTES_PER_HOUR
    return float(network.costs.travel_per_km * km + network.costs.travel_per_h * hours)


def _jobs(network: Network, staff: Staff) -> float:
    rate = {site.site_id: site.cost_per_job for site in network.sites}
    return float(np.dot([rate[pool.site] for pool in network.pools], staff.jobs))


def _contacts(network: Network, facts: Facts) -> float:
    rate = np.array([channel.cost_per_contact for channel in network.channels])
    return float(np.dot(rate, facts.groups.by("channel", facts.offered)))


def _parts(network: Network, facts: Facts) -> float:
    return float(np.dot([stage.parts_cost for stage in network.stages], facts.parts_used))


def _lost(network: Network, facts: Facts) -> float:
    rate = np.array([segment.lost_cost for segment in network.segments])
    lost = np.sum([facts.requests[ending] for ending in _LOST], axis=0)
    return float(np.dot(rate, facts.groups.by("segment", lost)))
