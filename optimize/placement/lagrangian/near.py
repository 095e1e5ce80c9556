"""Near sites of every zone, nearest first: the lists that bounds are computed on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Bools = NDArray[np.bool_]

_CHUNK = 4_000_000


@dataclass(frozen=True, slots=True)
class Near:
    """Sites of zone i are ``site[first[i]:last[i]]``, by ascending cost.

    Parameters
    ----------
    first, last : int array (zones,)
    site : int array (pairs,)
    cost : float array (pairs,)
    top : float array (zones,)
        No site left out because it is far costs less than this: with a multiplier up to it
        the bound holds for the whole list. Infinite where nothing was left out.
    """

    first: Ints
    last: Ints
    site: Codes
    cost: Floats
    top: Floats

    @property
    def pairs(self) -> int:
        """Pairs in the lists."""
        return int((self.last - self.first).sum())

    @property
    def complete(self) -> bool:
        """Whether no zone lacks a far site that a better plan might use."""
        return bool(np.isinf(self.top).all())

    @property
    def hopeless(self) -> bool:
        """Whether a zone has no site left."""
        return bool(((self.last == self.first) & np.isinf(self.top)).any())

    def cut(self, zone: int, end: int) -> Near:
        """The lists when a zone may only be served by its sites before a position."""
        last, top = self.last.copy(), self.top.copy()
        last[zone], top[zone] = end, np.inf
        return Near(self.first, last, self.site, self.cost, top)

    def without(self, kept: Bools, opened: Bools, u: Floats, extra: Floats, slack: float) -> Near:
        """The lists without pairs that no better plan uses.

        Parameters
        ----------
        kept, opened : bool array (sites,)
            Sites that are not shut; sites that are open for sure, behind which no site of
            the same zone serves.
        u : float array (zones,)
            Multipliers of a bound.
        extra : float array (sites,)
            What opening a site adds to the bound.
        slack : float
            What may be added to the bound.
        """
        ends, site, cost = _filter(
            self.first, self.last, self.site, self.cost, kept, opened, u, extra, slack
        )
        return Near(ends[:-1], ends[1:], site, cost, self.top)


def nearest_of(cost: Floats, kept: Ints, unreachable: float) -> Near:
    """All of some sites for every zone; arguments as in `nearest`."""
    near = nearest(cost[kept], len(kept), unreachable)
    return replace(near, site=kept[near.site].astype(np.int32))


def nearest(cost: Floats, count: int, unreachable: float) -> Near:
    """The ``count`` nearest sites of every zone.

    Parameters
    ----------
    cost : float array (sites, zones)
    count : int
    unreachable : float
        Costs from here on stand for pairs without a way; these are in no list.
    """
    sites, zones = cost.shape
    count = min(count, sites)
    parts, tops = [], []
    step = max(1, _CHUNK // sites)
    for begin in range(0, zones, step):
        block = np.ascontiguousarray(cost[:, begin : begin + step].T)
        site = np.broadcast_to(np.arange(sites), block.shape)
        if count < sites:
            site = np.sort(np.argpartition(block, count - 1, axis=1)[:, :count], axis=1)
        value = np.take_along_axis(block, site, axis=1)
        order = np.argsort(value, axis=1, kind="stable")
        site = np.take_along_axis(site, order, axis=1).astype(np.int32)
        value = np.take_along_axis(value, order, axis=1)
        reach = value < unreachable
        tops.append(np.where(reach[:, -1] & (count < sites), value[:, -1], np.inf))
        parts.append((reach.sum(axis=1), site[reach], value[reach]))
    ends = np.concatenate([[0], np.cumsum(np.concatenate([part[0] for part in parts]))])
    return Near(
        ends[:-1],
        ends[1:],
        np.concatenate([part[1] for part in parts]),
        np.concatenate([part[2] for part in parts]),
        np.concatenate(tops),
    )


@njit(cache=True, nogil=True)
def _filter(
    first: Ints,
    last: Ints,
    site: Codes,
    cost: Floats,
    kept: Bools,
    opened: Bools,
    u: Floats,
    extra: Floats,
    slack: float,
) -> tuple[Ints, Codes, Floats]:
    zones = len(first)
    ends = np.zeros(zones + 1, np.int64)
    total = 0
    for i in range(zones):
        total += last[i] - first[i]
    new_site = np.zeros(total, np.int32)
    new_cost = np.zeros(total)
    at = 0
    for i in range(zones):
        for k in range(first[i], last[i]):
            j = site[k]
            if kept[j] and max(0.0, cost[k] - u[i]) + extra[j] <= slack:
                new_site[at], new_cost[at] = j, cost[k]
                at += 1
            if opened[j]:
                break
        ends[i + 1] = at
    return ends, new_site[:at].copy(), new_cost[:at].copy()
