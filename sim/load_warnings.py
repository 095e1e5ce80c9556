"""What a planner should know before believing a run: loads near or above 1, zones out of reach."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.quantity import MINUTES_PER_DAY
from sim.kpis import Kpis
from sim.layout import Layout
from sim.traffic import Load, Traffic

Floats = NDArray[np.float64]

_HEAVY = 0.9
"""Part of their duty from which agents count as heavily loaded."""


def warnings(
    traffic: Traffic,
    network: Network,
    layout: Layout,
    counted_min: float,
    simulated: Sequence[Kpis] = (),
) -> list[str]:
    """Doubts about a run of this length.

    Parameters
    ----------
    traffic : Traffic
        The dry look. It knows nobody who gives up, so its loads are upper estimates.
    network : Network
    layout : Layout
    counted_min : float
        Minutes that count, of one replication.
    simulated : sequence of Kpis
        Replications, if there are any yet: what agents really did of their duty is believed
        before the dry look.
    """
    used = _used(network, simulated) if simulated else None
    found = []
    for load in (*traffic.tiers, *traffic.sites):
        name = f"{load.place} ({', '.join(load.skills)})"
        busy = load.rho if used is None else min(load.rho, _busy(load, network, used))
        if load.overloaded:
            share = f"{load.rho:.0%} of what its agents can do"
            found.append(f"{name} is offered {share}: its queue grows without end")
        elif load.rho >= 1 and busy > _HEAVY:
            found.append(f"{name} is offered {load.rho:.0%} of what its agents can do")
        elif load.lasting > _HEAVY * load.capacity and busy > _HEAVY and load.binding:
            relaxation = _relaxation_min(load, busy, network)
            if relaxation * 10 > counted_min:
                days = relaxation / MINUTES_PER_DAY
                found.append(
                    f"{name} is loaded to {busy:.0%}: it forgets its past within {days:.1f} "
                    "days only, so the run is too short and its intervals are not to be trusted"
                )
    return found + _unreached(network, layout)


def _used(network: Network, simulated: Sequence[Kpis]) -> tuple[Floats, Floats]:
    """Hours a week that agents worked and were on duty, (replications, pools)."""
    index = simulated[0].index
    values = np.array([kpis.values for kpis in simulated])
    busy, duty = (
        values[:, [index.position(kpi, "pool", pool.pool_id) for pool in network.pools]]
        for kpi in ("utilisation", "duty_hours")
    )
    return np.where(duty > 0, busy, 0.0) * duty, duty


def _busy(load: Load, network: Network, used: tuple[Floats, Floats]) -> float:
    """Part of their duty that the agents of a load work: what runs show, and three errors more.

    One run shows too little to be believed before the dry look.
    """
    tier = {site.site_id: site.tier for site in network.sites}
    anybody = "any" in load.skills
    able = np.array([
        load.place in (pool.site, tier[pool.site])
        and (anybody or not set(load.skills).isdisjoint(pool.skills))
        for pool in network.pools
    ])  # fmt: skip
    busy, duty = (hours[:, able].sum(axis=1) for hours in used)
    if len(busy) < 2 or not duty.all():
        return np.inf
    shares = busy / duty
    return float(shares.mean() + 3 * shares.std(ddof=1) / np.sqrt(len(shares)))


def _relaxation_min(load: Load, rho: float, network: Network) -> float:
    """Relaxation time 1 / (sqrt(c mu) - sqrt(lambda))^2 of a queue (Whitt 1989), minutes."""
    means = [s.service.mean for s in network.stages if (s.skill or "any") in load.skills]
    service = float(np.mean(means)) if means else 1.0
    gap = np.sqrt(load.capacity / service) * (1 - np.sqrt(rho))
    return float(1 / gap**2) if gap > 0 else float("inf")


def _unreached(network: Network, layout: Layout) -> list[str]:
    """Stages that some zones cannot get anywhere: their requests end unserved."""
    found, zones, reach = [], len(network.zones), layout.reach
    for row, stage in enumerate(network.stages):
        group = layout.stages.group[row]
        if group < 0:
            continue
        first = reach.first[group * zones : (group + 1) * zones + 1]
        missing = np.flatnonzero(first[1:] == first[:-1])
        if len(missing):
            names = ", ".join(network.zones.name[i] for i in missing[:5])
            more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
            found.append(
                f"{stage.class_id}/{stage.stage}: no able site for {len(missing)} of {zones} zones "
                f"({names}{more}); what they ask there is unserved"
            )
    return found
