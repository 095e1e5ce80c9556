"""What a planner should know before believing a run: loads near or above 1, zones out of reach."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from network.model import Network
from network.quantity import MINUTES_PER_DAY
from sim.kpis import Kpis
from sim.layout import Layout
from sim.traffic import Load, Traffic

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
    found = []
    for load in (*traffic.tiers, *traffic.sites):
        name = f"{load.place} ({', '.join(load.skills)})"
        lasting = load.binding and load.lasting > _HEAVY * load.capacity
        if load.overloaded:
            found.append(f"{name} {_offer(load)}: its queue grows without end")
            continue
        if load.rho < 1 and not lasting:
            continue
        busy = min(load.rho, _busy(load, network, simulated))
        if busy <= _HEAVY:
            continue
        if load.rho >= 1:
            found.append(f"{name} {_offer(load)}")
            continue
        relaxation = _relaxation_min(load, busy, network)
        if relaxation * 10 > counted_min:
            found.append(
                f"{name} is loaded to {busy:.0%}: it forgets its past within "
                f"{relaxation / MINUTES_PER_DAY:.1f} days only, so the run is too short and its "
                "intervals are not to be trusted"
            )
    return found + _unreached(network, layout)


def _offer(load: Load) -> str:
    """What a load is offered, in words."""
    if load.capacity == 0:
        return f"is offered {load.offered:.2g} erlang and has nobody on duty for it"
    return f"is offered {load.rho:.0%} of what its agents can do"


def _busy(load: Load, network: Network, simulated: Sequence[Kpis]) -> float:
    """Part of their duty that the agents of a load work: what runs show, and three errors more.

    Infinite if fewer than two runs show it: that is too little to be believed before a dry look.
    """
    if len(simulated) < 2:
        return np.inf
    tier = {site.site_id: site.tier for site in network.sites}
    anybody = "any" in load.skills
    able = [
        pool.pool_id
        for pool in network.pools
        if load.place in (pool.site, tier[pool.site])
        and (anybody or not set(load.skills).isdisjoint(pool.skills))
    ]
    index = simulated[0].index
    used, duty = (
        np.array([
            kpis.values[[index.position(kpi, "pool", name) for name in able]]
            for kpis in simulated
        ])
        for kpi in ("utilisation", "duty_hours")
    )  # fmt: skip
    hours = duty.sum(axis=1)
    if not hours.all():
        return np.inf
    shares = np.where(duty > 0, used * duty, 0.0).sum(axis=1) / hours
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
