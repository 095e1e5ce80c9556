"""Plans of the covering formulations, recomputed from travel alone.

Nothing here is shared with the models: no cover, no merged zones, no program. Travel is
taken block by block, so that large instances can be checked too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.travel_time import distance_km
from optimize.placement.backup import BackupCoverage
from optimize.placement.instance import Instance
from optimize.placement.lscp import LSCP
from optimize.placement.malp import MALP
from optimize.placement.mclp import MCLP
from optimize.placement.mexclp import MEXCLP
from optimize.placement.plan import Plan

Ints = NDArray[np.int64]
Covering = LSCP | MCLP | BackupCoverage | MEXCLP | MALP

_BLOCK_PAIRS = 5_000_000
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class _Near:
    """Open sites and units within the radius of each zone (zones,)."""

    sites: Ints
    units: Ints


def covering_violations(formulation: Covering, instance: Instance, plan: Plan) -> list[str]:
    """What is wrong with a plan, in words; empty: nothing.

    Parameters
    ----------
    formulation : LSCP, MCLP, BackupCoverage, MEXCLP or MALP
    instance : Instance
    plan : Plan
        With a plan (status optimal or feasible).
    """
    found = _sites(formulation, instance, plan)
    if found:
        return found
    near = _near(instance, plan, formulation.radius)
    weighty = instance.weight > 0
    missed = np.flatnonzero((near.sites == 0) & weighty)
    if not np.array_equal(np.sort(plan.uncovered), missed):
        found.append(f"{len(plan.uncovered)} zones are called uncovered, {len(missed)} are")
    if isinstance(formulation, LSCP) and len(missed):
        found.append(f"{len(missed)} zones have no open site within {formulation.radius:g}")
    if isinstance(formulation, BackupCoverage):
        needed = formulation.first_share * instance.weight.sum()
        once = instance.weight[near.sites > 0].sum()
        if once < needed * (1 - _TOLERANCE):
            found.append(f"weight {once:g} is covered; {needed:g} must be")
    worth = _worth(formulation, instance, plan, near)
    scale = max(1.0, abs(worth))
    if abs(worth - plan.objective) > _TOLERANCE * scale:
        found.append(f"the objective is given as {plan.objective:g}, it is {worth:g}")
    beyond = plan.objective - plan.bound  # above 0: better than possible, where maximised
    if (-beyond if isinstance(formulation, LSCP) else beyond) > _TOLERANCE * scale:
        found.append(f"the objective {plan.objective:g} is better than its bound {plan.bound:g}")
    return found


def _sites(formulation: Covering, instance: Instance, plan: Plan) -> list[str]:
    """How many sites and units there are, and where none or one must be."""
    sites, found = instance.sites, []
    opened, units = plan.open_sites, plan.units
    if len(units) != len(opened) or len(np.unique(opened)) != len(opened) or (units < 1).any():
        return ["open sites are not distinct, or not all have units"]
    if len(opened) and not (opened.min() >= 0 and opened.max() < len(sites)):
        return ["a site is open that is not in the instance"]
    if plan.site_id != tuple(sites.site_id[j] for j in opened.tolist()):
        found.append("ids do not belong to the open sites")
    found += [f"{sites.site_id[j]} is closed, but open" for j in opened if sites.closed[j]]
    shut = np.setdiff1d(np.flatnonzero(sites.required), opened)
    found += [f"{sites.site_id[j]} is required, but shut" for j in shut]
    total, usable = int(units.sum()), int((~sites.closed).sum())
    most = 1
    if isinstance(formulation, MEXCLP | MALP):
        if total != formulation.units:
            found.append(f"{total} units are placed; {formulation.units} are to be")
        if formulation.colocation:
            most = formulation.max_per_site or formulation.units
    elif not isinstance(formulation, LSCP) and total != min(formulation.sites, usable):
        found.append(f"{total} sites are open; {min(formulation.sites, usable)} are to be")
    if (units > most).any():
        found.append(f"a site has {int(units.max())} units; it can have {most}")
    return found


def _near(instance: Instance, plan: Plan, radius: float) -> _Near:
    sites, units = np.zeros((2, len(instance)), dtype=np.int64)
    block = max(1, _BLOCK_PAIRS // max(1, len(plan.open_sites)))
    for start in range(0, len(instance), block):
        rows = slice(start, start + block)
        if instance.matrix is not None:
            travel = instance.matrix[rows][:, plan.open_sites]
        else:
            assert instance.zone_points is not None
            assert instance.site_points is not None
            places = instance.site_points[plan.open_sites]
            travel = distance_km(instance.metric, instance.zone_points[rows], places)
        within = travel <= radius
        sites[rows] = within.sum(axis=1)
        units[rows] = (within * plan.units).sum(axis=1)
    return _Near(sites, units)


def _worth(formulation: Covering, instance: Instance, plan: Plan, near: _Near) -> float:
    """The objective, from the definition of each formulation."""
    weight = instance.weight
    match formulation:
        case LSCP(cost="count"):
            return float(len(plan.open_sites))
        case LSCP():
            return _cost(instance, plan)
        case MCLP():
            return float(weight[near.sites >= 1].sum())
        case BackupCoverage(backup_weight=second):
            once, twice = (float(weight[near.sites >= k].sum()) for k in (1, 2))
            return (1 - second) * once + second * twice
        case MEXCLP(busy=busy):
            return float((weight * (1 - busy**near.units)).sum())
        case MALP():
            return float(weight[_reliable(formulation, near)].sum())


def _cost(instance: Instance, plan: Plan) -> float:
    """Fixed cost of open sites, opening of new ones, closing of existing ones that shut."""
    sites, opened = instance.sites, set(plan.open_sites.tolist())
    total = 0.0
    for j in range(len(sites)):
        if j in opened:
            total += sites.fixed_cost[j] + (0.0 if sites.existing[j] else sites.opening_cost[j])
        elif sites.existing[j]:
            total += sites.closing_cost[j]
    return float(total)


def _reliable(formulation: MALP, near: _Near) -> NDArray[np.bool_]:
    """Zones where one of the units near is free with the reliability asked for."""
    count = np.maximum(near.units, 1)
    if formulation.offered is None:
        busy = np.full(len(count), formulation.busy)
    else:
        busy = np.asarray(formulation.offered, dtype=np.float64).ravel() / count
    all_busy = np.where(busy < 1, busy, 1.0) ** count
    enough = all_busy <= (1 - formulation.reliability) * (1 + 1e-9)
    return np.asarray((near.units >= 1) & enough & (busy < 1))
