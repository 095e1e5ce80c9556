"""`Regions`: what a resource is shared over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem, ScenarioError

Floats = NDArray[np.float64]

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Regions:
    """Demand and cost of the regions that share a resource, as columns.

    Built by `from_arrays`, which validates it.

    Parameters
    ----------
    name : tuple of str, length R
    demand : float array (R,)
        Demand intensity D: requests, customers or a score; at least one above zero.
    unit_cost : float array (R,)
        Cost C of a unit of capacity (an agent, a site) there; above zero.
    floor : float array (R,)
        Least share; the floors sum to at most 1.
    population : float array (R,) or None
        Inhabitants.
    weight : float array (R,) or None
        Weights by which the rule ``floors`` splits what the floors leave; None: D / C.
    """

    name: tuple[str, ...]
    demand: Floats
    unit_cost: Floats
    floor: Floats
    population: Floats | None = None
    weight: Floats | None = None

    @classmethod
    def from_arrays(
        cls,
        name: Sequence[str],
        demand: ArrayLike,
        unit_cost: ArrayLike = 1.0,
        *,
        floor: ArrayLike = 0.0,
        population: ArrayLike | None = None,
        weight: ArrayLike | None = None,
    ) -> Regions:
        """Regions from arrays (R,); a single number holds for all.

        Raises
        ------
        ScenarioError
            With everything that is wrong with them.

        Examples
        --------
        >>> Regions.from_arrays("ABC", demand=[3, 2, 1], unit_cost=[2, 1, 3]).floor
        array([0., 0., 0.])
        >>> Regions.from_arrays("AB", demand=[-3, 2], unit_cost=[2, 0])
        Traceback (most recent call last):
            ...
        network.errors.ScenarioError: 2 problems in the regions
         * region A, demand: got -3; expected a finite number >= 0
         * region B, unit_cost: got 0; expected a finite number > 0
        """
        names = tuple(name)
        problems: list[Problem] = []
        if not names:
            problems.append(Problem("name", "there are no regions; expected at least one"))
        if len(set(names)) < len(names):
            twice = next(one for one in names if names.count(one) > 1)
            problems.append(Problem("name", f"region '{twice}' is given twice"))
        floors = _amounts("floor", floor, names, problems)
        if not problems and floors.sum() > 1 + _ROUNDING:
            message = f"the floors sum to {floors.sum():.4g}; expected at most 1"
            problems.append(Problem("floor", message))
        regions = cls(
            names,
            _amounts("demand", demand, names, problems, some=True),
            _amounts("unit_cost", unit_cost, names, problems, positive=True),
            floors,
            None if population is None else _amounts("population", population, names, problems),
            None if weight is None else _amounts("weight", weight, names, problems, some=True),
        )
        if problems:
            raise ScenarioError("the regions", problems)
        return regions

    def __len__(self) -> int:
        """Number of regions."""
        return len(self.name)


def _amounts(
    what: str,
    value: ArrayLike,
    names: tuple[str, ...],
    problems: list[Problem],
    *,
    positive: bool = False,
    some: bool = False,
) -> Floats:
    """Finite numbers (R,), >= 0 or > 0; faults go to the problems."""
    numbers = np.asarray(value, dtype=np.float64).ravel()
    if numbers.size not in (1, len(names)):
        problems.append(Problem(what, f"got {numbers.size} values; expected {len(names)}"))
        return np.ones(len(names))
    numbers = np.broadcast_to(numbers, (len(names),)).copy()
    good = np.isfinite(numbers) & ((numbers > 0) if positive else (numbers >= 0))
    for r in np.flatnonzero(~good).tolist():
        message = f"got {numbers[r]:g}; expected a finite number {'>' if positive else '>='} 0"
        problems.append(Problem(f"region {names[r]}, {what}", message))
    if some and good.all() and len(names) and not numbers.any():
        message = "all are zero; expected at least one region above zero"
        problems.append(Problem(what, message))
    return numbers
