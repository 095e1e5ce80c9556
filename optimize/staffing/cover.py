"""Cover a requirement by shift patterns and skill sets at least cost.

Sets        p patterns (shift and skills), t periods, s skills
Data        c_p cost, a_pt duty in period t, h_ps holds skill s, r_ts agents required
Variables   n_p agents (integer), m_pts agents of p at work on s in t (>= 0)
Minimise    sum_p c_p n_p
(1) cover   sum_p m_pts >= r_ts
(2) duty    sum_s m_pts <= a_pt n_p, only for skills held
(3) limits  l_p <= n_p <= u_p
(4) ready   sum_p h_ps a_pt n_p >= r_ts, in place of (1) and (2) where presence is asked

References
----------
Dantzig (1954), A comment on Edie's traffic delays at toll booths (one skill);
Wallace and Whitt (2005), A staffing algorithm for call centers with skill-based routing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import Problem, ScenarioError
from optimize.solver import Limits, ProgramBuilder, Solved, solve_program

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def cover_shifts(
    required: ArrayLike,
    duty: ArrayLike,
    cost: ArrayLike,
    holds: ArrayLike | None = None,
    *,
    least: ArrayLike = 0,
    most: ArrayLike = np.inf,
    ready: bool = False,
    limits: Limits | None = None,
) -> tuple[Ints, Solved]:
    """Agents of each pattern that cover what is required, at least cost.

    Parameters
    ----------
    required : array-like (periods,) or (periods, skills)
        Agents at work.
    duty : array-like (patterns, periods)
        Part of each period that an agent of the pattern is there.
    cost : array-like (patterns,)
        Of an agent.
    holds : array-like (patterns, skills), optional
        Which skills an agent of the pattern has; None: there is one skill.
    least, most : array-like (patterns,)
        Limits on the agents.
    ready : bool
        What is required is presence: an agent counts for every skill held, not for the
        one at work.
    limits : Limits, optional

    Returns
    -------
    counts : int array (patterns,)
        Empty if no staffing covers the requirement.
    solved : Solved
        With the bound that proves it.

    Raises
    ------
    ScenarioError
        If shapes do not fit together.

    Examples
    --------
    Two early, three late, and someone all day who costs more than one of each saves:

    >>> counts, solved = cover_shifts([2, 3], [[1, 0], [0, 1], [1, 1]], [1.0, 1.0, 1.5])
    >>> counts.tolist(), solved.objective
    ([0, 1, 2], 4.0)
    """
    need = np.asarray(required, dtype=np.float64)
    need = need[:, None] if need.ndim == 1 else need
    there = np.asarray(duty, dtype=np.float64)
    price = np.asarray(cost, dtype=np.float64)
    able = np.ones((len(there), 1)) if holds is None else np.asarray(holds, dtype=np.float64)
    _check(need, there, price, able)
    periods, skills = need.shape
    model = ProgramBuilder()
    n = model.add_variables(len(there), cost=price, lower=least, upper=most, integer=True)
    p, t, s = np.nonzero((there[:, :, None] > 0) & (able[:, None, :] > 0))
    if ready:
        model.add_rows(  # (4)
            periods * skills, t * skills + s, n[p], there[p, t] * able[p, s], lower=need.ravel()
        )
        return _solved(model, n, limits)
    m = model.add_variables(len(p), upper=np.inf)
    model.add_rows(periods * skills, t * skills + s, m, 1.0, lower=need.ravel())  # (1)
    at_p, at_t = np.nonzero(there > 0)
    row = np.full(there.shape, -1)
    row[at_p, at_t] = np.arange(len(at_p))
    model.add_rows(  # (2)
        len(at_p),
        np.concatenate([row[p, t], np.arange(len(at_p))]),
        np.concatenate([m, n[at_p]]),
        np.concatenate([np.ones(len(p)), -there[at_p, at_t]]),
        upper=0.0,
    )
    return _solved(model, n, limits)


def _solved(model: ProgramBuilder, n: Ints, limits: Limits | None) -> tuple[Ints, Solved]:
    solved = solve_program(model.build(), limits, solver="scip")
    counts = solved.values[n] if solved.status.has_plan else np.zeros(0)
    return np.round(counts).astype(np.int64), solved


def _check(need: Floats, there: Floats, price: Floats, able: Floats) -> None:
    problems = []
    if there.ndim != 2 or there.shape[1] != len(need):
        message = f"got shape {there.shape}; expected (patterns, {len(need)})"
        problems.append(Problem("duty", message))
    if price.shape != there.shape[:1]:
        problems.append(Problem("cost", f"got {price.shape}; expected ({len(there)},)"))
    if able.shape != (len(there), need.shape[1]):
        message = f"got shape {able.shape}; expected ({len(there)}, {need.shape[1]})"
        problems.append(Problem("holds", message))
    problems += [
        Problem(name, "expected finite numbers >= 0")
        for name, values in (("required", need), ("duty", there), ("cost", price))
        if not (np.isfinite(values).all() and (values >= 0).all())
    ]
    if problems:
        raise ScenarioError("the shift cover", problems)
