"""When requests of a class arrive: Poisson, renewal, appointment, finite base, log."""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from network.demand import Arrivals, RequestClass, Weight, minutes_since
from network.law import Law, Source
from network.model import Network
from network.quantity import (
    HOURS_PER_WEEK,
    MINUTES_PER_HOUR,
    MINUTES_PER_YEAR,
)
from sim.duty import week_start
from sim.sample.laws import transform
from sim.sample.streams import Draws, Streams

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
    draws : Draws
        Of the requests.
    appointment : float array (n,), optional
        Booked minute.
    zone : int array (n,), optional
        Where it is not drawn.
    after : int array (n,), optional
        Position within this class of the request that must end first, or -1.
    gap : float array (n,), optional
        Minutes from that end to the arrival.
    """

    arrival: Floats
    draws: Draws
    appointment: Floats | None = None
    zone: Ints | None = None
    after: Ints | None = None
    gap: Floats | None = None


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
            return _replay(network, one, streams, horizon)
        case Arrivals.RENEWAL:
            assert one.interarrival is not None
            times = _renewal(one.interarrival, streams, horizon, network.demand_factor)
            return Coming(times, streams.first(len(times)))
        case Arrivals.APPOINTMENT:
            return _appointments(network, one, streams, horizon)
        case Arrivals.POISSON:
            times = _poisson(network, one, streams, horizon)
            return Coming(times, streams.first(len(times)))


def hourly_rates(network: Network, one: RequestClass, hours: int) -> Floats:
    """Expected requests in each hour since the start, (hours,): profile, season, growth."""
    week = week_profile(network, one.profile)
    first = int(-week_start(network) / MINUTES_PER_HOUR)
    index = np.arange(hours)
    rate = requests_per_hour(network, one) * week[(first + index) % HOURS_PER_WEEK]
    seasons = {season.month: season.factor for season in network.seasons}
    if seasons:
        days = math.ceil(hours / 24)
        dates = np.datetime64(network.settings.start) + np.arange(days)
        months = dates.astype("datetime64[M]").astype(np.int64) % 12
        factor = np.array([seasons[month] for month in range(1, 13)])
        rate *= np.repeat(factor.take(months), 24)[:hours]
    growth = network.settings.growth_per_year
    grown = 1 + growth * index * MINUTES_PER_HOUR / MINUTES_PER_YEAR
    return np.asarray(rate * np.maximum(grown, 0.0))


def week_profile(network: Network, profile: str | None) -> Floats:
    """Factors by hour of the week from Monday 00:00, mean 1, (168,)."""
    rows = [row for row in network.profiles if row.profile_id == profile]
    if not rows:
        return np.ones(HOURS_PER_WEEK)
    rows.sort(key=attrgetter("hour"))
    days = attrgetter(*_DAY_NAMES)
    volume = np.array([days(row) for row in rows]).T.ravel()
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
    unit = np.cumsum(streams.first(size).draw("arrival", Source.EXPONENTIAL))
    # both are sorted: how many fall into each hour says the hour of each
    ends = np.searchsorted(unit, expected)
    hour = np.repeat(np.arange(len(rate)), np.diff(ends))
    unit = unit[: len(hour)]
    times = (hour + (unit - expected[hour]) / rate[hour]) * MINUTES_PER_HOUR
    return np.asarray(times[: np.searchsorted(times, horizon)])


def _day_effects(cv: float, days: int, streams: Streams) -> Floats:
    from scipy.special import gammaincinv

    shape = 1 / (cv * cv)
    return np.asarray(gammaincinv(shape, streams.first(days).uniform("day")) / shape)


def _renewal(law: Law, streams: Streams, horizon: float, factor: float) -> Floats:
    """Times of a renewal process that starts with a full interval, ``factor`` times as fast."""
    mean = law.mean / factor
    spread = math.sqrt(law.variance) / law.mean
    count = horizon / mean
    size = int(count + 8 * spread * math.sqrt(count) + 20)
    while True:
        standard = streams.first(size).draw("arrival", law.source)
        times = np.cumsum(transform(law, standard) / factor)
        if times[-1] >= horizon:
            return np.asarray(times[times < horizon])
        size *= 2  # a very irregular law: draw on, the values so far are kept


def _appointments(network: Network, one: RequestClass, streams: Streams, horizon: float) -> Coming:
    """Booked times on the slot grid; the customer comes at the booked time, give or take."""
    if one.interarrival is not None:
        booked = _renewal(one.interarrival, streams, horizon, network.demand_factor)
    else:
        booked = _poisson(network, one, streams, horizon)
    if one.slot > 0:
        booked = np.floor(booked / one.slot) * one.slot
    draws = streams.first(len(booked))
    late = transform(one.punctuality, draws.draw("punctuality", one.punctuality.source))
    return Coming(np.maximum(booked + late, 0.0), draws, appointment=booked)


def _finite_base(network: Network, one: RequestClass, streams: Streams, horizon: float) -> Coming:
    """Every unit calls, is served, and calls again after a gap: rows enough for instant service."""
    assert one.gap is not None
    units = units_in_base(network, one)
    home = np.repeat(np.arange(len(units)), units)
    alive = np.arange(len(home))
    clock = np.zeros(len(home))
    last = np.full(len(home), -1, dtype=np.int64)
    numbers, gaps, after = [alive[:0]], [clock[:0]], [last[:0]]
    made = 0
    while len(alive):
        number = alive + (len(numbers) - 1) * len(home)  # of a unit's call, whatever the horizon
        gap = transform(one.gap, streams.of(number).draw("gap", one.gap.source))
        clock[alive] += gap
        again = clock[alive] < horizon
        alive = alive[again]
        numbers.append(number[again])
        gaps.append(gap[again])
        after.append(last[alive])
        last[alive] = made + np.arange(len(alive))
        made += len(alive)
    numbered, gap, follows = np.concatenate(numbers), np.concatenate(gaps), np.concatenate(after)
    return Coming(
        arrival=np.where(follows < 0, gap, np.nan),
        draws=streams.of(numbered),
        zone=home[numbered % max(len(home), 1)],
        after=follows,
        gap=np.where(follows < 0, np.nan, gap),
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


def _replay(network: Network, one: RequestClass, streams: Streams, horizon: float) -> Coming:
    rows = logged_rows(network, one, horizon)
    index = {zone: i for i, zone in enumerate(network.zones.zone_id)}
    return Coming(
        arrival=logged_minutes(network)[rows],
        zone=np.array([index[network.log[row].zone] for row in rows], dtype=np.int64),
        draws=streams.first(len(rows)),
    )
