"""New candidate sites for a tier of a scenario, and the tier as a green field.

A network knows the sites that its scenario lists. `candidate_sites` proposes more of them,
from the scenario's own demand and populated places; `with_candidates` is the network that
knows them too, so that it can be planned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem, ScenarioError, did_you_mean, one_of
from network.model import Network
from network.places import Site, SiteStatus
from network.travel import Metric
from network.travel_time import distance_km, site_positions
from optimize.placement.candidates import (
    CandidateOptions,
    Candidates,
    Origin,
    propose_candidates,
)

if TYPE_CHECKING:
    import networkx as nx

Floats = NDArray[np.float64]

_LONGEST_ID = 80


@dataclass(frozen=True, slots=True)
class _Tier:
    """The sites of a tier that the scenario lists, with their positions (n, 2)."""

    tier_id: str
    sites: tuple[Site, ...]
    position: Floats


def candidate_sites(
    network: Network,
    tier: str,
    options: CandidateOptions | None = None,
    *,
    weight: ArrayLike | None = None,
    like: str | None = None,
) -> tuple[Site, ...]:
    """Propose sites of a tier that the scenario does not know, sorted by id.

    Costs, ownership, calendar, ageing and cost per job are those of one site, the tier's
    *median site*: of its sites that are not closed, ordered by fixed cost per month, then
    opening cost, then id, the middle one (the cheaper of two). So the columns fit together. The
    parent is that of the tier's nearest site that is not closed; area and region are those
    of the nearest zone; there is no queue limit. Places nearer than ``merge_km`` to any
    site of the tier, a closed one too, are not proposed.

    Parameters
    ----------
    network : Network
    tier : str
    options : CandidateOptions, optional
    weight : array-like (Z,), optional
        Demand of the zones; None: their installed base.
    like : str, optional
        Id of the site to copy from, instead of the median site.

    Returns
    -------
    tuple of Site
        Status ``candidate``, ids such as ``place_3117814`` and ``gravity_lugo_1``.

    Raises
    ------
    ScenarioError
        If the tier is unknown or has no site to copy from, or the options are not sound.
    """
    mine = _sites_of(network, tier)
    pattern = _pattern(mine, like)
    zones = network.zones
    found = propose_candidates(
        zones.position,
        zones.installed_base if weight is None else weight,
        options,
        network.travel.metric,
        population=zones.population,
        names=zones.zone_id,
        area=zones.area,
        known=mine.position,
    )
    taken = {site.site_id for site in network.sites}
    new = [_site(network, mine, pattern, found, k, taken) for k in range(len(found))]
    return tuple(sorted(new, key=lambda site: site.site_id))


def with_candidates(
    network: Network, sites: tuple[Site, ...], roads: nx.DiGraph[str] | None = None
) -> Network:
    """The network that knows new sites too, all sorted by id.

    Parameters
    ----------
    network : Network
    sites : tuple of Site
    roads : networkx.DiGraph, optional
        The scenario's road graph (`network.load.roads.read_graphml`): needed where it has one.

    Raises
    ------
    ScenarioError
        If an id is taken, or travel is by road and the graph is not given.
    """
    known = {site.site_id for site in network.sites}
    problems = [
        Problem(f"site {site.site_id}", "is in the scenario already; expected a new id")
        for site in sites
        if site.site_id in known
    ]
    if network.road_minutes is not None and roads is None:
        message = f"travel is by road; expected the road graph {network.travel.road_graph}"
        problems.append(Problem("roads", message))
    if problems:
        raise ScenarioError("the candidates", problems)
    both = (*network.sites, *sites)
    order = sorted(range(len(both)), key=lambda number: both[number].site_id)
    grown = replace(network, sites=tuple(both[number] for number in order))
    if network.road_minutes is None or network.road_km is None or roads is None or not sites:
        return grown
    new = _road_columns(replace(network, sites=sites), roads)
    return replace(
        grown,
        road_minutes=np.hstack([network.road_minutes, new[0]])[:, order],
        road_km=np.hstack([network.road_km, new[1]])[:, order],
    )


def greenfield(network: Network, tier: str) -> Network:
    """The network as if the tier were still to be built.

    Every existing site of the tier becomes a candidate without closing cost; required sites
    stay required, closed ones closed.

    Raises
    ------
    ScenarioError
        If the tier is unknown.
    """
    _sites_of(network, tier)
    bare = {"status": SiteStatus.CANDIDATE, "closing_cost": 0.0}
    sites = tuple(
        site.model_copy(update=bare)
        if site.tier == tier and site.status is SiteStatus.EXISTING
        else site
        for site in network.sites
    )
    return replace(network, sites=sites)


def _sites_of(network: Network, tier: str) -> _Tier:
    known = [one.tier_id for one in network.tiers]
    if tier not in known:
        message = f"got '{tier}'; expected one of {one_of(known)}.{did_you_mean(tier, known)}"
        raise ScenarioError(network.name, [Problem("tier", message)])
    numbers = [j for j, site in enumerate(network.sites) if site.tier == tier]
    return _Tier(
        tier,
        tuple(network.sites[j] for j in numbers),
        site_positions(network)[numbers].reshape(-1, 2),
    )


def _pattern(mine: _Tier, like: str | None) -> Site:
    """The site whose costs and calendar the new ones have."""
    if like is not None:
        ids = [site.site_id for site in mine.sites]
        if like not in ids:
            message = f"there is no site '{like}' of tier '{mine.tier_id}'; expected one of "
            hint = did_you_mean(like, ids)
            raise ScenarioError(
                "the candidates", [Problem("like", f"{message}{one_of(ids)}.{hint}")]
            )
        return mine.sites[ids.index(like)]
    usable = [site for site in mine.sites if site.status is not SiteStatus.CLOSED]
    if not usable:
        message = (
            f"the scenario lists no site of tier '{mine.tier_id}' that is not closed; expected "
            "at least one, from which new ones take their costs and calendar"
        )
        raise ScenarioError("the candidates", [Problem("sites", message)])
    usable.sort(key=lambda site: (site.fixed_cost_per_month, site.opening_cost, site.site_id))
    return usable[(len(usable) - 1) // 2]


def _site(
    network: Network, mine: _Tier, pattern: Site, found: Candidates, number: int, taken: set[str]
) -> Site:
    """A proposed place as a site; its id becomes taken."""
    at, origin, name = found.position[number], found.origin[number], found.name[number]
    zones, metric = network.zones, network.travel.metric
    zone = int(distance_km(metric, zones.position, at[None])[:, 0].argmin())
    called = name if origin is Origin.PLACE else _slug(name)
    site_id = _free_id(f"{origin.value}_{called}", taken)
    taken.add(site_id)
    first, second = (round(float(value), 6) for value in at)
    planar = metric is not Metric.GREAT_CIRCLE
    position = {"y_km": first, "x_km": second} if planar else {"lat": first, "lon": second}
    missing = {"lat": None, "lon": None} if planar else {"y_km": None, "x_km": None}
    return pattern.model_copy(
        update={
            "site_id": site_id,
            "name": f"{zones.name[zone]} ({origin.value})"[:200],
            "region": zones.region[zone],
            "area": zones.area[zone],
            "status": SiteStatus.CANDIDATE,
            "parent": _nearest_parent(mine, at, metric, pattern),
            "queue_limit": None,
            **position,
            **missing,
        }
    )


def _nearest_parent(mine: _Tier, at: Floats, metric: Metric, pattern: Site) -> str | None:
    """Parent of the tier's nearest site that is not closed."""
    apart = distance_km(metric, at[None], mine.position)[0]
    shut = np.array([site.status is SiteStatus.CLOSED for site in mine.sites])
    if shut.all():
        return pattern.parent
    return mine.sites[int(np.where(shut, np.inf, apart).argmin())].parent


def _slug(name: str) -> str:
    """A name as part of an id: small letters and digits, joined by underscores."""
    words = "".join(c if c.isalnum() else " " for c in name.casefold()).split()
    return "_".join(words) or "unnamed"


def _free_id(wanted: str, taken: set[str]) -> str:
    """The id, with the first number behind it that makes it new, if it is taken."""
    wanted = wanted[: _LONGEST_ID - 6].rstrip(". ")
    free, number = wanted, 2
    while free in taken:
        free, number = f"{wanted}_{number}", number + 1
    return free


def _road_columns(new: Network, roads: nx.DiGraph[str]) -> tuple[Floats, Floats]:
    """Minutes and kilometres (Z, S) by road to the sites of a network."""
    from network.load.roads import road_matrices

    return road_matrices(
        roads,
        new.zones.position,
        site_positions(new),
        snap_limit_km=new.travel.snap_limit_km,
        planar=new.travel.metric is not Metric.GREAT_CIRCLE,
    )
