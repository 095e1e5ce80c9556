"""What happened, as columns ready to be grouped: one row per request, one per visit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.quantity import HOURS_PER_WEEK, MINUTES_PER_HOUR
from network.tables import Outcomes, VisitStatus
from sim.kpis.groups import Grouping, grouping
from sim.layout import DELAY, VISIT, Layout
from sim.sample import Sample

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOUR_KEYS = tuple(f"{_DAYS[h // 24]} {h % 24:02d}" for h in range(HOURS_PER_WEEK))


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a run that counts.

    Parameters
    ----------
    start, end : float
        Arrivals in [start, end) are counted, minutes.
    horizon : float
        Until which things happen (later than ``end`` if the run is drained).
    """

    start: float
    end: float
    horizon: float

    @property
    def minutes(self) -> float:
        """Length of the counted part."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Facts:
    """Counted requests and the visits they entered.

    Parameters
    ----------
    request : int array (n,)
        Rows of counted requests in the tables.
    arrival, resolved : float array (n,)
    status : int array (n,)
    by_request : dict of str to Grouping
        total, class, segment, channel, region, area, zone, hour.
    visit : int array (v,)
        Rows of visits entered by counted requests.
    of : int array (v,)
        Position of their request among the counted ones.
    stage, mode, tier : int array (v,)
    began, wait, response : float array (v,)
        Minute from which the response counts; minutes, NaN where it did not come about.
    joined, first_at_tier, served : bool array (v,)
        Joined a queue; is the request's first visit at its tier; service began.
    visit_status : int array (v,)
    by_visit : dict of str to Grouping
        The former and tier, site, tier_region.
    """

    request: Ints
    arrival: Floats
    resolved: Floats
    status: Ints
    by_request: dict[str, Grouping]
    visit: Ints
    of: Ints
    stage: Ints
    mode: Ints
    tier: Ints
    began: Floats
    wait: Floats
    response: Floats
    joined: Bools
    first_at_tier: Bools
    served: Bools
    visit_status: Ints
    by_visit: dict[str, Grouping]


def gather(
    network: Network, layout: Layout, sample: Sample, outcomes: Outcomes, window: Window
) -> Facts:
    """Collect the facts of one replication."""
    arrival = outcomes.requests["arrival"]
    counted = (arrival >= window.start) & (arrival < window.end)
    request = np.flatnonzero(counted)
    by_request = _request_groups(network, layout, sample, request, arrival[request])
    position = np.full(len(counted), -1, dtype=np.int64)
    position[request] = np.arange(len(request))
    entered = outcomes.visits["status"] != VisitStatus.NOT_ENTERED
    visit = np.flatnonzero(entered & counted[sample.visits["request"]])
    out = outcomes.visits[visit]
    of = position[sample.visits["request"][visit]]
    stage = sample.visits["stage"][visit].astype(np.int64)
    tier, mode = layout.stages.tier[stage], layout.stages.mode[stage]
    booked = np.where(sample.visits["depth"][visit] == 0, _booked(sample, request)[of], np.nan)
    return Facts(
        request=request,
        arrival=arrival[request],
        resolved=outcomes.requests["resolved"][request],
        status=outcomes.requests["status"][request].astype(np.int64),
        by_request=by_request,
        visit=visit,
        of=of,
        stage=stage,
        mode=mode,
        tier=tier,
        began=np.fmax(out["entered"], booked),
        wait=_since(out["start"], np.fmax(out["joined"], booked)),
        response=_since(out["response"], np.fmax(out["entered"], booked)),
        joined=(mode != DELAY) & ~np.isnan(out["joined"]),
        first_at_tier=_first_at_tier(of, tier, out["entered"], len(network.tiers)),
        served=(mode != DELAY) & ~np.isnan(out["start"]),
        visit_status=out["status"].astype(np.int64),
        by_visit=_visit_groups(network, by_request, of, tier, out["site"].astype(np.int64)),
    )


def _since(later: Floats, earlier: Floats) -> Floats:
    """Time between; 0 for those served before their booked time."""
    return np.maximum(later - earlier, 0.0)


def _booked(sample: Sample, request: Ints) -> Floats:
    return np.asarray(sample.requests["appointment"][request])


def _first_at_tier(of: Ints, tier: Ints, entered: Floats, tiers: int) -> Bools:
    """Whether a visit is the earliest of its request at its tier (delays: never)."""
    key = of * (tiers + 1) + tier + 1
    order = np.lexsort((entered, key))
    first = np.zeros(len(of), dtype=np.bool_)
    if len(of):
        change = np.concatenate([[True], key[order][1:] != key[order][:-1]])
        first[order[change]] = True
    return first & (tier >= 0)


def _request_groups(
    network: Network, layout: Layout, sample: Sample, request: Ints, arrival: Floats
) -> dict[str, Grouping]:
    rows = sample.requests[request]
    zones = network.zones
    zone = rows["zone"].astype(np.int64)
    hour = ((arrival + layout.clock_offset) / MINUTES_PER_HOUR).astype(np.int64) % HOURS_PER_WEEK
    return {
        "total": grouping(("all",), np.zeros(len(request), dtype=np.int64)),
        "class": grouping(
            tuple(c.class_id for c in network.classes), rows["class"].astype(np.int64)
        ),
        "segment": grouping(
            tuple(s.segment_id for s in network.segments), rows["segment"].astype(np.int64)
        ),
        "channel": grouping(
            tuple(c.channel_id for c in network.channels), rows["channel"].astype(np.int64)
        ),
        "region": _coded(zones.region, zone),
        "area": _coded(zones.area, zone),
        "zone": grouping(zones.zone_id, zone),
        "hour": grouping(HOUR_KEYS, hour),
    }


def _coded(labels: tuple[str, ...], zone: Ints) -> Grouping:
    keys, code = np.unique(np.array(labels), return_inverse=True)
    return grouping(tuple(str(key) for key in keys), code[zone].astype(np.int64))


def _visit_groups(
    network: Network, by_request: dict[str, Grouping], of: Ints, tier: Ints, site: Ints
) -> dict[str, Grouping]:
    groups = {name: group.among(of) for name, group in by_request.items()}
    tiers = tuple(t.tier_id for t in network.tiers)
    region = groups["region"]
    groups["tier"] = grouping(tiers, tier)
    groups["site"] = grouping(tuple(s.site_id for s in network.sites), site)
    groups["tier_region"] = grouping(
        tuple(f"{t}|{r}" for t in tiers for r in region.keys),
        np.where(tier >= 0, tier * len(region.keys) + region.code.astype(np.int64), -1),
    )
    return groups


def is_field(facts: Facts) -> Bools:
    """Visits in which an agent travelled to the customer and worked there."""
    return np.asarray((facts.mode == VISIT) & facts.served)
