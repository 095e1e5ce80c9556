"""Circumstances a plan must stand: other demand, a site that is out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from network.model import Network
from network.places import SiteStatus


@dataclass(frozen=True, slots=True)
class Variant:
    """A network under other circumstances.

    Parameters
    ----------
    name : str
        Empty: as planned.
    demand : float
        Factor on every rate.
    without : str or None
        A site that is out.
    weight : float
        Of its cost in the cost of the plan; 0: only the promises count.
    """

    name: str = ""
    demand: float = 1.0
    without: str | None = None
    weight: float = 1.0

    def of(self, network: Network) -> Network:
        """The network under these circumstances."""
        sites = tuple(
            site.model_copy(update={"status": SiteStatus.CLOSED})
            if site.site_id == self.without
            else site
            for site in network.sites
        )
        return replace(network, sites=sites, demand_factor=network.demand_factor * self.demand)


AS_PLANNED = (Variant(),)
"""Just the scenario's own circumstances."""
