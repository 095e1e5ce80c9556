"""Solve multi-tier placement: part by part, pass by pass, and join the plans."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from network.errors import Problem, ScenarioError
from network.model import Network
from optimize.solver import Limits, Status, solve_program
from optimize.tiers.decode import decode
from optimize.tiers.divide import parts_of
from optimize.tiers.greedy import open_one_by_one
from optimize.tiers.join import Found, join
from optimize.tiers.model import build
from optimize.tiers.options import TierOptions, check_options
from optimize.tiers.outcome import (
    today_of,
    ways_of,
)
from optimize.tiers.parts import Part
from optimize.tiers.plan import TieredPlan
from optimize.tiers.search import make_whole, solve_placement
from optimize.tiers.stay import may_stay, raise_staff, stay
from optimize.tiers.streams import streams_of


def place_tiers(
    network: Network,
    options: TierOptions | None = None,
    limits: Limits | None = None,
    *,
    prove: bool = True,
) -> TieredPlan:
    """Where to open which kind of site, for all tiers together, at least cost.

    Parameters
    ----------
    network : Network
    options : TierOptions, optional
    limits : Limits, optional
        Of the whole; by default 60 seconds and a gap of 1 %.
    prove : bool
        Take time to prove the gap; else the bound is that of the relaxation, where a plan was
        found without.

    Returns
    -------
    TieredPlan
        Infeasible ones say why; at the time limit the best plan with its gap, or one that was
        opened site by site (a note says so).

    Raises
    ------
    ScenarioError
        If the options mean nothing for the network, or it has no tier to place.
    """
    began = time.perf_counter()
    options = options or TierOptions()
    limits = limits or Limits(seconds=60.0, gap=0.01)
    check_options(network, options)
    parts = parts_of(network, streams_of(network, days=options.demand_days), options)
    if not any(part.jobs for part in parts):
        message = "no tier has work and more than one site that may be open"
        raise ScenarioError(network.name, [Problem("sites, status", message)])
    if len(parts) > 1:
        parts = [replace(one, options=replace(options, visited=())) for one in parts]
    found = []
    for number, part in enumerate(parts):
        left = limits.seconds - (time.perf_counter() - began)
        weight = [len(one.offers) * len(one.zones) for one in parts[number:]]
        seconds = left * weight[0] / sum(weight)
        found.append(solve_part(part, replace(limits, seconds=seconds), prove=prove))
    if len(parts) > 1 and _open(found) in options.visited:
        found = _next_best(found, options, limits, prove=prove)
    return join(network, options, found, limits, time.perf_counter() - began)


def _open(found: Sequence[Found]) -> frozenset[str]:
    return frozenset(one.part.offers[o].site.site_id for one in found for o in one.staff)


def _next_best(
    found: list[Found], options: TierOptions, limits: Limits, *, prove: bool
) -> list[Found]:
    """The same answers but for one part: that whose next best placement costs least more.

    Each part gets an equal share of the time. Where no other placement is found, the answers are
    as they were.
    """
    each = replace(limits, seconds=limits.seconds / len(found))
    best, least = found, math.inf
    for k, one in enumerate(found):
        other = _solve_once(replace(one.part, options=options), each, prove=prove)
        if other.outcome is None or one.outcome is None:
            continue
        more = other.outcome.total - one.outcome.total
        if more < least:
            best = [*found[:k], replace(other, today=one.today), *found[k + 1 :]]
            least = more
    return best


def solve_part(part: Part, limits: Limits, *, prove: bool = True) -> Found:
    """Place the tiers of one part; each pass knows the trips of the former, relaxed one."""
    began = time.perf_counter()
    home = part
    people, today = today_of(home, ways_of(home))
    for number in range(part.options.passes - 1):
        trips = relaxed_trips(part, limits, promises=number > 0)
        part = replace(part, waits=replace(part.waits, trip_min=trips))
    left = max(limits.seconds - (time.perf_counter() - began), 1.0)
    found = _solve_once(part, replace(limits, seconds=left), prove=prove)
    found = replace(found, today=today)
    most = math.inf if found.outcome is None else found.outcome.total
    people, enough = raise_staff(home, people, today, most)
    if may_stay(home, people, enough) and enough.total <= most:
        return stay(found, people, enough)
    if found.solved.status is Status.UNKNOWN:
        return open_one_by_one(replace(found, part=home))
    if found.solved.status is Status.INFEASIBLE and not part.options.visited:
        from optimize.tiers.explain import explain

        left = limits.seconds - (time.perf_counter() - began)
        return replace(found, shortfalls=explain(part, replace(limits, seconds=left)))
    return found


def relaxed_trips(part: Part, limits: Limits, *, promises: bool) -> dict[str, float]:
    """Mean trip by tier in the linear relaxation, with or without promises."""
    model = build(part if promises else replace(part, promises=()))
    program = model.builder.build()
    relaxed = replace(program, integer=np.zeros_like(program.integer))
    solved = solve_program(relaxed, limits)
    trips = dict(part.waits.trip_min)
    if not solved.status.has_plan:
        return trips
    for job, x in zip(part.jobs, model.x, strict=True):
        weight = part.visits(job).sum(axis=1)[job.zone] * solved.values[x]
        if job.main and weight.sum() > 0:
            trips[job.tier] = float(np.average(job.minutes, weights=weight))
    return trips


def _solve_once(part: Part, limits: Limits, *, prove: bool) -> Found:
    model = build(part)
    program = model.builder.build()
    whole_s = min(0.15 * limits.seconds, 60.0)
    in_time = replace(limits, seconds=limits.seconds - whole_s)
    solved = solve_placement(model, program, in_time, prove=prove)
    if not solved.status.has_plan:
        return Found(part, solved, model.constant, {}, {}, None, None)
    allowed = replace(limits, seconds=max(whole_s, 1.0), gap=min(limits.gap, 2e-3))
    solved = make_whole(model, program, solved, allowed)
    staff, intensity, outcome = decode(model, ways_of(part), solved.values)
    return Found(part, solved, model.constant, staff, intensity, outcome, None)
