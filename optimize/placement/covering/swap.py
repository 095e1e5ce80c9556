"""Search for a cover by swapping one site for another, with every swap's gain at hand."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from optimize.placement.cover import ranges
from optimize.placement.covering.merge import Groups

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class SwapSearch:
    """Greedy start, tabu search, kicks; lives only inside a solver call.

    Kept up to date are the weight that each shut site would add, the weight that each open
    site alone covers, and for each open site how much of that each other site would save.
    So a swap's gain is ``adds[j] + saves[slot of r, j] - loss[slot of r]``, at once for all.

    Parameters
    ----------
    groups : Groups
    sites : int
        Sites to open, all told.
    required, usable : bool array (sites,)
    seed : int

    References
    ----------
    Whitaker (1983), INFOR 21; Resende and Werneck (2007), European Journal of Operational
    Research 179: the same bookkeeping for the p-median.
    """

    def __init__(
        self, groups: Groups, sites: int, required: Bools, usable: Bools, seed: int
    ) -> None:
        matrix = groups.matrix()
        by_site = matrix.T.tocsr()
        self._groups, self._required, self._usable = groups, required, usable
        self._length = np.diff(groups.first)
        self._first, self._group = by_site.indptr.astype(np.int64), by_site.indices
        self._count = np.zeros(len(groups), dtype=np.int64)
        self._owner = np.zeros(len(groups), dtype=np.int64)  # sum of slots that cover it
        self._adds: Floats = by_site @ groups.weight
        self._saves = np.zeros((sites, groups.site_count))
        self._loss = np.zeros(sites)
        self._at = np.full(sites, -1)  # site in each slot
        self._open = np.zeros(groups.site_count, dtype=np.bool_)
        self._draw = np.random.default_rng(seed)
        self._value = self.value = 0.0
        self.best = self._open.copy()
        self.steps = 0
        self._out_until = np.zeros(groups.site_count)
        self._in_until = np.zeros(groups.site_count)
        for site in np.flatnonzero(required).tolist():
            self._add(site)

    def greedy(self) -> None:
        """Open, one by one, the site that adds most."""
        while (self._at < 0).any():
            self._add(self._most_adding(self._adds))
        self._remember()

    def restart_from(self, open_sites: Bools) -> None:
        """Go to a solution."""
        for site in np.flatnonzero(self._open & ~open_sites).tolist():
            self._drop(site)
        for site in np.flatnonzero(open_sites & ~self._open).tolist():
            self._add(site)
        self._remember()

    def run(self, steps: int, until: float) -> None:
        """Swap, whether better or worse, and kick when nothing improves for long.

        Parameters
        ----------
        steps : int
        until : float
            On the clock of `time.perf_counter`.
        """
        movable = int((self._at >= 0).sum() - self._required.sum())
        if movable == 0 or self._open.sum() == self._usable.sum():
            return
        patience, stale, round_best = 2 * movable + 10, 0, -np.inf
        for _ in range(steps):
            self._best_swap(movable)
            stale += 1
            if self._value > round_best + 1e-9:
                round_best, stale = self._value, 0
            self._remember()
            if stale > patience:
                self._kick(movable)
                round_best, stale = -np.inf, 0
            if time.perf_counter() > until:
                return

    def _best_swap(self, movable: int) -> None:
        self.steps += 1
        opened = np.flatnonzero(self._open & ~self._required)
        shut = np.flatnonzero(~self._open & self._usable)
        slot = self._slot(opened)
        gain = self._saves[np.ix_(slot, shut)]
        gain += self._adds[shut]
        gain -= self._loss[slot][:, None]
        held = (self._in_until[opened] > self.steps)[:, None] | (self._out_until[shut] > self.steps)
        gain[held & (gain <= self.value - self._value + 1e-9)] = -np.inf
        best = int(np.argmax(gain))
        out, into = int(opened[best // len(shut)]), int(shut[best % len(shut)])
        self._drop(out)
        self._add(into)
        self._out_until[out] = self.steps + self._draw.integers(max(1, movable // 2), movable + 2)
        self._in_until[into] = self.steps + self._draw.integers(1, movable // 4 + 2)

    def _kick(self, movable: int) -> None:
        """Shut some sites at random, open others that add nearly most."""
        some = int(self._draw.integers(min(2, movable), max(2, movable // 2) + 1))
        opened = np.flatnonzero(self._open & ~self._required)
        for site in self._draw.choice(opened, min(some, movable), replace=False).tolist():
            self._drop(site)
        while (self._at < 0).any():
            self._add(self._most_adding(self._adds * self._draw.uniform(0.7, 1.0, len(self._adds))))
        self._remember()

    def _most_adding(self, adds: Floats) -> int:
        return int(np.argmax(np.where(self._open | ~self._usable, -np.inf, adds)))

    def _remember(self) -> None:
        if self._value > self.value + 1e-9 or not self.best.any():
            self.value, self.best = self._value, self._open.copy()

    def _slot(self, sites: Ints) -> Ints:
        where = np.zeros(len(self._open), dtype=np.int64)
        taken = np.flatnonzero(self._at >= 0)
        where[self._at[taken]] = taken
        return where[sites]

    def _add(self, site: int) -> None:
        slot = int(np.argmax(self._at < 0))
        groups = self._group[self._first[site] : self._first[site + 1]]
        count = self._count[groups]
        self._share_alone(groups[count == 1], -1.0)
        saved = self._spread(groups[count == 0])
        self._value += float(self._adds[site])
        self._loss[slot], self._saves[slot] = self._adds[site], saved
        self._adds = self._adds - saved
        self._count[groups] += 1
        self._owner[groups] += slot
        self._at[slot], self._open[site] = site, True

    def _drop(self, site: int) -> None:
        slot = int(np.argmax(self._at == site))
        groups = self._group[self._first[site] : self._first[site + 1]]
        self._adds = self._adds + self._saves[slot]
        self._value -= float(self._loss[slot])
        self._count[groups] -= 1
        self._owner[groups] -= slot
        self._at[slot], self._open[site] = -1, False
        self._share_alone(groups[self._count[groups] == 1], 1.0)

    def _spread(self, groups: Ints) -> Floats:
        """Weight of some groups, at each site that covers them (sites,)."""
        length = self._length[groups]
        site = self._groups.site[ranges(self._groups.first[groups], length)]
        weight = np.repeat(self._groups.weight[groups], length)
        return np.bincount(site, weights=weight, minlength=len(self._open)).astype(np.float64)

    def _share_alone(self, groups: Ints, sign: float) -> None:
        """Groups became (or are no longer) covered by one open site alone."""
        if not len(groups):
            return
        slots, which = np.unique(self._owner[groups], return_inverse=True)
        length, count = self._length[groups], len(self._open)
        site = self._groups.site[ranges(self._groups.first[groups], length)]
        weight = self._groups.weight[groups]
        saved = np.bincount(
            np.repeat(which * count, length) + site,
            weights=np.repeat(weight, length),
            minlength=len(slots) * count,
        )
        self._saves[slots] += sign * saved.reshape(len(slots), count)
        self._loss[slots] += sign * np.bincount(which, weights=weight, minlength=len(slots))
