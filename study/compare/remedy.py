"""How many more people would keep a promise that an alternative keeps worse than the base.

The rule: all pools of the promise's tier at open sites (in its region, if it is made for
one) grow in proportion to their size, rounded to whole people by largest remainders, and the
least such increase is sought by doubling and bisection on the very same requests. It is the
least *uniform* increase, found where more people keep the promise better; a better mix of
pools may need fewer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from network.model import Network
from network.promise import Promise
from sim.paired import met_due
from sim.result import Result

Try = Callable[[Network], Result]
"""Plays a network on the comparison's requests."""

Place = tuple[str, str]
"""A tier, and the region it is looked at in; an empty one: all of them."""

_ROUNDS = 4
"""People at one tier move work to another: places are looked at again so often."""
MOST_GROWTH = 3.0
"""The search gives up at so many times the people that a tier has ..."""
LEAST_TRIED = 10
"""... but not before it has tried so many more."""


@dataclass(frozen=True)
class Kept:
    """A promise in the base, in the alternative, and with more people.

    Parameters
    ----------
    promise : str
        Its id.
    base, alternative, remedied : float
        Shares kept.
    """

    promise: str
    base: float
    alternative: float
    remedied: float


@dataclass(frozen=True)
class Remedy:
    """More people at a tier, that its promises are kept as in the base.

    Parameters
    ----------
    tier, region : str
        An empty region: all.
    agents : int
        That work there in the alternative.
    extra : int
        People more; the most that was tried if that is not enough.
    kept : tuple of Kept
    restored : bool
        Whether all of them are kept at least as well as in the base.
    """

    tier: str
    region: str
    agents: int
    extra: int
    kept: tuple[Kept, ...]
    restored: bool


@dataclass(frozen=True)
class Remedies:
    """What restores the promises of an alternative, tier by tier.

    Parameters
    ----------
    tiers : tuple of Remedy
        All of them together.
    result : Result
        The alternative with all of it.
    plays : int
        Simulations that the search took.
    untied : tuple of Kept
        Promises that became worse and are tied to no tier: none is sought for them.
    """

    tiers: tuple[Remedy, ...]
    result: Result
    plays: int
    untied: tuple[Kept, ...] = ()


def find_remedies(base: Result, alternative: Result, worse: Sequence[str], play: Try) -> Remedies:
    """Seek the least uniform increase at each tier whose promises became worse.

    Parameters
    ----------
    base, alternative : Result
        On the same requests.
    worse : sequence of str
        Ids of promises that are shown to be kept worse.
    play : callable
        Simulates on the same requests.
    """
    places: dict[Place, list[str]] = {}
    untied = []
    for promise in alternative.network.promises:
        if promise.promise_id not in worse:
            continue
        if promise.tier is None:
            untied.append(promise.promise_id)
        else:
            place = promise.tier, _region_of(alternative.network, promise)
            places.setdefault(place, []).append(promise.promise_id)
    search = _Search(alternative, play)
    for _ in range(_ROUNDS if places else 0):
        for place, names in places.items():
            search.restore(place, {name: share_kept(base, name) for name in names})
        if all(search.reaches(base, names) for names in places.values()):
            break
    return Remedies(
        tuple(
            Remedy(
                *place,
                agents_at(alternative.network, place),
                search.extra.get(place, 0),
                tuple(_kept(name, base, alternative, search.now) for name in names),
                search.reaches(base, names),
            )
            for place, names in places.items()
        ),
        search.now,
        search.plays,
        tuple(_kept(name, base, alternative, search.now) for name in untied),
    )


def _kept(name: str, *results: Result) -> Kept:
    base, alternative, remedied = (share_kept(one, name) for one in results)
    return Kept(name, base, alternative, remedied)


class _Search:
    """More people, place by place, on top of an alternative.

    Parameters
    ----------
    alternative : Result
    play : callable
    """

    def __init__(self, alternative: Result, play: Try) -> None:
        self.now = alternative
        self.extra: dict[Place, int] = {}
        self.plays = 0
        self._from = alternative.network
        self._play = play

    def reaches(self, base: Result, names: Sequence[str]) -> bool:
        """Whether promises are kept at least as well as in the base."""
        return _reached(self.now, {name: share_kept(base, name) for name in names})

    def restore(self, place: Place, goals: Mapping[str, float]) -> None:
        """Find the least increase at a place that reaches the goals, the others as they are."""
        if _reached(self.now, goals):
            return
        agents = agents_at(self._from, place)
        low = self.extra.get(place, 0)
        most = max(LEAST_TRIED, math.ceil((MOST_GROWTH - 1) * agents))
        step = 1 if low else max(1, round(0.05 * agents))
        while low < most:
            high = min(low + step, most)
            best = self._with(place, high)
            if _reached(best, goals) or high == most:
                break
            low, step = high, 2 * step
        else:
            return
        while _reached(best, goals) and high - low > 1:
            middle = (low + high) // 2
            result = self._with(place, middle)
            if _reached(result, goals):
                high, best = middle, result
            else:
                low = middle
        self.extra[place], self.now = high, best

    def _with(self, place: Place, extra: int) -> Result:
        """The alternative with so many more at a place, and what was found at the others."""
        network = self._from
        for where, count in {**self.extra, place: extra}.items():
            network = with_more(network, where, count)
        self.plays += 1
        return self._play(network)


def _reached(result: Result, goals: Mapping[str, float]) -> bool:
    return all(share_kept(result, name) >= goal for name, goal in goals.items())


def share_kept(result: Result, promise: str) -> float:
    """The share in which a promise is kept; NaN where nothing is due."""
    number = [one.promise_id for one in result.network.promises].index(promise)
    met, due = met_due(result, number)
    return float(met.sum() / due.sum()) if due.sum() > 0 else math.nan


def _region_of(network: Network, promise: Promise) -> str:
    """The region that a promise is made for, if sites say that they lie there."""
    known = {site.region for site in network.sites if site.tier == promise.tier}
    return promise.region if promise.region in known and promise.region is not None else ""


def agents_at(network: Network, place: Place) -> int:
    """People at the open sites of a tier, in a region or in all."""
    return sum(network.pools[n].count for n in _pools_of(network, place))


def _pools_of(network: Network, place: Place) -> list[int]:
    tier, region = place
    sites = {
        site.site_id
        for site in network.sites
        if site.tier == tier and site.status.is_open and region in ("", site.region)
    }
    return [n for n, pool in enumerate(network.pools) if pool.site in sites]


def with_more(network: Network, place: Place, extra: int) -> Network:
    """The network with more people at a tier, its pools growing in proportion.

    Parameters
    ----------
    network : Network
    place : tuple of str
        Tier and region.
    extra : int
        People in all; whole people go to the largest remainders, then to the first pools.
    """
    rows = _pools_of(network, place)
    counts = np.array([network.pools[n].count for n in rows], dtype=np.float64)
    weights = counts / counts.sum() if counts.sum() > 0 else np.full(len(rows), 1 / len(rows))
    shares = extra * weights
    more = np.floor(shares + 1e-9).astype(np.int64)
    order = np.argsort(-(shares - more), kind="stable")
    more[order[: extra - int(more.sum())]] += 1
    added = dict(zip(rows, more.tolist(), strict=True))
    pools = tuple(
        pool.model_copy(update={"count": pool.count + added.get(n, 0)})
        for n, pool in enumerate(network.pools)
    )
    return replace(network, pools=pools)
