"""What every site can be: its people, its levels, and whether it is open, required or closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.places import Ownership, Site, SiteStatus
from network.travel_time import base_travel
from optimize.tiers.levels import job_minutes
from optimize.tiers.options import TierOptions
from optimize.tiers.staffing import Crew, crew_of
from optimize.tiers.streams import Streams

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEVEL_RATIO = 1.35
"""A level's range reaches to so many times its least size."""


PRESENCE = 0.3
"""People who work less of their duty than this are there to be there: a counter, a night watch.
They may be given so much before another is hired."""


@dataclass(frozen=True)
class Offer:
    """What a site can be in a plan.

    Parameters
    ----------
    site : Site
    number : int
        Row of ``network.sites``.
    crew : Crew
        Patterns of its people: those of the tier in its region today, or of the partner.
    partner : bool
        Somebody else's people: as many as the scenario says, paid by job.
    work_per_agent : float array (groups,)
        Minutes of work a month that one agent of a group is given today.
    skill_share : tuple of dict
        By group: the part of its work that needs each skill.
    utilisation : dict
        By skill: work a minute of duty (breaks not counted) of those who hold it, today.
    main : int
        Group with the most work.
    """

    site: Site
    number: int
    crew: Crew
    partner: bool
    work_per_agent: Floats
    skill_share: tuple[dict[str | None, float], ...]
    utilisation: dict[str | None, float]
    main: int

    @property
    def is_open(self) -> bool:
        """Whether the site works today."""
        return self.site.status.is_open

    def count(self, group: int, agents: int) -> Ints:
        """So many agents of a group by pattern; a partner's are as they are."""
        if self.partner:
            return np.where(self.crew.group == group, self.crew.heads, 0)
        return self.crew.spread(group, agents)

    def capacity_min(self, group: int, agents: int, skill: str | None) -> float:
        """Minutes of duty a month, without breaks, of the agents who hold a skill."""
        return float(self.count(group, agents) @ self.crew.duty_min(skill))

    def work_min(self, group: int, agents: int, intensity: float = 1.0) -> float:
        """Minutes of work a month that so many agents are given: the staffing rule.

        Today's work per agent, and of every skill no more per minute of duty of those who hold
        it than today: a small site has relatively many people of patterns that must be there.
        """
        most = agents * float(self.work_per_agent[group])
        for skill, part in self.skill_share[group].items():
            limit = self.capacity_min(group, agents, skill) * self.utilisation[skill]
            most = min(most, limit / part)
        return most * intensity

    def least(self, group: int) -> int:
        """Fewest agents of a group while the site is open."""
        if self.partner:
            return int(self.crew.heads[self.crew.group == group].sum())
        return self.crew.least(group)

    def agents(self, group: int, work_min: float, intensity: float = 1.0) -> int:
        """Fewest agents of a group who may be given so many minutes of work a month."""
        low = self.least(group)
        if self.partner or self.work_min(group, low, intensity) >= work_min * (1 - 1e-9):
            return low
        high = 2 * low + 1
        while self.work_min(group, high, intensity) < work_min * (1 - 1e-9):
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            enough = self.work_min(group, middle, intensity) >= work_min * (1 - 1e-9)
            low, high = (low, middle) if enough else (middle, high)
        return high


@dataclass(frozen=True, slots=True)
class Today:
    """How a tier works today in a part of the network.

    Parameters
    ----------
    trip_min : float
        Mean minutes from a customer to the nearest open site.
    work_per_agent : float array (groups,)
        Minutes of work a month of each agent, by group of the crew; not below `PRESENCE`.
    skill_share : tuple of dict
        By group: the part of its work that needs each skill.
    utilisation : dict
        By skill: work a minute of duty of those who hold it.
    """

    crew: Crew
    trip_min: float
    work_per_agent: Floats
    skill_share: tuple[dict[str | None, float], ...]
    utilisation: dict[str | None, float]


