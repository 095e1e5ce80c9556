"""The workload of the speed comparisons: three tiers, 34 pools, 129 agents, 100 zones.

Mid-size on purpose: a remote centre, 25 base points and 8 regional workshops; three
classes with patience, escalation to the workshop and return to the point; agents always
on duty, so that every peer can express it; demand with a daily profile, loads of 75-90 %
at its peak.
"""

from __future__ import annotations

import numpy as np

from network.demand import Channel, Entry, ProfileHour, RequestClass, Segment
from network.law import Law
from network.model import Dispatch, Network, Settings
from network.people import Pool
from network.places import Site, Tier, TierKind, Zones
from network.route import Mode, Stage
from network.travel import TravelModel

_POINTS, _WORKSHOPS, _ZONES = 25, 8, 100
_REQUESTS_PER_HOUR = 78.0
_CLASSES = (("basic", 0.4, 1), ("complex", 0.15, 0), ("how_to", 0.45, 2))
"""Class, share of the requests, priority."""


def build(rate_factor: float = 1.0) -> Network:
    """The network; ``rate_factor`` scales its demand."""
    grid = np.arange(10) / 10
    lat, lon = (40 + np.repeat(grid, 10), -4 + np.tile(grid, 10))
    rng = np.random.default_rng(2024)
    population = np.round(rng.lognormal(8.0, 0.6, _ZONES))
    return Network(
        name="benchmark",
        settings=Settings(title="Speed comparison", visit_cap=6),
        tiers=(
            Tier(tier_id="point", kind=TierKind.POINT, target=240.0),
            Tier(tier_id="regional", kind=TierKind.REGIONAL, target=1440.0),
            Tier(tier_id="remote", kind=TierKind.REMOTE, target=0.5),
        ),
        zones=Zones(
            zone_id=tuple(f"z{i:03d}" for i in range(_ZONES)),
            name=tuple(f"z{i:03d}" for i in range(_ZONES)),
            region=("all",) * _ZONES,
            area=("all",) * _ZONES,
            position=np.column_stack([lat, lon]),
            population=population,
            installed_base=population,
        ),
        sites=_sites(),
        pools=_pools(),
        classes=tuple(
            RequestClass(
                class_id=name,
                rate_per_h=share * _REQUESTS_PER_HOUR * rate_factor,
                profile="day",
                priority=priority,
            )
            for name, share, priority in _CLASSES
        ),
        segments=(Segment(segment_id="standard", share=1.0),),
        channels=(Channel(channel_id="phone"),),
        entries=tuple(
            Entry(class_id=name, channel="phone", share=1.0, stage="intake")
            for name in ("basic", "complex", "how_to")
        ),
        stages=_stages(),
        profiles=tuple(_profile_hour(hour) for hour in range(24)),
        travel=TravelModel(noise_sigma=0.35),
        dispatch=Dispatch(policy="nearest_idle", candidates=3),
    )


def _sites() -> tuple[Site, ...]:
    points = [
        Site(site_id=f"p{n:02d}", tier="point", parent=f"w{n % _WORKSHOPS}",
             lat=40.05 + 0.2 * (n // 5), lon=-3.95 + 0.2 * (n % 5))
        for n in range(_POINTS)
    ]  # fmt: skip
    workshops = [
        Site(site_id=f"w{n}", tier="regional", lat=40.2 + 0.5 * (n // 4), lon=-3.9 + 0.25 * (n % 4))
        for n in range(_WORKSHOPS)
    ]
    return (*points, Site(site_id="r", tier="remote", lat=40.5, lon=-3.5), *workshops)


def _pools() -> tuple[Pool, ...]:
    heads = {f"p{n:02d}": 4 for n in range(_POINTS)}
    heads |= {"r": 13} | {f"w{n}": 2 for n in range(_WORKSHOPS)}
    return tuple(
        Pool(pool_id=site, site=site, count=count, skills=()) for site, count in heads.items()
    )


def _stages() -> tuple[Stage, ...]:
    remote, patience = Law.parse("lognormal(8min, cv=0.8)"), Law.parse("exponential(10min)")
    days, week = Law.parse("lognormal(20h, cv=0.5)"), Law.parse("lognormal(5d, cv=0.5)")
    visit, bench = Law.parse("lognormal(55min, cv=0.6)"), Law.parse("lognormal(45min, cv=0.7)")
    stages = []
    for name, fixed_remotely in (("basic", 0.25), ("complex", 0.1), ("how_to", 0.95)):
        stages += [
            Stage(class_id=name, stage="intake", mode=Mode.REMOTE, tier="remote", service=remote,
                  patience=patience, resolve=(fixed_remotely,), if_unresolved=(("visit", 1.0),)),
            Stage(class_id=name, stage="visit", mode=Mode.VISIT, tier="point", service=visit,
                  patience=days,
                  resolve=(0.85 if name == "basic" else 0.55,), if_unresolved=(("bench", 1.0),)),
            Stage(class_id=name, stage="bench", mode=Mode.REMOTE, tier="regional", service=bench,
                  choice="parent", patience=week, if_resolved=(("return", 1.0),)),
            Stage(class_id=name, stage="return", mode=Mode.VISIT, tier="point", service=visit,
                  choice="same_site", patience=days),
        ]  # fmt: skip
    return tuple(stages)


def _profile_hour(hour: int) -> ProfileHour:
    volume = 1 + 0.12 * float(np.sin((hour - 8) / 24 * 2 * np.pi))
    days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), volume)
    return ProfileHour(profile_id="day", hour=hour, **days)


def horizon_for(requests: int) -> float:
    """Minutes in which about so many requests arrive."""
    return requests / _REQUESTS_PER_HOUR * 60
