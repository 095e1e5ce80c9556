"""What a solver does better: a small rest of the search, and whether all zones can be reached."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimize.placement.lagrangian.data import Best, MedianData
from optimize.placement.lagrangian.dual import Part
from optimize.placement.lagrangian.near import Near
from optimize.placement.p_median import median_program
from optimize.solver import Limits, ProgramBuilder, Status, solve_program

Bools = NDArray[np.bool_]

_MOST_PAIRS = 15_000
_MOST_PER_ZONE = 12


def is_core(near: Near) -> bool:
    """Whether few pairs are left, so that their linear relaxation is strong and fast."""
    most = min(_MOST_PAIRS, _MOST_PER_ZONE * len(near.top))
    return near.complete and near.pairs <= most


def solve_core(data: MedianData, part: Part, best: Best, limits: Limits) -> bool:
    """Look for the best plan of a part; whether it is now known."""
    kept = part.opened.copy()
    kept[part.free] = True
    site_of = np.flatnonzero(kept)
    column = np.full(len(kept), -1)
    column[site_of] = np.arange(len(site_of))
    near = part.near
    lengths = near.last - near.first
    zone = np.repeat(np.arange(len(lengths)), lengths)
    pair = np.arange(len(zone)) + np.repeat(near.first - np.cumsum(lengths) + lengths, lengths)
    program = median_program(
        zone,
        column[near.site[pair]],
        near.cost[pair],
        zones=len(lengths),
        required=part.opened[site_of],
        count=data.count,
    )
    solved = solve_program(program, limits)
    if solved.status.has_plan:
        opened = np.zeros(len(kept), dtype=np.bool_)
        opened[site_of[solved.values[: len(site_of)] > 0.5]] = True
        best.offer(opened)
    return solved.status in (Status.OPTIMAL, Status.INFEASIBLE)


def fewest_sites(reachable: Bools, required: Bools, limits: Limits) -> Bools | None:
    """The fewest sites (required ones among them) that reach every zone; None: out of time.

    Parameters
    ----------
    reachable : bool array (zones, sites)
    required : bool array (sites,)
    limits : Limits
    """
    rows = np.unique(reachable, axis=0)
    zone, site = np.nonzero(rows)
    model = ProgramBuilder()
    opened = model.add_variables(len(required), cost=1.0, lower=required, integer=True)
    model.add_rows(len(rows), zone, opened[site], 1.0, lower=1.0)
    solved = solve_program(model.build(), replace(limits, gap=0.0))
    return solved.values > 0.5 if solved.status is Status.OPTIMAL else None
