"""When requests of a class arrive: Poisson, renewal, appointment, finite base, log."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.demand import Arrivals, RequestClass, Weight, minutes_since
from network.errors import Problem, ScenarioError
from network.law import Law, Source
from network.model import Network
from network.quantity import (
    HOURS_PER_WEEK,
    MINUTES_PER_HOUR,
    MINUTES_PER_YEAR,
)
from sim.duty import week_start
from sim.sample.laws import transform
from sim.sample.streams import Streams

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Coming:
    """Requests of one class in draw order, before their paths are drawn.

    Parameters
    ----------
    arrival : float array (n,)
        Minutes; NaN where the request follows another.
    appointment : float array (n,)
        Booked minute; NaN: none.
    zone : int array (n,)
    after : int array (n,)
        Position within this class of the request that must end first, or -1.
    gap : float array (n,)
        Minutes from that end to the arrival.
    """

    arrival: Floats
    appointment: Floats
    zone: Ints
    after: Ints
    gap: Floats


def requests_per_hour(network: Network, one: RequestClass) -> float:
    """Mean rate of a class in all zones together, before profile and season."""
    if one.rate_per_h is not None:
        rate = one.rate_per_h
    elif one.rate_per_unit_year is not None:
        units = float(zone_weights(network, one).sum())
        rate = one.rate_per_unit_year * units / (MINUTES_PER_YEAR / MINUTES_PER_HOUR)
    elif one.interarrival is not None:
        rate = MINUTES_PER_HOUR / one.interarrival.mean
    elif one.gap is not None:
        return MINUTES_PER_HOUR * float(units_in_base(network, one).sum()) / one.gap.mean
    else:
        return 0.0
    return rate * network.demand_factor


def zone_weights(network: Network, one: RequestClass) -> Floats:
    """The column of the zones by which a class's requests are shared, (Z,)."""
    if one.weight is Weight.POPULATION:
        return network.zones.population
    return network.zones.installed_base


def units_in_base(network: Network, one: RequestClass) -> Ints:
    """Units of a finite base in each zone, (Z,)."""
    units = zone_weights(network, one) * (one.units_share * network.demand_factor)
    return np.asarray(np.floor(units + 0.5), dtype=np.int64)


def come(network: Network, one: RequestClass, streams: Streams, horizon: float) -> Coming:
    """All requests of a class that can arrive before the horizon."""
    match one.arrivals:
        case Arrivals.FINITE_BASE:
            return _finite_base(network, one, streams, horizon)
        case Arrivals.LOG:
            return _replay(network, one, horizon)
        case Arrivals.RENEWAL:
            assert one.interarrival is not None
            times = _renewal(one.interarrival, streams, horizon, network.demand_factor)
            return _spread(network, one, streams, times)
        case Arrivals.APPOINTMENT:
            return _appointments(network, one, streams, horizon)
        case Arrivals.POISSON:
            return _spread(network, one, streams, _poisson(network, one, streams, horizon))


def hourly_rates(network: Network, one: RequestClass, hours: int) -> Floats:
    """Expected requests in each hour since the start, (hours,): profile, season, growth."""
    week = week_profile(network, one.profile)
    first = int(-week_start(network) / MINUTES_PER_HOUR)
    index = np.arange(hours)
    rate = requests_per_hour(network, one) * week[(first + index) % HOURS_PER_WEEK]
    seasons = {season.month: season.factor for season in network.seasons}
    if seasons:
        days = math.ceil(hours / 24)
        months = [(network.settings.start + dt.timedelta(days=d)).month for d in range(days)]
        rate *= np.repeat([seasons[month] for month in months], 24)[:hours]
    growth = network.settings.growth_per_year
    grown = 1 + growth * index * MINUTES_PER_HOUR / MINUTES_PER_YEAR
    return np.asarray(rate * np.maximum(grown, 0.0))


def week_profile(network: Network, profile: str | None) -> Floats:
    """Factors by hour of the week from Monday 00:00, mean 1, (168,)."""
    rows = sorted((r for r in network.profiles if r.profile_id == profile), key=lambda r: r.hour)
    if not rows:
        return np.ones(HOURS_PER_WEEK)
    volume = np.array([[getattr(row, day) for row in rows] for day in _DAY_NAMES]).ravel()
    return np.asarray(volume / volume.mean())


def _poisson(network: Network, one: RequestClass, streams: Streams, horizon: float) -> Floats:
    """Times of a Poisson process with hourly rates and a gamma day effect.

    A unit-rate process is stretched by the inverse of the expected count, so that the
    n-th request stays the n-th when the rate changes (Cinlar 1975).
    """
    rate = hourly_rates(network, one, math.ceil(horizon / MINUTES_PER_HOUR))
    if one.day_cv > 0:
        days = math.ceil(len(rate) / 24)
        effect = _day_effects(one.day_cv, days, streams)
        rate = rate * np.repeat(effect, 24)[: len(rate)]
    expected = np.concatenate([[0.0], np.cumsum(rate)])
    total = float(expected[-1])
    if total <= 0:
        return np.zeros(0)
    size = int(total + 8 * math.sqrt(total) + 20)
    unit = np.cumsum(streams.draw("arrival", size, Source.EXPONENTIAL))
    unit = unit[unit < total]
    hour = np.searchsorted(expected, unit, side="right") - 1
    times = (hour + (unit - expected[hour]) / rate[hour]) * MINUTES_PER_HOUR
    return np.asarray(times[times < horizon])


