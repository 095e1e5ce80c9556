"""`TieredPlan` -> the plan that a network takes: sites, pools and assignments."""

from __future__ import annotations

from network.model import Network
from network.people import Pool
from network.plan import Assignment, Plan
from optimize.tiers.plan import Staffed, TieredPlan


def plan_of(network: Network, tiered: TieredPlan) -> Plan:
    """The decision as `network.with_plan` takes it.

    Every open site of a placed tier gets the pools of the plan: those it has keep their ids,
    new ones are called ``<site>_<pattern>`` after the pool they are copied from. Its other
    pools, and those of closed sites, stay with nobody in them. Partners keep their pools.

    Parameters
    ----------
    network : Network
        The one that the plan is for; sites that it does not know become part of the plan.
    tiered : TieredPlan

    Returns
    -------
    Plan

    Raises
    ------
    InfeasibleError, PlanningError
        If there is no plan.
    """
    tiered.require()
    taken = {pool.pool_id for pool in network.pools}
    pools: list[Pool] = []
    for staffed in tiered.staff:
        own = [pool for pool in network.pools if pool.site == staffed.site.site_id]
        if not staffed.partner:
            pools += _pools(staffed, own, taken)
    empty = {
        pool.pool_id: pool.model_copy(update={"count": 0})
        for pool in network.pools
        if pool.site in tiered.closed and pool.count > 0
    }
    known = {site.site_id for site in network.sites}
    return Plan(
        scenario=tiered.scenario,
        sites=tuple(one.site for one in tiered.staff if one.site.site_id not in known),
        opened=tuple(site for site in tiered.opened if site in known),
        closed=tiered.closed,
        pools=(*pools, *empty.values()),
        assignments=tuple(
            Assignment(zone=zone, tier=tier, site=site) for zone, tier, site in tiered.assignments
        ),
    )


def _pools(staffed: Staffed, own: list[Pool], taken: set[str]) -> list[Pool]:
    """Pools of one site: its own of the same pattern, or copies; all others are emptied."""
    left = list(own)
    made = []
    for like, suffix, count in zip(
        staffed.crew.pools, staffed.crew.suffix, staffed.count, strict=True
    ):
        match = next((pool for pool in left if _same(pool, like)), None)
        if match is not None:
            left.remove(match)
            made.append(match.model_copy(update={"count": count}))
        elif count > 0:
            name = f"{staffed.site.site_id}_{suffix}"
            while name in taken:
                name += "_plan"
            taken.add(name)
            title = f"{staffed.site.name or staffed.site.site_id}: {suffix.replace('_', ' ')}"
            made.append(
                like.model_copy(
                    update={
                        "pool_id": name,
                        "site": staffed.site.site_id,
                        "name": title,
                        "count": count,
                    }
                )
            )
    made += [pool.model_copy(update={"count": 0}) for pool in left if pool.count > 0]
    return made


def _same(pool: Pool, like: Pool) -> bool:
    keep = ("skills", "level", "shift", "end_of_shift", "wage_per_h", "overtime_factor", "absence")
    return all(getattr(pool, name) == getattr(like, name) for name in keep)
