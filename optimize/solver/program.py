"""A mixed-integer program as arrays, and the builder that collects them block by block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import EngineError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MAX_COEFFICIENT = 1e15
"""Beyond this a solver's answer means nothing; big-M constants stay below 1e6."""


@dataclass(frozen=True, slots=True)
class Program:
    """Minimise ``cost @ x`` subject to ``row_lower <= A x <= row_upper``, ``lower <= x <= upper``.

    Parameters
    ----------
    cost, lower, upper : float array (variables,)
    integer : bool array (variables,)
    row_lower, row_upper : float array (rows,)
    row, column, value : arrays (nonzeros,)
        A in coordinates, each pair once.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    integer: Bools
    row_lower: Floats
    row_upper: Floats
    row: Ints
    column: Ints
    value: Floats

    def check_finite(self) -> None:
        """Refuse what solvers answer with nonsense.

        Raises
        ------
        EngineError
            If a coefficient is NaN, infinite or huge, or a bound is NaN.
        """
        for name, numbers in (("cost", self.cost), ("coefficient", self.value)):
            bad = np.flatnonzero(~(np.abs(numbers) <= MAX_COEFFICIENT))
            if len(bad):
                raise EngineError(
                    f"{name} {bad[0]} of the model is {numbers[bad[0]]}; expected a finite number "
                    f"up to {MAX_COEFFICIENT:g}"
                )
        for name in ("lower", "upper", "row_lower", "row_upper"):
            if np.isnan(getattr(self, name)).any():
                raise EngineError(f"a bound of the model ({name}) is not a number")

    def violation(self, x: Floats) -> float:
        """Largest violation of any bound, row or integrality at a point."""
        activity = np.bincount(
            self.row, weights=self.value * x[self.column], minlength=len(self.row_lower)
        )
        apart = [
            self.lower - x,
            x - self.upper,
            self.row_lower - activity,
            activity - self.row_upper,
            np.abs(x - np.round(x))[self.integer],
        ]
        return max((float(part.max()) for part in apart if len(part)), default=0.0)


class ProgramBuilder:
    """Collects blocks of variables and rows; lives only inside a solver call.

    Examples
    --------
    >>> model = ProgramBuilder()
    >>> y = model.add_variables(3, cost=[4.0, 3.0, 5.0], integer=True)
    >>> model.add_rows(1, [0, 0, 0], y, 1.0, lower=1.0)
    >>> model.build().cost
    array([4., 3., 5.])
    """

    def __init__(self) -> None:
        self._variables: list[tuple[Floats, Floats, Floats, Bools]] = []
        self._rows: list[tuple[Floats, Floats]] = []
        self._terms: list[tuple[Ints, Ints, Floats]] = []
        self._variable_count = self._row_count = 0

    def add_variables(
        self,
        count: int,
        *,
        cost: ArrayLike = 0.0,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = 1.0,
        integer: bool = False,
    ) -> Ints:
        """Add a block of variables and return their numbers (count,)."""
        first = self._variable_count
        self._variable_count += count
        self._variables.append(
            (
                _filled(cost, count),
                _filled(lower, count),
                _filled(upper, count),
                np.full(count, integer),
            )
        )
        return np.arange(first, first + count)

    def add_rows(
        self,
        count: int,
        row: ArrayLike,
        column: ArrayLike,
        value: ArrayLike,
        *,
        lower: ArrayLike = -np.inf,
        upper: ArrayLike = np.inf,
    ) -> None:
        """Add a block of constraints.

        Parameters
        ----------
        count : int
            Rows of the block.
        row, column, value : array-like (terms,)
            Row within the block, variable and coefficient of each term; terms of the same
            row and variable add up.
        lower, upper : array-like
            Limits of the rows.
        """
        rows = np.asarray(row, dtype=np.int64).ravel()
        self._terms.append(
            (
                rows + self._row_count,
                np.asarray(column, dtype=np.int64).ravel(),
                _filled(value, len(rows)),
            )
        )
        self._rows.append((_filled(lower, count), _filled(upper, count)))
        self._row_count += count

    def build(self) -> Program:
        """The program of all blocks."""
        cost, lower, upper, integer = (
            np.concatenate([block[k] for block in self._variables]) for k in range(4)
        )
        empty = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        terms = [*self._terms, empty]
        row, column = (np.concatenate([term[k] for term in terms]) for k in range(2))
        value = np.concatenate([term[2] for term in terms])
        limits = [*self._rows, (np.zeros(0), np.zeros(0))]
        program = Program(
            cost=cost,
            lower=lower,
            upper=upper,
            integer=integer.astype(np.bool_),
            row_lower=np.concatenate([one[0] for one in limits]),
            row_upper=np.concatenate([one[1] for one in limits]),
            row=row,
            column=column,
            value=value,
        )
        program.check_finite()
        return program


def _filled(values: ArrayLike, count: int) -> Floats:
    return np.broadcast_to(np.asarray(values, dtype=np.float64).ravel(), (count,)).copy()
