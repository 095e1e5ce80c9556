"""Plans of the p-median and the p-center, recomputed zone by zone.

Nothing here is shared with the solvers: travel to the open sites alone is looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from network.travel_time import distance_km
from optimize.placement.instance import Instance
from optimize.placement.p_center import PCenter
from optimize.placement.p_median import PMedian
from optimize.placement.plan import Plan

_BLOCK_PAIRS = 5_000_000
_TOLERANCE = 1e-6


def median_violations(formulation: PMedian | PCenter, instance: Instance, plan: Plan) -> list[str]:
    """What is wrong with a plan, in words; empty: nothing.

    Parameters
    ----------
    formulation : PMedian or PCenter
    instance : Instance
    plan : Plan
        With a plan (status optimal or feasible).
    """
    found = _sites(formulation.sites, instance, plan)
    if found:
        return found
    if len(plan.assignment) != len(instance):
        return [f"{len(plan.assignment)} zones are assigned; there are {len(instance)}"]
    is_median = isinstance(formulation, PMedian)
    by_weight = is_median or (isinstance(formulation, PCenter) and formulation.weighted)
    felt = []
    for zone, to_open in _travel_by_zone(instance, plan):
        name, weight, least = instance.zone_id[zone], float(instance.weight[zone]), min(to_open)
        mine = dict(zip(plan.open_sites.tolist(), to_open, strict=True)).get(
            int(plan.assignment[zone]), math.inf
        )
        if math.isinf(mine):
            if is_median or weight > 0 or not math.isinf(least):
                found.append(f"zone {name} is served by no open site with a way to it")
            continue
        if mine > least * (1 + 1e-12):
            found.append(f"zone {name} has travel {mine:g}; an open site is at {least:g}")
        if weight > 0:
            felt.append(weight * mine if by_weight else mine)
    worth = math.fsum(felt) if is_median else max(felt, default=0.0)
    if abs(worth - plan.objective) > _TOLERANCE * max(1.0, abs(worth)):
        found.append(f"the objective is given as {plan.objective:g}, it is {worth:g}")
    if plan.bound - plan.objective > _TOLERANCE * max(1.0, abs(worth)):
        found.append(f"the objective {plan.objective:g} is better than its bound {plan.bound:g}")
    return found


def _sites(count: int, instance: Instance, plan: Plan) -> list[str]:
    """Which sites are open, against how many and which may or must be."""
    sites, opened = instance.sites, plan.open_sites.tolist()
    if len(set(opened)) != len(opened):
        return ["open sites are not distinct"]
    if any(not 0 <= site < len(sites) for site in opened):
        return ["a site is open that is not in the instance"]
    found = []
    expected = min(count, sum(not closed for closed in sites.closed))
    if len(opened) != expected:
        found.append(f"{len(opened)} sites are open; {expected} are to be")
    if plan.site_id != tuple(sites.site_id[site] for site in opened):
        found.append("ids do not belong to the open sites")
    for site, name in enumerate(sites.site_id):
        if sites.closed[site] and site in opened:
            found.append(f"{name} is closed, but open")
        if sites.required[site] and site not in opened:
            found.append(f"{name} is required, but shut")
    return found


def _travel_by_zone(instance: Instance, plan: Plan) -> Iterator[tuple[int, list[float]]]:
    """Each zone with its travel to the open sites."""
    block = max(1, _BLOCK_PAIRS // len(plan.open_sites))
    for start in range(0, len(instance), block):
        rows = slice(start, start + block)
        if instance.matrix is not None:
            travel = instance.matrix[rows][:, plan.open_sites]
        else:
            assert instance.zone_points is not None
            assert instance.site_points is not None
            places = instance.site_points[plan.open_sites]
            travel = distance_km(instance.metric, instance.zone_points[rows], places)
        yield from enumerate(travel.tolist(), start)
