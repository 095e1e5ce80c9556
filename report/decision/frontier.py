"""What more service costs: the cheapest plan for each of several targets or budgets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """The cheapest plan found for a target or a budget.

    Parameters
    ----------
    label : str
        What was asked for, in words.
    target : float
        Share asked for; NaN where a budget was given.
    cost_per_month : float
        NaN where there is no plan.
    service : float
        Share covered or kept; NaN: unknown.
    gap : float
        Of the planning model.
    proved : bool
        Whether a certificate or the solver's proof stands behind it.
    is_chosen : bool
        Whether it is the plan that the report is about.
    """

    label: str
    target: float
    cost_per_month: float
    service: float = math.nan
    gap: float = math.nan
    proved: bool = False
    is_chosen: bool = False

    @property
    def level(self) -> float:
        """Where it stands on the axis of service: what is reached, or else the target."""
        return self.service if math.isfinite(self.service) else self.target


def in_order(points: Sequence[FrontierPoint]) -> list[FrontierPoint]:
    """Points by rising service, then cost; those of unknown service last."""
    return sorted(points, key=lambda p: (math.isnan(p.level), p.level, p.cost_per_month))


def price_of_a_point(points: Sequence[FrontierPoint]) -> list[float]:
    """Cost a month of each further percentage point of service, from the point before.

    Parameters
    ----------
    points : sequence of FrontierPoint
        In order.

    Returns
    -------
    list of float
        One for each; NaN for the first, and where service does not rise.

    Examples
    --------
    >>> ends = [FrontierPoint("", 0.95, 1000.0), FrontierPoint("", 0.97, 1500.0)]
    >>> [round(price, 6) for price in price_of_a_point(ends)]
    [nan, 250.0]
    """
    found: list[float] = []
    last: FrontierPoint | None = None
    for point in points:
        rise = math.nan if last is None else 100 * (point.level - last.level)
        paid = math.nan if last is None else point.cost_per_month - last.cost_per_month
        found.append(paid / rise if rise > 1e-9 else math.nan)
        if math.isfinite(point.level) and math.isfinite(point.cost_per_month):
            last = point
    return found
