"""Zones covered by the same sites become one, which is the key to large covering models.

A hundred sites cut the plane into some hundreds of patches of equal coverage, however
many zones there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimize.placement.cover import Cover, ranges

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_MOST_PAIRS = 5_000_000


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups of zones of equal coverage; sites of group g are ``site[first[g]:first[g + 1]]``.

    Parameters
    ----------
    first : int array (groups + 1,)
    site : int array (pairs,)
        Ascending within a group; a group has at least one.
    weight : float array (groups,)
        Total weight of the zones, > 0.
    zone : int array (groups,)
        A zone that stands for the group.
    site_count : int
    """

    first: Ints
    site: Ints
    weight: Floats
    zone: Ints
    site_count: int

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def group(self) -> Ints:
        """Group of each pair."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    def matrix(self) -> csr_array:
        """Ones where a site covers a group, sparse (groups, sites)."""
        from scipy.sparse import csr_array

        ones = np.ones(len(self.site))
        return csr_array((ones, self.site, self.first), shape=(len(self), self.site_count))

    def only(self, rows: Ints) -> Groups:
        """The same for some of the groups."""
        length = np.diff(self.first)[rows]
        at = ranges(self.first[rows], length)
        first = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
        return Groups(first, self.site[at], self.weight[rows], self.zone[rows], self.site_count)

    def with_sites(self, kept: Bools) -> Groups:
        """The same without some sites; groups that became alike are merged again."""
        pairs = kept[self.site]
        length = np.bincount(self.group[pairs], minlength=len(self))
        first = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
        merged = merge_equal(Cover(first, self.site[pairs], self.site_count), self.weight)
        zone = self.zone[merged.zone]
        return Groups(merged.first, merged.site, merged.weight, zone, self.site_count)


def merge_equal(cover: Cover, weight: Floats, kind: Ints | None = None) -> Groups:
    """Merge zones that the same sites cover; zones without weight or site are left out.

    Parameters
    ----------
    cover : Cover
    weight : float array (zones,)
    kind : int array (zones,), optional
        Only zones of the same kind are merged.

    Notes
    -----
    Rows are compared by the sum of a random 64-bit number per site, and then entry by
    entry with the row they seem to equal: two rows of one sum that differ are not merged.

    Examples
    --------
    >>> cover = Cover(np.array([0, 1, 3, 4]), np.array([1, 0, 1, 1]), 2)
    >>> groups = merge_equal(cover, np.array([5.0, 2.0, 1.0]))
    >>> groups.first, groups.site, groups.weight
    (array([0, 1, 3]), array([1, 0, 1]), array([6., 2.]))
    """
    length = np.diff(cover.first)
    zones = np.flatnonzero((length > 0) & (weight > 0))
    key = np.random.default_rng(0).integers(1, 2**63, cover.site_count, dtype=np.uint64)
    sums = np.zeros(len(cover.site) + 1, dtype=np.uint64)
    np.cumsum(key[cover.site], out=sums[1:])
    row_sum = sums[cover.first[zones + 1]] - sums[cover.first[zones]]
    if kind is not None:
        row_sum += kind[zones].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    _, seen, group = np.unique(row_sum, return_index=True, return_inverse=True)
    like = zones[seen][group]
    same = _equal_rows(cover, zones, like)
    if kind is not None:
        same &= kind[zones] == kind[like]
    like = np.where(same, like, zones)
    stand_in, group = np.unique(like, return_inverse=True)
    total = np.zeros(len(stand_in))
    np.add.at(total, group, weight[zones])
    first = np.concatenate([[0], np.cumsum(length[stand_in])]).astype(np.int64)
    site = cover.site[ranges(cover.first[stand_in], length[stand_in])]
    return Groups(first, site, total, stand_in, cover.site_count)


def without_dominated(groups: Groups) -> Groups:
    """Groups that must be looked at when all are to be covered.

    A group whose sites include all sites of another is covered whenever that one is.
    Large sets are returned as they are: solvers find the same in their presolve.
    """
    matrix = groups.matrix()
    per_site = np.bincount(groups.site, minlength=groups.site_count).astype(np.float64)
    if float(per_site @ per_site) > _MOST_PAIRS:
        return groups
    shared = (matrix @ matrix.T).tocoo()
    length = np.diff(groups.first)
    inside = (shared.row != shared.col) & (shared.data == length[shared.row])
    keep = np.ones(len(groups), dtype=np.bool_)
    keep[shared.col[inside]] = False  # equal rows were merged, so inclusion is strict
    return groups.only(np.flatnonzero(keep))


def _equal_rows(cover: Cover, one: Ints, other: Ints) -> Bools:
    """Whether rows hold the same sites (rows,)."""
    length = np.diff(cover.first)
    same = np.asarray(length[one] == length[other])
    apart = np.flatnonzero(same & (one != other))
    size = length[one[apart]]
    left = cover.site[ranges(cover.first[one[apart]], size)]
    right = cover.site[ranges(cover.first[other[apart]], size)]
    wrong = np.repeat(apart, size)[left != right]
    same[wrong] = False
    return same
