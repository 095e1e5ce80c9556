"""The registry of key figures: what each means, in which unit, over which requests.

Every report takes names, units and definitions from here. Figures count requests that
arrive in [warm-up, horizon); times are calendar minutes unless a promise says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

_CUSTOMER = ("total", "class", "segment", "channel", "region", "area")
_VISIT = ("total", "class", "segment", "channel", "tier", "region", "area", "site")
_RESPONSE = (*_VISIT, "tier_region", "zone", "hour")
_FIELD = ("total", "class", "segment", "region", "area", "site", "zone")
_STAFF = ("total", "tier", "site", "pool")


@dataclass(frozen=True, slots=True)
class Kpi:
    """A key figure.

    Parameters
    ----------
    name : str
    title : str
        As shown to people.
    unit : str
        min, 1 (a share), ratio, count, h, currency or currency/month.
    formula : str
    denominator : str
        What it is a share or mean of; empty for counts and sums.
    dimensions : tuple of str
        Groups it is reported by.
    source : str
        Where the definition comes from.
    higher_is_better : bool or None
        None: neither.
    """

    name: str
    title: str
    unit: str
    formula: str
    denominator: str
    dimensions: tuple[str, ...]
    source: str = ""
    higher_is_better: bool | None = None


_ENDS = "request status at the horizon"
_COPC = "contact-centre practice (COPC)"
_PERCENTILES = (50, 90, 95, 99)


def _times(name: str, title: str, formula: str, of: str, dims: tuple[str, ...]) -> tuple[Kpi, ...]:
    """Mean and percentiles of a time; zones and hours get mean and p90 only."""
    few = tuple(d for d in dims if d not in ("zone", "hour"))
    mean = Kpi(f"{name}_mean", f"{title}, mean", "min", formula, of, dims, _COPC, False)
    ranks = (
        Kpi(
            f"{name}_p{p}",
            f"{title}, p{p}",
            "min",
            f"{p} % quantile of: {formula}",
            of,
            dims if p == 90 else few,
            "Hyndman and Fan 1996, type 7",
            False,
        )
        for p in _PERCENTILES
    )
    return (mean, *ranks)


REGISTRY: tuple[Kpi, ...] = (
    Kpi("offered", "Requests offered", "count", "requests arrived", "", (*_CUSTOMER, "zone", "hour")),
    Kpi("offered_per_day", "Requests a day", "count", "offered / days", "", _CUSTOMER),
    Kpi("resolved", "Resolved", "1", "resolved / offered", "offered", _CUSTOMER, _ENDS, True),
    Kpi("unresolved", "Unresolved", "1", "route ended without success / offered", "offered", _CUSTOMER, _ENDS, False),
    Kpi("abandoned", "Abandoned", "1", "gave up waiting / offered", "offered", _CUSTOMER, _ENDS, False),
    Kpi("blocked", "Blocked", "1", "refused by a full queue / offered", "offered", _CUSTOMER, _ENDS, False),
    Kpi("no_show", "No-show", "1", "missed the appointment / offered", "offered", _CUSTOMER, _ENDS, False),
    Kpi("unserved", "Unserved", "1", "no able site in reach / offered", "offered", _CUSTOMER, _ENDS, False),
    Kpi("open", "Open at the end", "1", "not ended at the horizon / offered", "offered", _CUSTOMER, _ENDS, False),
    Kpi("capped", "Cut at the visit cap", "1", "ended at the cap / offered", "offered", ("total", "class"), "", False),
    *_times("resolution", "Time to resolve", "resolved - arrival", "requests resolved", _CUSTOMER),
    Kpi("first_time_fix", "First-time fix", "1", "requests with exactly one agent visit in mode visit / with any",
        "requests visited in the field and resolved", _CUSTOMER, "Aberdeen Group 2013", True),
    Kpi("remote_resolution", "Resolved remotely", "1", "resolved with remote and delay stages only / resolved",
        "requests resolved", _CUSTOMER, "TSIA field service benchmark", True),
    Kpi("self_service", "Resolved by self-service", "1", "resolved without any agent / resolved",
        "requests resolved", _CUSTOMER, "TSIA", True),
    Kpi("escalation", "Escalated", "1", "worked at more than one tier with agents / worked",
        "requests worked by an agent", _CUSTOMER, "ITIL", False),
    Kpi("visits_per_request", "Stages per request", "ratio", "stages entered / offered", "offered", _CUSTOMER),
    Kpi("served", "Stages worked", "count", "stages in which service began", "", _VISIT),
    *_times("wait", "Wait", "start - joined, from the later of booked and arrived time",
            "visits assigned to an agent", _RESPONSE),
    Kpi("visit_abandoned", "Gave up in queue", "1", "visits abandoned / visits that joined a queue",
        "visits that joined", _VISIT, "Garnett, Mandelbaum, Reiman 2002", False),
    *_times("response", "Response time",
            "response - entered, of the first visit at a tier (remote: answered; visit: agent on site; "
            "walk-in: service begins), from the later of booked and arrived time",
            "first visits at a tier that were answered", _RESPONSE),
    *_times("field_response", "Response in the field",
            "agent on site - entered, of the first visit at a tier to which an agent travels",
            "first visits that an agent reached", _FIELD),
    Kpi("response_cv", "Variation of response", "ratio", "standard deviation / mean of the response time",
        "first visits at a tier that were answered", ("total", "tier", "region"), "stability CV = sigma / mu", False),
    Kpi("sla", "Within the tier's target", "1", "met / due; overdue, abandoned, blocked and unserved are missed",
        "first visits at a tier due before the horizon", _RESPONSE, "service level, lost counted as missed", True),
    Kpi("utilisation", "Utilisation", "1", "(work + travel within duty) / duty", "duty minutes", _STAFF),
    Kpi("occupancy", "Occupancy", "1", "(work + travel) / (duty + overtime - breaks)", "available minutes", _STAFF,
        "Cleveland and Mayben 1997"),
    Kpi("travel_share", "Travel share", "1", "travel / (work + travel)", "busy minutes", _STAFF, "", False),
    Kpi("duty_hours", "Duty hours a week", "h", "duty hours / weeks", "", _STAFF),
    Kpi("overtime_hours", "Overtime hours a week", "h", "minutes between duty off and free / weeks", "", _STAFF, "", False),
    Kpi("travel_km", "Kilometres a week", "count", "road kilometres out and back / weeks", "", _STAFF, "", False),
    Kpi("queue_length", "Mean queue", "count", "waiting visits, time average over the whole run", "", ("total", "tier", "site")),
    Kpi("cost", "Cost", "currency/month", "all components", "", ("total", "component"), "", False),
    Kpi("cost_per_request", "Cost per request", "currency", "cost / offered", "offered", ("total",), "", False),
    Kpi("reach_per_site", "Reach per site", "count",
        "installed base within the target response of a base point / open base points", "", ("total",),
        "service reach efficiency SE, our reading", True),
    Kpi("sites_open", "Open sites", "count", "sites with status existing or required", "", ("total", "tier")),
    Kpi("agents", "Agents", "count", "agents at open sites", "", ("total", "tier", "site")),
)  # fmt: skip
"""All key figures, in the order of reports."""

BY_NAME = {kpi.name: kpi for kpi in REGISTRY}

COST_COMPONENTS = (
    "sites",
    "wages",
    "overtime",
    "travel",
    "jobs",
    "contacts",
    "parts",
    "penalties",
    "lost",
)
"""Components of the cost, in the order of reports."""

HEADLINES = (
    "offered_per_day",
    "resolved",
    "abandoned",
    "open",
    "first_time_fix",
    "remote_resolution",
    "cost",
    "cost_per_request",
)
"""Figures of the whole network that a summary opens with."""
