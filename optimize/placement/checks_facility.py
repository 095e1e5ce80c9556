"""Independent check of facility location plans: limits and cost, from the plan alone."""

from __future__ import annotations

import math

from optimize.placement.facility_location import FacilityLocation
from optimize.placement.instance import Instance
from optimize.placement.plan import UNASSIGNED, Plan

_TOLERANCE = 1e-6


def facility_violations(formulation: FacilityLocation, instance: Instance, plan: Plan) -> list[str]:
    """What is wrong with a plan; empty where nothing is.

    Shares no code with the model: shares are added up zone by zone and site by site.
    """
    if not plan.status.has_plan:
        return []
    opened = set(plan.open_sites.tolist())
    served = _served(plan)
    return [
        *_wrong_sites(formulation, instance, opened),
        *_wrong_service(instance, formulation, opened, served),
        *_wrong_loads(formulation, instance, served),
        *_wrong_figures(formulation, instance, plan, opened, served),
    ]


def _served(plan: Plan) -> list[tuple[int, int, float]]:
    """(zone, site, share) of everything served."""
    whole = [(i, j, 1.0) for i, j in enumerate(plan.assignment.tolist()) if j != UNASSIGNED]
    parts = zip(
        plan.share_zone.tolist(), plan.share_site.tolist(), plan.share.tolist(), strict=True
    )
    return whole + list(parts)


def _wrong_sites(formulation: FacilityLocation, instance: Instance, opened: set[int]) -> list[str]:
    sites, wrong = instance.sites, []
    for j, name in enumerate(sites.site_id):
        if sites.required[j] and j not in opened:
            wrong.append(f"site {name} is required and not open")
        if sites.closed[j] and j in opened:
            wrong.append(f"site {name} is closed and open in the plan")
    least, most = formulation.sites_at_least, formulation.sites_at_most
    if least is not None and len(opened) < least:
        wrong.append(f"{len(opened)} sites are open, at least {least} asked")
    if most is not None and len(opened) > most:
        wrong.append(f"{len(opened)} sites are open, at most {most} asked")
    return wrong


def _wrong_service(
    instance: Instance,
    formulation: FacilityLocation,
    opened: set[int],
    served: list[tuple[int, int, float]],
) -> list[str]:
    travel, demand, wrong = instance.travel(), formulation.demands(instance), []
    total, sources = [0.0] * len(instance), [0] * len(instance)
    for i, j, share in served:
        total[i] += share
        sources[i] += 1
        if j not in opened:
            wrong.append(f"zone {instance.zone_id[i]} is served by a site that is not open")
        if not math.isfinite(travel[i, j]):
            wrong.append(f"zone {instance.zone_id[i]} is served where there is no way")
        if share < 0:
            wrong.append(f"zone {instance.zone_id[i]} has a negative share")
    for i, name in enumerate(instance.zone_id):
        asks = instance.weight[i] > 0 or demand[i] > 0
        if (asks or sources[i]) and abs(total[i] - 1) > _TOLERANCE:
            wrong.append(f"zone {name} is served {total[i]:.6g} times, once asked")
        if formulation.single_source and sources[i] > 1:
            wrong.append(f"zone {name} has {sources[i]} sources, one asked")
    return wrong


def _wrong_loads(
    formulation: FacilityLocation, instance: Instance, served: list[tuple[int, int, float]]
) -> list[str]:
    if not formulation.capacitated:
        return []
    demand = formulation.demands(instance)
    load = [0.0] * len(instance.sites)
    for i, j, share in served:
        load[j] += float(demand[i]) * share
    return [
        f"site {name} serves {load[j]:.9g}, its capacity is {instance.sites.capacity[j]:.9g}"
        for j, name in enumerate(instance.sites.site_id)
        if load[j] > instance.sites.capacity[j] + _TOLERANCE * max(1.0, sum(load))
    ]


def _wrong_figures(
    formulation: FacilityLocation,
    instance: Instance,
    plan: Plan,
    opened: set[int],
    served: list[tuple[int, int, float]],
) -> list[str]:
    """Cost added up as it is paid, not against a network without sites."""
    sites, travel = instance.sites, instance.travel()
    cost = 0.0
    for j in range(len(sites)):
        if j in opened:
            cost += float(sites.fixed_cost[j])
            cost += 0.0 if sites.existing[j] else float(sites.opening_cost[j])
        elif sites.existing[j]:
            cost += float(sites.closing_cost[j])
    for i, j, share in served:
        if math.isfinite(travel[i, j]):
            weight = float(instance.weight[i])
            cost += formulation.transport_cost * weight * float(travel[i, j]) * share
    allowed, wrong = _TOLERANCE * max(1.0, abs(cost)), []
    if abs(cost - plan.objective) > allowed:
        wrong.append(f"the plan costs {cost:.9g}, its objective is {plan.objective:.9g}")
    if plan.bound > plan.objective + allowed:
        wrong.append(f"the bound {plan.bound:.9g} lies above the objective {plan.objective:.9g}")
    return wrong
