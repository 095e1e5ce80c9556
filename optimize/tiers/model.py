"""The placement model of all tiers together, one function per numbered constraint.

Sets        i zones, j sites (offers), l levels of a site, c jobs (streams of a tier that the same
            sites can do), q promises, r regions, a lifts (work that follows at a parent)
Data        D visits, h work per visit (visit: service + both ways; walk-in, remote: service),
            A_ql(t) share kept = P(travel + wait <= T) at level l and trip t,
            C_l(n) work that n agents are given a month, e visits lifted per visit
Variables   y_j open, z_l level taken (binary); n_l agents of the main group at a level,
            m_jg agents of other groups; x_cij share of zone i's job c served by j;
            u_lk demand of cell k (an area) served at level l; f_ajm lifted visits, g_al at a level;
            b_i backed up; s_r budget moved to r
Minimise    opening + closing (spread over months) + fixed + wages + travel + pay by job
            (+ price of misses, where they have one)
Constraints numbered as the functions below: (1) served, (2) one level, (3) required and closed,
            (4) lifted work, (5) load, (6) promises and floors, (7) backup cover, (8) budgets,
            (9) nested sites, (10) skills, (11) pools without a choice of place are outside the
            model, at a constant cost (`remote`), (12) cuts, (13) no placement comes back

Level and trip are taken apart, A_l(t) >= A_l(0) - max_l' (A_l'(0) - A_l'(t)) over the levels l'
that come near the target, so that x needs no index l: conservative there, and only where trips
and waits interact. A level promises the wait of its least size at full work, other jobs than the
main one that of the site's least level. The bound is that of this model and no other.

References
----------
Daskin (2013), Network and Discrete Location, 2nd ed., chapters 7-8.
Fernandes et al. (2014), A simple and effective genetic algorithm for the two-stage capacitated
facility location problem. Computers & Industrial Engineering 75, 200-208, for two tiers.
"""

from __future__ import annotations

from optimize.tiers.constraints import (
    avoid_visited,
    back_up,
    carry_load,
    count_sites,
    follow_status,
    hold_skills,
    lift_work,
    nest,
    one_level,
    serve_all,
    spend,
)
from optimize.tiers.parts import Part
from optimize.tiers.promises import keep_promises
from optimize.tiers.variables import Placement, variables


def build(part: Part, *, elastic: float | None = None) -> Placement:
    """The whole model of a part.

    Parameters
    ----------
    part : Part
    elastic : float, optional
        Allow misses beyond the promises at this price each, to see what is missing.
    """
    model = variables(part)
    serve_all(model)
    one_level(model)
    follow_status(model)
    lift_work(model)
    carry_load(model)
    hold_skills(model)
    keep_promises(model, part.options.price_per_miss if elastic is None else elastic)
    back_up(model)
    spend(model)
    nest(model)
    count_sites(model)
    avoid_visited(model)
    return model
