"""Constraints of the placement model, numbered as in `model`; (6) is in `promises`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.places import SiteStatus
from optimize.tiers.parts import Part
from optimize.tiers.variables import WORK_UNIT, Placement, Served, at_most

Floats = NDArray[np.float64]


Ints = NDArray[np.int64]


def serve_all(model: Placement) -> None:
    """(1) Every job of a zone is served: sum_j x_cij = 1, where any site can.

    Sites of the tier that can do another job serve it where they serve the main one,
    x_cij >= x_ij; what remains goes to another able site.
    """
    part, builder = model.part, model.builder
    for job, x in zip(part.jobs, model.x, strict=True):
        zones, row = np.unique(job.zone, return_inverse=True)
        builder.add_rows(len(zones), row, x, 1.0, lower=1.0, upper=1.0)
        top = next(n for n, one in enumerate(part.jobs) if one.main and one.tier == job.tier)
        leading = part.jobs[top]
        if job.main:
            continue
        pairs = zip(job.zone.tolist(), job.offer.tolist(), strict=True)
        at = {key: n for n, key in enumerate(pairs)}
        wanted = zip(leading.zone.tolist(), leading.offer.tolist(), strict=True)
        follow = np.array([at.get(key, -1) for key in wanted], dtype=np.int64)
        keep = follow >= 0
        at_most(builder, model.x[top][keep], x[follow[keep]])


def one_level(model: Placement) -> None:
    """(2) One level per open site: sum_l z_l = y_j; x <= y; least z <= n <= most z.

    Demand served at a level is that of the zones served, sum_l u_lk = sum_i D_i x_ij over the
    zones of cell k, only at the level taken, u <= D_k z, and no more than its agents can do at
    the shortest trip.
    """
    part, builder, levels = model.part, model.builder, model.part.levels
    sites = len(part.offers)
    builder.add_rows(
        sites,
        np.concatenate([levels.offer, np.arange(sites)]),
        np.concatenate([model.z, model.y]),
        np.concatenate([np.ones(len(model.z)), -np.ones(sites)]),
        lower=0.0,
        upper=0.0,
    )
    for job, x in zip(part.jobs, model.x, strict=True):
        at_most(builder, x, model.y[job.offer])
    at_most(builder, model.n, model.z, levels.most.astype(np.float64))
    at_most(builder, model.z, model.n, 1.0, levels.least.astype(np.float64))
    for served in model.served:
        _serve_at_level(model, served)


def _serve_at_level(model: Placement, served: Served) -> None:
    part, builder, levels = model.part, model.builder, model.part.levels
    job, x = part.jobs[served.job], model.x[served.job]
    share = part.streams.zone_share[:, part.zones]
    cells = int(served.cell_of.max()) + 1
    in_cell = np.array([np.bincount(served.cell_of, row, minlength=cells) for row in share])
    at_most(builder, served.u, model.z[served.level], in_cell[served.spread, served.cell])
    kinds = np.unique(served.spread)
    key = (levels.offer[served.level] * cells + served.cell) * len(share) + served.spread
    columns, values, rows = [served.u], [np.ones(len(served.u))], [key]
    for w in kinds:
        columns.append(x)
        values.append(-share[w, job.zone])
        rows.append((job.offer * cells + served.cell_of[job.zone]) * len(share) + w)
    names, row = np.unique(np.concatenate(rows), return_inverse=True)
    builder.add_rows(
        len(names), row, np.concatenate(columns), np.concatenate(values), lower=0.0, upper=0.0
    )
    least = _least_work(part, served)
    own = np.unique(served.level)
    place = np.searchsorted(own, served.level)
    builder.add_rows(
        len(own),
        np.concatenate([place, np.arange(len(own)), np.arange(len(own))]),
        np.concatenate([served.u, model.z[own], model.n[own]]),
        np.concatenate([least, -levels.work[own], -levels.work_slope[own]]) / WORK_UNIT,
        upper=0.0,
    )


def _least_work(part: Part, served: Served) -> Floats:
    """Least work of the main group for all demand of a cell, by variable u.

    At the shortest trip from the cell to the site, and with the tier's other jobs that the
    site does for the zones it serves.
    """
    streams, job = part.streams, part.jobs[served.job]
    cell = served.cell_of[job.zone]
    cells = int(served.cell_of.max()) + 1
    short = np.full((len(part.offers), cells), np.inf)
    np.minimum.at(short, (job.offer, cell), job.minutes)
    short = np.where(np.isfinite(short), short, 0.0)
    work = np.zeros((len(part.offers), cells, len(streams.zone_share)))
    for one in part.jobs:
        if one.tier != job.tier:
            continue
        for f in np.flatnonzero(np.isin(streams.stream, one.streams)):
            q = int(streams.stream[f])
            trips = 2 * short * part.factor[q] * streams.streams[q].agent_travels
            amount = streams.visits[f] * streams.direct[f]
            for o in one.able.tolist():
                offer = part.offers[o]
                if offer.crew.group_of(streams.streams[q].skill) == offer.main:
                    each = (streams.service_min[f] + trips[o]) * part.kappa(o)
                    work[o, :, streams.spread[f]] += amount * each
    return np.asarray(work[part.levels.offer[served.level], served.cell, served.spread])


def follow_status(model: Placement) -> None:
    """(3) Required sites are open (closed ones have no offer)."""
    required = [
        o for o, offer in enumerate(model.part.offers) if offer.site.status is SiteStatus.REQUIRED
    ]
    model.builder.add_rows(
        len(required), np.arange(len(required)), model.y[required], 1.0, lower=1.0
    )


def lift_work(model: Placement) -> None:
    """(4) What a site lifts goes up: sum_m f_ajm = sum_i E_ai x_ij; f <= E y_m.

    It goes to the parent of the site wherever that is open, f_ajm <= E (1 - y_parent) for
    others; at the upper site it is served at the level taken, sum_l g_al = sum_j f_ajm.
    """
    part, builder, levels = model.part, model.builder, model.part.levels
    for lift, flows in zip(part.lifts, model.lifted, strict=True):
        job, x = part.jobs[lift.job], model.x[lift.job]
        total = float(lift.visits.sum())
        builder.add_rows(
            len(job.able),
            np.searchsorted(job.able, np.concatenate([flows.source, job.offer])),
            np.concatenate([flows.f, x]),
            np.concatenate([np.ones(len(flows.f)), -lift.visits[job.zone]]),
            lower=0.0,
            upper=0.0,
        )
        at_most(builder, flows.f, model.y[flows.above], total)
        parent = np.array([part.parent(part.offers[o], lift.tier) for o in flows.source])
        other = (parent >= 0) & (parent != flows.above)
        count = int(other.sum())
        builder.add_rows(
            count,
            np.tile(np.arange(count), 2),
            np.concatenate([flows.f[other], model.y[parent[other]]]),
            np.repeat([1.0, total], count),
            upper=total,
        )
        tops = np.unique(flows.above)
        builder.add_rows(
            len(tops),
            np.searchsorted(tops, np.concatenate([levels.offer[flows.level], flows.above])),
            np.concatenate([flows.g, flows.f]),
            np.concatenate([np.ones(len(flows.g)), -np.ones(len(flows.f))]),
            lower=0.0,
            upper=0.0,
        )
        at_most(builder, flows.g, model.z[flows.level], total)


def carry_load(model: Placement) -> None:
    """(5) kappa_j (sum h D x + sum s f) <= sum_l C_l(n_l), group by group."""
    part, levels = model.part, model.part.levels
    rows: dict[tuple[int, int], list[tuple[Ints, Floats]]] = {}
    for job, x in zip(part.jobs, model.x, strict=True):
        work = part.work(job, job.offer, job.zone, job.minutes)
        for n, q in enumerate(job.streams):
            for o in job.able.tolist():
                mine = np.flatnonzero(job.offer == o)
                group = part.offers[o].crew.group_of(part.streams.streams[q].skill)
                rows.setdefault((o, group), []).append((x[mine], work[mine, n]))
    for lift, flows in zip(part.lifts, model.lifted, strict=True):
        stream = part.streams.streams[part.streams.stream[lift.target]]
        for o in np.unique(flows.above).tolist():
            mine = np.flatnonzero(flows.above == o)
            each = float(part.streams.service_min[lift.target]) * part.kappa(o)
            group = part.offers[o].crew.group_of(stream.skill)
            rows.setdefault((o, group), []).append((flows.f[mine], np.full(len(mine), each)))
    for (o, group), terms in sorted(rows.items()):
        offer = part.offers[o]
        if group == offer.main:
            mine = np.flatnonzero(levels.offer == o)
            terms += [
                (model.n[mine], -levels.work_slope[mine]),
                (model.z[mine], -levels.work[mine]),
            ]
        elif (o, group) in model.extra:
            least = offer.work_min(group, offer.least(group))
            slope = float(offer.work_per_agent[group])
            terms += [
                (np.array([model.extra[o, group]]), np.array([-slope])),
                (model.y[[o]], np.array([-least])),
            ]
        column = np.concatenate([c for c, _ in terms])
        value = np.concatenate([v for _, v in terms])
        model.builder.add_rows(1, np.zeros(len(column)), column, value / WORK_UNIT, upper=0.0)


def hold_skills(model: Placement) -> None:
    """(10) Work of a skill fits into the duty of those who hold it, at most so utilised.

    The rule of (5) does it for the tier's mix of skills; where a site does without some of its
    work (a partner takes part of it), the mix differs.
    """
    part, levels = model.part, model.part.levels
    for job, x in zip(part.jobs, model.x, strict=True):
        work = part.work(job, job.offer, job.zone, job.minutes)
        for n, q in enumerate(job.streams):
            skill = part.streams.streams[q].skill
            for o in job.able.tolist():
                offer = part.offers[o]
                if offer.crew.group_of(skill) != offer.main:
                    continue
                mine, own = np.flatnonzero(job.offer == o), np.flatnonzero(levels.offer == o)
                low = np.array(
                    [offer.capacity_min(offer.main, k, skill) for k in levels.least[own]]
                )
                high = np.array(
                    [offer.capacity_min(offer.main, k, skill) for k in levels.most[own]]
                )
                slope = (high - low) / np.maximum(levels.most[own] - levels.least[own], 1)
                rho = part.options.max_utilisation
                column = np.concatenate([x[mine], model.n[own], model.z[own]])
                rest = low - slope * levels.least[own]
                value = np.concatenate([work[mine, n], -rho * slope, -rho * rest])
                model.builder.add_rows(
                    1, np.zeros(len(column)), column, value / WORK_UNIT, upper=0.0
                )


def back_up(model: Placement) -> None:
    """(7) 2 b_i <= open sites near i; sum D b >= beta sum D."""
    part, builder = model.part, model.builder
    for one in part.options.backup:
        jobs = [n for n, job in enumerate(part.jobs) if job.tier == one.tier and job.main]
        for job in (part.jobs[n] for n in jobs):
            demand = part.visits(job).sum(axis=1)
            b = builder.add_variables(len(demand), integer=True)
            near = np.flatnonzero(job.minutes <= one.within_min)
            builder.add_rows(
                len(b),
                np.concatenate([np.arange(len(b)), job.zone[near]]),
                np.concatenate([b, model.y[job.offer[near]]]),
                np.concatenate([np.full(len(b), 2.0), -np.ones(len(near))]),
                upper=0.0,
            )
            builder.add_rows(1, np.zeros(len(b)), b, demand / demand.sum(), lower=one.share)


def spend(model: Placement) -> None:
    """(8) Budget per region, with a part that may shift, and floors."""
    part, options, builder = model.part, model.part.options, model.builder
    regions = [r for r in sorted({*options.budget, *options.budget_floor}) if _home(part, r)]
    shift: dict[str, int] = {}
    if options.budget_shift > 0:
        for region in regions:
            most = options.budget_shift * max(options.budget.values())
            low = -options.budget_shift * options.budget.get(region, 0.0)
            (s,) = builder.add_variables(1, lower=low, upper=most * len(regions))
            shift[region] = int(s)
        builder.add_rows(1, np.zeros(len(shift)), [*shift.values()], 1.0, lower=0.0, upper=0.0)
    for region in regions:
        offers = _home(part, region)
        terms = [(v, money) for v, money, o in model.spent if o in offers]
        column = [v for v, _ in terms]
        value = [money / 1e3 for _, money in terms]
        if region in options.budget:
            more = [shift[region]] if region in shift else []
            builder.add_rows(
                1, np.zeros(len(column) + len(more)), [*column, *more],
                [*value, *(-1e-3 for _ in more)], upper=options.budget[region] / 1e3,
            )  # fmt: skip
        if region in options.budget_floor:
            builder.add_rows(
                1, np.zeros(len(column)), column, value,
                lower=options.budget_floor[region] / 1e3,
            )  # fmt: skip


def _home(part: Part, region: str) -> set[int]:
    return {o for o, offer in enumerate(part.offers) if offer.site.region == region}


def nest(model: Placement) -> None:
    """(9) y_j2 <= y_j1 for declared pairs of sites."""
    number = {offer.site.site_id: o for o, offer in enumerate(model.part.offers)}
    pairs = [
        (number[a], number[b]) for a, b in model.part.options.nested if a in number and b in number
    ]
    small = np.array([model.y[a] for a, _ in pairs], dtype=np.int64)
    large = np.array([model.y[b] for _, b in pairs], dtype=np.int64)
    at_most(model.builder, small, large)


def count_sites(model: Placement) -> None:
    """(12) Cuts: the least and most sites of a tier; some site of every tier is open."""
    part = model.part
    for tier in part.tiers:
        mine = [o for o, offer in enumerate(part.offers) if offer.site.tier == tier]
        least = max(1, part.options.least_sites.get(tier, 1))
        most = part.options.most_sites.get(tier, len(mine))
        model.builder.add_rows(
            1, np.zeros(len(mine)), model.y[mine], 1.0, lower=float(least), upper=float(most)
        )


def avoid_visited(model: Placement) -> None:
    """(13) Another placement than any visited: sum_open (1 - y) + sum_shut y >= 1.

    An idle site more would make another of the same, so y_j <= sum_i x_ij of the main jobs
    + sum f / (1 % of E): what is open serves a zone, or some of what is lifted.
    """
    part, builder = model.part, model.builder
    if not part.options.visited:
        return
    for visited in part.options.visited:
        was = np.array([offer.site.site_id in visited for offer in part.offers])
        builder.add_rows(
            1, np.zeros(len(was)), model.y, np.where(was, -1.0, 1.0), lower=1.0 - was.sum()
        )
    free = [o for o, one in enumerate(part.offers) if one.site.status is not SiteStatus.REQUIRED]
    terms = [(np.array(free, dtype=np.int64), model.y[free], np.full(len(free), -1.0))]
    for job, x in zip(part.jobs, model.x, strict=True):
        if job.main:
            asks = part.visits(job).sum(axis=1) > 0
            terms.append((job.offer, x, asks[job.zone].astype(np.float64)))
    for lift, flows in zip(part.lifts, model.lifted, strict=True):
        each = 100.0 / max(float(lift.visits.sum()), 1e-9)
        terms.append((flows.above, flows.f, np.full(len(flows.f), each)))
    row, column, value = (np.concatenate([term[k] for term in terms]) for k in range(3))
    builder.add_rows(len(part.offers), row, column, value, lower=0.0)
