"""Named rules that share a resource over regions.

Sets        r regions
Data        D_r demand, C_r unit cost, f_r floor, P_r population
Result      shares R_r >= 0 that sum to 1

| rule | share proportional to | as money it means |
|---|---|---|
| ``ratio`` | D / C | more to where demand is large and a unit is cheap |
| ``workload`` | D C | the same capacity per unit of demand everywhere |
| ``root_workload`` | sqrt(D C) | least mean delay where delay is demand / capacity |
| ``floors`` | max(f, t w), w = D / C or given | ratio, but nobody below the floor |
| ``equal`` | 1 | the same for every region |
| ``population`` | P | the same per inhabitant |

The text that the rules come from lost its formula and kept a case: A 40 %, B 30 %, C 30 %. Of
these rules only ``floors`` gives it, see the guide on allocation.

References
----------
Square root: Kleinrock (1964), Communication Nets, the capacity assignment problem: minimising
sum D_r / x_r under sum C_r x_r = B gives C_r x_r proportional to sqrt(D_r C_r).
Proportional shares with lower bounds: Patriksson (2008), A survey on the continuous nonlinear
resource allocation problem, European Journal of Operational Research 185, 1-46.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError, did_you_mean, one_of
from optimize.allocation.regions import Regions

Floats = NDArray[np.float64]

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Rule:
    """A way to share.

    Parameters
    ----------
    name : str
    formula : str
    share : callable
        From `Regions` to shares (R,) that sum to 1.
    """

    name: str
    formula: str
    share: Callable[[Regions], Floats]


RULES: dict[str, Rule] = {}
"""All rules by name."""


def register_rule(
    name: str, formula: str
) -> Callable[[Callable[[Regions], Floats]], Callable[[Regions], Floats]]:
    """Make a function from regions to shares known by a name.

    Raises
    ------
    ScenarioError
        If the name is taken.

    Examples
    --------
    >>> @register_rule("by_demand", "D")
    ... def by_demand(regions):
    ...     return regions.demand / regions.demand.sum()
    >>> share_by("by_demand", Regions.from_arrays("AB", demand=[3, 1]))
    array([0.75, 0.25])
    >>> del RULES["by_demand"]
    """
    if name in RULES:
        message = f"there is a rule '{name}' already; expected a new name"
        raise ScenarioError("the rules", [Problem("name", message)])

    def keep(share: Callable[[Regions], Floats]) -> Callable[[Regions], Floats]:
        RULES[name] = Rule(name, formula, share)
        return share

    return keep


def share_by(rule: str, regions: Regions) -> Floats:
    """Shares (R,) of the regions under a named rule.

    Raises
    ------
    ScenarioError
        If there is no such rule, or it needs something that the regions do not state, or
        its shares are negative or do not sum to 1.

    Examples
    --------
    >>> regions = Regions.from_arrays("ABC", demand=[3, 2, 1], unit_cost=[2, 1, 3])
    >>> (100 * share_by("workload", regions)).round()
    array([55., 18., 27.])
    """
    if rule not in RULES:
        message = f"got '{rule}'; expected one of {one_of(RULES)}.{did_you_mean(rule, RULES)}"
        raise ScenarioError("the rules", [Problem("rule", message)])
    shares = np.asarray(RULES[rule].share(regions), dtype=np.float64)
    sound = shares.shape == (len(regions),) and bool((shares >= 0).all())
    if not (sound and abs(shares.sum() - 1) <= _ROUNDING):
        message = f"gave {shares}; expected {len(regions)} shares >= 0 that sum to 1"
        raise ScenarioError("the rules", [Problem(f"rule {rule}", message)])
    return shares


@register_rule("ratio", "D / C")
def ratio(regions: Regions) -> Floats:
    """Demand per unit cost."""
    return _proportional(_relative(regions.demand) / _relative(regions.unit_cost))


@register_rule("workload", "D C")
def workload(regions: Regions) -> Floats:
    """Demand times unit cost."""
    return _proportional(_relative(regions.demand) * _relative(regions.unit_cost))


@register_rule("root_workload", "sqrt(D C)")
def root_workload(regions: Regions) -> Floats:
    """Square root of demand times unit cost."""
    return _proportional(np.sqrt(_relative(regions.demand) * _relative(regions.unit_cost)))


@register_rule("floors", "max(floor, t w), t so that shares sum to 1; w = D / C or given weights")
def floors(regions: Regions) -> Floats:
    """Floors first: who would get less has its floor, and the others split the rest by weight.

    Examples
    --------
    The rest, 70 %, is split 4 : 3, as D / C is 2.67 and 2:

    >>> regions = Regions.from_arrays("ABC", [4, 2, 1], [1.5, 1, 2], floor=[0, 0, 0.3])
    >>> floors(regions).round(12)
    array([0.4, 0.3, 0.3])
    """
    if regions.weight is None:
        wanted = _relative(regions.demand) / _relative(regions.unit_cost)
    else:
        wanted = _relative(regions.weight)
    at_floor = np.zeros(len(regions), dtype=np.bool_)
    while True:
        rest = max(1.0 - float(regions.floor[at_floor].sum()), 0.0)
        free = wanted * ~at_floor
        if not free.any():  # only floors are left: what they leave is split as they are
            return _proportional(regions.floor if at_floor.any() else wanted)
        shares = np.where(at_floor, regions.floor, rest * _proportional(free))
        below = ~at_floor & (shares < regions.floor)
        if not below.any():
            return shares
        at_floor |= below


@register_rule("equal", "1")
def equal(regions: Regions) -> Floats:
    """The same for every region."""
    return np.full(len(regions), 1 / len(regions))


@register_rule("population", "P")
def population(regions: Regions) -> Floats:
    """The same per inhabitant."""
    if regions.population is None or not regions.population.any():
        message = "the rule 'population' needs inhabitants; expected one number per region"
        raise ScenarioError("the regions", [Problem("population", message)])
    return _proportional(_relative(regions.population))


def _relative(amounts: Floats) -> Floats:
    """Amounts against the largest, so that no product overflows."""
    return np.asarray(amounts / amounts.max())


def _proportional(scores: Floats) -> Floats:
    return np.asarray(scores / scores.sum())
