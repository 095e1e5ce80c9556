"""Two parts of a part: a zone is served by a group of near sites, or the group is shut.

Beside a shut site its neighbour serves nearly as well, so single sites split badly;
shutting a whole neighbourhood moves the bound in both parts.

References
----------
Garcia, Labbe, Marin (2011), Solving large p-median problems with a radius formulation,
INFORMS J. Computing 23(4): the variables of which this branches on one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimize.placement.lagrangian.ascent import rate_splits
from optimize.placement.lagrangian.dual import Part


def branch(part: Part) -> tuple[Part, Part]:
    """Two parts that together hold all plans of a part; the likelier last."""
    near, share = part.near, part.dual.share.copy()
    share[part.opened] = 1.0
    end, score = np.zeros(len(near.first), np.int64), np.zeros(len(near.first))
    rate_splits(near.first, near.last, near.site, near.cost, share, end, score)
    part = replace(part, fresh=False)
    zone = int(np.argmax(score))
    if end[zone] < 0:
        return _by_site(part)
    group = near.site[near.first[zone] : end[zone]]
    outside = part.free[~np.isin(part.free, group)]
    if len(outside) == len(part.free):  # an open site serves already: nothing to decide
        return _by_site(part)
    inside = replace(part, near=near.cut(zone, int(end[zone])))
    shut = replace(part, free=outside)
    return (shut, inside) if share[group].sum() >= 0.5 else (inside, shut)


def _by_site(part: Part) -> tuple[Part, Part]:
    """Open or shut the free site of which the relaxation is least sure."""
    share = part.dual.share[part.free]
    site = part.free[np.argmin(np.abs(share - 0.5))]
    rest = part.free[part.free != site]
    opened = part.opened.copy()
    opened[site] = True
    up, down = replace(part, opened=opened, free=rest), replace(part, free=rest)
    return (down, up) if part.dual.share[site] >= 0.5 else (up, down)
