"""Sites and pairs that no better plan uses, by the reduced costs of a bound.

With the bound L, the picks S and reduced costs rho: a plan that opens a site j outside S
costs at least L + rho_j - max_S rho, one that shuts a pick j at least L - rho_j plus the
least rho outside, and one in which j serves zone i at least max(0, c_ij - u_i) more.

References
----------
Beasley (1985), A note on solving large p-median problems, EJOR 21(2).
Avella, Sassano, Vasil'ev (2007), Computational study of large-scale p-median problems,
Math. Programming 109(1).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimize.placement.lagrangian.dual import Part


def fix_sites(part: Part, count: int, cutoff: float) -> Part:
    """Open and shut the free sites of which a bound above the cutoff is sure."""
    picks = part.picks(count)
    if not part.fresh or not 0 < picks < len(part.free):
        return part
    rho = part.dual.rho[part.free]
    order = np.argsort(rho, kind="stable")
    picked, rest = order[:picks], order[picks:]
    slack = cutoff - part.dual.bound
    shut = rest[rho[rest] - rho[picked[-1]] > slack]
    sure = picked[rho[rest[0]] - rho[picked] > slack]
    if not len(shut) and not len(sure):
        return part
    opened = part.opened.copy()
    opened[part.free[sure]] = True
    free = np.delete(part.free, np.concatenate([shut, sure]))
    return replace(part, opened=opened, free=free)


def drop_pairs(before: Part, after: Part, count: int, cutoff: float) -> Part:
    """Take shut sites and pairs that no better plan uses out of the lists.

    Parameters
    ----------
    before : Part
        The part that the bound belongs to.
    after : Part
        The same after `fix_sites`.
    count : int
    cutoff : float
    """
    dual = before.dual
    kept = after.opened.copy()
    kept[after.free] = True
    extra, slack = np.zeros(len(kept)), np.inf
    if before.fresh:
        slack = cutoff - dual.bound
        picks = before.picks(count)
        if picks > 0:
            rho = dual.rho[before.free]
            extra[before.free] = np.maximum(0.0, rho - np.partition(rho, picks - 1)[picks - 1])
    near = after.near.without(kept, after.opened, dual.u, extra, slack)
    sure = near.top - dual.u > slack  # no better plan uses the sites left out as far
    return replace(after, near=replace(near, top=np.where(sure, np.inf, near.top)))
