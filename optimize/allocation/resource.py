"""Money or capacity: what a region's share is a share of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError
from optimize.allocation.regions import Regions
from optimize.allocation.rules import share_by

Floats = NDArray[np.float64]


class Resource(StrEnum):
    """What is shared.

    ``money``: a share of the budget. ``capacity``: a share of all units (agents, sites) that
    the budget buys; where a unit costs more, the same share takes more money.
    """

    MONEY = "money"
    CAPACITY = "capacity"


@dataclass(frozen=True, slots=True)
class Split:
    """A budget shared over regions, as money and as capacity.

    Parameters
    ----------
    name : tuple of str, length R
    rule : str
    resource : Resource
        What `share` is a share of.
    share : float array (R,)
    money : float array (R,)
        Sums to the budget.
    capacity : float array (R,)
        Units, money / unit cost; not rounded.
    """

    name: tuple[str, ...]
    rule: str
    resource: Resource
    share: Floats
    money: Floats
    capacity: Floats


def split_budget(
    regions: Regions, rule: str, budget: float, resource: Resource | str = Resource.MONEY
) -> Split:
    """Share a budget by a named rule.

    As money m_r = R_r B and capacity is m_r / C_r. As capacity x_r = R_r B / sum_s R_s C_s, and
    money is x_r C_r. Both spend the whole budget B.

    Parameters
    ----------
    regions : Regions
    rule : str
    budget : float
        In the currency of the unit costs.
    resource : Resource

    Raises
    ------
    ScenarioError
        If the rule or resource is unknown or the budget is negative or not finite.

    Examples
    --------
    >>> regions = Regions.from_arrays("ABC", demand=[3, 2, 1], unit_cost=[2, 1, 3])
    >>> split_budget(regions, "workload", 110).capacity  # as demand: the same service for all
    array([30., 20., 10.])
    >>> split_budget(regions, "equal", 60, "capacity").money
    array([20., 10., 30.])
    """
    problems = []
    if resource not in list(Resource):
        known = [one.value for one in Resource]
        problems.append(Problem("resource", f"got '{resource}'; expected one of {known}"))
    if not (np.isfinite(budget) and budget >= 0):
        problems.append(Problem("budget", f"got {budget!r}; expected a finite number >= 0"))
    if problems:
        raise ScenarioError("the allocation", problems)
    shares = share_by(rule, regions)
    if resource == Resource.MONEY:
        money = shares * budget
    else:
        paid = shares * regions.unit_cost
        money = budget * paid / paid.sum()
    return Split(regions.name, rule, Resource(resource), shares, money, money / regions.unit_cost)
