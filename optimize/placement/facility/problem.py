"""`FacilityProblem`: facility location with fixed costs, on the sites and zones that matter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimize.placement.instance import Instance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_LARGEST_STEPPED = 1e8
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class FacilityProblem:
    """Costs and limits over the usable sites and the zones that ask for something.

    Parameters
    ----------
    cost : float array (sites, zones)
        Of serving all of a zone from a site; infinite: no way.
    fixed : float array (sites,)
        Of an open site against a shut one; may be negative.
    demand : float array (zones,)
    capacity : float array (sites,)
        Infinite: no limit.
    required : bool array (sites,)
    at_least, at_most : int
        Number of open sites, required ones included.
    single_source : bool
        A zone is served whole by one site.
    base : float
        Cost that no choice changes.
    zone, site : int array
        Numbers in the instance.
    """

    cost: Floats
    fixed: Floats
    demand: Floats
    capacity: Floats
    required: Bools
    at_least: int
    at_most: int
    single_source: bool
    base: float
    zone: Ints
    site: Ints

    @property
    def capacitated(self) -> bool:
        """Whether any site can be full."""
        return bool((self.capacity < self.demand.sum()).any())

    @property
    def need(self) -> float:
        """Capacity that the open sites must have together."""
        return float(self.demand.sum()) if self.capacitated else 0.0

    @property
    def step(self) -> float:
        """Costs of two different plans differ by a multiple of this (0: by anything).

        Whole-number costs give whole-number totals where zones are served whole.
        """
        if self.capacitated and not self.single_source:
            return 0.0
        numbers = np.concatenate([self.cost[np.isfinite(self.cost)], self.fixed])
        whole = bool((numbers == np.round(numbers)).all())
        return 1.0 if whole and np.abs(numbers).sum() < _LARGEST_STEPPED else 0.0

    def enough(self, objective: float, gap: float) -> float:
        """A bound from which on an objective counts as optimal (base not included)."""
        slack = max(gap, _ROUNDING) * max(abs(objective + self.base), _ROUNDING)
        return objective - max(slack, self.step - _rounding(objective))

    def rounded_up(self, bound: float) -> float:
        """The least total that a bound does not exclude (base not included)."""
        if not self.step or not np.isfinite(bound):
            return bound
        return float(np.ceil(bound - _rounding(bound) / 2))


def _rounding(amount: float) -> float:
    """More than rounding adds up to in a bound of this size."""
    return 1e-4 + 1e-9 * abs(amount)


def read_problem(
    instance: Instance,
    *,
    transport_cost: float,
    capacitated: bool,
    single_source: bool,
    demand: Floats,
    at_least: int,
    at_most: int | None,
) -> FacilityProblem:
    """The problem of an instance: shut sites and zones without weight and demand left out."""
    sites = instance.sites
    site = np.flatnonzero(sites.usable)
    zone = np.flatnonzero((instance.weight > 0) | (demand > 0))
    travel = instance.travel()[np.ix_(zone, site)].T
    asked = demand[zone]
    weight = (transport_cost * instance.weight[zone])[None, :]
    cost = np.full(travel.shape, np.inf)
    np.multiply(travel, weight, out=cost, where=np.isfinite(travel))
    capacity = sites.capacity[site] if capacitated else np.full(len(site), np.inf)
    if capacitated and single_source:
        cost[asked[None, :] > capacity[:, None]] = np.inf
    return FacilityProblem(
        cost=np.ascontiguousarray(cost),
        fixed=sites.cost_if_open[site],
        demand=asked,
        capacity=capacity,
        required=sites.required[site],
        at_least=max(at_least, int(sites.required.sum())),
        at_most=len(site) if at_most is None else min(at_most, len(site)),
        single_source=single_source,
        base=sites.cost_of_closing_all,
        zone=zone,
        site=site,
    )
