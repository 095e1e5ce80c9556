"""`TieredPlan`: what multi-tier placement decides and predicts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from network.errors import Problem
from network.places import Site
from optimize.solver import Status, relative_gap, require_plan
from optimize.tiers.outcome import Predicted
from optimize.tiers.staffing import Crew


@dataclass(frozen=True, slots=True)
class Staffed:
    """An open site and its people.

    Parameters
    ----------
    site : Site
    crew : Crew
        Patterns of shift, skill and wage.
    partner : bool
        Whether a partner's people do the work, as the scenario has them.
    agents : tuple of int
        By skill group of the crew.
    count : tuple of int
        By pattern of the crew.
    intensity : float
        Work per agent of the main group that the level allows, as a multiple of today's.
    work_h : tuple of float
        Hours of work a month by skill group, agents' travel included.
    """

    site: Site
    crew: Crew
    partner: bool
    agents: tuple[int, ...]
    count: tuple[int, ...]
    intensity: float
    work_h: tuple[float, ...]

    @property
    def people(self) -> int:
        """Agents in all groups together."""
        return sum(self.agents)


@dataclass(frozen=True)
class TieredPlan:
    """Where to open which kind of site, who serves whom, with how many people.

    Parameters
    ----------
    scenario : str
    status : Status
    objective : float
        Money a month of the plan as it can be carried out: whole agents, one site per zone and
        tier. NaN without a plan.
    bound : float
        No plan of the model costs less.
    seconds : float
        On the clock, everything included.
    solver, version : str
    bound_kind : str
        ``model``: the bound is one of the placement model, whose waits are a formula.
    open_sites : tuple of str
        Of the placed tiers, by id.
    opened, closed : tuple of str
        Changes against today.
    staff : tuple of Staffed
        By open site.
    assignments : tuple of (str, str, str)
        Zone, tier and site.
    cost : dict of str to float
        Money a month by component.
    today : dict of str to float
        The same of the network as it is.
    promises, promises_today : tuple of Predicted
    trip_min, trip_min_today : dict of str to float
        Mean minutes of one way by tier.
    uncovered : tuple of (str, str)
        Tier, and zone that no site in use can reach.
    shortfalls : tuple of Problem
        Without a plan: what cannot be kept, where, by how much, and what would be enough.
    notes : tuple of str
        What to know before believing the plan.
    """

    scenario: str
    status: Status
    objective: float
    bound: float
    seconds: float
    solver: str
    version: str
    bound_kind: str = "model"
    open_sites: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    staff: tuple[Staffed, ...] = ()
    assignments: tuple[tuple[str, str, str], ...] = ()
    cost: dict[str, float] = field(default_factory=dict)
    today: dict[str, float] = field(default_factory=dict)
    promises: tuple[Predicted, ...] = ()
    promises_today: tuple[Predicted, ...] = ()
    trip_min: dict[str, float] = field(default_factory=dict)
    trip_min_today: dict[str, float] = field(default_factory=dict)
    uncovered: tuple[tuple[str, str], ...] = ()
    shortfalls: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def gap(self) -> float:
        """Relative distance of objective and bound; NaN without a plan."""
        return relative_gap(self.objective, self.bound)

    @property
    def saving(self) -> float:
        """Money a month against today, by the same formulas."""
        return sum(self.today.values()) - self.objective if self.today else float(np.nan)

    def require(self) -> TieredPlan:
        """Return the plan if there is one.

        Raises
        ------
        InfeasibleError
            If it is proved that there is none, with the reasons.
        PlanningError
            If none was found in the time.
        """
        require_plan(
            self.scenario,
            self.status,
            self.shortfalls,
            self.seconds,
            "time or candidates",
        )
        return self
