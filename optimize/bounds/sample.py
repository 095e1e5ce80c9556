"""The sample bound: what staff must cost that keeps the promises on the fit sample.

Sites and kinds of people are given, only the counts are free, and each promise is relaxed by
z(alpha / m) standard errors.

The optimum of the sample itself is out of reach (a simulation for each of the counts of all
pools), so this is a lower bound on it: the optimum of a linear program in which a clairvoyant
planner, who knows the whole sample, serves the same visits as he likes. True with probability near
1 - alpha for staffings of the same sites and kinds of people under which visits reach the queues
of a tier when they do under the plan given, and zones have the same candidate sites. (Counts
change waits, and so when later stages are entered; first stages are entered at the same moments
whatever the counts.)

A tier of one site is bounded by level tables (`level_program`): its queues are simulated at every
number of people, so nobody there is clairvoyant. Where its jobs cost money besides, of which tables
know nothing, the program is solved, too, and the higher of both counts.

One program for each tier; a station is a site under the policy ``assigned``, else all sites of the
tier. Each step lets the planner do more, so each lowers the optimum:

- Sets: kinds k of pools (same skills, duty and pay, taken together over the sites of a ground),
  visits v of the sample, starts s, buckets of time t, sets S of skills.
- Data: c_k wages of an agent a month, absence included; d_kt minutes of duty; w_vs work (way out at
  the hour of s, service, least way back; nearest site of the ground); a_vst minutes of t within
  [s, s + w_vs]; money of a visit (job, way, penalties of the promises missed, lost cost).
- Variables: n_k agents, shared by the whole sample; x_vs part of v begun at s; l_v left waiting or
  lost; f_v begun late, as a fluid u_St, backlog B_St; r_kt breaks, o_kt overtime.

Minimise sum c_k n_k + money, scaled to a month, subject to

1. n_k >= 0; whole numbers only where the program is small.
2. Starts: after joining, while anybody able is on duty, until the last promise or the end of a
   short patience. A job's profile is linear in s between kinks, so starts at kinks lose nothing
   (`sample_starts`). Later starts are merged into f_v.
3. Every visit ends in one way: sum x_vs + f_v + l_v = 1. At the end of a chunk promises that may
   still be kept count as kept, and what is left waiting costs nothing.
4. Fluid: B_t = B_t-1 + work of f that came - u_t >= 0, no more left at the end than a job in hand
   for each agent. It may be split among agents and stopped at will, which jobs may not. Where
   agents hand over or interrupt, all work is fluid, and its promises count as kept.
5. Promises: sum met x >= (share - z error) due, for shares in the long run and floors of areas.
   Left out: promises on resolution and on every month (their rows; penalties of the latter are
   paid).
6. Guard: sum of waits <= allowed mean number x time; waits of late fluid only until it is late,
   of all work that is fluid none. Both figures as in the long run.
7. Guard: lost <= allowed share of those who joined.
8. Work: for sets S of skills, work of S in t <= duty - breaks + overtime of those who hold any of
   S: Hall's condition for a split over kinds, for some S only. Agents of several sites of a ground
   are one crew, at the site nearest to every customer.
9. Breaks r: wholly within reach of their time; not counted where a job may swallow them. Jobs
   beyond that reach are cut to it.
10. Overtime o_kt <= n_k minutes of t within the longest job after a duty ends.

A way that the end of the sample cuts is paid whole if its job is part of the fluid (4).
Sites, contacts and parts cost what they cost under the plan given. The sample is the end of the
first replications of the block, each begun with nobody waiting. Sampling error of the cost itself
is not relaxed: the bound is to be held against costs on the same block.

References
----------
Mak, Morton, Wood (1999), Monte Carlo bounding techniques for determining solution quality in
stochastic programs, Operations Research Letters 24 (the optimum of a sample as a bound).
Atlason, Epelman, Henderson (2008), Optimizing call center staffing using simulation and analytic
center cutting-plane methods, Management Science 54.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from network.quantity import HOURS_PER_WEEK, MINUTES_PER_MONTH, MINUTES_PER_WEEK
from network.route import Mode
from network.travel_time import base_travel
from optimize.bounds.level_program import LevelBound
from optimize.bounds.sample_crew import stations_of
from optimize.bounds.sample_levels import level_bounds
from optimize.bounds.sample_limits import Guarded, Relaxed, relax
from optimize.bounds.sample_program import Case, Chunk, TierProgram
from optimize.bounds.sample_starts import Road
from optimize.bounds.sample_visits import Joined, asked_of, visits_of
from optimize.solver import Limits, Solved, Status, solve_program
from optimize.staffing.measured import Block
from sim.api import simulate
from sim.duty import week_start
from sim.kpis import Window
from sim.layout import Layout, lay_out
from sim.result import Result

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_WHOLE_WORK = 120_000
"""Nonzeros x kinds up to which agents are whole; beyond, the linear relaxation is far quicker."""
_QUICK_MIN = 120.0
"""Tiers whose promises all end sooner forget so fast that a week is a whole sample."""


@dataclass(frozen=True, slots=True)
class SampleOptions:
    """How the bound is made.

    Parameters
    ----------
    replications : int
        Of the block that make the sample.
    played : int
        Of the block that are simulated for standard errors; at least ``replications``.
    whole : bool
        The whole counted part of every tier; else a week of tiers that answer at once.
    alpha : float
        Chance that any of the relaxed rows is asked too much.
    worse : float
        Part by which guarded figures may exceed today's.
    quick_step_min, slow_step_min : float
        Length of a bucket of time, at tiers that answer at once and at others.
    apart : bool
        Crews of single sites; else sites that pay the same per job share theirs.
    limits : Limits
        For each tier.
    """

    replications: int = 1
    played: int = 6
    whole: bool = False
    alpha: float = 0.05
    worse: float = 0.1
    quick_step_min: float = 20.0
    slow_step_min: float = 120.0
    apart: bool = False
    limits: Limits = field(default_factory=lambda: Limits(seconds=120.0))


@dataclass(frozen=True, slots=True)
class SampleBound:
    """No staffing of the network that keeps its promises on the sample costs less.

    Parameters
    ----------
    total_per_month : float
        In the scenario's currency; infinite if no staffing keeps them.
    statement : str
    weeks : float
        Weeks of the sample, of the tier that has least.
    seconds : float
    status : Status
        ``optimal``; ``infeasible``; ``feasible``: some tiers were not solved and count nothing.
    by_tier : mapping of str to float
        Without sites, contacts and parts.
    left_out : tuple of str
        Tiers that were not solved in time.
    """

    total_per_month: float
    statement: str
    weeks: float
    seconds: float
    status: Status
    by_tier: Mapping[str, float]
    left_out: tuple[str, ...] = ()


def sample_bound(
    staffed: Network,
    today: Network | None,
    window: Window,
    seed: int,
    block: Block,
    options: SampleOptions | None = None,
) -> SampleBound:
    """A lower bound on the monthly cost of every staffing that keeps its promises on a sample.

    Parameters
    ----------
    staffed : Network
        Placed, with a staffing that is thought to be good.
    today : Network or None
        Guards against its figures; None: only promises count.
    window : Window
    seed : int
    block : Block
        The fit block.
    options : SampleOptions, optional
    """
    options = options or SampleOptions()
    began = time.perf_counter()
    played = block.part(max(options.played, options.replications))
    plan = _play(staffed, window, seed, played)
    layout, rows = lay_out(staffed, window.horizon), asked_of(staffed)
    piece = min(MINUTES_PER_WEEK, window.minutes)
    runs = [visits_of(staffed, layout.stages, rows, one.sample, one.outcomes, window, piece)
            for one in plan.replications]  # fmt: skip
    spans = {tier.tier_id: _span(staffed, tier.tier_id, window, options) for tier in staffed.tiers}
    count = min(options.replications, played.count)
    before = None if today is None else _play(today, window, seed, played)

    def relaxed_over(used: Mapping[str, tuple[int, float]]) -> Relaxed:
        return relax(
            staffed, rows, runs, plan, before, window, used, options.alpha, options.worse
        )  # fmt: skip

    levels = level_bounds(
        staffed, window, [one.sample for one in plan.replications[:count]], rows,
        relaxed_over(dict.fromkeys(spans, (count, window.minutes))),
        {tier: step < options.slow_step_min for tier, (_, step) in spans.items()}, options.limits,
    )  # fmt: skip
    relaxed = relaxed_over({tier: (count, span) for tier, (span, _) in spans.items()})
    solved = {
        tier: _solve(TierProgram(case), options.limits)
        for tier, case in _cases(staffed, layout, window, runs[:count], spans, relaxed,
                                 options).items()
        if tier not in levels or _pays_by_job(staffed, tier)
    }  # fmt: skip
    weeks = count * min(span for span, _ in spans.values()) / MINUTES_PER_WEEK
    statement = _statement(relaxed, options, weeks, today is not None) + _about(levels)
    return _bound(solved, levels, _fixed(plan), statement, weeks, time.perf_counter() - began)


def _bound(
    solved: Mapping[str, Solved], levels: Mapping[str, LevelBound], fixed: float, statement: str,
    weeks: float, seconds: float,
) -> SampleBound:  # fmt: skip
    done = (Status.OPTIMAL, Status.INFEASIBLE)
    by_tier = {tier: one.bound if one.status in done else 0.0 for tier, one in solved.items()}
    for tier, level in levels.items():
        by_tier[tier] = max(by_tier.get(tier, 0.0), level.per_month)
    left_out = tuple(t for t, one in solved.items() if one.status not in done and t not in levels)
    status = Status.FEASIBLE if left_out else Status.OPTIMAL
    if left_out:
        statement += f" Not solved in the time, so counted as nothing: {', '.join(left_out)}."
    if not all(map(np.isfinite, by_tier.values())):
        status, statement = Status.INFEASIBLE, "No staffing keeps the promises on the sample."
    total = sum(by_tier.values()) + fixed
    return SampleBound(total, statement, weeks, seconds, status, by_tier, left_out)


def _pays_by_job(network: Network, tier: str) -> bool:
    """Whether jobs of a tier cost more than people: tables know nothing of that."""
    away = any(stage.tier == tier and stage.mode is Mode.VISIT for stage in network.stages)
    return away or any(site.tier == tier and site.cost_per_job > 0 for site in network.sites)


def _play(network: Network, window: Window, seed: int, block: Block) -> Result:
    return simulate(
        network,
        replications=block.count,
        first=block.first,
        seed=seed,
        horizon=window.end,
        warm_up=window.start,
        drain=window.horizon - window.end,
        workers=1,
        allow_overload=True,
        keep_outcomes=True,
    )


def _span(
    network: Network, tier: str, window: Window, options: SampleOptions
) -> tuple[float, float]:
    """Minutes of each replication in the sample, and of a bucket."""
    limits = [promise.within for promise in network.promises if promise.tier == tier]
    away = any(stage.tier == tier and stage.mode is Mode.VISIT for stage in network.stages)
    if not limits or max(limits) > _QUICK_MIN or away:
        return window.minutes, options.slow_step_min
    span = window.minutes if options.whole else min(MINUTES_PER_WEEK, window.minutes)
    return span, options.quick_step_min


def _cases(
    network: Network, layout: Layout, window: Window, runs: list[Joined],
    spans: Mapping[str, tuple[float, float]], relaxed: Relaxed, options: SampleOptions,
) -> dict[str, Case]:  # fmt: skip
    minutes, km = base_travel(network, slice(0, len(network.zones)), np.arange(len(network.sites)))
    factors = np.resize(np.array(network.travel.hour_factors), HOURS_PER_WEEK)
    road = Road(factors, -week_start(network))
    candidate = _candidates(layout, len(network.zones))
    stations = stations_of(network, window, apart=options.apart)
    cases = {}
    for number, tier in enumerate(network.tiers):
        here = tuple(one for one in stations if one.tier == number)
        if not here:
            continue
        span, step = spans[tier.tier_id]
        whole = span >= window.minutes
        end = window.end if whole else window.start + span
        chunks = tuple(
            Chunk(window.start, end, one.of((one.tier == number) & (one.joined < end)))
            for one in runs
        )
        cases[tier.tier_id] = Case(
            network, here, chunks, asked_of(network), relaxed.shares[tier.tier_id],
            relaxed.guarded.get(tier.tier_id, Guarded()), minutes, km, candidate, road, step,
            MINUTES_PER_MONTH / (len(runs) * span),
        )  # fmt: skip
    return cases


def _candidates(layout: Layout, zones: int) -> Bools:
    """Whether dispatch may send (groups, zones, sites)."""
    reach = layout.reach
    groups = len(reach.travels)
    found = np.zeros((groups, zones, len(layout.sites.tier)), dtype=np.bool_)
    row = np.repeat(np.arange(groups * zones), np.diff(reach.first))
    found[row // zones, row % zones, reach.pair_site[reach.pair]] = True
    return found


def _solve(program: TierProgram, limits: Limits) -> Solved:
    """The linear relaxation; with whole agents where that is not too much work."""
    whole = program.builder.build()
    relaxed = solve_program(replace(whole, integer=np.zeros_like(whole.integer)), limits)
    work = len(whole.value) * int(whole.integer.sum())
    if relaxed.status is not Status.OPTIMAL or work > _WHOLE_WORK:
        return relaxed
    solved = solve_program(whole, replace(limits, gap=max(limits.gap, 1e-4)))
    return solved if solved.status is Status.OPTIMAL else relaxed


def _fixed(plan: Result) -> float:
    """Sites, contacts and parts."""
    index = plan.kpis_by_replication[0].index
    places = [index.position("cost", "component", name) for name in ("sites", "contacts", "parts")]
    return float(plan.values[:, places].sum(axis=1).mean())


def _about(levels: Mapping[str, LevelBound]) -> str:
    """What a bound by level tables supposes."""
    if not levels:
        return ""
    worse = max(one.worse_with_more for one in levels.values())
    return (
        f" By level tables for {', '.join(sorted(levels))}, where more people serve no worse (in "
        f"{worse:.1%} of the comparisons they did)."
    )


def _statement(relaxed: Relaxed, options: SampleOptions, weeks: float, guarded: bool) -> str:
    guards = " and guards against today's figures" if guarded else ""
    return (
        "Given when and where requests reach each tier under this plan, every staffing that keeps "
        f"the promises{guards} on the fit sample ({weeks:.3g} weeks or more a tier) costs at "
        f"least this a month, with probability near {1 - options.alpha:g} ({relaxed.rows} rows, "
        f"each relaxed by {relaxed.z:.2f} standard errors). A linear relaxation of the sample's "
        "optimum."
    )
