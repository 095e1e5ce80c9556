"""Key figures by their plain definitions: rows of a frame, grouped by pandas. Slow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from network.kpi import BY_NAME
from network.model import Network
from network.tables import CUT, Cause, Outcomes, RequestStatus, VisitStatus
from sim.kpis import Window
from sim.kpis.facts import HOUR_KEYS
from sim.layout import DELAY, VISIT, WALK_IN, Layout
from sim.sample import Sample

Figures = dict[tuple[str, str, str], float]
"""By KPI, dimension and key; those of empty groups are missing."""

_STATUSES = ("resolved", "unresolved", "abandoned", "blocked", "no_show", "unserved", "open")
_QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}


def plain_figures(
    network: Network, layout: Layout, sample: Sample, outcomes: Outcomes, window: Window
) -> Figures:
    """All figures over requests and visits, but not those of staff and cost."""
    requests = _requests(network, layout, sample, outcomes, window)
    visits = _visits(network, layout, sample, outcomes, requests)
    work = visits[visits.served].groupby("request")
    for name, count in {
        "worked": work.size(),
        "in_field": work["in_field"].sum(),
        "outside": work["outside"].sum(),
        "tiers": work["first"].sum(),
        "stages": visits.groupby("request").size(),
    }.items():
        requests[name] = count.reindex(requests.index, fill_value=0).astype(float)
    found: Figures = {}

    def note(kpi: str, rows: pd.DataFrame, figure: Callable[[pd.DataFrame], float]) -> None:
        for dimension in BY_NAME[kpi].dimensions:
            for key, group in rows[rows[dimension].notna()].groupby(dimension, observed=True):
                found[kpi, dimension, str(key)] = figure(group)

    def note_share(kpi: str, rows: pd.DataFrame, hit: pd.Series) -> None:
        note(kpi, rows.assign(hit=hit.reindex(rows.index)), lambda group: group.hit.mean())

    def note_times(name: str, rows: pd.DataFrame, column: str) -> None:
        note(f"{name}_mean", rows, lambda group: group[column].mean())
        for rank, share in _QUANTILES.items():
            note(f"{name}_{rank}", rows, lambda group, q=share: group[column].quantile(q))

    days = window.minutes / 1440
    note("offered", requests, len)
    note("offered_per_day", requests, lambda group: len(group) / days)
    for status in _STATUSES:
        note_share(status, requests, requests.status == RequestStatus[status.upper()])
    note_share("capped", requests, requests.capped)
    done = requests[requests.took.notna()]
    note_times("resolution", done, "took")
    note_share("first_time_fix", done[done.in_field > 0], done.in_field == 1)
    note_share("remote_resolution", done, done.outside == 0)
    note_share("self_service", done, done.worked == 0)
    note_share("escalation", requests[requests.worked > 0], requests.tiers > 1)
    note("visits_per_request", requests, lambda group: group.stages.mean())
    note("served", visits[visits.served], len)
    note_times("wait", visits[visits.served], "wait")
    note_share("visit_abandoned", visits[visits.joined], visits.status == VisitStatus.ABANDONED)
    first = visits[visits["first"] & visits.came]
    answered = first[first.response.notna()]
    note_times("response", answered, "response")
    note_times("field_response", answered[answered.in_field], "response")
    note("response_cv", answered, lambda g: g.response.std(ddof=0) / (g.response.mean() or np.nan))
    due = first[first.began + first.target < window.horizon]
    note_share("sla", due, due.response <= due.target)
    return found


def _named(codes: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """Names by code; None for a negative one."""
    return np.array([names[code] if code >= 0 else None for code in codes], dtype=object)


def _requests(
    network: Network, layout: Layout, sample: Sample, outcomes: Outcomes, window: Window
) -> pd.DataFrame:
    """A row per counted request, by its row in the tables."""
    table, came_out = sample.requests, outcomes.requests
    zones, zone = network.zones, table["zone"]
    last = came_out["last_visit"]
    cut = [
        row >= 0 and CUT in (sample.visits["if_resolved"][row], sample.visits["if_unresolved"][row])
        for row in last
    ]
    arrival = came_out["arrival"]
    hour = np.nan_to_num((arrival + layout.clock_offset) / 60).astype(int) % 168
    frame = pd.DataFrame(
        {
            "total": "all",
            "class": _named(table["class"], tuple(c.class_id for c in network.classes)),
            "segment": _named(table["segment"], tuple(s.segment_id for s in network.segments)),
            "channel": _named(table["channel"], tuple(c.channel_id for c in network.channels)),
            "region": _named(zone, zones.region),
            "area": _named(zone, zones.area),
            "zone": _named(zone, zones.zone_id),
            "hour": _named(hour, HOUR_KEYS),
            "appointment": table["appointment"],
            "status": came_out["status"],
            "arrival": arrival,
            "took": came_out["resolved"] - arrival,
            "capped": np.array(cut, dtype=bool) & (came_out["status"] == RequestStatus.UNRESOLVED),
        }
    )
    return frame[(frame.arrival >= window.start) & (frame.arrival < window.end)]


def _visits(
    network: Network,
    layout: Layout,
    sample: Sample,
    outcomes: Outcomes,
    requests: pd.DataFrame,
) -> pd.DataFrame:
    """A row per visit that a counted request entered."""
    table, came_out = sample.visits, outcomes.visits
    stage = table["stage"]
    tier, mode = layout.stages.tier[stage], layout.stages.mode[stage]
    tiers = tuple(tier.tier_id for tier in network.tiers)
    targets = np.array([np.nan if t.target is None else t.target for t in network.tiers])
    frame = pd.DataFrame(
        {
            "request": table["request"],
            "depth": table["depth"],
            "tier": _named(tier, tiers),
            "site": _named(came_out["site"], tuple(site.site_id for site in network.sites)),
            "target": np.where(tier >= 0, targets[tier], np.nan),
            "entered": came_out["entered"],
            "start": came_out["start"],
            "arrived": came_out["joined"],
            "answer": came_out["response"],
            "status": came_out["status"],
            "served": (mode != DELAY) & ~np.isnan(came_out["start"]),
            "joined": (mode != DELAY) & ~np.isnan(came_out["joined"]),
            "in_field": (mode == VISIT) & ~np.isnan(came_out["start"]),
            "outside": (mode == VISIT) | (mode == WALK_IN),
        }
    )
    frame = frame[(frame.status != VisitStatus.NOT_ENTERED) & frame.request.isin(requests.index)]
    asked = requests.drop(columns=["status", "arrival"])
    frame = frame.join(asked, on="request")
    frame["came"] = (requests.status != RequestStatus.NO_SHOW).loc[frame.request].to_numpy()
    pairs = zip(frame.tier, frame.region, strict=True)
    frame["tier_region"] = [f"{tier}|{region}" if tier else None for tier, region in pairs]
    booked = frame.appointment.where(frame.depth == 0)
    frame["began"] = np.fmax(frame.entered, booked)
    frame["wait"] = (frame.start - np.fmax(frame.arrived, booked)).clip(lower=0)
    frame["response"] = (frame.answer - frame.began).clip(lower=0)
    earliest = frame[frame.tier.notna()].sort_values("entered", kind="stable")
    frame["first"] = frame.index.isin(earliest.drop_duplicates(["request", "tier"]).index)
    return frame


def plain_staff(
    network: Network, layout: Layout, sample: Sample, outcomes: Outcomes, window: Window
) -> pd.DataFrame:
    """Minutes of work, travel, breaks and overtime, kilometres and jobs, a row per pool."""
    rows = []
    for stint in outcomes.work:
        pool, site = layout.agents.pool[stint["agent"]], layout.agents.site[stint["agent"]]
        depart = np.clip(stint["depart"], window.start, window.end)
        back, end, on_site = (
            window.end if np.isnan(time) else np.clip(time, window.start, window.end)
            for time in (stint["back"], stint["end"], stint["on_site"])
        )
        if stint["visit"] < 0:
            rows.append({"pool": pool, "breaks": back - depart})
            continue
        end = min(end, back)
        begins = end if np.isnan(stint["on_site"]) else min(max(on_site, depart), end)
        duty = layout.duties[pool].minutes(max(depart, 0.0), back)
        counts = window.start <= stint["depart"] < window.end
        rows.append(
            {
                "pool": pool,
                "work": end - begins,
                "travel": (begins - depart) + (back - end),
                "overtime": back - depart - duty,
                "km": _kilometres(layout, sample, stint, site) if counts else 0.0,
                "jobs": float(counts and stint["cause"] == Cause.DONE),
            }
        )
    names = ["work", "travel", "breaks", "overtime", "km", "jobs"]
    sums = pd.DataFrame(rows, columns=["pool", *names]).groupby("pool").sum()
    return sums.reindex(range(len(network.pools)), fill_value=0.0).astype(float)


def _kilometres(layout: Layout, sample: Sample, stint: np.void, site: int) -> float:
    """Out and back; of a cancelled trip, the part driven."""
    visit, reach = sample.visits[stint["visit"]], layout.reach
    if layout.stages.mode[visit["stage"]] != VISIT:
        return 0.0
    zone = sample.requests["zone"][visit["request"]]
    pairs = range(reach.pair_first[zone], reach.pair_first[zone + 1])
    pair = next(pair for pair in pairs if reach.pair_site[pair] == site)
    share = 1.0
    if np.isnan(stint["on_site"]) and not np.isnan(stint["end"]):
        planned = max(reach.pair_min[pair] * visit["travel_factor"], 1e-9)
        share = min((stint["end"] - stint["depart"]) / planned, 1.0)
    return float(2 * reach.pair_km[pair] * share)