def placed_tiers(network: Network, streams: Streams) -> tuple[str, ...]:
    """Tiers where a plan has a choice: work is asked, and more than one site may be open."""
    names = []
    for tier in network.tiers:
        usable = [
            s for s in network.sites if s.tier == tier.tier_id and s.status != SiteStatus.CLOSED
        ]
        asked = streams.at_tier(tier.tier_id)
        if len(usable) > 1 and asked:
            names.append(tier.tier_id)
    return tuple(names)


def look_today(
    network: Network, streams: Streams, tier: str, zones: Ints, sites: Sequence[int]
) -> Today | None:
    """The tier's people and work per agent today; None where no site is open."""
    staffed = {pool.site for pool in network.pools if pool.count > 0}
    numbers = [
        j
        for j in sites
        if (site := network.sites[j]).tier == tier
        and site.status.is_open
        and site.site_id in staffed
    ]
    own = [j for j in numbers if network.sites[j].ownership is Ownership.OWN] or numbers
    names = {network.sites[j].site_id for j in own}
    pools = [pool for pool in network.pools if pool.site in names]
    if not pools:
        return None
    crew = crew_of(network, pools)
    minutes = travel_to(network, zones, own)[0]
    weight = streams.zone_visits[np.ix_(zones, np.array(streams.at_tier(tier)))].sum(axis=1)
    near = minutes.min(axis=1)
    reached = np.isfinite(near) & (weight > 0)
    trip = float(np.average(near[reached], weights=weight[reached])) if reached.any() else 0.0
    each = job_minutes(network, streams, {tier: trip})
    part = streams.zone_share[:, zones].sum(axis=1)
    asked = streams.visits * each * part[streams.spread]
    by_skill = _work_by_skill(streams, tier, asked)
    return _today(crew, trip, by_skill)


def _work_by_skill(streams: Streams, tier: str, amount: Floats) -> dict[str | None, float]:
    found: dict[str | None, float] = {}
    for q in streams.at_tier(tier):
        work = float(amount[streams.stream == q].sum())
        if work > 0:
            skill = streams.streams[q].skill
            found[skill] = found.get(skill, 0.0) + work
    return found


def _today(crew: Crew, trip: float, by_skill: dict[str | None, float]) -> Today:
    work = np.zeros(crew.groups)
    for skill, minutes in by_skill.items():
        if crew.group_of(skill) >= 0:
            work[crew.group_of(skill)] += minutes
    heads = np.array([crew.heads[crew.group == g].sum() for g in range(crew.groups)])
    shares = tuple(
        {s: m / work[g] for s, m in by_skill.items() if crew.group_of(s) == g}
        for g in range(crew.groups)
    )
    duty = {skill: float(crew.heads @ crew.duty_min(skill)) for skill in by_skill}
    present = np.bincount(
        crew.group, weights=crew.heads * crew.duty_min(None), minlength=crew.groups
    )
    return Today(
        crew,
        trip,
        np.maximum(work, PRESENCE * present) / heads,
        shares,
        {s: max(by_skill[s] / duty[s], PRESENCE) for s in by_skill if duty[s] > 0},
    )


def travel_to(network: Network, zones: Ints, sites: Sequence[int]) -> tuple[Floats, Floats]:
    """Base minutes and road kilometres (zones, sites); infinite where there is no way."""
    low, high = int(zones.min()), int(zones.max()) + 1
    minutes, km = base_travel(network, slice(low, high), np.array(sites, dtype=np.int64))
    return minutes[zones - low], km[zones - low]


def offers_of(
    network: Network, streams: Streams, zones: Ints, sites: Sequence[int], tiers: Sequence[str]
) -> tuple[list[Offer], dict[str, Today]]:
    """Offers of all usable sites of some tiers, and how those tiers work today.

    A site of one's own is staffed like its tier's sites today in the same part of the
    network (or anywhere, where none is open there); a partner's as the scenario says.
    """
    offers: list[Offer] = []
    today: dict[str, Today] = {}
    for tier in tiers:
        found = look_today(network, streams, tier, zones, sites) or look_today(
            network, streams, tier, np.arange(len(network.zones)), range(len(network.sites))
        )
        if found is None:
            continue
        today[tier] = found
        for j in sites:
            site = network.sites[j]
            if site.tier == tier and site.status is not SiteStatus.CLOSED:
                offers.append(_offer(network, streams, site, j, found))
    return offers, today


