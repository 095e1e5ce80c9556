"""p-center (Hakimi 1964), by set covering (Minieka 1970).

Sets        i zones with weight, j candidate sites
Data        d_ij travel (or w_i d_ij), p sites to open
Variables   y_j open (binary), r the largest travel of a zone to its nearest open site
Minimise    r
(1) every zone with weight within r     sum_{j: d_ij <= r} y_j >= 1
(2) p sites                             sum_j y_j <= p, filled up to p
(3) required and closed sites           y_j = 1, y_j = 0

The least r is one of the distances, and whether p sites do for a given r is a set covering
problem: r is found by bisection over the sorted distinct distances, first by the linear
relaxation, then in integers.

Hakimi (1964), Operations Research 12, 450-459. Minieka (1970), SIAM Review 12, 138-139.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimize.placement.cover import cover_from_matrix
from optimize.placement.covering.answers import no_plan
from optimize.placement.covering.merge import Groups, merge_equal, without_dominated
from optimize.placement.covering.parameters import check_count, refuse, too_few
from optimize.placement.covering.set_cover import greedy_cover
from optimize.placement.instance import Instance
from optimize.placement.lscp import every_zone_covered, lscp_program
from optimize.placement.p_median import assign, not_enough, stranded_zones
from optimize.placement.plan import Plan
from optimize.solver import Limits, ProgramBuilder, Status, solve_program, solver_version

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_SOLVER = "bisection+sat"
_SLICE = 0.25
"""Part of the time left that one radius may take: better radii are still found then."""


@dataclass(frozen=True, slots=True)
class PCenter:
    """Open p sites so that the largest travel of a zone to its nearest open one is least.

    Parameters
    ----------
    sites : int
        Sites to open, required ones among them; all usable ones where there are fewer. [p]
    weighted : bool
        Minimise the largest weight times travel. Otherwise weight says only whether a zone
        counts: one with weight 0 need not be near a site, all others count alike.

    References
    ----------
    Hakimi (1964), Operations Research 12. Minieka (1970), SIAM Review 12. Gonzalez (1985),
    Theoretical Computer Science 38: the start, which opens a site for the farthest zone.

    Examples
    --------
    >>> instance = Instance.from_matrix([[0, 4, 9], [4, 0, 5], [9, 5, 0]])
    >>> plan = PCenter(sites=1).solve(instance)
    >>> plan.site_id, plan.objective
    (('s1',), 5.0)
    >>> masked = Instance.from_matrix([[0, 4, 9], [4, 0, 5], [9, 5, 0]], weight=[1, 1, 0])
    >>> PCenter(sites=1).solve(masked).objective
    4.0
    """

    sites: int
    weighted: bool = False

    def __post_init__(self) -> None:
        refuse("PCenter", check_count("sites", self.sites, least=1))

    def solve(self, instance: Instance, limits: Limits | None = None) -> Plan:
        """Solve on an instance.

        Parameters
        ----------
        instance : Instance
        limits : Limits, optional

        Returns
        -------
        Plan
            Objective: largest travel (times weight, where weighted) of a zone with weight.
            Infeasible where sites do not reach every zone with weight, or more are required
            than may open; see `shortfalls`.

        Raises
        ------
        ScenarioError
            If the instance has more zone-site pairs than fit.
        """
        began, limits = time.perf_counter(), limits or Limits()
        usable = np.flatnonzero(instance.sites.usable)
        travel = instance.travel()[:, usable]
        counts = instance.weight > 0
        stranded, problems = stranded_zones(instance, travel, counts)
        shortfalls = too_few("sites", self.sites, instance) + problems
        if shortfalls:
            return no_plan("PCenter", Status.INFEASIBLE, began, _SOLVER, shortfalls, stranded)
        scale = instance.weight[counts, None] if self.weighted else 1.0
        required = instance.sites.required[usable]
        count = min(self.sites, len(usable))
        search = _Bisection(travel[counts] * scale, required, count, limits, began)
        status, opened, bound = search.run()
        if opened is None:
            short = () if search.needed is None else (not_enough(self.sites, search.needed),)
            return no_plan("PCenter", status, began, _SOLVER, short)
        chosen = np.flatnonzero(opened)
        assignment, _ = assign(travel[:, chosen], usable[chosen], instance.weight)
        objective = search.radius(opened)
        return Plan(
            formulation="PCenter",
            status=status,
            objective=objective,
            bound=min(bound, objective),
            seconds=time.perf_counter() - began,
            solver=_SOLVER,
            version=solver_version(),
            open_sites=usable[chosen],
            units=np.ones(len(chosen), np.int64),
            site_id=tuple(instance.sites.site_id[j] for j in usable[chosen].tolist()),
            assignment=assignment,
        )


class _Bisection:
    """The search for the least radius; lives only inside a solver call."""

    def __init__(
        self, travel: Floats, required: Bools, count: int, limits: Limits, began: float
    ) -> None:
        self.travel = travel
        self.required = required
        self.count = count
        self.limits = limits
        self.began = began
        self.needed: int | None = None

    def run(self) -> tuple[Status, Bools | None, float]:
        """Status, sites to open and a bound on the radius."""
        best = self._farthest_first(self.required)
        if not len(self.travel):
            return Status.OPTIMAL, best, 0.0
        least = float(self.travel.min(axis=1).max())
        radii = np.unique(self.travel[np.isfinite(self.travel) & (self.travel >= least)])
        if not np.isfinite(self.radius(best)):
            found = self._reach_all(radii[-1])
            if found is None:
                status = Status.INFEASIBLE if self.needed else Status.UNKNOWN
                return status, None, np.nan
            best = found
        proved = self._relaxed(radii, int(np.searchsorted(radii, self.radius(best))))
        low, high = proved, int(np.searchsorted(radii, self.radius(best)))
        while low < high and radii[high] - radii[proved] > self.limits.gap * radii[high]:
            middle = (low + high) // 2
            known, found = self._within(radii[middle])
            if found is not None:
                best = found
                high = int(np.searchsorted(radii, self.radius(best)))
            else:  # where it is not known, look for better plans above
                low = middle + 1
                proved = low if known else proved
        sure = radii[high] - radii[proved] <= self.limits.gap * radii[high]
        return (Status.OPTIMAL if sure else Status.FEASIBLE), best, float(radii[proved])

    def radius(self, opened: Bools) -> float:
        """Largest travel to the nearest open site; infinite if a zone has no way."""
        if not len(self.travel):
            return 0.0
        return float(self.travel[:, opened].min(axis=1).max())

    def _reach_all(self, radius: float) -> Bools | None:
        """Sites with a way to every zone; where p do not, how many it takes is noted."""
        groups = self._groups(radius)
        ones, usable = np.ones(len(self.required)), np.ones_like(self.required)
        solved = solve_program(lscp_program(groups, ones, self.required, usable), self._left(1.0))
        if solved.status.has_plan and solved.objective <= self.count + 0.5:
            return self._farthest_first(solved.values > 0.5)
        if solved.status is Status.OPTIMAL:
            self.needed = round(solved.objective)
        return None

    def _relaxed(self, radii: Floats, high: int) -> int:
        """The first radius for which p sites may do, by the linear relaxation."""
        low = 0
        usable, ones = np.ones_like(self.required), np.ones(len(self.required))
        while low < high and self._left(1.0).seconds > 0:
            middle = (low + high) // 2
            program = lscp_program(self._groups(radii[middle]), ones, self.required, usable)
            linear = replace(program, integer=np.zeros_like(program.integer))
            solved = solve_program(linear, self._left(1.0), solver="glop")
            if solved.status is Status.OPTIMAL and solved.objective > self.count + 1e-4:
                low = middle + 1
            else:
                high = middle
        return low

    def _within(self, radius: float) -> tuple[bool, Bools | None]:
        """Whether it is known if p sites do for a radius, and such sites."""
        groups = self._groups(radius)
        ones, usable = np.ones(len(self.required)), np.ones_like(self.required)
        opened = greedy_cover(groups, ones, self.required, usable)
        if opened.sum() <= self.count:
            return True, self._farthest_first(opened)
        limits = self._left(_SLICE)
        if limits.seconds <= 0:
            return False, None
        model = ProgramBuilder()
        y = model.add_variables(len(self.required), lower=self.required, integer=True)
        every_zone_covered(model, groups, y)
        model.add_rows(1, np.zeros(len(y), np.int64), y, 1.0, upper=self.count)
        solved = solve_program(model.build(), limits, solver="sat")
        if solved.status.has_plan:
            return True, self._farthest_first(solved.values > 0.5)
        return solved.status is Status.INFEASIBLE, None

    def _groups(self, radius: float) -> Groups:
        """Zones with the sites within a radius; those that others imply are left out."""
        cover = cover_from_matrix(self.travel, radius, np.ones_like(self.required))
        return without_dominated(merge_equal(cover, np.ones(len(self.travel))))

    def _left(self, part: float) -> Limits:
        """Limits of a part of the time that is left."""
        seconds = self.limits.seconds + self.began - time.perf_counter()
        return replace(self.limits, seconds=max(0.0, part * seconds), gap=0.0)

    def _farthest_first(self, opened: Bools) -> Bools:
        """Open sites up to p, each the nearest to the zone that is farthest from all."""
        opened = opened.copy()
        nearest = np.full(len(self.travel), np.inf)
        if opened.any():
            nearest = self.travel[:, opened].min(axis=1)
        for _ in range(self.count - int(opened.sum())):
            site = int(np.argmin(opened))
            if len(nearest) and nearest.max() > 0:
                wish = np.where(opened, np.inf, self.travel[int(np.argmax(nearest))])
                site = int(np.argmin(wish)) if np.isfinite(wish).any() else site
            opened[site] = True
            nearest = np.minimum(nearest, self.travel[:, site])
        return opened
