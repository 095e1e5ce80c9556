"""The necessary bound: what every plan that keeps its promises must cost at least, a month.

True for every policy (dispatch, order of queues, who is left waiting) and every staffing with
the kinds of people that the network has, over the candidates it has, in the long run at the
demand of the window. Each term is a lower bound by itself:

- **Requests** flow through their routes as Markov chains. What a request meets next is drawn
  without regard to the policy, so visits of any policy satisfy the flow balance; which level
  serves, who gives up, and where, is left to the policy, zone by zone in its favour.
- **Giving up** costs the segment's lost cost where patience ends, nothing where it does not (the
  request waits for ever). So work that is dearer than losing the customer is not counted, up to
  what the promises let be lost: response promises of the first visits at a tier, resolution
  promises of all.
- **Wages**: minutes of service, and ways out and back, within duty cost the paid wage (absence
  included) as duty is paid whole; after it, the overtime rate: the cheaper of both, of the
  cheapest people who hold the skill. The hour of a way is the quickest at which they are on duty.
- **Sites** cost their month where any visit is served there, or a promise needs one in reach.
- **Reach**: a first visit keeps a response promise only if travel alone, at the quickest hour
  and with its lognormal noise, takes no longer. On the business clock only requests that have
  just arrived are held to it: a later stage may be entered at night, when no time runs.
- **Jobs** of partners, **parts** and **contacts** follow the visits. **Penalties** are paid for
  every promise not kept.
- A promise on every month asks for its long-run share only (`World.target`).

Left out, so the bound stays below: waiting and idle time, whole shifts and breaks, people by whole
numbers, trips in vain, repeated stints, hand-overs of parts; classes of a finite base or a log,
and promises that count them. Opening and closing costs are counted only if asked for, as the
simulated cost has none.

With ``most_lost`` the bound is higher, and true only of plans under which nobody waits for ever
and no more of a tier's visits are lost (give up, are blocked or find no able site): the guards of
a plan against today's network, for instance.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from network.model import Network
from optimize.bounds.keep import keep_promises, lose_few
from optimize.bounds.program import Model, open_sites, place, serve
from optimize.bounds.world import world_of
from optimize.solver import Limits, Solved, Status, solve_program
from sim.kpis import Window

_WHOLE_NONZEROS = 20_000
"""Up to this size sites open whole; beyond, the relaxation is nearly as good and far quicker."""


@dataclass(frozen=True, slots=True)
class BoundOptions:
    """How the bound is made.

    Parameters
    ----------
    most_lost : mapping of str to float or None
        Only of plans under which at most this share of the visits at a tier is lost, and nobody
        waits for ever; tiers not named may lose any. None: of every plan.
    payback_months : float or None
        Spread opening and closing costs over so many months; None: leave them out, as the
        simulated cost does.
    limits : Limits
    """

    most_lost: Mapping[str, float] | None = None
    payback_months: float | None = None
    limits: Limits = field(default_factory=lambda: Limits(seconds=60.0))


@dataclass(frozen=True, slots=True)
class NecessaryBound:
    """No plan that keeps its promises costs less.

    Parameters
    ----------
    total_per_month : float
        In the scenario's currency; infinite if no plan can keep the promises.
    parts : mapping of str to float
        By component of the cost, adding up to the total (up to the solver's gap). Only the
        total is a bound: a plan may spend less on one component and more on another.
    statement : str
    seconds : float
    status : Status
        Of the program (its linear relaxation, for large networks): the bound is one only if
        ``optimal`` or ``infeasible``.
    left_out : tuple of str
        What is not counted beyond what the docstring of `optimize.bounds.necessary` names.
    """

    total_per_month: float
    parts: Mapping[str, float]
    statement: str
    seconds: float
    status: Status
    left_out: tuple[str, ...] = ()


def necessary_bound(
    network: Network, window: Window, options: BoundOptions | None = None
) -> NecessaryBound:
    """A lower bound on the monthly cost of every plan that keeps its promises.

    Parameters
    ----------
    network : Network
        With all candidates that plans may use.
    window : Window
        Whose mean demand counts.
    options : BoundOptions, optional

    Examples
    --------
    >>> from network.load import load_scenario
    >>> from sim.kpis import Window
    >>> bound = necessary_bound(load_scenario("regionB"), Window(0.0, 40320.0, 40320.0))
    >>> 0 < bound.total_per_month < 1_000_000
    True
    """
    options = options or BoundOptions()
    began = time.perf_counter()
    model = _model(network, window, options)
    solved = _solve(model, options.limits)
    seconds = time.perf_counter() - began
    if solved.status is Status.INFEASIBLE:
        words = "No plan over these candidates can keep the promises, by travel alone."
        return NecessaryBound(np.inf, {}, words, seconds, solved.status, model.world.left_out)
    if solved.status is not Status.OPTIMAL:
        words = f"No bound was found in {seconds:.0f} s; nothing is claimed."
        return NecessaryBound(0.0, {}, words, seconds, solved.status, model.world.left_out)
    parts = {name: value for name, value in model.by_part(solved.values).items() if value}
    total = solved.bound + sum(model.constant.values())
    return NecessaryBound(
        total, parts, _statement(options), seconds, solved.status, model.world.left_out
    )


def _model(network: Network, window: Window, options: BoundOptions) -> Model:
    model = Model(world_of(network, window))
    open_sites(model, options.payback_months)
    serve(model)
    place(model)
    keep_promises(model)
    if options.most_lost is not None:
        lose_few(model, options.most_lost)
    return model


def _solve(model: Model, limits: Limits) -> Solved:
    """The linear relaxation; a small program with sites that open whole or not at all."""
    program = model.builder.build()
    relaxed = solve_program(replace(program, integer=np.zeros_like(program.integer)), limits)
    if relaxed.status is not Status.OPTIMAL or len(program.value) > _WHOLE_NONZEROS:
        return relaxed
    whole = solve_program(program, limits)
    return whole if whole.status in (Status.OPTIMAL, Status.INFEASIBLE) else relaxed


def _statement(options: BoundOptions) -> str:
    few = ", ".join(f"{share:.1%} at {tier}" for tier, share in (options.most_lost or {}).items())
    lost = f", loses at most {few} and lets nobody wait for ever," if few else ""
    months = options.payback_months
    changes = (
        "opening and closing left out"
        if months is None
        else f"opening and closing spread over {months:g} months"
    )
    return (
        f"Every plan over these candidates that keeps its promises{lost} costs at least this a "
        f"month in the long run, whatever its policy, {changes}."
    )
