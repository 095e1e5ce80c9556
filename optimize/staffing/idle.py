"""Sites that a plan opened and the search left without people: they stay shut."""

from __future__ import annotations

from dataclasses import replace

from network.model import Network
from network.places import SiteStatus
from network.plan import Plan


def without_idle_sites(network: Network, today: Network) -> Network:
    """The staffed network with every site shut that nobody works at and that is not open today.

    A site without people serves nobody, so only its fixed cost changes. Sites that are open
    today stay, as closing them costs money and is the placement's to decide.

    Parameters
    ----------
    network : Network
        Placed and staffed.
    today : Network
    """
    staffed = {pool.site for pool in network.pools if pool.count > 0}
    open_today = {site.site_id for site in today.sites if site.status.is_open}
    sites = tuple(
        site.model_copy(update={"status": SiteStatus.CANDIDATE})
        if site.status.is_open and site.site_id not in staffed | open_today
        else site
        for site in network.sites
    )
    shut = {site.site_id for site in sites if not site.status.is_open}
    kept = tuple(one for one in network.assignments if one.site not in shut)
    return replace(network, sites=sites, assignments=kept)


def plan_without(plan: Plan, staffed: Network) -> Plan:
    """The plan without the sites that the staffed network has shut."""
    shut = {site.site_id for site in staffed.sites if not site.status.is_open}
    return plan.model_copy(
        update={
            "opened": tuple(one for one in plan.opened if one not in shut),
            "sites": tuple(site for site in plan.sites if site.site_id not in shut),
            "assignments": tuple(one for one in plan.assignments if one.site not in shut),
        }
    )