def _day_effects(cv: float, days: int, streams: Streams) -> Floats:
    from scipy.special import gammaincinv

    shape = 1 / (cv * cv)
    return np.asarray(gammaincinv(shape, streams.draw("day", days, Source.UNIFORM)) / shape)


def _renewal(law: Law, streams: Streams, horizon: float, factor: float) -> Floats:
    """Times of a renewal process that starts with a full interval, ``factor`` times as fast."""
    mean = law.mean / factor
    spread = math.sqrt(law.variance) / law.mean
    count = horizon / mean
    size = int(count + 8 * spread * math.sqrt(count) + 20)
    times = np.cumsum(transform(law, streams.draw("arrival", size, law.source)) / factor)
    while times[-1] < horizon:  # a very irregular law: draw on, the values so far are kept
        size *= 2
        times = np.cumsum(transform(law, streams.draw("arrival", size, law.source)) / factor)
    return np.asarray(times[times < horizon])


def _spread(network: Network, one: RequestClass, streams: Streams, times: Floats) -> Coming:
    size = len(times)
    return Coming(
        arrival=times,
        appointment=np.full(size, np.nan),
        zone=_draw_zones(network, one, streams, size),
        after=np.full(size, -1, dtype=np.int64),
        gap=np.full(size, np.nan),
    )


def _draw_zones(network: Network, one: RequestClass, streams: Streams, size: int) -> Ints:
    weights = np.cumsum(zone_weights(network, one))
    if not len(weights) or weights[-1] <= 0:
        if size:
            message = f"zones have no {one.weight.value}, by which '{one.class_id}' is shared"
            raise ScenarioError(network.name, [Problem("zones", message)])
        return np.zeros(0, dtype=np.int64)
    uniform = streams.draw("zone", size, Source.UNIFORM)
    return np.asarray(np.searchsorted(weights, uniform * weights[-1], side="right"))


def _appointments(network: Network, one: RequestClass, streams: Streams, horizon: float) -> Coming:
    """Booked times on the slot grid; the customer comes at the booked time, give or take."""
    if one.interarrival is not None:
        booked = _renewal(one.interarrival, streams, horizon, network.demand_factor)
    else:
        booked = _poisson(network, one, streams, horizon)
    if one.slot > 0:
        booked = np.floor(booked / one.slot) * one.slot
    late = transform(
        one.punctuality, streams.draw("punctuality", len(booked), one.punctuality.source)
    )
    coming = _spread(network, one, streams, np.maximum(booked + late, 0.0))
    return Coming(coming.arrival, booked, coming.zone, coming.after, coming.gap)


def _finite_base(network: Network, one: RequestClass, streams: Streams, horizon: float) -> Coming:
    """Every unit calls, is served, and calls again after a gap: rows enough for instant service."""
    assert one.gap is not None
    units = units_in_base(network, one)
    home = np.repeat(np.arange(len(units)), units)
    alive = np.arange(len(home))
    clock = np.zeros(len(home))
    last = np.full(len(home), -1, dtype=np.int64)
    arrival, zone, after, gaps = [], [], [], []
    made, depth = 0, 0
    while len(alive):
        gap = transform(one.gap, streams.draw("gap", len(home), one.gap.source, depth))
        clock[alive] += gap[alive]
        alive = alive[clock[alive] < horizon]
        arrival.append(gap[alive] if depth == 0 else np.full(len(alive), np.nan))
        gaps.append(np.full(len(alive), np.nan) if depth == 0 else gap[alive])
        zone.append(home[alive])
        after.append(last[alive])
        last[alive] = made + np.arange(len(alive))
        made += len(alive)
        depth += 1
    total = np.concatenate(arrival) if arrival else np.zeros(0)
    return Coming(
        arrival=total,
        appointment=np.full(len(total), np.nan),
        zone=np.concatenate(zone) if zone else np.zeros(0, dtype=np.int64),
        after=np.concatenate(after) if after else np.zeros(0, dtype=np.int64),
        gap=np.concatenate(gaps) if gaps else np.zeros(0),
    )


def logged_minutes(network: Network) -> Floats:
    """Minutes since the start of every row of the log, (rows,); loading has checked them."""
    start, offset = network.settings.start, network.settings.utc_offset
    return np.array([minutes_since(start, offset, row.time) for row in network.log])


def logged_rows(network: Network, one: RequestClass, horizon: float) -> Ints:
    """Rows of the log that are this class's and before the horizon, by (time, row)."""
    times = logged_minutes(network)
    own = np.array([row.class_id == one.class_id for row in network.log], dtype=np.bool_)
    rows = np.flatnonzero(own & (times < horizon))
    return np.asarray(rows[np.argsort(times[rows], kind="stable")])


def _replay(network: Network, one: RequestClass, horizon: float) -> Coming:
    rows = logged_rows(network, one, horizon)
    index = {zone: i for i, zone in enumerate(network.zones.zone_id)}
    return Coming(
        arrival=logged_minutes(network)[rows],
        appointment=np.full(len(rows), np.nan),
        zone=np.array([index[network.log[row].zone] for row in rows], dtype=np.int64),
        after=np.full(len(rows), -1, dtype=np.int64),
        gap=np.full(len(rows), np.nan),
    )