def _offer(network: Network, streams: Streams, site: Site, number: int, today: Today) -> Offer:
    own = [p for p in network.pools if p.site == site.site_id and p.count > 0]
    partner = site.ownership is not Ownership.OWN and bool(own)
    if not partner:
        main = int(np.argmax(today.work_per_agent * _heads(today.crew)))
        return Offer(
            site, number, today.crew, False, today.work_per_agent, today.skill_share,
            today.utilisation, main,
        )  # fmt: skip
    crew = crew_of(network, own)
    amount = streams.visits * streams.service_min
    by_skill = {
        skill: work
        for skill, work in _work_by_skill(streams, site.tier, amount).items()
        if crew.group_of(skill) >= 0
    }
    own_mix = _today(crew, today.trip_min, by_skill)
    main = int(np.argmax(own_mix.work_per_agent * _heads(crew)))
    return Offer(
        site, number, crew, True, _like_today(crew, today), own_mix.skill_share,
        today.utilisation, main,
    )  # fmt: skip


def _heads(crew: Crew) -> Ints:
    return np.array([crew.heads[crew.group == g].sum() for g in range(crew.groups)])


def _like_today(crew: Crew, today: Today) -> Floats:
    """Work per agent of a partner's groups: that of today's largest group of their skills."""
    each = np.zeros(crew.groups)
    for group in range(crew.groups):
        same = {today.crew.group_of(skill) for skill in crew.skills(group)} - {-1}
        if same:
            heads = [int(today.crew.heads[today.crew.group == g].sum()) for g in sorted(same)]
            each[group] = today.work_per_agent[sorted(same)[int(np.argmax(heads))]]
    return each


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels of all offers, one row each; lines between the ends of each.

    Parameters
    ----------
    offer : int array (levels,)
    least, most : int array (levels,)
        Agents of the main group.
    intensity : float array (levels,)
        Work per agent, as a multiple of today's.
    work, work_slope : float array (levels,)
        Minutes of work a month of no agents on the level's line, and of each agent.
    wages, wage_slope : float array (levels,)
        Money a month, likewise.
    """

    offer: Ints
    least: Ints
    most: Ints
    intensity: Floats
    work: Floats
    work_slope: Floats
    wages: Floats
    wage_slope: Floats


def levels_of(offers: Sequence[Offer], work_min: Floats, options: TierOptions) -> Levels:
    """Levels of every offer up to what all the work in its reach would need.

    Parameters
    ----------
    offers : sequence of Offer
    work_min : float array (offers,)
        Most work a month that the main group of each could be given, minutes.
    options : TierOptions
    """
    rows: list[tuple[float, ...]] = []
    for o, offer in enumerate(offers):
        if offer.partner:
            size = offer.least(offer.main)
            rows.append((o, size, size, 1.0, *_lines(offer, size, size, 1.0)))
            continue
        for intensity in options.intensities:
            last = offer.agents(offer.main, float(work_min[o]), intensity)
            low = offer.least(offer.main)
            while True:
                high = min(max(low + 1, int(low * LEVEL_RATIO)), max(last, low))
                rows.append((o, low, high, intensity, *_lines(offer, low, high, intensity)))
                if high >= last:
                    break
                low = high
    table = np.array(rows, dtype=np.float64).reshape(len(rows), 8).T
    whole = table[:3].astype(np.int64)
    return Levels(whole[0], whole[1], whole[2], *table[3:])


def _lines(offer: Offer, low: int, high: int, intensity: float) -> tuple[float, ...]:
    """Work and wages: value at none and slope of the line through both ends."""
    ends = [
        [offer.work_min(offer.main, n, intensity), offer.crew.wages(offer.count(offer.main, n))]
        for n in (low, high)
    ]
    found: list[float] = []
    for at_low, at_high in zip(*ends, strict=True):
        slope = (at_high - at_low) / (high - low) if high > low else 0.0
        found += [at_low - slope * low, slope]
    return tuple(found)
