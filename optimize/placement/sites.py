"""`Sites`: which sites may be open, at what cost and for how much demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class SiteOptions(TypedDict, total=False):
    """What may be said of sites; masks as booleans (sites,) or as site numbers."""

    required: Sequence[int] | Bools
    closed: Sequence[int] | Bools
    existing: Sequence[int] | Bools
    opening_cost: ArrayLike
    closing_cost: ArrayLike
    fixed_cost: ArrayLike
    capacity: ArrayLike
    site_id: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sites:
    """Status, costs and capacity of every site, as columns.

    Parameters
    ----------
    site_id : tuple of str
    required, closed, existing : bool array (sites,)
        Must be open; must not be open; is open today.
    opening_cost, closing_cost : float array (sites,)
        Paid when a new site opens, and when an existing one shuts, spread over the
        planning period.
    fixed_cost : float array (sites,)
        Paid for every open site over the planning period.
    capacity : float array (sites,)
        Demand that an open site can serve; infinite: no limit.
    """

    site_id: tuple[str, ...]
    required: Bools
    closed: Bools
    existing: Bools
    opening_cost: Floats
    closing_cost: Floats
    fixed_cost: Floats
    capacity: Floats

    def __len__(self) -> int:
        return len(self.site_id)

    @property
    def usable(self) -> Bools:
        """Sites that may be open (sites,)."""
        return ~self.closed

    @property
    def cost_if_open(self) -> Floats:
        """Cost of an open site against a shut one (sites,).

        Opening a new site costs; keeping an existing one saves its closing cost, so
        total cost is this summed over open sites plus `cost_of_closing_all`.
        """
        change = np.where(self.existing, -self.closing_cost, self.opening_cost)
        return np.asarray(self.fixed_cost + change)

    @property
    def cost_of_closing_all(self) -> float:
        """Closing costs of all existing sites."""
        return float(self.closing_cost[self.existing].sum())


def read_sites(count: int, options: SiteOptions, problems: list[Problem]) -> Sites:
    """Check what is said of sites; faults are added to the problems.

    Examples
    --------
    >>> sites = read_sites(3, {"required": [2], "fixed_cost": 5.0}, [])
    >>> sites.required, sites.fixed_cost
    (array([False, False,  True]), array([5., 5., 5.]))
    """
    names = tuple(options.get("site_id", ())) or tuple(f"s{j}" for j in range(count))
    if len(names) != count:
        problems.append(Problem("site_id", f"got {len(names)} names; expected {count}"))
    sites = Sites(
        site_id=names,
        required=_mask("required", options.get("required", ()), count, problems),
        closed=_mask("closed", options.get("closed", ()), count, problems),
        existing=_mask("existing", options.get("existing", ()), count, problems),
        opening_cost=read_amount("opening_cost", options.get("opening_cost", 0.0), count, problems),
        closing_cost=read_amount("closing_cost", options.get("closing_cost", 0.0), count, problems),
        fixed_cost=read_amount("fixed_cost", options.get("fixed_cost", 0.0), count, problems),
        capacity=read_amount("capacity", options.get("capacity", np.inf), count, problems),
    )
    both = np.flatnonzero(sites.required & sites.closed)
    if len(both):
        problems.append(Problem("required", f"site {names[both[0]]} is both required and closed"))
    return sites


def read_amount(name: str, value: ArrayLike, count: int, problems: list[Problem]) -> Floats:
    """Amounts >= 0 (count,), finite except for capacities; a single one holds for all."""
    numbers = np.asarray(value, dtype=np.float64).ravel()
    if numbers.size not in (1, count):
        problems.append(Problem(name, f"got {numbers.size} values; expected {count}"))
        return np.zeros(count)
    numbers = np.broadcast_to(numbers, (count,)).copy()
    bad = np.flatnonzero(~(numbers >= 0) | (np.isinf(numbers) & (name != "capacity")))
    if len(bad):
        message = f"value {bad[0]} is {numbers[bad[0]]}; expected a finite number >= 0"
        problems.append(Problem(name, message))
    return numbers


def _mask(name: str, value: Sequence[int] | Bools, count: int, problems: list[Problem]) -> Bools:
    given = np.asarray(value)
    mask = np.zeros(count, dtype=np.bool_)
    if given.dtype == np.bool_:
        if given.shape == (count,):
            return given.copy()
        problems.append(Problem(name, f"got shape {given.shape}; expected ({count},)"))
        return mask
    wrong = [number for number in given.tolist() if number not in range(count)]
    if wrong:
        message = f"there is no site {wrong[0]}; expected integers from 0 to {count - 1}"
        problems.append(Problem(name, message))
    else:
        mask[given.astype(np.int64)] = True
    return mask
