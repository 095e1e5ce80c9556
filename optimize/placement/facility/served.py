"""Who serves whom once sites and shares are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimize.placement.facility.problem import FacilityProblem, Floats, Ints
from optimize.placement.instance import Instance
from optimize.placement.plan import UNASSIGNED

_NO_SHARE = 1e-7


@dataclass(frozen=True, slots=True)
class Served:
    """Which share of a zone a site serves, by zone and site.

    Parameters
    ----------
    zone, site : int array (shares,)
    share : float array (shares,)
    """

    zone: Ints
    site: Ints
    share: Floats

    def assignment(self, zones: int) -> Ints:
        """The site of each zone, where zones are served whole."""
        site = np.full(zones, UNASSIGNED, dtype=np.int64)
        site[self.zone] = self.site
        return site

    def weighted_travel(self, instance: Instance) -> float:
        """Weight times travel over all shares."""
        travel = instance.travel()[self.zone, self.site]
        return float((instance.weight[self.zone] * travel * self.share).sum())


def who_serves(instance: Instance, problem: FacilityProblem, share: Floats, opened: Ints) -> Served:
    """Shares (sites, zones) of a solved problem as pairs; without any, the nearest open site.

    Zones outside the problem ask for nothing: they are shown at the nearest open site.
    """
    nearest = _nearest_open(instance, opened)
    if share.size:
        nearest[problem.zone] = UNASSIGNED
        share = np.where(share > _NO_SHARE, share, 0.0)
        share = share / share.sum(axis=0)
    else:
        share = np.zeros((0, 0))
    column, row = np.nonzero(share.T)
    whole = np.flatnonzero(nearest != UNASSIGNED)
    zone = np.concatenate([whole, problem.zone[column]])
    site = np.concatenate([nearest[whole], problem.site[row]])
    part = np.concatenate([np.ones(len(whole)), share.T[column, row]])
    order = np.lexsort((site, zone))
    return Served(zone[order], site[order], part[order])


def _nearest_open(instance: Instance, opened: Ints) -> Ints:
    """Nearest open site of every zone, the first of equals; none where no way leads to one."""
    if not len(opened):
        return np.full(len(instance), UNASSIGNED, dtype=np.int64)
    travel = instance.travel()[:, opened]
    column = travel.argmin(axis=1)
    reached = np.isfinite(travel[np.arange(len(travel)), column])
    return np.where(reached, opened[column], UNASSIGNED)
