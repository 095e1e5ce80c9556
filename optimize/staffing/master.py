"""The next staffing to try: a small integer program over measured effects.

Sets        g pools, k rows (promises and floors)
Data        u_gk, d_gk effect on row k of an agent more, an agent fewer in pool g;
            a_g, b_g change of monthly cost; s_k slack of row k; r trust radius;
            x_g agents today, l_g least, c_g steps left
Variables   p_g agents more, m_g agents fewer (integers); e_k shortage (>= 0)
Minimise    sum_g a_g p_g + b_g m_g + M sum_k w_k e_k
(1) rows    s_k + sum_g (u_gk p_g + d_gk m_g) + e_k >= 0
(2) steps   0 <= p_g <= r,  0 <= m_g <= min(r, x_g - l_g)
(3) radius  sum_g p_g + m_g <= R

Measured effects guide the search only: service is not concave in staff, so no bound is
ever taken from here.

References
----------
Cezik and L'Ecuyer (2008), Staffing multiskill call centers via linear programming and
simulation; Atlason, Epelman and Henderson (2008), Optimizing call center staffing using
simulation and analytic center cutting-plane methods.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimize.solver import Limits, ProgramBuilder, solve_program

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LIMITS = Limits(seconds=60, gap=5e-3, nodes=100, cuts=False)
"""Effects are guesses, so the last percent of a step is not worth its time."""


@dataclass(frozen=True, slots=True)
class Effects:
    """What an agent more and an agent fewer in each pool were seen to do.

    Parameters
    ----------
    more, fewer : float array (pools, rows)
        Change of each row's slack; NaN: not known, so not to be used.
    more_cost, fewer_cost : float array (pools,)
        Change of monthly cost.
    """

    more: Floats
    fewer: Floats
    more_cost: Floats
    fewer_cost: Floats

    def corrected(self, step: Ints, slack: Floats, cost: float) -> Effects:
        """These effects, put right by a step that was simulated.

        What the step did beyond the sum of its effects is shared out over the pools that it
        moved, in proportion to by how much (Kaczmarz's projection, Broyden's update): the least
        change with which the effects would have foreseen it.

        Parameters
        ----------
        step : int array (pools,)
        slack : float array (rows,)
            Change of each row's slack that was seen.
        cost : float
            Change of monthly cost that was seen.
        """
        up, down = np.maximum(step, 0), np.maximum(-step, 0)
        share = step / max(float((step**2).sum()), 1.0)
        beyond = slack - _sum(up, self.more) - _sum(down, self.fewer)
        beyond = np.where(np.isfinite(beyond), beyond, 0.0)
        dearer = cost - float(_sum(up, self.more_cost) + _sum(down, self.fewer_cost))
        more, fewer = np.maximum(share, 0.0), np.maximum(-share, 0.0)
        return Effects(
            self.more + np.outer(more, beyond),
            self.fewer + np.outer(fewer, beyond),
            self.more_cost + more * dearer,
            self.fewer_cost + fewer * dearer,
        )


def next_step(
    slack: Floats,
    effects: Effects,
    removable: Ints,
    *,
    radius: int,
    steps: int,
    price: float,
) -> Ints | None:
    """Agents more or fewer by pool (pools,) that promise most; None: nothing is gained.

    Parameters
    ----------
    slack : float array (rows,)
    effects : Effects
    removable : int array (pools,)
        Agents that may go.
    radius, steps : int
        Most agents changed in a pool, and in all.
    price : float
        Money a month for missing a row entirely (M): far above any staff.
    """
    rows = np.flatnonzero(np.isfinite(slack))
    known_more = np.isfinite(effects.more[:, rows]).all(axis=1) & np.isfinite(effects.more_cost)
    known_fewer = np.isfinite(effects.fewer[:, rows]).all(axis=1) & np.isfinite(effects.fewer_cost)
    more, fewer = np.flatnonzero(known_more), np.flatnonzero(known_fewer & (removable > 0))
    gains = effects.more[np.ix_(more, rows)]
    losses = effects.fewer[np.ix_(fewer, rows)]
    model = ProgramBuilder()
    p = model.add_variables(len(more), cost=effects.more_cost[more], upper=radius, integer=True)
    m = model.add_variables(
        len(fewer),
        cost=effects.fewer_cost[fewer],
        upper=np.minimum(radius, removable[fewer]),
        integer=True,
    )
    e = model.add_variables(len(rows), cost=price, upper=np.inf)
    k = np.arange(len(rows))
    model.add_rows(  # (1)
        len(rows),
        np.concatenate([np.tile(k, len(more)), np.tile(k, len(fewer)), k]),
        np.concatenate([np.repeat(p, len(rows)), np.repeat(m, len(rows)), e]),
        np.concatenate([gains.ravel(), losses.ravel(), np.ones(len(rows))]),
        lower=-slack[rows],
    )
    both = np.concatenate([p, m])
    model.add_rows(1, np.zeros(len(both)), both, 1.0, upper=steps)  # (3)
    solved = solve_program(model.build(), _LIMITS, solver="scip")
    if not solved.status.has_plan:
        return None
    step = np.zeros(len(removable), dtype=np.int64)
    step[more] += np.round(solved.values[p]).astype(np.int64)
    step[fewer] -= np.round(solved.values[m]).astype(np.int64)
    return step if step.any() else None


def _sum(agents: Ints, effect: Floats) -> Floats:
    """Effects of agents in several pools, added up; unknown effects of pools not moved are 0."""
    moved = agents > 0
    return np.asarray(agents[moved] @ effect[moved], dtype=np.float64)
