"""Large maximal covering: search from below, bound from above, fewer sites in between."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimize.placement.covering.dual import Dual, lagrangian_bound
from optimize.placement.covering.merge import Groups
from optimize.placement.covering.swap import SwapSearch
from optimize.solver import Limits

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SMALL = 2_000
"""Pairs up to which a solver needs no help."""
LARGE = 200_000
"""Pairs beyond which a solver is no help."""
_SOLVABLE = 60_000
_ROUNDS = 12
_LAST_STEPS = 40_000


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is left of a problem when search and bound have done their work.

    Parameters
    ----------
    groups : Groups
        With the sites that may still be open in a better plan.
    required, usable : bool array (sites,)
        Sites proved open in every better plan, and sites not proved shut.
    open_sites : bool array (sites,)
        The best plan found.
    value, bound : float
        Weight it covers; no plan covers more than the bound.
    proved : bool
        Whether the gap asked for is reached.
    """

    groups: Groups
    required: Bools
    usable: Bools
    open_sites: Bools
    value: float
    bound: float
    proved: bool


def narrow(groups: Groups, sites: int, required: Bools, usable: Bools, limits: Limits) -> Narrowed:
    """Search and bound in turns until the gap is reached, little is left, or time is over.

    Each turn swaps longer and lowers the bound with smaller steps. Sites ruled out by the
    bound leave the problem, and groups that become alike are merged again.

    Parameters
    ----------
    groups : Groups
    sites : int
        Sites to open, at most as many as are usable.
    required, usable : bool array (sites,)
    limits : Limits
        ``nodes`` limits the swaps, which makes the result the same on every machine.
    """
    until = time.perf_counter() + limits.seconds
    whole = bool((groups.weight == np.round(groups.weight)).all())
    state = Narrowed(groups, required, usable, required, 0.0, np.inf, proved=False)
    steps, done, price = 200, 0, None
    for turn in range(_ROUNDS):
        steps = min(steps, (limits.nodes or steps + done) - done)
        state, done = _searched(state, sites, limits.seed + turn, steps, until), done + steps
        dual = lagrangian_bound(
            state.groups,
            sites,
            state.required,
            state.usable,
            state.value,
            patience=min(20 + 10 * turn, 30),
            shrink=min(0.7 + 0.1 * turn, 0.8),
            until=until,
            start=price,
        )
        before = len(state.groups)
        state = _tightened(state, dual, sites, limits.gap, whole=whole)
        price = dual.price if len(state.groups) == before else None
        over = time.perf_counter() > until or (limits.nodes is not None and done >= limits.nodes)
        if state.proved or over or len(state.groups.site) <= _SOLVABLE:
            break
        steps = min(2 * steps, _LAST_STEPS)
    return state


def _searched(state: Narrowed, sites: int, seed: int, steps: int, until: float) -> Narrowed:
    """A better plan, if swaps find one."""
    search = SwapSearch(state.groups, sites, state.required, state.usable, seed)
    if state.value > 0:
        search.restart_from(state.open_sites)
    else:
        search.greedy()
    search.run(steps, until)
    if search.value <= state.value:
        return state
    return Narrowed(
        state.groups, state.required, state.usable, search.best, search.value, state.bound,
        proved=False,
    )  # fmt: skip


def _tightened(state: Narrowed, dual: Dual, sites: int, gap: float, *, whole: bool) -> Narrowed:
    """The new bound, and the problem without the sites that it rules out."""
    bound = max(min(state.bound, dual.bound), state.value)
    if whole:  # no plan covers a fraction
        bound = max(np.floor(bound * (1 + 1e-12) + 1e-6), state.value)
    shut, opened = dual.fixed(state.value, sites, state.required, state.usable)
    usable = (state.usable & ~shut) | state.open_sites
    required = state.required | (opened & state.open_sites)
    groups = state.groups
    if usable.sum() < 0.95 * state.usable.sum():
        groups = groups.with_sites(usable)
    else:  # not worth the merging
        usable = state.usable
    proved = bound - state.value <= gap * max(abs(state.value), 1e-9)
    return Narrowed(groups, required, usable, state.open_sites, state.value, bound, bool(proved))
