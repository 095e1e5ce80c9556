"""Neighbours of a placement: one unit, or two, stand elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def one_unit_moves(units: Ints, least: Ints, most: Ints) -> Ints:
    """All placements that differ by one unit at another site (moves, sites).

    Parameters
    ----------
    units, least, most : int array (sites,)
        Units at each site now, and how few and how many it may hold.

    Examples
    --------
    >>> one_unit_moves(np.array([2, 0, 1]), np.array([0, 0, 1]), np.array([2, 2, 2]))
    array([[1, 1, 1],
           [1, 0, 2]])
    """
    giver, taker = np.nonzero((units > least)[:, None] & (units < most)[None, :])
    apart = giver != taker
    giver, taker = giver[apart], taker[apart]
    moved = np.tile(units, (len(giver), 1))
    row = np.arange(len(giver))
    moved[row, giver] -= 1
    moved[row, taker] += 1
    return moved


def promising_moves(
    units: Ints,
    least: Ints,
    most: Ints,
    worth: Callable[[Ints], Floats],
    *,
    keep: int = 160,
    expand: int = 8,
) -> Ints:
    """The best placements by a guide that differ by one or two units (moves, sites).

    Parameters
    ----------
    units, least, most : int array (sites,)
    worth : callable
        From placements (moves, sites) to what the guide holds of them (moves,).
    keep : int
        Half of them with one unit moved, half with two.
    expand : int
        Moves of one unit, the best, from which a second one starts.

    Examples
    --------
    >>> units, none = np.array([2, 0, 0]), np.zeros(3, int)
    >>> promising_moves(units, none, units[[0, 0, 0]], lambda moves: moves @ [0, 1, 2], keep=2)
    array([[1, 0, 1],
           [0, 0, 2]])
    """
    first = _best(one_unit_moves(units, least, most), worth)
    second = [one_unit_moves(move, least, most) for move in first[:expand]]
    if not second:
        return first
    further = np.unique(np.concatenate(second), axis=0)
    known = {move.tobytes() for move in [units.astype(further.dtype), *first]}
    fresh = np.array([move.tobytes() not in known for move in further], dtype=np.bool_)
    ones = first[: keep - keep // 2]
    return np.concatenate([ones, _best(further[fresh], worth)[: keep - len(ones)]])


def _best(moves: Ints, worth: Callable[[Ints], Floats]) -> Ints:
    return moves[np.argsort(-worth(moves), kind="stable")] if len(moves) else moves
