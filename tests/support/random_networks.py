"""Whole networks drawn at random from a number, small, with every feature of the model.

They are meant to be odd rather than likely: nobody able for a stage, sites that are never
open, zones out of reach, routes cut at the cap, agents by the hundred beside agents alone.
Clock times lie on half hours, so that tables rounded to a grid (`plays`) meet them exactly.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from network.demand import Arrivals, Channel, Entry, LoggedRequest, RequestClass, Segment
from network.law import Law
from network.model import Dispatch, Network, Settings
from network.people import EndOfShift, Pool, Shift
from network.places import OpeningHours, Preference, Site, SiteStatus, Tier, TierKind, Zones
from network.plan import Assignment
from network.route import Mode, Role, SiteChoice, Stage
from network.travel import Metric, TravelModel, TravelOverride

POLICIES = ("nearest_idle", "assigned", "assigned_with_overflow", "least_wait")
_SKILLS = ("repair", "talk", "teach")
_DAY = 1440.0

T = TypeVar("T")


def random_network(seed: int) -> Network:
    """Network number ``seed``."""
    return _Drawing(np.random.default_rng([seed, 0])).network(f"random{seed}")


class _Drawing:
    """Draws the parts of one network, one after the other."""

    def __init__(self, chance: np.random.Generator) -> None:
        self.chance = chance
        self.crowd = 40 if self.yes(0.15) else 1
        """Factor on agents and on services, to have many at work at once."""

    def network(self, name: str) -> Network:
        tiers = self.tiers()
        sites = self.sites(tiers)
        zones = self.zones()
        classes = self.classes()
        stages = tuple(stage for one in classes for stage in self.route(one, tiers))
        channels = tuple(Channel(channel_id=f"way{n}") for n in range(self.number(1, 3)))
        return Network(
            name=name,
            settings=Settings(
                start=dt.date(2026, 1, 5) + dt.timedelta(days=self.number(0, 7)),
                visit_cap=self.number(1, 9),
            ),
            tiers=tiers,
            zones=zones,
            sites=sites,
            pools=self.pools(sites),
            classes=classes,
            segments=self.segments(),
            channels=channels,
            entries=tuple(e for one in classes for e in self.entries(one, channels, stages)),
            stages=stages,
            shifts=self.shifts(),
            calendars=self.calendar(),
            preferences=self.preferences(zones, sites),
            overrides=self.overrides(zones, sites),
            log=self.log(classes, zones),
            assignments=self.assignments(zones, sites),
            travel=self.travel(),
            dispatch=Dispatch(
                policy=self.one(POLICIES),
                ageing_per_h=self.one([0.0, 0.0, 0.5, 6.0]),
                candidates=self.number(1, 5),
            ),
        )

    # --- chance -----------------------------------------------------------------------

    def yes(self, share: float) -> bool:
        return bool(self.chance.random() < share)

    def number(self, low: int, high: int) -> int:
        """From low, below high."""
        return int(self.chance.integers(low, high))

    def one(self, values: Sequence[T]) -> T:
        return values[self.number(0, len(values))]

    # --- places -----------------------------------------------------------------------

    def tiers(self) -> tuple[Tier, ...]:
        kinds = list(TierKind)
        return tuple(Tier(tier_id=f"tier{n}", kind=kinds[n]) for n in range(self.number(1, 4)))

    def sites(self, tiers: tuple[Tier, ...]) -> tuple[Site, ...]:
        above: list[str] = []
        sites: list[Site] = []
        for tier in reversed(tiers):
            own = [
                Site(
                    site_id=f"{tier.tier_id}-{n}",
                    tier=tier.tier_id,
                    x_km=float(self.number(0, 60)),
                    y_km=float(self.number(0, 60)),
                    status=self.one([SiteStatus.EXISTING] * 8 + [SiteStatus.CLOSED]),
                    parent=self.one(above) if above and self.yes(0.8) else None,
                    calendar="days" if self.yes(0.35) else None,
                    queue_limit=self.one([None, None, None, None, 0, 1, 4]),
                    ageing_per_h=self.one([None, None, 0.0, 3.0]),
                )
                for n in range(self.number(1, 4))
            ]
            above = [site.site_id for site in own]
            sites += own
        return tuple(sorted(sites, key=lambda site: site.site_id))

    def zones(self) -> Zones:
        count = self.number(1, 7)
        return Zones(
            zone_id=tuple(f"zone{n}" for n in range(count)),
            name=("",) * count,
            region=("all",) * count,
            area=("all",) * count,
            position=self.chance.integers(0, 60, (count, 2)).astype(float),
            population=self.chance.integers(1, 30, count).astype(float),
            installed_base=self.chance.integers(1, 30, count).astype(float),
        )

    def calendar(self) -> tuple[OpeningHours, ...]:
        opens = 30.0 * self.number(12, 24)
        closes = 30.0 * self.number(24, 49)
        days = self.one([(0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5, 6), (1, 3)])
        hours = [OpeningHours(calendar_id="days", days=days, opens=opens, closes=closes % _DAY)]
        if self.yes(0.3):  # touches the former: merged
            hours.append(OpeningHours(calendar_id="days", days=days, opens=closes % _DAY, closes=0))
        return tuple(hours)

    def preferences(self, zones: Zones, sites: tuple[Site, ...]) -> tuple[Preference, ...]:
        if self.yes(0.7):
            return ()
        pairs = [(zone, site) for zone in zones.zone_id for site in sites if self.yes(0.3)]
        return tuple(
            Preference(zone=zone, site=site.site_id, rank=self.number(1, 4)) for zone, site in pairs
        )

    def overrides(self, zones: Zones, sites: tuple[Site, ...]) -> tuple[TravelOverride, ...]:
        if self.yes(0.7):
            return ()
        pairs = [(zone, site) for zone in zones.zone_id for site in sites if self.yes(0.3)]
        return tuple(
            TravelOverride(zone=zone, site=site.site_id, minutes=float(self.number(0, 50)))
            for zone, site in pairs
        )

    def assignments(self, zones: Zones, sites: tuple[Site, ...]) -> tuple[Assignment, ...]:
        return tuple(
            Assignment(zone=zone, tier=site.tier, site=site.site_id)
            for zone in zones.zone_id
            for site in sites
            if self.yes(0.3)
        )

    def travel(self) -> TravelModel:
        rush = tuple(1.0 + hour % 3 * 0.5 for hour in range(24))
        return TravelModel(
            metric=Metric.EUCLIDEAN,
            hour_factors=self.one([(1.0,), rush]),
            noise_sigma=self.one([0.0, 0.4]),
            limit=self.one([None, None, None, None, 40.0]),
        )

    # --- people -----------------------------------------------------------------------

    def pools(self, sites: tuple[Site, ...]) -> tuple[Pool, ...]:
        return tuple(
            Pool(
                pool_id=f"{site.site_id}-{n}",
                site=site.site_id,
                count=self.crowd * self.number(1, 4),
                skills=tuple(skill for skill in _SKILLS if self.yes(0.75)),
                level=self.number(1, 4),
                shift=self.one([None, "early", "early", "late", "late"]),
                end_of_shift=self.one([*EndOfShift, EndOfShift.HAND_OVER]),
            )
            for site in sites
            for n in range(self.one([0, 1, 2, 2, 3]))
        )

    def shifts(self) -> tuple[Shift, ...]:
        early = 30.0 * self.one([45, *range(0, 48, 4)])  # 22:30: a break goes over midnight
        late = self.one([early + 90.0, early + 60.0, 30.0 * self.number(0, 48)]) % _DAY
        return (*self.shift("early", early), *self.shift("late", late))

    def shift(self, name: str, starts: float) -> list[Shift]:
        hours = self.one([2, 2, 5, 8, 10])
        breaks = (
            [((starts + 60.0) % _DAY, self.one([30.0, 30.0, 5.0, 60.0]))] if self.yes(0.7) else []
        )
        if hours > 6 and self.yes(0.5):
            breaks.append(((starts + 240.0) % _DAY, 60.0))
        days = self.one([(0, 1, 2, 3, 4, 5, 6)] * 3 + [(0, 2, 4), (1, 2, 3)])
        ends = (starts + 60.0 * hours) % _DAY
        rows = [Shift(shift_id=name, days=days, starts=starts, ends=ends, breaks=tuple(breaks))]
        if self.yes(0.4):
            rows.append(Shift(shift_id=name, days=days, starts=ends, ends=(ends + 120.0) % _DAY))
        return rows

    # --- demand -----------------------------------------------------------------------

    def classes(self) -> tuple[RequestClass, ...]:
        return tuple(self.request_class(f"class{n}") for n in range(self.number(1, 4)))

    def request_class(self, name: str) -> RequestClass:
        arrivals = self.one([Arrivals.POISSON] * 3 + [*Arrivals])
        renewal = arrivals is Arrivals.RENEWAL
        base = arrivals is Arrivals.FINITE_BASE
        rate = float(self.number(2, 9))
        return RequestClass(
            class_id=name,
            priority=float(self.number(0, 3)),
            arrivals=arrivals,
            rate_per_h=rate if arrivals in (Arrivals.POISSON, Arrivals.APPOINTMENT) else None,
            interarrival=self.one(["constant(15min)", "exponential(12min)"]) if renewal else None,
            slot=self.one([0.0, 30.0]),
            punctuality=self.one(["constant(0min)", "normal(0min, sd=10min)"]),
            no_show=self.one([0.0, 0.3]),
            gap="exponential(5h)" if base else None,
        )

    def segments(self) -> tuple[Segment, ...]:
        if self.yes(0.4):
            return (Segment(segment_id="all", share=1.0),)
        return (
            Segment(segment_id="gold", share=0.25, priority=-1.5),
            Segment(segment_id="standard", share=0.75, patience_factor=0.5),
        )

    def entries(
        self, one: RequestClass, channels: tuple[Channel, ...], stages: tuple[Stage, ...]
    ) -> list[Entry]:
        own = [stage.stage for stage in stages if stage.class_id == one.class_id]
        share = 1.0 / len(channels)
        return [
            Entry(
                class_id=one.class_id,
                channel=channel.channel_id,
                share=share,
                stage=own[0] if n == 0 else self.one(own),
            )
            for n, channel in enumerate(channels)
        ]

    def log(self, classes: tuple[RequestClass, ...], zones: Zones) -> tuple[LoggedRequest, ...]:
        half_hours = [f"{hour:02d}:{minute}" for hour in range(24) for minute in ("00", "30")]
        logged = [one.class_id for one in classes if one.arrivals is Arrivals.LOG]
        return tuple(
            LoggedRequest(
                time=f"2026-01-{self.one([12, 13])}T{self.one(half_hours)}",
                class_id=self.one(logged),
                zone=self.one(zones.zone_id),
                service=self.one([None, 20.0]),
                patience=self.one([None, 0.0, 30.0]),
            )
            for _ in range(60 if logged else 0)
        )

    # --- routes -----------------------------------------------------------------------

    def route(self, one: RequestClass, tiers: tuple[Tier, ...]) -> list[Stage]:
        names = [f"stage{n}" for n in range(self.number(1, 6))]
        calls_back = len(names) > 1 and self.yes(0.3)
        return [
            self.stage(one, name, names, tiers, Role.CALLBACK if last and calls_back else Role.WORK)
            for name, last in zip(names, [name == names[-1] for name in names], strict=True)
        ]

    def stage(
        self, one: RequestClass, name: str, names: list[str], tiers: tuple[Tier, ...], role: Role
    ) -> Stage:
        mode = self.one([*Mode, Mode.REMOTE, Mode.VISIT])
        delay = mode is Mode.DELAY
        return Stage(
            class_id=one.class_id,
            stage=name,
            role=role,
            mode=mode,
            tier=None if delay else self.one(tiers).tier_id,
            skill=None if delay or self.yes(0.4) else self.one(_SKILLS),
            service=self.service(),
            resolve=self.one([(1.0,), (0.6,), (0.3, 0.6, 0.9)]),
            if_resolved=self.branches(names, 0.35),
            if_unresolved=self.branches(names, 0.9),
            choice=self.one([SiteChoice.POLICY, *SiteChoice]),
            patience=self.one(["never", "exponential(40min)", "constant(10min)", "never"]),
            parts_share=self.one([0.0, 0.0, 0.4]),
            parts_on_time=0.7,
            parts_wait=self.one(["exponential(2h)", "constant(0min)"]),
            parts_late="exponential(9h)",
        )

    def service(self) -> Law:
        mean = self.crowd * self.one([4.0, 15.0, 40.0])
        text = self.one(
            [
                f"exponential({mean}min)",
                f"lognormal({mean}min, cv=0.8)",
                f"constant({mean}min)",
                f"uniform(0min, {2 * mean}min)",
            ]
        )
        return Law.parse(text)

    def branches(self, names: list[str], most: float) -> tuple[tuple[str, float], ...]:
        if self.yes(0.35):
            return ()
        if self.yes(0.5):
            return ((self.one(names), most),)
        return ((self.one(names), most * 0.6), (self.one(names), most * 0.4))
